"""What must hold for any questionnaire, whatever file it came from: the readers of TOML, XLSForm and
LimeSurvey call this last, each with its own way of naming a place. What is merely unwise is the linter's
business.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, islice

from openhall.errors import N_, BadInput, Problem
from openhall.language import Wording
from openhall.surveys.checking import UNPRINTABLE
from openhall.surveys.questionnaire import Kind, Question, Questionnaire

CHOICES = (Kind.SINGLE, Kind.SCALE, Kind.MULTIPLE)
MOST_PROBLEMS = 200
MOST_QUESTIONS = 500
MOST_OPTIONS = 200
LONGEST_WORDING = 4000  # characters
LARGEST_CODE = 999_999
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
LANGUAGE = re.compile(r"[a-z]{2}")
# columns of a data file that are no questions
RESERVED = frozenset({"serial", "office", "channel", "seconds", "date"})

Where = Callable[[int], Problem]  # the place of question number i, as a Problem with an empty message


def require_sound(questionnaire: Questionnaire, where: Where | None = None) -> Questionnaire:
    """The questionnaire itself, or BadInput with every Problem found."""
    found = tuple(islice(problems(questionnaire, where), MOST_PROBLEMS))
    if found:
        raise BadInput(N_("The questionnaire cannot be used."), problems=found)
    return questionnaire


def problems(questionnaire: Questionnaire, where: Where | None = None) -> Iterator[Problem]:
    """Everything wrong with the questionnaire; `where(i)` names the place of question i (from 0)."""
    questions = questionnaire.questions
    if not questions:
        yield Problem("", N_("there is no question."), N_("Add at least one question."))
    if len(questions) > MOST_QUESTIONS:
        yield Problem(
            "",
            N_("there are {count} questions; {most} are possible."),
            "",
            {"count": len(questions), "most": MOST_QUESTIONS},
        )
    yield from _whole(questionnaire)
    twice = {key for key, count in Counter(question.key for question in questions).items() if count > 1}
    for index, question in enumerate(questions):
        place = where(index) if where else Problem(N_("Question {key}"), "", "", {"key": question.key})
        if question.key in twice:
            twice.discard(question.key)
            yield _at(
                place,
                N_("the key {key} is used more than once."),
                N_("Give every question its own key."),
                key=question.key,
            )
        for message, cure, values in chain(_question(question), _numbers(question), _options(question)):
            yield _at(place, message, cure, **values)


def _at(place: Problem, message: str, cure: str = "", **values: object) -> Problem:
    return Problem(place.place, message, cure, {**values, **place.values})


Fault = tuple[str, str, dict[str, object]]


def _whole(questionnaire: Questionnaire) -> Iterator[Problem]:
    if not any(questionnaire.title.values()):
        yield Problem("", N_("the questionnaire has no title."), N_("Give it a title."))
    around = chain(*((section.title, section.introduction) for section in questionnaire.sections))
    if any(map(_unprintable, (questionnaire.title, questionnaire.introduction, *around))):
        yield Problem(
            "", N_("a title or introduction has characters that cannot be printed."), N_("Remove them.")
        )
    said = chain.from_iterable(
        wording for question in questionnaire.questions for wording in _wordings(question)
    )
    for language in dict.fromkeys(chain(questionnaire.languages, questionnaire.title, said)):
        if not LANGUAGE.fullmatch(language):
            yield Problem(
                "",
                N_("“{language}” is not a language code."),
                N_("Use two small letters, as en or zh."),
                {"language": language},
            )
    twice = [
        key for key, count in Counter(section.key for section in questionnaire.sections).items() if count > 1
    ]
    for key in twice:
        yield Problem(
            "",
            N_("the section {section} stands twice."),
            N_("Give every section its own key."),
            {"section": key},
        )


def _question(question: Question) -> Iterator[Fault]:
    if not KEY.fullmatch(question.key):
        yield (
            N_("“{key}” cannot be a question's key."),
            N_("Begin with a letter and go on with at most 63 letters, digits or underscores."),
            {"key": question.key},
        )
    elif question.key in RESERVED:
        yield (
            N_("the key {key} is the name of a column of every data file."),
            N_("Use another key."),
            {"key": question.key},
        )
    if not any(question.text.values()):
        yield N_("the question has no text."), N_("Write what is asked."), {}
    if any(map(_unprintable, _wordings(question))):
        yield N_("a wording has characters that cannot be printed."), N_("Remove them."), {}
    if any(len(text) > LONGEST_WORDING for wording in _wordings(question) for text in wording.values()):
        yield N_("a wording is longer than {most} characters."), N_("Shorten it."), {"most": LONGEST_WORDING}


def _unprintable(wording: Wording) -> bool:
    """Whether it has control characters, which neither a page nor a Word file can hold; line ends are none."""
    return any(UNPRINTABLE.search(text.replace("\r\n", "\n")) for text in wording.values())


def _wordings(question: Question) -> Iterator[Wording]:
    yield question.text
    yield question.hint
    for option in question.options:
        yield option.label


def _numbers(question: Question) -> Iterator[Fault]:
    low, high = question.minimum, question.maximum
    if any(bound is not None and not math.isfinite(bound) for bound in (low, high)):
        yield N_("the minimum or maximum is not a number."), N_("Leave it out or give a number."), {}
    elif low is not None and high is not None and low > high:
        yield N_("the minimum is above the maximum."), N_("Swap them."), {}
    if not 0 <= question.decimals <= 15:
        yield N_("decimals is not between 0 and 15."), N_("Say how many digits may follow the point."), {}


def _options(question: Question) -> Iterator[Fault]:
    options, count = question.options, len(question.options)
    if question.kind not in CHOICES:
        if options:
            yield (
                N_("a question of this kind has no options."),
                N_("Remove the options or make it a choice."),
                {},
            )
        return
    if count < (1 if question.kind is Kind.MULTIPLE else 2):
        yield N_("there are too few options to choose from."), N_("Give at least two."), {}
    if count > MOST_OPTIONS:
        yield (
            N_("there are {count} options; {most} are possible."),
            "",
            {"count": count, "most": MOST_OPTIONS},
        )
    for value, times in Counter(option.value for option in options).items():
        if times > 1:
            yield (
                N_("the value {value} stands for {times} options."),
                N_("Give every option its own value."),
                {"value": value, "times": times},
            )
    for number, option in enumerate(options, 1):
        if not any(option.label.values()):
            yield N_("option {option} has no label."), N_("Write what can be chosen."), {"option": number}
        if abs(option.value) > LARGEST_CODE:
            yield (
                N_("the value {value} is too large."),
                N_("Use values up to 999999."),
                {"value": option.value},
            )
        if option.score is not None and not math.isfinite(option.score):
            yield (
                N_("the score of option {option} is not a number."),
                N_("Give a number."),
                {"option": number},
            )
    yield from _population(question)


def _population(question: Question) -> Iterator[Fault]:
    shares = question.population
    if not shares:
        return
    if len(shares) != len(question.options):
        yield (
            N_("population has {shares} shares for {options} options."),
            N_("Give one share for each option."),
            {"shares": len(shares), "options": len(question.options)},
        )
    elif any(not math.isfinite(share) or share < 0 for share in shares) or abs(sum(shares) - 100) > 0.5:
        yield N_("the shares of population do not add up to 100."), N_("Give per cent."), {}
