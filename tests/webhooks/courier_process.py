"""A process that announces and delivers until it is killed: `python -m tests.webhooks.courier_process URL SPEED START`.

Its clock runs SPEED times as fast as the wall's since START, so that three days of attempts pass in a test.
"""

import datetime as dt
import logging
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from atsume import clock, crypto
from atsume.egress import Egress
from atsume.ids import random_id
from atsume.observe import configure
from atsume.store.store import Store
from atsume.webhooks.deliver import Courier


def fast(speed: float, start: dt.datetime) -> dt.datetime:
    """Return the moment on the fast clock, the same in every process."""
    return start + (clock.now() - start) * speed


def main(url: str, speed: float, start: dt.datetime) -> None:
    """Work for ever."""
    configure(as_json=True, level=logging.WARNING)
    courier = Courier(
        store=Store.open(url),
        egress=Egress(allow_private=True),
        encryption_key=crypto.fixed([b"k" * 32]),
        public_url="https://atsume.example",
        now=lambda: fast(speed, start),
        chance=random.random,
        new_id=random_id,
    )
    with ThreadPoolExecutor(4) as pool:
        while True:
            courier.announce()
            due = courier.due_deliveries(fast(speed, start), 40)
            list(pool.map(courier.deliver, due))
            if not due:
                time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), dt.datetime.fromisoformat(sys.argv[3]))
