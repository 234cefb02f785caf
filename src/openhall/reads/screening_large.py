"""Large waves as the validity rules read them: piece by piece, in memory that does not grow with the sheets but for
sixteen bytes each. What a run of the worker found is kept in a file. Seed 4.1; decision 0018.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from openhall.models import RULES, Flag, Output, Response, Wave
from openhall.reads.datasets import decode_all
from openhall.surveys import validity
from openhall.surveys.alike import Alike, Crowds
from openhall.surveys.questionnaire import Answer
from openhall.surveys.sheets import Sheets

AT_ONCE = (
    20_000  # complete sheets of a wave that the rules are applied to while somebody waits: a second or two
)
PIECE = 5_000  # sheets looked at together
Found = dict[tuple[int, str], tuple[str, dict[str, Any]]]  # by response and rule: the verdict and its details
VERDICTS = {validity.Verdict.VOID: Flag.Verdict.VOID, validity.Verdict.FLAG: Flag.Verdict.OPEN}


class Row(NamedTuple):
    """A complete sheet as it is stored."""

    pk: int
    answers: str
    seconds: int | None
    serial: str | None
    void: str

    @property
    def order(self) -> tuple[str, int]:
        """Its place among others: by serial number, those without one first."""
        return self.serial or "", self.pk

    @property
    def name(self) -> str:
        return self.serial or short_name(self.pk)


def short_name(pk: int) -> str:
    """What a sheet without a serial number is called on the pages.

    >>> short_name(9_000_000_000_000_000_000)
    '#7CE66C50'
    """
    return f"#{pk:016X}"[:9]


def limits_of(wave: Wave) -> validity.Limits:
    """What the rules go by in this wave. Ratings are short: five alike, quickly given, or like another's, are usual."""
    if wave.of_ratings:
        kept = (validity.Rule.BLANK, validity.Rule.DOUBLE_MARK)
        return validity.Limits(verdicts={rule: validity.USUAL[rule] for rule in kept})
    return validity.Limits(minimum_seconds=wave.min_seconds)


def is_large(wave: Wave) -> bool:
    """Whether the rules are applied by the worker."""
    few = Response.objects.filter(wave=wave).complete().order_by().values("pk")[: AT_ONCE + 1]
    return few.count() > AT_ONCE


def many_to_decide(wave: Wave, rule: str) -> bool:
    """Whether the worker decides what this rule found and nobody has decided."""
    return Flag.objects.filter(wave=wave, rule=rule, reason="")[: AT_ONCE + 1].count() > AT_ONCE


def many_decided(wave: Wave, rule: str, verdict: str, reason: str) -> bool:
    """Whether the worker takes back what was decided so."""
    flags = Flag.objects.filter(wave=wave, rule=rule, verdict=verdict, reason=reason).exclude(reason="")
    return flags[: AT_ONCE + 1].count() > AT_ONCE


def rows(sheets: Any) -> list[Row]:
    """These sheets, a QuerySet, in any order."""
    return [Row(*one) for one in sheets.values_list("pk", "answers", "seconds", "serial", "void")]


def pieces(wave: Wave) -> Iterator[list[Row]]:
    """All complete sheets of the wave; one query a piece, so that none runs for long."""
    sheets, after = Response.objects.filter(wave=wave).order_by("pk"), -1
    while piece := list(sheets.filter(pk__gt=after).values_list("pk", flat=True)[:PIECE]):
        after = piece[-1]
        yield rows(Response.objects.filter(pk__in=piece).complete())


def by_id(wave: Wave, ids: Sequence[int]) -> list[Row]:
    """Those of these sheets that are there and complete."""
    return [
        row for few in parts(ids) for row in rows(Response.objects.filter(pk__in=few, wave=wave).complete())
    ]


def parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """These ids, as many at a time as one query takes."""
    for start in range(0, len(ids), PIECE):
        yield ids[start : start + PIECE]


def judged(wave: Wave, piece: Sequence[Row], *without: validity.Rule) -> Found:
    """What the rules find in these sheets, among which are all that are alike."""
    piece = sorted(piece, key=lambda row: row.order)
    sheets = Sheets(
        answers=decode_all(row.answers for row in piece),
        seconds=[row.seconds for row in piece],
        serials=[row.name for row in piece],
    )
    found = validity.findings(wave.version.asked, sheets, limits=limits_of(wave).without(*without))
    return {
        (piece[one.index].pk, one.rule.value): (VERDICTS[one.verdict], _plain(one.values)) for one in found
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As a database gives them back."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def twins(wave: Wave, alike: Alike) -> Iterator[tuple[list[Row], Found, list[int]]]:
    """The sheets that may have a twin, in pieces: what DUPLICATE_SHEET finds in them, and with the last piece of a
    group how many valid ones there are of each of its sheets that is there more than once."""
    verdict = limits_of(wave).verdicts.get(validity.Rule.DUPLICATE_SHEET)
    for ids in alike.groups(PIECE):
        crowds, places = Crowds(), range(0, len(ids), PIECE)
        read: list[Row] = []
        for part in parts(ids.tolist()):
            read = by_id(wave, part)
            for row, given in _given(read):
                crowds.add(given, row.order, row.name, valid=not row.void)
        for place, part in zip(places, parts(ids.tolist()), strict=True):
            read = read if len(places) == 1 else by_id(wave, part)
            found: Found = {}
            for row, given in _given(read) if verdict else ():
                if values := crowds.values(given, row.order):
                    found[row.pk, validity.Rule.DUPLICATE_SHEET.value] = VERDICTS[verdict], values
            yield read, found, crowds.valid() if place == places[-1] else []


def _given(piece: Sequence[Row]) -> Iterator[tuple[Row, tuple[Answer, ...]]]:
    return zip(piece, decode_all(row.answers for row in piece), strict=True)


# --- what a run found


@dataclass(frozen=True, slots=True)
class Result:
    """What the last run found: its counts by name, what is odd about all sheets together, and of which sheets."""

    counts: Mapping[str, int]
    cautions: Sequence[validity.Caution]
    fingerprint: str

    def text(self) -> str:
        odd = [{"code": one.code, "message": one.message, "values": one.values} for one in self.cautions]
        return json.dumps({"counts": self.counts, "cautions": odd, "fingerprint": self.fingerprint})


def last_run(wave: Wave) -> Output | None:
    """The application of the rules that is going on, or the last one."""
    return Output.objects.filter(wave=wave, format=RULES).order_by("-at").first()


def result_of(wave: Wave) -> Result | None:
    """What the last finished run found, if it is still there."""
    done = Output.objects.filter(wave=wave, format=RULES, state=Output.State.DONE).order_by("-at").first()
    if done is None:
        return None
    try:
        said = json.loads((Path(settings.DATA_DIR) / "files" / done.file).read_text("utf-8"))
        odd = [validity.Caution(**one) for one in said["cautions"]]
        return Result(said["counts"], odd, said["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
