"""A suggestion and its reason, shared by all rules that suggest: what, why, how sure. A rule suggests; a person
decides. Also how words are looked for in a text, English and Chinese. Seed 3.4, 5.3.2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from openhall import language
from openhall.errors import N_, Translate, Word, fill, sentences

T = TypeVar("T")
_IDEOGRAPHS = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_LETTER = rf"[^\W{_IDEOGRAPHS}]"  # of a script that puts spaces between its words
IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence: a template marked with `N_` and its values.

    A value may be plain, a `Word`, a wording ({"en": …, "zh": …}), another Reason, or a list of these.

    >>> Reason("It serves {area}.", {"area": {"en": "Riverside", "zh": "河滨"}}).say(lang="zh")
    'It serves 河滨.'
    """

    why: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = str, lang: str = "en") -> str:
        """The sentence in the reader's language: `translate` says templates, `lang` picks of a wording."""
        values = {name: _said(value, translate, lang) for name, value in self.values.items()}
        return fill(self.why, values, translate)

    __str__ = say


@dataclass(frozen=True, slots=True)
class Suggestion(Generic[T]):
    """`value` is suggested, because of `why`; `confidence` from 0 (a guess) to 1 (a rule says so).

    >>> print(Suggestion(2, "Rule {number} applies.", {"number": 7}, 1.0))
    Rule 7 applies.
    """

    value: T
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0

    def say(self, translate: Translate = str, lang: str = "en") -> str:
        """The reason in the reader's language."""
        return Reason(self.why, self.values).say(translate, lang)

    __str__ = say


def together(reasons: tuple[Reason, ...], translate: Translate = str, lang: str = "en") -> str:
    """Several reasons, one after the other."""
    return sentences((reason.say(translate, lang) for reason in reasons), translate)


def quoted(words: tuple[str, ...]) -> tuple[Reason, ...]:
    """Words of the citizen, set between quotation marks wherever they are said."""
    return tuple(Reason(N_("“{word}”"), {"word": word}) for word in words)


def _said(value: Any, translate: Translate, lang: str) -> Any:
    if isinstance(value, Reason):
        return value.say(translate, lang)
    if isinstance(value, Word):
        return translate(value)
    if isinstance(value, Mapping):
        return language.say(value, lang)
    if isinstance(value, list | tuple):
        return [_said(one, translate, lang) for one in value]
    return value


def fold(text: str) -> str:
    """The text as it is searched: full-width letters and capitals do not matter.

    >>> fold("ＧＡＳ Leak")
    'gas leak'
    """
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


def matches(folded: str, words: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Where a folded text says any of the words; of several at one place the longest.

    A word of letters must stand alone, a Chinese one is found inside a sentence. A star at the end stands for any
    ending: "brib*" finds bribe and bribery.
    """
    # a plain search first: most words are in no part of most texts, and a pattern of few words is a quick one
    near = tuple(word for word, part in _parts(words) if part in folded)
    return _pattern(near).finditer(folded) if near else iter(())


@lru_cache(maxsize=1024)
def _parts(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each word, folded, the longest first, and its longest piece without a blank."""
    folded = sorted({fold(word).strip() for word in words}, key=lambda word: (-len(word), word))
    pieces = ((word, word.partition("*")[0].split()) for word in folded)
    return tuple((word, max(some, key=len)) for word, some in pieces if some)


@lru_cache(maxsize=4096)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_one, words)))


def _one(word: str) -> str:
    stem, star, _ = word.partition("*")
    searched = r"\s+".join(map(re.escape, stem.split()))
    if IDEOGRAPH.search(stem):
        return searched
    end = rf"{_LETTER}*" if star else rf"(?!{_LETTER})"
    return rf"(?<!{_LETTER}){searched}{end}"


def found(folded: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """What a folded text says of the words, as it says it, each once, in order.

    >>> found(fold("The gasman smells GAS! 闻到煤气味"), ("gas", "煤气味", "fire"))
    ('gas', '煤气味')
    """
    return tuple(dict.fromkeys(" ".join(match.group().split()) for match in matches(folded, words)))
