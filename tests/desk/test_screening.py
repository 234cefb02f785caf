"""Screening at the desk: findings, decisions, and one sheet with its history."""

import pytest
from django.urls import reverse
from tests.town import ANSWERS, sign_in

from openhall.actions import screen
from openhall.actions.key_sheet import key_sheet
from openhall.models import Flag, Response
from openhall.surveys.checking import encode


def at(town, name="screening"):
    return reverse(f"desk:{name}", args=[town.wave.key])


def web(town, *answers, **others):
    values = {
        "channel": "link",
        "submitted_on": "2026-01-05",
        "language": "en",
        "office": town.north,
        **others,
    }
    return Response.objects.create(
        wave=town.wave, version=town.version, answers=encode(answers or (2, 4, 3, 5, 4)), **values
    )


def test_an_empty_wave_says_so(client, town):
    text = sign_in(client, town.analyst).get(at(town)).content.decode()
    assert "No sheet has come back yet." in text


def test_the_button_screens_what_came_from_the_web(client, town):
    web(town, seconds=2)
    web(town, 1, None, 3, 4, 5)
    sign_in(client, town.analyst)
    assert "2 new findings" in client.post(at(town, "screening_apply"), follow=True).content.decode()
    assert "Nothing has changed." in client.post(at(town, "screening_apply"), follow=True).content.decode()
    text = client.get(at(town)).content.decode()
    assert "Filled in 2 seconds, less than 20." in text and "No answer to s1." in text


def test_findings_can_be_filtered(client, town):
    web(town, seconds=2, serial="FAST")
    web(town, 1, None, 3, 4, 5, serial="GAP")
    screen.apply_rules(town.wave, by=town.analyst)
    sign_in(client, town.analyst)
    text = client.get(at(town), {"rule": "blank", "verdict": "void"}).content.decode()
    assert ">GAP<" in text and ">FAST<" not in text
    assert ">FAST<" in client.get(at(town), {"verdict": "open", "rule": "nonsense"}).content.decode()


def test_a_rule_is_decided_for_all_its_sheets_and_taken_back(client, town):
    for _ in range(3):
        web(town, seconds=2)
    screen.apply_rules(town.wave, by=town.analyst)
    sign_in(client, town.analyst)
    given = {"rule": "too_fast", "choice": "exclude", "reason": "bots"}
    assert (
        "3 sheets are decided."
        in client.post(at(town, "screening_decide"), given, follow=True).content.decode()
    )
    assert Response.objects.filter(void="too_fast").count() == 3
    back = {"rule": "too_fast", "verdict": "void", "reason": "bots"}
    assert (
        "3 sheets is taken back"
        in client.post(at(town, "screening_restore"), back, follow=True).content.decode()
    )
    assert Response.objects.filter(void="").count() == 3


def test_a_decision_without_a_reason_keeps_the_choice(client, town):
    web(town, seconds=2)
    screen.apply_rules(town.wave, by=town.analyst)
    sign_in(client, town.analyst)
    text = client.post(
        at(town, "screening_decide"), {"rule": "too_fast", "choice": "keep", "reason": ""}
    ).content.decode()
    assert "Reason: it is missing." in text and 'id="keep-too_fast" checked' in text
    assert Flag.objects.get().verdict == "open"


def test_a_sheet_shows_its_answers_findings_decisions_and_history(client, town):
    one = key_sheet(
        town.wave, serial="A1", office=town.north, marks={**ANSWERS, "s1": "", "s2": "2|4"}, by=town.clerk
    )
    screen.apply_rules(town.wave, by=town.clerk, only=[one.pk])
    sign_in(client, town.analyst)
    address = reverse("desk:response", args=[one.pk])
    text = client.get(address).content.decode()
    for said in (
        "2 · Less satisfied<br>4 · More satisfied",
        "double mark",
        "No answer to s1.",
        "Keyed sheet A1",
        "Carl Li",
    ):
        assert said in text
    decide = reverse("desk:response_decide", args=[one.pk])
    client.post(decide, {"rule": "blank", "choice": "keep", "reason": "one blank is fine"})
    text = client.post(
        decide, {"rule": "double_mark", "choice": "keep", "reason": "clear enough"}, follow=True
    ).content.decode()
    assert "one blank is fine" in text and "Kept the sheet in spite of “Double mark”" in text
    one.refresh_from_db()
    assert one.void == ""
    client.post(decide, {"rule": "blank", "choice": "restore"})
    one.refresh_from_db()
    assert one.void == "blank"


def test_a_sheet_is_excluded_for_another_reason(client, town):
    one = web(town)
    sign_in(client, town.analyst)
    decide = reverse("desk:response_decide", args=[one.pk])
    assert (
        "Reason: it is missing."
        in client.post(decide, {"rule": "other", "choice": "exclude"}).content.decode()
    )
    client.post(decide, {"rule": "other", "choice": "exclude", "reason": "tried out by staff"})
    one.refresh_from_db()
    assert one.void == "other"


def test_a_clerk_sees_the_paper_of_the_own_office_only_and_decides_nothing(client, town):
    sign_in(client, town.clerk)
    own = web(town, channel="paper", serial="A1")
    page = client.get(reverse("desk:response", args=[own.pk]))
    assert page.status_code == 200 and "another reason" not in page.content.decode()
    for other in (web(town), web(town, channel="paper", office=town.south)):
        assert client.get(reverse("desk:response", args=[other.pk])).status_code == 404
    decide = reverse("desk:response_decide", args=[own.pk])
    assert client.post(decide, {"rule": "other", "choice": "exclude", "reason": "no"}).status_code == 403


def test_a_clerk_is_led_to_no_twin_at_another_office(client, town):
    for serial, office in (("A1", town.north), ("A2", town.north), ("A3", town.south)):
        sheet = key_sheet(town.wave, serial=serial, office=office, marks=ANSWERS, by=town.analyst)
        Flag.objects.create(response=sheet, wave=town.wave, rule="duplicate_sheet")
    address = reverse("desk:response", args=[Response.objects.get(serial="A1").pk])
    text = sign_in(client, town.clerk).get(address).content.decode()
    assert ">A2</a>" in text and ">A3</a>" not in text
    assert ">A3</a>" in sign_in(client, town.analyst).get(address).content.decode()


@pytest.mark.parametrize("name", ["screening_apply", "screening_decide", "screening_restore"])
def test_nothing_is_decided_by_looking(client, town, name):
    answer = sign_in(client, town.analyst).get(at(town, name))
    assert answer.status_code == 302 and answer["Location"] == at(town, "screening")
    assert not town.wave.events.exists()


@pytest.mark.parametrize("choice", ["", "perhaps"])
def test_a_decision_that_says_neither_keeps_nothing(client, town, choice):
    sheet = web(town, seconds=2)
    screen.apply_rules(town.wave, by=town.analyst)
    address = reverse("desk:response_decide", args=[sheet.pk])
    page = sign_in(client, town.analyst).post(
        address, {"rule": "too_fast", "choice": choice, "reason": "seen"}
    )
    assert "Choose what to do" in page.content.decode() and 'value="seen"' in page.content.decode()
    assert sheet.flags.get().verdict == "open"


@pytest.mark.parametrize("name", ["screening_decide", "screening_restore"])
def test_what_no_database_can_keep_does_no_harm(client, town, name):
    sheet = web(town, seconds=2)
    screen.apply_rules(town.wave, by=town.analyst)
    sent = {"rule": "too\0fast", "choice": "keep", "verdict": "kept\0", "reason": "seen\0"}
    page = sign_in(client, town.analyst).post(at(town, name), sent)
    assert page.status_code == 200 and "There is a problem" in page.content.decode()
    for reason in ("line\x1bend", "turned\u202eround"):
        page = client.post(at(town, name), {**sent, "rule": "too_fast", "reason": reason})
        assert page.status_code == 200 and "There is a problem" in page.content.decode()
    assert sheet.flags.get().verdict == "open"


def test_the_page_takes_few_queries_whatever_its_length(client, town, django_assert_max_num_queries):
    for _ in range(30):
        web(town, seconds=2)
    screen.apply_rules(town.wave, by=town.analyst)
    sign_in(client, town.analyst)
    with django_assert_max_num_queries(30):  # the first to look: the answers are counted in four ways
        client.get(at(town))
    with django_assert_max_num_queries(24):
        client.get(at(town))


def test_a_finding_is_joined_as_the_reader_joins(client, town):
    one = web(town)
    Flag.objects.create(
        response=one, wave=town.wave, rule="blank", detail={"questions": ["q1", "s1"], "count": 2}
    )
    Flag.objects.create(
        response=one, wave=town.wave, rule="double_mark", detail={"questions": "s2, s3"}
    )  # as once stored
    page = reverse("desk:response", args=[one.pk])
    text = sign_in(client, town.analyst).get(page).content.decode()
    assert "No answer to q1, s1." in text and "More than one mark at s2, s3." in text
