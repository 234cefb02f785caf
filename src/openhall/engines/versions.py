"""What tells one state of data from another without reading them: times and sizes of files, a table's own statistics.

An address is what `opening.open_data` takes. Nothing here counts an answer, and no message or result says a password.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from openhall.engines.opening import CLUSTER, POSTGRES, parquet_files
from openhall.engines.store import MANIFEST
from openhall.errors import N_

PATIENCE = 3  # seconds until a database that does not answer is given up
HIDDEN = "…"

# Rows written to the table and its partitions since it was made, their size, and what a TRUNCATE or rewrite changes.
# No rows for a view: nobody knows when what is behind it changes.
_WRITTEN = """
    SELECT part.id::text, pg_stat_get_tuples_inserted(part.id), pg_stat_get_tuples_updated(part.id),
        pg_stat_get_tuples_deleted(part.id), pg_relation_filenode(part.id), pg_relation_size(part.id)
    FROM pg_class AS asked, LATERAL (
        SELECT asked.oid::regclass AS id WHERE asked.relkind = 'r'
        UNION SELECT relid FROM pg_partition_tree(asked.oid) WHERE asked.relkind = 'p' AND isleaf
    ) AS part
    WHERE asked.oid = to_regclass(%s)
    ORDER BY part.id::oid
"""


class Sort(StrEnum):
    """What is at an address, as people call it; templates, to be translated."""

    CSV = N_("CSV file")
    TABLE = N_("Data file")
    PARQUET = N_("Parquet files")
    STORE = N_("Columnar store")
    POSTGRESQL = N_("PostgreSQL")
    SPARK = N_("Spark")


def sort_of(address: str) -> Sort:
    """What is at this address, as far as the address and a look into its folder tell.

    >>> sort_of("postgresql://hall@db/town?table=answers").name, sort_of("spark://host:7077/answers").name
    ('POSTGRESQL', 'SPARK')
    """
    if address.startswith(POSTGRES):
        return Sort.POSTGRESQL
    if address.startswith(CLUSTER):
        return Sort.SPARK
    path = Path(address)
    if path.is_dir():
        return Sort.STORE if (path / MANIFEST).is_file() else Sort.PARQUET
    if path.suffix.lower() == ".parquet":
        return Sort.PARQUET
    return Sort.CSV if path.suffix.lower() in (".csv", ".tsv") else Sort.TABLE


def local(address: str) -> bool:
    """Whether the address is a path of this machine."""
    return "://" not in address and not address.startswith(CLUSTER)


def version(address: str) -> str | None:
    """Another text whenever the data at this address changed; None where that cannot be seen from here: a view, a
    cluster, a database that does not answer. OSError for a path that is not there or may not be read."""
    if local(address):
        return _digest(*_of_files(Path(address)))
    if sort_of(address) is Sort.POSTGRESQL:
        return _of_table(address)
    return None


def hidden(text: str, address: str) -> str:
    """The text without the password of this address, as it stands there and as it is meant.

    >>> hidden("no route to u:p%40ss", "postgresql://u:p%40ss@db/town"), hidden("tea", "/data/tea")
    ('no route to u:…', 'tea')
    """
    for word in sorted(_secrets(address), key=len, reverse=True):
        text = text.replace(word, HIDDEN)
    return text


def _secrets(address: str) -> set[str]:
    if local(address):
        return set()
    authority = re.match(r"[^:/]+:(?://)?(?P<user>[^/?]*)@", address)
    found = [authority["user"].partition(":")[2]] if authority else []
    query = address.partition("?")[2]
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if any(word in name.lower() for word in ("password", "secret", "token", "key")):
            found.append(value)
    return {word for one in found for word in (one, unquote(one)) if word}


def _of_files(path: Path) -> Iterator[object]:
    """Names, times and sizes; of a store only its manifest, which is switched when anything changes."""
    if not path.is_dir():
        about = path.stat()
        yield path.name, about.st_mtime_ns, about.st_size
        return
    manifest = path / MANIFEST
    if manifest.is_file():
        yield from _of_files(manifest)
        yield manifest.read_bytes()
        return
    for file in sorted(parquet_files(path)):
        about = file.stat()
        yield str(file.relative_to(path)), about.st_mtime_ns, about.st_size


def _of_table(address: str) -> str | None:
    import psycopg  # here, because most sources are files
    from psycopg import conninfo, sql

    url, _, query = address.partition("?")
    asked = parse_qsl(query, keep_blank_values=True)
    table = next((value for name, value in asked if name == "table"), "")
    try:
        options = dict(pair for pair in asked if pair[0] != "table")
        given: dict[str, Any] = conninfo.conninfo_to_dict(url, **options)
        with psycopg.connect(**(given | {"connect_timeout": PATIENCE})) as connection:
            connection.execute(f"SET statement_timeout = '{PATIENCE}s'")
            quoted = sql.Identifier(*table.split(".", 1)).as_string(connection)
            rows = connection.execute(_WRITTEN, [quoted]).fetchall()
    except psycopg.Error:
        return None  # whoever counts it will say why
    return _digest(*rows) if rows else None


def _digest(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
