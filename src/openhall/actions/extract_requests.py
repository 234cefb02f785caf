"""Keep the columnar extract of the facts about requests up to date: bring in what changed, make it anew, check it.
Decision 0017.

Nothing is recorded and nobody is asked for a right: the extract says nothing the database does not say. How far it has
followed the log is written in one step with its rows, so whatever is killed at whatever moment, nothing is lost.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.engines.store import MANIFEST, Store, StoreDamaged
from openhall.engines.store_writing import append, create, put
from openhall.errors import N_, NotAllowed
from openhall.models import ServiceRequest
from openhall.reads import facts
from openhall.reads.facts import Block, Head, Lists
from openhall.stats.cells import Watch, unwatched

log = logging.getLogger(__name__)

ENOUGH = 500  # events after which it is worth bringing the extract up to date at once
LATEST = 300  # seconds after which it is done in any case
SHARE = 0.25  # of the requests changed, from which making it anew is faster
SHOWN = 100  # differences told at most
BUSY = N_("Somebody else is writing the extract of the requests just now. Try again when that is done.")


def is_behind(events: int = 1) -> bool:
    """Whether at least so many events are not in the extract yet, or there is none. Two queries."""
    store, end = facts.opened(), facts.head()
    return store is None or end.seq - facts.place(store).seq >= events


def keep(watch: Watch = unwatched) -> int:
    """The worker's part, again and again: `update` where enough has changed or some minutes have passed.

    Until then what changed is counted from the database, which is as exact.
    """
    if not ServiceRequest.objects.order_by()[:1].exists() and facts.opened() is None:
        return 0  # a hall without a desk
    if not is_behind(ENOUGH) and not (is_behind() and _age() > LATEST):
        return 0
    return update(watch)


def _age() -> float:
    """Seconds since the extract was written."""
    return time.time() - (facts.folder() / MANIFEST).stat().st_mtime


def update(watch: Watch = unwatched) -> int:
    """Bring the requests that changed into the extract; returns how many. Where there is no extract it is made.

    0 where there is nothing to do or somebody else is at it.
    """
    with _only_one() as mine:
        if not mine:
            return 0
        store, end = facts.opened(), facts.head()
        if store is None:
            return _make(watch)
        if end == facts.place(store):
            return 0
        ids = facts.changed(facts.place(store), end)
        if len(ids) > max(facts.CHUNK, SHARE * store.rows):
            return _make(watch)
        try:
            _put(store, ids, end)
        except StoreDamaged as damage:  # nothing can be added to it
            log.error("The extract of the requests is made anew: %s", damage.say())
            return _make(watch)
        return len(ids)


def rebuild_requests(watch: Watch = unwatched) -> int:
    """Make the extract anew from the database, beside the old one, and put it in its place; returns its rows.

    `watch` hears of (rows written, rows in all) and may raise: then the old one stays. NotAllowed while somebody else
    writes it.
    """
    with _only_one() as mine:
        if not mine:
            raise NotAllowed(BUSY)
        return _make(watch)


def _put(store: Store, ids: NDArray[np.int64], end: Head) -> None:
    """These requests as they are now. They may be newer than `end`; what made them so is found again later."""
    read = facts.read_by_id(ids.tolist())
    block, lists = facts.encoded(read, facts.lists_of(store.specs), str(store.facts["zone"]))
    put(store.folder, block, np.setdiff1d(ids, block["id"]), _grown(lists, store), facts.told(end))


def _grown(lists: Lists, store: Store) -> Lists:
    """The lists of codes that became longer; "gone" is the store's own."""
    own = facts.lists_of(store.specs)
    return {key: codes for key, codes in lists.items() if codes != own[key]}


def _make(watch: Watch) -> int:
    """All requests into a fresh folder, then the folders are exchanged. Killed in between, there is none, and the next
    look makes it anew."""
    end, folder = facts.head(), facts.folder()
    fresh, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    said = facts.told(end) | {"made": secrets.token_hex(8)}
    for one in (fresh, old):
        shutil.rmtree(one, ignore_errors=True)
    create(fresh, facts.specs(), said)
    try:
        lists = facts.lists_of(facts.specs())
        of = ServiceRequest.objects.order_by().count()
        store = append(fresh, _blocks(lists, said["zone"], watch, of), codes=lists, of=of)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return store.rows


def _blocks(lists: Lists, zone: str, watch: Watch, of: int) -> Iterator[Block]:
    """All requests as columns; `lists` grows with the codes that turn up."""
    done = 0
    for read in facts.read_in_order():
        block, longer = facts.encoded(read, lists, zone)
        lists.update(longer)
        yield block
        done += len(read.requests)
        watch(done, max(done, of))


@contextmanager
def _only_one() -> Iterator[bool]:
    """Whether this process alone writes the extract while inside. The lock goes with the process."""
    beside = facts.folder().with_name("requests.lock")
    beside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


# --- the check ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A request (row id; 0: the whole extract) of which the extract says something else than the database."""

    request: int
    message: str  # marked
    values: dict[str, Any]

    def say(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.message).format(**self.values)


def check_requests(watch: Watch = unwatched) -> tuple[Difference, ...]:
    """Compare every row of the extract with the database, and every file with its checksum; up to SHOWN differences.

    Requests that changed since the extract was written are left out: it knows that it does not have these.
    """
    store = facts.opened()
    if store is None:
        return (_whole(N_("There is no extract of the requests, or it is of another database. Rebuild it.")),)
    try:
        store.verify()
    except StoreDamaged as error:
        return (_whole("{what}", what=error.say()),)
    found = [*_compared(store, watch)]
    if not found and (count := len(_surplus(store))):
        found.append(_whole(N_("The extract has {count} requests that the database has not."), count=count))
    return tuple(found[:SHOWN])


def _whole(message: str, **values: Any) -> Difference:
    return Difference(0, message, values)


def _compared(store: Store, watch: Watch) -> Iterator[Difference]:
    done, of, found = 0, ServiceRequest.objects.order_by().count(), 0
    lists, zone = facts.lists_of(store.specs), str(store.facts["zone"])
    for read in facts.read_in_order():
        block, lists = facts.encoded(read, lists, zone)
        own = store.rows_of(block["id"])
        newer = facts.changed(facts.place(store), facts.head())
        for one in _differences(block, own, newer):
            yield one
            found += 1
        if found >= SHOWN:
            return
        done += len(read.requests)
        watch(done, max(done, of))


def _differences(block: Block, own: Block, newer: NDArray[np.int64]) -> Iterator[Difference]:
    asked = block["id"][~np.isin(block["id"], newer)]
    for pk in np.setdiff1d(asked, own["id"]).tolist():
        yield Difference(pk, N_("Request {request} is not in the extract."), {"request": pk})
    both = np.intersect1d(asked, own["id"])
    order = np.argsort(own["id"])
    mine = np.searchsorted(block["id"], both)
    theirs = order[np.searchsorted(own["id"], both, sorter=order)]
    wrong: dict[int, list[str]] = {}
    for key, column in block.items():
        for at in np.flatnonzero(column[mine] != own[key][theirs]).tolist():
            wrong.setdefault(int(both[at]), []).append(key)
    for pk, keys in sorted(wrong.items()):
        values = {"request": pk, "columns": ", ".join(keys)}
        yield Difference(pk, N_("Request {request} differs in {columns}."), values)


def _surplus(store: Store) -> set[int]:
    """Rows of the extract without a request."""
    newer = set(facts.changed(facts.place(store), facts.head()).tolist())
    known = set(ServiceRequest.objects.order_by().values_list("pk", flat=True))
    return {int(pk) for block in store.live() for pk in block["id"].tolist()} - known - newer


__all__ = ["Difference", "check_requests", "is_behind", "keep", "rebuild_requests", "update"]
