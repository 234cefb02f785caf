"""A CSV file of any size becomes a columnar store, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openhall.engines import store_writing
from openhall.engines.csv_pieces import CsvFile
from openhall.engines.csv_reading import Reading
from openhall.engines.store import Store
from openhall.stats.blocks import Block
from openhall.stats.cells import Watch, unwatched
from openhall.surveys.questionnaire import Questionnaire


def store_of_csv(
    path: Path | str,
    questionnaire: Questionnaire,
    folder: Path | str,
    watch: Watch = unwatched,
    *,
    name: str = "",
    durable: bool = True,
) -> Store:
    """A store of all sheets of a CSV file, void ones marked by the usual rules; in its facts `reasons` and
    `flags` as in `report.ledger`, `notes` what was left out, `source` the name of the file.

    `watch` hears of bytes. BadInput with the first 50 problems and their number, and nothing is left behind.
    """
    path, folder = Path(path), Path(folder)
    read = Reading(CsvFile(path, name), questionnaire, watch)
    store_writing.create(
        folder, read.specs, {"source": name or path.name, "questionnaire": questionnaire.key}
    )
    facts: dict[str, Any] = {}
    codes: dict[str, list[str]] = {"office": read.offices}
    try:
        return store_writing.append(folder, _told(read, facts), codes=codes, facts=facts, durable=durable)
    except BaseException:
        store_writing.remove(folder)
        raise


def _told(read: Reading, facts: dict[str, Any]) -> Iterator[Block]:
    """The blocks, and at their end the facts found on the way."""
    yield from read.blocks()
    facts["reasons"] = {rule: count for rule, count in sorted(read.reasons.items()) if count}
    facts["flags"] = {"too_fast": read.too_fast} if read.too_fast else {}
    facts["notes"] = [note.say() for note in read.notes]
