from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import NotAllowed
from openhall.rules.permissions import GRANTS
from openhall.rules.screening import (
    EXPLANATIONS,
    GROUND_NAMES,
    STATE_NAMES,
    STEP_NAMES,
    VERBS,
    Ground,
    State,
    Step,
    after,
    choices,
    independent,
    mark_problems,
    may_appeal_until,
    tally,
)

SHOWN = "“You are all idiots”, and nothing else in three letters."


def test_marked_confirmed_appealed_and_overturned():
    state = State.NONE
    for step in ("mark", "confirm", "appeal", "overturn"):
        state = after(state, step)
    assert state is State.OVERTURNED


@pytest.mark.parametrize(
    ("state", "step", "said"),
    [
        ("marked", "mark", "This request is marked already."),
        ("rejected", "mark", "A mark on this request was rejected; it cannot be marked again."),
        ("overturned", "mark", "Screening this request was found wrong; it cannot be marked again."),
        ("upheld", "appeal", "The appeal was judged already; there is no second one."),
        ("appealed", "appeal", "An appeal is with us already."),
        ("none", "confirm", "“Confirm the mark” is not possible: the screening stands at “Not marked”."),
    ],
)
def test_a_refusal_says_why(state: str, step: str, said: str):
    with pytest.raises(NotAllowed) as refused:
        after(state, step)
    assert str(refused.value) == said


acts = st.lists(st.tuples(st.sampled_from(Step), st.integers(1, 3)), max_size=20)


@given(acts)
def test_three_different_persons_mark_confirm_and_judge(acts: list[tuple[Step, int]]):
    state, did = State.NONE, {}
    for step, person in acts:
        if step not in choices(state):
            continue
        try:
            independent(step, person, marker=did.get("mark"), confirmer=did.get("decide"))
        except NotAllowed:
            continue
        state = after(state, step)
        role = {Step.MARK: "mark", Step.CONFIRM: "decide", Step.REJECT: "decide", Step.APPEAL: "citizen"}
        did[role.get(step, "judge")] = person
    staff = [person for role, person in did.items() if role != "citizen"]
    assert len(staff) == len(set(staff))
    if state in (State.UPHELD, State.OVERTURNED):
        assert set(did) == {"mark", "decide", "judge", "citizen"}


@pytest.mark.parametrize("step", ["uphold", "overturn"])
def test_who_marked_or_confirmed_does_not_judge_the_appeal(step: str):
    for person in (1, 2):
        with pytest.raises(NotAllowed, match="a third person judges"):
            independent(step, person, marker=1, confirmer=2)
    independent(step, 3, marker=1, confirmer=2)


@pytest.mark.parametrize("step", ["mark", "confirm", "reject", "uphold", "overturn"])
def test_nobody_complained_of_screens(step: str):
    with pytest.raises(NotAllowed, match="about you or your department"):
        independent(step, 9, accused=True)


def test_the_citizen_may_always_appeal_whoever_marked():
    independent("appeal", 1, marker=1, confirmer=1, accused=True)


@pytest.mark.parametrize(
    ("reason", "shown", "facts", "said"),
    [
        ("", SHOWN, {}, "Reason: it is not chosen. Choose one."),
        ("annoying", SHOWN, {}, "Reason: it is not chosen. Choose one."),
        (
            "abusive",
            "rude",
            {},
            "What shows it: at least 20 characters are needed; the citizen will read them.",
        ),
        ("answered", SHOWN, {}, "Answered already, nothing new: name the earlier request that was answered."),
        ("no_substance", SHOWN, {}, "ask the citizen for more before you mark it."),
        ("knowingly_false", SHOWN, {"asked": True}, "Knowingly false: it takes a finding that it is false."),
    ],
)
def test_a_mark_needs_a_reason_and_what_shows_it(reason: str, shown: str, facts: dict[str, bool], said: str):
    (problem,) = mark_problems(reason, shown, **facts)
    assert said in str(problem)


@pytest.mark.parametrize("reason", Ground)
def test_a_mark_with_all_it_needs_is_fine(reason: Ground):
    assert mark_problems(reason, SHOWN, earlier_answered=True, asked=True, found_false=True) == ()


@given(st.lists(st.sampled_from(State)))
def test_wrong_screenings_are_the_rejected_and_the_overturned(states: list[State]):
    count = tally(states)
    assert count.wrong == states.count(State.REJECTED) + states.count(State.OVERTURNED)
    assert count.wrong <= count.decided <= len(states)
    assert count.decided == count.wrong + states.count(State.CONFIRMED) + states.count(State.UPHELD)


def test_an_appeal_has_thirty_days():
    assert may_appeal_until(date(2026, 1, 31)) == date(2026, 3, 2)


def test_everything_has_a_name_and_every_right_is_in_the_table():
    assert set(GROUND_NAMES) == set(EXPLANATIONS) == set(Ground)
    assert set(STATE_NAMES) == set(State) and set(STEP_NAMES) == set(Step)
    assert set(VERBS) == set(Step) - {Step.APPEAL}
    assert set(VERBS.values()) <= set(GRANTS)
