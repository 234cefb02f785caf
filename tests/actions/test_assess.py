"""The ledger of rewards and sanctions: with figures as they were, not for oneself, taken back and never deleted."""

from __future__ import annotations

import pytest
from tests import cases

from openhall.actions import assess, close
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Award
from openhall.reads.assessment import Period

GROUND = "Every street light was lit within a day this spring."


def test_the_figures_are_frozen_into_the_entry(desk):
    close.close(cases.signed(desk), outcome="resolved", reply=cases.REPLY, by=desk.handler)
    given = {"kind": "reward", "ground": GROUND, "indicator": "resolution_rate", "period": Period.of({})}
    row = assess.award(**given, office=desk.roads, by=desk.leader)
    assert (row.facts["numerator"], row.facts["denominator"], row.facts["hall_denominator"]) == (1, 1, 1)
    close.close(cases.signed(desk), outcome="explained", reply=cases.REPLY, by=desk.handler)
    assert Award.objects.get().facts["denominator"] == 1


def test_only_a_leader_and_not_for_themselves(desk):
    with pytest.raises(NotPermitted):
        assess.award(kind="reward", ground=GROUND, user=desk.handler, by=desk.supervisor)
    with pytest.raises(NotAllowed, match="themselves"):
        assess.award(kind="reward", ground=GROUND, user=desk.leader, by=desk.leader)


@pytest.mark.parametrize(
    "wrong", [{"kind": "bonus"}, {"ground": "Good."}, {"user": None}, {"indicator": "on_time_rate"}]
)
def test_what_is_missing_is_said(desk, wrong):
    given = {"kind": "reward", "ground": GROUND, "user": desk.handler} | wrong
    with pytest.raises(BadInput):
        assess.award(**given, by=desk.leader)


def test_an_entry_is_taken_back_with_a_reason_and_stays(desk):
    row = assess.award(kind="sanction", ground=GROUND, user=desk.handler, by=desk.leader)
    with pytest.raises(BadInput):
        assess.take_back(row, reason="No.", by=desk.leader)
    row = assess.take_back(row, reason="The figures were of another person.", by=desk.leader)
    assert Award.objects.get().taken_back.startswith("The figures")
    with pytest.raises(NotAllowed):
        assess.take_back(row, reason="The figures were of another person.", by=desk.leader)
