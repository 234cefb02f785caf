"""The centre's acts through the request page: what is offered to whom, what stands beside fields, what is refused."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cases import LI, REPLY, accepted, received, report, returned, sent, signed
from tests.town import person, sign_in

from openhall.actions import dispatch
from openhall.actions.intake import PartyGiven
from openhall.desk.acts import acts
from openhall.desk.acts_centre import ACTS
from openhall.models import Ask, Assignment, Decision, Event, ServiceRequest
from openhall.rules.permissions import GRANTS
from openhall.rules.workflow import STEP_NAMES


def page(client, case, user, **query):
    sign_in(client, user)
    return client.get(reverse("desk:request", args=[case.number]), query)


def offered(client, case, user) -> set[str]:
    """The keys of the centre's acts the page offers this person."""
    found = re.findall(r'(?:/do/|data-key=")([a-z_]+)', page(client, case, user).content.decode())
    return set(found) & {act.key for act in ACTS}


def do(client, case, user, key, **fields):
    sign_in(client, user)
    case.refresh_from_db()
    address = reverse("desk:request_act", args=[case.number, key])
    return client.post(address, {"seen": case.edition, **fields})


def done(answer) -> bool:
    return answer.status_code == 302


def text(answer) -> str:
    """The page as it reads."""
    html = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- what is offered ----------------------------------------------------------------------------------------------


def test_every_act_has_a_right_and_a_step_of_the_tables_and_a_key_of_its_own():
    assert all(act.verb in GRANTS and (not act.step or act.step in STEP_NAMES) for act in ACTS)
    assert len({act.key for act in acts()}) == len(acts())


def test_the_dispatcher_is_offered_what_the_state_allows(client, desk):
    always = {"classify", "merge", "unlist"}
    assert offered(client, received(desk), desk.dispatcher) == always | {"accept", "refuse", "settle"}
    assert offered(client, accepted(desk), desk.dispatcher) == always | {"dispatch", "refuse", "settle"}
    assert offered(client, sent(desk), desk.dispatcher) == always | {"transfer", "assist"}
    assert offered(client, signed(desk), desk.dispatcher) == always | {"transfer", "assist"}
    assert offered(client, returned(desk), desk.dispatcher) == always | {"uphold", "dispatch", "refuse"}


def test_the_department_is_offered_its_own_part(client, desk):
    case = sent(desk, assisting=[desk.water])
    assert offered(client, case, desk.handler) == {"sign", "extend", "return"}
    assert offered(client, case, desk.head) == {"sign", "extend", "return", "assign", "transfer", "assist"}
    assert offered(client, case, desk.water_handler) == {"sign"}
    assert offered(client, case, desk.water_head) == {"sign", "assign"}
    dispatch.sign(case, by=desk.handler)
    assert offered(client, case, desk.handler) == {"extend", "return"}
    dispatch.sign(ServiceRequest.objects.get(pk=case.pk), by=desk.water_handler)
    assert offered(client, case, desk.water_handler) == set()


def test_others_look_on(client, desk):
    case = received(desk)
    for somebody in (desk.auditor, desk.leader, desk.screener, desk.clerk):
        assert offered(client, case, somebody) == set()
    assert offered(client, case, desk.supervisor) == {"unlist"}
    assert page(client, case, desk.handler).status_code == 404
    assert page(client, case, desk.administrator).status_code == 403


def test_a_clerk_works_on_what_came_in_at_the_own_window(client, desk):
    case = received(desk)
    ServiceRequest.objects.update(entered_by=desk.clerk, entered_at_office=desk.clerk.office)
    assert offered(client, case, desk.clerk) == {"classify", "settle"}


def test_a_report_is_not_there_for_the_accused(client, desk):
    case = accepted(desk, report(desk))
    assert page(client, case, desk.handler).status_code == 404
    assert page(client, case, desk.clerk).status_code == 404
    answer = page(client, case, desk.dispatcher)
    assert "The report accuses this department" in text(answer)
    answer = do(client, case, desk.dispatcher, "dispatch", lead=desk.roads.pk)
    assert not done(answer) and not Assignment.objects.exists()
    assert done(do(client, case, desk.dispatcher, "dispatch", lead=desk.water.pk, because="Next door."))
    assert page(client, case, desk.water_handler).status_code == 200


# --- classify and join --------------------------------------------------------------------------------------------


def fields_of(case, **changed):
    return {
        "demand": case.demand,
        "service": case.service_id or "",
        "area": case.area_id or "",
        "urgency": "",
        **changed,
    }


def test_suggestions_stand_beside_the_fields_and_say_why(client, desk):
    case = received(
        desk, demand="", service=None, area=None, place="", text="我要投诉：老城的路灯坏了，有煤气味。"
    )
    answer = page(client, case, desk.dispatcher)
    assert "Suggested: Street light. The text says “路灯”" in text(answer)
    assert "Suggested: Old Town." in text(answer)
    assert "As the rules say, now: 1 At once" in text(answer) and "Danger to life" in text(answer)


def test_what_the_citizen_wrote_is_never_run(client, desk):
    case = received(desk, place="", area=None, text="Gas smell <script>alert(1)</script> in the Old Town")
    assert b"<script>alert" not in page(client, case, desk.dispatcher).content


def test_a_request_is_classified(client, desk):
    case = received(desk)
    answer = do(
        client,
        case,
        desk.dispatcher,
        "classify",
        **fields_of(case, demand="complaint", service=desk.pipe.pk, groups=["deaf"]),
    )
    case.refresh_from_db()
    assert done(answer) and (case.demand, case.service, case.groups) == ("complaint", desk.pipe, ["deaf"])


def test_another_urgency_without_a_reason_comes_back_with_what_was_typed(client, desk):
    case = received(desk)
    answer = do(client, case, desk.dispatcher, "classify", **fields_of(case, urgency="1", groups=["deaf"]))
    assert not done(answer) and "the rules give this request urgency" in text(answer)
    assert re.search(r'value="deaf"[^>]*checked', answer.content.decode())
    answer = do(client, case, desk.dispatcher, "classify", **fields_of(case, urgency="1", reason="Cable"))
    assert done(answer) and ServiceRequest.objects.get().urgency == 1


def test_a_form_that_names_nonsense_is_refused_in_words(client, desk):
    case = received(desk)
    for wrong in ({"demand": "wish"}, {"service": "99999"}, {"urgency": "9"}, {"groups": "martian"}):
        assert not done(do(client, case, desk.dispatcher, "classify", **fields_of(case, **wrong)))
    answer = do(client, case, desk.dispatcher, "classify", **fields_of(case, accused=desk.roads.pk))
    assert "Only a report of wrongdoing names a department." in text(answer)
    assert ServiceRequest.objects.get().edition == 1


def test_who_may_not_is_told_and_nothing_is_done(client, desk):
    case = received(desk)
    answer = do(client, case, desk.supervisor, "classify", **fields_of(case))
    assert not done(answer) and "Your role does not allow this." in text(answer)
    assert ServiceRequest.objects.get().edition == 1


def test_a_likely_duplicate_is_shown_chosen_and_parted_again(client, desk):
    first, second = received(desk), received(desk)
    assert "The same person." in text(page(client, second, desk.dispatcher, act="merge"))
    assert done(do(client, second, desk.dispatcher, "merge", likely=first.pk))
    second.refresh_from_db()
    assert second.duplicate_of == first and second.outcome == "duplicate"
    assert offered(client, second, desk.dispatcher) == {"unmerge", "unlist"}
    assert not done(do(client, second, desk.dispatcher, "unmerge", reason=""))
    assert done(do(client, second, desk.dispatcher, "unmerge", reason="Another lamp."))
    second.refresh_from_db()
    assert second.is_open


def test_any_request_can_be_named_by_its_number_however_typed(client, desk):
    first, second = received(desk), received(desk, party=None, text="Something else entirely, far away")
    number = f" {first.number[:4]}-{first.number[4:]} ".lower()
    assert done(do(client, second, desk.dispatcher, "merge", number=number))
    second.refresh_from_db()
    assert second.duplicate_of == first


def test_a_number_that_is_not_there_or_not_to_be_seen_reads_the_same(client, desk):
    case, secret = received(desk), report(desk, accused=desk.centre)
    for number in ("NOSUCHNUM", secret.number):
        answer = do(client, case, desk.dispatcher, "merge", number=number)
        assert "There is no request with this number that you may see." in text(answer)
    assert "Choose a request, or type its number." in text(do(client, case, desk.dispatcher, "merge"))


# --- decide -------------------------------------------------------------------------------------------------------


def test_the_ground_is_filled_in_from_the_service_and_the_level_from_the_situation(client, desk):
    case = received(desk, groups=["deaf"])
    answer = page(client, case, desk.dispatcher)
    html = answer.content.decode()
    assert re.search(rf'<option value="{desk.power.pk}" selected>P-1', html)
    assert "Suggested: Personal service. The person’s situation asks for: Sign-language interpreter" in text(
        answer
    )
    assert re.search(r'value="personal"[^>]*checked', html)


def test_it_is_accepted_with_what_it_takes(client, desk):
    case = received(desk)
    form = {"ground": desk.power.pk, "level": "on_site", "eligible": "yes", "resources": ["crew", "money"]}
    assert done(do(client, case, desk.dispatcher, "accept", **form))
    decision = Decision.objects.get()
    assert decision.level == "on_site" and decision.resources == "crew,money"


def test_what_still_has_to_be_shown_is_said(client, desk):
    case = received(desk)
    form = {"ground": desk.power.pk, "level": "standard", "eligible": "unknown"}
    assert "Say what the person must still show." in text(do(client, case, desk.dispatcher, "accept", **form))
    assert done(do(client, case, desk.dispatcher, "accept", **form, reason="Proof that the lamp is public."))


def test_a_refusal_fills_in_the_words_of_the_list_in_the_citizens_language(client, desk):
    case = received(desk, language="zh")
    answer = do(client, case, desk.dispatcher, "refuse", ground=desk.ambulance.pk)
    assert not done(answer) and "医疗急救" in text(answer) and "Ambulance, 120" in text(answer)
    assert "then send again" in text(answer) and not Decision.objects.exists()
    reply = "您的诉求属于医疗急救，不属于我们的职责范围，请拨打急救电话一二零。"
    assert done(do(client, case, desk.dispatcher, "refuse", ground=desk.ambulance.pk, reply=reply))
    case.refresh_from_db()
    assert case.outcome == "not_responsible" and case.reply == reply


def test_a_refusal_needs_a_ground_and_a_reply_in_words(client, desk):
    case = received(desk)
    assert "Write a reply in words" in text(do(client, case, desk.dispatcher, "refuse"))
    answer = do(client, case, desk.dispatcher, "refuse", ground=desk.ambulance.pk, reply="No.")
    assert "Write at least 20 signs" in text(answer)
    assert not done(do(client, case, desk.dispatcher, "refuse", ground=desk.power.pk, reply=REPLY))


def test_it_is_answered_at_once(client, desk):
    case = received(desk)
    form = {"ground": desk.power.pk, "outcome": "explained", "reply": REPLY}
    assert not done(do(client, case, desk.dispatcher, "settle", **{**form, "outcome": "refused"}))
    assert done(do(client, case, desk.dispatcher, "settle", **form))
    case.refresh_from_db()
    assert case.outcome == "explained" and case.handler == desk.dispatcher


# --- dispatch -----------------------------------------------------------------------------------------------------


def test_departments_come_with_their_reasons_and_a_checklist(client, desk):
    answer = page(client, accepted(desk, service=desk.pipe, place=""), desk.dispatcher)
    said = text(answer)
    assert "The catalogue names this department for “Burst pipe”." in said
    assert "The catalogue says this department assists with “Burst pipe”." in said
    assert "The place is known : not yet. Ask where it is" in said
    html = answer.content.decode()
    assert re.search(rf'name="lead" value="{desk.water.pk}"[^>]*checked', html)
    assert re.search(rf'name="assisting" value="{desk.roads.pk}"[^>]*checked', html)


def test_it_is_sent_with_the_reasons_kept(client, desk):
    case = accepted(desk)
    form = {
        "lead": desk.roads.pk,
        "assisting": [desk.water.pk],
        "handler": desk.handler.pk,
        "instruction": "Ladder",
    }
    assert done(do(client, case, desk.dispatcher, "dispatch", **form))
    lead = Assignment.objects.get(part="lead")
    assert lead.handler == desk.handler and lead.instruction == "Ladder"
    assert lead.why[0]["en"] == "The catalogue names this department for “Street light”."
    assert Assignment.objects.get(part="assisting").office == desk.water


def test_against_the_suggestion_only_with_a_reason(client, desk):
    case = accepted(desk)
    answer = do(client, case, desk.dispatcher, "dispatch", lead=desk.licensing.pk)
    assert "Say why, since it is none of the departments suggested." in text(answer)
    assert done(do(client, case, desk.dispatcher, "dispatch", lead=desk.licensing.pk, because="Their lamp."))
    assert Assignment.objects.get().why == ["Their lamp."]


def test_a_person_must_belong_to_the_lead(client, desk):
    case = accepted(desk)
    form = {"lead": desk.roads.pk, "handler": desk.water_handler.pk}
    answer = do(client, case, desk.dispatcher, "dispatch", **form)
    assert "This person works for another department than the lead." in text(answer)


def test_halls_and_ended_departments_are_not_offered(client, desk):
    case = accepted(desk)
    desk.licensing.ended_on = "2026-01-01"
    desk.licensing.save()
    html = page(client, case, desk.dispatcher).content.decode()
    for office in (desk.licensing, desk.town.north):
        assert f'name="lead" value="{office.pk}"' not in html
        assert not done(do(client, case, desk.dispatcher, "dispatch", lead=office.pk, because="Try"))


def test_the_second_of_two_is_told_and_keeps_what_was_typed(client, desk):
    case = accepted(desk)
    seen = case.edition
    doug = person("doug", "dispatcher", desk.centre)
    assert done(do(client, case, desk.dispatcher, "dispatch", lead=desk.roads.pk))
    sign_in(client, doug)
    address = reverse("desk:request_act", args=[case.number, "dispatch"])
    form = {"lead": desk.water.pk, "because": "Pump", "instruction": "Bring a pump"}
    answer = client.post(address, {"seen": seen, **form})
    assert answer.status_code == 409 and "Somebody else has acted on this request" in text(answer)
    assert "Bring a pump" in answer.content.decode()
    assert Event.objects.filter(kind="request.dispatched").count() == 1


def test_the_department_signs_and_the_head_gives_it_to_a_person(client, desk):
    case = sent(desk)
    assert done(do(client, case, desk.handler, "sign"))
    assert "Open requests:" in text(page(client, case, desk.head))
    assert done(do(client, case, desk.head, "assign", handler=desk.handler.pk))
    case.refresh_from_db()
    assert case.handler == desk.handler and case.state == "handling"
    assert not done(do(client, case, desk.head, "assign", handler=desk.water_handler.pk))
    assert not done(do(client, case, desk.handler, "assign", handler=desk.head.pk))


def test_a_return_is_arbitrated(client, desk):
    case = signed(desk)
    assert "may return this request 2 more times" in text(page(client, case, desk.handler))
    assert not done(do(client, case, desk.handler, "return", reason=""))
    assert done(do(client, case, desk.handler, "return", reason="The pump.", suggests=desk.water.pk))
    said = text(page(client, case, desk.dispatcher))
    assert "Harry Li of Roads writes: The pump. It suggests Water. Return 1 of 2" in said
    assert not done(do(client, case, desk.dispatcher, "uphold", answer=""))
    assert done(do(client, case, desk.dispatcher, "uphold", answer="It stands on the road."))
    assert done(do(client, case, desk.handler, "return", reason="The pump again."))
    assert "Return 2 of 2 that this department has. Your word is final now." in text(
        page(client, case, desk.dispatcher)
    )
    assert done(do(client, case, desk.dispatcher, "uphold", answer="It stands on the road."))
    assert "return" not in offered(client, case, desk.handler)
    assert "word is final now" in text(do(client, case, desk.handler, "return", reason="Once more."))


def test_a_granted_return_proposes_whom_the_department_named(client, desk):
    case = returned(desk)
    html = page(client, case, desk.dispatcher, act="dispatch").content.decode()
    assert re.search(rf'name="lead" value="{desk.water.pk}"[^>]*checked', html)
    assert f'name="lead" value="{desk.roads.pk}"' not in html
    assert done(do(client, case, desk.dispatcher, "dispatch", lead=desk.water.pk))
    assert Ask.objects.get().state == "granted"
    why = Assignment.objects.get(ended_at=None).why
    assert why[0]["en"] == "Roads returned the request and names this department."


def test_more_time_is_asked_for_and_decided_with_the_new_date_shown(client, desk):
    case = signed(desk)
    assert "can be extended 2 more times" in text(page(client, case, desk.handler))
    for wrong in ({"days": "0"}, {"days": "61"}, {"days": "x"}, {"reason": ""}):
        assert not done(do(client, case, desk.handler, "extend", **{"days": "3", "reason": "Parts", **wrong}))
    assert done(do(client, case, desk.handler, "extend", days="3", reason="Parts come late."))
    assert "extend" not in offered(client, case, desk.handler)
    said = text(page(client, case, desk.dispatcher))
    assert "asks for 3 more working days: Parts come late. To be settled by" in said
    assert not done(do(client, case, desk.dispatcher, "extension", granted="perhaps", answer="Well"))
    assert done(do(client, case, desk.dispatcher, "extension", granted="yes", answer="Parts come late."))
    case.refresh_from_db()
    assert case.extensions == 1 and "extension" not in offered(client, case, desk.dispatcher)
    assert done(do(client, case, desk.handler, "extend", days="1", reason="More."))
    assert done(do(client, case, desk.dispatcher, "extension", granted="no", answer="Enough."))
    case.refresh_from_db()
    assert case.extensions == 1


def test_it_is_transferred_and_another_department_asked_to_assist(client, desk):
    case = signed(desk)
    assert not done(do(client, case, desk.dispatcher, "transfer", office=desk.roads.pk, reason="Again"))
    assert done(
        do(client, case, desk.head, "assist", office=desk.licensing.pk, instruction="Check the permit.")
    )
    assert done(do(client, case, desk.head, "transfer", office=desk.water.pk, reason="Their lamp."))
    case.refresh_from_db()
    assert case.lead == desk.water and page(client, case, desk.handler).status_code == 404
    assert not done(do(client, case, desk.water_handler, "transfer", office=desk.roads.pk, reason="No."))


def test_the_register_is_left_and_entered_again(client, desk):
    case = received(desk)
    assert done(do(client, case, desk.dispatcher, "unlist", reason="Names a neighbour."))
    assert "list" in offered(client, case, desk.dispatcher)
    assert done(do(client, case, desk.dispatcher, "list"))
    case.refresh_from_db()
    assert case.listed
    assert not {"list", "unlist"} & offered(client, report(desk), desk.dispatcher)


def test_ids_on_the_page_are_unique(client, desk):
    for case in (received(desk), accepted(desk), signed(desk), returned(desk)):
        html = page(client, case, desk.dispatcher).content.decode()
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]


@pytest.mark.parametrize(("lang", "says"), [("en", "for “Street light”"), ("zh", "“路灯”")])
def test_the_forms_speak_both_languages(client, desk, lang, says):
    case = accepted(desk, party=PartyGiven(name="Li Ming", email="li@example.org", groups=("deaf",)))
    sign_in(client, desk.dispatcher)
    answer = client.get(reverse("desk:request", args=[case.number]), {"lang": lang})
    assert answer.status_code == 200 and says in text(answer)


def test_all_forms_of_the_centre_together_cost_few_queries(desk, django_assert_max_num_queries):
    for _ in range(3):
        signed(desk)
    case = accepted(desk, party=LI)
    case = ServiceRequest.objects.select_related("service", "area", "lead", "party", "accused").get(
        pk=case.pk
    )
    possible = [act for act in ACTS if act.applies(case, desk.dispatcher)]
    assert len(possible) == 6
    with django_assert_max_num_queries(40):
        for act in possible:
            assert str(act.form(case=case, by=desk.dispatcher))


@pytest.mark.parametrize(("make", "most"), [(received, 40), (accepted, 54), (returned, 40), (signed, 40)])
def test_the_dispatchers_page_costs_few_queries(client, desk, make, most):
    """More only where the page opens with departments suggested, each with its reasons."""
    case = make(desk)
    page(client, case, desk.dispatcher)
    with CaptureQueriesContext(connection) as asked:
        page(client, case, desk.dispatcher)
    asides = ("SAVEPOINT", "RELEASE", "SET LOCAL")  # of the search inside the test's transaction
    real = [query["sql"] for query in asked.captured_queries if not query["sql"].startswith(asides)]
    assert len(real) <= most, len(real)


def test_a_form_that_reads_much_comes_when_it_is_asked_for(client, desk):
    case = received(desk)
    assert "/do/classify" not in page(client, case, desk.dispatcher).content.decode()
    answer = client.get(reverse("desk:request", args=[case.number]), {"act": "classify"})
    assert answer.context["opened"] == "classify" and "/do/classify" in answer.content.decode()
