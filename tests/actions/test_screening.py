"""Screening of malicious complaints: three persons, nothing hidden, wrong marks found wrong."""

from __future__ import annotations

import pytest
from tests import cases
from tests.town import person

from openhall.actions import close, follow, screening
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Clock, Office, Party
from openhall.rules.screening import State

WHY = "It says nothing but insults, from the first line to the last."


def marked(desk, case=None):
    case = case or cases.signed(desk)
    screening.mark(case, ground="abusive", reason=WHY, by=desk.handler)
    return case


def confirmed(desk):
    case = marked(desk)
    screening.confirm(case, reason=WHY, by=desk.screener)
    case.refresh_from_db()
    return case


def appealed(desk):
    case = confirmed(desk)
    follow.appeal(case, text="The lamp is out, that is no insult.")
    return case


def test_a_mark_changes_nothing_and_the_work_goes_on(desk):
    case = marked(desk)
    closed = close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    assert closed.outcome == "resolved"


def test_what_is_missing_for_a_mark_is_said(desk):
    case = cases.signed(desk)
    with pytest.raises(BadInput):
        screening.mark(case, ground="no_substance", reason=WHY, by=desk.handler)  # nobody asked the citizen
    with pytest.raises(BadInput):
        screening.mark(case, ground="abusive", reason="rude", by=desk.handler)
    with pytest.raises(BadInput):
        screening.mark(case, ground="answered", reason=WHY, earlier="7K2M0119AB", by=desk.handler)
    with pytest.raises(NotPermitted):
        screening.mark(case, ground="abusive", reason=WHY, by=desk.water_handler)


def test_confirmed_it_is_closed_with_a_reason_and_all_clocks_stop(desk):
    case = confirmed(desk)
    assert (case.state, case.outcome, case.reply) == ("closed", "screened", WHY)
    assert not Clock.objects.filter(request=case, stopped_at=None).exists()
    assert case.screenings.get().state == State.CONFIRMED


def test_a_second_person_confirms(desk):
    case = cases.signed(desk)
    screening.mark(case, ground="abusive", reason=WHY, by=desk.dispatcher)
    desk.dispatcher.role = "screener"
    desk.dispatcher.save()
    with pytest.raises(NotAllowed, match="second person"):
        screening.confirm(case, reason=WHY, by=desk.dispatcher)
    with pytest.raises(NotPermitted):
        screening.confirm(case, reason=WHY, by=desk.head)


def test_rejected_it_goes_on_and_is_not_marked_again(desk):
    case = marked(desk)
    screening.reject(case, reason="Rude, but there is a broken lamp.", by=desk.screener)
    case.refresh_from_db()
    assert case.is_open and case.screenings.get().state == State.REJECTED
    with pytest.raises(NotAllowed, match="cannot be marked again"):
        screening.mark(case, ground="abusive", reason=WHY, by=desk.dispatcher)


def test_overturned_it_is_open_again_and_the_department_signs_anew(desk):
    case = appealed(desk)
    screening.judge(case, overturned=True, reason="There is a matter in it: the lamp.", by=desk.supervisor)
    case.refresh_from_db()
    assert (case.state, case.outcome, case.reply) == ("dispatched", "", "")
    assert case.reopened == 0  # the hall was wrong; the citizen did not have to ask again
    assert case.assignments.get(part="lead", ended_at=None).signed_at is None
    running = set(Clock.objects.filter(request=case, stopped_at=None).values_list("kind", flat=True))
    assert running == {"resolve", "sign_for"}


def test_overturned_where_the_department_is_gone_the_centre_has_it(desk):
    case = appealed(desk)
    Office.objects.filter(pk=desk.roads.pk).update(ended_on="2026-01-01")
    screening.judge(case, overturned=True, reason="There is a matter in it: the lamp.", by=desk.supervisor)
    case.refresh_from_db()
    assert (case.state, case.lead, case.handler) == ("received", None, None)


def test_upheld_it_stays_closed(desk):
    case = appealed(desk)
    screening.judge(case, overturned=False, reason="Nothing in it but insults.", by=desk.supervisor)
    case.refresh_from_db()
    assert case.outcome == "screened" and case.screenings.get().state == State.UPHELD
    with pytest.raises(NotAllowed):
        follow.appeal(case, text="Once more, please look at it.")


def test_a_third_person_judges(desk):
    case = appealed(desk)
    second = person("sol", "supervisor")
    case.screenings.update(confirmed_by=second)
    with pytest.raises(NotAllowed, match="third person"):
        screening.judge(case, overturned=True, reason="There is a matter in it.", by=second)


def test_who_was_screened_carries_no_mark(desk):
    confirmed(desk)
    fields = {field.name for field in Party._meta.get_fields()}
    assert not {"screened", "malicious", "marked"} & fields
    assert cases.received(desk).is_open


def test_nobody_of_the_accused_department_screens(desk):
    case = cases.report(desk)
    screening.mark(case, ground="abusive", reason=WHY, by=desk.dispatcher)
    with pytest.raises(NotPermitted):
        screening.confirm(case, reason=WHY, by=person("sly", "screener", desk.roads))
