"""Rotation of the encryption key: under load, killed in the middle, nothing is lost."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from atsume import clock, crypto, serve
from atsume.config import Config
from atsume.integrations.rotation import rotate
from atsume.model.integration import EndUser
from atsume.serve import Server, default_environment, open_server
from atsume.store.rotation import SEALED
from atsume.store.rows import NewIntegration
from atsume.store.schema import metadata
from atsume.store.schema_fields import REMOTES

ROWS = int(os.environ.get("ATSUME_TEST_SEALED_ROWS", "60"))
KILLS = int(os.environ.get("ATSUME_TEST_ROTATION_KILLS", "2"))
PLAIN = {"sync_checkpoints.seen", "sync_checkpoints.carried", "connector_notes.content"}
PLAIN |= {f"{table.name}.body" for table in REMOTES.values()}
COMMAND = [sys.executable, "-c", "from atsume.cli.main import main; main()", "keys", "rotate-encryption", "--json"]


def _fill(server: Server, count: int) -> dict[str, bytes]:
    """Seal something different for each integration."""
    held = {}
    for number in range(count):
        owner = f"personio:{number:024d}".replace("0", "A")
        held[owner] = f"secret {number} 0".encode()
        new = NewIntegration(
            id=owner,
            tool="personio",
            category="ATS",
            environment_id=default_environment(server),
            end_user=EndUser("Acme"),
            settings={},
            sealed_credentials=crypto.seal(server.encryption_key, held[owner], owner),
        )
        server.store.add_integration(new, clock.now())
    return held


def _opened(server: Server, owners: list[str]) -> dict[str, bytes]:
    sealed = {owner: server.store.sealed_credentials(owner) or b"" for owner in owners}
    return {owner: crypto.unseal(server.encryption_key, bytes_, owner) for owner, bytes_ in sealed.items()}


def test_every_sealed_column_is_rotated() -> None:
    """A column that holds bytes is in SEALED, or is one of those that hold something else."""
    columns = {str(c) for t in metadata.tables.values() for c in t.columns if isinstance(c.type, sa.LargeBinary)}
    assert columns - PLAIN == set(SEALED)
    assert columns >= PLAIN


class Load:
    """Reads and replaces credentials all the time, in a thread, as relinks do."""

    def __init__(self, server: Server, held: dict[str, bytes]) -> None:
        self._server, self._held = server, held
        self._ended = threading.Event()
        self.faults: list[Exception] = []
        self.replaced = 0
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        owners = itertools.cycle(self._held)
        while not self._ended.is_set():
            owner = next(owners)
            try:
                _opened(self._server, [owner])
                fresh = self._held[owner] + b"+"
                sealed = crypto.seal(self._server.encryption_key, fresh, owner)
                self._server.store.relinked(owner, clock.now(), sealed)
                self._held[owner] = fresh
                self.replaced += 1
            except Exception as fault:
                self.faults.append(fault)
            time.sleep(0.002)


def test_a_crash_under_load_loses_nothing(tmp_path: Path) -> None:
    """The command is killed again and again while credentials are read and replaced; then it is let through."""
    config = Config(database_url=f"sqlite:///{tmp_path}/a.db")
    server = open_server(config)
    held = _fill(server, ROWS)
    environ = os.environ | {"ATSUME_DATABASE_URL": config.database_url}
    key = serve.key_file(config)
    assert key is not None
    before = key.read_text()
    with Load(server, held) as load:
        for number in range(KILLS):
            _kill_midway(environ, key, 0.01 * number)
            assert _opened(server, list(held)[:5])
        done = subprocess.run(COMMAND, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert load.faults == []
    assert load.replaced > KILLS
    assert _opened(server, list(held)) == held
    assert len(key.read_text().split()) == 1
    assert key.read_text() != before
    assert oct(key.stat().st_mode & 0o777) == "0o600"
    (now,) = server.encryption_key.load()
    assert {crypto.sealed_with(server.store.sealed_credentials(o) or b"") for o in held} == {crypto.key_id(now)}
    print(f"{ROWS} sealed rows, {KILLS} kills, {load.replaced} replaced meanwhile: 0 lost, 0 faults")
    server.store.close()


def _kill_midway(environ: dict[str, str], key: Path, later: float) -> None:
    """Start the command, wait until it has added its key, and kill it a moment later."""
    process = subprocess.Popen(COMMAND, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if len(key.read_text().split()) == 2 or process.poll() is not None:
            break
        time.sleep(0.02)
    time.sleep(later)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(key.read_text().split()) == 2


def test_what_no_key_opens_is_named_and_keeps_the_old_keys(tmp_path: Path) -> None:
    """Rows that were lost before do not stop the others, and no key is thrown away that may be needed."""
    server = open_server(Config(database_url=f"sqlite:///{tmp_path}/a.db"))
    held = _fill(server, 3)
    lost = next(iter(held))
    with server.store.database.writing() as connection:
        place = SEALED["integrations.sealed_credentials"]
        broken = {place.sealed.name: b"xxxx" + b"0" * 40}
        connection.execute(sa.update(place.sealed.table).values(broken).where(place.key == lost))
    path = serve.key_file(server.config)
    assert path is not None
    serve.add_key(path)
    rotated = rotate(server.store, server.encryption_key)
    assert (rotated.resealed, rotated.lost, rotated.left) == (2, [f"integrations.sealed_credentials of {lost}"], 0)
    assert _opened(server, list(held)[1:]) == {o: s for o, s in held.items() if o != lost}
    server.store.close()


@pytest.mark.parametrize(
    ("keys", "is_open"),
    [("{old}", True), ("{new}", False), ("{old},{new}", True), ("{new} {old}", True), ("{new},{other}", False)],
)
def test_several_keys_open_one_seals(keys: str, is_open: bool) -> None:
    """Whatever key of the list sealed it."""
    old, new, other = crypto.new_key(), crypto.new_key(), crypto.new_key()
    sealed = crypto.seal(crypto.fixed([crypto.decode_key(old)]), b"x", "owner")
    ring = crypto.fixed(crypto.decode_keys(keys.format(old=old, new=new, other=other)))
    if is_open:
        assert crypto.unseal(ring, sealed, "owner") == b"x"
    else:
        with pytest.raises(crypto.SealBroken, match="another encryption key"):
            crypto.unseal(ring, sealed, "owner")
    assert crypto.sealed_with(crypto.seal(ring, b"y", "owner")) == crypto.key_id(ring.load()[0])
    with pytest.raises(crypto.SealBroken, match="another integration"):
        crypto.unseal(ring, crypto.seal(ring, b"y", "owner"), "somebody else")
