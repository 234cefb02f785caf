"""Following a request: what opens it and what does not, what is told, and what can be done by whom."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from openhall import moment
from openhall.actions import account
from openhall.actions.intake import Intake, PartyGiven, receive
from openhall.models import (
    Ask,
    Assignment,
    Attachment,
    Clock,
    Decision,
    Event,
    Message,
    Notice,
    Screening,
    ServiceRequest,
    SignInCode,
    record,
)
from openhall.portal import passes
from openhall.surveys.codes import new_code

MARY = PartyGiven(name="Mary Li", email="Mary@example.org")


@pytest.fixture
def opened(client, desk):
    """The client with a pass for the request of Mary, and the request."""
    got = receive(Intake(text="The lamp in Mill Lane is out.", service=desk.light, party=MARY))
    answer = client.post("/track", {"number": got.request.number, "code": got.code})
    assert answer.status_code == 302 and answer["Location"] == "/track/request"
    return got.request


def page(client) -> str:
    answer = client.get("/track/request")
    assert answer.status_code == 200
    return answer.content.decode()


def at_roads(case: ServiceRequest, desk, state: str = "handling") -> ServiceRequest:
    ServiceRequest.objects.filter(pk=case.pk).update(state=state, lead=desk.roads, handler=desk.handler)
    Assignment.objects.create(request=case, office=desk.roads, part="lead", sent_at=moment.now())
    return case


def test_number_and_code_open_the_request_and_stand_in_no_address(client, opened):
    html = page(client)
    assert "The lamp in Mill Lane is out." in html and "You have our answer" in html
    assert 'name="code"' not in html


@pytest.mark.parametrize("typed", ["lower", "spaced"])
def test_a_code_is_read_as_people_type_it(client, desk, typed):
    got = receive(Intake(text="A lamp."))
    code = got.code.lower() if typed == "lower" else f"{got.code[:4]} - {got.code[4:]}"
    assert client.post("/track", {"number": got.request.number, "code": code}).status_code == 302


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(client, desk):
    got = receive(Intake(text="A lamp."))
    answers = [
        client.post("/track", {"number": got.request.number, "code": new_code()}),
        client.post("/track", {"number": got.request.number, "code": "typo"}),
        client.post("/track", {"number": new_code(), "code": got.code}),
    ]
    assert {answer.status_code for answer in answers} == {422}
    pages = {re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers}
    assert len(pages) == 1 and not any(answer.cookies.get("openhall-request") for answer in answers)


def test_after_five_wrong_codes_the_right_one_waits_too_and_slips_do_not_count(client, desk):
    got = receive(Intake(text="A lamp."))
    right = {"number": got.request.number, "code": got.code}
    for _ in range(8):
        client.post("/track", {**right, "code": "typo"})
    for _ in range(8):
        assert client.post("/track", right).status_code == 302
    for _ in range(5):
        assert client.post("/track", {**right, "code": new_code()}).status_code == 422
    assert client.post("/track", right).status_code == 429


def test_a_pass_is_signed_short_lived_and_hidden_from_scripts(client, opened):
    cookie = client.cookies["openhall-request"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == passes.SECONDS
    assert opened.number not in cookie.value
    client.cookies["openhall-request"] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    assert client.get("/track/request").status_code == 302


def test_closing_it_in_the_browser_takes_the_pass_back(client, opened):
    client.post("/track/request/leave")
    assert client.get("/track/request").status_code == 302


def test_without_a_pass_nothing_can_be_done_or_read(client, desk):
    receive(Intake(text="A lamp."))
    assert client.post("/track/request/withdraw", {"text": ""})["Location"] == "/track"
    assert client.get("/track/request/file/abc").status_code == 404
    assert ServiceRequest.objects.get().is_open


def test_internal_talk_never_reaches_the_citizen(client, opened, desk):
    at_roads(opened, desk)
    for kind, text in (
        ("note", "He is a nuisance."),
        ("phone", "Called him."),
        ("reply", "A crew comes on Friday."),
    ):
        Message.objects.create(
            request=opened, kind=kind, text=text, by=desk.handler, office=desk.roads, at=moment.now()
        )
    html = page(client)
    assert "A crew comes on Friday." in html and "Roads" in html
    assert "nuisance" not in html and "Called him" not in html and "Harry" not in html


def test_a_question_is_answered_and_the_clocks_go_on(client, opened, desk):
    at_roads(opened, desk, "waiting")
    Clock.objects.pause(opened, at=moment.now(), reason="question")
    Message.objects.create(
        request=opened,
        kind="question",
        text="Which lamp?",
        by=desk.handler,
        office=desk.roads,
        at=moment.now(),
    )
    html = page(client)
    assert "We have a question for you" in html and "Which lamp?" in html and "The clock stands still" in html
    sent = client.post(
        "/track/request/answer",
        {"text": "The third.", "files": [SimpleUploadedFile("lamp.txt", b"third from the bridge")]},
    )
    assert sent["Location"].startswith("/track/request?done=answer")
    opened.refresh_from_db()
    assert opened.state == "handling" and Attachment.objects.get().message.text == "The third."


def test_what_cannot_be_sent_stays_typed_and_says_why(client, opened):
    answer = client.post("/track/request/add", {"text": "x" * 4001})
    html = answer.content.decode()
    assert answer.status_code == 422 and "x" * 4001 in html and 'href="#add-text"' in html
    assert client.post("/track/request/reopen", {"text": "Again, it is dark."}).status_code == 422


def test_a_file_is_given_back_to_be_saved_and_internal_ones_are_not_there(client, opened, desk):
    mine = Attachment.objects.take(opened, SimpleUploadedFile("灯.txt", b"the lamp"))
    inside = Attachment.objects.take(opened, SimpleUploadedFile("b.txt", b"inside"), internal=True)
    note = Message.objects.create(request=opened, kind="note", text="-", by=desk.handler, at=moment.now())
    noted = Attachment.objects.take(opened, SimpleUploadedFile("c.txt", b"noted"), message=note)
    answer = client.get(f"/track/request/file/{mine.key}")
    assert b"".join(answer.streaming_content) == b"the lamp"
    assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Type"] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"
    for other in (inside, noted):
        assert client.get(f"/track/request/file/{other.key}").status_code == 404


def test_a_request_is_taken_back_and_opened_again_with_words(client, opened):
    client.post("/track/request/withdraw", {"text": "It works."})
    assert "It was taken back." in page(client)
    client.post("/track/request/reopen", {"text": "It went out again last night."})
    opened.refresh_from_db()
    assert opened.is_open and opened.reopened == 1
    html = page(client)
    assert "The citizen opened it again." in html and "last night" in html


def test_a_decision_is_told_with_its_ground_and_whose_it_is(client, opened, desk):
    Decision.objects.create(
        request=opened,
        accepted=False,
        scope="out",
        ground=desk.court,
        refer_to="The court",
        by=desk.dispatcher,
        at=moment.now(),
    )
    html = page(client)
    assert "Matter before a court" in html and "N-2" in html and "The court" in html and "Dina" not in html


def test_more_time_is_told_with_its_reason(client, opened, desk):
    at_roads(opened, desk)
    Ask.objects.create(
        request=opened,
        kind="extension",
        office=desk.roads,
        days=3,
        reason="The spare part comes from abroad.",
        state="granted",
        by=desk.handler,
        at=moment.now(),
    )
    html = page(client)
    assert "3 working days more" in html and "The spare part comes from abroad." in html


def test_the_steps_name_departments_and_no_people(client, opened, desk):
    at_roads(opened, desk)
    record("request.dispatched", opened, by=desk.dispatcher, office=desk.roads.pk, department=desk.roads.name)
    record("request.noted", opened, by=desk.handler)
    html = page(client)
    assert "It was sent to: Roads." in html and "Dina" not in html
    assert (
        html.count("app-timeline__last") == 1
        and "note" not in html.split("app-timeline")[1].split("</ol>")[0]
    )


def test_a_screening_is_appealed_from_the_page(client, opened, desk):
    ServiceRequest.objects.filter(pk=opened.pk).update(
        state="closed", is_open=False, outcome="screened", closed_at=moment.now()
    )
    Screening.objects.create(
        request=opened,
        state="confirmed",
        ground="abusive",
        reason="Secret remarks.",
        marked_by=desk.clerk,
        marked_at=moment.now(),
        confirmed_by=desk.screener,
        confirmed_at=moment.now(),
    )
    html = page(client)
    assert "Appeal against screening it out" in html and "Open it again" not in html
    assert "Secret remarks" not in html and "Sam" not in html
    client.post("/track/request/appeal", {"text": "I did not insult anybody."})
    assert Screening.objects.get().state == "appealed" and "Appeal against" not in page(client)


def test_an_anonymous_report_is_followed_like_any_other(client, desk):
    got = receive(Intake(text="The inspector took a bribe.", demand="report", accused=desk.roads))
    client.post("/track", {"number": got.request.number, "code": got.code})
    html = page(client)
    assert "This report is confidential" in html and f"/requests/{got.request.number}" not in html
    client.post("/track/request/add", {"text": "It was on Monday."})
    assert Message.objects.get().text == "It was on Monday." and not Notice.objects.exists()


def test_the_own_page_takes_few_queries(client, opened, desk, django_assert_max_num_queries):
    for number in range(10):
        Message.objects.create(request=opened, kind="citizen", text=f"{number}", at=moment.now())
        record("request.added", opened)
    with django_assert_max_num_queries(20):
        page(client)


def test_acts_are_counted_and_unknown_ones_are_not_there(client, opened):
    assert client.post("/track/request/explode").status_code == 404
    assert client.get("/track/request/withdraw").status_code == 405
    assert Event.objects.filter(request=opened).count() == 1


# --- my requests ----------------------------------------------------------------------------------------------------


def code_of(email: str) -> str:
    return Notice.objects.filter(kind="account.code", to__iexact=email).order_by("-pk").first().values["code"]


def test_a_code_by_mail_shows_the_own_requests_and_opens_them(client, desk):
    mine = receive(Intake(text="Mine.", party=MARY)).request
    brought = receive(Intake(text="For my mother.", party=PartyGiven(name="Ann"), reported_by=MARY)).request
    other = receive(Intake(text="Not mine.", party=PartyGiven(name="Zoe", email="zoe@example.org"))).request
    report = receive(Intake(text="He took a bribe.", demand="report", party=MARY)).request
    client.post("/account", {"email": " mary@EXAMPLE.org "})
    code = code_of("mary@example.org")
    assert (
        client.post("/account", {"email": "mary@example.org", "code": f"{code[:3]} {code[3:]}"}).status_code
        == 302
    )
    html = client.get("/account").content.decode()
    assert mine.number in html and brought.number in html
    assert other.number not in html and report.number not in html
    assert client.post("/account/open", {"number": mine.number})["Location"] == "/track/request"
    assert "Mine." in page(client)
    assert client.post("/account/open", {"number": other.number}).status_code == 404
    assert client.post("/account/open", {"number": report.number}).status_code == 404


def test_nobody_learns_whether_an_address_is_known(client, desk):
    receive(Intake(text="Mine.", party=MARY))
    known, unknown = (
        client.post("/account", {"email": email}) for email in ("mary@example.org", "nobody@example.org")
    )
    assert known.status_code == unknown.status_code == 200
    said = [
        re.sub(r'csrfmiddlewaretoken" value="[^"]*', "", one.content.decode()) for one in (known, unknown)
    ]
    assert said[0].replace("mary", "x") == said[1].replace("nobody", "x")
    assert Notice.objects.count() == 1 and SignInCode.objects.count() == 2


def test_a_code_is_kept_hashed_and_the_address_not_at_all(client, desk):
    receive(Intake(text="Mine.", party=MARY))
    client.post("/account", {"email": "mary@example.org"})
    stored = str(SignInCode.objects.values())
    assert code_of("mary@example.org") not in stored and "example" not in stored


def test_a_code_opens_once_for_ten_minutes_and_five_tries(desk):
    receive(Intake(text="Mine.", party=MARY))
    start = datetime(2026, 3, 2, 10, tzinfo=UTC)

    def fresh() -> str:
        with moment.at(start):
            account.send_code("mary@example.org")
        return code_of("mary@example.org")

    code = fresh()
    with moment.at(start + timedelta(minutes=11)):
        assert account.confirm("mary@example.org", code) is None
    with moment.at(start + timedelta(minutes=9)):
        code = fresh()
        assert account.confirm("mary@example.org", code) and account.confirm("mary@example.org", code) is None
        code = fresh()
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for _ in range(5):
            assert account.confirm("mary@example.org", wrong) is None
        assert account.confirm("mary@example.org", code) is None


def test_a_new_code_ends_the_earlier_one(desk):
    receive(Intake(text="Mine.", party=MARY))
    account.send_code("mary@example.org")
    first = code_of("mary@example.org")
    account.send_code("mary@example.org")
    second = code_of("mary@example.org")
    assert first == second or account.confirm("mary@example.org", first) is None
    assert account.confirm("mary@example.org", second)


def test_codes_are_not_sent_without_end(client, desk):
    receive(Intake(text="Mine.", party=MARY))
    for _ in range(6):
        assert client.post("/account", {"email": "mary@example.org"}).status_code == 200
    assert Notice.objects.count() == 3


@pytest.mark.parametrize("email", ["mary@example.org", "nobody@example.org"])
def test_where_no_code_is_sent_any_more_that_is_said_known_or_not(client, desk, email):
    receive(Intake(text="A lamp.", party=MARY))
    told = [
        "none was sent now" in client.post("/account", {"email": email}).content.decode() for _ in range(4)
    ]
    assert told == [False, False, False, True]


def test_what_is_no_address_is_said(client, desk):
    assert client.post("/account", {"email": "mary"}).status_code == 422
    assert client.post("/account", {"email": "mary@example.org", "code": "000000"}).status_code == 422


def test_what_was_written_for_one_request_never_reaches_another_opened_since(client, opened):
    other = receive(Intake(text="A pipe is broken."))
    first = re.search(r'name="number" value="([^"]+)"', page(client))[1]
    client.post("/track", {"number": other.request.number, "code": other.code})
    answer = client.post("/track/request/withdraw", {"number": first, "text": "No longer needed."})
    told = answer.content.decode()
    assert (
        answer.status_code == 422 and "No longer needed." in told and opened.number in told.replace("-", "")
    )
    assert all(case.is_open for case in ServiceRequest.objects.all())


def test_what_was_typed_outlives_the_pass(client, desk):
    got = receive(Intake(text="A lamp."))
    right = {"number": got.request.number, "code": got.code}
    asked = client.post("/track/request/add", {"number": got.request.number, "text": "It <hums>."})
    told = asked.content.decode()
    assert asked.status_code == 422 and "It &lt;hums&gt;." in told and "type your code again" in told.lower()
    kept = {"act": "add", "text": "It <hums>."}
    for name, value in kept.items():
        assert f'name="{name}" value="{value.replace("<", "&lt;").replace(">", "&gt;")}"' in told
    wrong = client.post("/track", {**right, "code": new_code(), **kept})
    assert wrong.status_code == 422 and "It &lt;hums&gt;." in wrong.content.decode()
    back = client.post("/track", {**right, **kept})
    told = back.content.decode()
    assert back.status_code == 200 and "It &lt;hums&gt;.</textarea>" in told and 'id="add-text"' in told
    assert not Message.objects.exists()  # only shown: nothing is sent without being asked for
    client.post("/track/request/add", {"number": got.request.number, "text": "It <hums>."})
    assert Message.objects.get().text == "It <hums>."


def test_a_banner_is_shown_for_what_was_done_and_for_nothing_else(client, opened):
    assert "taken your request back" not in client.get("/track/request?done=withdraw").content.decode()
    done = client.post("/track/request/withdraw", {"number": opened.number})
    assert "taken your request back" in client.get(done["Location"]).content.decode()


def test_leaving_takes_the_pass_for_a_rating_too(client, opened):
    passes.give(holder := HttpResponse(), "rating", evaluation=1)
    client.cookies["openhall-rating"] = holder.cookies["openhall-rating"].value
    left = client.post("/track/request/leave")
    assert all(left.cookies[f"openhall-{kind}"]["max-age"] == 0 for kind in ("request", "account", "rating"))


def test_an_appeal_is_offered_only_while_it_is_taken(client, opened, desk):
    ServiceRequest.objects.filter(pk=opened.pk).update(
        state="closed", is_open=False, outcome="screened", closed_at=moment.now()
    )
    told = {"ground": "abusive", "reason": "Names.", "marked_by": desk.clerk, "marked_at": moment.now()}
    found = Screening.objects.create(
        request=opened, state="confirmed", confirmed_at=moment.now() - timedelta(days=29), **told
    )
    assert 'id="appeal-text"' in page(client)
    Screening.objects.filter(pk=found.pk).update(confirmed_at=moment.now() - timedelta(days=31))
    assert 'id="appeal-text"' not in page(client)


def test_an_answer_sent_twice_is_told_and_its_words_are_shown(client, opened, desk):
    at_roads(opened, desk, "handling")
    told = client.post("/track/request/answer", {"number": opened.number, "text": "The third."})
    html = told.content.decode()
    assert told.status_code == 422 and 'href="#unsent"' in html and "The third." in html


@pytest.mark.parametrize("named", [True, False])
def test_no_more_is_promised_of_a_report_than_is_kept(client, desk, named):
    accused = desk.roads if named else None
    got = receive(Intake(text="The inspector took a bribe.", demand="report", accused=accused))
    client.post("/track", {"number": got.request.number, "code": got.code})
    html = page(client)
    assert ("nobody of the department it is about sees it: Roads" in html) == named
    assert ("You named no department" in html) != named
