"""Whether a wave's extract says what the database says: every file by its checksum, every row by its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from openhall.engines.hashes import row_hashes
from openhall.engines.store import Store, StoreDamaged, joined
from openhall.errors import N_, NotAllowed, Translate, fill
from openhall.models import Response, Unextracted, Wave
from openhall.reads import extracted
from openhall.reads.extracted import BUSY, Block, encoded, lists_of, only_one
from openhall.stats.cells import Watch, unwatched

LAST = (1 << 63) - 1  # no number of an answer is higher
Ids = NDArray[np.int64]
Hashed = tuple[Ids, NDArray[np.uint64]]

SENTENCES = {
    "absent": N_("There is no extract of this wave, or it is of another state of the database."),
    "missing": N_("{count} answers are in the database and not in the extract."),
    "extra": N_("{count} answers are in the extract and not in the database."),
    "different": N_("{count} answers are not the same in the extract as in the database."),
}
CURE = N_("Cure: openhall extract --rebuild --wave {wave}")


@dataclass
class Checked:
    """What was compared and found. `waiting` answers are marked: the extract will get them, so they are no fault."""

    rows: int = 0
    waiting: int = 0
    checksum: int = 0  # sum of the hashes of the rows that are the same, modulo 2⁶⁴
    faults: dict[str, int] = field(default_factory=dict)
    damage: StoreDamaged | None = None

    @property
    def right(self) -> bool:
        return not self.faults and self.damage is None

    def lines(self, say: Translate) -> list[str]:
        """The faults, a sentence each."""
        found = [fill(SENTENCES[name], {"count": many}, say) for name, many in self.faults.items()]
        return found + ([self.damage.say(say)] if self.damage else [])

    def add(self, name: str, many: int) -> None:
        if many:
            self.faults[name] = self.faults.get(name, 0) + many


def check(wave: Wave, watch: Watch = unwatched) -> Checked:
    """Compare every answer; nobody else writes the extract meanwhile, and answers may come in. NotAllowed where
    somebody is writing it already."""
    with only_one(wave) as mine:
        if not mine:
            raise NotAllowed(BUSY)
        found = Checked()
        store = extracted.opened(wave, extracted.known(wave))
        if store is None:
            if wave.responses.exists():
                found.faults["absent"] = 1
            return found
        try:
            store.verify()
            _compare(wave, store, found, watch)
        except StoreDamaged as damage:
            found.damage = damage
        return found


def _compare(wave: Wave, store: Store, found: Checked, watch: Watch) -> None:
    """Chunk by chunk in order of id. The marks of a chunk are read after its rows: what changed before is marked."""
    low, of = -1, Response.objects.filter(wave=wave).count()
    for rows in extracted.rows_in_order(wave):
        high = rows[-1][0]
        _chunk(wave, store, found, (low, high), rows)
        low = high
        watch(found.rows, max(of, found.rows))
    _chunk(wave, store, found, (low, LAST), [])


def _chunk(
    wave: Wave, store: Store, found: Checked, between: tuple[int, int], rows: Sequence[extracted.Row]
) -> None:
    block, _lists = encoded(wave, rows, lists_of(store.specs))
    marks = Unextracted.objects.filter(wave=wave.pk, response__gt=between[0], response__lte=between[1])
    marked = np.fromiter(marks.values_list("response", flat=True), np.int64)
    ours, theirs = _hashed(store, block, marked), _hashed(store, _between(store, between), marked)
    _both, here, there = np.intersect1d(ours[0], theirs[0], return_indices=True)
    same = ours[1][here] == theirs[1][there]
    found.add("missing", len(ours[0]) - len(here))
    found.add("extra", len(theirs[0]) - len(there))
    found.add("different", int((~same).sum()))
    found.rows += len(rows)
    found.waiting += len(marked)
    found.checksum = (found.checksum + int(ours[1][here][same].sum(dtype=np.uint64))) % (1 << 64)


def _hashed(store: Store, block: Mapping[str, NDArray[np.generic]], marked: Ids) -> Hashed:
    """The ids and hashes of the rows that are not marked."""
    kept = ~np.isin(block["id"], marked)
    return block["id"][kept], row_hashes(block, store.specs)[kept]


def _between(store: Store, between: tuple[int, int]) -> Block:
    """The extract's rows with ids above the first and up to the second."""
    parts = []
    with store.reading():
        for segment in store.segments:
            start, end = np.searchsorted(store.column(segment, "id"), between, side="right")
            part = {spec.key: store.column(segment, spec.key)[start:end] for spec in store.specs}
            if segment.gone:
                there = part["void"] != store.gone
                part = {key: column[there] for key, column in part.items()}
            parts.append(part)
    return joined(parts, store.specs)
