"""Bring stored findings in line with what the rules find, and `Response.void` with the findings: for `screen` and
`screen_large`, inside their transactions. Seed 4.1.

A sheet is void while any finding on it is; `Response.void` names the first, in the order of the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass

from django.db.models import QuerySet

from openhall.models import Flag, Response, Wave
from openhall.reads.screening import OTHER, RULES
from openhall.reads.screening_large import PIECE, Found, parts
from openhall.surveys.validity import Rule

_PLACE = {rule: number for number, rule in enumerate(RULES)}
OF_RULES = frozenset(RULES) - {OTHER}
TWINS = frozenset({Rule.DUPLICATE_SHEET.value})  # what takes more than the sheet itself


@dataclass(frozen=True, slots=True)
class Screened:
    """What applying the rules changed: findings new, changed, gone; sheets void now, and valid again."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    void: int = 0
    valid: int = 0

    def __bool__(self) -> bool:
        return any(astuple(self))

    def __add__(self, other: Screened) -> Screened:
        return Screened(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    @property
    def facts(self) -> dict[str, int]:
        """What the record says."""
        return {"new": self.new, "gone": self.gone, "void": self.void, "valid": self.valid}


def locked(wave: Wave) -> Wave:
    """Rules and decisions of a wave wait for each other, so that none overwrites what it has not seen."""
    return Wave.objects.select_for_update(of=("self",)).select_related("version").get(pk=wave.pk)


def bring(
    wave: Wave, sheets: QuerySet[Response], found: Found, rules: Collection[str] = OF_RULES
) -> Screened:
    """What these rules found against the stored findings of these sheets: add the new, correct the changed, drop the
    no longer true. What a person decided stays decided."""
    flags = Flag.objects.filter(response__in=sheets.order_by().values("pk"), rule__in=rules)
    stored = {(flag.response_id, flag.rule): flag for flag in flags}
    new = [
        Flag(response_id=pk, wave=wave, rule=rule, verdict=verdict, detail=detail)
        for (pk, rule), (verdict, detail) in found.items()
        if (pk, rule) not in stored
    ]
    undecided = {key: flag for key, flag in stored.items() if not flag.reason}
    changed = [flag for key, flag in undecided.items() if key in found and differs(flag, found)]
    gone = [flag.pk for key, flag in undecided.items() if key not in found]
    for flag in changed:
        flag.verdict, flag.detail = found[flag.response_id, flag.rule]
    Flag.objects.bulk_create(new, batch_size=PIECE)
    Flag.objects.bulk_update(changed, ["verdict", "detail"], batch_size=500)
    for chunk in parts(gone):
        Flag.objects.filter(pk__in=chunk).delete()
    void, valid = write_void(sheets)
    return Screened(len(new), len(changed), len(gone), void, valid)


def differs(flag: Flag, found: Found) -> bool:
    """Whether the rule says something else now."""
    return (Flag.Verdict(flag.verdict), flag.detail) != found[flag.response_id, flag.rule]


def why(rules: Iterable[str]) -> str:
    """Of the rules by which a sheet is void, the one that is named; empty where there is none."""
    return min(rules, key=lambda rule: _PLACE.get(rule, len(_PLACE)), default="")


def write_void(sheets: QuerySet[Response]) -> tuple[int, int]:
    """`Response.void` of these sheets from their findings. How many became void, how many count again."""
    reasons: defaultdict[int, list[str]] = defaultdict(list)
    sheets = sheets.order_by()
    flags = Flag.objects.filter(response__in=sheets.values("pk"), verdict=Flag.Verdict.VOID)
    for pk, rule in flags.values_list("response_id", "rule"):
        reasons[pk].append(rule)
    changes: defaultdict[str, list[int]] = defaultdict(list)
    became = again = 0
    for pk, void in sheets.values_list("pk", "void"):
        wanted = why(reasons.get(pk, ()))
        if wanted != void:
            changes[wanted].append(pk)
            became += not void
            again += not wanted
    for wanted, pks in changes.items():
        for chunk in parts(pks):
            Response.objects.filter(pk__in=chunk).update(void=wanted)
    return became, again


def out_of_line(
    stored: Mapping[int, list[Flag]], void: Mapping[int, str], found: Found, rules: Collection[str]
) -> dict[int, str]:
    """Of the sheets in `void`, id -> why it is void, those on which `bring` would change something, with the `void`
    they would get."""
    wanted: dict[int, str] = {}
    for pk, now in void.items():
        flags = {flag.rule: flag for flag in stored.get(pk, ())}
        told = {rule: found[pk, rule] for rule in rules if (pk, rule) in found}
        verdicts = {rule: verdict for rule, (verdict, _) in told.items()}
        odd = bool(told.keys() - flags.keys())
        for rule, flag in flags.items():
            if rule not in rules or flag.reason:
                verdicts[rule] = Flag.Verdict(flag.verdict)
            else:
                odd |= rule not in told or differs(flag, found)
        right = why(rule for rule, verdict in verdicts.items() if verdict == Flag.Verdict.VOID)
        if odd or right != now:
            wanted[pk] = right
    return wanted
