"""What is said on a request: between citizen and hall, and inside the hall; and the files that go with it. Row C3.

Internal kinds never leave the desk: every public read goes through `public()`.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile, File
from django.db import models

from openhall.errors import N_, BadInput
from openhall.moment import now
from openhall.rules import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openhall.models.request import ServiceRequest
    from openhall.models.staff import User


class MessageQuerySet(models.QuerySet):
    def public(self) -> MessageQuerySet:
        """What the citizen may read."""
        return self.exclude(kind__in=Message.INTERNAL)


class Message(models.Model):
    """One thing said."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", N_("From the citizen")
        ANSWER = "answer", N_("Answer to a question")
        REOPEN = "reopen", N_("Why it is open again")
        REPLY = "reply", N_("Reply")
        QUESTION = "question", N_("Question to the citizen")
        CLOSING = "closing", N_("Final answer")
        NOTE = "note", N_("Internal note")
        PHONE = "phone", N_("Note of a call")

    INTERNAL = ("note", "phone")

    request = models.ForeignKey("ServiceRequest", on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")  # None: the citizen
    office = models.ForeignKey("Office", null=True, on_delete=models.PROTECT, related_name="+")  # speaks
    to_office = models.ForeignKey(
        "Office", null=True, on_delete=models.PROTECT, related_name="+"
    )  # a note to
    at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["request", "at"], name="message_request")]

    @property
    def internal(self) -> bool:
        return self.kind in self.INTERNAL

    @property
    def from_citizen(self) -> bool:
        return self.kind in (self.Kind.CITIZEN, self.Kind.ANSWER, self.Kind.REOPEN)


def stored_at(attachment: Attachment, _name: str) -> str:
    """A random place: the sender's file name is kept in the table, never on the disk."""
    token = secrets.token_hex(16)
    return f"attachments/{token[:2]}/{token}"


class AttachmentQuerySet(models.QuerySet):
    def public(self) -> AttachmentQuerySet:
        """What the citizen may open."""
        return self.filter(internal=False)

    def take(
        self,
        request: ServiceRequest,
        uploaded: File,
        *,
        message: Message | None = None,
        internal: bool = False,
        by: User | None = None,
    ) -> Attachment:
        """Keep one file that was sent along; BadInput where it cannot be taken. See `take_all`."""
        return self.take_all(request, [uploaded], message=message, internal=internal, by=by)[0]

    def take_all(
        self,
        request: ServiceRequest,
        uploaded: Iterable[File],
        *,
        message: Message | None = None,
        internal: bool = False,
        by: User | None = None,
    ) -> list[Attachment]:
        """Keep several files, or none of them: BadInput naming each that cannot be taken.

        Known by their first bytes, at most `files.LARGEST` each and `files.MOST_FILES` at once; pictures lose what they
        tell of place and camera.
        """
        given = list(uploaded)
        read = self.check(given, before=self.filter(request=request).count() if given else 0)
        return [
            self.create(
                request=request,
                message=message,
                key=secrets.token_hex(16),
                name=files.tidy_name(name, media_type),
                media_type=media_type,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                file=ContentFile(data, name="file"),
                internal=internal,
                by=by,
                at=now(),
            )
            for name, media_type, data in read
        ]

    @staticmethod
    def check(given: Iterable[File], *, before: int = 0) -> list[tuple[str, str, bytes]]:
        """Name, media type and cleaned bytes of each file; BadInput naming each that cannot be taken."""
        given = list(given)
        files.check_count(len(given), before=before)
        read, problems = [], []
        for file in given:
            file.seek(0)
            data = file.read(files.LARGEST + 1)
            try:
                media_type = files.check(file.name or "", data)
            except BadInput as fault:
                problems += fault.problems
            else:
                read.append((file.name or "", media_type, files.clean(data, media_type)))
        if problems:
            raise BadInput(N_("Some files cannot be taken."), problems=problems)
        return read


class Attachment(models.Model):
    """A file somebody sent along; only kinds known by their first bytes are taken, and they are never shown inline."""

    request = models.ForeignKey("ServiceRequest", on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    key = models.CharField(max_length=32, unique=True)  # in its address; random
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=stored_at, max_length=80)
    internal = models.BooleanField(default=False)
    by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")  # None: the citizen
    at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]


UNKNOWN_AFTER = timedelta(minutes=10)  # in the state “sending”: then nobody is at it any more


class Notice(models.Model):
    """A message to a citizen or a member of staff on its way through a gateway: sent at most once.

    A notice is claimed (`sending`) before it is handed over; one found in that state after a crash may have gone out,
    and is shown as unknown instead of being sent again.
    """

    class State(models.TextChoices):
        CREATED = "created", N_("Waiting")
        SENDING = "sending", N_("Being sent, or unknown after a breakdown")
        SENT = "sent", N_("Sent")
        FAILED = "failed", N_("Failed")

    request = models.ForeignKey(
        "ServiceRequest", null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=32)  # which text: gateways.texts
    channel = models.CharField(max_length=12, default="email")
    to = models.CharField(max_length=254)  # emptied when it has been sent
    language = models.CharField(max_length=12, default="en")
    values = models.JSONField(default=dict)  # what the text is filled with
    once = models.CharField(
        max_length=80, unique=True
    )  # the event and the person: asked for twice, made once
    state = models.CharField(max_length=8, choices=State.choices, default=State.CREATED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()  # not before
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_at"], name="notice_due")]
