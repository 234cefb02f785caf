"""Exact counts of a wave's answers at any moment, at the cost of what changed since they were last extracted.

    counts = extract − the extract's rows of changed answers + the changed answers as they are in the database

The marks are read first, the extract after them: whatever the worker does in between, each answer is counted once.
Counts of the extract are kept in memory and on disk, for each of its segments. Decision 0017.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

import numpy as np
from django.db.models import Count, Sum
from numpy.typing import NDArray

from openhall import __version__
from openhall.engines.asked import columns_asked
from openhall.engines.columns import CHANNELS, VALID, codes_of, columns_of, counting
from openhall.engines.store import ABOUT, Store, StoreChanged, StoreDamaged
from openhall.models import Extract, Office, Response, Unextracted, Wave, new_stamp
from openhall.reads import extracted, kept_counts
from openhall.reads.extracted import CHUNK, OTHER, Block, Lists, Row
from openhall.stats import blocks
from openhall.stats.axes import Ask, Coded, Day, Where
from openhall.stats.cells import Cells, Watch, added, unwatched
from openhall.stats.counted import Counted

log = logging.getLogger(__name__)

TRIES = 5  # while the worker writes, the extract may have to be opened again
KEPT_FROM = 1 << 16  # rows of a segment whose counts are worth a file
GROUPED_FROM = 20_000  # changed answers from which the database counts what is only about the sheets
HELD = 10 * CHUNK  # changed answers a report holds, 35 bytes each with the study's questions
SHEETS = "sheets"  # how many answers a row stands for, where the database has counted them


@dataclass(frozen=True, slots=True)
class State:
    """What tells one state of a wave's answers from another: the extract's stamp, how many marks, their sum."""

    stamp: str = ""
    marks: int = 0
    tokens: int = 0

    def __str__(self) -> str:
        return f"{self.stamp}-{self.marks}-{self.tokens}"


def engine(wave: Wave, state: State | None = None) -> Live:
    """What counts the wave's answers, all that are there: void and unfinished ones, too."""
    return Live(wave, state or states([wave])[wave.pk])


def counted(wave: Wave, where: Where = (), live: Live | None = None) -> Counted:
    """The tables of the wave's valid answers."""
    asked = wave.version.asked
    return Counted(live or engine(wave), columns_of(asked), where=(*counting([VALID]), *where))


def version(wave: Wave) -> str:
    """Another text whenever an answer came, changed or went; cheap, and no less often than that."""
    return str(states([wave])[wave.pk])


def pending(wave: Wave) -> int:
    """Answers that have to be read from the database for each count: above some 100,000 the worker should be waited
    for."""
    known = extracted.known(wave)
    if extracted.opened(wave, known) is None:
        return Response.objects.filter(wave=wave).count()  # of one version: naming it would cost the index
    return Unextracted.objects.filter(wave=wave.pk).count()


def states(waves: Iterable[Wave]) -> dict[int, State]:
    """The state of each wave's answers, in two queries.

    The marks first: with a stamp of before and the marks of after an extraction, a state that was would be told again.
    """
    keys = [wave.pk for wave in waves]
    marks = Unextracted.objects.filter(wave__in=keys).order_by().values_list("wave")
    sums = {pk: (many, total) for pk, many, total in marks.annotate(many=Count("*"), total=Sum("token"))}
    stamps = dict(Extract.objects.filter(pk__in=keys).values_list("pk", "stamp"))
    return {pk: State(stamps.get(pk, ""), *sums.get(pk, (0, 0))) for pk in keys}


def about(wave: Wave) -> Mapping[str, Coded | Day]:
    """The axes about a sheet: `office` (its row number), `channel`, `language`, `day`, and `void`, why it does not
    count."""
    own = extracted.lists_of(extracted.specs(wave))
    return {
        "office": Coded("office", tuple(Office.objects.order_by("pk").values_list("pk", flat=True))),
        "channel": Coded("channel", CHANNELS),
        "language": Coded("language", own["language"]),
        "day": Day("day"),
        "void": Coded("void", own["void"]),
    }


Place = tuple[int, str, str]  # office, channel, why it does not count
_CHANNEL, _VOID = Coded("channel", CHANNELS), Coded("void", extracted.REASONS)


def returned(wave: Wave, live: Live | None = None) -> Counter[Place]:
    """How many answers came back, by office, channel and why they do not count ("": they do)."""
    offices = tuple(Office.objects.order_by("pk").values_list("pk", flat=True))
    cells = (live or engine(wave)).count([(Coded("office", offices), _CHANNEL, _VOID)])[0]
    found: Counter[Place] = Counter()
    for (office, channel, void), many in zip(cells.values.tolist(), cells.counts.tolist(), strict=True):
        found[offices[office - 1], (OTHER, *CHANNELS)[channel], (OTHER, *extracted.REASONS)[void]] += many
    return found


def by_reason(waves: Iterable[Wave]) -> dict[int, Counter[str]]:
    """How many answers came back to each wave, by why they do not count ("": they do)."""
    waves = list(waves)
    found, now = {}, states(waves)
    for wave in waves:
        cells = engine(wave, now[wave.pk]).count([(_VOID,)])[0]
        pairs = zip(cells.values[:, 0].tolist(), cells.counts.tolist(), strict=True)
        counter: Counter[str] = Counter()
        for void, many in pairs:
            counter[(OTHER, *extracted.REASONS)[void]] += many
        found[wave.pk] = counter
    return found


@dataclass
class _Snapshot:
    """The extract as it was opened after the marks were read; None where the whole wave is read instead."""

    store: Store | None
    marked: NDArray[np.int64]
    codes: Lists = field(default_factory=dict)
    held: dict[bool, list[Block]] = field(
        default_factory=dict
    )  # the changed answers where they are few; with questions or not
    taken: Block | None = None  # what the extract says of them


class Live:
    """An `Engine` over a wave's answers as they are now. What one object was asked is of one moment, or nearly; of one
    indeed inside `still`."""

    def __init__(self, wave: Wave, state: State) -> None:
        self.wave, self.state = wave, state
        self._loaded: _Snapshot | None = None

    @contextmanager
    def still(self) -> Iterator[Live]:
        """Count the same answers inside, whoever answers meanwhile: the extract is kept from being cleared away, and
        the changed answers are read once, where they are no more than `HELD`."""
        self.state, self._loaded = states([self.wave])[self.wave.pk], None
        store = extracted.opened(self.wave, extracted.known(self.wave))
        with store.reading() if store else nullcontext():
            now = self._snapshot()  # opened again, now that nothing is cleared away
            if (len(now.marked) if now.store else self.rows) <= HELD:
                now.held[True] = list(self._changed(now, answers=True))
            if states([self.wave])[self.wave.pk] != self.state:
                self.state = State(new_stamp())  # some came meanwhile: what was read is nobody else's
            yield self

    @property
    def rows(self) -> int:
        """Answers that will be looked at."""
        now = self._snapshot()
        if now.store is None:
            return Response.objects.filter(wave=self.wave).count()
        return now.store.rows + 2 * len(now.marked)

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        """As `Engine.count`."""
        asks = tuple(asks)
        question = _digest(asks, where, weight)
        key = f"{self.wave.pk}-{self.state}-{question}"
        found = kept_counts.remembered(key)
        for _ in range(TRIES):
            if found is not None:
                break
            try:
                found = self._count(asks, where, weight, question, watch)
            except (StoreChanged, StoreDamaged) as error:
                self._loaded, trouble = None, error.say()  # written while we read: open it again
        if found is None:
            log.error("The extract of wave %s cannot be read: %s", self.wave.pk, trouble)
            self._loaded = _without(self.wave)  # as where there is none
            found = self._count(asks, where, weight, question, watch)
        kept_counts.remember(key, found)
        return found

    def _count(
        self, asks: Sequence[Ask], where: Where, weight: str, question: str, watch: Watch
    ) -> tuple[Cells, ...]:
        keys = columns_asked(asks, where, weight)
        answers = any(key not in ABOUT for key in keys)
        if not answers and not weight and self._grouped_soonest():
            return self._grouped(asks, where, [key for key in keys if key != "id"])
        now = self._snapshot()
        if now.store is None:
            found = self._changed(now, answers)
            return blocks.count(asks, found, now.codes, where=where, weight=weight, watch=watch, of=self.rows)
        fresh = blocks.count(asks, self._changed(now, answers), now.codes, where=where, weight=weight)
        with now.store.reading():
            old = _of_store(now.store, asks, where, weight, question, watch)
            if not len(now.marked):
                return old
            if now.taken is None:
                now.taken = now.store.rows_of(now.marked)
        away = blocks.count(asks, [now.taken], now.store.codes, where=where, weight=weight)
        return tuple(added(three, [1, -1, 1]) for three in zip(old, away, fresh, strict=True))

    def _grouped_soonest(self) -> bool:
        """Whether what is only about the sheets is counted by the database: without an extract, or with one that is far
        behind. The marks of millions are not even read for it."""
        now = self._loaded
        if now is not None and True in now.held:
            return False
        if now is None and self.state.marks > GROUPED_FROM:
            store = extracted.opened(self.wave, extracted.known(self.wave))
            return store is None or self.state.marks > store.rows // 20
        now = now or self._snapshot()
        return now.store is None or len(now.marked) > max(GROUPED_FROM, now.store.rows // 20)

    def _snapshot(self) -> _Snapshot:
        if self._loaded is None:
            self._loaded = _load(self.wave)
        return self._loaded

    def _changed(self, now: _Snapshot, answers: bool) -> Iterator[Block]:
        """The rows of the database that count instead of the extract's."""
        held = now.held.get(answers) or now.held.get(True)
        if held is not None:
            yield from held
            return
        chunks = _chunks(self.wave, now, answers)
        first, second = next(chunks, []), next(chunks, None)
        block = self._encoded(first, now, answers)
        if second is None:
            now.held[answers] = [block]
        yield block
        if second is not None:
            yield self._encoded(second, now, answers)
            for rows in chunks:
                yield self._encoded(rows, now, answers)

    def _encoded(self, rows: Sequence[Row], now: _Snapshot, answers: bool) -> Block:
        block, lists = extracted.encoded(self.wave, rows, now.codes, answers=answers)
        now.codes.update(lists)  # the same object that whoever counts has
        return block

    def _grouped(self, asks: Sequence[Ask], where: Where, keys: Sequence[str]) -> tuple[Cells, ...]:
        """Without an extract the database counts what is only about the sheets."""
        block, lists = extracted.grouped(self.wave, keys, SHEETS)
        return blocks.count(asks, [block], lists, where=where, weight=SHEETS)


def _load(wave: Wave) -> _Snapshot:
    """The marks, then the extract. Should another one have come between, both again."""
    before = extracted.known(wave)
    while before is not None:
        marked = _marked(wave)
        known = extracted.known(wave)
        store = extracted.opened(wave, known)
        if store is not None:
            return _Snapshot(store, marked, dict(codes_of(store.specs)))
        if known is None or known.stamp == before.stamp:
            break  # there is none, and nobody has just written one
        before = known
    return _without(wave)


def _without(wave: Wave) -> _Snapshot:
    """Everything from the database."""
    return _Snapshot(None, np.zeros(0, np.int64), dict(codes_of(extracted.specs(wave))))


def _marked(wave: Wave) -> NDArray[np.int64]:
    found = Unextracted.objects.filter(wave=wave.pk).order_by("response").values_list("response", flat=True)
    return np.fromiter(found.iterator(chunk_size=10_000), np.int64)


def _chunks(wave: Wave, now: _Snapshot, answers: bool) -> Iterator[list[Row]]:
    if now.store is None:
        yield from extracted.rows_in_order(wave, answers=answers)
        return
    for start in range(0, len(now.marked), CHUNK):
        yield extracted.rows_by_id(wave, now.marked[start : start + CHUNK].tolist(), answers=answers)


def _of_store(
    store: Store, asks: Sequence[Ask], where: Where, weight: str, question: str, watch: Watch
) -> tuple[Cells, ...]:
    """The extract's own tables: those of each segment, from disk where they were counted before."""
    keys = [*columns_asked(asks, where, weight), "void"]
    tables: list[tuple[Cells, ...]] = []
    done = 0
    for segment in store.segments:
        # with checksums and codes, as a store of a backup that goes on has the same versions with other rows
        files = [(segment.files[key], store.codes.get(key)) for key in dict.fromkeys(keys)]
        mark = _digest(__version__, store.folder.name, segment.name, files, question)
        found = kept_counts.from_disk(mark, asks)
        if found is None:
            alone = Store(store.folder, replace(store.manifest, segments=(segment,)), store.memory)
            found = alone.count(asks, where=where, weight=weight)
            if segment.rows >= KEPT_FROM:
                kept_counts.to_disk(mark, found)
        tables.append(found)
        done += segment.rows
        watch(done, sum(one.rows for one in store.segments))
    if len(tables) == 1:
        return tables[0]
    return tuple(map(added, zip(*tables, strict=True))) if tables else blocks.count(asks, [], {})


def _digest(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
