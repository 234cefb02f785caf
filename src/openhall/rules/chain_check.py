"""Checking a whole chain of events: one pass over the rows, then a name for every fault found.

Knows nothing of databases: rows come in as tuples, in the order of their numbers. What can be told from what: a row's
own hash says whether its facts are as they were written, the hash kept by the row after it whether the row was written
anew, the numbers whether one is missing or too many, checkpoints kept elsewhere whether the end was cut off or a whole
stretch written anew. Decision 0015; row D6 of the mission.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from openhall.errors import Word
from openhall.rules.chain import ERASED, ERASURE, GENESIS, Anchor, canonical, line, read
from openhall.rules.chain_faults import FILE, ITSELF, TABLE, Fault, merged

MOST_SUSPECTS = 10_000  # rows looked at closely; more are only counted
MOST_TRIED = 200  # other places tried for a row that may have been moved
EVERY = 20_000  # rows between two words of progress

Values = tuple[int, str, str, str, str, int | None, str, str, str, str]  # of a Row


class Row(NamedTuple):
    """One event as it is stored; `at` as `chain.stamp` writes it, `data` as JSON text in any order of keys."""

    seq: int
    at: str
    kind: str
    subject_type: str
    subject_id: str
    by: int | None
    data: str
    data_hash: str
    prev: str
    hash: str


class Head(NamedTuple):
    """What the log says of its own end."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `events`: rows read; `erased`: events whose data were erased, with an event that says so."""

    events: int
    last: Head
    faults: tuple[Fault, ...]
    erased: tuple[int, ...]
    anchors: int  # checkpoints compared
    months: Mapping[str, int]  # "2026-03" -> events

    @property
    def intact(self) -> bool:
        return not self.faults


@dataclass(slots=True)
class Suspect:
    """A row that does not fit, and its neighbourhood."""

    row: Row
    before: str  # hash of the row in front; "" where that is missing
    own: bool  # its hash fits its facts
    data: bool  # its data fit their hash
    linked: bool  # it fits the row in front
    after: str = ""  # what the row behind keeps of it; "" where there is none


def check(
    rows: Iterable[Values],
    *,
    head: Head | None = None,
    anchors: Mapping[str, Iterable[Anchor]] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Checked:
    """Check a log. `rows` in the order of their numbers; `head` what the log remembers as its end, if it does;
    `anchors` checkpoints by where they were kept (a marked name). Memory does not grow with the log.
    """
    sources = {name: list(kept) for name, kept in (anchors or {}).items()}
    walk = _walk(rows, {one.seq for kept in sources.values() for one in kept}, progress)
    faults = [*walk.faults, *_suspected(walk, head), *_end(walk, head, sources)]
    faults += _anchored(walk, sources, faults) + _compared(sources)
    if walk.uncounted:
        faults.append(Fault("more", walk.last.seq, walk.last.seq, {"count": walk.uncounted}))
    erased = tuple(sorted(one.row.seq for one in walk.suspects if _is_erased(one, walk.erasures)))
    compared = len({one for kept in sources.values() for one in kept})
    ordered = tuple(sorted(merged(faults), key=lambda one: (one.first, one.last)))
    return Checked(walk.events, walk.last, ordered, erased, compared, dict(sorted(walk.months.items())))


@dataclass(slots=True)
class _Walk:
    """What one pass over the rows leaves behind."""

    wanted: set[int]  # numbers of which checkpoints speak
    events: int = 0
    last: Head = field(default_factory=lambda: Head(0, GENESIS))
    suspects: list[Suspect] = field(default_factory=list)
    uncounted: int = 0  # suspects beyond MOST_SUSPECTS
    faults: list[Fault] = field(default_factory=list)
    erasures: set[int] = field(default_factory=set)  # events an erasure names
    found: dict[int, str] = field(default_factory=dict)  # hashes of the wanted
    months: Counter[str] = field(default_factory=Counter)


def _walk(
    rows: Iterable[Values],
    wanted: set[int],
    progress: Callable[[int], None] | None,
) -> _Walk:
    walk = _Walk(wanted)
    expected, before, months = 1, GENESIS, walk.months
    suspect: Suspect | None = None
    for values in rows:
        seq, at, kind, subject_type, subject_id, by, data, kept, prev, hash = values
        walk.events += 1
        months[at[:7]] += 1
        if seq < expected:
            walk.faults.append(Fault("added", seq, seq))
            continue
        if suspect is not None:
            suspect.after, suspect = prev if seq == expected else "", None
        if seq > expected:
            walk.faults.append(_missing(expected, seq - 1))
            before = ""  # what it was cannot be known
        text = line(seq, at, kind, subject_type, subject_id, by, kept, prev)
        own = sha256(text.encode()).hexdigest() == hash and text.count("\n") == 7
        data_fits = sha256(data.encode()).hexdigest() == kept or _hash_of(data) == kept
        if not (own and data_fits and prev == before):
            linked = not before or prev == before
            if not (own and data_fits and linked):
                suspect = _keep(walk, Suspect(Row(*values), before, own, data_fits, linked))
        if seq in wanted:
            walk.found[seq] = hash
        if kind == ERASURE and own and data_fits:
            walk.erasures.add(_named(data))
        expected, before = seq + 1, hash
        if progress and walk.events % EVERY == 0:
            progress(walk.events)
    walk.last = Head(expected - 1, before)
    return walk


def _keep(walk: _Walk, suspect: Suspect) -> Suspect | None:
    if len(walk.suspects) >= MOST_SUSPECTS:
        walk.uncounted += 1
        return None
    walk.suspects.append(suspect)
    return suspect


def _missing(first: int, last: int) -> Fault:
    return Fault("missing" if first == last else "missing_many", first, last)


def _hash_of(data: str) -> str:
    """The hash of data whose text need not be the canonical one: keys in another order. "" for what is no JSON."""
    try:
        return sha256(canonical(read(data)).encode()).hexdigest()
    except ValueError:
        return ""


def _named(data: str) -> int:
    """The event an erasure names; 0 for none."""
    said = read(data)
    named = said.get("event") if isinstance(said, dict) else None
    return named if isinstance(named, int) else 0


def _is_erased(one: Suspect, erasures: set[int]) -> bool:
    return one.own and not one.data and one.row.data == canonical(ERASED) and one.row.seq in erasures


# --- what the suspects tell


def _suspected(walk: _Walk, head: Head | None) -> list[Fault]:
    suspects = walk.suspects
    if suspects and suspects[-1].row.seq == walk.last.seq and head and head.seq == walk.last.seq:
        suspects[-1].after = suspects[-1].after or head.hash
    at_fault = {one.row.seq: one for one in suspects}
    gaps = [place for fault in walk.faults for place in (fault.first, fault.last)]
    moved = _moved(suspects, gaps)
    faults: list[Fault] = []
    for one in suspects:
        seq = one.row.seq
        if seq in moved:
            written = moved[seq]
            if moved.get(written) != seq:
                faults.append(Fault("moved", seq, seq, {"written": written}))
            elif seq < written:
                faults.append(Fault("swapped", seq, written))
        elif not one.own:
            faults.append(_changed(one))
        else:
            if not one.data and not _is_erased(one, walk.erasures):
                faults.append(Fault("data", seq, seq))
            if not one.linked:
                faults += _unlinked(one, at_fault.get(seq - 1))
    return faults


def _text(row: Row, *, seq: int | None = None, data_hash: str | None = None, prev: str | None = None) -> str:
    """The hash the row would have with another number, data hash or predecessor."""
    return sha256(
        line(
            row.seq if seq is None else seq,
            row.at,
            row.kind,
            row.subject_type,
            row.subject_id,
            row.by,
            row.data_hash if data_hash is None else data_hash,
            row.prev if prev is None else prev,
        ).encode()
    ).hexdigest()


def _changed(one: Suspect) -> Fault:
    """Which part of a row was changed whose own hash does not fit, as far as it can be told."""
    row, seq = one.row, one.row.seq
    if not one.linked and _text(row, prev=one.before) == row.hash:
        return Fault("prev", seq, seq, {"before": seq - 1})
    if not one.data and _text(row, data_hash=_hash_of(row.data)) == row.hash:
        return Fault("data_hash", seq, seq)
    if one.after == _text(row):
        return Fault("hash", seq, seq)
    return Fault("facts", seq, seq)


def _unlinked(one: Suspect, neighbour: Suspect | None) -> list[Fault]:
    """A sound row that does not fit the one in front: whoever is held by the rows behind is right."""
    seq = one.row.seq
    if neighbour is not None and not neighbour.own:
        return []  # the one in front is known to be changed
    if seq == 1 or (one.after and one.after != one.row.hash):
        return [Fault("written_anew", seq, seq, {"after": seq + 1 if seq > 1 else 1})]
    return [Fault("written_anew", seq - 1, seq - 1, {"after": seq})]


def _moved(suspects: list[Suspect], gaps: list[int]) -> dict[int, int]:
    """Rows that stand under another number than they were written with: number now -> number then."""
    places = [*gaps[:MOST_TRIED], *(one.row.seq for one in suspects if not one.own)][: 2 * MOST_TRIED]
    moved: dict[int, int] = {}
    shift = 1
    for one in suspects:
        if one.own:
            continue
        row = one.row
        for seq in (row.seq + shift, row.seq + 1, row.seq - 1, *places):
            if seq != row.seq and _text(row, seq=seq) == row.hash:
                moved[row.seq], shift = seq, seq - row.seq
                break
    return moved | _exchanged(
        [one for one in suspects if not one.own and one.row.seq not in moved][:MOST_TRIED]
    )


def _exchanged(suspects: list[Suspect]) -> dict[int, int]:
    """Pairs of rows that have exchanged all their facts while numbers and hashes stayed."""
    moved = {}
    for one in suspects:
        for other in suspects:
            if other is not one and _text(one.row, seq=other.row.seq, prev=other.row.prev) == other.row.hash:
                moved[one.row.seq] = other.row.seq
    return {now: then for now, then in moved.items() if moved.get(then) == now}


# --- what the end and the checkpoints tell


def _end(walk: _Walk, head: Head | None, sources: Mapping[str, list[Anchor]]) -> list[Fault]:
    last = walk.last
    witnesses = [(one.seq, name) for name, kept in sources.items() for one in kept]
    if head is not None:
        witnesses.append((head.seq, ITSELF))
    seq, name = max(witnesses, default=(0, ""))
    faults = []
    if seq > last.seq:
        values = {"before": last.seq, "witness": Word(name)}
        faults.append(Fault("cut", last.seq + 1, seq, values))
    if head is not None and head.seq < last.seq:
        faults.append(Fault("beyond", head.seq + 1, last.seq))
    elif head is not None and head.seq == last.seq and head.hash != last.hash:
        known = walk.suspects and walk.suspects[-1].row.seq == last.seq and not walk.suspects[-1].own
        if not known:
            faults.append(Fault("head", last.seq, last.seq))
    return faults


def _anchored(walk: _Walk, sources: Mapping[str, list[Anchor]], faults: list[Fault]) -> list[Fault]:
    """Checkpoints against the rows. A sound chain up to a later checkpoint that fits proves the earlier rows."""
    kept = sorted(
        ((one, name) for name, each in sources.items() for one in each), key=lambda pair: pair[0].seq
    )
    fits = sorted({one.seq for one, _name in kept if walk.found.get(one.seq) == one.hash})
    broken = [fault.first for fault in faults]
    found = []
    for one, name in kept:
        if one.seq not in walk.found or walk.found[one.seq] == one.hash:
            continue
        later = next((seq for seq in fits if seq >= one.seq), None)
        values: dict[str, object] = {"date": one.at, "source": Word(name)}
        if later is not None and not any(one.seq <= place <= later for place in broken):
            found.append(Fault("anchor", one.seq, one.seq, values))
        elif one.seq not in broken:
            proven = max((seq for seq in fits if seq < one.seq), default=0)
            found.append(Fault("rewritten", proven + 1, one.seq, values))
    return found


def _compared(sources: Mapping[str, list[Anchor]]) -> list[Fault]:
    """Checkpoints that one keeper has and the table or the hall's file lacks, though it has newer ones."""
    faults = []
    for name in (TABLE, FILE):
        kept = sources.get(name, [])
        mine = {(one.at, one.seq) for one in kept}
        newest = max((one.at for one in kept), default="")
        others = {one for other, each in sources.items() if other != name for one in each}
        for one in sorted(others, key=lambda one: (one.seq, one.at)):
            if one.at and one.at < newest and (one.at, one.seq) not in mine:
                faults.append(
                    Fault("anchor_missing", one.seq, one.seq, {"date": one.at, "source": Word(name)})
                )
    return faults
