"""Notes of connectors, on both engines."""

import datetime as dt

from atsume.store.notes import StoredNotes
from tests.store.world import NOON, World


def test_notes_outlive_the_run_and_grow_old(world: World) -> None:
    """A note is found by kind and key, the last one written; `within` leaves out what is as old as that or older."""
    clock = [NOON]
    notes = world.store.notes(world.integration, lambda: clock[0])
    notes.write("form", "1", b"one")
    clock[0] += dt.timedelta(hours=1)
    notes.write("form", "2", b"\x00\xff")
    notes.write("other", "1", b"")
    again = StoredNotes(world.store.database, world.integration, lambda: clock[0])
    assert again.recall("form") == {"1": b"one", "2": b"\x00\xff"}
    assert again.recall("form", within=dt.timedelta(hours=1)) == {"2": b"\x00\xff"}
    again.write("form", "1", b"new")
    assert again.recall("form", within=dt.timedelta(hours=1)) == {"1": b"new", "2": b"\x00\xff"}
    again.forget("form", ["1", "nobody"])
    again.forget("form", [])
    assert (again.recall("form"), again.recall("other"), again.recall("none")) == ({"2": b"\x00\xff"}, {"1": b""}, {})


def test_notes_leave_with_their_integration(world: World) -> None:
    """Deleting an integration erases its notes; those of another are never seen."""
    store = world.store
    store.notes(world.integration, lambda: NOON).write("form", "1", b"one")
    other = World(store, "Other").integration
    assert store.notes(other, lambda: NOON).recall("form") == {}
    store.notes(other, lambda: NOON).write("form", "1", b"theirs")
    assert store.erase_integration(world.integration)["connector_notes"] == 1
    assert store.notes(world.integration, lambda: NOON).recall("form") == {}
    assert store.notes(other, lambda: NOON).recall("form") == {"1": b"theirs"}
