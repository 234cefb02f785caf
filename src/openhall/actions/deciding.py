"""Decisions about many sheets, as many at a time as one transaction takes: for `screen`, all in one, and for
`screen_large`, one after the other. Seed 4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from django.db.models import QuerySet
from django.utils import timezone

from openhall.actions import permit
from openhall.actions.findings import write_void
from openhall.errors import N_, BadInput, Problem
from openhall.models import Flag, Response, User, Wave
from openhall.reads.screening import OTHER
from openhall.reads.screening_large import VERDICTS, limits_of
from openhall.surveys.validity import Rule, Verdict

LONGEST_REASON = 500


def checked_reason(reason: str) -> str:
    """The reason in one line. BadInput where there is none, or one nobody can print."""
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


def split(wave: Wave, rule: str, choice: str) -> tuple[list[int], list[int]]:
    """Which findings of this rule are to be excluded and which kept, of those nobody has decided. BadInput for a choice
    that this rule does not have."""
    flags = Flag.objects.filter(wave=wave, rule=rule, reason="")
    if choice == "keep":
        return [], list(flags.values_list("pk", flat=True))
    if choice == "exclude":
        return list(flags.values_list("pk", flat=True)), []
    if choice != "exclude_copies" or rule != Rule.DUPLICATE_SHEET:
        raise BadInput(N_("Choose what to do with the sheets."))
    kept_already = Flag.objects.filter(wave=wave, rule=rule, verdict=Flag.Verdict.KEPT)
    seen = set(map(_digest, kept_already.values_list("response__answers", flat=True).iterator()))
    excluded, kept = [], []
    ordered = flags.order_by("response__serial", "response_id").values_list("pk", "response__answers")
    for pk, answers in ordered.iterator():
        (excluded if (digest := _digest(answers)) in seen else kept).append(pk)
        seen.add(digest)
    return excluded, kept


def _digest(answers: str) -> bytes:
    return blake2b(answers.encode(), digest_size=16).digest()


def decided(wave: Wave, rule: str, verdict: str, reason: str) -> QuerySet[Flag]:
    """What was decided so."""
    return Flag.objects.filter(wave=wave, rule=rule, verdict=verdict, reason=reason).exclude(reason="")


def decide_some(pks: Sequence[int], *, verdict: str, reason: str, by: User | None) -> int:
    """Decide these findings, of which nobody has decided yet. Returns how many."""
    permit(by, "sheet.decide")
    found = Flag.objects.filter(pk__in=pks)
    count = found.filter(reason="").update(verdict=verdict, reason=reason, by=by, at=timezone.now())
    write_void(Response.objects.filter(pk__in=found.values("response")))
    return count


def take_back_some(wave: Wave, pks: Sequence[int]) -> int:
    """Clear the decisions about these findings: what the rules said before holds. A person's own reason stays on record
    as kept. Returns how many."""
    found, verdicts = Flag.objects.filter(pk__in=pks), limits_of(wave).verdicts
    count = found.filter(rule=OTHER, verdict=Flag.Verdict.VOID).update(
        verdict=Flag.Verdict.KEPT, at=timezone.now()
    )
    for rule in Rule:
        verdict = VERDICTS[verdicts.get(rule, Verdict.FLAG)]
        count += found.filter(rule=rule).update(reason="", by=None, verdict=verdict, at=timezone.now())
    write_void(Response.objects.filter(pk__in=found.values("response")))
    return count
