"""What is said of a request when it is closed, and what must not get into an answer kept for everyone.

The handling form of hotlines: was the demand justified, was it beyond our duties, when was the citizen contacted, why
was it not resolved. Seed 3.4.3, 5.3.2; rows C3, C4, C9.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from openhall.errors import N_, BadInput, Problem, Word
from openhall.rules.workflow import OUTCOME_NAMES, Outcome

SHORTEST_REPLY = 20  # signs of a final answer; a Chinese one says as much in half as many
LONGEST_TEXT = 8000

# How a department may close a request. The other outcomes come of acts of their own: refusing, joining, withdrawing.
CLOSING = (Outcome.RESOLVED, Outcome.EXPLAINED, Outcome.UNABLE, Outcome.NOT_RESPONSIBLE)
CLOSING_EXPLANATIONS = {
    Outcome.RESOLVED: N_("What was asked for has been done."),
    Outcome.EXPLAINED: N_("The law or the facts allow no more, and the answer says why."),
    Outcome.UNABLE: N_("It is ours, and it cannot be done now."),
    Outcome.NOT_RESPONSIBLE: N_("It is somebody else’s, and the answer says whose."),
}


class Justified(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


JUSTIFIED_NAMES = {Justified.YES: N_("Yes"), Justified.PARTLY: N_("Partly"), Justified.NO: N_("No")}


class Unresolved(StrEnum):
    """Why something was not resolved."""

    LAW = "law"
    MEANS = "means"
    PLANNED = "planned"
    THIRD_PARTY = "third_party"
    FACTS = "facts"
    CITIZEN = "citizen"


UNRESOLVED_NAMES = {
    Unresolved.LAW: N_("The law does not allow it"),
    Unresolved.MEANS: N_("Money, people or equipment are missing"),
    Unresolved.PLANNED: N_("It is planned for later"),
    Unresolved.THIRD_PARTY: N_("It depends on somebody outside the hall"),
    Unresolved.FACTS: N_("The facts could not be established"),
    Unresolved.CITIZEN: N_("The citizen did not want or could not help further"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """The handling form. Codes and a time only: it goes into the record, which holds no citizen's words."""

    justified: str = ""  # Justified, or not said
    beyond: bool | None = None  # were our duties exceeded?
    contacted_at: datetime | None = None
    unresolved: str = ""  # Unresolved, or not said

    def facts(self) -> dict[str, Any]:
        """What was said of it, as it is recorded; what was not said is left out.

        >>> Handled(justified="partly", beyond=False).facts()
        {'justified': 'partly', 'beyond': False}
        """
        said: dict[str, Any] = {
            "justified": self.justified,
            "beyond": self.beyond,
            "unresolved": self.unresolved,
        }
        if self.contacted_at is not None:
            said["contacted_at"] = self.contacted_at.isoformat(timespec="minutes")
        return {name: value for name, value in said.items() if value not in ("", None)}


def check_closing(outcome: str, reply: str, handled: Handled, at: datetime) -> None:
    """Whether a department may close a request like this at `at`. BadInput names every place that is wrong."""
    problems = [*_outcome_problems(outcome), *text_problems(reply, N_("Final answer"), least=SHORTEST_REPLY)]
    if handled.justified and handled.justified not in set(Justified):
        problems.append(Problem(N_("Justified"), N_("this is not one of the answers."), N_("Choose one.")))
    if handled.unresolved and handled.unresolved not in set(Unresolved):
        problems.append(
            Problem(N_("Why not resolved"), N_("this is not one of the reasons."), N_("Choose one."))
        )
    if handled.unresolved and outcome == Outcome.RESOLVED:
        problems.append(
            Problem(
                N_("Why not resolved"),
                N_("a reason is given although it was resolved."),
                N_("Take the reason away, or choose another outcome."),
            )
        )
    if handled.contacted_at is not None and handled.contacted_at > at:
        problems.append(
            Problem(
                N_("Contacted"),
                N_("this time is still to come."),
                N_("Write when it was, or leave it blank."),
            )
        )
    if problems:
        raise BadInput(N_("The request cannot be closed like this."), problems=problems)


def _outcome_problems(outcome: str) -> Iterable[Problem]:
    if outcome not in CLOSING:
        names = [Word(OUTCOME_NAMES[one]) for one in CLOSING]
        yield Problem(
            N_("Outcome"),
            N_("a department cannot close a request like this."),
            N_("Choose one of four outcomes: {first}, {second}, {third} or {fourth}."),
            dict(zip(("first", "second", "third", "fourth"), names, strict=True)),
        )


def text_problems(text: str, place: str, *, least: int = 1, most: int = LONGEST_TEXT) -> list[Problem]:
    """What is wrong with a text people wrote: missing, too short to say anything, too long. `place` is marked."""
    signs = weight(text)
    if not signs:
        return [Problem(place, N_("nothing is written."), N_("Write it in words."))]
    if signs < least:
        return [
            Problem(
                place,
                N_("this is too short to be understood."),
                N_("Write a sentence, {least} letters or more."),
                {"least": least},
            )
        ]
    if "\0" in text:
        return [Problem(place, N_("it has signs that cannot be kept."), N_("Type it anew."))]
    if len(text) > most:
        return [
            Problem(
                place,
                N_("this is too long: {long} characters."),
                N_("Shorten it to {most}, or attach a file."),
                {"long": len(text), "most": most},
            )
        ]
    return []


def weight(text: str) -> int:
    """How much is written: letters and digits; a Chinese character counts as two.

    >>> weight("Done. "), weight("路灯已修好。")
    (4, 10)
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text if sign.isalnum())


# --- personal data in an answer that is kept --------------------------------------------------------------------

_EMAIL = re.compile(
    r"[^\s@<>（）()，,;；。：:]{1,64}@[^\s@<>（）()，,;；]{1,64}\.[^\s@<>（）()，,;；。.]{2,24}"
)
_NUMBER = re.compile(r"\+?\d(?:[\d \-/().]{4,}\d|[\d]{5,})[Xx]?")
LEAST_DIGITS = 6  # a row of so many is a telephone, identity or case number rather than a year or an amount


def personal(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """What in a text may point to a person: e-mail addresses, long numbers, and any of the `known` names; as written,
    each once, in order. A person decides; a name that is not known is not found.

    >>> personal("Ring Mrs Wang on 0113 496 0000 or wang@example.org, 24 May 2026.", ["Wang"])
    ('Wang', '0113 496 0000', 'wang@example.org')
    """
    found: dict[int, str] = {}
    for match in _NUMBER.finditer(text):
        if sum(sign.isdigit() for sign in match[0]) >= LEAST_DIGITS and not _DATE.fullmatch(match[0].strip()):
            found[match.start()] = match[0].strip()
    for match in _EMAIL.finditer(text):
        found[match.start()] = match[0]
    for name in known:
        place = _place(name, text)
        if place is not None:
            found.setdefault(place, text[place : place + len(name.strip())])
    return tuple(dict.fromkeys(found[place] for place in sorted(found)))


_DATE = re.compile(r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d")


def _place(name: str, text: str) -> int | None:
    """Where a name stands; one of letters must stand alone, a Chinese one is found inside a sentence."""
    name = name.strip()
    if len(name) < 2:
        return None
    edge = "" if weight(name) > sum(sign.isalnum() for sign in name) else r"\b"
    match = re.search(f"{edge}{re.escape(name)}{edge}", text, re.IGNORECASE)
    return match.start() if match else None
