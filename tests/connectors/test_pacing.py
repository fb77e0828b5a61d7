"""Several processes below one limit of a tool, with a share left for writes."""

from itertools import cycle

import pytest

from atsume.connectors.pacing import RESERVE, Pacer

URL = "https://tool/v2/recruiting/applications"


class Gateway:
    """The tool's token bucket, as all processes together see it, on a clock of its own."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst, self.least = rate, burst, burst
        self.tokens, self.now, self.refused = float(burst), 0.0, 0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    def request(self, pacer: Pacer, *, hurried: bool = False) -> float:
        """Send one request when the pacer lets it go; return how long that took."""
        waited = pacer.take(URL, hurried=hurried)
        self.now += waited
        self.tokens = min(self.burst, self.tokens + waited * self.rate)
        if self.tokens < 1:
            self.refused += 1
        else:
            self.tokens -= 1
        self.least = min(self.least, int(self.tokens))
        told = {"replenish-rate": self.rate, "burst-capacity": self.burst, "remaining": int(self.tokens)}
        pacer.learn(URL, {f"x-ratelimit-{name}": str(value) for name, value in told.items()})
        return waited


@pytest.mark.parametrize(("rate", "burst"), [(30.0, 100), (2.5, 150), (10.0, 50)])
@pytest.mark.parametrize("processes", [1, 2, 5])
def test_processes_share_a_limit_without_a_word(rate: float, burst: int, processes: int) -> None:
    """Each learns from its own answers what all have left; hardly a request is refused, and the pace is kept.

    With a burst as small as the number of processes they collide, and wait as a 429 makes them.
    """
    gateway = Gateway(rate, burst)
    pacers = [Pacer(gateway.monotonic) for _ in range(processes)]
    for pacer, _ in zip(cycle(pacers), range(600), strict=False):
        gateway.request(pacer)
    assert gateway.refused <= processes
    assert burst + rate * gateway.now + processes >= 600  # never faster than the tool allows
    assert rate * gateway.now < 600 * 1.3 + 2 * rate * processes  # and not much slower


def test_a_write_finds_its_share() -> None:
    """While a sync reads as fast as it may, a hurried request goes at once."""
    gateway = Gateway(30.0, 100)
    reading, writing = Pacer(gateway.monotonic), Pacer(gateway.monotonic)
    for _ in range(400):
        gateway.request(reading)
    assert gateway.least >= RESERVE * 100 - 2
    gateway.request(writing, hurried=True)
    assert [gateway.request(writing, hurried=True) for _ in range(10)] == [0.0] * 10
    assert gateway.refused == 0


def test_requests_that_nobody_answers_are_forgotten() -> None:
    """They do not slow the others down for ever."""
    gateway = Gateway(30.0, 100)
    pacer = Pacer(gateway.monotonic)
    gateway.request(pacer)
    for _ in range(500):
        pacer.take(URL)
        pacer.lost(URL)
    gateway.now += 60
    gateway.tokens = 100.0
    assert gateway.request(pacer) == 0.0
    assert gateway.request(pacer) == 0.0
