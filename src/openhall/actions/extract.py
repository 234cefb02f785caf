"""Keep the columnar extracts of waves up to date: bring in what changed, make one anew. Decision 0017.

Nothing is recorded and nobody is asked for a right: an extract says nothing the database does not say. Whatever is
killed at whatever moment, no answer is lost: a mark goes only after its row is in the extract and the database knows
the extract's new stamp.
"""

from __future__ import annotations

import fcntl
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from django.db import connection

from openhall.engines.store import READING, Store, StoreDamaged
from openhall.engines.store_writing import append, create, put
from openhall.errors import NotAllowed
from openhall.models import Extract, Response, Unextracted, Wave, new_stamp, new_token
from openhall.reads import extracted
from openhall.reads.extracted import (
    BUSY,
    CHUNK,
    STAMP,
    VERSION,
    Block,
    Lists,
    encoded,
    extracts,
    lists_of,
    only_one,
)
from openhall.stats.cells import Watch, unwatched

log = logging.getLogger(__name__)

FOLDER = re.compile(r"(?P<key>.+)-\d+-[0-9a-f]{8}")  # an extract: its wave, the version, the first stamp
PIECE = 10_000  # marks changed in one transaction, so that nobody who answers waits long

_NEXT = """SELECT max(response), count(*) FROM (SELECT response FROM openhall_unextracted
    WHERE wave = %s AND response > %s ORDER BY response LIMIT %s) AS few"""
_SOME = "wave = %s AND response > %s AND response <= %s"
# Marks that somebody is changing just now are passed over: whoever waits for nothing cannot be in a deadlock.
_FREE = f"response IN (SELECT response FROM openhall_unextracted WHERE {_SOME} FOR UPDATE SKIP LOCKED)"  # noqa: S608
_CLAIM = "UPDATE openhall_unextracted SET token = %s WHERE "
_REMOVE = "DELETE FROM openhall_unextracted WHERE token = %s AND "


def update(wave: Wave, watch: Watch = unwatched) -> int:
    """Bring up to `CHUNK` changed answers into the wave's extract; returns how many.

    A wave without an extract gets one; `watch` may raise to end the making of it. 0 where there is nothing to do or
    somebody else is at it.
    """
    with only_one(wave) as mine:
        if not mine:
            return 0
        known = extracted.known(wave)
        store = extracted.opened(wave, known)
        if known is None or store is None:
            return _make(wave, watch)
        token = _claim(wave, CHUNK)
        claimed = Unextracted.objects.filter(wave=wave.pk, token=token).order_by("response")
        ids = list(claimed.values_list("response", flat=True))
        if ids:
            try:
                _put(wave, known, store, ids)
            except StoreDamaged as damage:  # nothing can be added to it
                log.error("The extract of wave %s is made anew: %s", wave.pk, damage.say())
                return _make(wave, watch)
            _remove(wave, token, last=ids[-1])
            _clear(wave.key, store.folder)
        return len(ids)


def update_all(watch: Watch = unwatched) -> int:
    """Once around all waves with changed answers; returns how many were brought in: from `CHUNK` up some may be
    waiting still. The worker's part."""
    done = 0
    _clear_gone()
    for wave in due():
        try:
            done += update(wave, watch)
        except InterruptedError:
            raise
        except Exception:  # the trouble of one wave is not the others'
            log.exception("The extract of wave %s could not be brought up to date", wave.pk)
    return done


def _clear_gone() -> None:
    """Remove the extracts of waves the database does not have: they hold answers it should not have either."""
    found = [FOLDER.fullmatch(one.name) for one in extracts().iterdir()] if extracts().exists() else []
    keys = {one["key"] for one in found if one}
    for key in keys - set(Wave.objects.filter(key__in=keys).values_list("key", flat=True)):
        _clear(key)


def due() -> list[Wave]:
    """The waves with answers that are in no extract."""
    marked = set(Unextracted.objects.order_by().values_list("wave", flat=True).distinct())
    waves = list(Wave.objects.select_related("version", "extract"))
    strays = marked - {wave.pk for wave in waves}
    Unextracted.objects.filter(wave__in=strays).delete()  # of waves that are gone
    return [wave for wave in waves if wave.pk in marked or (_lost(wave) and wave.responses.exists())]


def _lost(wave: Wave) -> bool:
    return extracted.opened(wave, getattr(wave, "extract", None)) is None


def rebuild(wave: Wave, watch: Watch = unwatched) -> int:
    """Make the extract anew from the database, beside the old one, and put it in its place; returns its rows.

    `watch` hears of (rows written, rows in all) and may raise: then the old one stays. NotAllowed while somebody else
    writes this extract.
    """
    with only_one(wave) as mine:
        if not mine:
            raise NotAllowed(BUSY)
        return _make(wave, watch)


def _make(wave: Wave, watch: Watch) -> int:
    """All rows in order of id into a fresh folder, which the database then takes for the wave's."""
    token, stamp = _claim(wave), new_stamp()
    fresh = extracts() / f"{wave.key}-{wave.version_id}-{stamp[:8]}"
    try:
        create(fresh, extracted.specs(wave), {STAMP: stamp, VERSION: wave.version_id})
        lists = lists_of(extracted.specs(wave))
        store = append(fresh, _blocks(wave, lists, watch), codes=lists)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    Extract.objects.update_or_create(wave=wave, defaults={"name": fresh.name, "stamp": stamp, "coming": ""})
    _remove(wave, token)
    _clear(wave.key, fresh)
    return store.rows


def _clear(key: str, kept: Path | None = None) -> None:
    """Remove the other extracts of the wave with this key: older ones, and what was killed before it was whole. One
    that somebody counts from just now stays till the next time."""
    for old in extracts().iterdir():
        if old != kept and (found := FOLDER.fullmatch(old.name)) and found["key"] == key:
            with suppress(OSError), (old / READING).open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(old, ignore_errors=True)


def _blocks(wave: Wave, lists: Lists, watch: Watch) -> Iterator[Block]:
    """The rows of the wave as columns; `lists` grows with the codes that turn up."""
    done, of = 0, Response.objects.filter(wave=wave).count()
    for rows in extracted.rows_in_order(wave, chunk=extracted.READ):
        block, longer = encoded(wave, rows, lists)
        lists.update(longer)
        yield block
        done += len(rows)
        watch(done, max(done, of))


def _put(wave: Wave, known: Extract, store: Store, ids: list[int]) -> None:
    """These answers as they are now into the extract. First the database learns what stamp is coming."""
    stamp = new_stamp()
    Extract.objects.filter(pk=known.pk).update(stamp=store.facts[STAMP], coming=stamp)
    rows = extracted.rows_by_id(wave, ids)
    block, lists = encoded(wave, rows, lists_of(store.specs))
    gone = np.setdiff1d(np.array(ids, np.int64), block["id"])
    put(store.folder, block, gone, lists, {STAMP: stamp})
    Extract.objects.filter(pk=known.pk).update(stamp=stamp, coming="")


def _claim(wave: Wave, limit: int | None = None) -> int:
    """Put a token of our own on the wave's marks, or on the first `limit`; whoever changes an answer from now on
    puts another one there."""
    token, some = -new_token(), _free()
    for low, high in _pieces(wave, limit=limit):
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM + some, [token, wave.pk, low, high])
    return token


def _remove(wave: Wave, token: int, last: int | None = None) -> None:
    """Take away the marks that still have our token, up to the response number `last`."""
    some = _free()
    for low, high in _pieces(wave, last=last):
        with connection.cursor() as cursor:
            cursor.execute(_REMOVE + some, [token, wave.pk, low, high])


def _pieces(wave: Wave, limit: int | None = None, last: int | None = None) -> Iterator[tuple[int, int]]:
    """The marks of the wave in pieces: response numbers above the first, up to the second."""
    low, left = -1, limit
    while (left is None or left > 0) and (last is None or low < last):
        size = PIECE if left is None else min(PIECE, left)
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [wave.pk, low, size])
            high, many = cursor.fetchone()
        if high is None:
            return
        yield low, high
        low, left = high, None if left is None else left - many


def _free() -> str:
    """The condition for a piece; SQLite has one writer at a time."""
    return _FREE if connection.vendor == "postgresql" else _SOME
