"""Sets of answers and a first questionnaire to start from, in English and Chinese, for the editor. Age
groups are the five-year bands of official statistics joined into ten years. Seed: appendix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openhall.errors import N_
from openhall.language import Wording
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Role, Section


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A set of answers; `name` is a marked template, `ordered` says that the answers are ranks."""

    name: str
    options: tuple[Option, ...]
    ordered: bool


def _rated(*labels: tuple[str, str]) -> tuple[Option, ...]:
    """Steps printed from the best down: the first has the highest code and score."""
    top = len(labels)
    return tuple(Option(top - n, {"en": en, "zh": zh}, float(top - n)) for n, (en, zh) in enumerate(labels))


def _named(*labels: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(n, {"en": en, "zh": zh}) for n, (en, zh) in enumerate(labels, 1))


_FROM_0_TO_10 = tuple(Option(n, {"en": str(n), "zh": str(n)}, float(n)) for n in range(11))

SETS: Mapping[str, ReadyMade] = {
    "satisfaction": ReadyMade(
        N_("Satisfaction, five steps"),
        _rated(
            ("Very satisfied", "非常满意"),
            ("Satisfied", "满意"),
            ("Neither satisfied nor dissatisfied", "一般"),
            ("Dissatisfied", "不满意"),
            ("Very dissatisfied", "非常不满意"),
        ),
        ordered=True,
    ),
    "agreement": ReadyMade(
        N_("Agreement, five steps"),
        _rated(
            ("Strongly agree", "非常同意"),
            ("Agree", "同意"),
            ("Neither agree nor disagree", "一般"),
            ("Disagree", "不同意"),
            ("Strongly disagree", "非常不同意"),
        ),
        ordered=True,
    ),
    "frequency": ReadyMade(
        N_("How often, five steps"),
        _rated(
            ("Always", "总是"),
            ("Often", "经常"),
            ("Sometimes", "有时"),
            ("Rarely", "很少"),
            ("Never", "从不"),
        ),
        ordered=True,
    ),
    "zero_to_ten": ReadyMade(N_("From 0 to 10"), _FROM_0_TO_10, ordered=True),
    "yes_no": ReadyMade(N_("Yes or no"), _named(("Yes", "是"), ("No", "否")), ordered=False),
    "yes_no_unknown": ReadyMade(
        N_("Yes, no or don't know"),
        _named(("Yes", "是"), ("No", "否"), ("Don't know", "不清楚")),
        ordered=False,
    ),
    "gender": ReadyMade(
        N_("Gender"),
        _named(("Female", "女"), ("Male", "男"), ("Other", "其他"), ("Prefer not to say", "不愿透露")),
        ordered=False,
    ),
    "age": ReadyMade(
        N_("Age groups of ten years"),
        _named(
            ("Under 25", "25岁以下"),
            ("25 to 34", "25—34岁"),
            ("35 to 44", "35—44岁"),
            ("45 to 54", "45—54岁"),
            ("55 to 64", "55—64岁"),
            ("65 and over", "65岁及以上"),
        ),
        ordered=True,
    ),
}


def first(key: str, title: Wording, languages: tuple[str, ...]) -> Questionnaire:
    """A new questionnaire: the overall satisfaction question, to which others are added.

    >>> [question.key for question in first("parks", {"en": "Our parks"}, ("en", "zh"))]
    ['q1']
    """
    question = Question(
        key="q1",
        name="overall",
        kind=Kind.SCALE,
        text={
            "en": "All in all, are you satisfied with our service?",
            "zh": "总体而言，您对我们的服务满意吗？",
        },
        options=SETS["satisfaction"].options,
        ordered=True,
        role=Role.OVERALL,
    )
    section = Section(key="section1", title={"en": "Overall", "zh": "总体评价"}, questions=(question,))
    return Questionnaire(key=key, title=title, languages=languages, sections=(section,))
