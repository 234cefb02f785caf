"""What may be done to a wave of fieldwork and when, and what its plan must say. Seed 4.1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from openhall.errors import N_, NotAllowed, Problem

LONGEST_WAIT = 3600  # seconds a form may be asked to take at least
MOST = 1_000_000_000  # answers planned, hoped for or accepted at one office: those of a nation in a year

# (state, step) -> state after it
STEPS = {
    ("draft", "open"): "open",
    ("open", "close"): "closed",
    ("closed", "open"): "open",
}
_REFUSALS = {
    ("open", "open"): N_("This wave is open already."),
    ("closed", "close"): N_("This wave is closed already."),
    ("draft", "close"): N_("This wave has not been opened yet, so there is nothing to close."),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One office's part in a wave. `filled`: answers accepted; `used`: something was issued or returned."""

    office: str  # its name, for messages
    target: int | None = None
    quota: int | None = None
    filled: int = 0
    used: bool = False


def after(state: str, step: str) -> str:
    """The state after `step` ("open" or "close"). NotAllowed where the step does not lead on from `state`.

    >>> after("draft", "open"), after("closed", "open")
    ('open', 'open')
    """
    if (state, step) not in STEPS:
        raise NotAllowed(_REFUSALS[state, step])
    return STEPS[state, step]


def plan_problems(
    places: Iterable[Place], *, planned: int | None = None, min_seconds: int = 0
) -> list[Problem]:
    """What is wrong with a plan in whatever state the wave is."""
    problems = []
    if planned is not None and not 1 <= planned <= MOST:
        problems.append(
            Problem(
                N_("Planned number"),
                N_("it must be between 1 and {most}."),
                N_("Leave it empty if there is none."),
                {"most": MOST},
            )
        )
    if not 0 <= min_seconds <= LONGEST_WAIT:
        problems.append(
            Problem(N_("Minimum seconds"), N_("it must be between 0 and {most}."), "", {"most": LONGEST_WAIT})
        )
    for place in places:
        problems += _place_problems(place)
    return problems


def _place_problems(place: Place) -> list[Problem]:
    problems = []
    values = {"office": place.office, "most": MOST, "filled": place.filled, "quota": place.quota}
    if place.target is not None and not 1 <= place.target <= MOST:
        problems.append(
            Problem(
                "{office}",
                N_("the target must be between 1 and {most}."),
                N_("Leave it empty if there is none."),
                values,
            )
        )
    if place.quota is not None and not 1 <= place.quota <= MOST:
        problems.append(
            Problem(
                "{office}",
                N_("the quota must be between 1 and {most}."),
                N_("Leave it empty to accept everyone."),
                values,
            )
        )
    elif place.quota is not None and place.quota < place.filled:
        problems.append(
            Problem(
                "{office}",
                N_("the quota {quota} is below the {filled} answers already accepted."),
                N_("Set it to {filled} to accept no more."),
                values,
            )
        )
    return problems


def removal_problems(left_out: Iterable[Place]) -> list[Problem]:
    """Offices that stay in the wave because questionnaires were issued or came back there."""
    return [
        Problem(
            "{office}",
            N_("questionnaires were already issued or returned here, so the office stays in the wave."),
            N_("To accept no more answers there, set its quota to {filled}."),
            {"office": place.office, "filled": max(1, place.filled)},
        )
        for place in left_out
        if place.used
    ]


def opening_problems(*, offices: int, questions: int, closes_on: date | None, today: date) -> list[Problem]:
    """What keeps a wave from opening."""
    problems = []
    if not offices:
        problems.append(Problem(N_("Offices"), N_("no office takes part."), N_("Choose at least one.")))
    if not questions:
        problems.append(
            Problem(
                N_("Questionnaire"),
                N_("this version has no questions."),
                N_("Add questions, or choose another version."),
            )
        )
    if closes_on is not None and closes_on < today:
        problems.append(
            Problem(
                N_("Last day"),
                N_("it is in the past."),
                N_("Choose today or a later day, or leave it empty."),
            )
        )
    return problems
