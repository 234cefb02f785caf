"""Codes: an invitation is used once and leaves nothing to join; saved answers have their own."""

from __future__ import annotations

import re

import pytest
from tests.portal.test_answer import hidden
from tests.town import ANSWERS

from openhall.actions import budget
from openhall.actions.issue import make_codes
from openhall.hashing import code_hash
from openhall.models import Allocation, Budget, Event, Invitation, Response, Wave
from openhall.reads import doors


@pytest.fixture(autouse=True)
def fresh():
    doors.forget()
    budget.forget()


@pytest.fixture
def codes(town) -> list[str]:
    return make_codes(town.at_north, count=3, by=town.analyst)


def enter(client, code: str) -> dict[str, str]:
    """The hidden fields of the form a code opens."""
    answer = client.post("/code", {"code": code})
    assert answer.status_code == 200
    return hidden(answer.content.decode())


def shown_code(html: str) -> str:
    return re.search(r'<p class="app-resume-code"[^>]*>([^<]+)</p>', html)[1]


def test_a_code_opens_the_form_and_is_in_no_address(client, codes, town):
    answer = client.post("/code", {"code": f" {codes[0][:4].lower()}-{codes[0][4:]} "})
    html = answer.content.decode()
    assert f'action="/s/{town.at_north.key}/"' in html
    assert hidden(html)["_code"] == codes[0]
    assert codes[0] not in re.sub(r'value="[^"]*"', "", html)


def test_a_used_code_is_gone_and_nothing_connects_it_with_the_answer(client, codes, town):
    form = {**enter(client, codes[0]), **ANSWERS}
    assert client.post(f"/s/{town.at_north.key}/", form).status_code == 302
    stored = Response.objects.get()
    assert stored.channel == "code" and stored.resume is None
    assert {row.code for row in Invitation.objects.all()} == {code_hash(code) for code in codes[1:]}
    assert code_hash(codes[0]) not in str(list(Response.objects.values())) + str(list(Event.objects.values()))


def test_a_used_code_is_refused_like_an_unknown_one(client, codes, town):
    client.post(f"/s/{town.at_north.key}/", {**enter(client, codes[0]), **ANSWERS})
    used, unknown, mistyped = (
        client.post("/code", {"code": code}) for code in (codes[0], "0000000000", "0000000001")
    )
    assert used.status_code == unknown.status_code == mistyped.status_code == 422
    said = {
        re.search(r'href="#code">([^<]+)<', answer.content.decode())[1]
        for answer in (used, unknown, mistyped)
    }
    assert len(said) == 1 and "used already" in said.pop()


def test_a_form_with_a_used_code_stores_nothing(client, codes, town):
    link = f"/s/{town.at_north.key}/"
    one, two = enter(client, codes[0]), enter(client, codes[0])
    assert client.post(link, {**one, **ANSWERS}).status_code == 302
    assert client.post(link, {**one, **ANSWERS}).status_code == 302  # a retry of the same form
    late = client.post(link, {**two, **ANSWERS})
    assert late.status_code == 409 and "We do not know this code" in late.content.decode()
    assert Response.objects.count() == 1
    assert Allocation.objects.get(key=town.at_north.key).filled == 1


def test_a_code_of_one_office_is_no_code_of_another(client, codes, town):
    form = {**enter(client, codes[0]), **ANSWERS}
    assert client.post(f"/s/{town.at_south.key}/", form).status_code == 409
    assert Invitation.objects.count() == 3 and Response.objects.count() == 0


def test_mistakes_in_the_form_do_not_use_the_code_up(client, codes, town):
    form = enter(client, codes[0])
    bad = client.post(f"/s/{town.at_north.key}/", {**form, **ANSWERS, "q1": ""})
    assert bad.status_code == 422 and hidden(bad.content.decode())["_code"] == codes[0]
    assert Invitation.objects.count() == 3


def test_guessing_codes_is_slowed_down(client, town, settings):
    settings.CODES_PER_HOUR = 3
    assert [client.post("/code", {"code": "0000000000"}).status_code for _ in range(4)] == [
        422,
        422,
        422,
        429,
    ]
    assert Budget.objects.get().spent == 4


def test_a_code_of_a_closed_wave_is_answered_clearly(client, codes, town):
    Wave.objects.update(state=Wave.State.CLOSED)
    assert "This survey has ended" in client.post("/code", {"code": codes[0]}).content.decode()
    assert Invitation.objects.count() == 3


def test_an_empty_code_is_asked_for(client, town):
    assert "Type the code" in client.post("/code", {"code": " "}).content.decode()


def save(client, town, **answers) -> str:
    link = f"/s/{town.at_north.key}/"
    form = {**hidden(client.get(link).content.decode()), **answers, "_save": "1"}
    answer = client.post(link, form)
    assert answer.status_code == 200
    return shown_code(answer.content.decode())


def test_saved_answers_are_kept_open_again_and_are_finished(client, town):
    code = save(client, town, q1="2", s1="5")
    row = Response.objects.get()
    assert (row.complete, row.answers, row.resume) == (False, "[2,5,null,null,null]", code_hash(code))
    assert Allocation.objects.get(key=town.at_north.key).filled == 0
    html = client.post("/code", {"code": code}).content.decode()
    assert 'id="q-s1-5" checked' in html
    answer = client.post(f"/s/{town.at_north.key}/", {**hidden(html), **ANSWERS})
    assert answer.status_code == 302
    finished = Response.objects.get()
    assert (finished.pk, finished.complete, finished.resume, finished.answers) == (
        row.pk,
        True,
        None,
        "[2,4,3,5,4]",
    )
    assert Allocation.objects.get(key=town.at_north.key).filled == 1
    assert client.post("/code", {"code": code}).status_code == 422


def test_saving_again_gives_a_new_code_and_ends_the_old_one(client, town):
    code = save(client, town, q1="2")
    again = client.post(
        f"/s/{town.at_north.key}/", {**enter(client, code), "q1": "1", "s1": "3", "_save": "1"}
    )
    newer = shown_code(again.content.decode())
    assert newer != code and Response.objects.get().answers == "[1,3,null,null,null]"
    assert client.post("/code", {"code": code}).status_code == 422
    assert client.post("/code", {"code": newer}).status_code == 200


def test_saving_twice_from_one_page_keeps_one_row(client, town):
    link = f"/s/{town.at_north.key}/"
    form = {**hidden(client.get(link).content.decode()), "q1": "1", "_save": "1"}
    first, second = (shown_code(client.post(link, form).content.decode()) for _ in range(2))
    assert Response.objects.get().resume == code_hash(second) != code_hash(first)


def test_a_form_saved_and_then_sent_from_the_same_page_is_one_complete_answer(client, town):
    link = f"/s/{town.at_north.key}/"
    form = hidden(client.get(link).content.decode())
    client.post(link, {**form, "q1": "1", "_save": "1"})
    assert client.post(link, {**form, **ANSWERS}).status_code == 302
    assert client.post(link, {**form, **ANSWERS}).status_code == 302
    assert client.post(link, {**form, "_save": "1"}).status_code == 302  # sent is sent
    assert Response.objects.values_list("complete", "resume", "answers").get() == (True, None, "[2,4,3,5,4]")
    assert Allocation.objects.get(key=town.at_north.key).filled == 1


def test_saving_uses_the_invitation_up_and_stays_in_its_channel(client, codes, town):
    link = f"/s/{town.at_north.key}/"
    saved = client.post(link, {**enter(client, codes[0]), "q1": "1", "_save": "1"})
    assert Invitation.objects.count() == 2
    assert client.post("/code", {"code": codes[0]}).status_code == 422
    client.post(link, {**enter(client, shown_code(saved.content.decode())), **ANSWERS})
    assert Response.objects.values_list("channel", "complete").get() == ("code", True)


def test_what_cannot_be_read_is_not_saved(client, town):
    link = f"/s/{town.at_north.key}/"
    form = {**hidden(client.get(link).content.decode()), "s1": "77", "_save": "1"}
    assert client.post(link, form).status_code == 422
    assert Response.objects.count() == 0


def test_saved_answers_of_a_closed_wave_stay_as_they_are(client, town):
    code = save(client, town, q1="2")
    form = enter(client, code)
    Wave.objects.update(state=Wave.State.CLOSED)
    assert client.post(f"/s/{town.at_north.key}/", {**form, **ANSWERS}).status_code == 409
    assert client.post(f"/s/{town.at_north.key}/", {**form, **ANSWERS, "_save": "1"}).status_code == 409
    doors.forget()
    assert "This survey has ended" in client.post("/code", {"code": code}).content.decode()
    assert Response.objects.values_list("complete", "answers").get() == (False, "[2,null,null,null,null]")


def test_the_times_of_all_sittings_add_up(client, town):
    code = save(client, town, q1="2", _started="0")
    Response.objects.update(seconds=100)
    client.post(f"/s/{town.at_north.key}/", {**enter(client, code), **ANSWERS})
    assert 100 <= Response.objects.get().seconds < 160


@pytest.mark.parametrize(("before", "started"), [(None, ""), (None, "now"), (100, "")])
def test_a_sitting_of_unknown_length_leaves_no_time(client, town, before, started):
    code = save(client, town, q1="2")
    Response.objects.update(seconds=before)
    sent = {**enter(client, code), **ANSWERS}
    client.post(f"/s/{town.at_north.key}/", sent if started else {**sent, "_started": ""})
    assert Response.objects.get().seconds is None


def test_a_replaced_secret_key_still_opens_older_codes(client, town, settings):
    code = save(client, town, q1="2")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, thirty-two letters or more"
    assert client.post("/code", {"code": code}).status_code == 200
