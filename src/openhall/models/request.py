"""The service request (Open311's word) and who works on it. Seed 3.4, 5.3; rows C1 to C9.

State and outcome are apart (`rules.workflow`). `edition` grows with every act, so that of two people who act at once
the second is told what changed. What citizens wrote stands here and in `Message`, never in an event.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from openhall.errors import N_
from openhall.models.clock import Clock
from openhall.rules import workflow
from openhall.rules.clocks import ClockKind
from openhall.rules.permissions import OWN, Reach, Role

if TYPE_CHECKING:
    from openhall.models.staff import User


class Channel(models.TextChoices):
    WEB = "web", N_("Website")
    WINDOW = "window", N_("Window")
    PHONE = "phone", N_("Telephone")
    LETTER = "letter", N_("Letter")
    VISIT = "visit", N_("Visit")
    BOX = "box", N_("Suggestion box")
    EMAIL = "email", N_("E-mail")
    MESSAGING = "messaging", N_("Message app")
    RECEPTION = "reception", N_("Leader's reception day")


# What lists are filtered by beside urgency and time (`reads.queues`), and what decides who may see a request.
FILTERED = (
    *("state", "lead", "handler", "service", "area", "demand", "channel", "groups"),
    *("confidential", "accused", "entered_by", "entered_at_office"),
)


class RequestQuerySet(models.QuerySet):
    def open(self) -> RequestQuerySet:
        return self.filter(is_open=True)

    def visible_to(self, user: User) -> RequestQuerySet:
        """Those this person may see: the same rule as `reach` and `rules.permissions.may`, as a condition."""
        if not user.may("request.view"):
            return self.none()
        seen = self
        if user.office_id:
            seen = seen.exclude(accused__in=user.stands_for())
        role = Role(user.role)
        if "request.view" in OWN.get(role, frozenset()):
            if not user.office_id:
                return self.none()
            helped = Assignment.objects.filter(
                office=user.office_id, ended_at=None, part=Assignment.Part.ASSISTING
            )
            # + 0: no index of `lead` alone, which has years of closed ones; lists come in an order of their own
            seen = seen.alias(lead_=F("lead_id") + 0).filter(
                Q(lead_=user.office_id) | Q(pk__in=helped.values("request"))
            )
        if role in {Role.CLERK, Role.ANALYST, Role.SCREENER}:
            seen = seen.filter(Q(confidential=False) | Q(entered_by=user))
        return seen

    def public(self) -> RequestQuerySet:
        """Those of the public register: facts only, never what is confidential."""
        return self.filter(listed=True, confidential=False)

    def in_order(self) -> RequestQuerySet:
        """What needs somebody first: urgency, then the next deadline."""
        return self.order_by("urgency", F("due_at").asc(nulls_last=True), "pk")


class ServiceRequest(models.Model):
    """What a citizen, company or body asks, complains of, reports, suggests or praises."""

    number = models.CharField(
        max_length=12, unique=True
    )  # surveys.codes.new_code: random, with a check character
    secret = models.CharField(
        max_length=64, blank=True
    )  # HMAC of the secret code that opens it without an account
    once = models.CharField(
        max_length=36, unique=True, null=True
    )  # the form's own key: sent twice, made once
    state = models.CharField(
        max_length=12,
        choices=[(key.value, name) for key, name in workflow.STATE_NAMES.items()],
        default=workflow.RECEIVED.value,
    )
    is_open = models.BooleanField(default=True)  # kept with the state, for the lists
    outcome = models.CharField(
        max_length=16, choices=[(key.value, name) for key, name in workflow.OUTCOME_NAMES.items()], blank=True
    )
    edition = models.PositiveIntegerField(default=1)

    # what
    demand = models.CharField(max_length=12, blank=True)  # rules.demand.DemandClass
    service = models.ForeignKey(
        "Service", null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    urgency = models.PositiveSmallIntegerField(default=3)  # 1 most urgent
    urgency_why = models.JSONField(default=dict)  # the suggestion and, where staff changed it, their reason
    subject = models.CharField(max_length=160)
    text = models.TextField()
    language = models.CharField(max_length=12, default="en")
    area = models.ForeignKey("Area", null=True, blank=True, on_delete=models.PROTECT, related_name="requests")
    place = models.CharField(max_length=200, blank=True)  # in words
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    groups = models.JSONField(default=list)  # special situations: rules.demand.SPECIAL

    # who: whose it is, who brought it, who wrote it down
    party = models.ForeignKey(
        "Party", null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )  # None: anonymous
    reported_by = models.ForeignKey(
        "Party", null=True, blank=True, on_delete=models.PROTECT, related_name="reported"
    )
    entered_by = models.ForeignKey(
        "User", null=True, blank=True, on_delete=models.PROTECT, related_name="entered"
    )
    entered_at_office = models.ForeignKey(
        "Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.WEB)
    confidential = models.BooleanField(default=False)
    accused = models.ForeignKey(
        "Office", null=True, blank=True, on_delete=models.PROTECT, related_name="accused_in"
    )

    # who has it
    lead = models.ForeignKey("Office", null=True, blank=True, on_delete=models.PROTECT, related_name="led")
    handler = models.ForeignKey(
        "User", null=True, blank=True, on_delete=models.PROTECT, related_name="handled"
    )

    # how it ended
    reply = models.TextField(blank=True)  # the final answer, in words
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    listed = models.BooleanField(default=True)  # in the public register; never while confidential
    returns = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)

    due_at = models.DateTimeField(null=True)  # the earliest deadline that is running
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        indexes = [
            # The order of a list, then all that lists are filtered by: they are read out of the index alone.
            models.Index(
                fields=["urgency", "due_at", "id", "is_open", *FILTERED, "changed_at", "created_at"],
                condition=Q(is_open=True),
                name="request_open",
            ),
            models.Index(
                fields=["created_at", "id", "is_open", *FILTERED, "urgency", "outcome"],
                name="request_created",
            ),
            models.Index(
                fields=["lead", "urgency", "due_at", "id"], condition=Q(is_open=True), name="request_lead"
            ),
            models.Index(
                fields=["handler", "urgency", "due_at", "id"],
                condition=Q(is_open=True),
                name="request_handler",
            ),
            models.Index(
                fields=["state", "urgency", "due_at", "id"], condition=Q(is_open=True), name="request_state"
            ),
            models.Index(fields=["changed_at", "id"], name="request_changed"),
            models.Index(fields=["closed_at", "id"], name="request_closed"),
            models.Index(fields=["area", "place"], name="request_place"),  # earlier ones at the same place
            # of the public register, by each thing it is filtered by; `outcome` also tells the open ones
            *(
                models.Index(
                    fields=[first, "created_at", "id", "outcome", "demand", *others],
                    condition=Q(listed=True, confidential=False),
                    name=f"register_{first}",
                )
                for first, others in (
                    ("service", ("area", "lead")),
                    ("area", ("service", "lead")),
                    ("lead", ("service", "area")),
                )
            ),
            models.Index(
                fields=["closed_at", "outcome", "demand", "service", "area", "lead"],
                condition=Q(listed=True, confidential=False),
                name="register_closed",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(urgency__range=(1, 5)), name="urgency_one_to_five"),
            models.CheckConstraint(
                condition=Q(is_open=True, outcome="") & ~Q(state="closed")
                | Q(is_open=False, state="closed") & ~Q(outcome=""),
                name="closed_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def reach(self, user: User) -> Reach:
        """Whose it is, for `rules.permissions.may`. One query, or none where the assignments were prefetched."""
        offices = {one.office_id for one in self.assignments.all() if one.ended_at is None}
        offices |= {self.lead_id, self.entered_at_office_id} - {None}
        accused = self.accused_id
        if accused is not None and accused in user.stands_for():
            accused = user.office_id  # it took over the work of the accused department
        return Reach(frozenset(offices), accused, self.confidential, own=self.entered_by_id == user.pk)

    @property
    def anonymous(self) -> bool:
        return self.party_id is None

    def move(self, step: str, *, outcome: str = "", now: datetime | None = None) -> None:
        """Into the state after `step`; NotAllowed where it does not lead on. Saves nothing."""
        self.state = workflow.after(self.state, step, led=self.lead_id is not None)
        self.is_open = self.state != workflow.CLOSED
        if not self.is_open:
            self.outcome, self.closed_at, self.due_at = outcome, now, None
        elif step == "reopen":
            self.outcome, self.closed_at = "", None


class AssignmentQuerySet(models.QuerySet):
    def leave_ended(self, request: ServiceRequest, *, at: datetime) -> None:
        """End what is still sent to departments that have ended; no lead where it was one of them. Saves no request."""
        gone = self.filter(request=request, ended_at=None).exclude(office__ended_on=None)
        gone.update(ended_at=at, ended_how="reformed")
        if request.lead_id and request.lead.ended_on:
            request.lead = request.handler = None

    def reopen(self, request: ServiceRequest, *, at: datetime) -> None:
        """Open a closed request again where it was: the lead department signs anew, assisting parts stay done, the time
        to settle it begins again. Where no department had it, or that one has ended, the centre has it. The caller
        saves the request with `lead` and `handler`.
        """
        self.leave_ended(request, at=at)
        request.move("reopen")
        sent = self.filter(request=request, part=Assignment.Part.LEAD, ended_at=None)
        if request.lead_id and not sent.update(sent_at=at, signed_at=None, signed_by=None):
            self.create(
                request=request,
                office_id=request.lead_id,
                part=Assignment.Part.LEAD,
                handler=request.handler,
                sent_at=at,
            )
        Clock.objects.begin(request, ClockKind.RESOLVE, at=at)
        if request.lead_id:
            Clock.objects.begin(request, ClockKind.SIGN_FOR, at=at, office=request.lead)


class Assignment(models.Model):
    """A request sent to an office, as lead or assisting; ended when somebody else took its place."""

    class Part(models.TextChoices):
        LEAD = "lead", N_("Lead")
        ASSISTING = "assisting", N_("Assisting")

    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="assignments")
    office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="assignments")
    part = models.CharField(max_length=10, choices=Part.choices)
    handler = models.ForeignKey("User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why = models.JSONField(default=list)  # the reasons of the suggestion, or what the dispatcher wrote
    instruction = models.TextField(blank=True)  # what the centre asks of this office
    sent_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)  # an assisting office has done its part
    report = models.TextField(blank=True)  # what it did
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, blank=True)  # returned, transferred, reformed

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["part", "pk"]
        indexes = [
            models.Index(fields=["office", "ended_at", "request"], name="assignment_office"),
            models.Index(
                fields=["office", "signed_at", "ended_at", "request"],
                condition=Q(ended_at=None, signed_at=None),
                name="assignment_unsigned",
            ),
            models.Index(
                fields=["office", "part", "ended_at", "handler", "request"],
                condition=Q(part="assisting", ended_at=None),
                name="assignment_assisting",
            ),
            models.Index(
                fields=["office", "part", "done_at", "ended_at", "request"],
                condition=Q(part="assisting", ended_at=None, done_at=None),
                name="assignment_undone",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(part="lead", ended_at=None), name="one_lead_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["request", "office"], condition=Q(ended_at=None), name="one_assignment_per_office"
            ),
        ]
        # "assisting" sorts before "lead" by name; pages that want the lead first ask for "-part"


class AskQuerySet(models.QuerySet):
    def lapse(self, request: ServiceRequest, *, at: datetime) -> int:
        """Nobody needs to decide what is open any more: the request ended or went elsewhere. How many there were."""
        return self.filter(request=request, state="open").update(state="refused", decided_at=at)


class Ask(models.Model):
    """What a department asks of the centre about a request: to take it back, or for more time. Row C2."""

    class Kind(models.TextChoices):
        RETURN = "return", N_("Return")
        EXTENSION = "extension", N_("Extension")

    class State(models.TextChoices):
        OPEN = "open", N_("To decide")
        GRANTED = "granted", N_("Granted")
        REFUSED = "refused", N_("Refused")

    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="asks")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    days = models.PositiveSmallIntegerField(null=True)  # working days more
    suggests = models.ForeignKey("Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True)
    by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = AskQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind"], condition=Q(state="open"), name="one_open_ask_of_a_kind"
            )
        ]

    def reach(self, user: User) -> Reach:
        return self.request.reach(user)


class Decision(models.Model):
    """Whether a request is ours, and on what ground. Seed 3.4.3; row B4. Never changed: a new one follows."""

    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="decisions")
    accepted = models.BooleanField()
    scope = models.CharField(max_length=12)  # rules.decision.Scope
    eligible = models.CharField(max_length=12, blank=True)  # rules.decision: yes, no, unknown
    level = models.CharField(max_length=16, blank=True)  # rules.decision.Level
    resources = models.TextField(blank=True)
    ground = models.ForeignKey("ListItem", on_delete=models.PROTECT, related_name="decisions")
    reason = models.TextField(blank=True)
    refer_to = models.CharField(max_length=200, blank=True)  # whose it is, told to the citizen
    by = models.ForeignKey("User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
