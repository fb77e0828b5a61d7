"""The only reader of the clock. Everything else takes the time as an argument."""

import datetime as dt


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the one place
