"""The timeline: every event in words, the latest first, and what happened since."""

from __future__ import annotations

from datetime import UTC, datetime

from tests import cases

from openhall import moment
from openhall.actions import close, handle
from openhall.models import record
from openhall.reads import timeline


def test_codes_and_people_are_said_by_name_and_nothing_the_citizen_wrote(desk):
    case = cases.signed(desk, channel="phone")
    close.close(case, outcome="unable", reply=cases.REPLY, by=desk.handler)
    lines = [entry.text for entry in timeline.entries(case)]
    assert lines[0].startswith("It came in (Telephone") and lines[-1] == "Closed it: Unable to do it"
    assert "Sent it to Roads" in lines and cases.TEXT not in " ".join(lines)


def test_days_and_lines_stand_with_the_latest_first(desk):
    with moment.at(datetime(2026, 3, 2, 10, tzinfo=UTC)):
        case = cases.signed(desk)
    with moment.at(datetime(2026, 3, 3, 10, tzinfo=UTC)):
        handle.note(case, text="The crew is away.", by=desk.handler)
    days = timeline.days(timeline.entries(case))
    assert [day.day.day for day in days] == [3, 2]
    assert days[1].entries[0].kind == "request.signed"


def test_what_happened_since_an_edition_is_what_came_after_it(desk):
    case = cases.signed(desk)
    handle.note(case, text="The crew is away.", by=desk.handler)
    assert [entry.kind for entry in timeline.entries(case, after=case.edition)] == ["request.noted"]


def test_an_event_that_lacks_a_value_or_is_unknown_still_has_a_line(desk):
    case = cases.received(desk)
    record("request.signed", case)
    record("request.unheard_of", case)
    assert [entry.text for entry in timeline.entries(case)][-2:] == ["– signed for it", "request.unheard_of"]
