"""How the report's sentences are said: templates put through the translator and made into blocks.

A template is marked with `N_` where it stands, so that the catalogue finds it, and is filled with named
values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openhall.errors import N_
from openhall.language import Wording, say, translator
from openhall.report.document import Caution, Manner, Paragraph
from openhall.stats.study import Factor

# Background questions the study has; any other is called by its own wording.
NAMES = {
    "gender": N_("gender"),
    "age": N_("age"),
    "education": N_("education"),
    "political_status": N_("political status"),
    "occupation": N_("occupation"),
    "income": N_("household income"),
}


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in one language."""

    lang: str

    def __call__(self, template: str, **values: Any) -> str:
        return translator(self.lang)(template).format(**values)

    def word(self, wording: Wording) -> str:
        return say(wording, self.lang)

    def background(self, factor: Factor) -> str:
        """A background as it stands inside a sentence: `gender`, or the question where it has no known
        name."""
        if factor.name in NAMES:
            return self(NAMES[factor.name])
        # Translators: a question used as a name
        return self(N_("“{question}”"), question=self.word(factor.label))

    def title(self, factor: Factor) -> str:
        """A background at the head of a row."""
        name = self.background(factor) if factor.name in NAMES else self.word(factor.label)
        return name[:1].upper() + name[1:]

    def level(self, factor: Factor, code: int | None) -> str:
        return next((self.word(level.label) for level in factor.levels if level.code == code), str(code))

    def listed(self, texts: Sequence[str]) -> str:
        """Texts in a row.

        >>> Pen("en").listed(["a", "b", "c"]), Pen("en").listed(["a"])
        ('a, b and c', 'a')
        """
        if len(texts) < 2:
            return "".join(texts)
        # Translators: between the members of a list
        return self(N_("{before} and {last}"), before=self(N_(", ")).join(texts[:-1]), last=texts[-1])

    def text(self, template: str, **values: Any) -> Paragraph:
        return Paragraph(self(template, **values))

    def method(self, template: str, **values: Any) -> Paragraph:
        return Paragraph(self(template, **values), Manner.METHOD)

    def apa(self, template: str, **values: Any) -> Paragraph:
        return Paragraph(self(template, **values), Manner.APA)

    def plain(self, template: str, **values: Any) -> Paragraph:
        return Paragraph(self(template, **values), Manner.PLAIN)

    def caution(self, code: str, template: str, **values: Any) -> Caution:
        return Caution(code, self(template, **values))
