"""Oversight at the desk: orders, samples and marks by the pages, and who may see them."""

from __future__ import annotations

import pytest
from tests import cases
from tests.town import sign_in

from openhall.actions import close, follow, screening, supervise
from openhall.models import ServiceRequest, Supervision
from openhall.rules.quality import QUESTIONS

ORDER = "Say by when the lamp will be lit."
WHY = "It says nothing but insults, from the first line to the last."


def do(client, case: ServiceRequest, key: str, **given):
    case.refresh_from_db()
    return client.post(f"/desk/requests/{case.number}/do/{key}", {"seen": case.edition, **given})


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("who", ["supervisor", "leader", "auditor"])
def test_the_pages_open_for_who_may_read_them(client, desk, who):
    row = supervise.order(cases.signed(desk), text=ORDER, by=desk.supervisor)
    sign_in(client, getattr(desk, who))
    page = text(client.get("/desk/oversight/"))
    assert ORDER in page and "/desk/oversight/screening" in page
    for place in ("?list=overdue", "?list=settled", f"orders/{row.pk}/", "screening"):
        assert client.get(f"/desk/oversight/{place}").status_code == 200, place


@pytest.mark.parametrize("who", ["clerk", "handler", "head", "dispatcher", "administrator"])
def test_they_are_closed_to_others(client, desk, who):
    sign_in(client, getattr(desk, who))
    assert client.get("/desk/oversight/").status_code == 403
    assert client.get("/desk/oversight/screening").status_code == 403


def test_an_order_from_giving_it_to_settling_it_by_the_pages(client, desk):
    case = cases.signed(desk)
    sign_in(client, desk.supervisor)
    assert do(client, case, "order", office=desk.roads.pk, text=ORDER).status_code == 302
    row = case.supervisions.get(kind="order")
    sign_in(client, desk.head)
    assert ORDER in text(client.get(f"/desk/requests/{case.number}/"))
    assert do(client, case, "answer-order", text="Tomorrow before dark.").status_code == 302
    sign_in(client, desk.supervisor)
    assert "Tomorrow before dark." in text(client.get(f"/desk/oversight/orders/{row.pk}/"))
    assert do(client, case, "send-order-back", text="Name the hour, please.").status_code == 302
    sign_in(client, desk.head)
    assert do(client, case, "answer-order", text="Tomorrow at four.").status_code == 302
    sign_in(client, desk.supervisor)
    assert do(client, case, "settle-order").status_code == 302
    row.refresh_from_db()
    assert row.settled_at and row.answer == "Tomorrow at four."


def test_a_sample_is_drawn_and_marked(client, desk):
    case = close.close(cases.signed(desk), outcome="resolved", reply=cases.REPLY, by=desk.handler)
    day = case.closed_at.date().isoformat()
    sign_in(client, desk.supervisor)
    given = {"first": day, "last": day, "count": "5", "seed": "3"}
    assert client.post("/desk/oversight/sample", given | {"count": "0"}).status_code == 422
    assert client.post("/desk/oversight/sample", given).status_code == 302
    row = Supervision.objects.get(kind="sample")
    assert cases.REPLY in text(client.get(f"/desk/oversight/samples/{row.pk}/"))
    marks = dict.fromkeys(QUESTIONS, "yes") | {"polite": "no"}
    assert client.post(f"/desk/oversight/samples/{row.pk}/", {}).status_code == 200
    assert client.post(f"/desk/oversight/samples/{row.pk}/", marks).status_code == 302
    row.refresh_from_db()
    assert row.verdict == "fair"
    page = text(client.get("/desk/oversight/"))
    assert "0/1" in page and "too few to say" in page


def test_a_sealed_report_stays_sealed(client, desk):
    case = cases.report(desk)
    case = cases.accepted(desk, case)
    sign_in(client, desk.supervisor)
    assert client.get("/desk/oversight/").status_code == 200
    screening.mark(case, ground="abusive", reason=WHY, by=desk.dispatcher)
    assert WHY in text(client.get("/desk/oversight/screening"))
    sign_in(client, desk.screener)  # reports of wrongdoing are not for this role
    assert WHY not in text(client.get("/desk/oversight/screening"))


def test_marking_and_due_process_by_the_pages(client, desk):
    case = cases.signed(desk)
    sign_in(client, desk.handler)
    assert "act-mark" in text(client.get(f"/desk/requests/{case.number}/"))
    assert do(client, case, "mark", ground="abusive", reason=WHY).status_code == 302
    assert "act-confirm-mark" not in text(client.get(f"/desk/requests/{case.number}/"))
    sign_in(client, desk.screener)
    assert WHY in text(client.get("/desk/oversight/screening"))
    assert WHY in text(client.get(f"/desk/requests/{case.number}/?act=confirm-mark"))
    assert do(client, case, "confirm-mark", reason=WHY).status_code == 302
    follow.appeal(case, text="The lamp is out, that is no <b>insult</b>.")
    assert "act-overturn-screening" not in text(client.get(f"/desk/requests/{case.number}/"))
    sign_in(client, desk.supervisor)
    page = text(client.get(f"/desk/requests/{case.number}/?act=overturn-screening"))
    assert "no &lt;b&gt;insult" in page and "<b>insult" not in page
    assert do(client, case, "overturn-screening", reason="There is a lamp in it.").status_code == 302
    case.refresh_from_db()
    assert case.state == "dispatched"
    page = text(client.get("/desk/oversight/screening"))
    assert "1/1" in page and "Screening overturned" in page


def test_few_queries(client, desk, django_assert_max_num_queries):
    for _n in range(4):
        supervise.order(cases.signed(desk), text=ORDER, by=desk.supervisor)
    sign_in(client, desk.supervisor)
    with django_assert_max_num_queries(22):
        client.get("/desk/oversight/")
    with django_assert_max_num_queries(16):
        client.get("/desk/oversight/screening")
