"""Generated answers for the demo town's open wave: plausible, the same at every run, and nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from openhall.surveys.questionnaire import Answer, Question, Questionnaire, Role

SEED = 2018
OFFICE_MOOD = (0.35, 0.1, -0.45, 0.2)  # people are less content at the third office
CHANNELS = ("link", "link", "link", "kiosk", "kiosk", "paper")
PARTIAL = {6, 17, 29, 41, 55}  # begun on a phone and not finished
FAST = {11, 33}  # sent after a few seconds
STRAIGHT = {23, 33, 48}  # the same step for every item


@dataclass(frozen=True, slots=True)
class Sheet:
    """`office` counts from 0, `day` from the first day of the wave; `seconds` is unknown on paper."""

    answers: tuple[Answer, ...]
    office: int
    day: int
    channel: str
    language: str
    seconds: int | None
    complete: bool


def sheets(asked: Questionnaire, count: int = 60, *, days: int = 20) -> Iterator[Sheet]:
    """`count` answers to the study's questionnaire at four offices over `days` days."""
    chance = Random(SEED)  # noqa: S311 repeatable, not secret
    for number in range(count):
        office = chance.choices(range(4), (4, 3, 4, 3))[0]
        channel = "link" if number in PARTIAL | FAST else chance.choice(CHANNELS)
        answers = _answers(asked, chance, OFFICE_MOOD[office], straight=number in STRAIGHT)
        if number in PARTIAL:
            answered = chance.randrange(7, len(answers) - 2)
            answers = answers[:answered] + [None] * (len(answers) - answered)
        seconds = chance.randrange(6, 15) if number in FAST else round(chance.lognormvariate(5.1, 0.4))
        yield Sheet(
            answers=tuple(answers),
            office=office,
            day=chance.randrange(days),
            channel=channel,
            language=chance.choices(("zh-hans", "en"), (4, 1))[0],
            seconds=None if channel == "paper" else seconds,
            complete=number not in PARTIAL,
        )


def _answers(asked: Questionnaire, chance: Random, mood: float, *, straight: bool) -> list[Answer]:
    person = chance.gauss(mood, 0.8)
    step = chance.choice((3, 4))
    section_mood = {section.key: chance.gauss(0, 0.4) for section in asked.sections}
    return [
        _background(question, chance)
        if question.role is Role.BACKGROUND
        else step
        if straight
        else _judgement(question, person + section_mood[section.key], chance)
        for section in asked.sections
        for question in section.questions
    ]


def _background(question: Question, chance: Random) -> int:
    """The middle options are the common ones, as in the study."""
    values = [option.value for option in question.options]
    weights: Sequence[float] = question.population or [
        1 + min(n, len(values) - 1 - n) * 1.5 for n in range(len(values))
    ]
    return chance.choices(values, weights)[0]


def _judgement(question: Question, mood: float, chance: Random) -> int:
    values = sorted(option.value for option in question.options)
    middle = (values[0] + values[-1]) / 2 + 0.3
    return min(values[-1], max(values[0], round(middle + mood + chance.gauss(0, 0.7))))
