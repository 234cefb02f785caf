"""Counting facts about service requests, exact at any moment: the extract, less the rows of requests that changed
since, plus these as they are in the database now. Issue 5; row C7.

What the extract says is remembered by its version, so that only what changed since is counted again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from openhall.engines.memory import Memory
from openhall.engines.store import Store, StoreChanged, StoreDamaged, joined
from openhall.errors import N_, NotAllowed
from openhall.models import ServiceRequest, User, hall_calendar
from openhall.reads import facts
from openhall.reads.facts import Head, Lists
from openhall.rules.permissions import DEPARTMENT, Reach, may
from openhall.stats.axes import Ask, Code, Coded, In, Where
from openhall.stats.cells import Cells, Watch, added, unwatched
from openhall.stats.counted import Columns, Counted

MOST_FRESH = 50_000  # requests read from the database to answer a page
REMEMBERED = 400  # tables of the extract
T = TypeVar("T")
Key = tuple[object, Where, Ask]


class NotReady(NotAllowed):
    """Too much has changed since the extract was last written; the worker is at it."""


@dataclass(frozen=True)
class Live:
    """An `Engine`: what the extract has, less `old`, plus `fresh`. `lists`: the codes of every choice, of both."""

    store: Store | None
    old: Memory
    fresh: Memory
    lists: Lists
    head: Head  # of the log up to which it is told
    known: dict[tuple[Where, Ask], Cells] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rows(self) -> int:
        return (self.store.rows if self.store else 0) + self.fresh.rows

    def coded(self, key: str) -> Coded:
        """The axis of a choice."""
        return Coded(key, self.lists[key])

    def only(self, key: str, *codes: Code) -> In:
        """The requests with one of these codes."""
        return In(self.coded(key), codes)

    def without(self, key: str, codes: Sequence[Code]) -> In:
        """The requests with another code."""
        return In(self.coded(key), tuple(code for code in self.lists[key] if code not in set(codes)))

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        if weight:
            raise ValueError("requests have no weights")
        known = {ask: self.known[(where, ask)] for ask in asks if (where, ask) in self.known}
        missing = [ask for ask in dict.fromkeys(asks) if ask not in known]
        if missing:
            found = dict(zip(missing, self._counted(missing, where, watch), strict=True))
            if len(self.known) > REMEMBERED:
                self.known.clear()
            self.known.update({(where, ask): cells for ask, cells in found.items()})
            known |= found
        return tuple(known[ask] for ask in asks)

    def _counted(self, asks: Sequence[Ask], where: Where, watch: Watch) -> tuple[Cells, ...]:
        fresh = self.fresh.count(asks, where=where)
        if self.store is None:
            return fresh
        old = self.old.count(asks, where=where)
        whole = _remembered(self.store, asks, where, watch)
        return tuple(_sum(three) for three in zip(whole, old, fresh, strict=True))


def _sum(three: tuple[Cells, Cells, Cells]) -> Cells:
    whole, old, fresh = three
    return added(three, [1, -1, 1]) if len(old.counts) or len(fresh.counts) else whole


def counted(engine: Live, where: Where = ()) -> Counted:
    """The tables of the requests that match."""
    return Counted(engine, Columns({}), where=where)


def seen_by(engine: Live, user: User) -> Where:
    """The requests whose figures this person may see: those they may see in lists, as `visible_to` says; of who works
    in a department, those it leads."""
    found = list[In]()
    if user.office_id and set(own := user.stands_for()) & set(engine.lists["accused"]):
        found.append(engine.without("accused", sorted(own)))
    if user.role in DEPARTMENT:
        found.append(engine.only("lead", user.office_id or -1))
    secret = Reach(frozenset({user.office_id} - {None}), confidential=True)
    if not may(user.role, "request.view", office=user.office_id, of=secret):
        found.append(engine.only("confidential", 0))
    return tuple(found)


# --- the engine ---------------------------------------------------------------------------------------------------


def live() -> Live:
    """The facts as they are now. NotReady where more than MOST_FRESH requests changed since the extract was written."""
    store, end = facts.opened(), facts.head()
    with _lock:
        known = _last.get("live")
    if known is not None and known.head == end and _same(known.store, store):
        return known
    found = _all_fresh(end) if store is None else _joined(store, end)
    with _lock:
        _last["live"] = found
    return found


def _same(one: Store | None, other: Store | None) -> bool:
    return (one and (one.folder, one.version, one.facts)) == (
        other and (other.folder, other.version, other.facts)
    )


def _joined(store: Store, end: Head) -> Live:
    if end.seq - facts.place(store).seq > 20 * MOST_FRESH:
        raise _not_ready()
    ids = facts.changed(facts.place(store), end)
    if len(ids) > MOST_FRESH:
        raise _not_ready()
    read, zone = facts.read_by_id(ids.tolist()), str(store.facts["zone"])
    own = facts.lists_of(store.specs)
    block, lists = facts.encoded(read, own, zone)
    old = store.rows_of(ids)
    return Live(store, Memory(old, own, len(old["id"])), Memory(block, lists, len(block["id"])), lists, end)


def _all_fresh(end: Head) -> Live:
    """A new hall, before the worker has made the extract: everything out of the database."""
    if ServiceRequest.objects.order_by()[: MOST_FRESH + 1].count() > MOST_FRESH:
        raise _not_ready()
    zone, lists, parts = hall_calendar().zone, facts.lists_of(facts.specs()), []
    for read in facts.read_in_order():
        block, lists = facts.encoded(read, lists, zone)
        parts.append(block)
    whole = joined(parts, facts.specs())
    return Live(None, Memory({}, {}, 0), Memory(whole, lists, len(whole["id"])), lists, end)


def _not_ready() -> NotReady:
    return NotReady(N_("The figures are being counted for the first time. Look again in some minutes."))


_lock = Lock()
_last: dict[str, Live] = {}
_tables: OrderedDict[Key, Cells] = OrderedDict()


def forget() -> None:
    """Remember nothing."""
    with _lock:
        _last.clear()
        _tables.clear()


def _remembered(store: Store, asks: Sequence[Ask], where: Where, watch: Watch) -> tuple[Cells, ...]:
    """The extract's own tables; those not known yet in one pass."""
    keys: list[Key] = [(_content(store), where, ask) for ask in asks]
    with _lock:
        found = {key: _tables[key] for key in keys if key in _tables}
    missing = list(dict.fromkeys(key for key in keys if key not in found))
    if missing:
        tables = store.count([key[2] for key in missing], where=where, watch=watch)
        found |= dict(zip(missing, tables, strict=True))
    with _lock:
        for key in keys:
            _tables[key] = found[key]
            _tables.move_to_end(key)
        while len(_tables) > REMEMBERED:
            _tables.popitem(last=False)
    return tuple(found[key] for key in keys)


def _content(store: Store) -> object:
    """What rows the extract has: its making, and the segments with what is marked as gone in each."""
    parts = tuple((one.name, one.files["void"][0]) for one in store.segments)
    return str(store.folder), store.facts.get("made"), parts


def exactly(call: Callable[[Live], T]) -> T:
    """What `call` makes of the facts as they are now; once more, where the extract was brought up to date meanwhile."""
    try:
        return call(live())
    except (StoreChanged, StoreDamaged):
        forget()
        return call(live())
