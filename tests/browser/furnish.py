"""What the demo town does not have, made by the actions themselves, so that every page has something to show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from openhall.actions import (
    anchor,
    duties,
    handle,
    import_sheets,
    issue,
    key_sheet,
    notify,
    questionnaires,
    report,
    staff,
    verify_log,
    waves,
)
from openhall.hashing import code_hash
from openhall.models import Evaluation, Notice, Office, Party, Service, ServiceRequest, User, Wave
from openhall.surveys.codes import new_code

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000000200"
    "01e221bc330000000049454e44ae426082"
)


def furnish() -> dict[str, Any]:
    """Fill what is empty. Tells, in what JSON can say, what a visitor cannot find by links:

    `hidden`: addresses only a form leads to, by user name. `codes`: number and secret code of one request of each
    `condition`. `duty`: the code of a slip. `rating`: the code of an invitation.
    """
    by = {user.username: user for user in User.objects.all()}
    _desk(by)
    cases = conditions(ServiceRequest.objects.order_by("pk"))
    return {
        "hidden": {"analyst": _study(by["analyst"]), "dispatcher": [_records_alike()]},
        "codes": {what: (number, _secret(number)) for what, number in cases.items()},
        "duty": _duty(by["clerk"]),
        "rating": _rating(),
    }


def condition(case: ServiceRequest) -> str:
    """What its page looks like rests on this: the state and the most particular thing that happened."""
    return " ".join([case.state, *list(_particulars(case))[:1]])


def _particulars(case: ServiceRequest) -> Iterator[str]:
    yield from (f"{ask.kind} {ask.state}" for ask in case.asks.all()[:1] if case.is_open)
    yield from (f"screening {mark.state}" for mark in case.screenings.all()[:1])
    yield from (f"rectification {row.state}" for row in case.rectifications.all()[:1])
    if case.confidential:
        yield "confidential"
    if case.supervisions.filter(kind="order").exists():
        yield "order"
    if case.supervisions.filter(kind="sample").exclude(verdict="").exists():
        yield "sampled"
    if case.outcome in ("withdrawn", "duplicate", "refused"):
        yield case.outcome


def conditions(cases: Iterable[ServiceRequest]) -> dict[str, str]:
    """The number of one request of each condition."""
    found: dict[str, str] = {}
    for case in cases:
        found.setdefault(condition(case), case.number)
    return found


def _secret(number: str) -> str:
    """A new code for a request whose code nobody knows any more."""
    code = new_code()
    ServiceRequest.objects.filter(number=number).update(secret=code_hash(code))
    return code


def _duty(by: User) -> str:
    """A duty that can be renewed today; the code of its slip."""
    service = Service.objects.exclude(renew_days=None).exclude(renew_days=0).first()
    facts = (("Cubic metres in 90 days", "240"), ("Contact", "the owner"))
    party = Party.objects.filter(merged_into=None).first()
    return duties.set_duty(party, service=service, due_on=duties.today(), facts=facts, by=by).code


def _rating() -> str:
    """The code of an invitation to rate that nobody has answered."""
    code = new_code()
    waiting = Evaluation.objects.filter(level=None, request__is_open=False).order_by("-expires_at").first()
    Evaluation.objects.filter(pk=waiting.pk).update(token=code_hash(code))
    return code


def _records_alike() -> str:
    """Where two records of one person are compared before they are joined."""
    one, other = Party.objects.filter(name__in=("George Lane", "Lane George"))
    return reverse("desk:party_merge", args=[one.pk, other.pk])


def _desk(by: dict[str, User]) -> None:
    """A file, an absence, mail that failed, the log as it was checked."""
    mine = ServiceRequest.objects.filter(state="handling", lead=by["handler"].office).first()
    photo = SimpleUploadedFile("lamp.png", PNG, "image/png")
    handle.note(mine, text="The plate of the pole.", files=[photo], by=by["handler"])
    staff.set_absence(by["handler2"], until=timezone.localdate() + timedelta(days=3), by=by["head2"])
    unknown, failed = Notice.objects.filter(state=Notice.State.CREATED)[:2]
    notify.not_sent(failed, "550 no such mailbox")
    Notice.objects.filter(pk=unknown.pk).update(state=Notice.State.SENDING)
    anchor.publish()
    verify_log.verify(verify_log.request_verification(by=by["auditor"]).pk)


def _study(analyst: User) -> list[str]:
    """A draft, a wave not yet open, a file waiting, a sheet keyed twice, a report in the making."""
    study, autumn = Wave.objects.get(key="demo-2018"), Wave.objects.get(key="demo-autumn")
    office = Office.objects.first()
    draft = questionnaires.new_draft(study.version, by=analyst)
    planned = waves.plan_wave(
        plan=waves.Plan(name={"en": "Next", "zh": "下次"}, version=draft, shares=(waves.Share(office),)),
        by=analyst,
    )
    token = import_sheets.keep(
        autumn, SimpleUploadedFile("late.csv", b"serial,office\n1,nowhere\n"), by=analyst
    )
    marks = {question.key: "3" if question.options[2:] else "1" for question in autumn.version.asked}
    issue.print_sheets(autumn.allocations.first(), copies=2, by=analyst)
    key_sheet.key_sheet(autumn, serial="1", marks=marks, by=analyst)
    key_sheet.key_again(autumn, serial="1", marks=marks | {"s1": "5"}, by=analyst)
    output = report.request_file(study, language="en", format="pdf", by=analyst)
    return [
        reverse("desk:wave_open", args=[planned.key]),
        reverse("desk:import_check", args=[autumn.key, token]),
        reverse("desk:output", args=[study.key, output.pk]),
        *(reverse(f"desk:{name}", args=[autumn.key]) for name in ("screening", "differences", "wave_paper")),
    ]
