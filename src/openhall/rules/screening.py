"""Screening of complaints with due process: marked with a reason and what shows it, confirmed or rejected by a second
person, appealed by the citizen, judged by a third. A mark changes nothing for the citizen until it is confirmed, and
wrong ones are counted. Seed 5.1.5; row C8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from openhall.errors import N_, NotAllowed, Problem, Word

APPEAL_DAYS = 30  # after the citizen was told
CONFIRM_WORKING_DAYS = 1  # within which the second person decides; the clocks of the request run on
SHORTEST = 20  # characters of what shows the reason


class Ground(StrEnum):
    """Why a complaint is no matter to work on."""

    ABUSIVE = "abusive"
    NO_SUBSTANCE = "no_substance"
    ANSWERED = "answered"
    KNOWINGLY_FALSE = "knowingly_false"
    NOT_A_MATTER = "not_a_matter"


GROUND_NAMES = {
    Ground.ABUSIVE: N_("Nothing but abuse"),
    Ground.NO_SUBSTANCE: N_("No matter that could be looked into"),
    Ground.ANSWERED: N_("Answered already, nothing new"),
    Ground.KNOWINGLY_FALSE: N_("Knowingly false"),
    Ground.NOT_A_MATTER: N_("Advertising or not meant for a public office"),
}
EXPLANATIONS = {
    Ground.ABUSIVE: N_(
        "It has insults or threats and no matter beside them. Rude words about a real matter are no reason."
    ),
    Ground.NO_SUBSTANCE: N_(
        "It says nothing anybody could look into, and a question to the citizen brought no more."
    ),
    Ground.ANSWERED: N_("The same person had an answer in the same matter, and this text has no new fact."),
    Ground.KNOWINGLY_FALSE: N_("It was found to be false and the person knew it. A mistake is no reason."),
    Ground.NOT_A_MATTER: N_("It is advertising, a chain letter or clearly meant for somebody else."),
}


class State(StrEnum):
    NONE = "none"
    MARKED = "marked"
    CONFIRMED = "confirmed"  # the request is closed as screened out; the citizen is told and may appeal
    REJECTED = "rejected"  # the mark was wrong
    APPEALED = "appealed"
    UPHELD = "upheld"  # the screening was right
    OVERTURNED = "overturned"  # the screening was wrong; the request is opened again


STATE_NAMES = {
    State.NONE: N_("Not marked"),
    State.MARKED: N_("Marked, to confirm"),
    State.CONFIRMED: N_("Screened out"),
    State.REJECTED: N_("Mark rejected"),
    State.APPEALED: N_("Appealed by the citizen"),
    State.UPHELD: N_("Screening upheld"),
    State.OVERTURNED: N_("Screening overturned"),
}


class Step(StrEnum):
    MARK = "mark"
    CONFIRM = "confirm"
    REJECT = "reject"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    OVERTURN = "overturn"


STEP_NAMES = {
    Step.MARK: N_("Mark"),
    Step.CONFIRM: N_("Confirm the mark"),
    Step.REJECT: N_("Reject the mark"),
    Step.APPEAL: N_("Appeal"),
    Step.UPHOLD: N_("Uphold the screening"),
    Step.OVERTURN: N_("Overturn the screening"),
}

# (state, step) -> state after it; a mark once found wrong is not made again
STEPS: dict[tuple[State, Step], State] = {
    (State.NONE, Step.MARK): State.MARKED,
    (State.MARKED, Step.CONFIRM): State.CONFIRMED,
    (State.MARKED, Step.REJECT): State.REJECTED,
    (State.CONFIRMED, Step.APPEAL): State.APPEALED,
    (State.APPEALED, Step.UPHOLD): State.UPHELD,
    (State.APPEALED, Step.OVERTURN): State.OVERTURNED,
}
VERBS = {
    Step.MARK: "screening.mark",
    Step.CONFIRM: "screening.confirm",
    Step.REJECT: "screening.confirm",
    Step.UPHOLD: "screening.judge",
    Step.OVERTURN: "screening.judge",
}  # an appeal is the citizen's
WRONG = frozenset({State.REJECTED, State.OVERTURNED})
RIGHT = frozenset({State.CONFIRMED, State.UPHELD})  # as far as is known
_REFUSALS = {
    (State.MARKED, Step.MARK): N_("This request is marked already."),
    (State.REJECTED, Step.MARK): N_("A mark on this request was rejected; it cannot be marked again."),
    (State.OVERTURNED, Step.MARK): N_("Screening this request was found wrong; it cannot be marked again."),
    (State.UPHELD, Step.APPEAL): N_("The appeal was judged already; there is no second one."),
    (State.APPEALED, Step.APPEAL): N_("An appeal is with us already."),
}


def choices(state: State | str) -> tuple[Step, ...]:
    """The steps that lead on from `state`."""
    return tuple(step for step in Step if (State(state), step) in STEPS)


def after(state: State | str, step: Step | str) -> State:
    """The state after `step`; NotAllowed where it does not lead on.

    >>> after("confirmed", "appeal")
    <State.APPEALED: 'appealed'>
    """
    state, step = State(state), Step(step)
    if (state, step) in STEPS:
        return STEPS[state, step]
    if (state, step) in _REFUSALS:
        raise NotAllowed(_REFUSALS[state, step])
    raise NotAllowed(
        N_("“{step}” is not possible: the screening stands at “{state}”."),
        step=Word(STEP_NAMES[step]),
        state=Word(STATE_NAMES[state]),
    )


def independent(
    step: Step | str,
    person: int,
    *,
    marker: int | None = None,
    confirmer: int | None = None,
    accused: bool = False,
) -> None:
    """NotAllowed where the same person would act twice, or one of the department complained of screens.

    Three different persons mark, confirm and judge. `accused`: the complaint is about this person or, in a report
    of wrongdoing, about this person's department.

    >>> independent("confirm", 2, marker=1)
    """
    step = Step(step)
    if accused and step is not Step.APPEAL:
        raise NotAllowed(
            N_("This complaint is about you or your department, so others decide about screening it.")
        )
    if step in (Step.CONFIRM, Step.REJECT) and person == marker:
        raise NotAllowed(N_("You marked this request, so a second person decides."))
    if step in (Step.UPHOLD, Step.OVERTURN) and person in (marker, confirmer):
        raise NotAllowed(
            N_("You marked this request or decided about the mark, so a third person judges the appeal.")
        )


def mark_problems(
    ground: str, shown: str, *, earlier_answered: bool = False, asked: bool = False, found_false: bool = False
) -> tuple[Problem, ...]:
    """What is missing for a mark. `shown`: the passage, number or finding that shows the reason.

    `earlier_answered`: an earlier request of the same person is named and was answered; `asked`: the citizen was
    asked for more; `found_false`: an inquiry found it false.
    """
    if ground not in set(Ground):
        return (Problem(N_("Reason"), N_("it is not chosen."), N_("Choose one.")),)
    told = []
    if len(shown.strip()) < SHORTEST:
        told.append(
            Problem(
                N_("What shows it"),
                N_("at least {least} characters are needed; the citizen will read them."),
                N_("Quote the passage, or write what was found."),
                {"least": SHORTEST},
            )
        )
    needs = {
        Ground.ANSWERED: (earlier_answered, N_("name the earlier request that was answered.")),
        Ground.NO_SUBSTANCE: (asked, N_("ask the citizen for more before you mark it.")),
        Ground.KNOWINGLY_FALSE: (found_false, N_("it takes a finding that it is false.")),
    }
    met, message = needs.get(Ground(ground), (True, ""))
    return tuple(told) if met else (*told, Problem(GROUND_NAMES[Ground(ground)], message))


def may_appeal_until(told: date) -> date:
    """The last day of an appeal by a citizen told on `told`."""
    return told + timedelta(days=APPEAL_DAYS)


@dataclass(frozen=True, slots=True)
class Tally:
    """Marks by where they stand. `wrong` of `decided` is the wrong-screening rate of `assessment`."""

    by_state: dict[State, int]

    @property
    def wrong(self) -> int:
        """Marks a second person rejected, and screenings an appeal overturned."""
        return sum(self.by_state.get(state, 0) for state in WRONG)

    @property
    def decided(self) -> int:
        """Marks a second person decided, less the appeals still open."""
        return self.wrong + sum(self.by_state.get(state, 0) for state in RIGHT)


def tally(states: Iterable[State | str]) -> Tally:
    """Counts of screenings by state.

    >>> count = tally(["marked", "rejected", "confirmed", "overturned"])
    >>> count.wrong, count.decided
    (2, 3)
    """
    return Tally(dict(Counter(State(state) for state in states)))
