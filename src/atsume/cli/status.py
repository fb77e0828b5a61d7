"""`atsume status`: how the server stands, and what needs somebody."""

import sys
from typing import TYPE_CHECKING, Any

import click

from atsume.cli.output import as_json, opened, say, show

if TYPE_CHECKING:
    import datetime as dt

    from atsume.integrations.survey import Survey


@click.command()
@click.option("--check", is_flag=True, help="Exit 1 when something needs somebody.")
@as_json
def status(check: bool, json_: bool) -> None:
    """How the server stands: workers, queue, integrations, and what needs somebody."""
    from atsume import clock
    from atsume.integrations.survey import survey

    server, now = opened(), clock.now()
    found = survey(server.store, now)
    if json_:
        show(found, json_)
    else:
        _print(found, now)
    if check and found.needs:
        sys.exit(1)


def _print(found: "Survey", now: "dt.datetime") -> None:
    lines: dict[str, Any] = {
        "database": f"{found.database}, schema {found.schema}",
        "workers": _workers(found, now),
        "queue": f"{found.queue.queued} queued, {found.queue.running} running",
        "integrations": ", ".join(f"{n} {state}" for state, n in found.integrations.items()) or "none",
    }
    show(lines, False)
    if found.streams:
        click.echo()
        show([_stream(one, now) for one in found.streams], False, ("tool", "stream", "oldest", "failing", "held back"))
    say("")
    if not found.needs:
        say("Nothing needs anybody.")
    for one in found.needs:
        say(f"{one.subject}: {one.what}")
        say(f"    {one.remedy}")


def _workers(found: "Survey", now: "dt.datetime") -> str:
    if not found.workers:
        return "none"
    return ", ".join(f"{one.role}, heard of {_ago(one.beat_at, now)} ago" for one in found.workers)


def _stream(one: Any, now: "dt.datetime") -> dict[str, Any]:
    oldest = _ago(one.oldest_at, now) if one.oldest_at else None
    return {"tool": one.tool, "stream": one.model, "oldest": oldest, "failing": one.failing, "held back": one.held_back}


def _ago(at: "dt.datetime", now: "dt.datetime") -> str:
    seconds = max(int((now - at).total_seconds()), 0)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
