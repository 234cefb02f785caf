"""Answers as an SPSS system file (.sav), with names, labels and levels of measurement; read again by `grids`.

Uncompressed, little-endian, UTF-8, as SPSS 16 and later, PSPP, R and pandas read it. Seed 4.1: the study was
computed with SPSS.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from openhall.language import say
from openhall.surveys.questionnaire import Answer, Kind, Questionnaire, Role
from openhall.surveys.sheets_out import cell_out

MISSING = struct.pack("<d", -1.7976931348623157e308)
NUMERIC = 5 << 16 | 8 << 8  # print format F8.0
LONGEST = {
    "text": 255,
    "label": 255,
    "value": 120,
}  # bytes; a longer text would need another kind of variable
NOMINAL, ORDINAL, SCALE = 1, 2, 3
NUMBERS = frozenset({"seconds"})  # among the columns about a sheet
RESERVED = frozenset(
    {"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"}
)  # in SPSS


@dataclass
class _Variable:
    name: str
    label: str = ""
    values: dict[float, str] = field(default_factory=dict)
    measure: int = NOMINAL
    decimals: int = 0
    width: int = 0  # bytes of a text, 0 for a number

    @property
    def cells(self) -> int:
        """How many units of eight bytes a value takes."""
        return max(1, -(-self.width // 8))


def sav(
    questionnaire: Questionnaire, header: Sequence[str], lines: Iterable[Sequence[Answer]], lang: str
) -> bytes:
    """The file. `header`: column names, questions among them; `lines`: a row a sheet; labels are said in `lang`.

    Choices are numbers with value labels; several marks, dates and texts are texts ("2|4"), cut at 255 bytes.
    """
    rows = [list(line) for line in lines]
    variables = [
        _variable(questionnaire, name, [row[i] for row in rows], lang) for i, name in enumerate(header)
    ]
    parts = [_head(variables, len(rows))]
    parts += [_record(variable, place) for place, variable in enumerate(variables, 1)]
    parts += _value_labels(variables)
    parts += _about(variables)
    parts += [_cell(value, variable) for row in rows for value, variable in zip(row, variables, strict=True)]
    return b"".join(parts)


def _variable(questionnaire: Questionnaire, name: str, values: Sequence[Answer], lang: str) -> _Variable:
    made = _Variable(name + "_" * (name.upper() in RESERVED))
    question = questionnaire[name] if name in questionnaire.position else None
    if question:
        made.label = say(question.text, lang)
    number = name in NUMBERS or (question and (question.options or question.kind is Kind.NUMBER))
    if not number or any(isinstance(value, str | tuple) for value in values):
        longest = max((len(_bytes(cell_out(value), "text")) for value in values), default=0)
        made.width = max(1, longest)
    elif question and question.options:
        made.values = {float(option.value): say(option.label, lang) for option in question.options}
        made.measure = ORDINAL if question.ordered or question.role in (Role.ITEM, Role.OVERALL) else NOMINAL
    else:
        made.measure, made.decimals = SCALE, question.decimals if question else 0
    return made


def _bytes(text: str, kind: str) -> bytes:
    """UTF-8, cut between characters."""
    return text.encode()[: LONGEST[kind]].decode(errors="ignore").encode()


def _head(variables: Sequence[_Variable], cases: int) -> bytes:
    size = sum(variable.cells for variable in variables)
    head = (
        b"$FL2" + b"@(#) SPSS DATA FILE OpenHall".ljust(60) + struct.pack("<5id", 2, size, 0, 0, cases, 100.0)
    )
    return head + b"01 Jan 0000:00:00" + b" " * 64 + b"\0" * 3  # no time: equal data give equal files


def _record(variable: _Variable, place: int) -> bytes:
    form = (1 << 16 | variable.width << 8) if variable.width else NUMERIC | variable.decimals
    label = _bytes(variable.label, "label")
    made = struct.pack("<6i", 2, variable.width, bool(label), 0, form, form) + f"V{place}".encode().ljust(8)
    if label:
        made += struct.pack("<i", len(label)) + label + b" " * (-len(label) % 4)
    more = struct.pack("<6i", 2, -1, 0, 0, 0, 0) + b" " * 8
    return made + more * (variable.cells - 1)


def _value_labels(variables: Sequence[_Variable]) -> Iterable[bytes]:
    place = 1
    for variable in variables:
        if variable.values:
            yield struct.pack("<2i", 3, len(variable.values))
            for value, text in variable.values.items():
                label = _bytes(text, "value")
                yield struct.pack("<dB", value, len(label)) + label + b" " * (-(len(label) + 1) % 8)
            yield struct.pack("<3i", 4, 1, place)
        place += variable.cells


def _about(variables: Sequence[_Variable]) -> Iterable[bytes]:
    """Byte order, levels of measurement, long names, encoding, and the end of the dictionary."""
    yield struct.pack("<4i", 7, 3, 4, 8) + struct.pack("<8i", 16, 0, 0, -1, 1, 1, 2, 65001)
    shown = b"".join(
        struct.pack("<3i", one.measure, max(8, min(one.width, 40)), not one.width) for one in variables
    )
    yield struct.pack("<4i", 7, 11, 4, len(shown) // 4) + shown
    names = "\t".join(f"V{place}={variable.name}" for place, variable in enumerate(variables, 1)).encode()
    yield struct.pack("<4i", 7, 13, 1, len(names)) + names
    yield struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8"
    yield struct.pack("<2i", 999, 0)


def _cell(value: Answer, variable: _Variable) -> bytes:
    if variable.width:
        text = value if isinstance(value, str) else cell_out(value)
        return _bytes(text, "text").ljust(8 * variable.cells)
    return MISSING if value is None else struct.pack("<d", float(value))  # type: ignore[arg-type]
