"""SPSS system files (.sav), written from a `Dataset`: names, labels, measure, missing values and
multiple-response sets, in UTF-8, uncompressed. See docs/decisions/0011-own-sav-writer.md.

The layout is that of the GNU PSPP developers' guide, "System File Format"; record numbers in the comments are
its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from openhall.surveys.export.columns import Column, Dataset, Measure, ResponseSet
from openhall.surveys.export.names import LONGEST_TEXT, cut, one_line

SYSMIS = -1.7976931348623157e308
LOWEST, HIGHEST = -1.7976931348623155e308, 1.7976931348623157e308
LONGEST_SHORT = 255  # bytes of a text in one segment
SEGMENT = 252  # by how much the widths of long texts count
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_NUMBER, _TEXT = 5, 1  # display formats F and A
_MEASURES = {Measure.NOMINAL: 1, Measure.ORDINAL: 2, Measure.SCALE: 3}


@dataclass(frozen=True, slots=True)
class _Variable:
    """A column with its short names, one a segment, and its width in bytes (0 for numbers)."""

    column: Column
    short: tuple[str, ...]
    width: int
    place: int  # of its first dictionary entry, from 1

    @property
    def segments(self) -> list[int]:
        """Declared width of each segment."""
        if self.width <= LONGEST_SHORT:
            return [self.width]
        count = len(self.short)
        return [LONGEST_SHORT] * (count - 1) + [self.width - SEGMENT * (count - 1)]


def sav_bytes(dataset: Dataset, *, made: datetime) -> bytes:
    """The whole file. `made` stands in its head: equal data made at one time are equal files."""
    variables = list(_variables(dataset.columns))
    parts = [_head(dataset, variables, made)]
    parts += [_variable(variable) for variable in variables]
    parts += [_value_labels(variable) for variable in variables if variable.column.labels]
    parts += _extensions(dataset, variables)
    parts.append(struct.pack("<2i", 999, 0))
    return b"".join([*parts, *_cases(variables)])


def _variables(columns: Sequence[Column]) -> Iterator[_Variable]:
    taken = {column.name.upper() for column in columns if _is_short(column.name)}
    place = 1
    for number, column in enumerate(columns, 1):
        width = _width(column)
        count = 1 if width <= LONGEST_SHORT else -(-width // SEGMENT)
        short = [column.name.upper() if _is_short(column.name) else _fresh(f"V{number}", taken)]
        short += [_fresh(f"V{number}", taken) for _ in range(count - 1)]
        variable = _Variable(column, tuple(short), width, place)
        yield variable
        place += sum(_units(segment) for segment in variable.segments)


def _is_short(name: str) -> bool:
    return name.isascii() and len(name) <= 8


def _fresh(start: str, taken: set[str]) -> str:
    number = 1
    while f"{start}_{number}" in taken:
        number += 1
    taken.add(f"{start}_{number}")
    return f"{start}_{number}"


def _width(column: Column) -> int:
    if not column.text:
        return 0
    return min(max([1, *(len(str(value or "").encode()) for value in column.values)]), LONGEST_TEXT)


def _units(width: int) -> int:
    """Elements of eight bytes."""
    return max(1, -(-width // 8))


def _head(dataset: Dataset, variables: Sequence[_Variable], made: datetime) -> bytes:
    size = sum(_units(segment) for variable in variables for segment in variable.segments)
    day = f"{made.day:02d} {MONTHS[3 * made.month - 3 : 3 * made.month]}"
    return (
        b"$FL2"
        + b"@(#) SPSS DATA FILE OpenHall".ljust(60)
        + struct.pack("<5id", 2, size, 0, 0, dataset.n, 100.0)
        + f"{day} {made.year % 100:02d}{made:%H:%M:%S}".encode()
        + _padded(cut(one_line(dataset.title), 64), 64)
        + b"\0\0\0"
    )


def _padded(text: str, width: int) -> bytes:
    return text.encode().ljust(width)


def _format(variable: _Variable, width: int) -> int:
    if width:
        return _TEXT << 16 | width << 8
    decimals = variable.column.decimals
    return _NUMBER << 16 | max(8, decimals + 2) << 8 | decimals


def _variable(variable: _Variable) -> bytes:
    """Record 2, with a blank one for every further eight bytes of a text."""
    parts = []
    for number, (short, width) in enumerate(zip(variable.short, variable.segments, strict=True)):
        column, first = variable.column, number == 0
        form, missing = _format(variable, width), column.missing if first else ()
        label = column.label.encode() if first else b""
        head = struct.pack("<6i", 2, width, int(bool(label)), len(missing), form, form)
        parts.append(head + _padded(short, 8))
        if label:
            parts.append(struct.pack("<i", len(label)) + label + b" " * (-len(label) % 4))
        parts.append(struct.pack(f"<{len(missing)}d", *missing))
        parts += [struct.pack("<6i", 2, -1, 0, 0, 0, 0) + b" " * 8] * (_units(width) - 1)
    return b"".join(parts)


def _value_labels(variable: _Variable) -> bytes:
    """Records 3 and 4."""
    parts = [struct.pack("<2i", 3, len(variable.column.labels))]
    for code, label in variable.column.labels.items():
        said = bytes([len(label.encode())]) + label.encode()
        parts.append(struct.pack("<d", code) + said + b" " * (-len(said) % 8))
    return b"".join([*parts, struct.pack("<3i", 4, 1, variable.place)])


def _extensions(dataset: Dataset, variables: Sequence[_Variable]) -> Iterator[bytes]:
    """Records 7 with their subtypes."""
    yield _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001))  # little-endian IEEE, UTF-8
    yield _extension(4, 8, struct.pack("<3d", SYSMIS, HIGHEST, LOWEST))
    if dataset.sets:
        yield _extension(7, 1, "".join(_response_set(one, variables) for one in dataset.sets).encode())
    yield _extension(11, 4, b"".join(_display(variable) for variable in variables))
    names = "\t".join(f"{variable.short[0]}={variable.column.name}" for variable in variables)
    yield _extension(13, 1, names.encode())
    long = [variable for variable in variables if len(variable.short) > 1]
    if long:
        widths = (f"{variable.short[0]}={variable.width:05d}\0\t" for variable in long)
        yield _extension(14, 1, "".join(widths).encode())
    yield _extension(16, 8, struct.pack("<2q", 1, dataset.n))
    yield _extension(20, 1, b"UTF-8")


def _extension(subtype: int, size: int, data: bytes) -> bytes:
    return struct.pack("<4i", 7, subtype, size, len(data) // size) + data


def _response_set(one: ResponseSet, variables: Sequence[_Variable]) -> str:
    short = {variable.column.name: variable.short[0].lower() for variable in variables}
    members = " ".join(short[name] for name in one.columns)
    return f"{one.name}=D1 1 {len(one.label.encode())} {one.label} {members}\n"


def _display(variable: _Variable) -> bytes:
    """Measure, width on the screen and alignment (left for text, right for numbers) of each segment."""
    measure, text = _MEASURES[variable.column.measure], variable.width > 0
    shown = min(max(variable.width, 8), 40) if text else 8
    return struct.pack("<3i", measure, shown, 0 if text else 1) * len(variable.short)


def _cases(variables: Sequence[_Variable]) -> Iterable[bytes]:
    row = struct.Struct("<" + "".join(_layout(variable) for variable in variables))
    cells = [list(_cells(variable)) for variable in variables]
    for case in zip(*cells, strict=True):
        yield row.pack(*(part for cell in case for part in cell))


def _layout(variable: _Variable) -> str:
    if not variable.width:
        return "d"
    return "".join(f"{8 * _units(segment)}s" for segment in variable.segments)


def _cells(variable: _Variable) -> Iterator[tuple[float] | tuple[bytes, ...]]:
    """Each value as the parts of its segments; a long text is stored 255 bytes a segment."""
    if not variable.width:
        for value in variable.column.values:
            yield (SYSMIS if value is None else float(value),)
        return
    sizes = [8 * _units(segment) for segment in variable.segments]
    for value in variable.column.values:
        text = str(value or "").replace("\0", " ")
        data = cut(text, variable.width).encode().ljust(variable.width)
        yield tuple(
            data[LONGEST_SHORT * number : LONGEST_SHORT * (number + 1)].ljust(size)
            for number, size in enumerate(sizes)
        )
