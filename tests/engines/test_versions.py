"""The state of data is told without reading them, and a change is never missed where it can be seen."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from tests.engines.postgres_tables import schema, url

from openhall.engines import versions
from openhall.engines.columns import encode, specs_of
from openhall.engines.store_writing import append, create
from openhall.surveys.toml_format import builtin


def touch(path, seconds: int) -> None:
    os.utime(path, (seconds, seconds))


def test_a_file_has_another_version_when_its_time_or_its_size_changes(tmp_path):
    file = tmp_path / "a.csv"
    seen = set()
    for text, at in (("x", 1), ("x", 2), ("xy", 2)):
        file.write_text(text, "utf-8")
        touch(file, at)
        seen |= {versions.version(str(file)), versions.version(str(file))}
    assert len(seen) == 3


def test_a_folder_has_another_version_when_a_file_of_it_comes_changes_or_goes(tmp_path):
    (tmp_path / "deep").mkdir()
    first, second = tmp_path / "a.parquet", tmp_path / "deep" / "b.parquet"
    seen = []
    for file, at in ((first, 1), (second, 1), (second, 2)):
        file.write_bytes(b"x")
        touch(file, at)
        seen.append(versions.version(str(tmp_path)))
    second.unlink()
    assert versions.version(str(tmp_path)) == seen[0]
    assert len(set(seen)) == 3
    (tmp_path / "notes.txt").write_text("of no account", "utf-8")
    assert versions.version(str(tmp_path)) == seen[0]


def test_a_store_has_another_version_after_every_change(tmp_path):
    asked = builtin()
    create(tmp_path / "store", specs_of(asked))
    before = versions.version(str(tmp_path / "store"))
    append(tmp_path / "store", [encode(asked, [tuple(q.options[0].value for q in asked.questions)])])
    assert versions.version(str(tmp_path / "store")) != before


def test_what_is_not_there_is_an_error_and_what_cannot_be_seen_is_none(tmp_path):
    with pytest.raises(OSError, match="gone"):
        versions.version(str(tmp_path / "gone.csv"))
    for address in (
        "spark+local:///data",
        "postgresql://nobody@127.0.0.1:1/none?table=a",
        "postgresql://[?table=a",
    ):
        assert versions.version(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:geheim@db/town?table=a",
        "postgresql://db/town?user=u&password=geheim&table=a",
        "spark://host:7077/a?spark.hadoop.fs.s3a.secret.key=geheim",
    ],
)
def test_a_password_is_hidden_wherever_it_stands(address):
    assert "geheim" not in versions.hidden(f"{address} is wrong: geheim", address)


@pytest.mark.django_db(transaction=True)
def test_a_table_has_another_version_once_something_was_written_and_a_view_has_none():
    """On SQLite there is no such server: nothing can be seen, and nothing breaks."""
    if connection.vendor != "postgresql":
        assert versions.version("postgresql://127.0.0.1:1/none?table=a") is None
        return
    with schema() as (database, name):
        address = f"{url()}?table={name}.answers"
        assert versions.version(address) is None
        database.execute(f'CREATE TABLE "{name}".answers (q1 int)')
        database.execute(f'CREATE VIEW "{name}".seen AS SELECT * FROM "{name}".answers')
        seen = {versions.version(address)}
        for change in ("INSERT INTO {} VALUES (1)", "UPDATE {} SET q1 = 2", "DELETE FROM {}", "TRUNCATE {}"):
            database.execute(change.format(f'"{name}".answers'))
            database.execute("SELECT pg_stat_force_next_flush()")
            seen.add(versions.version(address))
        assert None not in seen and len(seen) == 5
        assert versions.version(f"{url()}?table={name}.seen") is None
        database.execute(f'CREATE TABLE "{name}".parted (q1 int) PARTITION BY LIST (q1)')
        database.execute(f'CREATE TABLE "{name}".ones PARTITION OF "{name}".parted FOR VALUES IN (1)')
        before = versions.version(f"{url()}?table={name}.parted")
        database.execute(f'INSERT INTO "{name}".parted VALUES (1)')
        database.execute("SELECT pg_stat_force_next_flush()")
        assert None not in {before} and versions.version(f"{url()}?table={name}.parted") != before
