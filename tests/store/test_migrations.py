"""Schema and opening."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from atsume.store.schema import metadata
from atsume.store.store import Store, StoreError


def test_the_grown_schema_is_the_declared_one(store: Store) -> None:
    """Migrations lead to what `schema` says: tables, columns, indexes."""
    store.migrate()
    with store.database.looking() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        declared = {i.name: (i.unique, bool(i.dialect_options["sqlite"]["where"] is not None))
                    for t in metadata.tables.values() for i in t.indexes}  # fmt: skip
        inspector = sa.inspect(connection)
        options = {
            index["name"]: (bool(index["unique"]), any("where" in o for o in index.get("dialect_options", {})))
            for table in metadata.tables
            for index in inspector.get_indexes(table)
        }
    assert options == declared


def test_a_newer_schema_is_refused(store: Store) -> None:
    """A server that was rolled back says so and touches nothing."""
    with store.database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        store.migrate()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:////nowhere/at/all/atsume.db", "cannot be opened"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be opened"),
        ("sqlite://", "needs a file"),
        ("mysql://host/name", "only sqlite and postgresql"),
        ("what is this", "cannot be read"),
    ],
)
def test_what_cannot_be_opened_is_told(url: str, reason: str) -> None:
    """One sentence, no traceback of a driver."""
    with pytest.raises(StoreError, match=reason):
        Store.open(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """Somebody else's file is left alone."""
    file = tmp_path / "notes.txt"
    file.write_text("Not a database, but long enough to be looked at." * 40)
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(f"sqlite:///{file}")
    assert file.read_text().startswith("Not a database")


def test_ping(store: Store) -> None:
    """An open store answers."""
    store.ping()
