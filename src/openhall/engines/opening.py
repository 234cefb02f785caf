"""Whatever has answers in it, opened by its address: a data file, a store, Parquet files, a database, a cluster.

Each way imports its library only when it is gone.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openhall.engines.columns import VALID, codes_of, columns_of, encode, required, specs_of
from openhall.engines.memory import Memory
from openhall.errors import N_, BadInput, Problem
from openhall.stats.axes import Alike, Ask, Coded, Where
from openhall.stats.cells import Engine, Watch, unwatched
from openhall.stats.counted import Columns, Counted
from openhall.surveys import validity
from openhall.surveys.questionnaire import Kind, Questionnaire

if TYPE_CHECKING:
    from openhall.engines.store import Store

GIGABYTE = 1 << 30
SMALL = 20_000_000  # bytes of a CSV that is read into memory, with all rules of validity applied
FEW = 300_000  # rows of a file that is
LINES = (".csv", ".tsv", ".txt")
POSTGRES = ("postgresql://", "postgres://")
CLUSTER = ("spark://", "spark+")


@dataclass(frozen=True)
class Returned:
    """What became of the sheets: (office, returned, void) a line; void sheets by rule, and valid ones to be
    looked at again."""

    lines: tuple[tuple[str, int, int], ...]
    reasons: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)

    @property
    def returned(self) -> int:
        return sum(returned for _, returned, _ in self.lines)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Answers ready to be counted: `where` are the conditions of the sheets that count. `known` is what
    became of the sheets where that was found out in reading; `facts` of it where only a part was."""

    name: str
    engine: Engine
    columns: Columns
    where: Where = ()
    known: Returned | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Coded] = field(default_factory=dict)  # `office` and `void`, where the data have them
    straight: Alike | None = None  # five scale items or more, all answered alike
    whole: Sequence[validity.Caution] = ()  # what is odd about the sheets together
    notes: Sequence[Problem] = ()

    def counted(self) -> Counted:
        """The tables of the valid sheets."""
        return Counted(self.engine, self.columns, where=self.where)

    def asks(self) -> tuple[Ask, ...]:
        """What `returned` needs of the valid sheets, to be counted together with the rest."""
        return () if self.known is not None else ((), *([(self.straight,)] if self.straight else []))

    def returned(self, counted: Counted, watch: Watch = unwatched) -> Returned:
        """What became of the sheets, counted by office and reason."""
        if self.known is not None:
            return self.known
        office, void = self.about.get("office"), self.about.get("void")
        ask = tuple(axis for axis in (office, void) if axis is not None)
        [cells] = self.engine.count([ask], watch=watch)
        every, bad, reasons = Counter[str](), Counter[str](), Counter[str]()
        for row, count in zip(cells.values.tolist(), cells.counts.tolist(), strict=True):
            place = row[0] if office else 0
            name = str(office.codes[place - 1]) if office and place > 0 else ""
            every[name] += count
            reason = VALID if void is None or row[-1] < 1 else str(void.codes[row[-1] - 1])
            if reason != VALID:
                bad[name] += count
                reasons[reason] += count
        if void is None:
            bad = Counter({"": sum(every.values()) - counted.n})
            reasons = Counter({validity.Rule.BLANK.value: bad[""]})
            every = Counter({"": sum(every.values())})
        lines = tuple((name, every[name], bad[name]) for name in sorted(every))
        told = self.facts.get("reasons") or {key: many for key, many in sorted(reasons.items()) if many}
        return Returned(lines or (("", 0, 0),), told, self._flags(counted))

    def _flags(self, counted: Counted) -> dict[str, int]:
        flags: dict[str, int] = dict(self.facts.get("flags", {}))
        if self.straight:
            alike = counted.yes(self.straight)
            flags |= {validity.Rule.STRAIGHT_LINING.value: alike} if alike else {}
        return dict(sorted(flags.items()))


@contextmanager
def open_data(
    address: str | Path,
    questionnaire: Questionnaire,
    *,
    memory: int = GIGABYTE,
    watch: Callable[[], Watch] = lambda: unwatched,
    small: int = SMALL,
) -> Iterator[Source]:
    """The answers at an address, while inside: the path of a data file, of a folder with a store or with
    Parquet files, `postgresql://…?table=…`, `spark+local:///…`.

    A larger CSV becomes a store for as long as it is open; `watch` gives who is told of that. BadInput where
    there is nothing, or nothing of this questionnaire.
    """
    text = str(address)
    if text.startswith(POSTGRES):
        from openhall.engines import postgres

        yield _remote(postgres.opened(text, questionnaire), questionnaire, _safe(text))
    elif text.startswith(CLUSTER):
        from openhall.engines import cluster

        yield _remote(cluster.opened(text, questionnaire), questionnaire, _safe(text))
    elif "://" in text:
        cure = N_("Give a file, a folder, or an address that starts with {known}.")
        values = {"known": [*POSTGRES[:1], "spark+local://"]}
        raise BadInput(Problem("", N_("This kind of address is not known."), cure, values))
    else:
        with _path(Path(address), questionnaire, memory, watch, small) as source:
            yield source


@contextmanager
def _path(
    path: Path, questionnaire: Questionnaire, memory: int, watch: Callable[[], Watch], small: int
) -> Iterator[Source]:
    if path.is_dir():
        yield _folder(path, questionnaire, memory)
    elif _is_small(path, small):
        yield _sheets(path, questionnaire)
    elif path.suffix.lower() == ".parquet":
        yield _parquet(path, questionnaire, memory)
    else:
        from openhall.engines.csv_store import store_of_csv

        inside = Path(tempfile.mkdtemp(prefix="openhall-"))
        try:
            store = store_of_csv(path, questionnaire, inside / "store", watch(), durable=False)
            store.memory = memory
            yield of_store(store, questionnaire, path.name)
        finally:
            shutil.rmtree(inside, ignore_errors=True)


def _is_small(path: Path, small: int) -> bool:
    """Whether the rows are read into memory; what is not there is, so that the usual complaint is made."""
    ending = path.suffix.lower()
    try:
        size = os.stat(path).st_size
        if ending in LINES:
            return size <= small and (size < FEW or path.read_bytes().count(b"\n") <= FEW)
        if ending == ".parquet" and size:
            from pyarrow import ArrowException, parquet

            try:
                return size <= small and bool(parquet.read_metadata(path).num_rows <= FEW)
            except (ArrowException, OSError):
                return True
    except OSError:
        return True
    return True


def _folder(path: Path, questionnaire: Questionnaire, memory: int) -> Source:
    from openhall.engines.store import MANIFEST, Store

    if (path / MANIFEST).exists():
        return of_store(Store.open(path, memory=memory), questionnaire, path.name)
    return _parquet(path, questionnaire, memory)


def _sheets(path: Path, questionnaire: Questionnaire) -> Source:
    """A data file of ordinary size: the rules of validity look at every sheet."""
    from openhall.surveys.sheets import Sheets, read_sheets

    sheets = read_sheets(path, name=path.name, questionnaire=questionnaire, needed=())
    found = validity.findings(questionnaire, sheets)
    bad = validity.void(found)
    answers = [row for index, row in enumerate(sheets.answers) if index not in bad]
    offices = list(sheets.offices) or [""] * len(sheets)
    every, void = Counter(offices), Counter(offices[index] for index in bad)
    rules, flags = Counter[str](), Counter[str]()
    for rule, index, verdict in {(one.rule.value, one.index, one.verdict) for one in found}:
        if verdict is validity.Verdict.VOID:
            rules[rule] += 1
        elif index not in bad:
            flags[rule] += 1
    known = Returned(
        tuple((name, every[name], void[name]) for name in sorted(every)),
        dict(sorted(rules.items())),
        dict(sorted(flags.items())),
    )
    return Source(
        name=path.name,
        engine=Memory(encode(questionnaire, answers), codes_of(specs_of(questionnaire)), len(answers)),
        columns=columns_of(questionnaire),
        known=known,
        whole=validity.cautions(questionnaire, Sheets(answers=answers)),
        notes=sheets.notes,
    )


def of_store(store: Store, questionnaire: Questionnaire, name: str = "") -> Source:
    """A store of answers to this questionnaire; BadInput where it is of another one."""
    problems = []
    for spec in specs_of(questionnaire):
        own = store.spec.get(spec.key)
        values = {"column": spec.key, "folder": store.folder.name}
        if own is None:
            problems.append(Problem("", N_("the column {column} is missing."), "", values))
        elif (own.type, set(own.codes), own.decimals) != (spec.type, set(spec.codes), spec.decimals):
            problems.append(Problem("", N_("the column {column} has other answers."), "", values))
    if problems:
        raise BadInput(
            N_("The store {folder} was not made for this study. Check which study it belongs to."),
            problems=problems[:50],
            folder=store.folder.name,
        )
    return Source(
        name=name or store.folder.name,
        engine=store,
        columns=columns_of(questionnaire),
        where=store.valid() or required(questionnaire),
        facts=store.facts if "reasons" in store.facts else {},
        about={key: Coded(key, store.codes[key]) for key in ("office", "void") if key in store.codes},
        straight=straight(questionnaire),
    )


def _parquet(path: Path, questionnaire: Questionnaire, memory: int) -> Source:
    from openhall.engines.files import Parquet

    engine = Parquet(path, questionnaire, memory)
    return Source(
        name=path.name,
        engine=engine,
        columns=columns_of(questionnaire),
        where=engine.valid(),
        about=engine.about,
        straight=straight(questionnaire),
    )


def _remote(engine: Any, questionnaire: Questionnaire, name: str) -> Source:
    """A table that somebody else keeps."""
    from openhall.engines import pushed

    have = set(engine.types)
    return Source(
        name=name,
        engine=engine,
        columns=columns_of(questionnaire),
        where=pushed.usual(questionnaire, have),
        straight=straight(questionnaire),
    )


def straight(questionnaire: Questionnaire) -> Alike | None:
    """The axis that says whether every scale item has the same answer, where there are five or more."""
    columns = columns_of(questionnaire).choices
    items = tuple(columns[q.key] for q in questionnaire.questions if q.kind is Kind.SCALE)
    least = validity.Limits().straight_items
    return Alike(items, least) if len(items) >= least else None


def parquet_files(folder: Path) -> Iterator[Path]:
    """The Parquet files of a folder and of those in it. What begins with _ or . is somebody's work in hand, as for
    every other reader of such folders."""
    for file in folder.rglob("*"):
        inside = file.relative_to(folder).parts
        if file.suffix.lower() == ".parquet" and file.is_file() and not any(p[0] in "_." for p in inside):
            yield file


def called(address: str) -> str:
    """What messages call the data at an address: the name of a file, an address without a user or a password."""
    is_path = "://" not in address and not address.startswith(CLUSTER)
    return Path(address).name if is_path else _safe(address)


def _safe(address: str) -> str:
    """An address as it may be printed: without a user or a password."""
    head, mark, rest = re.split("(:(?://)?)", address, maxsplit=1)
    place, sign, query = re.sub("^[^/]*@", "", rest).partition("?")
    kept = [part for part in query.split("&") if part.startswith(("table=", "path="))]
    return head + mark + place.rpartition("@")[2] + (sign + "&".join(kept) if kept else "")


__all__ = ["Returned", "Source", "called", "of_store", "open_data", "parquet_files", "straight"]
