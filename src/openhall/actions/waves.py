"""Planning, opening and closing a wave of fieldwork. Issuing its forms: `actions.issue`. Seed 4.1."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.language import Wording
from openhall.models import Allocation, Batch, Office, Response, User, Version, Wave, record
from openhall.rules import waves as rules
from openhall.surveys.checking import UNPRINTABLE


@dataclass(frozen=True, slots=True)
class Share:
    """One office's share of a plan: answers hoped for, and answers accepted at most."""

    office: Office
    target: int | None = None
    quota: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a wave is to be. `name` is a wording; `planned` the sheets the plan asks for in all."""

    name: Wording
    version: Version
    shares: tuple[Share, ...] = ()
    planned: int | None = None
    closes_on: date | None = None
    min_seconds: int = 20
    listed: bool = False


@transaction.atomic
def plan_wave(*, plan: Plan, by: User | None) -> Wave:
    """A new wave, still a draft. BadInput names what is wrong with the plan."""
    permit(by, "wave.manage")
    _check(plan, {})
    wave = Wave(version=plan.version)
    _write(wave, plan, {})
    record("wave.planned", wave, by=by)
    return wave


@transaction.atomic
def change_wave(wave: Wave, *, plan: Plan, stamp: str | None = None, by: User | None) -> Wave:
    """A changed plan. Once opened, the version and offices with questionnaires stay; the rest may change.

    `stamp` is `stamp_of` the plan the change began from. BadInput where a quota is below what was accepted,
    NotAllowed where the version of an opened wave would change, or somebody else has changed the plan meanwhile.
    """
    permit(by, "wave.manage", wave)
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    present = {
        share.office_id: share for share in wave.allocations.select_for_update().select_related("office")
    }
    if wave.of_ratings:
        raise NotAllowed(N_("Ratings of services have no plan: they come in as requests are closed."))
    if stamp is not None and stamp != stamp_of(wave):
        template = N_(
            "Somebody else changed this plan while you were changing it, so yours was not saved."
            " Look at the plan as it is now on another page, then save yours again if it is still right."
        )
        raise NotAllowed(template)
    if wave.state != Wave.State.DRAFT and plan.version.pk != wave.version_id:
        raise NotAllowed(
            N_("People have been asked with this version, so it stays. Plan a new wave for another version.")
        )
    _check(plan, present, wave)
    _write(wave, plan, present)
    record("wave.changed", wave, by=by)
    return wave


@transaction.atomic
def open_wave(wave: Wave, *, by: User | None) -> Wave:
    """Start the fieldwork, or start it again: answers are accepted from now on and the version is frozen.

    BadInput names what is missing; NotAllowed where it is open already.
    """
    permit(by, "wave.manage", wave)
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    version = Version.objects.select_for_update().get(pk=wave.version_id)
    again = wave.state == Wave.State.CLOSED
    wave.state = rules.after(wave.state, "open")
    today = timezone.localdate()
    _refuse(
        rules.opening_problems(
            offices=wave.allocations.count(),
            questions=len(version.asked.questions),
            closes_on=wave.closes_on,
            today=today,
        ),
        N_("The wave cannot be opened yet."),
    )
    wave.opened_on, wave.closed_on = wave.opened_on or today, None
    wave.save(update_fields=["state", "opened_on", "closed_on"])
    version.frozen = True
    version.save(update_fields=["frozen"])
    record("wave.reopened" if again else "wave.opened", wave, by=by)
    return wave


@transaction.atomic
def close_wave(wave: Wave, *, by: User | None) -> Wave:
    """End the fieldwork: no more answers are accepted from citizens. NotAllowed where it is not open."""
    permit(by, "wave.manage", wave)
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    wave.state = rules.after(wave.state, "close")
    wave.closed_on = timezone.localdate()
    wave.save(update_fields=["state", "closed_on"])
    record("wave.closed", wave, by=by)
    transaction.on_commit(_shuffle_answers, robust=True)
    return wave


def _shuffle_answers() -> None:
    """PostgreSQL keeps rows as they arrived, with transaction numbers: write them anew in the order of their
    random numbers. SQLite has stored them so from the first. Decision 0006.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CLUSTER openhall_response USING openhall_response_pkey")
            cursor.execute("CLUSTER openhall_unextracted USING openhall_unextracted_pkey")


def stamp_of(wave: Wave) -> str:
    """What tells one state of a plan from another: a fingerprint of all it says."""
    shares = sorted(wave.allocations.order_by().values_list("office", "target", "quota"))
    facts = (wave.name, wave.version_id, wave.planned, wave.closes_on, wave.min_seconds, wave.listed, shares)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _check(plan: Plan, present: dict[int, Allocation], wave: Wave | None = None) -> None:
    """Every problem of the plan at once, against what the offices already did."""
    chosen = {share.office.pk for share in plan.shares}
    places = [
        rules.Place(
            str(share.office),
            share.target,
            share.quota,
            present[share.office.pk].filled if share.office.pk in present else 0,
        )
        for share in plan.shares
    ]
    problems = rules.plan_problems(places, planned=plan.planned, min_seconds=plan.min_seconds)
    gone = [allocation for office, allocation in present.items() if office not in chosen]
    problems += rules.removal_problems(
        rules.Place(str(allocation.office), filled=allocation.filled, used=_used(allocation))
        for allocation in gone
    )
    if not any(text.strip() for text in plan.name.values()):
        problems.append(
            Problem(N_("Name"), N_("the wave has no name."), N_("Enter one, for example “Spring 2026”."))
        )
    if any(UNPRINTABLE.search(text) for text in plan.name.values()):
        message = N_("it has characters that cannot be printed.")
        problems.append(Problem(N_("Name"), message, N_("Remove them.")))
    if wave is not None and wave.state == Wave.State.OPEN:
        problems += rules.opening_problems(
            offices=len(places), questions=1, closes_on=plan.closes_on, today=timezone.localdate()
        )
    _refuse(problems, N_("The plan has mistakes."))


def _refuse(problems: list[Problem], template: str) -> None:
    if problems:
        raise BadInput(template, problems=problems)


def _used(allocation: Allocation) -> bool:
    """Whether anything was issued or came back at this office in this wave."""
    return (
        Batch.objects.filter(allocation=allocation).exists()
        or Response.objects.filter(wave=allocation.wave_id, office=allocation.office_id).exists()
    )


def _write(wave: Wave, plan: Plan, present: dict[int, Allocation]) -> None:
    """The wave's row and one row an office; the addresses of offices that stay remain as printed."""
    wave.name = {lang: text.strip() for lang, text in plan.name.items() if text.strip()}
    wave.version, wave.planned, wave.closes_on = plan.version, plan.planned, plan.closes_on
    wave.min_seconds, wave.listed = plan.min_seconds, plan.listed
    wave.save()
    wave.allocations.exclude(office__in=[share.office for share in plan.shares]).delete()
    for share in plan.shares:
        values = {"target": share.target, "quota": share.quota}
        if allocation := present.get(share.office.pk):
            Allocation.objects.filter(pk=allocation.pk).update(**values)
        else:
            Allocation.objects.create(wave=wave, office=share.office, **values)
