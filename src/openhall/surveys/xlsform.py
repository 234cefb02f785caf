"""Questionnaires from XLSForm workbooks (.xlsx): the part of XLSForm a questionnaire on paper could be. What
goes beyond it (conditions, repeats, calculations) is refused by sheet, row and column. Writing:
`xlsform_out`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from openhall.errors import N_, BadInput, Problem
from openhall.language import Wording
from openhall.surveys.foreign import codes, joined, language_code, scored, with_roles
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section
from openhall.surveys.soundness import require_sound
from openhall.surveys.xlsform_cells import Cells
from openhall.surveys.xlsform_out import write_xlsform
from openhall.surveys.xlsform_rows import (
    KINDS,
    KNOWN,
    METADATA,
    PASSED_OVER,
    UNSUPPORTED,
    Row,
    is_matrix,
    open_form,
)

__all__ = ["read_xlsform", "write_xlsform"]


def read_xlsform(data: bytes, *, key: str) -> Questionnaire:
    """The questionnaire of an XLSForm workbook; what had to be decided stands in its `notes`.

    BadInput names sheet, row and column of everything that cannot be taken over, with a cure. A group of
    appearance `table-list` is a matrix and becomes a dimension; a column `role` (background, item, overall,
    other; on a group: dimension) says it outright.
    """
    return _Form(open_form(data)).questionnaire(key)


class _Form:
    """One workbook being read, row by row; gathers problems and notes."""

    def __init__(self, sheets: Mapping[str, list[Row]]) -> None:
        self.sheets = sheets
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        settings = sheets.get("settings", [])
        self.settings = settings[0] if settings else Row("settings", 2, {})
        self.default = language_code(self.settings["default_language"]) or "en"
        self.cells = Cells(self.default, self.problems)
        self.languages = self._languages()
        self.stated = any(row["role"] for row in sheets["survey"])
        self.coded: dict[str, Problem] = {}  # notes on lists, told when they are first used
        self.lists = self._lists()
        self.introduction: Wording = {}
        self.sections: list[Section] = []
        self.groups: list[Row] = []  # open ones, innermost last
        self.places: list[Row] = []  # of the questions, in order
        self.closed = True  # no section is open
        self.opened: Counter[str] = Counter()  # how often a section of this name was

    def questionnaire(self, key: str) -> Questionnaire:
        self._columns()
        for row in self.sheets["survey"]:
            self._row(row)
        for row in self.groups:
            self.problems.append(
                row.problem("type", N_("the group is never ended."), N_("Add a row end_group."))
            )
        if self.problems:
            raise BadInput(N_("The XLSForm cannot be used."), problems=self.problems)
        sections: tuple[Section, ...] = tuple(self.sections)
        told: tuple[Problem, ...] = ()
        if not self.stated:
            sections, told = with_roles(sections)
        title = self.cells.wording(self.settings, "form_title") or {
            self.default: self.settings["form_id"] or key
        }
        questionnaire = Questionnaire(
            key=key,
            title=title,
            introduction=self.introduction,
            sections=sections,
            languages=self.languages,
            notes=(*self.notes, *told),
        )
        return require_sound(questionnaire, lambda index: self.places[index].problem("", ""))

    def _languages(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for row in (*self.sheets["survey"], *self.sheets.get("choices", ())):
            for column in row.cells:
                head, _, language = column.partition("::")
                if head == "label":
                    found[(language_code(language) or self.default) if language else self.default] = None
        return tuple(found) or (self.default,)

    def _columns(self) -> None:
        """Columns nobody reads: some must be empty, the others are noted."""
        seen: set[str] = set()
        for row in (row for rows in self.sheets.values() for row in rows):
            for column in row.cells:
                head, _, language = column.partition("::")
                if head in UNSUPPORTED:
                    cure = N_("Remove it: every question is asked of everybody.")
                    self.problems.append(row.problem(column, N_("{column} is not supported."), cure))
                elif language and head in ("label", "hint", "form_title") and not language_code(language):
                    if column not in seen:
                        cure = N_("Write the code behind it, as English (en).")
                        self.problems.append(row.problem(column, N_("the language cannot be told."), cure))
                elif head not in KNOWN and column not in seen:
                    message = (
                        N_("this column is not taken over.")
                        if head in PASSED_OVER
                        else N_("this column is not known.")
                    )
                    self.notes.append(row.problem(column, message))
                seen.add(column)

    def _lists(self) -> dict[str, tuple[Option, ...]]:
        rows: dict[str, list[Row]] = {}
        for row in self.sheets.get("choices", ()):
            rows.setdefault(row["list_name"] or row["list name"], []).append(row)
        return {name: self._options(name, listed) for name, listed in rows.items()}

    def _options(self, name: str, rows: Sequence[Row]) -> tuple[Option, ...]:
        names = [row["name"] or row["value"] for row in rows]
        counts = Counter(names)
        values, said = codes(names)
        if not said:
            message = N_("the answers of the list {list} are coded 1 to {count} in this order.")
            self.coded[name] = rows[0].problem("name", message, list=name, count=len(names))
        for row, its_name in zip(rows, names, strict=True):
            if not its_name or counts[its_name] > 1:
                message = N_("the answer's name is missing or stands twice.")
                self.problems.append(
                    row.problem("name", message, N_("Give every answer of a list its own name."))
                )
        return tuple(
            Option(value, self.cells.wording(row, "label"), self.cells.number(row, "score"))
            for row, value in zip(rows, values, strict=True)
        )

    def _row(self, row: Row) -> None:
        kind, _, rest = row["type"].partition(" ")
        kind = f"{kind}_{rest}" if kind in ("begin", "end") else kind
        steps: dict[str, Callable[[Row], None]] = {
            "begin_group": self._begin,
            "end_group": self._end,
            "note": self._note,
            "": self._untyped,
        }
        if kind in steps:
            steps[kind](row)
        elif kind in METADATA:
            self.notes.append(row.problem("type", N_("{type} is not recorded."), type=kind))
        elif kind in KINDS:
            self._question(row, KINDS[kind], rest)
        else:
            cure = N_("Use one of {words}, or remove the row.")
            words = list(KINDS)
            self.problems.append(
                row.problem(
                    "type", N_("the type {type} is not supported."), cure, type=row["type"], words=words
                )
            )

    def _untyped(self, row: Row) -> None:
        self.problems.append(
            row.problem("type", N_("the type is missing."), N_("Write one, as select_one or text."))
        )

    def _begin(self, row: Row) -> None:
        self.groups.append(row)
        self._open_section(row)

    def _end(self, row: Row) -> None:
        if not self.groups:
            self.problems.append(row.problem("type", N_("there is no group to end."), N_("Remove the row.")))
            return
        self.groups.pop()
        self.closed = True

    def _open_section(self, row: Row | None) -> None:
        """A group opens a section; what follows an inner group opens another one under the outer's title."""
        name = row["name"] if row else "main"
        self.opened[name] += 1
        key = f"{name}_{self.opened[name]}" if self.opened[name] > 1 else name
        title = self.cells.wording(row, "label") if row else {}
        dimension = row is not None and (row["role"] == "dimension" if self.stated else is_matrix(row))
        self.sections.append(Section(key=key, title=title, dimension=dimension))
        self.closed = False

    def _append(self, question: Question | None = None, introduction: Wording | None = None) -> None:
        """Put it into the open section, which is opened now if the last one was ended."""
        if self.closed:
            self._open_section(self.groups[-1] if self.groups else None)
        section = self.sections[-1]
        if question:
            section = replace(section, questions=(*section.questions, question))
        if introduction:
            section = replace(section, introduction=joined(section.introduction, introduction))
        self.sections[-1] = section

    def _note(self, row: Row) -> None:
        """A text without an answer: before everything the introduction, else that of its section."""
        said = self.cells.wording(row, "label")
        if not self.sections and not self.groups:
            self.introduction = joined(self.introduction, said)
            return
        if not self.closed and self.sections[-1].questions:
            self.notes.append(row.problem("type", N_("the note is shown at the beginning of its section.")))
        self._append(introduction=said)

    def _question(self, row: Row, kind: Kind, rest: str) -> None:
        if row["appearance"] == "label":
            return  # the row of column headings above a matrix
        options: tuple[Option, ...] = ()
        if kind in (Kind.SINGLE, Kind.MULTIPLE):
            options = self._choices(row, rest)
        if kind is Kind.SINGLE and self._is_scale(row):
            kind, options = Kind.SCALE, scored(options)
        decimals = self.cells.number(row, "decimals")
        minimum, maximum = self.cells.bounds(row, kind)
        self.places.append(row)
        self._append(
            Question(
                key=row["name"],
                kind=kind,
                text=self.cells.wording(row, "label"),
                name=row["variable"],
                options=options,
                required=self.cells.flag(row, "required"),
                role=self.cells.role(row),
                ordered=self.cells.flag(row, "ordered")
                if row["ordered"]
                else kind is Kind.SCALE and not self.stated,
                population=self.cells.population(row),
                hint=self.cells.wording(row, "hint"),
                minimum=minimum,
                maximum=maximum,
                decimals=int(decimals) if decimals is not None else 6 * row["type"].startswith("decimal"),
            )
        )

    def _choices(self, row: Row, rest: str) -> tuple[Option, ...]:
        name, _, more = rest.strip().partition(" ")
        if more:
            cure = N_("Add the answer to the list instead.")
            self.problems.append(row.problem("type", N_("{more} is not supported."), cure, more=more))
        if name not in self.lists:
            known = list(self.lists)
            cure = N_("Use one of the lists of the sheet choices: {known}.")
            self.problems.append(
                row.problem("type", N_("there is no list {list}."), cure, list=name, known=known)
            )
        if name in self.coded:
            self.notes.append(self.coded.pop(name))
        return self.lists.get(name, ())

    def _is_scale(self, row: Row) -> bool:
        words = row["appearance"].split()
        if not self.closed and self.groups and is_matrix(self.groups[-1]):
            options = [question.options for question in self.sections[-1].questions]
            if options and scored(self.lists.get(row["type"].partition(" ")[2], ())) != options[0]:
                cure = N_("Use one list, or take the question out of the group.")
                self.problems.append(
                    row.problem("type", N_("the questions of a matrix have different lists."), cure)
                )
            return True
        return "likert" in words or "list-nolabel" in words
