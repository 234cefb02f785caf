"""Departments: made, described, merged and split, without losing history. Seed 3.5.1, 5.2; row B6.

What is open goes on at the department that takes over, with a sending of its own; what is closed stays under the name
of the department that closed it. A report never goes to who took over the work of the department it accuses: it goes
back to the centre. A reform is not undone; a department that ended can be made anew under another code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.timezone import localdate

from openhall.actions import permit
from openhall.actions.reforming import DEPARTMENTS, Heirs, Moved, hand_on
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.language import Wording
from openhall.models import Area, Office, User, record, record_many
from openhall.models.event import Fact
from openhall.moment import now

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_CODE = 50
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """A department as described; no areas means the whole town. `code` counts when it is made, and stays."""

    name: Wording
    code: str = ""
    kind: str = Office.Kind.FUNCTIONAL.value
    contact: Wording = field(default_factory=dict)
    areas: Sequence[Area] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What one department takes over in a split: services and people by row id."""

    office: Office | Particulars
    services: frozenset[int] = frozenset()
    staff: frozenset[int] = frozenset()


@transaction.atomic
def create(about: Particulars, *, by: User | None) -> Office:
    """A new department. BadInput naming every problem."""
    permit(by, "catalogue.manage")
    return _make(about, by)


@transaction.atomic
def change(office: Office, about: Particulars, *, by: User | None) -> Office:
    """Its name, kind, areas and how it is reached. BadInput naming every problem; NotAllowed for one that ended."""
    permit(by, "catalogue.manage")
    office = Office.objects.select_for_update().get(pk=office.pk)
    _require_current(office)
    _check(about)
    if about.kind != office.kind and office.kind in DEPARTMENTS and about.kind not in DEPARTMENTS:
        _require_idle(office)
    office.name, office.kind, office.contact = dict(about.name), about.kind, dict(about.contact)
    office.save(update_fields=["name", "kind", "contact"])
    office.areas.set(about.areas)
    record("office.changed", office, by=by, code=office.code, department=office.name)
    return office


@transaction.atomic
def merge(offices: Iterable[Office], *, into: Office | Particulars, by: User | None) -> tuple[Office, Moved]:
    """These departments become one, new or one that there is; returns it and what moved.

    NotAllowed for an office that is no department or has ended; BadInput for a new one that cannot be made so.
    """
    permit(by, "office.reform")
    taken_over = [into.pk] if isinstance(into, Office) else []
    olds = _locked(one for one in offices if one.pk not in taken_over)
    if len(olds) + len(taken_over) < 2:
        raise BadInput(
            Problem(N_("Departments"), N_("fewer than two are chosen."), N_("Choose those that become one."))
        )
    heir = _heir(into, by)
    _widen(heir, olds, new=not taken_over)
    moved = _reform(olds, Heirs((heir,)), by)
    names = [one.name for one in olds]
    record_many(
        [
            Fact(
                "office.merged",
                one,
                by=by,
                data={
                    "department": one.name,
                    "into": heir.name,
                    "office": heir.pk,
                    "requests": len(moved.requests),
                    "merged": names,
                },
            )
            for one in olds
        ]
        + list(moved.facts(by))
    )
    return heir, moved


@transaction.atomic
def split(office: Office, shares: Sequence[Share], *, by: User | None) -> tuple[list[Office], Moved]:
    """A department becomes several, by services and people; the first takes over what no other is named for.

    NotAllowed for an office that is no department or has ended; BadInput for a new one that cannot be made so, or a
    service or person named twice.
    """
    permit(by, "office.reform")
    (old,) = _locked([office])
    _check_shares(old, shares)
    heirs = [_heir(share.office, by) for share in shares]
    for heir, share in zip(heirs, shares, strict=True):
        _widen(heir, [old], new=isinstance(share.office, Particulars))
    plan = Heirs(tuple(heirs), _by_pk(heirs, shares, "services"), _by_pk(heirs, shares, "staff"))
    moved = _reform([old], plan, by)
    data = {"department": old.name, "into": [one.name for one in heirs], "requests": len(moved.requests)}
    record_many([Fact("office.split", old, by=by, data=data), *moved.facts(by)])
    return heirs, moved


def _by_pk(heirs: Sequence[Office], shares: Sequence[Share], what: str) -> Mapping[int, Office]:
    return {pk: heir for heir, share in zip(heirs, shares, strict=True) for pk in getattr(share, what)}


# --- one department -----------------------------------------------------------------------------------------------


def _make(about: Particulars, by: User | None) -> Office:
    problems = _problems(about)
    if not CODE.fullmatch(about.code) or len(about.code) > LONGEST_CODE:
        problems.append(
            Problem(
                N_("Code"), N_("it is not usable."), N_("Use small letters, digits and hyphens, as “parks”.")
            )
        )
    elif Office.objects.filter(code=about.code).exists():
        problems.append(Problem(N_("Code"), N_("another department has it."), N_("Choose another one.")))
    if problems:
        raise BadInput(N_("The department cannot be made like this."), problems=problems)
    last = Office.objects.order_by("-position").values_list("position", flat=True).first() or 0
    office = Office.objects.create(
        code=about.code,
        name=dict(about.name),
        kind=about.kind,
        contact=dict(about.contact),
        position=last + 1,
    )
    office.areas.set(about.areas)
    record("office.created", office, by=by, code=office.code, department=office.name)
    return office


def _check(about: Particulars) -> None:
    if problems := _problems(about):
        raise BadInput(N_("The department cannot be made like this."), problems=problems)


def _problems(about: Particulars) -> list[Problem]:
    problems = []
    if not any(text.strip() for text in about.name.values()):
        problems.append(Problem(N_("Name"), N_("it is missing."), N_("Give it in one language at least.")))
    if any(len(text) > LONGEST_NAME for text in about.name.values()):
        problems.append(
            Problem(
                N_("Name"),
                N_("it has more than {most} characters."),
                N_("Shorten it."),
                {"most": LONGEST_NAME},
            )
        )
    if about.kind not in Office.Kind.values:
        problems.append(Problem(N_("Kind"), N_("it is not chosen."), N_("Choose one.")))
    return problems


def _require_current(office: Office) -> None:
    if office.ended_on is not None:
        raise NotAllowed(N_("{office} has ended. It stays as it was."), office=str(office))


def _require_idle(office: Office) -> None:
    """A department with open requests stays a department."""
    if office.led.filter(is_open=True).exists():
        raise NotAllowed(
            N_("{office} has open requests, so it stays a department. Send them elsewhere first."),
            office=str(office),
        )


# --- several ------------------------------------------------------------------------------------------------------


def _locked(offices: Iterable[Office]) -> list[Office]:
    """Their rows, locked in the order of their keys."""
    keys = {one.pk for one in offices}
    olds = list(Office.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    for one in olds:
        _require_department(one)
    return olds


def _require_department(office: Office) -> None:
    _require_current(office)
    if office.kind not in DEPARTMENTS:
        raise NotAllowed(
            N_("{office} is no department. Only departments are merged and split."), office=str(office)
        )


def _heir(wanted: Office | Particulars, by: User | None) -> Office:
    if isinstance(wanted, Particulars):
        if wanted.kind not in DEPARTMENTS:
            raise BadInput(Problem(N_("Kind"), N_("it is no department."), N_("Choose another one.")))
        return _make(wanted, by)
    heir = Office.objects.select_for_update().get(pk=wanted.pk)
    _require_department(heir)
    return heir


def _widen(heir: Office, olds: Sequence[Office], *, new: bool) -> None:
    """The heir serves where those before it did; the whole town where one of them did."""
    whose = [*olds] if new else [heir, *olds]
    areas = [set(one.areas.all()) for one in whose]
    heir.areas.set(set().union(*areas) if all(areas) else ())


def _check_shares(old: Office, shares: Sequence[Share]) -> None:
    named = [pk for share in shares for pk in share.services]
    people = [pk for share in shares for pk in share.staff]
    problems = []
    if len(shares) < 2:
        problems.append(
            Problem(N_("Departments"), N_("fewer than two are named."), N_("Name those that take over."))
        )
    if any(isinstance(share.office, Office) and share.office.pk == old.pk for share in shares):
        problems.append(
            Problem(
                N_("Departments"), N_("a department cannot take over from itself."), N_("Choose another one.")
            )
        )
    if len(named) > len(set(named)) or len(people) > len(set(people)):
        problems.append(
            Problem(N_("Services and people"), N_("one is named twice."), N_("Name each for one department."))
        )
    known = set(old.staff.values_list("pk", flat=True))
    if set(people) - known:
        problems.append(
            Problem(N_("People"), N_("somebody does not work there."), N_("Choose from those who do."))
        )
    if problems:
        raise BadInput(N_("The department cannot be split like this."), problems=problems)


def _reform(olds: Sequence[Office], heirs: Heirs, by: User | None) -> Moved:
    """The old ones end, the heirs take over all that is theirs."""
    at = now()
    for old in olds:
        old.ended_on = localdate(at)
        old.save(update_fields=["ended_on"])
        old.successors.set(heirs.offices)
    return hand_on(olds, heirs, at=at)
