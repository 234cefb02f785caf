"""A report every 90 days: set at the window, reminded of by mail, renewed at home in a minute."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tests.journey import Citizen, colleagues, hidden, the_worker_works, words

from openhall import flow, moment
from openhall.models import Party, RecurringDuty, Renewal

START = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday


def test_a_duty_is_set_reminded_of_and_renewed_online(desk):
    (carl,) = colleagues(desk.clerk)
    with moment.at(START):
        form = {"kind": "company", "name": "Ace Foods", "language": "en"}
        form |= {"kind_0": "email", "value_0": "ace@example.org", "kind_1": "phone", "kind_2": "address"}
        carl.browser.post("/desk/customers/new", form)
        party = Party.objects.get()
        form = {"service": "permit", "due_on": "2026-05-31", "remind_days": 14}
        form |= {"label_0": "Stalls", "fact_0": "1", "label_1": "Goods", "fact_1": "Fruit"}
        slip = carl.browser.post(f"/desk/customers/{party.pk}/duties/new", form, follow=True)
        code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", slip.content.decode())[0]

    # Before the time nothing comes and nothing can be renewed.
    ace = Citizen()
    with moment.at(START + timedelta(days=60)):
        flow.tick()
        the_worker_works()
        assert not ace.mail("ace@example.org")
        early = ace.browser.post("/renew", {"code": code})
        assert "Yes, this is still true" not in words(early)

    # Two weeks before, one reminder, however often the worker looks.
    with moment.at(START + timedelta(days=76, hours=1)):
        flow.tick()
        the_worker_works()
        flow.tick(moment.now() + timedelta(hours=2))
        the_worker_works()
        assert len(ace.mail("ace@example.org")) == 1

        # What was declared is shown again; one press confirms it. A second press renews nothing.
        page = ace.browser.post("/renew", {"code": code})
        assert "Fruit" in words(page) and "Ace Foods" not in words(page)
        send = {name: values[0] for name, values in hidden(page).items()} | {"step": "same", "code": code}
        assert "It is renewed" in words(ace.browser.post("/renew", send))
        ace.browser.post("/renew", send)
    renewal, duty = Renewal.objects.get(), RecurringDuty.objects.get()
    assert renewal.online and renewal.request is None
    assert duty.due_on.isoformat() == "2026-08-29"  # 90 days after the date it was due
    assert "2026" in carl.look("/desk/duties/") and "Ace Foods" in carl.look("/desk/duties/")
