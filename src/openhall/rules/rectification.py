"""What follows a bad rating, as one table: call back, verify, then fix, put on the ledger, explain or appeal; visit
again; publish. Who handled the request neither calls back nor judges. Seed 3.4.4, 5.1.5; row B5.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from openhall.errors import N_, BadInput, NotAllowed, Problem, Word

BAD = (1, 2)  # of five levels, 5 the best: the lowest two
LEVELS = range(1, 6)
WORKING_DAYS = 15  # from the rating until it is put right, explained or on the ledger
LEDGER_DAYS = 180  # the farthest deadline on the ledger, from today
TRIES = 3  # calls on different occasions before we go on without the citizen


class State(StrEnum):
    OPENED = "opened"
    CALLED_BACK = "called_back"
    VERIFIED = "verified"  # the citizen is right, at least in part
    NOT_TRUE = "not_true"  # what the rating says is not what happened
    FIXING = "fixing"
    ON_LEDGER = "on_ledger"  # cannot be put right at once; has a plan and a deadline
    EXPLAINED = "explained"  # the law allows no more
    APPEALED = "appealed"  # the department says the rating is mistaken
    UPHELD = "upheld"  # it was; the rating does not count against the department
    APPEAL_REFUSED = "appeal_refused"  # it was not; the department puts it right
    VISITED_AGAIN = "visited_again"
    TAKEN_UP = "taken_up"  # the new rating is bad too; true by now, so there is no appeal
    PUBLISHED = "published"
    LAPSED = "lapsed"  # the citizen raised the rating before anybody called


STATE_NAMES = {
    State.OPENED: N_("To call back"),
    State.CALLED_BACK: N_("Called back, to verify"),
    State.VERIFIED: N_("Found to be true"),
    State.NOT_TRUE: N_("Found not to be true"),
    State.FIXING: N_("Being put right"),
    State.ON_LEDGER: N_("On the ledger"),
    State.EXPLAINED: N_("Explained"),
    State.APPEALED: N_("Appealed by the department"),
    State.UPHELD: N_("Appeal upheld: the rating does not count"),
    State.APPEAL_REFUSED: N_("Appeal refused: to put right"),
    State.VISITED_AGAIN: N_("Visited again"),
    State.TAKEN_UP: N_("Taken up again: to put right"),
    State.PUBLISHED: N_("Published"),
    State.LAPSED: N_("Lapsed: the citizen raised the rating"),
}
DONE = frozenset({State.PUBLISHED, State.LAPSED})


class Step(StrEnum):
    NOT_REACHED = "not_reached"
    CALL_BACK = "call_back"
    GO_ON = "go_on"  # without the citizen, after TRIES calls
    VERIFY_TRUE = "verify_true"
    VERIFY_NOT_TRUE = "verify_not_true"
    FIX = "fix"
    PUT_ON_LEDGER = "put_on_ledger"
    EXPLAIN = "explain"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    REFUSE = "refuse"
    VISIT_AGAIN = "visit_again"
    TAKE_UP_AGAIN = "take_up_again"  # the new level is bad too
    PUBLISH = "publish"
    LAPSE = "lapse"


STEP_NAMES = {
    Step.NOT_REACHED: N_("Note that nobody answered"),
    Step.CALL_BACK: N_("Call back"),
    Step.GO_ON: N_("Go on without the citizen"),
    Step.VERIFY_TRUE: N_("Find it true"),
    Step.VERIFY_NOT_TRUE: N_("Find it not true"),
    Step.FIX: N_("Put it right now"),
    Step.PUT_ON_LEDGER: N_("Put it on the ledger"),
    Step.EXPLAIN: N_("Explain why no more is possible"),
    Step.APPEAL: N_("Appeal against the rating"),
    Step.UPHOLD: N_("Uphold the appeal"),
    Step.REFUSE: N_("Refuse the appeal"),
    Step.VISIT_AGAIN: N_("Visit again"),
    Step.TAKE_UP_AGAIN: N_("Take it up again"),
    Step.PUBLISH: N_("Publish the result"),
    Step.LAPSE: N_("Let it lapse"),
}

_FOUND = {Step.FIX: State.FIXING, Step.PUT_ON_LEDGER: State.ON_LEDGER, Step.EXPLAIN: State.EXPLAINED}

# (state, step) -> state after it
STEPS: dict[tuple[State, Step], State] = {
    (State.OPENED, Step.NOT_REACHED): State.OPENED,
    (State.OPENED, Step.CALL_BACK): State.CALLED_BACK,
    (State.OPENED, Step.GO_ON): State.CALLED_BACK,
    (State.OPENED, Step.LAPSE): State.LAPSED,
    (State.CALLED_BACK, Step.VERIFY_TRUE): State.VERIFIED,
    (State.CALLED_BACK, Step.VERIFY_NOT_TRUE): State.NOT_TRUE,
    **{(State.VERIFIED, step): to for step, to in _FOUND.items()},
    (State.VERIFIED, Step.APPEAL): State.APPEALED,
    (State.NOT_TRUE, Step.EXPLAIN): State.EXPLAINED,
    (State.NOT_TRUE, Step.APPEAL): State.APPEALED,
    (State.APPEALED, Step.UPHOLD): State.UPHELD,
    (State.APPEALED, Step.REFUSE): State.APPEAL_REFUSED,
    **{(State.APPEAL_REFUSED, step): to for step, to in _FOUND.items()},
    **{(State.TAKEN_UP, step): to for step, to in _FOUND.items()},
    (State.FIXING, Step.PUT_ON_LEDGER): State.ON_LEDGER,
    (State.ON_LEDGER, Step.FIX): State.FIXING,
    (State.FIXING, Step.VISIT_AGAIN): State.VISITED_AGAIN,
    (State.ON_LEDGER, Step.VISIT_AGAIN): State.VISITED_AGAIN,
    (State.EXPLAINED, Step.VISIT_AGAIN): State.VISITED_AGAIN,
    (State.VISITED_AGAIN, Step.TAKE_UP_AGAIN): State.TAKEN_UP,
    (State.VISITED_AGAIN, Step.PUBLISH): State.PUBLISHED,
    (State.UPHELD, Step.PUBLISH): State.PUBLISHED,
}

# The right each step needs, from `permissions`; a lapse follows from the citizen's own act.
VERBS: dict[Step, str] = {
    Step.NOT_REACHED: "rectification.call",
    Step.CALL_BACK: "rectification.call",
    Step.GO_ON: "rectification.call",
    Step.VERIFY_TRUE: "rectification.call",
    Step.VERIFY_NOT_TRUE: "rectification.call",
    Step.FIX: "rectification.fix",
    Step.PUT_ON_LEDGER: "rectification.fix",
    Step.EXPLAIN: "rectification.fix",
    Step.APPEAL: "rectification.fix",
    Step.UPHOLD: "rectification.judge",
    Step.REFUSE: "rectification.judge",
    Step.VISIT_AGAIN: "rectification.call",
    Step.TAKE_UP_AGAIN: "rectification.call",
    Step.PUBLISH: "rectification.judge",
}
JUDGING = frozenset({Step.UPHOLD, Step.REFUSE})
INDEPENDENT = frozenset(step for step, verb in VERBS.items() if verb != "rectification.fix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a step comes with; which of it a step needs, `problems` says."""

    text: str = ""  # what was said, found, done, planned or decided
    deadline: date | None = None  # on the ledger
    law: str = ""  # the rule an explanation rests on
    level: int | None = None  # the new rating, None where the citizen gave none
    tries: int = 0  # calls that nobody answered
    today: date = date.min


def is_bad(level: int) -> bool:
    """Whether a rating opens a rectification.

    >>> [level for level in range(1, 6) if is_bad(level)]
    [1, 2]
    """
    return level in BAD


def choices(state: State | str) -> tuple[Step, ...]:
    """The steps that lead on from `state`, in the order in which they are offered.

    >>> [str(step) for step in choices("appealed")]
    ['uphold', 'refuse']
    """
    return tuple(step for step in Step if (State(state), step) in STEPS)


def after(state: State | str, step: Step | str) -> State:
    """The state after `step`; NotAllowed where it does not lead on.

    >>> after("fixing", "visit_again")
    <State.VISITED_AGAIN: 'visited_again'>
    >>> after("opened", "publish")
    Traceback (most recent call last):
    openhall.errors.NotAllowed: “Publish the result” is not possible while this is “To call back”.
    """
    state, step = State(state), Step(step)
    if (state, step) in STEPS:
        return STEPS[state, step]
    values = {"step": Word(STEP_NAMES[step]), "state": Word(STATE_NAMES[state])}
    if state in DONE:
        raise NotAllowed(N_("This is finished (“{state}”), so “{step}” is not possible."), **values)
    if step is Step.APPEAL and state is State.APPEAL_REFUSED:
        raise NotAllowed(N_("The appeal was judged already; there is no second one."))
    if step is Step.APPEAL and state is State.TAKEN_UP:
        raise NotAllowed(N_("The citizen rated it badly twice; it is put right or explained now."))
    raise NotAllowed(N_("“{step}” is not possible while this is “{state}”."), **values)


def independent(
    step: Step | str,
    person: int,
    *,
    handlers: Collection[int],
    verifier: int | None = None,
    appellant: int | None = None,
) -> None:
    """NotAllowed where this person would act in a matter of their own. Persons are row ids.

    Who handled the request may neither call back, verify, visit, judge nor publish; who verified the rating or
    wrote the appeal may not judge the appeal.

    >>> independent("call_back", 1, handlers={1, 2})
    Traceback (most recent call last):
    openhall.errors.NotAllowed: You handled this request, so “Call back” is for somebody else.
    """
    step = Step(step)
    if step in INDEPENDENT and person in handlers:
        raise NotAllowed(
            N_("You handled this request, so “{step}” is for somebody else."), step=Word(STEP_NAMES[step])
        )
    if step in JUDGING and person == verifier:
        raise NotAllowed(N_("You verified this rating, so somebody else judges the appeal."))
    if step in JUDGING and person == appellant:
        raise NotAllowed(N_("You wrote this appeal, so somebody else judges it."))


def problems(step: Step | str, given: Given) -> tuple[Problem, ...]:
    """What is missing for a step to be recorded."""
    step = Step(step)
    told = [] if step in _WORDLESS or given.text.strip() else [_missing(step)]
    return tuple(told) + (_NEEDS[step](given) if step in _NEEDS else ())


def take(state: State | str, step: Step | str, given: Given) -> State:
    """The state after a step that comes with all it needs; NotAllowed or BadInput otherwise."""
    to = after(state, step)
    if Step(step) is Step.GO_ON and given.tries < TRIES:
        raise NotAllowed(
            N_("Calls that nobody answered: {tries}. Go on without the citizen after {most}."),
            tries=given.tries,
            most=TRIES,
        )
    if Step(step) is Step.TAKE_UP_AGAIN and (given.level is None or not is_bad(given.level)):
        raise NotAllowed(N_("The new rating is not bad, so there is nothing to take up again."))
    if wrong := problems(step, given):
        raise BadInput(N_("This step cannot be recorded yet."), problems=wrong)
    return to


_WORDLESS = frozenset({Step.NOT_REACHED, Step.GO_ON, Step.TAKE_UP_AGAIN, Step.LAPSE})
_ASKED = {
    Step.CALL_BACK: N_("Write what the citizen said."),
    Step.VERIFY_TRUE: N_("Write what was found and how."),
    Step.VERIFY_NOT_TRUE: N_("Write what was found and how."),
    Step.FIX: N_("Write what is done."),
    Step.PUT_ON_LEDGER: N_("Write the plan: what is done, by whom, in which order."),
    Step.EXPLAIN: N_("Write what the citizen is told."),
    Step.APPEAL: N_("Write why the rating is mistaken."),
    Step.UPHOLD: N_("Write the grounds of the judgement."),
    Step.REFUSE: N_("Write the grounds of the judgement."),
    Step.VISIT_AGAIN: N_("Write what was seen and said."),
    Step.PUBLISH: N_("Write the result as the public reads it, without personal data."),
}


def _missing(step: Step) -> Problem:
    return Problem(STEP_NAMES[step], N_("the words are missing."), _ASKED[step])


def _ledger(given: Given) -> tuple[Problem, ...]:
    last = given.today + timedelta(days=LEDGER_DAYS)
    if given.deadline is not None and given.today < given.deadline <= last:
        return ()
    if given.deadline is None:
        return (Problem(N_("Deadline"), N_("a matter on the ledger has a date."), N_("Choose one.")),)
    message = N_("it must lie after today and not after {last}.")
    return (Problem(N_("Deadline"), message, "", {"last": last.isoformat()}),)


def _explanation(given: Given) -> tuple[Problem, ...]:
    if given.law.strip():
        return ()
    message = N_("an explanation rests on a rule that allows no more.")
    return (Problem(N_("Legal reason"), message, N_("Name the law, rule or list item.")),)


def _visit(given: Given) -> tuple[Problem, ...]:
    if given.level is None or given.level in LEVELS:
        return ()
    return (
        Problem(
            N_("New rating"), N_("it must be a level from 1 to 5."), N_("Leave it empty if none was given.")
        ),
    )


_NEEDS: dict[Step, Callable[[Given], tuple[Problem, ...]]] = {
    Step.PUT_ON_LEDGER: _ledger,
    Step.EXPLAIN: _explanation,
    Step.VISIT_AGAIN: _visit,
}
