"""Returned sheets read from data files: serial, office and one column a question. Codes or labels, whole or not
at all: a file with one unknown code is refused with the row and column of it. Writing: `sheets_out`. Seed 4.1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openhall.errors import N_, Problem
from openhall.surveys.checking import fold, read_mark
from openhall.surveys.files import LIMIT
from openhall.surveys.grids import SHOWN, Grid, read_grid, refuse
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire

ABOUT = {  # the columns about a sheet that are no questions, and how else they may be headed
    "serial": ("serial", "serial number", "编号", "序号"),
    "office": ("office", "大厅", "办事大厅"),
    "channel": ("channel", "渠道"),
    "seconds": ("seconds", "duration", "用时（秒）"),
    "date": ("date", "日期"),
}
SECONDS = Question(key="seconds", kind=Kind.NUMBER, text={}, minimum=0, decimals=6)
DATE = Question(key="date", kind=Kind.DATE, text={})
NAME = Question(key="name", kind=Kind.TEXT, text={})
YES = {
    "1": True,
    "0": False,
    "": False,
    "true": True,
    "false": False,
    "yes": True,
    "no": False,
    "是": True,
    "否": False,
}
_GUARDED = re.compile(r"\A'(?='*[=+\-@\t\r])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """Returned sheets, one position a sheet in every sequence; the optional columns are empty where not
    given.

    `answers[i]` is in the order of the questionnaire's questions. `notes` says what was decided or left out.
    """

    answers: Sequence[tuple[Answer, ...]]
    serials: Sequence[str] = ()
    offices: Sequence[str] = ()
    channels: Sequence[str] = ()
    seconds: Sequence[float | None] = ()
    dates: Sequence[str] = ()  # ISO 8601, "" where unknown
    columns: Sequence[str] = ()  # the file's own header
    notes: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.answers)


def read_sheets(
    source: Path | bytes,
    *,
    name: str,
    questionnaire: Questionnaire,
    needed: Sequence[str] = ("serial", "office"),
    limit: int = LIMIT,
) -> Sheets:
    """All sheets of a data file, or BadInput with the first 50 problems and their number; never a part of it.

    `name` is the file's name, its ending decides the format (.csv .tsv .xlsx .sav .parquet). `needed` are the
    columns besides the questions that must be there; without `serial` the sheets are numbered 1, 2, … `limit`
    is in bytes.
    """
    grid = read_grid(source, name=name, limit=limit)
    return Reading(grid, questionnaire, name).sheets(needed)


class Marks(dict[str, Answer]):
    """What each text of one column means: worked out once for each different text."""

    def __init__(self, question: Question, known: Mapping[str, int]) -> None:
        super().__init__()
        self.question, self.known = question, known
        self.wrong: dict[str, ValueError] = {}

    def __missing__(self, text: str) -> Answer:
        answer: Answer = None
        try:
            answer = read_mark(self.question, _GUARDED.sub("", text), self.known)
        except ValueError as wrong:
            self.wrong[text] = wrong
        self[text] = answer
        return answer


class Reading:
    """One file being read: gathers problems from every column before anything is decided."""

    def __init__(self, grid: Grid, questionnaire: Questionnaire, name: str) -> None:
        self.grid, self.questionnaire, self.name = grid, questionnaire, name
        self.problems: list[tuple[int, Problem]] = []  # with the row, to say them in the file's order
        self.count = 0
        self.notes = list(grid.notes)
        self.places = self._places()
        self.used: set[int] = set()

    def sheets(self, needed: Sequence[str]) -> Sheets:
        answers = [self._question(question) for question in self.questionnaire.questions]
        about = {column: self._about(column, column in needed) for column in ABOUT}
        self._check_serials(about["serial"])
        if not self.grid.rows and not self.problems:
            self._problem(0, Problem("", N_("there are no sheets below the header."), ""))
        self.problems.sort(key=lambda found: found[0])
        refuse([problem for _, problem in self.problems], self.name, self.count)
        self._note_unknown()
        return Sheets(
            answers=list(zip(*answers, strict=True)),
            serials=_texts(about["serial"]) or [str(number) for number in range(1, len(self.grid.rows) + 1)],
            offices=_texts(about["office"]),
            channels=_texts(about["channel"]),
            seconds=[value if isinstance(value, int | float) else None for value in about["seconds"]],
            dates=_texts(about["date"]),
            columns=tuple(self.grid.header),
            notes=tuple(self.notes),
        )

    def _places(self) -> dict[str, int]:
        places: dict[str, int] = {}
        for place, title in enumerate(self.grid.header):
            if fold(title) in places:
                cure = N_("Rename or remove one of them.")
                self._problem(
                    1,
                    Problem(
                        N_("Row {row}"),
                        N_("the column {column} stands twice."),
                        cure,
                        {"row": 1, "column": title},
                    ),
                )
            places.setdefault(fold(title), place)
        return places

    def _find(self, names: Iterable[str]) -> int | None:
        place = next((self.places[fold(name)] for name in names if name and fold(name) in self.places), None)
        if place is not None:
            self.used.add(place)
        return place

    def _question(self, question: Question) -> Sequence[Answer]:
        alone = [other.name for other in self.questionnaire].count(question.name) == 1
        place = self._find((question.key, question.name if alone else ""))
        if place is not None:
            self._check_labels(question, place)
            return self._column(question, place, known_marks(question))
        if question.kind is Kind.MULTIPLE and any(
            fold(f"{question.key}_{v}") in self.places for v in question.values
        ):
            return self._boxes(question)
        if question.required:
            self._missing(question.key)
        else:
            self.notes.append(
                Problem(
                    "", N_("there is no column {column}; it was left blank."), "", {"column": question.key}
                )
            )
        return [None] * len(self.grid.rows)

    def _column(self, question: Question, place: int, known: Mapping[str, int]) -> Sequence[Answer]:
        marks, cells = Marks(question, known), self.grid.columns[place]
        answers = [marks[cell] for cell in cells]
        if marks.wrong:
            self._wrong(cells, marks.wrong, self.grid.header[place])
        return answers

    def _wrong(self, cells: Sequence[str], wrong: Mapping[str, ValueError], column: str) -> None:
        found = [place for place, cell in enumerate(cells) if cell in wrong]
        self.count += len(found) - min(len(found), SHOWN)
        for place in found[:SHOWN]:
            message, values = wrong[cells[place]].args
            row = self.grid.rows[place]
            where = N_("Row {row}, column {column}")
            self._problem(row, Problem(where, message, "", {**values, "row": row, "column": column}))

    def _boxes(self, question: Question) -> Sequence[Answer]:
        """A multiple choice spread over one column an option, 1 where it was chosen."""
        chosen = []
        for option in question.options:
            place = self._find((f"{question.key}_{option.value}",))
            if place is None:
                self._missing(f"{question.key}_{option.value}")
                continue
            cells = self.grid.columns[place]
            values = {"known": [0, 1]}
            wrong = {
                cell: ValueError(
                    N_("“{given}” is not one of the answers ({known})."), {**values, "given": cell[:60]}
                )
                for cell in set(cells)
                if fold(cell) not in YES
            }
            self._wrong(cells, wrong, self.grid.header[place])
            chosen.append([(option.value,) if YES.get(fold(cell)) else () for cell in cells])
        return [tuple(sorted(sum(codes, ()))) or None for codes in zip(*chosen, strict=True)]

    def _about(self, column: str, needed: bool) -> Sequence[Answer]:
        place = self._find(ABOUT[column])
        if place is not None:
            kind = {"seconds": SECONDS, "date": DATE}.get(column, NAME)
            return self._column(kind, place, {})
        if needed:
            self._missing(column)
        return []

    def _check_serials(self, serials: Sequence[Answer]) -> None:
        first: dict[Answer, int] = {}
        for row, serial in zip(self.grid.rows, serials, strict=False):
            values = {"row": row, "serial": serial, "first": first.setdefault(serial, row)}
            if serial is None:
                self._problem(
                    row,
                    Problem(
                        N_("Row {row}"), N_("the serial is blank."), N_("Give every sheet a serial."), values
                    ),
                )
            elif values["first"] != row:
                message = N_("the serial {serial} stands in row {first} already.")
                self._problem(
                    row, Problem(N_("Row {row}"), message, N_("Give every sheet its own serial."), values)
                )

    def _check_labels(self, question: Question, place: int) -> None:
        """A file that carries its own value labels must mean the same by them as the questionnaire."""
        known = known_marks(question)
        for code, label in self.grid.labels.get(self.grid.header[place], {}).items():
            meant = known.get(fold(label))
            if meant is not None and str(meant) != code:
                values = {"column": self.grid.header[place], "label": label, "code": code, "meant": meant}
                message = N_("the file calls {code} “{label}”, which is {meant} in the questionnaire.")
                self._problem(
                    1,
                    Problem(
                        N_("Column {column}"), message, N_("Recode the file or the questionnaire."), values
                    ),
                )

    def _missing(self, column: str) -> None:
        self._problem(
            1,
            Problem("", N_("the column {column} is missing."), N_("Add it to the file."), {"column": column}),
        )

    def _problem(self, row: int, problem: Problem) -> None:
        self.problems.append((row, problem))
        self.count += 1

    def _note_unknown(self) -> None:
        unknown = [
            title for place, title in enumerate(self.grid.header) if place not in self.used and title.strip()
        ]
        if unknown:
            values = {"columns": unknown[:SHOWN]}
            self.notes.append(
                Problem("", N_("columns that belong to no question were left out: {columns}."), "", values)
            )


def known_marks(question: Question) -> dict[str, int]:
    """Every way to write an option in a cell: its code, or its label in any language unless two options share
    it.
    """
    labels = Counter(
        label for option in question.options for label in {fold(text) for text in option.label.values()}
    )
    marks = {
        fold(text): option.value
        for option in question.options
        for text in option.label.values()
        if text and labels[fold(text)] == 1
    }
    return marks | {str(option.value): option.value for option in question.options}


def _texts(cells: Sequence[Answer]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in cells]
