"""The ledger of rewards and sanctions: every entry with its ground and the figures it rested on, as they were. Row C7.

Nothing is ever deleted: an entry that was wrong is taken back with a reason, and both stay to be read.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import Award, Office, User, record
from openhall.moment import now
from openhall.reads import assessment
from openhall.rules.assessment import INDICATORS

SHORTEST_GROUND = 20  # characters


@transaction.atomic
def award(
    *,
    kind: str,
    ground: str,
    office: Office | None = None,
    user: User | None = None,
    indicator: str = "",
    period: assessment.Period | None = None,
    by: User,
) -> Award:
    """Enter a reward or sanction of a department or a person, never of oneself or the own department.

    With an `indicator` and a `period` the figures of that time are frozen into it. BadInput for what is missing.
    """
    permit(by, "assessment.award")
    _check(kind, ground, office, user, indicator, period)
    if (user is not None and user.pk == by.pk) or (office is not None and office.pk == by.office_id):
        raise NotAllowed(N_("Nobody enters a reward or sanction for themselves or their own department."))
    facts = assessment.frozen(indicator, period, office=office, user=user) if indicator and period else {}
    row = Award.objects.create(
        kind=kind,
        office=office,
        user=user,
        indicator=indicator,
        facts=facts,
        ground=ground.strip(),
        on=timezone.localdate(now()),
        by=by,
    )
    record("award.given", row, by=by, award=kind, indicator=indicator, **facts)
    return row


@transaction.atomic
def take_back(entry: Award, *, reason: str, by: User) -> Award:
    """Take an entry back; it stays in the ledger with the reason."""
    permit(by, "assessment.award")
    row = Award.objects.select_for_update().get(pk=entry.pk)
    if row.taken_back:
        raise NotAllowed(N_("This entry was taken back already."))
    if row.user_id == by.pk:
        raise NotAllowed(N_("Nobody takes back an entry about themselves."))
    row.taken_back = _words(reason, N_("Reason"))
    row.save(update_fields=["taken_back"])
    record("award.taken_back", row, by=by)
    return row


def _check(
    kind: str,
    ground: str,
    office: Office | None,
    user: User | None,
    indicator: str,
    period: assessment.Period | None,
) -> None:
    if kind not in Award.Kind.values:
        raise BadInput(Problem(N_("Kind"), N_("it is not chosen."), N_("Choose one.")))
    if (office is None) == (user is None):
        raise BadInput(
            Problem(N_("Whom"), N_("name a department or a person, one of the two."), N_("Choose one."))
        )
    if indicator and (indicator not in INDICATORS or period is None):
        raise BadInput(Problem(N_("Indicator"), N_("it is not known."), N_("Choose one of the list.")))
    _words(ground, N_("Ground"))


def _words(text: str, place: str) -> str:
    if len(text.strip()) < SHORTEST_GROUND:
        raise BadInput(
            Problem(
                place,
                N_("at least {least} characters are needed."),
                N_("Say it in a sentence."),
                {"least": SHORTEST_GROUND},
            )
        )
    return text.strip()
