"""Staff: who knows what their department's services ask for, who has learnt what, who is away. Seed 3.5.2; row B7.

The internal survey is a wave of the survey engine like any other; its report is found by its questionnaire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from openhall.models import Award, Office, Service, User, Version, Wave
from openhall.moment import now
from openhall.rules.permissions import DEPARTMENT, Role

SURVEY = "staff_satisfaction"  # key of the questionnaire, in the package and here


def people(user: User) -> list[User]:
    """Those whose staff page this person may read, by department, with `hours` of training."""
    found = User.objects.filter(is_active=True).exclude(role="").select_related("office")
    if user.role == Role.HEAD:
        found = found.filter(office=user.office_id).exclude(office=None)
    return list(
        found.annotate(hours=Sum("trainings__hours")).order_by("office__position", "first_name", "pk")
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """A skill a department's services ask for, with who of it has it; `here`: those of them not away."""

    skill: str
    services: list[str]
    having: list[User]
    here: int


@dataclass(frozen=True, slots=True)
class Post:
    """A department: its people, and each skill its services ask for, the one nobody has first."""

    office: Office
    staff: list[User]
    skills: list[Gap]
    hours: Decimal

    @property
    def missing(self) -> list[Gap]:
        return [gap for gap in self.skills if not gap.having]


def posts(user: User) -> list[Post]:
    """Departments with what their services ask for against what their people know. Three queries."""
    today = timezone.localdate(now())
    staff: dict[int, list[User]] = {}
    for one in people(user):
        if one.office_id and one.role in DEPARTMENT:
            staff.setdefault(one.office_id, []).append(one)
    asked: dict[int, dict[str, list[str]]] = {}
    services = Service.objects.filter(active=True).prefetch_related("competences")
    for service in services:
        for competence in service.competences.all():
            for skill in service.skills:
                names = asked.setdefault(competence.office_id, {}).setdefault(skill, [])
                if str(service) not in names:
                    names.append(str(service))
    offices = Office.objects.departments()
    if user.role == Role.HEAD:
        offices = offices.filter(pk=user.office_id)
    return [
        Post(
            office,
            staff.get(office.pk, []),
            _gaps(asked.get(office.pk, {}), staff.get(office.pk, []), today),
            sum((one.hours or Decimal(0) for one in staff.get(office.pk, [])), Decimal(0)),
        )
        for office in offices
        if office.pk in staff or office.pk in asked
    ]


def _gaps(asked: dict[str, list[str]], staff: list[User], today: date) -> list[Gap]:
    found = []
    for skill, services in asked.items():
        having = [one for one in staff if skill in one.skills]
        here = sum(one.absent_until is None or one.absent_until < today for one in having)
        found.append(Gap(skill, services, having, here))
    return sorted(found, key=lambda gap: (len(gap.having), gap.skill))


def missing_skills(person: User) -> list[str]:
    """Skills the services of the person's department ask for that this person has not."""
    services = Service.objects.filter(active=True, competences__office=person.office_id).distinct()
    asked = [skill for skills in services.values_list("skills", flat=True) for skill in skills]
    return [skill for skill in dict.fromkeys(asked) if skill not in person.skills]


def awards_of(person: User) -> list[Award]:
    """The ledger's entries about this person and their department."""
    whose = Q(user=person) | Q(office=person.office_id, office__isnull=False)
    return list(Award.objects.filter(whose).select_related("by", "office", "user"))


def survey_version() -> Version | None:
    """The newest version of the staff questionnaire that is here."""
    return Version.objects.filter(questionnaire__key=SURVEY).order_by("-number").first()


def survey_waves() -> list[Wave]:
    """The waves of the staff survey, the newest first."""
    return list(Wave.objects.filter(version__questionnaire__key=SURVEY).order_by("-pk"))
