"""Taking the values of a published file one by one: what is missing, of the wrong kind or unknown is a
Problem.

Figures keep their digits, because the file is parsed with numbers as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from openhall.errors import N_, Problem, Word
from openhall.stats.audit.printed import Printed, printed
from openhall.stats.audit.published import Line

T = TypeVar("T")
BLANKS = ("", "-", "–", "—", "/")  # a cell left blank


@dataclass
class Taken:
    """One table of the file: take its keys, then ask `done` what was left."""

    given: Mapping[str, Any]
    place: str
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def _take(self, key: str, read: Callable[[Any], T], kind: str, default: T, needed: bool) -> T:
        self.asked.add(key)
        if key not in self.given:
            if needed:
                self.complain(key, N_("this is missing."), N_("Add it."))
            return default
        try:
            return read(self.given[key])
        except (ValueError, TypeError, OverflowError):
            shown = str(self.given[key])[:40]
            self.complain(
                key, N_("“{given}” is not {kind}."), N_("Correct it."), given=shown, kind=Word(kind)
            )
            return default

    def complain(self, key: str, message: str, cure: str = "", **values: Any) -> None:
        where = f"{self.place}.{key}" if self.place and key else self.place or key
        self.problems.append(Problem(N_("{where}"), message, cure, {"where": where, **values}))

    def text(self, key: str, default: str = "", *, needed: bool = False) -> str:
        return self._take(key, _text, N_("a text"), default, needed)

    def printed(self, key: str) -> Printed | None:
        """A figure, None where it is left out."""
        return self._take(key, _printed_or_blank, N_("a figure"), None, False)

    def figure(self, key: str) -> Printed:
        """A figure that must be there."""
        return self._take(key, _printed, N_("a figure"), printed("0"), True)

    def whole(self, key: str, *, needed: bool = False) -> int | None:
        return self._take(key, _whole, N_("a whole number above 0"), None, needed)

    def flag(self, key: str) -> bool | None:
        return self._take(key, _flag, N_("true or false"), None, False)

    def choice(self, key: str, known: Sequence[str], default: str, *, needed: bool = False) -> str:
        found = self.text(key, default, needed=needed)
        if found not in known:
            self.complain(
                key, N_("“{given}” is not known."), N_("Use {known}."), given=found, known=", ".join(known)
            )
            return default
        return found

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        nothing: tuple[str, ...] = ()
        found = self._take(key, _texts, N_("a list of texts"), nothing, needed)
        if needed and key in self.given and not found:
            self.complain(key, N_("this is empty."), N_("Add what belongs here."))
        return found

    def line(self, key: str, size: int | None = None, *, needed: bool = False) -> Line:
        """A list of figures, blanks allowed; `size` says how many there must be."""
        nothing: Line = ()
        cells = self._take(key, _cells, N_("a list of figures"), nothing, needed)
        if cells and size is not None and len(cells) != size:
            self.complain(
                key, N_("{found} values are given, {size} belong here."), found=len(cells), size=size
            )
            return ()
        return cells

    def figures(self, key: str, *, needed: bool = False) -> tuple[Printed, ...]:
        """A list of figures without blanks."""
        return self._take(
            key, lambda given: tuple(map(_printed, _list(given))), N_("a list of figures"), (), needed
        )

    def pair(self, key: str) -> tuple[float, float] | None:
        """Two numbers, the smaller first."""
        return self._take(key, _pair, N_("two numbers, the smaller first"), None, False)

    def numbers(self, key: str) -> tuple[float, ...]:
        return tuple(one.value for one in self.figures(key))

    def many(self, key: str, *, needed: bool = False) -> list[Taken]:
        """The tables under a key."""
        nothing: list[Mapping[str, Any]] = []
        found = self._take(key, _tables, N_("a list of tables"), nothing, needed)
        if needed and key in self.given and not found:
            self.complain(key, N_("this is empty."), N_("Add what belongs here."))
        where = f"{self.place}.{key}" if self.place else key
        return [Taken(one, f"{where}[{number}]", self.problems) for number, one in enumerate(found, 1)]

    def done(self) -> None:
        """Complain of keys nobody asked for."""
        for key in self.given:
            if key not in self.asked:
                cure = N_("Known here: {known}.")
                self.complain(key, N_("this word is not known."), cure, known=", ".join(sorted(self.asked)))


def _text(given: Any) -> str:
    if isinstance(given, (str, int, float)) and not isinstance(given, bool):
        return str(given)
    raise TypeError


def _printed(given: Any) -> Printed:
    return printed(_text(given))


def _printed_or_blank(given: Any) -> Printed | None:
    text = _text(given).strip()
    return None if text in BLANKS else printed(text)


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(_text(one) for one in _list(given))


def _cells(given: Any) -> Line:
    return tuple(_printed_or_blank(one) for one in _list(given))


def _whole(given: Any) -> int:
    figure = _printed(given)
    if figure.value != int(figure.value) or figure.value < 1 or figure.relation != "=":
        raise ValueError
    return int(figure.value)


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise TypeError
    return given


def _pair(given: Any) -> tuple[float, float]:
    low, high = (_printed(one).value for one in _list(given))
    if low >= high:
        raise ValueError
    return low, high


def _tables(given: Any) -> list[Mapping[str, Any]]:
    found = _list(given)
    if not all(isinstance(one, Mapping) for one in found):
        raise TypeError
    return found
