from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.language import translator
from openhall.rules.decision import (
    ELIGIBLE_NAMES,
    LEVEL_NAMES,
    LIST_NAMES,
    POSITIVE,
    RESOURCE_NAMES,
    SCOPE_NAMES,
    Decision,
    Eligible,
    Ground,
    Level,
    Listed,
    Resource,
    Scope,
    check,
    settled,
    told,
)

POWER, DUTY, NEGATIVE = (
    Ground(Listed.POWER, "P-12"),
    Ground(Listed.RESPONSIBILITY, "R-3"),
    Ground(Listed.NEGATIVE, "N-4"),
)
OURS = Decision(scope=Scope.IN, eligible=Eligible.YES, level=Level.STANDARD, grounds=(POWER,))
NOT_OURS = Decision(
    scope=Scope.OUT, grounds=(NEGATIVE,), referral="The state road office", reason="A state road."
)
IN_PART = replace(
    OURS, scope=Scope.PARTLY, grounds=(DUTY, NEGATIVE), referral="The water board", reason="Only the road."
)
REFUSED = Decision(
    scope=Scope.IN, eligible=Eligible.NO, grounds=(NEGATIVE,), reason="The income is above the limit."
)


@pytest.mark.parametrize("decision", [OURS, NOT_OURS, IN_PART, REFUSED, replace(OURS, grounds=(DUTY, POWER))])
def test_a_whole_decision_is_settled(decision: Decision):
    assert settled(decision, known={POWER, DUTY, NEGATIVE}) is decision


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (
            replace(OURS, grounds=()),
            "Ground: what we take on rests on an item of the power or the responsibility",
        ),
        (
            replace(OURS, grounds=(POWER, NEGATIVE)),
            "an item of the negative list is cited, but nothing is refused.",
        ),
        (replace(OURS, level=None), "Level of service: it is not chosen. Choose one."),
        (replace(OURS, eligible=Eligible.UNKNOWN), "Reason: what still has to be shown is not said."),
        (
            replace(NOT_OURS, referral=" "),
            "Whose it is: somebody whose request is not ours must learn where to turn.",
        ),
        (replace(NOT_OURS, grounds=()), "Ground: a refusal cites an item of the negative list."),
        (replace(NOT_OURS, grounds=(POWER,)), "Ground: a refusal cites an item of the negative list."),
        (replace(NOT_OURS, reason=""), "Reason: a refusal is explained."),
        (
            replace(NOT_OURS, level=Level.FAST),
            "Level of service: what is refused gets no service and no resources.",
        ),
        (
            replace(REFUSED, resources=frozenset({Resource.CREW})),
            "what is refused gets no service and no resources.",
        ),
        (replace(REFUSED, grounds=()), "Ground: a refusal cites an item of the negative list."),
        (replace(IN_PART, referral=""), "Whose it is: "),
        (replace(IN_PART, grounds=(DUTY,)), "Ground: a refusal cites an item of the negative list."),
        (replace(IN_PART, grounds=(NEGATIVE,)), "Ground: what we take on rests on"),
    ],
)
def test_each_thing_missing_is_named(decision: Decision, said: str):
    (problem,) = check(decision)
    assert said in str(problem)
    with pytest.raises(BadInput, match="cannot be recorded yet"):
        settled(decision)


def test_an_item_that_is_not_in_force_or_of_another_list_is_named():
    problems = check(replace(OURS, grounds=(POWER, Ground(Listed.POWER, "N-4"))), known={POWER, NEGATIVE})
    assert [str(problem) for problem in problems] == [
        "Ground: there is no item N-4 in force on the list “Power list”. Choose one that is in force."
    ]


decisions = st.builds(
    Decision,
    scope=st.sampled_from(Scope),
    eligible=st.sampled_from(Eligible),
    level=st.none() | st.sampled_from(Level),
    resources=st.frozensets(st.sampled_from(Resource), max_size=2),
    grounds=st.lists(st.sampled_from([POWER, DUTY, NEGATIVE]), max_size=3).map(tuple),
    referral=st.sampled_from(["", " ", "The water board"]),
    reason=st.sampled_from(["", "\n", "Because."]),
)


@given(decisions)
def test_what_can_be_recorded_always_has_its_ground(decision: Decision):
    if check(decision):
        return
    assert decision.accepted or decision.refused
    if decision.refused:
        assert decision.cites({Listed.NEGATIVE}) and decision.reason.strip()
    if decision.accepted:
        assert decision.cites(POSITIVE) and decision.level is not None
    if decision.scope is not Scope.IN:
        assert decision.referral.strip()
    assert decision.accepted or (decision.level is None and not decision.resources)


@given(decisions)
def test_every_decision_can_be_told_and_every_problem_said_in_both_languages(decision: Decision):
    for lang in ("en", "zh"):
        assert told(decision).say(translator(lang), lang)
        assert all(problem.say(translator(lang)) for problem in check(decision, known=()))


def test_the_citizen_is_told_whose_it_is_and_the_ground():
    assert str(told(OURS)) == "We take this on (list item P-12)."
    assert str(told(NOT_OURS)) == "This is not ours; it belongs to The state road office (list item N-4)."
    assert str(told(REFUSED)) == "We cannot do this (list item N-4)."
    assert str(told(IN_PART)).startswith(
        "We take on the part that is ours; the rest belongs to The water board"
    )


def test_everything_chosen_has_a_name():
    assert set(SCOPE_NAMES) == set(Scope) and set(ELIGIBLE_NAMES) == set(Eligible)
    assert set(LEVEL_NAMES) == set(Level) and set(RESOURCE_NAMES) == set(Resource)
    assert set(LIST_NAMES) == set(Listed)
