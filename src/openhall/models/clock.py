"""The clocks of a request: working time to a deadline, standing still while the citizen is asked. Row C5.

The arithmetic is `rules.clocks`; here are the rows. Actions begin, pause, resume and stop them through the manager,
which keeps `ServiceRequest.due_at` at the earliest deadline that runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from openhall.models.town import Jurisdiction, hall_calendar
from openhall.rules import clocks
from openhall.rules.clocks import ClockKind


def allowed_minutes(request: Any, kind: str) -> int:
    """Working minutes the hall gives itself for `kind` at this urgency; a service may set its own to resolve."""
    calendar = hall_calendar()
    days = request.service.resolve_days if request.service_id else None
    if kind == ClockKind.RESOLVE and days:
        return int(days * calendar.minutes_per_day)
    stored = Jurisdiction.objects.values_list("objectives", flat=True).first()
    own = (stored or {}).get(str(request.urgency), {}).get(str(kind))
    return int(own or clocks.objectives_for(calendar)[request.urgency][ClockKind(kind)])


class ClockQuerySet(models.QuerySet):
    def running(self) -> ClockQuerySet:
        return self.filter(stopped_at=None)

    def begin(
        self, request: Any, kind: str, *, at: datetime, office: Any = None, minutes: int | None = None
    ) -> Clock:
        """Start a clock of this kind; one of the same kind and office that still runs is cancelled first."""
        self.stop(request, kind, at=at, outcome="cancelled", office=office)
        value = clocks.start(ClockKind(kind), minutes or allowed_minutes(request, kind), at)
        row = Clock(request=request, kind=kind, office=office)
        row.take(value)
        row.save()
        self.settle(request)
        return row

    def pause(self, request: Any, *, at: datetime, reason: str) -> None:
        """Stand still, all that run; `reason` is a key of labels.PAUSES."""
        for row in self.running().filter(request=request, paused_at=None):
            row.take(clocks.pause(row.value, at, hall_calendar()))
            row.paused_at, row.pause_reason = at, reason
            row.save()
        self.settle(request)

    def resume(self, request: Any, *, at: datetime) -> None:
        for row in self.running().filter(request=request).exclude(paused_at=None):
            row.take(clocks.resume(row.value, at))
            row.paused_at, row.pause_reason = None, ""
            row.save()
        self.settle(request)

    def stop(self, request: Any, *kinds: str, at: datetime, outcome: str = "", office: Any = None) -> None:
        """Stop those of `kinds` (all, where none is named) that run: met or missed by themselves, or as `outcome` says.

        With `office`, only that office's.
        """
        rows = self.running().filter(request=request)
        if office is not None:
            rows = rows.filter(office=office)
        for row in rows.filter(kind__in=kinds) if kinds else rows:
            value = clocks.stop(row.value, at, hall_calendar())
            row.take(value)
            row.outcome = outcome or value.outcome
            row.paused_at = None
            row.save()
        self.settle(request)

    def extend(self, request: Any, kind: str, *, minutes: int, at: datetime) -> Clock | None:
        """Allow `minutes` more. None where no such clock runs."""
        row = self.running().filter(request=request, kind=kind).first()
        if row is not None:
            row.renew(clocks.extend(row.value, minutes), at)
            row.save()
            self.settle(request)
        return row

    def recompute(self, request: Any, *, at: datetime, more: int = 0) -> None:
        """After a change of urgency, service or department: the citizen's clocks by the present objectives, what was
        used stays used. `more`: minutes granted in extensions.
        """
        kinds = (ClockKind.FIRST_CONTACT, ClockKind.RESOLVE)
        for row in self.running().filter(request=request, kind__in=kinds):
            allowed = allowed_minutes(request, row.kind) + (more if row.kind == ClockKind.RESOLVE else 0)
            row.renew(clocks.recompute(row.value, at, hall_calendar(), allowed=allowed).clock, at)
            row.save()
        self.settle(request)

    def revive(self, request: Any, *, stopped: datetime, at: datetime) -> None:
        """The request's own clocks cancelled at `stopped` run again from `at`, with what they had used by then."""
        for row in self.filter(request=request, office=None, stopped_at=stopped, outcome=clocks.CANCELLED):
            row.take(replace(row.value, stopped=None, outcome="", running_since=at))
            row.save()
        self.settle(request)

    def dues(self, request: Any) -> dict[str, str]:
        """The citizen's deadlines as they are now, for the trace of a change; "" while a clock stands still."""
        rows = self.running().filter(request=request, office=None).values_list("kind", "due_at")
        return {kind: due.isoformat() if due else "" for kind, due in rows}

    def settle(self, request: Any) -> None:
        """Set the request's own deadline from its clocks. Writes the one column; the caller may hold the row."""
        request.due_at = min(
            (due for due in self.running().filter(request=request).values_list("due_at", flat=True) if due),
            default=None,
        )
        type(request).objects.filter(pk=request.pk).update(due_at=request.due_at)


class Clock(models.Model):
    """One clock: `used` working minutes were gone when it last began to run at `running_since` (None: stands still)."""

    request = models.ForeignKey("ServiceRequest", on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=14)  # rules.clocks.ClockKind
    office = models.ForeignKey("Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    allowed = models.PositiveIntegerField()  # working minutes
    used = models.FloatField(default=0)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=16, blank=True)
    due_at = models.DateTimeField(null=True)  # None while it stands still
    stopped_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)  # met, missed, cancelled
    warned_at = models.DateTimeField(null=True)
    level = models.PositiveSmallIntegerField(default=0)  # of escalation: 0 none
    look_at = models.DateTimeField(null=True)  # when the worker must look next

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["look_at"], condition=Q(stopped_at=None), name="clock_look"),
            models.Index(fields=["request", "kind"], name="clock_request"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at=None) | Q(running_since=None), name="a_paused_clock_does_not_run"
            ),
            models.UniqueConstraint(
                F("request"),
                F("kind"),
                Coalesce(F("office"), 0, output_field=models.BigIntegerField()),
                condition=Q(stopped_at=None),
                name="one_running_clock_of_a_kind",
            ),
        ]

    @property
    def value(self) -> clocks.Clock:
        """As the pure core reckons with it."""
        return clocks.Clock(
            kind=ClockKind(self.kind),
            allowed=self.allowed,
            started=self.started_at,
            used=self.used,
            running_since=self.running_since,
            stopped=self.stopped_at,
            outcome=self.outcome,
        )

    def renew(self, value: clocks.Clock, at: datetime) -> None:
        """Take over a clock with another time allowed: warned and late only if it is so under the new time."""
        calendar = hall_calendar()
        self.level = clocks.escalations(value, at, calendar)
        if clocks.spent(value, at, calendar) < clocks.WARN * value.allowed:
            self.warned_at = None
        self.take(value)

    def take(self, value: clocks.Clock) -> None:
        """Take over what the pure core reckoned, with the deadline and the next look of the worker. Saves nothing."""
        calendar = hall_calendar()
        self.allowed, self.used = value.allowed, value.used
        self.started_at, self.running_since = value.started, value.running_since
        self.stopped_at, self.outcome = value.stopped, value.outcome
        self.due_at = clocks.due(value, calendar)
        self.look_at = (
            None
            if value.stopped or not value.running_since
            else clocks.next_look(value, calendar, warned=self.warned_at is not None, level=self.level)
        )


def earliest(rows: Iterable[Clock]) -> Clock | None:
    """The clock whose deadline comes first."""
    return min((row for row in rows if row.due_at), key=lambda row: row.due_at, default=None)
