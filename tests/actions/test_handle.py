"""Work on a request: who may say what to whom, what each act does to the clocks, and the one event it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests import cases

from openhall import moment
from openhall.actions import dispatch, follow, handle
from openhall.errors import BadInput, NotAllowed, NotPermitted, Stale
from openhall.hashing import digest
from openhall.models import Article, Assignment, Event, Message
from openhall.rules.clocks import ClockKind

TEXT = "We have ordered the lamp and will fit it on Thursday."


def clock(case, kind=ClockKind.FIRST_CONTACT):
    return case.clocks.filter(kind=kind).latest("pk")


def pdf(name="letter.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.7 a letter")


@pytest.fixture
def case(desk):
    return cases.signed(desk)


def last(case):
    return Event.objects.filter(request=case).latest("pk")


ACTS = {
    "reply": lambda case, by, **more: handle.reply(case, text=TEXT, by=by, **more),
    "ask": lambda case, by, **more: handle.ask(case, text="Which lamp is it?", by=by, **more),
    "note": lambda case, by, **more: handle.note(case, text="The crew is away.", by=by, **more),
    "called": lambda case, by, **more: handle.called(case, text="He will be at home.", by=by, **more),
    "attach": lambda case, by, **more: handle.attach(case, files=[pdf()], by=by, **more),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_makes_one_event_and_one_edition_and_a_stale_page_is_refused(desk, case, act):
    edition, events = case.edition, Event.objects.count()
    with pytest.raises(Stale):
        ACTS[act](case, desk.handler, seen=edition - 1)
    ACTS[act](case, desk.handler, seen=edition)
    case.refresh_from_db()
    assert case.edition == edition + 1 and Event.objects.count() == events + 1
    assert last(case).by == desk.handler and last(case).data["edition"] == case.edition


@pytest.mark.parametrize("act", ACTS)
def test_nobody_acts_on_a_closed_request(desk, case, act):
    follow.withdraw(case)
    with pytest.raises(NotAllowed):
        ACTS[act](case, desk.handler)


@pytest.mark.parametrize("act", ["reply", "ask"])
def test_only_the_lead_department_speaks_to_the_citizen(desk, act):
    case = cases.signed(desk, assisting=[desk.water])
    for person in (desk.water_handler, desk.dispatcher, desk.clerk, desk.auditor):
        with pytest.raises(NotPermitted):
            ACTS[act](case, person)
    assert not case.messages.exclude(kind="citizen").exists()


def test_a_reply_is_the_first_contact_and_the_request_goes_on(desk, case):
    message = handle.reply(case, text=f"  {TEXT} ", files=[pdf()], by=desk.handler)
    case.refresh_from_db()
    assert case.state == "handling" and clock(case).outcome == "met"
    assert message.text == TEXT and message.office == desk.roads and not message.internal
    assert [file.internal for file in message.attachments.all()] == [False]
    assert last(case).data["digest"] == digest(TEXT) and TEXT not in str(last(case).data)
    assert clock(case, ClockKind.RESOLVE).stopped_at is None


def test_a_late_first_reply_says_that_the_clock_was_missed(desk, case):
    with moment.at(moment.now() + timedelta(days=60)):
        handle.reply(case, text=TEXT, by=desk.handler)
    assert clock(case).outcome == "missed"


def test_a_reply_counts_a_use_of_the_article_it_was_made_of(desk, case):
    article = Article.objects.create(title="Lamps", text=TEXT, language="en")
    handle.reply(case, text=TEXT, took=[article.pk], by=desk.handler)
    article.refresh_from_db()
    assert article.used == 1


def test_a_question_stops_the_clocks_until_the_citizen_answers(desk, case):
    handle.ask(case, text="Which lamp is it?", by=desk.handler)
    case.refresh_from_db()
    resolve = clock(case, ClockKind.RESOLVE)
    assert case.state == "waiting" and case.due_at is None
    assert resolve.paused_at and resolve.pause_reason == "question" and resolve.running_since is None
    assert clock(case).outcome == "met"
    follow.answer(case, text="The one at the gate.")
    case.refresh_from_db()
    assert case.state == "handling" and case.due_at == clock(case, ClockKind.RESOLVE).due_at is not None


def test_the_department_may_go_on_without_an_answer_and_says_why_inside(desk, case):
    handle.ask(case, text="Which lamp is it?", by=desk.handler)
    with pytest.raises(BadInput):
        handle.resume(case, reason=" ", by=desk.handler)
    handle.resume(case, reason="The crew found it.", by=desk.handler)
    case.refresh_from_db()
    assert case.state == "handling" and clock(case, ClockKind.RESOLVE).running_since
    assert case.messages.latest("pk").internal
    with pytest.raises(NotAllowed):
        handle.resume(case, reason="The crew found it.", by=desk.handler)


def test_a_note_stays_inside_and_is_no_contact(desk, case):
    message = handle.note(
        case, text="The crew is away.", to_office=desk.centre, files=[pdf()], by=desk.handler
    )
    assert message.internal and message not in case.messages.public()
    assert not case.attachments.public().exists()
    assert clock(case).stopped_at is None
    assert last(case).kind == "request.noted_to" and last(case).data["office"] == desk.centre.pk


def test_a_note_goes_only_to_departments_that_see_the_request(desk, case):
    with pytest.raises(BadInput, match="Water does not see this request"):
        handle.note(case, text="Is it yours?", to_office=desk.water, by=desk.handler)
    report = cases.report(desk)
    with pytest.raises(BadInput):
        handle.note(report, text="Look at this.", to_office=desk.roads, by=desk.dispatcher)


def test_an_auditor_reads_and_does_not_talk(desk, case):
    with pytest.raises(NotPermitted):
        handle.note(case, text="Interesting.", by=desk.auditor)


def test_a_call_is_a_contact_and_its_note_stays_inside(desk, case):
    message = handle.called(case, text="He will be at home.", by=desk.handler)
    assert message.internal and clock(case).outcome == "met"
    with pytest.raises(NotPermitted):
        handle.called(case, text="Called.", by=desk.leader)


def test_files_are_the_halls_own_unless_the_lead_says_otherwise(desk):
    case = cases.signed(desk, assisting=[desk.water])
    (inside,) = handle.attach(case, files=[pdf()], by=desk.water_handler)
    assert inside.internal
    with pytest.raises(NotPermitted):
        handle.attach(case, files=[pdf()], internal=False, by=desk.water_handler)
    (outside,) = handle.attach(case, files=[pdf()], internal=False, by=desk.handler)
    assert list(case.attachments.public()) == [outside]
    with pytest.raises(BadInput):
        handle.attach(case, files=[], by=desk.handler)


def test_a_file_that_cannot_be_taken_keeps_the_whole_reply_back(desk, case):
    events = Event.objects.count()
    with pytest.raises(BadInput):
        handle.reply(
            case, text=TEXT, files=[pdf(), SimpleUploadedFile("a.exe", b"MZ\x90\0")], by=desk.handler
        )
    assert not Message.objects.filter(kind="reply").exists() and Event.objects.count() == events


@pytest.mark.parametrize("text", ["", " \n ", "…", "a\0b", "x" * 9000])
def test_what_says_nothing_or_cannot_be_kept_is_not_sent(desk, case, text):
    with pytest.raises(BadInput):
        handle.reply(case, text=text, by=desk.handler)


def test_an_assisting_department_reports_its_part_once_and_so_signs(desk):
    case = cases.signed(desk, assisting=[desk.water])
    part = handle.finish_part(case, report="The pit was pumped dry.", by=desk.water_handler)
    assert part.done_at and part.signed_by == desk.water_handler
    assert not case.clocks.filter(kind=ClockKind.SIGN_FOR, stopped_at=None).exists()
    with pytest.raises(NotAllowed, match="already reported"):
        handle.finish_part(case, report="Again.", by=desk.water_handler)
    with pytest.raises(NotAllowed, match="no assisting part"):
        handle.finish_part(case, report="Ours.", by=desk.handler)


def test_a_part_that_was_signed_keeps_its_signature(desk):
    case = cases.signed(desk, assisting=[desk.water])
    dispatch.sign(case, by=desk.water_head)
    handle.finish_part(case, report="The pit was pumped dry.", by=desk.water_handler)
    part = Assignment.objects.get(request=case, office=desk.water)
    assert part.signed_by == desk.water_head and part.report == "The pit was pumped dry."


@pytest.mark.django_db(transaction=True)
def test_of_two_who_act_at_the_same_moment_one_wins_and_the_other_is_told(transactional_db):
    from threading import Barrier, Thread

    from django.db import connection
    from tests.town import build_desk, build_town

    desk = build_desk(build_town())
    case = cases.signed(desk)
    together, ended = Barrier(2), []

    def act(person):
        try:
            together.wait()
            handle.reply(case, text=TEXT, by=person, seen=case.edition)
            ended.append("sent")
        except Stale:
            ended.append("told")
        finally:
            connection.close()

    threads = [Thread(target=act, args=[person]) for person in (desk.handler, desk.head)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["sent", "told"]
    assert case.messages.filter(kind="reply").count() == 1
    assert case.events.filter(kind="request.replied").count() == 1
