"""One table of a file (a TOML table, a JSON object) read with suspicion: every value is asked for by name and
type, what is wrong becomes a Problem with its place, and `close` names the keys nobody asked for.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from openhall.errors import N_, Problem
from openhall.language import Wording
from openhall.surveys.soundness import LANGUAGE, MOST_PROBLEMS

_MUST_BE = {
    str: N_("{name} must be a text in quotation marks."),
    bool: N_("{name} must be true or false."),
    int: N_("{name} must be a whole number."),
    float: N_("{name} must be a number."),
    dict: N_("{name} must be a table."),
    list: N_("{name} must be a list."),
}


class Table:
    """`place` is where it stands in the file ("" for the whole), `problems` the list all tables of a file
    share.
    """

    def __init__(self, data: Any, place: str, problems: list[Problem]) -> None:
        self.place, self.problems = place, problems
        self.known: dict[str, None] = {}  # the names asked for, in order
        self.data: Mapping[Any, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.problem(N_("this must be a table."))

    def problem(self, message: str, cure: str = "", **values: Any) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            return
        place = N_("{place}") if self.place else ""
        self.problems.append(Problem(place, message, cure, {**values, "place": self.place}))

    def __contains__(self, name: str) -> bool:
        return name in self.data

    def take(self, name: str, kind: type, default: Any) -> Any:
        """The value called `name` if it is there and of this type, else the default."""
        self.known[name] = None
        if name not in self.data:
            return default
        value = self.data[name]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value) if abs(value) < 10**300 else math.inf
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)) and value == value:
            return value
        self.problem(_MUST_BE[kind], name=name)
        return default

    def text(self, name: str, default: str = "") -> str:
        return str(self.take(name, str, default))

    def needed(self, name: str) -> str:
        """A text that must be there."""
        if name not in self.data:
            self.problem(N_("{name} is missing."), N_("Add it."), name=name)
        return self.text(name)

    def choice(self, name: str, among: Mapping[str, Any], default: Any) -> Any:
        """One of a few words."""
        word = self.text(name)
        if word and word not in among:
            cure = N_("Use one of {words}.")
            self.problem(N_("{name} “{word}” is not known."), cure, name=name, word=word, words=list(among))
        return among.get(word, default)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._listed(name, str))

    def numbers(self, name: str) -> tuple[float, ...]:
        return tuple(float(value) for value in self._listed(name, float))

    def _listed(self, name: str, kind: type) -> Iterator[Any]:
        for value in self.take(name, list, []):
            if isinstance(value, (int, float) if kind is float else kind) and not isinstance(value, bool):
                yield value
            else:
                self.problem(_MUST_BE[kind], name=name)

    def tables(self, name: str, label: str = "") -> Iterator[Table]:
        """The tables of a list, each with its number and key in its place: `background 3 (q3)`."""
        for number, data in enumerate(self.take(name, list, []), 1):
            key = data.get("key") if isinstance(data, Mapping) else None
            yield self.inner(
                data, f"{label or name} {number}" + (f" ({key})" if isinstance(key, str) else "")
            )

    def inner(self, data: Any, label: str) -> Table:
        return Table(data, f"{self.place}, {label}" if self.place else label, self.problems)

    def wording(self, name: str, language: str = "en") -> Wording:
        """A text in several languages, `{ en = "…", zh = "…" }`; a plain text is in the first language."""
        self.known[name] = None
        value = self.data.get(name, {})
        if isinstance(value, str):
            return {language: value}
        inner = self.inner(value, name)
        said = inner.languages()
        inner.close()
        return said

    def languages(self) -> Wording:
        """The wording whose languages stand right in this table, next to its other keys."""
        found = {}
        for name in self.data:
            if isinstance(name, str) and LANGUAGE.fullmatch(name) and name not in self.known:
                found[name] = self.text(name)
        return found

    def close(self) -> None:
        """Name every key that was never asked for, with the nearest one that is known."""
        for name in self.data:
            if name not in self.known and len(self.problems) < MOST_PROBLEMS:
                near = difflib.get_close_matches(str(name), list(self.known), 1, 0.5)
                cure = N_("Did you mean “{near}”?") if near else N_("Known here: {words}.")
                words = list(self.known) or ["en", "zh"]
                self.problem(
                    N_("“{name}” is not known."), cure, name=name, near=near[0] if near else "", words=words
                )
