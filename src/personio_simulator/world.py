"""Everything one process simulates: companies, tokens, the clock, faults and the log of requests."""

from collections import deque

import msgspec

from personio_simulator.clock import Clock
from personio_simulator.faults import Faults
from personio_simulator.knobs import WorldKnobs
from personio_simulator.model import Client
from personio_simulator.options import Options
from personio_simulator.state import Company, Tokens, hash_text


class Logged(msgspec.Struct):
    """One recorded request; `body` only for writes to the v1 recruiting API."""

    at: float
    method: str
    path: str
    query: str
    status: int
    headers: dict[str, str]
    body: msgspec.Raw | str | None = None


class PageCache:
    """Finished answers by address and state; it keeps the first ones when full."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit = limit_bytes
        self.size = 0
        self.state: object = None
        self.pages: dict[tuple[str, ...], bytes] = {}

    def get(self, state: object, key: tuple[str, ...]) -> bytes | None:
        """Return a stored body made in the same state."""
        if state != self.state:
            self.state, self.size = state, 0
            self.pages.clear()
        return self.pages.get(key)

    def put(self, key: tuple[str, ...], body: bytes) -> None:
        """Store a body when there is room."""
        if self.size + len(body) <= self.limit:
            self.pages[key] = body
            self.size += len(body)


class World:
    """The root object; `secret` signs cursors and is the same for the same seed."""

    def __init__(self, clock: Clock, seed: int = 0, cache_bytes: int = 0, control: bool = True) -> None:
        self.clock = clock
        self.seed = seed
        self.secret = hash_text(f"cursor {seed}").encode()
        self.knobs = WorldKnobs()
        self.companies: dict[str, Company] = {}
        self.tokens = Tokens()
        self.faults = Faults(seed)
        self.log: deque[Logged] = deque(maxlen=20000)
        self.cache = PageCache(cache_bytes) if cache_bytes else None
        self.control = control
        self.requests = 0
        self.options: dict[str, Options] = {}  # what each company was generated from

    def now(self) -> float:
        """Return the simulated time."""
        return self.clock.now()

    def add(self, company: Company) -> None:
        """Add or replace a company."""
        self.companies[company.label] = company

    def client(self, client_id: str) -> tuple[Company, Client] | None:
        """Return the credential with this id and whose it is."""
        for company in self.companies.values():
            for client in company.clients:
                if client.id == client_id:
                    return company, client
        return None

    def trace(self) -> str:
        """Return a new trace id."""
        return f"sim-{self.requests:06x}"
