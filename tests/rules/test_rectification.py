from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import BadInput, NotAllowed
from openhall.rules.permissions import GRANTS
from openhall.rules.rectification import (
    DONE,
    INDEPENDENT,
    LEDGER_DAYS,
    STATE_NAMES,
    STEP_NAMES,
    STEPS,
    TRIES,
    VERBS,
    Given,
    State,
    Step,
    after,
    choices,
    independent,
    is_bad,
    problems,
    take,
)

TODAY = date(2026, 3, 2)
FULL = Given(
    text="The lamp was mended the wrong way round.",
    deadline=TODAY + timedelta(days=30),
    law="Road act, section 5",
    level=2,
    tries=TRIES,
    today=TODAY,
)


def walk(*steps: str, given: Given = FULL) -> State:
    state = State.OPENED
    for step in steps:
        state = take(state, step, given)
    return state


def test_the_two_lowest_levels_are_bad():
    assert [is_bad(level) for level in (1, 2, 3, 4, 5)] == [True, True, False, False, False]


@pytest.mark.parametrize(
    "steps",
    [
        ("call_back", "verify_true", "fix", "visit_again", "publish"),
        ("call_back", "verify_true", "put_on_ledger", "visit_again", "publish"),
        ("call_back", "verify_true", "fix", "put_on_ledger", "fix", "visit_again", "publish"),
        ("call_back", "verify_true", "explain", "visit_again", "publish"),
        ("call_back", "verify_not_true", "explain", "visit_again", "publish"),
        ("call_back", "verify_not_true", "appeal", "uphold", "publish"),
        ("call_back", "verify_true", "appeal", "refuse", "fix", "visit_again", "publish"),
        (
            "not_reached",
            "not_reached",
            "not_reached",
            "go_on",
            "verify_true",
            "fix",
            "visit_again",
            "publish",
        ),
        ("call_back", "verify_true", "fix", "visit_again", "take_up_again", "fix", "visit_again", "publish"),
    ],
)
def test_each_way_through_ends_in_publication(steps: tuple[str, ...]):
    assert walk(*steps) is State.PUBLISHED


def test_a_rating_raised_before_the_call_lapses_and_not_after():
    assert after("opened", "lapse") is State.LAPSED
    with pytest.raises(
        NotAllowed, match="“Let it lapse” is not possible while this is “Called back, to verify”"
    ):
        after("called_back", "lapse")


@pytest.mark.parametrize(
    ("state", "step", "said"),
    [
        ("opened", "fix", "“Put it right now” is not possible while this is “To call back”."),
        ("published", "fix", "This is finished (“Published”), so “Put it right now” is not possible."),
        ("appeal_refused", "appeal", "The appeal was judged already; there is no second one."),
        ("taken_up", "appeal", "The citizen rated it badly twice; it is put right or explained now."),
    ],
)
def test_a_refusal_says_why(state: str, step: str, said: str):
    with pytest.raises(NotAllowed) as refused:
        after(state, step)
    assert str(refused.value) == said


def test_from_every_state_that_is_not_done_the_end_can_be_reached():
    reach = set(DONE)
    while more := {state for (state, _), to in STEPS.items() if to in reach} - reach:
        reach |= more
    assert reach == set(State)
    assert all(choices(state) for state in State if state not in DONE)
    assert not any(choices(state) for state in DONE)


@given(st.lists(st.sampled_from(Step), max_size=25))
def test_no_walk_publishes_without_a_call_or_three_tries_and_a_finding_or_has_two_appeals(steps: list[Step]):
    state, taken = State.OPENED, []
    for step in steps:
        if step in choices(state):
            state = after(state, step)
            taken.append(step)
        else:
            with pytest.raises(NotAllowed):
                after(state, step)
    assert taken.count(Step.APPEAL) <= 1
    if state is State.PUBLISHED:
        assert Step.CALL_BACK in taken or Step.GO_ON in taken
        assert Step.VERIFY_TRUE in taken or Step.VERIFY_NOT_TRUE in taken
        assert Step.VISIT_AGAIN in taken or Step.UPHOLD in taken


@pytest.mark.parametrize(
    ("step", "given_", "said"),
    [
        (
            "call_back",
            replace(FULL, text="  "),
            "Call back: the words are missing. Write what the citizen said.",
        ),
        (
            "put_on_ledger",
            replace(FULL, deadline=None),
            "Deadline: a matter on the ledger has a date. Choose one.",
        ),
        (
            "put_on_ledger",
            replace(FULL, deadline=TODAY),
            "Deadline: it must lie after today and not after 2026-08-29.",
        ),
        (
            "put_on_ledger",
            replace(FULL, deadline=TODAY + timedelta(days=LEDGER_DAYS + 1)),
            "Deadline: it must lie after today and not after 2026-08-29.",
        ),
        (
            "put_on_ledger",
            replace(FULL, text=""),
            "Put it on the ledger: the words are missing. Write the plan",
        ),
        (
            "explain",
            replace(FULL, law=" "),
            "Legal reason: an explanation rests on a rule that allows no more.",
        ),
        ("visit_again", replace(FULL, level=0), "New rating: it must be a level from 1 to 5."),
    ],
)
def test_what_a_step_needs_is_asked_for(step: str, given_: Given, said: str):
    (problem,) = problems(step, given_)
    assert said in str(problem)


def test_a_step_without_what_it_needs_is_not_taken():
    with pytest.raises(BadInput, match="cannot be recorded yet"):
        take("verified", "put_on_ledger", replace(FULL, deadline=None))
    assert take("fixing", "visit_again", replace(FULL, level=None)) is State.VISITED_AGAIN


def test_going_on_without_the_citizen_takes_three_calls():
    with pytest.raises(NotAllowed, match="Calls that nobody answered: 2"):
        take("opened", "go_on", replace(FULL, tries=2))


@pytest.mark.parametrize("level", [None, 3, 5])
def test_only_a_bad_new_rating_is_taken_up_again(level: int | None):
    with pytest.raises(NotAllowed, match="nothing to take up again"):
        take("visited_again", "take_up_again", replace(FULL, level=level))


@given(st.sampled_from(Step), st.sets(st.integers(1, 4), min_size=1), st.integers(1, 4))
def test_who_handled_never_calls_verifies_visits_judges_or_publishes(
    step: Step, handlers: set[int], person: int
):
    if step in INDEPENDENT and person in handlers:
        with pytest.raises(NotAllowed, match="You handled this request"):
            independent(step, person, handlers=handlers)
    else:
        independent(step, person, handlers=handlers)


@pytest.mark.parametrize("step", ["uphold", "refuse"])
def test_who_verified_or_appealed_does_not_judge(step: str):
    with pytest.raises(NotAllowed, match="You verified this rating"):
        independent(step, 5, handlers={1}, verifier=5)
    with pytest.raises(NotAllowed, match="You wrote this appeal"):
        independent(step, 6, handlers={1}, verifier=5, appellant=6)
    independent(step, 7, handlers={1}, verifier=5, appellant=6)


def test_the_department_itself_fixes_explains_and_appeals():
    for step in ("fix", "put_on_ledger", "explain", "appeal"):
        independent(step, 1, handlers={1})


def test_every_state_and_step_has_a_name_and_every_right_is_in_the_table():
    assert set(STATE_NAMES) == set(State) and set(STEP_NAMES) == set(Step)
    assert set(VERBS) == set(Step) - {Step.LAPSE}
    assert set(VERBS.values()) <= set(GRANTS)
