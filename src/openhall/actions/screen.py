"""Screen returned sheets: put what the validity rules find on record, and decide about it. Nothing is ever
deleted but a finding that is no longer true and that no person has decided. Seed 4.1.

A sheet is void while any finding on it is; `Response.void` names the first, in the order of the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import Event, Flag, Response, User, Wave, record
from openhall.reads.screening import OTHER, RULES, limits_of, load, scope
from openhall.surveys import validity

LONGEST_REASON = 500
_CHUNK = 5_000
Found = dict[tuple[int, str], tuple[str, dict[str, Any]]]
_VERDICTS = {validity.Verdict.VOID: Flag.Verdict.VOID, validity.Verdict.FLAG: Flag.Verdict.OPEN}


@dataclass(frozen=True, slots=True)
class Screened:
    """What applying the rules changed: findings new, changed, gone; sheets void now, and valid again."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    void: int = 0
    valid: int = 0

    def __bool__(self) -> bool:
        return any((self.new, self.changed, self.gone, self.void, self.valid))


def apply_rules(wave: Wave, *, by: User | None, only: Collection[int] | None = None) -> Screened:
    """Bring the findings of all rules up to date, for the wave or for the sheets `only` and their twins.

    Can be repeated at will. What a person decided stays decided. The sheets are read and judged before
    anything is locked, so that many of them keep no citizen waiting; if something came in meanwhile, again.
    """
    permit(by, "sheet.key")
    wave = Wave.objects.select_related("version").get(pk=wave.pk)
    seen, found = _state(wave), _judge(wave, only)
    with transaction.atomic():
        wave = _locked(wave)
        done = _apply(wave, only, found if _state(wave) == seen else None)
        if done and only is None:
            facts = {"new": done.new, "gone": done.gone, "void": done.void, "valid": done.valid}
            record("sheets.screened", wave, by=by, **facts)
    return done


@transaction.atomic
def decide(response: Response, *, rule: str, exclude: bool, reason: str, by: User | None) -> Flag:
    """Exclude or keep a sheet because of one finding; `other` excludes for a reason no rule knows."""
    permit(by, "sheet.decide", response)
    wave = _locked(response.wave)
    reason = _reason(reason)
    flag = Flag.objects.filter(response=response, rule=rule).first()
    if flag is None:
        if rule != OTHER:
            raise NotAllowed(N_("This rule found nothing on this sheet."))
        flag = Flag(response=response, rule=OTHER)
    flag.verdict = Flag.Verdict.VOID if exclude else Flag.Verdict.KEPT
    flag.reason, flag.by = reason, by
    flag.save()
    _write_void(Response.objects.filter(pk=response.pk))
    facts = {"rule": rule, "reason": reason, "serial": response.serial}
    if exclude:
        record("sheet.excluded", response, by=by, wave=wave, **facts)
    else:
        record("sheet.kept", response, by=by, wave=wave, **facts)
    return flag


@transaction.atomic
def restore(response: Response, *, rule: str, by: User | None) -> None:
    """Take a decision back: what the rule itself says holds again."""
    permit(by, "sheet.decide", response)
    wave = _locked(response.wave)
    flags = Flag.objects.filter(response=response, rule=rule).exclude(reason="")
    if not _take_back(wave, flags, [response.pk]):
        raise NotAllowed(N_("There is no decision to take back."))
    record("sheet.restored", response, by=by, wave=wave, rule=rule, serial=response.serial)


@transaction.atomic
def decide_all(wave: Wave, *, rule: str, choice: str, reason: str, by: User | None) -> int:
    """Decide everything one rule found and no person has decided: `keep`, `exclude`, or `exclude_copies`.

    The last keeps the first of all sheets alike, by serial number, and excludes the others.
    Returns how many sheets were excluded or kept.
    """
    permit(by, "sheet.decide")
    wave = _locked(wave)
    reason = _reason(reason)
    flags = Flag.objects.filter(response__wave=wave, rule=rule, reason="")
    excluded, kept = _split(wave, flags, rule, choice)
    if not excluded and not kept:
        raise NotAllowed(N_("There is nothing left to decide for this rule."))
    for verdict, chosen in ((Flag.Verdict.VOID, excluded), (Flag.Verdict.KEPT, kept)):
        for chunk in _chunks(chosen):
            Flag.objects.filter(pk__in=chunk).update(verdict=verdict, reason=reason, by=by, at=timezone.now())
    _write_void(Response.objects.filter(wave=wave))
    record("sheets.decided", wave, by=by, rule=rule, reason=reason, excluded=len(excluded), kept=len(kept))
    return len(excluded) + len(kept)


@transaction.atomic
def restore_all(wave: Wave, *, rule: str, verdict: str, reason: str, by: User | None) -> int:
    """Take back every decision with this rule, verdict and reason. Returns how many."""
    permit(by, "sheet.decide")
    wave = _locked(wave)
    flags = Flag.objects.filter(response__wave=wave, rule=rule, verdict=verdict, reason=reason).exclude(
        reason=""
    )
    count = _take_back(wave, flags, None)
    if not count:
        raise NotAllowed(N_("There is no decision to take back."))
    record("sheets.restored", wave, by=by, rule=rule, reason=reason, count=count)
    return count


def _locked(wave: Wave) -> Wave:
    """Rules and decisions of a wave wait for each other, so that none overwrites what it has not seen."""
    return Wave.objects.select_for_update(of=("self",)).select_related("version").get(pk=wave.pk)


def _state(wave: Wave) -> tuple[int | None, int | None]:
    """How many complete sheets there are, and the wave's last event: the same while nothing came between."""
    sheets = Response.objects.filter(wave=OuterRef("pk")).complete().order_by().values("wave")
    events = Event.objects.filter(wave=OuterRef("pk")).order_by().values("wave")
    state = Wave.objects.filter(pk=wave.pk).values_list(
        Subquery(sheets.annotate(number=Count("pk")).values("number")),
        Subquery(events.annotate(last=Max("pk")).values("last")),
    )
    return state.get()


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput(
            Problem(N_("Reason"), N_("it is missing."), N_("Say in a few words why."), {"field": "reason"})
        )
    if not reason.replace("\u200d", "").isprintable():
        message = N_("it has characters that cannot be printed.")
        raise BadInput(Problem(N_("Reason"), message, N_("Remove them."), {"field": "reason"}))
    if len(reason) > LONGEST_REASON:
        values = {"most": LONGEST_REASON, "field": "reason"}
        raise BadInput(Problem(N_("Reason"), N_("it has more than {most} characters."), "", values))
    return reason


def _apply(wave: Wave, only: Collection[int] | None, found: Found | None = None) -> Screened:
    """The rules against the stored findings: add the new, correct the changed, drop the no longer true."""
    sheets = scope(wave, only)
    found = _judge(wave, only) if found is None else found
    stored = {(flag.response_id, flag.rule): flag for flag in _flags(wave, only) if flag.rule != OTHER}
    new = [
        Flag(response_id=pk, rule=rule, verdict=verdict, detail=detail)
        for (pk, rule), (verdict, detail) in found.items()
        if (pk, rule) not in stored
    ]
    undecided = {key: flag for key, flag in stored.items() if not flag.reason}
    changed = [
        flag
        for key, flag in undecided.items()
        if key in found and (Flag.Verdict(flag.verdict), flag.detail) != found[key]
    ]
    gone = [flag.pk for key, flag in undecided.items() if key not in found]
    for flag in changed:
        flag.verdict, flag.detail = found[flag.response_id, flag.rule]
    Flag.objects.bulk_create(new, batch_size=_CHUNK)
    Flag.objects.bulk_update(changed, ["verdict", "detail"], batch_size=500)
    for chunk in _chunks(gone):
        Flag.objects.filter(pk__in=chunk).delete()
    void, valid = _write_void(sheets)
    return Screened(len(new), len(changed), len(gone), void, valid)


def _judge(wave: Wave, only: Collection[int] | None) -> Found:
    """What the rules find, by response and rule: the verdict and its details."""
    ids, given = load(wave, scope(wave, only))
    return {
        (ids[finding.index], finding.rule.value): (_VERDICTS[finding.verdict], dict(finding.values))
        for finding in validity.findings(wave.version.asked, given, limits=limits_of(wave))
    }


def _flags(wave: Wave, only: Collection[int] | None) -> QuerySet[Flag]:
    if only is None:
        return Flag.objects.filter(response__wave=wave)
    return Flag.objects.filter(response__in=scope(wave, only).values("pk"))


def _write_void(sheets: QuerySet[Response]) -> tuple[int, int]:
    """`Response.void` of these sheets from their findings. How many became void, how many count again."""
    place = {rule: number for number, rule in enumerate(RULES)}
    reasons: dict[int, str] = {}
    flags = Flag.objects.filter(response__in=sheets.values("pk"), verdict=Flag.Verdict.VOID)
    for pk, rule in flags.values_list("response_id", "rule"):
        reasons[pk] = min(reasons.get(pk, rule), rule, key=lambda name: place.get(name, len(place)))
    changes: defaultdict[str, list[int]] = defaultdict(list)
    became = again = 0
    for pk, void in sheets.values_list("pk", "void"):
        wanted = reasons.get(pk, "")
        if wanted != void:
            changes[wanted].append(pk)
            became += not void
            again += not wanted
    for wanted, pks in changes.items():
        for chunk in _chunks(pks):
            Response.objects.filter(pk__in=chunk).update(void=wanted)
    return became, again


def _take_back(wave: Wave, flags: QuerySet[Flag], only: list[int] | None) -> int:
    """Clear the decisions and let the rules speak again. A person's own reason stays on record as kept."""
    own = flags.filter(rule=OTHER, verdict=Flag.Verdict.VOID)
    count = own.update(verdict=Flag.Verdict.KEPT, at=timezone.now())
    count += flags.exclude(rule=OTHER).update(
        reason="", by=None, verdict=Flag.Verdict.OPEN, at=timezone.now()
    )
    if count:
        _apply(wave, only)
    return count


def _split(wave: Wave, flags: QuerySet[Flag], rule: str, choice: str) -> tuple[list[int], list[int]]:
    """Which findings are to be excluded and which kept."""
    if choice == "keep":
        return [], list(flags.values_list("pk", flat=True))
    if choice == "exclude":
        return list(flags.values_list("pk", flat=True)), []
    if choice != "exclude_copies" or rule != validity.Rule.DUPLICATE_SHEET:
        raise BadInput(N_("Choose what to do with the sheets."))
    kept_already = Flag.objects.filter(response__wave=wave, rule=rule, verdict=Flag.Verdict.KEPT)
    seen = set(kept_already.values_list("response__answers", flat=True))
    excluded, kept = [], []
    ordered = flags.order_by("response__serial", "response_id").values_list("pk", "response__answers")
    for pk, answers in ordered:
        (excluded if answers in seen else kept).append(pk)
        seen.add(answers)
    return excluded, kept


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
