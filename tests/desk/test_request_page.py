"""The request page: what it shows to whom, one act after another through it, and two people at once."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import cases
from tests.town import sign_in

from openhall.actions import close, dispatch, handle, knowledge
from openhall.models import Article, Attachment


@pytest.fixture
def case(desk):
    return cases.signed(desk)


def page(client, case, **query):
    return client.get(reverse("desk:request", args=[case.number]), query)


def act(client, case, key, **fields):
    case.refresh_from_db()
    url = reverse("desk:request_act", args=[case.number, key])
    return client.post(url, {"seen": case.edition, **fields})


def said(answer):
    return answer.content.decode()


def test_a_handler_sees_the_whole_request_in_few_queries(client, desk, case):
    sign_in(client, desk.handler)
    page(client, case)
    with CaptureQueriesContext(connection) as asked:
        answer = page(client, case)
    asides = ("SAVEPOINT", "RELEASE", "SET LOCAL")  # of the search inside the test's transaction
    assert sum(not query["sql"].startswith(asides) for query in asked.captured_queries) <= 32
    text = said(answer)
    for part in (
        cases.TEXT,
        "School gate",
        "Li Ming",
        "li@example.org",
        "Urgency",
        "Roads",
        "Upkeep of public works",
    ):
        assert part in text
    assert answer.context["opened"] == "reply" and "working time left" in text


@pytest.mark.parametrize(
    ("make", "person", "opened"),
    [
        (cases.received, "dispatcher", "accept"),
        (cases.sent, "handler", "sign"),
        (cases.returned, "dispatcher", "uphold"),
        (cases.signed, "handler", "reply"),
        (cases.signed, "auditor", ""),
    ],
)
def test_what_is_likely_next_is_open(client, desk, make, person, opened):
    sign_in(client, getattr(desk, person))
    assert page(client, make(desk)).context["opened"] == opened


def test_contact_details_and_name_are_for_those_with_the_right(client, desk, case):
    for person, sees in (
        (desk.handler, True),
        (desk.dispatcher, True),
        (desk.clerk, False),
        (desk.auditor, False),
    ):
        text = said(page(sign_in(client, person), case))
        assert ("li@example.org" in text, "Li Ming" in text) == (sees, sees)


def test_who_may_not_see_a_request_finds_none(client, desk, case):
    report = cases.report(desk)
    for person, hidden in ((desk.water_handler, case), (desk.handler, report), (desk.clerk, report)):
        assert page(sign_in(client, person), hidden).status_code == 404
        assert act(client, hidden, "note", text="Hello.").status_code == 404
    text = said(page(sign_in(client, desk.dispatcher), report))
    assert "Confidential" in text and "Nobody of that department sees it" in text


@pytest.mark.parametrize("number", ["ABCDEFGH", "x%00y"])
def test_a_number_that_is_none_is_not_found(client, desk, number):
    assert sign_in(client, desk.handler).get(f"/desk/requests/{number}/").status_code == 404


def test_a_request_goes_through_its_page_from_reply_to_closing(client, desk, case):
    sign_in(client, desk.handler)
    letter = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 the plan")
    assert act(client, case, "reply", text="We fit it on Thursday.", files=letter).status_code == 302
    text = said(page(client, case))
    assert "We fit it on Thursday." in text and "plan.pdf" in text
    assert page(client, case).context["opened"] == "close"
    act(client, case, "ask", text="Which side of the gate?")
    assert page(client, case).context["opened"] == "resume"
    act(client, case, "resume", reason="The crew saw it.")
    act(client, case, "note", text="Two lamps, not one.", to_office=desk.centre.pk)
    act(client, case, "call", text="He is content.")
    act(client, case, "attach", files=SimpleUploadedFile("map.pdf", b"%PDF-1.7 map"), internal="citizen")
    assert Attachment.objects.get(name="map.pdf").internal is False
    done = act(
        client,
        case,
        "close",
        outcome="resolved",
        reply=cases.REPLY,
        justified="yes",
        beyond="no",
        contacted_at="2026-03-02T09:30",
    )
    assert done.status_code == 302
    case.refresh_from_db()
    data = case.events.get(kind="request.closed").data
    assert (data["justified"], data["beyond"], data["contacted_at"]) == (
        "yes",
        False,
        "2026-03-02T09:30+00:00",
    )
    text = said(page(client, case))
    assert "Internal: only the hall reads this" in text and "Make an article of it" in text
    assert "Wrote an internal note to Service Centre" in text and "Closed it: Resolved" in text


def test_an_assisting_department_reports_and_the_lead_reads_it(client, desk):
    case = cases.signed(desk, assisting=[desk.water])
    sign_in(client, desk.water_handler)
    assert page(client, case).context["keys"][:1] == ["sign"]
    dispatch.sign(case, by=desk.water_handler)
    assert page(client, case).context["opened"] == "part"
    assert "reply" not in page(client, case).context["keys"]
    sign_in(client, desk.handler)
    refused = act(client, case, "close", outcome="resolved", reply=cases.REPLY)
    assert "Water must report" in said(refused) and cases.REPLY in said(refused)
    sign_in(client, desk.water_handler)
    act(client, case, "part", report="The pit was pumped dry.")
    text = said(page(sign_in(client, desk.handler), case))
    assert "The pit was pumped dry." in text and "Water reported its assisting part" in text


def test_the_second_of_two_sees_what_changed_and_keeps_the_text(client, desk, case):
    seen = case.edition
    handle.note(case, text="Rita was here.", by=desk.head)
    sign_in(client, desk.handler)
    url = reverse("desk:request_act", args=[case.number, "reply"])
    late = client.post(url, {"seen": seen, "text": "My long reply."})
    text = said(late)
    assert late.status_code == 409 and "What changed since you opened this page" in text
    assert "Wrote an internal note" in text and "My long reply." in text and late.context["opened"] == "reply"
    assert [line.by for line in late.context["since"]] == ["Rita Li"]
    case.refresh_from_db()
    assert f'name="seen" value="{case.edition}"' in text
    assert client.post(url, {"seen": case.edition, "text": "My long reply."}).status_code == 302
    assert case.messages.filter(kind="reply").count() == 1


def test_what_was_typed_is_not_lost_when_the_request_went_elsewhere(client, desk, case):
    sign_in(client, desk.handler)
    seen = case.edition
    found = page(client, case)
    assert found.status_code == 200
    url = reverse("desk:request_act", args=[case.number, "close"])

    def moved(*_args, **_more):
        dispatch.transfer(case, office=desk.water, reason="Theirs.", by=desk.dispatcher)

    from openhall.desk import request as view

    fetched = view.fetch

    def slow(http, number):
        there = fetched(http, number)
        moved()
        return there

    view.fetch = slow
    try:
        gone = client.post(url, {"seen": seen, "outcome": "resolved", "reply": cases.REPLY})
    finally:
        view.fetch = fetched
    assert gone.status_code == 409 and cases.REPLY in said(gone) and "no longer with you" in said(gone)


def test_an_empty_form_comes_back_with_the_place_of_the_fault(client, desk, case):
    answer = act(sign_in(client, desk.handler), case, "ask", text="")
    assert answer.status_code == 200 and 'href="#ask-text"' in said(answer)
    assert answer.context["opened"] == "ask"


def test_a_closing_that_cannot_be_says_why_it_cannot(client, desk, case):
    answer = act(sign_in(client, desk.handler), case, "close", outcome="unable", reply=cases.REPLY)
    assert "Choose why it cannot be done." in said(answer)


def test_an_unknown_act_is_not_found_and_a_link_to_an_act_leads_to_the_page(client, desk, case):
    sign_in(client, desk.handler)
    assert act(client, case, "burn").status_code == 404
    url = reverse("desk:request_act", args=[case.number, "reply"])
    assert client.get(url)["Location"] == reverse("desk:request", args=[case.number])


def test_like_cases_and_articles_help_and_are_taken_into_the_answer(client, desk, case):
    old = cases.signed(desk, text="The street light at the school is broken.", party=None)
    close.close(old, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    article = knowledge.write(
        title="A street light is out",
        text="A lamp is replaced within two days.",
        language="en",
        service=desk.light,
        by=desk.handler,
    )
    sign_in(client, desk.handler)
    text = said(page(client, case))
    assert "Like earlier cases" in text and cases.REPLY in text and "Shared words" in text
    taken = page(client, case, take=f"article-{article.pk}")
    assert taken.context["opened"] == "reply"
    form = taken.context["first"][0]["form"]
    assert form["text"].value() == article.text and form["took"].value() == str(article.pk)
    act(client, case, "reply", text=article.text, took=str(article.pk))
    assert Article.objects.get(pk=article.pk).used == 1
    closing = page(client, case, act="close", take=f"request-{old.number}").context
    assert closing["opened"] == "close" and closing["first"][0]["form"]["reply"].value() == cases.REPLY


def test_answers_one_may_not_see_are_neither_shown_nor_taken(client, desk, case):
    secret = cases.sent(desk, cases.report(desk, accused=desk.licensing, text=cases.TEXT))
    dispatch.sign(secret, by=desk.handler)
    close.close(secret, outcome="explained", reply="The foreman was dismissed for it.", by=desk.handler)
    other = cases.accepted(desk, party=None)
    other = dispatch.dispatch(other, lead=desk.water, by=desk.dispatcher)
    dispatch.sign(other, by=desk.water_handler)
    close.close(other, outcome="resolved", reply="Water has mended the cable there.", by=desk.water_handler)
    sign_in(client, desk.handler)
    for hidden in (secret, other):
        text = said(page(client, case, act="reply", take=f"request-{hidden.number}"))
        assert "foreman" not in text and "Water has mended" not in text


def test_earlier_requests_of_the_party_are_those_this_person_may_see(client, desk, case):
    first = cases.signed(desk, text="The bench in the park is broken.")
    cases.received(desk, text="My tap drips all night long.", service=desk.pipe)
    sign_in(client, desk.handler)
    shown = page(client, case).context["earlier"]
    assert shown == [first]
    assert len(page(sign_in(client, desk.dispatcher), case).context["earlier"]) == 2


def test_the_special_situation_says_what_follows(client, desk):
    text = said(page(sign_in(client, desk.handler), cases.signed(desk, groups=("deaf",))))
    assert "Deaf or hard of hearing" in text and "Write instead of telephoning" in text


def test_a_file_is_a_download_for_those_who_see_the_request(client, desk, case):
    handle.attach(case, files=[SimpleUploadedFile("plan.pdf", b"%PDF-1.7 the plan")], by=desk.handler)
    file = case.attachments.get()
    url = reverse("desk:attachment", args=[case.number, file.key])
    answer = sign_in(client, desk.handler).get(url)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 the plan"
    assert answer["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert sign_in(client, desk.water_handler).get(url).status_code == 404
    other = reverse("desk:attachment", args=[cases.received(desk).number, file.key])
    assert sign_in(client, desk.dispatcher).get(other).status_code == 404


def test_a_choice_with_nothing_to_choose_says_what_is_missing(client, desk, case):
    sign_in(client, desk.head)
    type(desk.handler).objects.filter(office=desk.roads).update(absent_until="2099-01-01")
    answer = act(client, case, "assign")
    assert answer.status_code == 200 and "This field is required" in said(answer)


def test_an_act_sent_without_what_was_seen_is_told_what_happened(client, desk, case):
    sign_in(client, desk.handler)
    url = reverse("desk:request_act", args=[case.number, "note"])
    for given in ({}, {"seen": ""}, {"seen": "x"}, {"seen": "9" * 20}):
        answer = client.post(url, {"text": "Hello.", **given})
        assert answer.status_code == 409 and "What changed since" in said(answer)
    assert not case.messages.exists()
