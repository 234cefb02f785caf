"""The catalogue: services, who is competent for them, areas, and the power, responsibility and negative lists.

Nothing is deleted: what is no longer offered is retired, and requests that name it keep it. Seed 3.4.3, 5.2; row B4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from openhall.actions import permit
from openhall.errors import N_, BadInput, Problem
from openhall.language import Wording
from openhall.models import Area, Competence, ListItem, Office, Service, User, record
from openhall.rules.demand import DemandClass

CODE = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
LONGEST_CODE = 50
LONGEST_NAME = 160
LONGEST_TEXT = 4000
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Competent:
    """An office that has a service, in one area or (None) everywhere."""

    office: Office
    part: str = Competence.Part.LEAD.value
    area: Area | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """A service as described. `code` counts when it is made, and stays."""

    name: Wording
    code: str = ""
    description: Wording = field(default_factory=dict)
    group: Wording = field(default_factory=dict)
    keywords: Sequence[str] = ()
    needs_place: bool = False
    demand: str = ""
    power: ListItem | None = None
    skills: Sequence[str] = ()
    resolve_days: int | None = None
    renew_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """An item of one of the three lists. `code` and `kind` count when it is made, and stay."""

    title: Wording
    code: str = ""
    kind: str = ""
    text: Wording = field(default_factory=dict)
    basis: Wording = field(default_factory=dict)
    refer_to: Wording = field(default_factory=dict)
    office: Office | None = None


# --- services -----------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_service(
    service: Service | None, about: ServiceFacts, competent: Iterable[Competent], *, by: User | None
) -> Service:
    """A service made (None) or changed, with the offices competent for it. BadInput naming every problem."""
    permit(by, "catalogue.manage")
    competent = list(competent)
    problems = _service_problems(about, competent)
    if service is None:
        problems += _code_problems(about.code, Service)
    if problems:
        raise BadInput(N_("The service cannot be kept like this."), problems=problems)
    row = Service.objects.select_for_update().get(pk=service.pk) if service else _new_service(about)
    row.name, row.description, row.group = dict(about.name), dict(about.description), dict(about.group)
    row.keywords, row.skills = list(about.keywords), list(about.skills)
    row.needs_place, row.demand, row.power = about.needs_place, about.demand, about.power
    row.resolve_days, row.renew_days = about.resolve_days, about.renew_days
    row.save()
    _competences(row, competent)
    record("service.changed" if service else "service.created", row, by=by, code=row.code, service=row.name)
    return row


@transaction.atomic
def retire_service(service: Service, *, back: bool = False, by: User | None) -> Service:
    """No longer offered, or with `back` offered again. Requests that have it keep it."""
    permit(by, "catalogue.manage")
    row = Service.objects.select_for_update().get(pk=service.pk)
    row.active = back
    row.save(update_fields=["active"])
    record("service.offered" if back else "service.retired", row, by=by, code=row.code, service=row.name)
    return row


def _new_service(about: ServiceFacts) -> Service:
    last = Service.objects.aggregate(last=Max("position"))["last"] or 0
    return Service(code=about.code, position=last + 1)


def _competences(row: Service, competent: Sequence[Competent]) -> None:
    row.competences.all().delete()
    Competence.objects.bulk_create(
        Competence(service=row, office=one.office, part=one.part, area=one.area) for one in competent
    )


def _service_problems(about: ServiceFacts, competent: Sequence[Competent]) -> list[Problem]:
    problems = _name_problems(about.name, N_("Name"))
    if about.demand and about.demand not in set(DemandClass):
        problems.append(Problem(N_("Usual class"), N_("it is not known."), N_("Choose one.")))
    for place, days in ((N_("Working days to settle"), about.resolve_days), (N_("Days"), about.renew_days)):
        if days is not None and not 1 <= days <= MOST_DAYS:
            problems.append(
                Problem(place, N_("it is a number from 1 to {most}."), N_("Correct it."), {"most": MOST_DAYS})
            )
    if about.power is not None and about.power.kind == ListItem.Kind.NEGATIVE:
        problems.append(
            Problem(
                N_("Item of the lists"),
                N_("it says that this is not ours."),
                N_("Choose a power or a responsibility."),
            )
        )
    return problems + _competence_problems(competent)


def _competence_problems(competent: Sequence[Competent]) -> list[Problem]:
    problems = []
    place = N_("Competent departments")
    named = [(one.office.pk, one.area.pk if one.area else None) for one in competent]
    if len(named) > len(set(named)):
        problems.append(
            Problem(place, N_("one is named twice for the same area."), N_("Take one of the two out."))
        )
    for one in competent:
        if one.office.ended_on or one.office.kind == Office.Kind.HALL:
            problems.append(
                Problem(
                    place,
                    N_("{office} cannot be given requests."),
                    N_("Choose another one."),
                    {"office": str(one.office)},
                )
            )
    return problems


# --- list items ---------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_item(item: ListItem | None, about: ItemFacts, *, by: User | None) -> ListItem:
    """An item made (None) or changed. BadInput naming every problem.

    What it said before is in the event, because decisions rest on it.
    """
    permit(by, "catalogue.manage")
    problems = _name_problems(about.title, N_("Title"))
    for place, wording in ((N_("Text"), about.text), (N_("Basis"), about.basis)):
        problems += _length_problems(wording, place, LONGEST_TEXT)
    if item is None:
        problems += _code_problems(about.code, ListItem)
        if about.kind not in ListItem.Kind.values:
            problems.append(Problem(N_("List"), N_("it is not chosen."), N_("Choose one.")))
    if problems:
        raise BadInput(N_("The item cannot be kept like this."), problems=problems)
    row = (
        ListItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
        if item
        else ListItem(code=about.code, kind=about.kind)
    )
    before = {name: getattr(row, name) for name in ("title", "text", "basis", "refer_to")} if item else {}
    row.title, row.text = dict(about.title), dict(about.text)
    row.basis, row.refer_to, row.office = dict(about.basis), dict(about.refer_to), about.office
    row.save()
    record(
        "item.changed" if item else "item.created", row, by=by, code=row.code, item=row.title, before=before
    )
    return row


@transaction.atomic
def retire_item(item: ListItem, *, back: bool = False, by: User | None) -> ListItem:
    """No longer a ground of new decisions, or with `back` one again. Decisions that rest on it keep it."""
    permit(by, "catalogue.manage")
    row = ListItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    row.active = back
    row.save(update_fields=["active"])
    record("item.offered" if back else "item.retired", row, by=by, code=row.code, item=row.title)
    return row


# --- areas --------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_area(area: Area | None, *, code: str = "", name: Wording, by: User | None) -> Area:
    """An area made (None) or renamed. BadInput naming every problem."""
    permit(by, "catalogue.manage")
    problems = _name_problems(name, N_("Name"))
    if area is None:
        problems += _code_problems(code, Area)
    if problems:
        raise BadInput(N_("The area cannot be kept like this."), problems=problems)
    last = Area.objects.aggregate(last=Max("position"))["last"] or 0
    row = Area.objects.select_for_update().get(pk=area.pk) if area else Area(code=code, position=last + 1)
    row.name = dict(name)
    row.save()
    record("area.changed" if area else "area.created", row, by=by, code=row.code, area=row.name)
    return row


# --- what they share ----------------------------------------------------------------------------------------------


def _code_problems(code: str, of: type[Service] | type[ListItem] | type[Area]) -> list[Problem]:
    if not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        return [
            Problem(N_("Code"), N_("it is not usable."), N_("Use letters, digits and hyphens, as “P-07”."))
        ]
    if of.objects.filter(code=code).exists():
        return [Problem(N_("Code"), N_("it is taken."), N_("Choose another one."))]
    return []


def _name_problems(name: Wording, place: str) -> list[Problem]:
    if not any(text.strip() for text in name.values()):
        return [Problem(place, N_("it is missing."), N_("Give it in one language at least."))]
    return _length_problems(name, place, LONGEST_NAME)


def _length_problems(wording: Wording, place: str, most: int) -> list[Problem]:
    if all(len(text) <= most for text in wording.values()):
        return []
    return [Problem(place, N_("it has more than {most} characters."), N_("Shorten it."), {"most": most})]
