"""The smallest writer of SPSS system files, enough for numbers and short texts with value labels."""

import struct
from collections.abc import Mapping, Sequence

_MISSING = -1.7976931348623157e308


def sav_bytes(
    columns: Mapping[str, Sequence[float | str | None]],
    labels: Mapping[str, Mapping[float, str]] | None = None,
) -> bytes:
    names, cases = list(columns), len(next(iter(columns.values())))
    head = (
        b"$FL2"
        + b"@(#) SPSS DATA FILE test".ljust(60)
        + struct.pack("<5id", 2, len(names), 0, 0, cases, 100.0)
    )
    parts = [head + b"23 Nov 2612:00:00".ljust(17) + b" " * 64 + b"\0" * 3]
    for name, cells in columns.items():
        text = isinstance(cells[0], str)
        form = (1 << 16 | 8 << 8) if text else (5 << 16 | 8 << 8 | 2)
        parts.append(
            struct.pack("<6i", 2, 8 if text else 0, 0, 0, form, form) + name.upper().encode().ljust(8)
        )
    for name, its_labels in (labels or {}).items():
        parts.append(struct.pack("<2i", 3, len(its_labels)))
        for value, label in its_labels.items():
            said = bytes([len(label.encode())]) + label.encode()
            parts.append(struct.pack("<d", value) + said + b" " * (-len(said) % 8))
        parts.append(struct.pack("<3i", 4, 1, names.index(name) + 1))
    parts.append(struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8")
    parts.append(struct.pack("<2i", 999, 0))
    for row in zip(*columns.values(), strict=True):
        for cell in row:
            parts.append(
                cell.encode().ljust(8)
                if isinstance(cell, str)
                else struct.pack("<d", _MISSING if cell is None else cell)
            )
    return b"".join(parts)
