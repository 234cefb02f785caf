"""The rows of answers on the question page: what was typed in them, and the steps that add, move and remove
a row.

A row's place is the order on the form, its code what is stored, its score what is computed with: three
fields of their own, none made from another. Rows left wholly empty are no answers.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext

from openhall.language import LANGUAGES
from openhall.surveys.checking import plain
from openhall.surveys.questionnaire import Option, Question
from openhall.surveys.ready_made import SETS
from openhall.surveys.soundness import MOST_OPTIONS

_CODE = re.compile(r"[+-]?\d{1,6}")
_LABEL = re.compile(r"option-(\d{1,3})-label-([a-z]{2})")


@dataclass(frozen=True)
class Row:
    """One answer as typed."""

    labels: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    score: str = ""
    share: str = ""  # of the population, per cent

    @property
    def empty(self) -> bool:
        return not any((*self.labels.values(), self.code, self.score, self.share))


@dataclass
class Rows:
    """All rows; `errors` name the row and the cure after `read`, `focus` the row and field to go on at."""

    rows: list[Row]
    errors: list[dict[str, str]] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)
    focus: tuple[int, str] | None = None

    @classmethod
    def of(cls, question: Question) -> Rows:
        shares = [plain(share) for share in question.population] or [""] * len(question.options)
        return cls([_row(option, share) for option, share in zip(question.options, shares, strict=False)])

    @classmethod
    def posted(cls, data: Mapping[str, Any]) -> Rows:
        """The rows of a submitted page."""
        labels: dict[int, dict[str, str]] = {}
        for name in data:
            if match := _LABEL.fullmatch(name):
                labels.setdefault(int(match[1]), {})[match[2]] = data[name].strip()
        rows = []
        for number in sorted(labels)[:MOST_OPTIONS]:
            parts = {
                part: data.get(f"option-{number}-{part}", "").strip() for part in ("code", "score", "share")
            }
            rows.append(Row(labels[number], **parts))
        return cls(rows)

    def take(self, step: str, chosen: str = "") -> None:
        """One of the page's buttons: add, use (the set `chosen`), or up, down, remove with a row number."""
        verb, _, number = step.partition(":")
        place = next((place for place in range(len(self.rows)) if str(place) == number), None)
        if verb == "add" and len(self.rows) < MOST_OPTIONS:
            self.rows.append(Row())
            self.focus = len(self.rows) - 1, "label"
        elif verb == "use" and chosen in SETS:
            self.rows = [_row(option) for option in SETS[chosen].options]
            self.focus = 0, "label"
        elif verb == "remove" and place is not None:
            del self.rows[place]
            self.focus = -1, "add"
        elif verb in ("up", "down") and place is not None:
            target = min(max(place + (-1 if verb == "up" else 1), 0), len(self.rows) - 1)
            self.rows.insert(target, self.rows.pop(place))
            self.focus = target, verb

    def read(self) -> tuple[Option, ...]:
        """The options typed. Rows without a code get the next free one."""
        self.errors, self.wrong = [], set()
        codes = [self._code(number, row) for number, row in self._filled()]
        following = max([0, *(code for code in codes if code is not None)])
        options = []
        for (number, row), code in zip(self._filled(), codes, strict=True):
            if code is None:
                code = following = following + 1
            self.rows[number] = replace(row, code=row.code or str(code))
            labels = {language: text for language, text in row.labels.items() if text}
            options.append(Option(code, labels, self._number(number, row.score, "score")))
        return tuple(options)

    def population(self) -> tuple[float, ...]:
        """The shares typed, () where all are empty."""
        shares = [self._number(number, row.share, "share") for number, row in self._filled()]
        if all(share is None for share in shares):
            return ()
        for (number, _row), share in zip(self._filled(), shares, strict=True):
            if share is None:
                self._wrong(number, "share", gettext("give the share of every answer, or of none."))
        return tuple(share or 0.0 for share in shares)

    def shown(self, languages: Iterable[str]) -> list[dict[str, Any]]:
        """What the template draws: labels in the questionnaire's languages, others kept out of sight."""
        known = list(languages)
        return [
            {
                "number": number,
                "labels": [
                    {
                        "code": code,
                        "language": LANGUAGES.get(code, code),
                        "text": row.labels.get(code, ""),
                        "focus": not n and self.focus == (number, "label"),
                    }
                    for n, code in enumerate(known)
                ],
                "hidden": [(code, text) for code, text in row.labels.items() if code not in known],
                "row": row,
                "last": number == len(self.rows) - 1,
                "focus": self.focus[1] if self.focus and self.focus[0] == number else "",
                "wrong": [
                    part for part in ("code", "score", "share") if f"option-{number}-{part}" in self.wrong
                ],
            }
            for number, row in enumerate(self.rows)
        ]

    def _filled(self) -> list[tuple[int, Row]]:
        return [(number, row) for number, row in enumerate(self.rows) if not row.empty]

    def _code(self, number: int, row: Row) -> int | None:
        code = unicodedata.normalize("NFKC", row.code)
        if code and not _CODE.fullmatch(code):
            self._wrong(number, "code", gettext("the code must be a whole number, for example 3."))
            return 0
        return int(code) if code else None

    def _number(self, number: int, typed: str, name: str) -> float | None:
        if not typed:
            return None
        try:
            value = float(unicodedata.normalize("NFKC", typed))
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return value
        said = {
            "score": gettext("the score must be a number, or empty for an answer that counts as none."),
            "share": gettext("the share must be a number, in per cent."),
        }
        self._wrong(number, name, said[name])
        return 0.0

    def _wrong(self, number: int, name: str, message: str) -> None:
        place = gettext("Answer %(number)s: ") % {"number": number + 1}
        self.errors.append({"text": place + message, "href": f"#option-{number}-{name}"})
        self.wrong.add(f"option-{number}-{name}")


def _row(option: Option, share: str = "") -> Row:
    score = "" if option.score is None else plain(option.score)
    return Row(dict(option.label), str(option.value), score, share)
