"""The life of a request as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import NotAllowed
from openhall.rules import workflow
from openhall.rules.workflow import CLOSED, OPEN, STEP_NAMES, STEPS, State, after, can

STEP = st.sampled_from(sorted(STEP_NAMES))
STATE = st.sampled_from(list(State))


def test_a_simple_request_goes_from_received_to_closed():
    state = State.RECEIVED
    for step in ("accept", "dispatch", "sign", "reply", "close"):
        state = after(state, step)
    assert state == CLOSED


def test_a_request_refused_at_once_is_closed_without_a_department():
    assert after("received", "refuse") == CLOSED
    assert after("closed", "reopen", led=False) == State.RECEIVED


def test_reopening_brings_a_request_back_to_the_department_that_had_it():
    assert after("closed", "reopen", led=True) == State.DISPATCHED


def test_a_returned_request_waits_for_the_centre():
    assert after("dispatched", "return") == State.RETURNED
    assert after("returned", "uphold") == after("returned", "dispatch") == State.DISPATCHED
    with pytest.raises(NotAllowed, match="“Returned to the centre”, so nobody can close it"):
        after("returned", "close")


@given(STATE, STEP)
def test_every_step_leads_into_a_state_or_is_refused_with_a_sentence(state, step):
    if can(state, step):
        assert after(state, step) in State
    else:
        with pytest.raises(NotAllowed) as refusal:
            after(state, step)
        assert "{" not in str(refusal.value)


@given(STEP)
def test_only_reopening_leads_out_of_closed(step):
    assert can(CLOSED, step) == (step == "reopen")


def test_every_state_can_be_reached_and_every_open_one_can_be_closed():
    reached, frontier = {State.RECEIVED}, [State.RECEIVED]
    while frontier:
        here = frontier.pop()
        new = {to for (state, _step), to in STEPS.items() if state == here} - reached
        reached |= new
        frontier += new
    assert reached == set(State)
    assert all(any(to == CLOSED for (state, _s), to in STEPS.items() if state == one) for one in OPEN)


def test_every_step_and_state_and_outcome_has_a_name():
    assert {step for _state, step in STEPS} == set(STEP_NAMES)
    assert set(workflow.STATE_NAMES) == set(State)
    assert set(workflow.OUTCOME_NAMES) == set(workflow.Outcome)
