"""Notices go out as e-mail, each at most once: claimed and committed first, then handed over, then marked as sent.

What the mail server surely refused is tried again, with growing pauses; where the line broke in the middle nobody
knows, so it stays as it is and a person decides (desk/notices.py). Where no mail is set up, notices wait.
"""

from __future__ import annotations

import logging
from smtplib import SMTPConnectError, SMTPException, SMTPServerDisconnected
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from openhall.actions import notify
from openhall.gateways.texts import render
from openhall.models import Notice

log = logging.getLogger(__name__)


def deliver(*, limit: int = 50) -> int:
    """Send what is due; returns how many were handed over. Never inside a transaction: a claim must be committed."""
    if not settings.MAIL_READY:
        return 0
    return sum(_send(notice) for notice in notify.claim(limit=limit))


def _send(notice: Notice) -> bool:
    try:
        message, connection = _message(notice), get_connection()
        connection.open()
    except Exception as error:  # whatever it was, nothing has been handed over
        log.warning("Notice %s was not sent: %s", notice.pk, type(error).__name__)
        notify.not_sent(notice, type(error).__name__)
        return False
    try:
        return _hand_over(notice, message, connection)
    finally:
        connection.close()


def _hand_over(notice: Notice, message: EmailMessage, connection: Any) -> bool:
    try:
        connection.send_messages([message])
    except (SMTPServerDisconnected, TimeoutError) as error:
        log.warning("Nobody knows whether notice %s went out: %s", notice.pk, type(error).__name__)
        return False  # stays “sending”
    except (SMTPConnectError, SMTPException, OSError) as error:
        log.warning("Notice %s was not sent: %s", notice.pk, type(error).__name__)
        notify.not_sent(notice, type(error).__name__)
        return False
    notify.sent(notice)
    return True


def _message(notice: Notice) -> EmailMessage:
    subject, body = render(notice)
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[notice.to],
        headers={
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Message-ID": f"<notice.{notice.pk}.{notice.tries}@{settings.MAIL_DOMAIN}>",
        },
    )
