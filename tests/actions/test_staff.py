"""Staff: skills, training, absence, wishes, and the rating of joint work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from tests import cases

from openhall.actions import close, handle, staff
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import JointRating
from openhall.moment import now


def jointly(desk):
    """Closed by Roads, with Water assisting."""
    case = cases.signed(desk, assisting=[desk.water])
    handle.finish_part(case, report="The pump was switched off for it.", by=desk.water_handler)
    return close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)


def test_a_head_sets_skills_of_the_own_people_only(desk):
    person = staff.set_skills(desk.handler, skills=["cables", " cables ", ""], by=desk.head)
    assert person.skills == ["cables"]
    for other in (desk.water_handler, desk.supervisor):  # Sue has no department
        with pytest.raises(NotPermitted):
            staff.set_skills(other, skills=["cables"], by=desk.head)
    with pytest.raises(BadInput):
        staff.set_skills(desk.handler, skills=[str(n) for n in range(40)], by=desk.administrator)


def test_a_training_brings_its_skill(desk):
    day = now().date()
    row = staff.add_training(
        desk.handler, title="Cables", on=day, hours=Decimal(6), skill="cables", by=desk.head
    )
    desk.handler.refresh_from_db()
    assert (row.hours, desk.handler.skills) == (6, ["cables"])
    with pytest.raises(BadInput) as error:
        staff.add_training(
            desk.handler, title=" ", on=day + timedelta(days=9), hours=Decimal(0), by=desk.head
        )
    assert len(error.value.problems) == 3


def test_absence_is_ones_own_or_the_heads(desk):
    soon = now().date() + timedelta(days=3)
    assert staff.set_absence(desk.handler, until=soon, by=desk.handler).absent_until == soon
    assert staff.set_absence(desk.handler, until=None, by=desk.head).absent_until is None
    with pytest.raises(NotPermitted):
        staff.set_absence(desk.handler, until=soon, by=desk.water_handler)
    with pytest.raises(BadInput):
        staff.set_absence(desk.handler, until=now().date() - timedelta(days=3), by=desk.handler)


def test_a_wish_is_ones_own(desk):
    assert staff.set_wish(text=" To lead a team. ", by=desk.handler).wish == "To lead a team."


def test_after_joint_work_each_rates_the_other_once(desk):
    case = jointly(desk)
    staff.rate_joint(case, office=desk.water, level=5, by=desk.handler)
    case.refresh_from_db()
    staff.rate_joint(case, office=desk.roads, level=4, by=desk.water_handler)
    assert JointRating.objects.count() == 2
    with pytest.raises(NotAllowed):
        staff.rate_joint(case, office=desk.water, level=1, by=desk.head)


def test_joint_work_is_rated_by_those_in_it_when_it_is_over(desk):
    case = cases.signed(desk, assisting=[desk.water])
    with pytest.raises(NotAllowed, match="closed"):
        staff.rate_joint(case, office=desk.water, level=5, by=desk.handler)
    with pytest.raises(NotAllowed):
        staff.rate_joint(jointly(desk), office=desk.licensing, level=5, by=desk.handler)
    with pytest.raises(BadInput):
        staff.rate_joint(jointly(desk), office=desk.water, level=6, by=desk.handler)


def test_the_event_does_not_say_the_rating(desk):
    row = staff.rate_joint(jointly(desk), office=desk.water, level=1, remark="Late.", by=desk.handler)
    assert not {"level", "remark"} & set(row.request.events.get(kind="staff.joint_rated").data)
