"""The hall's administration through HTTP: calendar, times, catalogue, lists, rules of urgency, departments, people."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from tests.town import CALENDAR, person, sign_in

from openhall import flow, moment
from openhall.actions import classify, decide, dispatch, timing
from openhall.actions.intake import Intake, receive
from openhall.desk.hall_calendar import PLACES
from openhall.models import (
    Area,
    Clock,
    Competence,
    Event,
    Jurisdiction,
    ListItem,
    Office,
    Service,
    ServiceRequest,
    UrgencyRules,
    User,
)
from openhall.reads.suggestions import rule_book

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PAGES = (
    *("hall", "hall_calendar", "hall_objectives", "hall_services", "hall_service_new", "hall_items"),
    *("hall_item_new", "hall_areas", "hall_area_new", "hall_offices", "hall_office_new", "hall_office_merge"),
    *("hall_people", "hall_person_new", "hall_urgency"),
)


@pytest.fixture
def admin(client, desk):
    with moment.at(MONDAY):
        yield sign_in(client, desk.administrator)


def get(client, page, /, *arguments, **query):
    return client.get(reverse(f"desk:{page}", args=arguments), query)


def post(client, page, /, *arguments, **data):
    return client.post(reverse(f"desk:{page}", args=arguments), data, follow=True)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def sent(desk, words="The street lamp is dark.", lead=None) -> ServiceRequest:
    request = receive(Intake(subject="Lamp", text=words, demand="complaint", service=desk.light)).request
    request = classify.classify(
        request, demand="complaint", service=desk.light, area=None, urgency=None, by=desk.dispatcher
    )
    request = decide.accept(request, ground=desk.power, by=desk.dispatcher)
    return dispatch.dispatch(request, lead=lead or desk.roads, by=desk.dispatcher)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_opens_in_both_languages(admin, lang):
    for page in PAGES:
        assert get(admin, page, lang=lang).status_code == 200, page


def test_the_administration_is_for_administrators_only(client, desk):
    for user in (desk.dispatcher, desk.head, desk.leader, desk.auditor):
        sign_in(client, user)
        assert get(client, "hall").status_code == 403
        assert get(client, "hall_people").status_code == 403
        assert post(client, "hall_office_merge").status_code == 403


def test_the_overview_names_what_is_missing(admin, desk):
    Service.objects.create(code="orphan", name={"en": "Orphaned service"})
    body = text(get(admin, "hall"))
    assert body.count("Orphaned service") == 2  # nobody leads it, and it rests on no item
    assert "Licensing" in body  # has no handler


# --- calendar and times


def hours(start="09:00", end="17:00", days=range(5)) -> dict[str, str]:
    return {f"{place}_{day}": time for day in days for place, time in zip(PLACES, (start, end), strict=False)}


def calendar(**changes) -> dict[str, str]:
    kept = {"zone": "Europe/London", "country": "GB", "subdivision": "ENG", "closed": "", "open": ""}
    return {**kept, **hours(), "what": "save", **changes}


def test_a_new_calendar_moves_the_deadlines_that_run(admin, desk):
    request = sent(desk)
    before = Clock.objects.get(request=request, kind="resolve")
    answer = post(admin, "hall_calendar", **calendar(closed="2026-03-03 Flood\n2026-03-04 Flood"))
    assert "2 running clocks" not in text(answer) and "reckoned anew" in text(answer)
    after = Clock.objects.get(pk=before.pk)
    assert (after.due_at - before.due_at).days == 2
    assert ServiceRequest.objects.get(pk=request.pk).due_at == min(
        Clock.objects.running().filter(request=request).values_list("due_at", flat=True)
    )
    event = Event.objects.get(kind="calendar.changed")
    assert event.data["clocks"] == Clock.objects.running().count() and event.data["before"]["closed"] == {}


def test_a_promise_of_whole_days_stays_one_when_the_day_gets_shorter(admin, desk):
    request = sent(desk)
    clock = Clock.objects.get(request=request, kind="resolve")
    days = clock.allowed // 480
    post(admin, "hall_calendar", **calendar(**hours(end="13:00")))
    assert Clock.objects.get(pk=clock.pk).allowed == days * 240


def test_many_clocks_are_left_to_the_worker(admin, desk, monkeypatch):
    monkeypatch.setattr(timing, "AT_ONCE", 0)
    before = Clock.objects.get(request=sent(desk), kind="resolve")
    post(admin, "hall_calendar", **calendar(closed="2026-03-03 Flood"))
    assert Clock.objects.get(pk=before.pk).due_at == before.due_at
    flow.catch_up()
    assert (Clock.objects.get(pk=before.pk).due_at - before.due_at).days == 1
    assert Event.objects.get(kind="calendar.clocks_moved").data["clocks"] == Clock.objects.running().count()


def test_a_paused_clock_stays_paused_under_a_new_calendar(admin, desk):
    request = sent(desk)
    Clock.objects.pause(request, at=MONDAY, reason="question")
    post(admin, "hall_calendar", **calendar(**hours(end="13:00")))
    assert not Clock.objects.running().filter(request=request).exclude(running_since=None).exists()
    assert ServiceRequest.objects.get(pk=request.pk).due_at is None


def test_a_preview_saves_nothing_and_shows_the_holidays_of_another_country(admin):
    answer = post(admin, "hall_calendar", **calendar(country="CN", what="preview", zone="Asia/Shanghai"))
    assert "This is a preview" in text(answer) and "Make-up working day" in text(answer)
    assert Jurisdiction.objects.get().calendar == CALENDAR


def test_hours_that_end_before_they_start_are_named_and_what_was_typed_stays(admin):
    answer = post(admin, "hall_calendar", **calendar(from_0="18:00"))
    assert "18:00 to 17:00 ends before it starts" in text(answer) and 'value="18:00"' in text(answer)
    assert Jurisdiction.objects.get().calendar == CALENDAR


def test_times_are_written_in_hours_and_days(admin):
    table = {f"{kind}-{level}": "1 d" for level in range(1, 6) for kind in
             ("sign_for", "first_contact", "resolve", "call_back", "rectify", "answer_order")}  # fmt: skip
    answer = post(admin, "hall_objectives", **{**table, "sign_for-1": "soon"})
    assert "“soon” is not a number of working minutes" in text(answer)
    post(admin, "hall_objectives", **{**table, "sign_for-1": "90 min"})
    assert Jurisdiction.objects.get().objectives["1"]["sign_for"] == 90
    assert Event.objects.filter(kind="objectives.changed").count() == 1


# --- catalogue and lists


def rows(*named, prefix="who", total=4) -> dict[str, str]:
    data = {f"{prefix}-TOTAL_FORMS": str(total), f"{prefix}-INITIAL_FORMS": "0"}
    for number in range(total):
        office, area, part = named[number] if number < len(named) else ("", "", "lead")
        data |= {f"who-{number}-office": office, f"who-{number}-area": area, f"who-{number}-part": part}
    return data


def test_a_service_is_made_with_its_departments_by_area(admin, desk):
    named = ((desk.roads.pk, desk.harbour.pk, "lead"), (desk.water.pk, desk.old_town.pk, "lead"))
    form = {"code": "bench", "name_en": "Benches", "keywords": "bench\nseat", "power": desk.power.pk}
    answer = post(admin, "hall_service_new", **form, **rows(*named))
    assert "The service is kept" in text(answer)
    made = Service.objects.get(code="bench")
    assert made.keywords == ["bench", "seat"] and made.power == desk.power
    assert {row.area.code for row in Competence.objects.filter(service=made)} == {"harbour", "old-town"}


def test_a_service_is_changed_and_retired_but_requests_keep_it(admin, desk):
    request = sent(desk)
    data = {"name_en": "Street lamp", "resolve_days": "3"}
    post(admin, "hall_service", "street-light", **data, **rows((desk.roads.pk, "", "lead")))
    post(admin, "hall_service_retire", "street-light")
    service = Service.objects.get(code="street-light")
    assert (service.name, service.resolve_days, service.active) == ({"en": "Street lamp"}, 3, False)
    assert ServiceRequest.objects.get(pk=request.pk).service == service


def test_a_service_named_twice_for_one_department_is_refused(admin, desk):
    twice = rows((desk.roads.pk, "", "lead"), (desk.roads.pk, "", "assisting"))
    answer = post(admin, "hall_service_new", code="x", name_en="X", **twice)
    assert "one is named twice" in text(answer) and not Service.objects.filter(code="x").exists()


def test_the_catalogue_as_csv_carries_no_formula(admin, desk):
    Service.objects.filter(code="permit").update(name={"en": "=HYPERLINK()"})
    lines = list(csv.DictReader(io.StringIO(get(admin, "hall_services_csv").content.decode("utf-8-sig"))))
    by_code = {line["code"]: line for line in lines}
    assert by_code["permit"]["name_en"] == "'=HYPERLINK()"
    assert (by_code["burst-pipe"]["lead"], by_code["burst-pipe"]["assisting"]) == ("water", "roads")


def test_an_item_is_changed_with_its_old_words_in_the_event_and_shown_to_everybody(admin, client, desk):
    post(admin, "hall_item", "N-1", title_en="Emergency", refer_to_en="Dial 112")
    event = Event.objects.get(kind="item.changed")
    assert event.data["before"]["title"]["en"] == "Medical emergency"
    post(admin, "hall_item_new", code="N-3", kind="negative", title_en="Weather", title_zh="天气")
    client.logout()
    body = text(client.get(reverse("portal:lists")))
    assert "Dial 112" in body and "Weather" in body
    assert "天气" in text(client.get(reverse("portal:lists"), {"lang": "zh"}))
    assert "Emergency" not in text(client.get(reverse("portal:lists"), {"q": "weather"}))


def test_a_retired_item_leaves_the_public_page_but_not_its_decisions(admin, client, desk):
    sent(desk)
    post(admin, "hall_item_retire", "P-1")
    assert ListItem.objects.get(code="P-1").decisions.count() == 1
    assert "Upkeep" not in text(client.get(reverse("portal:lists")))
    assert "1 decision rests on it" in text(get(admin, "hall_item", "P-1"))


def test_an_area_is_made(admin):
    post(admin, "hall_area_new", code="hills", name_en="Hills", name_zh="山区")
    assert str(Area.objects.get(code="hills")) == "Hills"


# --- rules of urgency


def rule(name="Fallen tree", words="fallen tree", level=1) -> dict[str, str]:
    return {
        "name_en": name,
        "level": level,
        "because_en": "It blocks the way.",
        "when-TOTAL_FORMS": "1",
        "when-INITIAL_FORMS": "0",
        "when-0-kind": "words",
        "when-0-any": words,
        "when-0-same": "either",
    }


def test_rules_are_drafted_tried_and_published_without_a_file(admin, desk):
    with moment.at(MONDAY):
        sent(desk, "A fallen tree lies on the path.")
        sent(desk)
    post(admin, "hall_draft_begin")
    post(admin, "hall_rule_new", **rule())
    last = len(UrgencyRules.objects.get().book["rules"])
    for at in range(last - 1, 0, -1):
        post(admin, "hall_draft_do", what="up", at=at)
    assert UrgencyRules.objects.get().book["rules"][0]["name"] == {"en": "Fallen tree"}
    assert "Fallen tree" in text(get(admin, "hall_draft"))
    tried = text(get(admin, "hall_draft_try", latest="50", days="30"))
    assert "the text says “fallen tree”" in tried and "<dt>Requests tried</dt><dd>2</dd>" in tried
    assert "<dt>More urgent</dt><dd>1</dd>" in tried
    assert "A fallen tree lies" not in tried  # an administrator reads no requests
    post(admin, "hall_draft_do", what="publish")
    assert UrgencyRules.objects.get().published_at is not None
    assert rule_book().rules[0].name == {"en": "Fallen tree"}
    with moment.at(MONDAY):
        assert sent(desk, "Another fallen tree here.").urgency == 1
    assert "Fallen tree" in text(get(admin, "hall_edition", 1))


def test_a_published_edition_never_changes_and_the_next_says_what_is_different(admin, desk):
    post(admin, "hall_draft_begin")
    post(admin, "hall_rule_new", **rule())
    post(admin, "hall_draft_do", what="publish")
    first = UrgencyRules.objects.get(number=1).book
    assert post(admin, "hall_draft_do", what="drop", at=0).status_code == 404
    post(admin, "hall_draft_begin")
    post(admin, "hall_rule", len(first["rules"]), **rule(level=2))
    post(admin, "hall_draft_do", what="drop", at=0)
    post(admin, "hall_draft_do", what="default", level=5)
    body = text(get(admin, "hall_draft"))
    assert "urgency 1 → 2" in body and "Gone" in body and "Usual level" in body
    post(admin, "hall_draft_do", what="publish")
    assert UrgencyRules.objects.get(number=1).book == first and rule_book().default == 5
    assert "urgency 1 → 2" in text(get(admin, "hall_edition", 2))


def test_a_condition_that_names_an_unknown_service_is_refused(admin):
    post(admin, "hall_draft_begin")
    before = UrgencyRules.objects.get().book
    answer = post(admin, "hall_rule_new", **{**rule(), "when-0-kind": "service", "when-0-any": "moon"})
    assert "“moon” is not known" in text(answer) and UrgencyRules.objects.get().book == before


def test_a_rule_that_never_decides_is_remarked(admin):
    post(admin, "hall_draft_begin")
    for name in ("First", "Second"):
        post(admin, "hall_rule_new", **rule(name))
    assert "this rule never decides" in text(get(admin, "hall_draft"))


def test_what_was_changed_since_it_was_tried_is_not_published(admin):
    post(admin, "hall_draft_begin")
    seen = UrgencyRules.objects.get().changed_at.isoformat()
    post(admin, "hall_rule_new", **rule())
    answer = post(admin, "hall_draft_do", what="publish", seen=seen)
    assert "changed the draft since" in text(answer) and UrgencyRules.objects.get().published_at is None


def test_a_dispatcher_tries_but_does_not_publish(client, admin, desk):
    post(admin, "hall_draft_begin")
    sign_in(client, desk.dispatcher)
    assert get(client, "hall_draft_try").status_code == 200
    assert post(client, "hall_draft_do", what="publish").status_code == 403


def test_reports_of_wrongdoing_are_not_tried_on(admin, desk):
    receive(Intake(subject="Bribe", text="He took money.", demand="report", service=desk.light))
    post(admin, "hall_draft_begin")
    assert "No request came in" in text(get(admin, "hall_draft_try"))


# --- departments


def test_a_merger_shows_what_moves_before_it_does_it(admin, desk):
    sent(desk)
    form = {
        "offices": [desk.roads.pk, desk.water.pk],
        "code": "works",
        "name_en": "Works",
        "kind": "functional",
    }
    looked = text(post(admin, "hall_office_merge", **form, what="look"))
    assert "What would move" in looked and "Harry Li" in looked and "This cannot be undone" in looked
    assert not Office.objects.filter(code="works").exists()
    done = text(post(admin, "hall_office_merge", **form, what="do"))
    assert "Requests that moved: 1" in done and "now: Works" in done.replace(" : ", ": ")
    assert ServiceRequest.objects.get().lead.code == "works"


def test_a_department_merged_mid_case_is_handled_by_the_new_one_through_the_page(client, admin, desk):
    request = dispatch.sign(sent(desk), by=desk.handler)
    post(admin, "hall_office_merge", offices=[desk.roads.pk], into=desk.water.pk, what="do")
    sign_in(client, User.objects.get(pk=desk.handler.pk))
    body = text(client.get(reverse("desk:request", args=[request.number])))
    assert "Roads was reformed; Water has it now" in body
    sign_in(client, User.objects.get(pk=desk.water_handler.pk))
    assert client.get(reverse("desk:request", args=[request.number])).status_code == 200


def test_a_split_by_services_and_people(admin, desk):
    form = {"code_1": "streets", "name_en_1": "Streets", "code_2": "lamps", "name_en_2": "Lamps"}
    form |= {f"service_{desk.light.pk}": "2", f"person_{desk.handler.pk}": "2"}
    sent(desk)
    assert "Requests that moved: 1" in text(post(admin, "hall_office_split", "roads", **form))
    assert ServiceRequest.objects.get().lead.code == "lamps"
    assert User.objects.get(pk=desk.handler.pk).office.code == "lamps"
    assert User.objects.get(pk=desk.head.pk).office.code == "streets"


def test_a_split_into_one_is_refused(admin, desk):
    answer = post(admin, "hall_office_split", "roads", code_1="streets", name_en_1="Streets")
    assert "fewer than two are named" in text(answer) and Office.objects.get(code="roads").ended_on is None


def test_a_department_is_made_and_changed(admin, desk):
    post(admin, "hall_office_new", code="parks", name_en="Parks", kind="functional", areas=[desk.harbour.pk])
    post(admin, "hall_office", "parks", name_en="Parks and trees", kind="support")
    office = Office.objects.get(code="parks")
    assert (str(office), office.kind, list(office.areas.all())) == ("Parks and trees", "support", [])


# --- people


def test_a_new_account_shows_its_password_once_and_it_works(admin, client, desk):
    form = {"username": "wei", "last": "Sun", "first": "Wei", "role": "handler", "office": desk.roads.pk}
    answer = post(admin, "hall_person_new", **form)
    password = re.search(r"<code>(.+?)</code>", answer.content.decode())[1]
    assert "no-store" in answer.headers["Cache-Control"]
    assert User.objects.get(username="wei").check_password(password)
    assert password not in text(get(admin, "hall_person", User.objects.get(username="wei").pk))
    assert password not in str(Event.objects.get(kind="staff.created").data)


def test_a_handler_needs_a_department(admin):
    answer = post(admin, "hall_person_new", username="wei", last="Sun", role="handler")
    assert "this role needs one" in text(answer) and not User.objects.filter(username="wei").exists()


def test_closing_an_account_lists_its_open_requests_and_leaves_them_with_nobody(admin, desk):
    request = dispatch.assign(dispatch.sign(sent(desk), by=desk.handler), handler=desk.handler, by=desk.head)
    answer = post(admin, "hall_person_act", desk.handler.pk, "close")
    assert "1 open request is with nobody now" in text(answer)
    request = ServiceRequest.objects.get(pk=request.pk)
    assert request.handler is None and request.lead == desk.roads and request.state == "handling"
    assert not request.assignments.filter(handler=desk.handler, ended_at=None).exists()
    assert Event.objects.filter(kind="request.freed", request=request).count() == 1
    assert not User.objects.get(pk=desk.handler.pk).is_active
    assert "Password of" in text(post(admin, "hall_person_act", desk.handler.pk, "open"))


def test_who_changes_department_leaves_the_requests_there(admin, desk):
    dispatch.assign(dispatch.sign(sent(desk), by=desk.handler), handler=desk.handler, by=desk.head)
    form = {"last": "Li", "first": "Harry", "role": "handler", "office": desk.water.pk}
    assert "with nobody now" in text(post(admin, "hall_person", desk.handler.pk, **form))
    assert ServiceRequest.objects.get().handler is None


def test_the_last_administrator_stays(admin, desk):
    answer = post(admin, "hall_person_act", desk.administrator.pk, "close")
    assert "cannot close your own account" in text(answer)
    form = {"last": "Li", "first": "Ada", "role": "leader"}
    assert "only administrator" in text(post(admin, "hall_person", desk.administrator.pk, **form))
    other = person("adam", "administrator")
    post(admin, "hall_person_act", other.pk, "close")
    assert not User.objects.get(pk=other.pk).is_active
