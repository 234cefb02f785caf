"""What staff know, have learnt and wish, when they are away, and how departments rate their joint work. Row B7.

A wish is the person's own. A rating of joint work is shown in figures of three or more only; the event does not say it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from openhall.actions import keep, locked, permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import JointRating, Office, ServiceRequest, Training, User, record
from openhall.moment import now

LEVELS = {5: N_("Very well"), 4: N_("Well"), 3: N_("Fairly well"), 2: N_("Badly"), 1: N_("Very badly")}
MOST_SKILLS = 30
LONGEST_SKILL = 40
LONGEST_WISH = 2000
MOST_HOURS = Decimal(400)


@transaction.atomic
def set_skills(person: User, *, skills: Iterable[str], by: User | None) -> User:
    """Set what somebody knows; words repeated are kept once."""
    permit(by, "staff.manage", person)
    person = _locked(person)
    found = list(dict.fromkeys(skill.strip() for skill in skills if skill.strip()))
    if len(found) > MOST_SKILLS or any(len(skill) > LONGEST_SKILL for skill in found):
        raise BadInput(
            Problem(
                N_("Skills"),
                N_("at most {most} of {longest} characters each are kept."),
                N_("Shorten the list."),
                {"most": MOST_SKILLS, "longest": LONGEST_SKILL},
            )
        )
    person.skills = found
    person.save(update_fields=["skills"])
    record("staff.skills_set", person, by=by, skills=len(found))
    return person


@transaction.atomic
def add_training(
    person: User, *, title: str, on: date, hours: Decimal, skill: str = "", by: User | None
) -> Training:
    """Enter a course somebody took; the skill it taught joins the person's skills."""
    permit(by, "staff.manage", person)
    person = _locked(person)
    _check_training(title, on, hours)
    skill = skill.strip()[:LONGEST_SKILL]
    row = Training.objects.create(user=person, title=title.strip()[:160], skill=skill, on=on, hours=hours)
    if skill and skill not in person.skills and len(person.skills) < MOST_SKILLS:
        person.skills = [*person.skills, skill]
        person.save(update_fields=["skills"])
    record("staff.trained", person, by=by, training=row.pk)
    return row


@transaction.atomic
def set_absence(person: User, *, until: date | None, by: User | None) -> User:
    """Say until when somebody is away (None: here again); nobody away is suggested for a request. One's own, or by
    who manages staff.
    """
    own = by is not None and by.pk == person.pk
    permit(by, "staff.self" if own else "staff.manage", person)
    person = _locked(person)
    today = timezone.localdate(now())
    if until is not None and not today <= until <= today + timedelta(days=730):
        raise BadInput(
            Problem(N_("Away until"), N_("the day is past or too far ahead."), N_("Choose a day to come."))
        )
    person.absent_until = until
    person.save(update_fields=["absent_until"])
    record("staff.absence_set", person, by=by)
    return person


@transaction.atomic
def set_wish(*, text: str, by: User) -> User:
    """Write down one's own career wish, or empty it."""
    permit(by, "staff.self")
    if len(text) > LONGEST_WISH:
        raise BadInput(
            Problem(N_("Wish"), N_("it has more than {most} characters."), "", {"most": LONGEST_WISH})
        )
    person = _locked(by)
    person.wish = text.strip()
    person.save(update_fields=["wish"])
    record("staff.wish_set", person, by=by)
    return person


@transaction.atomic
def rate_joint(
    request: ServiceRequest,
    *,
    office: Office,
    level: int,
    remark: str = "",
    by: User,
    seen: int | None = None,
) -> JointRating:
    """Rate how another department worked with one's own on a closed request, 1 to 5: the lead rates those that
    assisted, they rate the lead, each once.
    """
    permit(by, "request.handle", request)
    request = locked(request, seen)
    if request.is_open:
        raise NotAllowed(N_("Joint work is rated once the request is closed."))
    if office not in joint_partners(request, by):
        raise NotAllowed(
            N_("Your department did not work with {office} on it, or has rated it."), office=str(office)
        )
    if level not in LEVELS:
        raise BadInput(Problem(N_("Rating"), N_("it is not chosen."), N_("Choose one of the five levels.")))
    row = JointRating.objects.create(
        request=request, by_office=by.office, office=office, level=level, remark=remark.strip(), by=by
    )
    keep(request)
    record("staff.joint_rated", row, request=request, by=by, office=office.pk, department=office.name)
    return row


def joint_partners(request: ServiceRequest, by: User) -> list[Office]:
    """The departments this person's own may rate for joint work on the request. Two queries."""
    sent = list(request.assignments.filter(ended_at=None).select_related("office"))
    mine = next((one for one in sent if one.office_id == by.office_id), None)
    if mine is None:
        return []
    rated = set(request.joint_ratings.filter(by_office=by.office_id).values_list("office", flat=True))
    return [one.office for one in sent if one.part != mine.part and one.office_id not in rated]


# --- parts ----------------------------------------------------------------------------------------------------------


def _locked(person: User) -> User:
    return User.objects.select_for_update().get(pk=person.pk)


def _check_training(title: str, on: date, hours: Decimal) -> None:
    problems = []
    if not title.strip():
        problems.append(Problem(N_("Title"), N_("it is empty."), N_("Say what was learnt.")))
    if on > timezone.localdate(now()):
        problems.append(Problem(N_("Day"), N_("it is to come."), N_("Enter it when it was taken.")))
    if not 0 < hours <= MOST_HOURS:
        problems.append(
            Problem(N_("Hours"), N_("they must be between 0 and {most}."), "", {"most": int(MOST_HOURS)})
        )
    if problems:
        raise BadInput(N_("This training cannot be entered."), problems=problems)
