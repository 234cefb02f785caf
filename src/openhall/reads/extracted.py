"""Where the columnar extract of a wave is, which one is right, and how rows of the database become its columns.

Nothing here writes: `actions.extract`. Counting with it: `reads.counts`. Decision 0017.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Count

from openhall.engines.columns import VALID, Column, Spec, day_number, specs_of
from openhall.engines.store import ABOUT, Store, StoreDamaged, about_specs
from openhall.engines.stored import encode_stored
from openhall.errors import N_
from openhall.models import Extract, Response, Wave
from openhall.stats.axes import Code
from openhall.surveys.validity import Rule

UNFINISHED = "unfinished"  # the code of `void` for an answer that was saved and not sent
OTHER = "other"  # excluded by a person for a reason no rule knows
REASONS = (VALID, UNFINISHED, *(rule.value for rule in Rule), OTHER)
STAMP, VERSION = "stamp", "version"  # among the store's facts: models.Extract; the questionnaire's version
BUSY = N_("Somebody else is writing this extract just now. Try again when that is done.")
CHUNK = 100_000  # rows read from the database at a time
READ = 20_000  # where all are written to an extract: as fast, and less memory
Block = dict[str, Column]
Lists = dict[str, tuple[Code, ...]]  # codes of the columns about a sheet, longer as new ones turn up
Row = tuple[Any, ...]

# As text and number: what SQLite's driver would make of a date and a truth takes longer than reading the row.
_ABOUT = (
    "office_id, channel, language, CAST(submitted_on AS text), CASE WHEN complete THEN 1 ELSE 0 END, void"
)
_ROWS = (
    f"SELECT id, {_ABOUT}, %s FROM openhall_response"  # noqa: S608 nothing of it is given
    " WHERE wave_id = %%s AND version_id = %%s AND "
)
_BY_ID = 500  # ids in one statement


def extracts() -> Path:
    """The folder of all extracts."""
    return Path(settings.DATA_DIR) / "extract"


def specs(wave: Wave) -> tuple[Spec, ...]:
    """The columns of the wave's extract: those about a sheet, then the questions."""
    languages = [*wave.version.asked.languages, *(code for code, _name in settings.LANGUAGES)]
    about = about_specs(languages=list(dict.fromkeys(languages)), reasons=REASONS)
    return (*about, *specs_of(wave.version.asked))


def opened(wave: Wave, known: Extract | None) -> Store | None:
    """The wave's extract, if it is the one the database knows; None where there is none or another one."""
    if known is None:
        return None
    with suppress(StoreDamaged):
        store = Store.open(extracts() / known.name)
        right = {known.stamp, known.coming} - {""}
        if store.facts.get(STAMP) in right and store.facts.get(VERSION) == wave.version_id:
            return store if _fits(store, wave) else None
    return None


def _fits(store: Store, wave: Wave) -> bool:
    """Whether it has the columns of today: a draft may have changed, or the program."""
    about, asked = store.specs[: len(ABOUT)], store.specs[len(ABOUT) :]
    return asked == specs_of(wave.version.asked) and tuple(spec.key for spec in about) == ABOUT


def known(wave: Wave) -> Extract | None:
    """What the database knows of the wave's extract."""
    return Extract.objects.filter(pk=wave.pk).first()


def rows_by_id(wave: Wave, ids: Sequence[int], *, answers: bool = True) -> list[Row]:
    """The rows with these ids, of those that are there, as `encoded` takes them."""
    found: list[Row] = []
    with connection.cursor() as cursor:
        for start in range(0, len(ids), _BY_ID):
            few = list(ids[start : start + _BY_ID])
            sql = _ROWS % ("answers" if answers else "''") + f"id IN ({', '.join(['%s'] * len(few))})"
            found += cursor.execute(sql, [wave.pk, wave.version_id, *few]).fetchall()
    return found


def rows_in_order(wave: Wave, *, answers: bool = True, chunk: int | None = None) -> Iterator[list[Row]]:
    """All rows of the wave in order of id, in chunks; one statement a chunk, so that none runs for long."""
    after, chunk = -1, chunk or CHUNK
    sql = _ROWS % ("answers" if answers else "''") + "id > %s ORDER BY id LIMIT %s"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [wave.pk, wave.version_id, after, chunk])
            rows = cursor.fetchall()
        if not rows:
            return
        after, last = rows[-1][0], len(rows) < chunk
        yield rows
        if last:
            return


def encoded(wave: Wave, rows: Sequence[Row], lists: Lists, *, answers: bool = True) -> tuple[Block, Lists]:
    """The rows as columns, and the lists of codes with what they have that was not in them."""
    index: dict[Row, int] = {}
    kinds = np.array([index.setdefault(row[1:7], len(index)) for row in rows], np.int64)
    few, lists = _about(list(index), lists)
    block = {"id": np.array([row[0] for row in rows], np.int64)}
    block |= {key: column[kinds] for key, column in few.items()}
    if answers:
        block |= encode_stored(wave.version.asked, [row[7] for row in rows])
    return block, lists


def _about(kinds: Sequence[Row], lists: Lists) -> tuple[Block, Lists]:
    """The columns about a sheet, of rows as the database gives them: dates as text or not, truth as 1 or true."""
    lists = dict(lists)
    given: dict[str, list[Code]] = {"office": [], "channel": [], "language": [], "void": []}
    days = []
    for office, channel, language, day, complete, void in kinds:
        given["office"].append(office)
        given["channel"].append(channel)
        given["language"].append(language)
        given["void"].append(void or (VALID if complete else UNFINISHED))
        days.append(day_number(day.isoformat() if isinstance(day, date) else day))
    block: Block = {"day": np.array(days, np.int32)}
    for key, codes in given.items():
        lists[key] = tuple(dict.fromkeys([*lists.get(key, ()), *codes]))
        place = {code: number for number, code in enumerate(lists[key], 1)}
        block[key] = np.array([place[code] for code in codes], np.uint16 if key == "office" else np.uint8)
    return block, lists


def grouped(wave: Wave, keys: Sequence[str], many: str) -> tuple[Block, Lists]:
    """The different kinds of sheets by these columns about them, as the database counts them: columns, and one called
    `many` for how many sheets are of that kind. What was not asked for says nothing."""
    chosen = [field for key in dict.fromkeys(keys) for field in _FIELDS[key]]
    found = Response.objects.filter(wave=wave).order_by()  # of one version: naming it would cost the index
    counts = found.values(*chosen).annotate(many_=Count("*")) if chosen else [{"many_": found.count()}]
    kinds = [tuple(row.get(field, usual) for field, usual in _USUAL.items()) for row in counts]
    block, lists = _about(kinds, lists_of(specs(wave)))
    return {**block, many: np.array([row["many_"] for row in counts], np.int64)}, lists


_FIELDS = {
    "office": ("office_id",),
    "channel": ("channel",),
    "language": ("language",),
    "day": ("submitted_on",),
    "void": ("complete", "void"),
}
_USUAL: dict[str, Any] = {
    "office_id": 0,
    "channel": "",
    "language": "",
    "submitted_on": "1970-01-01",
    "complete": True,
    "void": "",
}


def lists_of(specs: Sequence[Spec]) -> Lists:
    """The codes of the columns about a sheet."""
    return {spec.key: spec.codes for spec in specs if spec.key in ("office", "channel", "language", "void")}


@contextmanager
def only_one(wave: Wave) -> Iterator[bool]:
    """Whether this process alone writes the wave's extract while inside. The lock goes with the process."""
    extracts().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(extracts() / f"{wave.key}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
