"""The desk's wave pages through HTTP: each role, refusals, what stays typed, the live ledger."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.town import sign_in

from openhall.models import Allocation, Batch, Response, Version, Wave


def page(client, name, *arguments, **query):
    return client.get(reverse(f"desk:{name}", args=arguments), query)


def post(client, name, *arguments, **data):
    return client.post(reverse(f"desk:{name}", args=arguments), data, follow=True)


def filled(town, **changes):
    form = {
        "name_en": "Autumn wave",
        "name_zh": "秋季调查",
        "version": town.version.pk,
        "planned": "50",
        "closes_on": "",
        "min_seconds": "20",
        f"office_{town.north.pk}": "on",
        f"target_{town.north.pk}": "25",
        f"quota_{town.north.pk}": "",
        f"target_{town.south.pk}": "",
        f"quota_{town.south.pk}": "",
    }
    return {key: value for key, value in {**form, **changes}.items() if value is not None}


def respond(town, number=1, **values):
    Response.objects.bulk_create(
        Response(
            **{
                "wave": town.wave,
                "office": town.north,
                "version": town.version,
                "channel": "link",
                "language": "en",
                "answers": "[2,4,3,5,4]",
                "submitted_on": timezone.localdate(),
                **values,
            }
        )
        for _ in range(number)
    )


def test_every_role_sees_the_waves_and_their_ledger(client, town):
    respond(town, 3)
    for person in (town.administrator, town.analyst, town.clerk, town.leader):
        sign_in(client, person)
        assert "Spring wave" in page(client, "waves").content.decode()
        assert page(client, "wave", town.wave.key).status_code == 200
        assert page(client, "wave_ledger", town.wave.key).status_code == 200


def test_strangers_are_sent_to_the_sign_in(client, town):
    for name in ("wave", "wave_ledger", "wave_edit", "wave_open", "wave_close"):
        answer = page(client, name, town.wave.key)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("desk:sign_in"))


def test_a_ledger_asked_for_by_a_signed_out_page_makes_the_page_load_again(client, town):
    answer = client.get(reverse("desk:wave_ledger", args=[town.wave.key]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


@pytest.mark.parametrize("name", ["wave_edit", "wave_open", "wave_close"])
def test_clerks_and_leaders_do_not_manage_waves(client, town, name):
    for person in (town.clerk, town.leader):
        sign_in(client, person)
        assert page(client, name, town.wave.key).status_code == 403
        assert post(client, name, town.wave.key).status_code == 403
        assert page(client, "wave_new").status_code == 403
        assert (
            reverse("desk:wave_edit", args=[town.wave.key])
            not in page(client, "wave", town.wave.key).content.decode()
        )


def test_a_wave_that_is_not_there_is_not_found(client, town):
    assert page(sign_in(client, town.analyst), "wave", "nowhere").status_code == 404


def test_an_empty_list_says_what_to_do_next(client, town):
    Allocation.objects.all().delete()
    Wave.objects.all().delete()
    text = page(sign_in(client, town.analyst), "waves").content.decode()
    assert "No wave has been planned yet." in text and reverse("desk:wave_new") in text
    assert reverse("desk:wave_new") not in page(sign_in(client, town.clerk), "waves").content.decode()


def test_a_wave_is_planned_opened_and_closed_through_the_pages(client, town):
    sign_in(client, town.analyst)
    Version.objects.update(frozen=False)
    answer = post(client, "wave_new", **filled(town, listed="on"))
    wave = Wave.objects.get(name__en="Autumn wave")
    assert "The wave is planned." in answer.content.decode()
    assert [(one.office, one.target, one.quota) for one in wave.allocations.all()] == [(town.north, 25, None)]
    assert "Open this wave?" in page(client, "wave_open", wave.key).content.decode()
    assert not Version.objects.get().frozen
    post(client, "wave_open", wave.key)
    wave.refresh_from_db()
    assert (wave.state, wave.listed, Version.objects.get().frozen) == ("open", True, True)
    post(client, "wave_close", wave.key)
    wave.refresh_from_db()
    assert wave.state == "closed"
    history = page(client, "wave", wave.key).content.decode()
    for line in ("Planned the wave", "Opened the wave", "Closed the wave", "Anna Li"):
        assert line in history


def test_what_was_typed_stays_when_the_plan_has_mistakes(client, town):
    sign_in(client, town.analyst)
    answer = post(
        client, "wave_new", **filled(town, **{f"quota_{town.north.pk}": "0", "name_en": "", "name_zh": ""})
    )
    text = answer.content.decode()
    assert "North Office: the quota must be between 1 and" in text
    assert "Name: the wave has no name." in text
    assert 'value="25"' in text and Wave.objects.count() == 1


def test_a_field_that_is_no_number_is_named_beside_it(client, town):
    text = post(sign_in(client, town.analyst), "wave_new", **filled(town, planned="many")).content.decode()
    assert "Enter a whole number." in text and 'href="#id_planned"' in text


def test_the_list_of_problems_names_each_field(client, town):
    text = post(sign_in(client, town.analyst), "wave_new", **filled(town, min_seconds="")).content.decode()
    assert '<a href="#id_min_seconds">Minimum seconds: This field is required.</a>' in text


def test_a_name_no_file_can_hold_is_refused(client, town):
    text = post(sign_in(client, town.analyst), "wave_new", **filled(town, name_en="a\x0bb")).content.decode()
    assert "Name: it has characters that cannot be printed." in text and Wave.objects.count() == 1


def test_two_people_at_one_plan_do_not_overwrite_each_other(client, town):
    sign_in(client, town.analyst)
    form = page(client, "wave_edit", town.wave.key).content.decode()
    stamp = re.search(r'name="stamp" value="(\w+)"', form)[1]
    Allocation.objects.filter(pk=town.at_south.pk).update(quota=7)
    sent = filled(town, name_en="Mine", stamp=stamp, **{f"office_{town.south.pk}": "on"})
    text = post(client, "wave_edit", town.wave.key, **sent).content.decode()
    assert "Somebody else changed this plan" in text and 'value="Mine"' in text
    town.at_south.refresh_from_db()
    assert town.at_south.quota == 7
    again = re.search(r'name="stamp" value="(\w+)"', text)[1]
    post(client, "wave_edit", town.wave.key, **{**sent, "stamp": again})
    town.wave.refresh_from_db()
    assert town.wave.name["en"] == "Mine"


def test_a_refusal_comes_back_in_the_language_of_the_page(client, town):
    sign_in(client, town.analyst)
    answer = client.post(reverse("desk:wave_open", args=[town.wave.key]) + "?lang=en")
    assert "This wave is open already." in answer.content.decode()
    assert answer.status_code == 200


def test_a_step_that_leads_nowhere_is_not_offered(client, town):
    answer = page(sign_in(client, town.analyst), "wave_open", town.wave.key)
    assert (answer.status_code, answer.url) == (302, reverse("desk:wave", args=[town.wave.key]))


def test_the_version_of_an_open_wave_cannot_be_chosen_again(client, town):
    sign_in(client, town.analyst)
    form = page(client, "wave_edit", town.wave.key).content.decode()
    assert "disabled" in form and "Spring wave" in form
    post(client, "wave_edit", town.wave.key, **filled(town, version=None))
    town.wave.refresh_from_db()
    assert (town.wave.version, str(town.wave)) == (town.version, "Autumn wave")


def test_a_quota_below_what_is_filled_is_refused_on_the_page(client, town):
    Allocation.objects.filter(pk=town.at_north.pk).update(filled=9)
    answer = post(
        sign_in(client, town.analyst),
        "wave_edit",
        town.wave.key,
        **filled(town, **{f"quota_{town.north.pk}": "8"}),
    )
    assert "the quota 8 is below the 9 answers already accepted" in answer.content.decode()


def test_the_ledger_shows_the_funnel_the_rates_and_the_test(client, town):
    Batch.objects.create(allocation=town.at_north, channel="paper", count=40)
    Batch.objects.create(allocation=town.at_south, channel="paper", count=40)
    respond(town, 20, channel="paper")
    respond(town, 18, channel="paper", office=town.south)
    respond(town, 2, channel="paper", void="blank")
    respond(town, 5)
    text = page(sign_in(client, town.leader), "wave", town.wave.key).content.decode()
    for piece in ("47.5 %", "50.0 %", "Left blank", "No office answered noticeably", "25 / 20", "not known"):
        assert piece in text, piece
    assert "5 valid answers by links or tablets are not part of the rates." in text


def test_only_an_open_wave_renews_its_ledger(client, town):
    sign_in(client, town.analyst)
    assert "every 5s" in page(client, "wave", town.wave.key).content.decode()
    Wave.objects.update(state="closed", closed_on=timezone.localdate())
    assert "every 5s" not in page(client, "wave", town.wave.key).content.decode()


def test_the_fragment_holds_the_four_parts_and_no_frame(client, town):
    text = page(sign_in(client, town.analyst), "wave_ledger", town.wave.key).content.decode()
    for part in ("ledger-table", "ledger-figures", "ledger-sentences", "ledger-rates"):
        assert text.count(f'id="{part}"') == 1
    assert "<html" not in text


def test_a_last_day_that_has_passed_is_pointed_out(client, town):
    Wave.objects.update(closes_on=timezone.localdate() - timedelta(1))
    assert (
        "The last day has passed"
        in page(sign_in(client, town.analyst), "wave", town.wave.key).content.decode()
    )


def test_the_list_counts_in_few_queries(client, town, django_assert_max_num_queries):
    sign_in(client, town.analyst)
    for number in range(5):
        Wave.objects.create(name={"en": f"Wave {number}"}, version=town.version)
    respond(town, 3)
    page(client, "waves")
    with django_assert_max_num_queries(6):  # session, person, counts, waves, town
        text = page(client, "waves").content.decode()
    assert "<strong>3</strong> valid of 40 hoped for" in text
