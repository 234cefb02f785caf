"""What a clerk at the keyboard needs: the offices to choose from, whose sheet a serial number is, how far
the work is, and how well two entries of the same sheets agree. Seed 4.1.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet
from django.utils import timezone

from openhall.models import Batch, Event, Office, Response, SecondEntry, User, Wave
from openhall.rules.permissions import Role
from openhall.surveys import checking
from openhall.surveys.questionnaire import Answer, Kind, Question

if TYPE_CHECKING:
    from openhall.stats.agreement import Kappa

LONGEST_SERIAL = 32
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Place:
    """What a typed serial number says. `office` is known of sheets printed here, `stored` of stored ones."""

    serial: str  # as it is stored
    office: Office | None = None
    stored: Response | None = None


def offices_for(wave: Wave, person: User, verb: str = "sheet.key") -> list[Office]:
    """The wave's offices for which this person may do this."""
    offices = Office.objects.filter(allocations__wave=wave).order_by("position", "code")
    return [office for office in offices if person.may(verb, office)]


def find_place(wave: Wave, typed: str) -> Place:
    """Whose sheet this is: the office it was printed for if the number is one of ours, else no office."""
    serial = " ".join(unicodedata.normalize("NFKC", typed).split())
    office = None
    if serial.isascii() and serial.isdecimal() and len(serial) <= MOST_DIGITS:
        office = _printed_for(wave, int(serial))
        serial = f"{int(serial):04d}" if office else serial  # as it is printed: actions.issue.serial
    stored = None
    if serial.isprintable():  # a database may refuse to compare anything else
        stored = Response.objects.filter(wave=wave, serial=serial).select_related("office").first()
    return Place(serial, office, stored)


def _printed_for(wave: Wave, number: int) -> Office | None:
    batches = Batch.objects.filter(
        allocation__wave=wave, channel=Batch.Channel.PAPER, first_serial__lte=number
    )
    batch = batches.annotate(end=F("first_serial") + F("count")).filter(end__gt=number)
    found = batch.select_related("allocation__office").first()
    return found.allocation.office if found else None


def keyed_today(wave: Wave, person: User) -> int:
    """How many sheets of this wave the person has keyed today."""
    kinds = ["sheet.keyed", "sheet.keyed_again"]
    return Event.objects.filter(wave=wave, by=person, kind__in=kinds, at__date=timezone.localdate()).count()


def keyed_by(response: Response) -> User | None:
    """Who keyed the sheet first, where that is known."""
    return first_keyers([response]).get(response.pk)


def first_keyers(responses: Iterable[Response]) -> dict[int, User]:
    """Who keyed each of these sheets first, in one query; those are left out of whom it is not known."""
    pks = [str(response.pk) for response in responses]
    events = Event.objects.filter(kind="sheet.keyed", subject_type="response", subject_id__in=pks)
    return {int(event.subject_id): event.by for event in events.select_related("by") if event.by}


def waiting_for_second(wave: Wave, person: User) -> QuerySet[Response]:
    """Sheets nobody has keyed a second time, within this person's reach, in order of their serial numbers."""
    sheets = Response.objects.filter(wave=wave, second=None, complete=True).exclude(serial=None)
    if person.role == Role.CLERK:
        sheets = sheets.filter(office=person.office_id)
    return sheets.select_related("office").order_by("serial")


def one_key(question: Question) -> bool:
    """Whether one digit answers the question."""
    return bool(question.options) and all(0 <= option.value <= 9 for option in question.options)


def as_typed(answer: Answer) -> str:
    """An answer the way it is keyed: 3, 2|4, or nothing.

    >>> as_typed(3), as_typed((2, 4)), as_typed(None)
    ('3', '2|4', '')
    """
    if answer is None:
        return ""
    return "|".join(map(str, answer)) if isinstance(answer, tuple) else str(answer)


@dataclass(frozen=True, slots=True)
class Difference:
    """One question two entries of a sheet disagree about."""

    number: int
    question: Question
    first: Answer
    second: Answer


def differences(second: SecondEntry) -> list[Difference]:
    """Where the second entry of a sheet differs from the first, in question order."""
    asked = second.response.version.asked
    pairs = zip(
        asked.questions,
        checking.decode(asked, second.first),
        checking.decode(asked, second.answers),
        strict=True,
    )
    return [Difference(n, *pair) for n, pair in enumerate(pairs, 1) if pair[1] != pair[2]]


def second_entries(wave: Wave) -> list[SecondEntry]:
    """All second entries of a wave, those with something to settle first."""
    found = SecondEntry.objects.filter(response__wave=wave).select_related(
        "response__office", "response__version", "by"
    )
    return list(found.order_by("settled", "response__serial"))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two entries agree: for each question that has codes, and over all their cells together."""

    questions: list[tuple[int, Question, Kappa]]
    overall: Kappa | None
    sheets: int


def agreement(wave: Wave, seconds: Iterable[SecondEntry]) -> Agreement:
    """Cohen's kappa and the share entered alike, from the entries as keyed, before anything was settled.

    A blank is a code of its own here, and so is each double mark: overlooking one is a keying mistake too.
    """
    from openhall.stats.agreement import cohens_kappa  # here: NumPy stays out of the citizen's door

    asked = wave.version.asked
    pairs = [(checking.decode(asked, one.first), checking.decode(asked, one.answers)) for one in seconds]
    if not pairs:
        return Agreement([], None, 0)
    rows, first, second = [], [], []
    for place, question in enumerate(asked.questions):
        if question.kind not in (Kind.SINGLE, Kind.SCALE, Kind.MULTIPLE):
            continue
        codes: dict[Any, int] = {}
        columns = [[codes.setdefault(pair[side][place], len(codes)) for pair in pairs] for side in (0, 1)]
        rows.append((place + 1, question, cohens_kappa(columns[0], columns[1])))
        # Over all cells the same code stands for the same mark, whatever the question.
        first += [pair[0][place] for pair in pairs]
        second += [pair[1][place] for pair in pairs]
    together = {mark: code for code, mark in enumerate(dict.fromkeys([*first, *second]))}
    overall = cohens_kappa([together[mark] for mark in first], [together[mark] for mark in second])
    return Agreement(rows, overall, len(pairs))
