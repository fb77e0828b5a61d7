"""Operators' accounts: adding them, signing in and out, and who is asking. For the console and the command line."""

import datetime as dt
import re
import threading
from collections.abc import Callable

from msgspec import Struct

from atsume import crypto
from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.model.operator import Operator, Role, Session
from atsume.store.store import Store

PASSWORD_LEAST, PASSWORD_MOST = 12, 1024
"""Characters."""
LASTS = dt.timedelta(hours=12)
"""A session ends after so long, whatever happens."""
IDLE = dt.timedelta(hours=2)
"""A session ends when nothing was asked for so long."""
NOTICED = dt.timedelta(minutes=5)
"""So often is it written down that a session is used."""
WINDOW = dt.timedelta(minutes=15)
TRIES = {"name and address": 5, "address": 30, "name": 50}
"""Wrong passwords in a window, by process, before nothing is looked at any more. The name alone may fail more often, so
that a stranger cannot keep an operator out."""
_REMEMBERED_MOST = 10_000

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
SIGNED_IN = "console session"
"""What session tokens are for; see `crypto.token_hash`."""


class Visitor(Struct, frozen=True):
    """Who is asking."""

    operator: Operator
    session: Session


class TooManyTries(Exception):
    """Wrong passwords came too often; the argument is the number of minutes to wait."""


def add(
    store: Store,
    at: dt.datetime,
    name: str,
    password: str | None,
    role: Role,
    environments: tuple[str, ...] | None = None,
) -> Operator:
    """Add an operator; without a password it can only sign in elsewhere. Raises AtsumeError and StoreError."""
    name = _checked_name(name)
    if password is not None:
        check_password(name, password)
    made = Operator(id=random_id(), name=name, role=role, created_at=at, environments=environments)
    store.add_operator(made, None if password is None else crypto.password_hash(password))
    return made


def set_password(store: Store, operator: Operator, password: str, keep_session: str | None = None) -> None:
    """Give an operator another password; its sessions end but the one that is kept. Raises AtsumeError."""
    check_password(operator.name, password)
    hashed = crypto.password_hash(password)
    store.change_operator(operator.id, password_hash=hashed, keep_session=keep_session)


def check_password(name: str, password: str) -> None:
    """Raise AtsumeError unless a password will do."""
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        _refuse(f"A password has {PASSWORD_LEAST} to {PASSWORD_MOST} characters. A few random words are best.")
    if password != password.strip() or not password.isprintable():
        _refuse("A password neither begins nor ends with a space, and all of it can be seen.")
    if name in password.lower() and len(password) < 2 * PASSWORD_LEAST:
        _refuse("The password must not hold the operator's name.")
    if len(set(password)) < 5:
        _refuse("The password repeats itself. A few random words are best.")


def begin(store: Store, operator: Operator, at: dt.datetime, agent: str) -> str:
    """Begin a session and return its token."""
    token = crypto.new_token()
    session = Session(
        id=random_id(),
        operator_id=operator.id,
        created_at=at,
        expires_at=at + LASTS,
        seen_at=at,
        agent=re.sub(r"[^ -~]", "?", agent)[:200],
    )
    store.add_session(session, crypto.token_hash(token, SIGNED_IN))
    return token


def visitor(store: Store, token: str, at: dt.datetime) -> Visitor | None:
    """Return who a token belongs to; None when its session has ended or never was."""
    found = store.session(crypto.token_hash(token, SIGNED_IN))
    if found is None or found[0].expires_at <= at or at - found[0].seen_at >= IDLE:
        return None
    session, operator = found
    if at - session.seen_at >= NOTICED:
        store.saw_session(session.id, at)
    return Visitor(operator, session)


def csrf(token: str) -> str:
    """Return what forms of a session must carry: whoever cannot read the page does not know it."""
    return crypto.token_hash(token, "console form")


class Door:
    """Checks names and passwords, and slows down whoever guesses. One for the life of a process."""

    def __init__(self, store: Store, now: Callable[[], dt.datetime]) -> None:
        self._store, self._now = store, now
        self._failures: dict[tuple[str, str], list[dt.datetime]] = {}
        self._lock = threading.Lock()

    def operator(self, name: str, password: str, address: str) -> Operator | None:
        """Return the operator, None when name or password are wrong. Raises TooManyTries before it looks."""
        name = name.strip().lower()
        keys = {"name and address": f"{name} {address}", "address": address, "name": name}
        taken = self._take(keys)
        found = self._store.operator(name) if _NAME.fullmatch(name) else None
        stored = self._store.password_hash(found.id) if found is not None else None
        if not crypto.password_fits(password[:PASSWORD_MOST], stored):
            return None
        with self._lock:
            self._failures.pop(("name and address", keys["name and address"]), None)
            for kind in ("address", "name"):
                self._failures[kind, keys[kind]].remove(taken)
        return found

    def _take(self, keys: dict[str, str]) -> dt.datetime:
        """Count a try as a failure until it turns out otherwise, so that many at once are counted too."""
        now = self._now()
        with self._lock:
            recent = {
                (k, key): [at for at in self._failures.get((k, key), []) if now - at < WINDOW]
                for k, key in keys.items()
            }
            for (kind, _), tries in recent.items():
                if len(tries) >= TRIES[kind]:
                    raise TooManyTries(int((tries[0] + WINDOW - now).total_seconds() // 60) + 1)
            if len(self._failures) >= _REMEMBERED_MOST:
                newest = sorted(self._failures.items(), key=lambda one: max(one[1], default=now))
                self._failures = dict(newest[_REMEMBERED_MOST // 2 :])
            self._failures |= {key: [*tries, now] for key, tries in recent.items()}
        return now


def _checked_name(name: str) -> str:
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        _refuse("A name has 1 to 64 letters, digits and any of . _ @ + - in it, such as ada or ada@example.org.")
    return name


def _refuse(message: str) -> None:
    raise AtsumeError(Code.INPUT_INVALID, message)
