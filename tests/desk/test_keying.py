"""Keying at the desk, through HTTP and without JavaScript."""

import pytest
from django.urls import reverse
from tests.town import ANSWERS, sign_in

from openhall.actions.key_sheet import key_again, key_sheet
from openhall.models import Batch, Response, SecondEntry

MARKS = {f"a-{key}": value for key, value in ANSWERS.items()}


def at(town, name="keying"):
    return reverse(f"desk:{name}", args=[town.wave.key])


def stored(town, serial="A1", office=None, **marks):
    return key_sheet(
        town.wave, serial=serial, office=office or town.north, marks={**ANSWERS, **marks}, by=town.analyst
    )


def test_a_sheet_is_keyed_and_the_next_one_begins(client, town):
    sign_in(client, town.clerk)
    posted = {**MARKS, "serial": "A1", "office": town.north.pk, "language": "zh"}
    page = client.post(at(town), posted, follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Sheet A1, North Office, is stored." in text and "5 answers" in text
    assert 'name="serial" value="" ' in text and f'value="{town.north.pk}" selected' in text
    assert Response.objects.get().language == "zh"


def test_the_form_says_its_keys_and_each_question_once(client, town):
    text = sign_in(client, town.clerk).get(at(town)).content.decode()
    for key in ANSWERS:
        assert text.count(f'name="a-{key}"') == 1
    assert "<kbd>5</kbd> Very satisfied" in text and 'inputmode="numeric"' in text
    assert "South Office" not in text


def test_a_double_mark_is_kept_and_the_page_says_that_the_sheet_does_not_count(client, town):
    sign_in(client, town.clerk)
    posted = {**MARKS, "a-s2": "2|4", "serial": "A1", "office": town.north.pk}
    text = client.post(at(town), posted, follow=True).content.decode()
    response = Response.objects.get()
    assert response.given[2] == (2, 4) and response.void == "double_mark"
    assert "It does not count:" in text and "Double mark" in text


def test_a_wrong_answer_keeps_what_was_typed_and_takes_the_focus(client, town):
    sign_in(client, town.clerk)
    posted = {**MARKS, "a-s2": "8", "a-s3": "2|3", "serial": "A1", "office": town.north.pk}
    text = client.post(at(town), posted).content.decode()
    assert 'value="A1"' in text and 'value="2|3"' in text and 'value="8"' in text
    assert 'href="#a-s2"' in text and "<title>Error:" in text
    field = text[text.index('id="a-s2"') : text.index('id="said-a-s2"')]
    assert "autofocus" in field and text.count("autofocus") == 1
    assert not Response.objects.exists()


def test_a_number_taken_before_leads_to_the_stored_sheet(client, town):
    first = stored(town)
    sign_in(client, town.analyst)
    text = client.post(at(town), {**MARKS, "serial": "A1", "office": town.north.pk}).content.decode()
    assert "already stored" in text and reverse("desk:response", args=[first.pk]) in text


def test_a_clerk_cannot_key_for_another_office(client, town):
    Batch.objects.create(allocation=town.at_south, channel="paper", count=9, first_serial=1)
    sign_in(client, town.clerk)
    text = client.post(at(town), {**MARKS, "serial": "0003"}).content.decode()
    assert "Your role does not allow this" in text
    client.post(at(town), {**MARKS, "serial": "A1", "office": town.south.pk})
    assert not Response.objects.exists()


@pytest.mark.parametrize("name", ["keying", "second_entry", "differences", "import_sheets", "screening"])
def test_a_leader_sees_none_of_it(client, town, name):
    assert sign_in(client, town.leader).get(at(town, name)).status_code == 403


@pytest.mark.parametrize("name", ["differences", "import_sheets", "screening"])
def test_a_clerk_keys_and_does_not_decide(client, town, name):
    assert sign_in(client, town.clerk).get(at(town, name)).status_code == 403


def test_an_unknown_wave_is_not_found(client, town):
    assert sign_in(client, town.clerk).get("/desk/waves/nowhere/keying").status_code == 404


@pytest.mark.parametrize(
    ("serial", "said"),
    [("0003", "Printed for South Office"), ("B7", "Choose the office"), ("A1", "Already stored")],
)
def test_the_number_says_where_the_sheet_belongs(client, town, serial, said):
    Batch.objects.create(allocation=town.at_south, channel="paper", count=9, first_serial=1)
    stored(town)
    page = sign_in(client, town.analyst).get(at(town, "keying_serial"), {"serial": serial})
    assert said in page.content.decode()


def test_the_second_entry_is_blind_and_says_how_many_answers_differ(client, town):
    stored(town)
    sign_in(client, town.clerk)
    page = client.get(at(town, "second_entry"), {"serial": "A1"}).content.decode()
    assert 'value="A1"' in page and 'name="a-s1" value="" ' in page
    said = client.post(
        at(town, "second_entry"), {**MARKS, "a-s1": "1", "serial": "A1"}, follow=True
    ).content.decode()
    assert "The entries differ in 1 answer." in said and "Two people find more" not in said
    assert SecondEntry.objects.get().by == town.clerk


def test_keying_both_entries_oneself_is_allowed_with_a_warning(client, town):
    stored(town)
    sign_in(client, town.analyst)
    said = client.post(at(town, "second_entry"), {**MARKS, "serial": "A1"}, follow=True).content.decode()
    assert "Two people find more mistakes than one." in said and "Both entries are alike." in said


def test_differences_are_listed_with_kappa_and_settled(client, town):
    response = stored(town)
    key_again(town.wave, serial="A1", marks={**ANSWERS, "s1": "-"}, by=town.clerk)
    sign_in(client, town.analyst)
    text = client.get(at(town, "differences")).content.decode()
    settle = reverse("desk:settle_sheet", args=[response.pk])
    assert settle in text and "80.0\N{NO-BREAK SPACE}%" in text
    assert "More satisfied" in client.get(settle).content.decode()
    wrong = client.post(settle, {}).content.decode()
    assert "choose which entry is right" in wrong
    client.post(settle, {"choice-s1": "second"})
    response.refresh_from_db()
    assert response.given[1] is None and response.void == "blank"
    assert "Settled" in client.get(at(town, "differences")).content.decode()


@pytest.mark.parametrize("number", [str(2**63), "9" * 40, "9" * 4000])
def test_a_sheet_with_an_impossible_number_is_not_found(client, town, number):
    sign_in(client, town.analyst)
    assert client.get(f"/desk/sheets/{number}/differences").status_code == 404
    assert client.get(f"/desk/sheets/{number}/").status_code == 404


def test_differences_take_few_queries_however_many_there_are(client, town, django_assert_max_num_queries):
    for number in range(12):
        stored(town, f"A{number}")
        key_again(town.wave, serial=f"A{number}", marks={**ANSWERS, "s1": "-"}, by=town.clerk)
    sign_in(client, town.analyst)
    with django_assert_max_num_queries(12):
        text = client.get(at(town, "differences")).content.decode()
    assert text.count("Anna Li") >= 12


def test_differences_before_any_second_entry_say_what_to_do(client, town):
    assert (
        "No sheet has been keyed twice yet."
        in sign_in(client, town.analyst).get(at(town, "differences")).content.decode()
    )
