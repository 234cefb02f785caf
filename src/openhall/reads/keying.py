"""What a clerk at the keyboard needs: the offices to choose from, whose sheet a serial number is, how far
the work is, and how well two entries of the same sheets agree. Seed 4.1.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Count, F, Max, QuerySet
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


def second_entries(wave: Wave) -> QuerySet[SecondEntry]:
    """All second entries of a wave, those with something to settle first."""
    found = SecondEntry.objects.filter(response__wave=wave).select_related(
        "response__office", "response__version", "by"
    )
    return found.order_by("settled", "response__serial")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two entries agree: for each question that has codes, and over all their cells together."""

    questions: list[tuple[int, Question, Kappa]]
    overall: Kappa | None
    sheets: int


def agreement(wave: Wave) -> Agreement:
    """Cohen's kappa and the share entered alike, from the entries as keyed, before anything was settled.

    A blank is a code of its own here, and so is each double mark: overlooking one is a keying mistake too. Kept till
    another sheet is keyed twice.
    """
    seconds = SecondEntry.objects.filter(response__wave=wave)
    known = seconds.aggregate(number=Count("pk"), last=Max("pk"))
    key = f"openhall.agreement.{wave.pk}.{known['number']}.{known['last']}"
    found: Agreement = cache.get_or_set(key, lambda: _agreement(wave, seconds), 3600)
    return found


def _agreement(wave: Wave, seconds: QuerySet[SecondEntry]) -> Agreement:
    asked, sheets = wave.version.asked, 0
    pairs: Counter[tuple[int, Answer, Answer]] = Counter()  # place of the question, first mark, second mark
    for first, second in seconds.values_list("first", "answers").iterator():
        one, two = checking.decode(asked, first), checking.decode(asked, second)
        pairs.update(zip(range(len(one)), one, two, strict=True))
        sheets += 1
    coded = [
        n for n, one in enumerate(asked.questions) if one.kind in (Kind.SINGLE, Kind.SCALE, Kind.MULTIPLE)
    ]
    if not sheets:
        return Agreement([], None, 0)
    rows = [
        (n + 1, asked.questions[n], _kappa({pair: pairs[pair] for pair in pairs if pair[0] == n}))
        for n in coded
    ]
    # Over all cells the same code stands for the same mark, whatever the question.
    return Agreement(rows, _kappa({pair: pairs[pair] for pair in pairs if pair[0] in coded}), sheets)


def _kappa(pairs: Mapping[tuple[int, Answer, Answer], int]) -> Kappa:
    """Of pairs of marks, each so many times."""
    from openhall.stats.agreement import cohens_kappa  # here: NumPy stays out of the citizen's door

    codes: dict[Answer, int] = {}
    first, second = [[codes.setdefault(pair[side], len(codes)) for pair in pairs] for side in (1, 2)]
    return cohens_kappa(first, second, weights=list(pairs.values()))
