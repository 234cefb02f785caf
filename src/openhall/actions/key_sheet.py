"""Key a paper sheet: the first entry, the second one made blind, and settling where the two differ. Seed 4.1.

What the visitor marked is kept as it was marked, blanks and double marks too; whether such a sheet counts is
decided by the validity rules (`screen`), not here.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import Allocation, Office, Response, SecondEntry, User, Wave, record
from openhall.reads.keying import LONGEST_SERIAL, Difference, Place, differences, find_place, keyed_by
from openhall.surveys import checking
from openhall.surveys.questionnaire import Answer, Question, Questionnaire

BLANK = {"-", "–", "−", "—", "－"}  # typed for a question left out, so that it is not merely overlooked
FIRST, SECOND, OTHER = "first", "second", "other"


def read_marks(asked: Questionnaire, marks: Mapping[str, str]) -> tuple[Answer, ...]:
    """The keyed marks, question key -> what was typed, as answers. BadInput names each that is no answer.

    An empty mark or a dash is a blank; `2|4` or `2+4` a double mark. Problems carry the question's `key`.
    """
    answers: list[Answer] = []
    problems = []
    for number, question in enumerate(asked.questions, 1):
        try:
            answers.append(_read(question, marks.get(question.key, "")))
        except BadInput as error:
            for problem in error.problems:
                values = {**problem.values, "number": number, "key": question.key}
                problems.append(Problem(N_("Question {number}"), problem.message, problem.cure, values))
    if problems:
        raise BadInput(N_("Some answers cannot be read."), problems=problems)
    return tuple(answers)


def _read(question: Question, typed: str) -> Answer:
    typed = typed.strip()
    if question.options:
        typed = typed.replace("+", checking.MARKS).replace("｜", checking.MARKS)
    return checking.parse_mark(question, "" if typed in BLANK else typed)


@transaction.atomic
def key_sheet(
    wave: Wave,
    *,
    serial: str,
    office: Office | None = None,
    language: str = "",
    marks: Mapping[str, str],
    by: User | None,
) -> Response:
    """Store one paper sheet. Where it was printed here the serial number says the office, else `office` does.

    `language` is the form's; one it does not have is taken for its first. BadInput names the serial number or the
    questions that cannot be taken; nothing is stored then.
    """
    place = find_place(wave, serial)
    office = office or place.office
    permit(by, "sheet.key", office)
    wave = _started(wave)
    problems = _place_problems(wave, place, office)
    try:
        answers = read_marks(wave.version.asked, marks)
    except BadInput as error:
        problems += error.problems
    if problems:
        raise BadInput(N_("The sheet has not been stored."), problems=problems)
    offered = wave.version.asked.languages
    language = language if language in offered else offered[0]
    response = _store(wave, place.serial, office, language, answers)
    record("sheet.keyed", response, by=by, wave=wave, serial=place.serial, office=office.code)
    return response


def _started(wave: Wave) -> Wave:
    """The wave as it is now. Paper still comes in after a wave has closed, but not before it has opened."""
    wave = Wave.objects.select_related("version").get(pk=wave.pk)
    if wave.state == Wave.State.DRAFT:
        raise NotAllowed(N_("This wave has not been opened yet. Open it first."))
    if wave.of_ratings:
        raise NotAllowed(N_("Ratings are given by the person served, on the page of the request."))
    return wave


def _place_problems(wave: Wave, place: Place, office: Office | None) -> list[Problem]:
    where, values = N_("Serial number"), {"field": "serial", "serial": place.serial}
    if not place.serial:
        return [
            Problem(
                where,
                N_("it is missing."),
                N_("It is printed on the sheet; or write a number on it."),
                values,
            )
        ]
    if len(place.serial) > LONGEST_SERIAL:
        return [
            Problem(where, N_("it has more than {most} characters."), "", {**values, "most": LONGEST_SERIAL})
        ]
    if not place.serial.isprintable():
        message = N_("it has characters that cannot be printed.")
        return [Problem(where, message, N_("Remove them."), values)]
    if place.stored:
        return [_already(place)]
    if place.office and office != place.office:
        cure = N_("Choose that office, or put a letter before the number if the sheet was printed elsewhere.")
        values |= {"office": str(place.office)}
        return [Problem(where, N_("{serial} was printed for {office}."), cure, values)]
    if office is None:
        cure = N_("Choose where the sheet was filled in.")
        return [Problem(N_("Office"), N_("the serial number does not say it."), cure, {"field": "office"})]
    if not Allocation.objects.filter(wave=wave, office=office).exists():
        return [Problem(N_("Office"), N_("it does not take part in this wave."), "", {"field": "office"})]
    return []


def _already(place: Place) -> Problem:
    cure = N_("Compare the two sheets; give this one another number if both are real.")
    values = {"field": "serial", "serial": place.serial, "response": str(place.stored.pk)}
    return Problem(
        N_("Serial number {serial}"), N_("a sheet with this number is already stored."), cure, values
    )


def _store(wave: Wave, serial: str, office: Office, language: str, answers: tuple[Answer, ...]) -> Response:
    try:
        with transaction.atomic():
            response = Response.objects.create(
                wave=wave,
                office=office,
                version=wave.version,
                channel=Response.Channel.PAPER,
                language=language,
                answers=checking.encode(answers),
                submitted_on=timezone.localdate(),
                serial=serial,
            )
    except IntegrityError:  # somebody stored it in this very moment
        place = find_place(wave, serial)
        if place.stored is None:
            raise
        raise BadInput(N_("The sheet has not been stored."), problems=[_already(place)]) from None
    room = Q(quota=None) | Q(
        filled__lt=F("quota")
    )  # paper counts towards a quota but is never refused for it
    Allocation.objects.filter(room, wave=wave, office=office).update(filled=F("filled") + 1)
    return response


@transaction.atomic
def key_again(wave: Wave, *, serial: str, marks: Mapping[str, str], by: User | None) -> SecondEntry:
    """Store a second, independent entry of a sheet. It is settled at once when both entries are alike."""
    place = find_place(wave, serial)
    permit(by, "sheet.key", place.stored or place.office)
    response = _to_key_again(place)
    answers = checking.encode(read_marks(response.version.asked, marks))
    alike = answers == response.answers
    second = SecondEntry.objects.create(
        response=response, answers=answers, first=response.answers, by=by, settled=alike
    )
    same_person = by is not None and keyed_by(response) == by
    record(
        "sheet.keyed_again",
        response,
        by=by,
        wave=wave,
        serial=response.serial,
        differences=len(differences(second)),
        same_person=same_person,
    )
    return second


def _to_key_again(place: Place) -> Response:
    values = {"field": "serial", "serial": place.serial}
    where = N_("Serial number {serial}") if place.serial else N_("Serial number")
    if place.stored is None:
        cure = N_("Compare it with the sheet, or key the sheet for the first time.")
        raise BadInput(Problem(where, N_("no sheet with this number is stored in this wave."), cure, values))
    response = (
        Response.objects.select_for_update(of=("self",)).select_related("version").get(pk=place.stored.pk)
    )
    if SecondEntry.objects.filter(response=response).exists():
        values["response"] = str(response.pk)
        raise BadInput(Problem(where, N_("this sheet has been keyed twice already."), "", values))
    return response


@transaction.atomic
def settle(
    response: Response, *, choices: Mapping[str, str], others: Mapping[str, str], by: User | None
) -> Response:
    """Decide every difference of two entries: question key -> first, second or other; `others` says what.

    BadInput where a choice is missing or is no answer; the sheet is changed only when all are decided.
    """
    permit(by, "sheet.decide", response)
    response = (
        Response.objects.select_for_update(of=("self",)).select_related("version", "wave").get(pk=response.pk)
    )
    second = SecondEntry.objects.select_for_update().filter(response=response).first()
    if second is None or second.settled:
        raise NotAllowed(N_("There is nothing to settle about this sheet."))
    second.response = response
    different = differences(second)
    decided = _decided(different, choices, others)
    answers = list(response.given)
    for difference in different:
        answers[difference.number - 1] = decided[difference.question.key]
    response.answers, second.settled = checking.encode(answers), True
    response.save(update_fields=["answers"])
    second.save(update_fields=["settled"])
    taken = [choices[difference.question.key] for difference in different]
    counts = {choice: taken.count(choice) for choice in (FIRST, SECOND, OTHER)}
    record("sheet.settled", response, by=by, wave=response.wave, serial=response.serial, **counts)
    return response


def _decided(
    different: list[Difference], choices: Mapping[str, str], others: Mapping[str, str]
) -> dict[str, Answer]:
    decided, problems = {}, []
    for difference in different:
        key = difference.question.key
        choice = choices.get(key)
        if choice in (FIRST, SECOND):
            decided[key] = difference.first if choice == FIRST else difference.second
            continue
        values = {"number": difference.number, "key": key}
        if choice != OTHER:
            problems.append(Problem(N_("Question {number}"), N_("choose which entry is right."), "", values))
            continue
        try:
            decided[key] = _read(difference.question, others.get(key, ""))
        except BadInput as error:
            problems += [
                Problem(N_("Question {number}"), p.message, p.cure, {**p.values, **values})
                for p in error.problems
            ]
    if problems:
        raise BadInput(N_("Nothing has been settled."), problems=problems)
    return decided
