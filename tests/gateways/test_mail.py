"""E-mail goes out at most once, says the same in both languages, and gives nothing away."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail as sent_mail
from django.core.mail.backends.locmem import EmailBackend

from openhall import flow
from openhall.gateways import mail, texts
from openhall.models import Notice
from openhall.moment import now

VALUES = {
    "number": "RK4M2P7Q9A",
    "department": {"en": "Roads", "zh": "道路科"},
    "due": "2026-03-09T17:00:00+00:00",
    "title": "Quarterly report",
    "code": "123456",
    "minutes": 10,
}


@pytest.fixture
def ready(settings):
    settings.MAIL_READY = True
    settings.MAIL_DOMAIN = "riverside.example"
    settings.PUBLIC_URL = "https://riverside.example"


def notice(kind: str = "request.received", language: str = "en", **more) -> Notice:
    return Notice.objects.create(
        kind=kind,
        to="bao@example.org",
        language=language,
        values=VALUES,
        once=more.pop("once", kind),
        next_at=now(),
        **more,
    )


def test_a_due_notice_is_sent_once_and_its_address_forgotten(town, ready):
    notice()
    assert mail.deliver() == 1
    assert mail.deliver() == 0
    (message,) = sent_mail.outbox
    assert message.to == ["bao@example.org"]
    assert message.subject == "We have your request RK4M-2P7Q-9A"
    assert "https://riverside.example/track" in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    kept = Notice.objects.get()
    assert (kept.state, kept.to, kept.values) == ("sent", "", {})


def test_the_worker_sends_what_is_due(town, ready):
    notice()
    assert flow.send_out() == 1


def test_without_a_mail_server_notices_wait(town, settings):
    settings.MAIL_READY = False
    notice()
    assert mail.deliver() == 0
    assert Notice.objects.get().state == "created"


def test_a_notice_being_sent_by_another_worker_is_left_alone(town, ready):
    notice(state="sending")
    assert mail.deliver() == 0
    assert not sent_mail.outbox


@pytest.mark.parametrize("kind", sorted(texts.TEXTS))
def test_every_text_stands_in_both_languages_without_a_gap(town, ready, kind):
    for language in ("en", "zh"):
        subject, body = texts.render(notice(kind, language, once=f"{kind}{language}"))
        assert subject and "\n" not in subject
        assert "{" not in subject + body and "None" not in subject + body


def failing(error: Exception):
    def send(self, messages):
        raise error

    return send


def test_a_refused_notice_is_tried_again_later_and_fails_in_the_end(town, ready, monkeypatch):
    monkeypatch.setattr(EmailBackend, "send_messages", failing(SMTPRecipientsRefused({})))
    notice()
    for _try in range(5):
        mail.deliver()
        Notice.objects.update(next_at=now())
    kept = Notice.objects.get()
    assert (kept.state, kept.tries, kept.error) == ("failed", 5, "SMTPRecipientsRefused")
    assert kept.to == "bao@example.org"


def test_after_a_refusal_the_next_try_waits(town, ready, monkeypatch):
    monkeypatch.setattr(EmailBackend, "send_messages", failing(SMTPRecipientsRefused({})))
    notice()
    mail.deliver()
    assert Notice.objects.get().next_at > now()
    assert mail.deliver() == 0


def test_where_the_line_broke_nobody_knows_so_it_is_not_sent_again(town, ready, monkeypatch):
    monkeypatch.setattr(EmailBackend, "send_messages", failing(SMTPServerDisconnected()))
    notice()
    mail.deliver()
    Notice.objects.update(next_at=now())
    monkeypatch.undo()
    assert mail.deliver() == 0
    assert Notice.objects.get().state == "sending"


def test_a_text_that_cannot_be_made_fails_without_stopping_the_others(town, ready):
    notice("no.such.kind", once="1")
    notice(once="2")
    assert mail.deliver() == 1
