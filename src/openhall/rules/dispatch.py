"""Which department and which person a request should go to, and why: plain points for what the catalogue, the area,
like cases, skills and load say. A dispatcher decides; nobody accused and nobody gone is ever suggested. Seed 5.3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from openhall.errors import N_
from openhall.language import Wording
from openhall.rules.suggestion import Reason

Name = str | Wording

# What each piece of evidence is worth; together 1.
CATALOGUE, LIKE, SKILL, AREA, LOAD = 0.5, 0.2, 0.15, 0.1, 0.05
RETURNED = 0.2  # taken off where everything sent came back
PERSON_SKILL, PERSON_KNOWS, PERSON_LOAD = 0.5, 0.2, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A department as the record knows it. `areas` None serves everywhere; `load` is open requests a person;
    `like_here` of `like_all` like cases were settled here; `returned` of `sent` like requests came back.
    `ended`: it was merged or split, and `successors` do its work.
    """

    office: int
    name: Name
    leads: bool = False  # the catalogue names it for the service
    assists: bool = False  # the catalogue says it helps with the service
    areas: frozenset[str] | None = None
    load: float | None = None
    like_here: int = 0
    like_all: int = 0
    skills: tuple[Name, ...] = ()  # of those the service needs, the ones its people have
    returned: int = 0
    sent: int = 0
    accused: bool = False  # by this request, a report of wrongdoing
    ended: bool = False
    successors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggested:
    """A department to send to, points from 0 to 1, and the reasons."""

    office: int
    name: Name
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A department that is not suggested although something speaks for it, and why."""

    office: int
    name: Name
    reason: Reason


@dataclass(frozen=True, slots=True)
class Proposal:
    """Departments to lead, best first; departments the service says assist the lead; who was left out and why."""

    lead: tuple[Suggested, ...] = ()
    assisting: tuple[Suggested, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def suggest(
    candidates: Iterable[Candidate], *, service: Name, area: str = "", area_name: Name = ""
) -> Proposal:
    """Ranks departments for a request about `service` in `area` ("" where the place does not matter).

    What speaks for a department that ended speaks for its successors. A department that is accused is left out, and
    so is whoever took over its work. Without any evidence nobody is suggested: the dispatcher reads the request.

    >>> roads = Candidate(office=1, name="Roads", leads=True, like_here=8, like_all=10)
    >>> for reason in suggest([roads], service="Street lighting").lead[0].reasons:
    ...     print(reason)
    The catalogue names this department for “Street lighting”.
    8 of 10 like cases were settled here.
    """
    given = {one.office: one for one in sorted(candidates, key=lambda one: one.office)}
    accused = _and_successors(given, {one.office for one in given.values() if one.accused})
    heirs, taken_over = _inherit(given)
    left_out = [
        LeftOut(one.office, one.name, _whose_work(given, one.office))
        for one in given.values()
        if one.ended and _relevant(one)
    ]
    able = []
    for one in filter(_relevant, heirs.values()):
        reason = _barred(one, one.office in accused, area, area_name or area)
        if reason is None:
            able.append(one)
        else:
            left_out.append(LeftOut(one.office, one.name, reason))
    loads = [one.load for one in able if one.load is not None]
    suggested = {one.office: _suggested(one, service, area_name or area, loads, taken_over) for one in able}
    lead = _ranked(suggested[one.office] for one in able if _may_lead(one))
    first = lead[0].office if lead else None
    assisting = _ranked(suggested[one.office] for one in able if one.assists and one.office != first)
    return Proposal(lead, assisting, tuple(left_out))


def _relevant(one: Candidate) -> bool:
    return _may_lead(one) or one.assists or one.accused


def _may_lead(one: Candidate) -> bool:
    """Whether anything but the catalogue's word on assisting speaks for it."""
    return bool(one.leads or one.like_here or one.skills)


def _ranked(suggested: Iterable[Suggested]) -> tuple[Suggested, ...]:
    return tuple(sorted(suggested, key=lambda one: (-one.score, one.office)))


def _final(given: Mapping[int, Candidate], office: int) -> tuple[int, ...]:
    """The departments that do the work today of one that ended, over several reforms."""
    seen, todo, final = {office}, [office], []
    while todo:
        one = given.get(todo.pop(0))
        if one is None:
            continue
        if not one.ended:
            final.append(one.office)
            continue
        todo += [heir for heir in one.successors if heir not in seen]
        seen.update(one.successors)
    return tuple(final)


def _and_successors(given: Mapping[int, Candidate], accused: set[int]) -> set[int]:
    return accused.union(*(_final(given, office) for office in accused))


def _inherit(given: Mapping[int, Candidate]) -> tuple[dict[int, Candidate], dict[int, list[Name]]]:
    """The departments of today with what their predecessors earned, and the predecessors' names.

    Like cases go over only where one department took all the work; nobody knows how they divide otherwise.
    """
    today = {office: one for office, one in given.items() if not one.ended}
    taken_over: dict[int, list[Name]] = {}
    for old in (one for one in given.values() if one.ended):
        heirs = _final(given, old.office)
        for office in heirs:
            heir = today[office]
            alone = len(heirs) == 1
            today[office] = replace(
                heir,
                leads=heir.leads or old.leads,
                assists=heir.assists or old.assists,
                like_here=heir.like_here + (old.like_here if alone else 0),
                like_all=max(heir.like_all, old.like_all),
            )
            if old.leads or old.assists or (alone and old.like_here):
                taken_over.setdefault(office, []).append(old.name)
    return today, taken_over


def _whose_work(given: Mapping[int, Candidate], office: int) -> Reason:
    heirs = [given[heir].name for heir in _final(given, office)]
    if heirs:
        return Reason(N_("It has ended; its work is done by {heirs}."), {"heirs": heirs})
    return Reason(N_("It has ended and the record names nobody who took over its work."))


def _barred(one: Candidate, accused: bool, area: str, area_name: Name) -> Reason | None:
    if accused and one.accused:
        return Reason(N_("The report accuses this department, so it may not see it."))
    if accused:
        return Reason(N_("It took over the work of the department the report accuses."))
    if area and one.areas is not None and area not in one.areas:
        return Reason(N_("It does not serve {area}."), {"area": area_name})
    return None


def _suggested(
    one: Candidate, service: Name, area: Name, loads: Sequence[float], taken_over: Mapping[int, list[Name]]
) -> Suggested:
    score, reasons = 0.0, []
    if one.leads:
        score += CATALOGUE
        reasons.append(
            Reason(N_("The catalogue names this department for “{service}”."), {"service": service})
        )
    if one.assists:
        reasons.append(
            Reason(N_("The catalogue says this department assists with “{service}”."), {"service": service})
        )
    if names := taken_over.get(one.office):
        reasons.append(Reason(N_("It took over the work of {names}."), {"names": names}))
    if one.like_here:
        score += LIKE * one.like_here / (max(one.like_all, one.like_here) + 2)  # two cases of doubt
        values = {"here": one.like_here, "all": max(one.like_all, one.like_here)}
        reasons.append(Reason(N_("{here} of {all} like cases were settled here."), values))
    if one.skills:
        score += SKILL
        reasons.append(Reason(N_("People here are trained for {skills}."), {"skills": one.skills}))
    if area and one.areas is not None:
        score += AREA
        reasons.append(Reason(N_("It serves {area}."), {"area": area}))
    if one.load is not None and len(loads) > 1:
        score += LOAD / (1 + one.load - min(loads))
        reasons.append(_load(one.load, loads))
    if one.returned:
        score -= RETURNED * one.returned / (one.sent + 2)
        values = {"returned": one.returned, "sent": one.sent}
        reasons.append(Reason(N_("{returned} of {sent} like requests sent here came back."), values))
    return Suggested(one.office, one.name, round(min(1.0, max(0.0, score)), 4), tuple(reasons))


def _load(load: float, loads: Sequence[float]) -> Reason:
    values = {"load": _number(load), "count": len(loads), "least": _number(min(loads))}
    if load <= min(loads):
        return Reason(N_("Open requests a person: {load}, the least of {count} departments."), values)
    return Reason(N_("Open requests a person: {load}; the least of {count} departments is {least}."), values)


def _number(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A person of the department. `skills` are the codes of what they are trained for, `knows` how many earlier
    requests of this citizen or about this place they handled, `load` their open requests.
    """

    person: int
    name: str
    skills: frozenset[str] = frozenset()
    load: int = 0
    knows: int = 0
    absent: bool = False
    accused: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person to assign, points from 0 to 1, and the reasons."""

    person: int
    name: str
    score: float
    reasons: tuple[Reason, ...]


def suggest_persons(workers: Iterable[Worker], *, needs: Mapping[str, Name]) -> tuple[Person, ...]:
    """Ranks the persons of a department, best first; `needs`: the skills the service asks for and their names.

    Who is absent or accused is not suggested.

    >>> ann, bob = Worker(person=1, name="Ann", load=3), Worker(person=2, name="Bob", load=1)
    >>> [person.name for person in suggest_persons([ann, bob], needs={})]
    ['Bob', 'Ann']
    """
    able = [worker for worker in workers if not worker.absent and not worker.accused]
    least = min((worker.load for worker in able), default=0)
    ranked = [_person(worker, needs, least, len(able)) for worker in able]
    return tuple(sorted(ranked, key=lambda one: (-one.score, one.person)))


def _person(worker: Worker, needs: Mapping[str, Name], least: int, count: int) -> Person:
    reasons = []
    has = [name for code, name in needs.items() if code in worker.skills]
    lacks = [name for code, name in needs.items() if code not in worker.skills]
    score = PERSON_SKILL * (len(has) / len(needs) if needs else 1.0)
    if has:
        reasons.append(Reason(N_("Trained for {skills}."), {"skills": has}))
    if lacks:
        reasons.append(Reason(N_("Not trained for {skills}."), {"skills": lacks}))
    if worker.knows:
        score += PERSON_KNOWS
        reasons.append(Reason(N_("Handled earlier requests like it: {count}."), {"count": worker.knows}))
    score += PERSON_LOAD / (1 + worker.load - least)
    values = {"load": worker.load, "least": least, "count": count}
    if worker.load == least:
        reasons.append(Reason(N_("Open requests: {load}, the least of {count} people."), values))
    else:
        reasons.append(Reason(N_("Open requests: {load}; the least of {count} people is {least}."), values))
    return Person(worker.person, worker.name, round(score, 4), tuple(reasons))
