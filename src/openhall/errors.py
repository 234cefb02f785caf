"""The exceptions of OpenHall, one tree; every one can be said in the reader's language.

    OpenHallError
    ├── BadInput        what was given cannot be used; carries a Problem for each place
    ├── NotAllowed      the rules forbid this step now (a closed wave, a frozen questionnaire, a full quota)
    │   └── Stale       somebody else has acted on it since it was read
    └── NotPermitted    this person may not do it

A message is an English template, marked for translation with `N_`, and its values. `str(error)` is English;
`error.say(translate)` puts the template through a translator first (`django.utils.translation.gettext` in the
web faces, `openhall.language.translator(lang)` where there is no Django).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Translate = Callable[[str], str]


def N_(template: str) -> str:
    """Mark a template for translation without translating it now."""
    return template


class Word(str):
    """A value of a template that is itself marked, and said in the reader's language like the template."""

    __slots__ = ()


def fill(template: str, values: Mapping[str, Any], translate: Translate = str) -> str:
    """The template in the reader's language with its values; a list among them is joined as the language does.

    >>> fill("Use one of {known}.", {"known": ["en", "zh"]})
    'Use one of en, zh.'
    """

    def one(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return translate(N_(", ")).join(map(str, value))
        return translate(value) if isinstance(value, Word) else value

    return translate(template).format(**{name: one(value) for name, value in values.items()})


def sentences(said: Iterable[str], translate: Translate = str) -> str:
    """Sentences already in the reader's language, one after the other as the language sets them; blank ones left
    out.

    >>> sentences(("It is missing.", "", "Add it."))
    'It is missing. Add it.'
    """
    first, *rest = [sentence for sentence in said if sentence] or [""]
    for sentence in rest:
        # Translators: two sentences, one after the other
        first = translate(N_("{message} {cure}")).format(message=first, cure=sentence)
    return first


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one place of what was given.

    `place` says where (sheet, row, column or key, as far as known), `message` what is wrong, `cure` what to do. All
    three are templates filled from `values` (a list is joined by `say`); `say` returns one line in the reader's
    language.

    >>> str(Problem("Row {row}, column {column}", "the code {code} is not an answer.", "Use {known}.",
    ...             dict(row=3, column="s1", code=7, known="1 to 5")))
    'Row 3, column s1: the code 7 is not an answer. Use 1 to 5.'
    """

    place: str
    message: str
    cure: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = str) -> str:
        place, message, cure = (
            fill(part, self.values, translate) if part else ""
            for part in (self.place, self.message, self.cure)
        )
        head = place + translate(N_(": ")) if place else ""
        return head + sentences((message, cure), translate)

    __str__ = say


class OpenHallError(Exception):
    """Base of all: a template and its values."""

    def __init__(self, template: str = "", **values: Any) -> None:
        super().__init__(template)
        self.template, self.values = template, values

    def say(self, translate: Translate = str) -> str:
        return fill(self.template, self.values, translate)

    def lines(self, translate: Translate = str) -> list[str]:
        """What to tell the reader, a sentence a problem; here the one sentence."""
        return [self.say(translate)]

    def __str__(self) -> str:
        return self.say()


class BadInput(OpenHallError):
    """What was given cannot be used. Nothing of it has been kept."""

    def __init__(self, template: str | Problem, *, problems: Iterable[Problem] = (), **values: Any) -> None:
        if isinstance(template, Problem):
            problems, template = (template,), N_("This cannot be used.")
        super().__init__(template, **values)
        self.problems = tuple(problems)

    def lines(self, translate: Translate = str) -> list[str]:
        """One sentence a problem, in the reader's language."""
        return [problem.say(translate) for problem in self.problems] or [self.say(translate)]

    def __str__(self) -> str:
        return "\n".join([self.say(), *(str(problem) for problem in self.problems)])


class NotAllowed(OpenHallError):
    """The rules forbid this step in the present state."""


class Stale(NotAllowed):
    """Somebody has acted on this since the person read it; `seen` is the edition they had. Nothing was done."""

    def __init__(self, *, seen: int) -> None:
        super().__init__(
            N_(
                "Somebody else has acted on this request since you opened it. See what changed, then send again."
            )
        )
        self.seen = seen


class NotPermitted(OpenHallError):
    """The person has no right to do this."""
