"""Screen returned sheets: put what the validity rules find on record, and decide about it. Nothing is ever
deleted but a finding that is no longer true and that no person has decided. Seed 4.1.

Of a large wave the worker does what takes long: `screen_large`.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from openhall.actions import permit
from openhall.actions.deciding import checked_reason, decide_some, decided, split, take_back_some
from openhall.actions.findings import OF_RULES, TWINS, Screened, bring, locked, write_void
from openhall.errors import N_, NotAllowed
from openhall.models import Event, Flag, Response, User, Wave, record
from openhall.reads.screening import OTHER, scope, with_twins
from openhall.reads.screening_large import AT_ONCE, is_large, judged, parts, rows


def apply_rules(wave: Wave, *, by: User | None, only: Collection[int] | None = None) -> Screened:
    """Bring the findings of all rules up to date, for the wave or for the sheets `only` and their twins.

    Can be repeated at will. What a person decided stays decided. The sheets are read and judged before
    anything is locked, so that many of them keep no citizen waiting; if something came in meanwhile, again.
    """
    permit(by, "sheet.key")
    wave = Wave.objects.select_related("version").get(pk=wave.pk)
    if only is not None:
        with transaction.atomic():
            return _apply(locked(wave), only)
    seen, found = _state(wave), judged(wave, rows(scope(wave)))
    with transaction.atomic():
        wave = locked(wave)
        done = bring(wave, scope(wave), found) if _state(wave) == seen else _apply(wave)
        if done:
            record("sheets.screened", wave, by=by, **done.facts)
    return done


def _apply(wave: Wave, only: Collection[int] | None = None) -> Screened:
    """The rules on the sheets as they are now. More twins than can be compared at once are left to the worker."""
    rules = OF_RULES
    if only is not None:
        alike = with_twins(wave, only)
        rules = OF_RULES if len(alike) <= AT_ONCE else OF_RULES - TWINS
        only = alike if len(alike) <= AT_ONCE else only
    sheets = scope(wave, only)
    found = judged(wave, rows(sheets))
    return bring(wave, sheets, {key: told for key, told in found.items() if key[1] in rules}, rules)


@transaction.atomic
def decide(response: Response, *, rule: str, exclude: bool, reason: str, by: User | None) -> Flag:
    """Exclude or keep a sheet because of one finding; `other` excludes for a reason no rule knows."""
    permit(by, "sheet.decide", response)
    wave = locked(response.wave)
    reason = checked_reason(reason)
    flag = Flag.objects.filter(response=response, rule=rule).first()
    if flag is None:
        if rule != OTHER:
            raise NotAllowed(N_("This rule found nothing on this sheet."))
        flag = Flag(response=response, wave=wave, rule=OTHER)
    flag.verdict = Flag.Verdict.VOID if exclude else Flag.Verdict.KEPT
    flag.reason, flag.by = reason, by
    flag.save()
    write_void(Response.objects.filter(pk=response.pk))
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
    wave = locked(response.wave)
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
    wave, reason = locked(wave), checked_reason(reason)
    excluded, kept = split(wave, rule, choice)
    if not excluded and not kept:
        raise NotAllowed(N_("There is nothing left to decide for this rule."))
    for verdict, chosen in ((Flag.Verdict.VOID, excluded), (Flag.Verdict.KEPT, kept)):
        for chunk in parts(chosen):
            decide_some(chunk, verdict=verdict, reason=reason, by=by)
    record("sheets.decided", wave, by=by, rule=rule, reason=reason, excluded=len(excluded), kept=len(kept))
    return len(excluded) + len(kept)


@transaction.atomic
def restore_all(wave: Wave, *, rule: str, verdict: str, reason: str, by: User | None) -> int:
    """Take back every decision with this rule, verdict and reason. Returns how many."""
    permit(by, "sheet.decide")
    wave = locked(wave)
    count = _take_back(wave, decided(wave, rule, verdict, reason), None)
    if not count:
        raise NotAllowed(N_("There is no decision to take back."))
    record("sheets.restored", wave, by=by, rule=rule, reason=reason, count=count)
    return count


def _state(wave: Wave) -> tuple[int | None, int | None]:
    """How many complete sheets there are, and the wave's last event: the same while nothing came between."""
    sheets = Response.objects.filter(wave=OuterRef("pk")).complete().order_by().values("wave")
    events = Event.objects.filter(wave=OuterRef("pk")).order_by().values("wave")
    state = Wave.objects.filter(pk=wave.pk).values_list(
        Subquery(sheets.annotate(number=Count("pk")).values("number")),
        Subquery(events.annotate(last=Max("pk")).values("last")),
    )
    return state.get()


def _take_back(wave: Wave, flags: QuerySet[Flag], only: list[int] | None) -> int:
    """Clear the decisions and let the rules speak again; in a large wave as they spoke before."""
    count = sum(take_back_some(wave, chunk) for chunk in parts(list(flags.values_list("pk", flat=True))))
    if count and (only is not None or not is_large(wave)):
        _apply(wave, only)
    return count
