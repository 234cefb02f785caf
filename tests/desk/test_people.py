"""Staff by the pages: gaps of skills, trainings, the own page, the staff's own survey."""

from __future__ import annotations

from tests import cases
from tests.town import sign_in

from openhall.actions import close, handle
from openhall.models import JointRating, Office, Service, Training, User, Wave
from openhall.reads import staff as reads
from openhall.surveys.questionnaire import Role
from openhall.surveys.soundness import require_sound
from openhall.surveys.toml_format import builtin


def text(answer) -> str:
    return answer.content.decode()


def test_what_services_ask_for_and_nobody_knows_is_shown(client, desk):
    Service.objects.filter(pk=desk.light.pk).update(skills=["cables", "ladders"])
    User.objects.filter(pk=desk.handler.pk).update(skills=["cables"])
    sign_in(client, desk.head)
    page = text(client.get("/desk/people/"))
    assert "ladders" in page and "Nobody" in page and "Wendy" not in page
    roads = next(post for post in reads.posts(desk.administrator) if post.office == desk.roads)
    assert [gap.skill for gap in roads.missing] == ["ladders"]
    assert reads.missing_skills(User.objects.get(pk=desk.handler.pk)) == ["ladders"]


def test_a_head_enters_trainings_of_the_own_people(client, desk):
    sign_in(client, desk.head)
    given = {"title": "Ladders", "skill": "ladders", "on": "2026-01-05", "hours": "4"}
    assert client.get(f"/desk/people/{desk.handler.pk}/").status_code == 200
    assert client.post(f"/desk/people/{desk.handler.pk}/training", given | {"hours": "x"}).status_code == 422
    assert client.post(f"/desk/people/{desk.handler.pk}/training", given).status_code == 302
    assert Training.objects.get().skill == "ladders"
    assert client.post(f"/desk/people/{desk.handler.pk}/skills", {"skills": "a\nb"}).status_code == 302
    assert client.get(f"/desk/people/{desk.water_handler.pk}/").status_code == 404
    assert client.post(f"/desk/people/{desk.water_handler.pk}/training", given).status_code == 404
    sign_in(client, desk.leader)
    assert client.get(f"/desk/people/{desk.handler.pk}/").status_code == 200
    assert client.post(f"/desk/people/{desk.handler.pk}/skills", {"skills": "c"}).status_code == 403


def test_everyone_has_a_page_of_their_own(client, desk):
    for who in (desk.handler, desk.clerk, desk.administrator, desk.auditor, desk.screener):
        sign_in(client, who)
        assert client.get("/desk/me/").status_code == 200, who
        assert client.post("/desk/me/wish", {"text": "To teach."}).status_code == 302
        assert "To teach." in text(client.get("/desk/me/"))
    assert client.post("/desk/me/absence", {"until": "2001-01-01"}).status_code == 422
    assert client.post("/desk/me/skills", {"skills": "all"}).status_code == 404


def test_joint_work_is_rated_on_the_request_page(client, desk):
    case = cases.signed(desk, assisting=[desk.water])
    handle.finish_part(case, report="The pump was switched off for it.", by=desk.water_handler)
    case.refresh_from_db()
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    case.refresh_from_db()
    sign_in(client, desk.head)
    given = {"seen": case.edition, "office": desk.water.pk, "level": "5"}
    assert client.post(f"/desk/requests/{case.number}/do/rate-joint", given).status_code == 302
    assert JointRating.objects.get().level == 5
    assert "act-rate-joint" not in text(client.get(f"/desk/requests/{case.number}/"))


def test_the_staff_questionnaire_is_sound_and_has_five_dimensions(db):
    asked = builtin("staff_satisfaction")
    require_sound(asked)
    assert len([one for one in asked if one.role is Role.ITEM]) == 16
    assert [one.key for one in asked.sections if one.dimension] == ["TR", "CO", "TO", "RE", "CA"]


def test_the_staff_survey_is_planned_at_all_current_offices(client, desk):
    sign_in(client, desk.leader)
    assert client.post("/desk/people/survey").status_code == 403
    sign_in(client, desk.administrator)
    for _n in range(2):
        assert client.post("/desk/people/survey").status_code == 302
    waves = Wave.objects.filter(version__questionnaire__key=reads.SURVEY)
    assert waves.count() == 2 and waves.first().allocations.count() == Office.objects.current().count()
    assert waves.first().state == Wave.State.DRAFT and not waves.first().listed
    page = text(client.get("/desk/people/"))
    assert waves.first().key in page
