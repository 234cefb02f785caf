"""Small published reports for the tests of single rules."""

from __future__ import annotations

from openhall.stats.audit import Audit, audit, read_published


def audited(toml: str) -> Audit:
    """The audit of a report written in the general format."""
    return audit(read_published(toml, "small.toml"))


def codes(toml: str) -> list[tuple[str, str]]:
    """Code and severity of every finding."""
    return [(found.code.value, found.severity.value) for found in audited(toml).findings]


def serious(toml: str) -> list[str]:
    """Codes of the findings heavier than a note."""
    return [found.code.value for found in audited(toml).serious]


def table(rows: list[tuple[list[object], list[object]]], key: str = "1", more: str = "") -> str:
    """A table of counts with percentages (none where the list is empty); rows a, b, …, columns x0, x1, …"""
    columns = [f"x{j}" for j in range(len(rows[0][0]))]
    text = f'[[counts]]\nkey = "{key}"\ncolumns = {columns}\n{more}\n'
    for label, (counts, percents) in zip("abcdefghij", rows, strict=False):
        text += f'[[counts.row]]\nlabel = "{label}"\ncounts = {toml(counts)}\n'
        text += f"percent = {toml(percents)}\n" if percents else ""
    return text


def toml(cells: list[object]) -> str:
    """A list of figures; text stays as it is printed."""
    return "[" + ", ".join(f'"{cell}"' if isinstance(cell, str) else str(cell) for cell in cells) + "]"
