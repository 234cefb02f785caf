"""A second pair of eyes on a questionnaire before it is printed: double and leading questions, scales that do
not fit their question, missing translations, label and score in opposite order. English and Chinese. Remarks,
not errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openhall.errors import N_, Problem
from openhall.language import Wording
from openhall.surveys.checking import fold
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire

MOST_OPTIONS = 12  # more than people read before they choose


@dataclass(frozen=True, slots=True)
class Remark:
    """`code` names the rule, `key` the question ("" the questionnaire as a whole), `problem` says it."""

    code: str
    key: str
    problem: Problem


Told = Iterator[tuple[str, str, str, dict[str, object]]]  # code, message, cure, values

_JOINED = {
    "en": re.compile(r"\b(\w[\w-]*) (and|or|as well as) (\w[\w-]*)", re.IGNORECASE),
    "zh": re.compile(r"([\u4e00-\u9fff]{2,4}?)(和|与|及|以及|或|并且|、)([\u4e00-\u9fff]{2,4})"),
}
_LEADING = {
    "en": re.compile(
        r"\b(don't you|do you not|do you agree|would you agree|wouldn't you|surely|obviously|of course|"
        r"everyone knows|how (?:good|excellent|satisfied|happy|pleased)|excellent|improved|"
        r"do you think .* satisf\w+)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"难道|是不是应该|是否同意|您也认为|众所周知|显然|当然|有多满意|多么|优质的|优秀的|越来越"
    ),
}
_SATISFACTION = re.compile(r"satisf|满意", re.IGNORECASE)
_NOT_APPLICABLE = re.compile(
    r"not applicable|n/?a\b|don.t know|no opinion|never used|"
    r"不适用|不知道|不清楚|不了解|未接触|没用过|说不清",
    re.I,
)
# how good a label sounds: only ever compared with another label of the same scale
_TONES: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        -2,
        re.compile(
            r"^(?:very dissatisfied|very un|very poor|very bad|strongly disagree|never|"
            r"非常不|很不|极不|很差|从不)",
            re.I,
        ),
    ),
    (-2, re.compile(r"^(?:not satisfied|dissatisfied|unsatisfied|disagree|poor|bad|不满意|不同意|差)", re.I)),
    (
        -1,
        re.compile(r"^(?:less|rather dis|somewhat dis|slightly dis|rarely|不太|不大|比较不|较不|很少)", re.I),
    ),
    (0, re.compile(r"^(?:general|neither|neutral|average|fair|sometimes|一般|中立|普通|有时)", re.I)),
    (
        1,
        re.compile(
            r"^(?:more|rather|somewhat|fairly|satisfied|agree|good|often|比较|较|基本|满意|同意|好|经常)",
            re.I,
        ),
    ),
    (
        2,
        re.compile(
            r"^(?:very|completely|extremely|strongly agree|excellent|always|非常|很|完全|极|十分|总是)", re.I
        ),
    ),
)


def lint(questionnaire: Questionnaire) -> list[Remark]:
    """All remarks: on the whole first, then question by question in display order.

    Codes: duplicate_key, missing_translation, double_barrelled, leading, scale_mismatch, no_not_applicable,
    score_order, too_many_options.
    """
    remarks = [
        Remark(code, "", Problem("", message, cure, values))
        for code, message, cure, values in _whole(questionnaire)
    ]
    remarks += _duplicate_keys(questionnaire)
    said: set[str] = set()  # what is true of a scale is said once, at its first item
    for question in questionnaire.questions:
        scale = repr(question.options) if question.kind is Kind.SCALE else ""
        rules = [*_RULES, *(() if scale in said else _SCALE_RULES)]
        said |= {scale} if scale else set()
        for rule in rules:
            for code, message, cure, values in rule(question, questionnaire.languages):
                problem = Problem(N_("Question {key}"), message, cure, {**values, "key": question.key})
                remarks.append(Remark(code, question.key, problem))
    return remarks


def _whole(questionnaire: Questionnaire) -> Told:
    wordings = [questionnaire.title, questionnaire.introduction]
    for section in questionnaire.sections:
        wordings += [section.title, section.introduction]
    for wording in wordings:
        yield from _untranslated(wording, questionnaire.languages)


def _duplicate_keys(questionnaire: Questionnaire) -> Iterator[Remark]:
    seen: set[str] = set()
    for question in questionnaire.questions:
        if fold(question.key) in seen:
            message, cure = N_("another question has this key."), N_("Give every question its own key.")
            yield Remark(
                "duplicate_key",
                question.key,
                Problem(N_("Question {key}"), message, cure, {"key": question.key}),
            )
        seen.add(fold(question.key))


def _untranslated(wording: Wording, languages: tuple[str, ...]) -> Told:
    if any(wording.values()):
        missing = [language for language in languages if not wording.get(language)]
        if missing:
            words = next(text for text in wording.values() if text)[:40]
            cure = N_("Write it in every language of the questionnaire.")
            values: dict[str, object] = {"words": words, "languages": missing}
            yield "missing_translation", N_("“{words}” is missing in {languages}."), cure, values


def _translations(question: Question, languages: tuple[str, ...]) -> Told:
    for wording in (question.text, question.hint, *(option.label for option in question.options)):
        yield from _untranslated(wording, languages)


def _double_barrelled(question: Question, _: tuple[str, ...]) -> Told:
    for language, pattern in _JOINED.items():
        found = pattern.search(question.text.get(language, ""))
        if found and question.kind is Kind.SCALE:
            cure = N_("If both can be judged differently, ask two questions.")
            yield (
                "double_barrelled",
                N_("two things are asked at once: “{words}”."),
                cure,
                {"words": found[0]},
            )
            return


def _leading(question: Question, _: tuple[str, ...]) -> Told:
    for language, pattern in _LEADING.items():
        found = pattern.search(question.text.get(language, ""))
        if found:
            yield "leading", N_("“{words}” suggests an answer."), N_("Ask neutrally."), {"words": found[0]}
            return


def _scale_mismatch(question: Question, _: tuple[str, ...]) -> Told:
    asks = any(_SATISFACTION.search(text) for text in question.text.values())
    offers = any(_SATISFACTION.search(text) for option in question.options for text in option.label.values())
    if question.kind is Kind.SCALE and offers and not asks:
        cure = N_("Ask how satisfied people are, or offer answers that fit.")
        yield "scale_mismatch", N_("the answers speak of satisfaction, the question does not."), cure, {}


def _too_many_options(question: Question, _: tuple[str, ...]) -> Told:
    count = len(question.options)
    if count > MOST_OPTIONS:
        yield (
            "too_many_options",
            N_("{count} options are more than people read."),
            N_("Merge some."),
            {"count": count},
        )


def _not_applicable(question: Question, _: tuple[str, ...]) -> Told:
    if question.kind is Kind.SCALE and not any(_says(option, _NOT_APPLICABLE) for option in question.options):
        message = N_("people who never met this cannot say so; they guess or leave it blank.")
        yield "no_not_applicable", message, N_("Add “not applicable” without a score."), {}


def _says(option: Option, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(text) for text in option.label.values())


def _score_order(question: Question, _: tuple[str, ...]) -> Told:
    """A better label must have the higher score: a map turned round gives 3.013 for 2.987 and nobody would
    notice.
    """
    scored = [
        (option, tone) for option in question.options if option.score is not None for tone in _tone(option)
    ]
    for option, tone in scored:
        for other, its_tone in scored:
            if tone > its_tone and (option.score or 0) < (other.score or 0):
                values: dict[str, object] = {"better": _first(option), "worse": _first(other)}
                cure = N_("Check the scores: has the scale been turned round?")
                yield "score_order", N_("“{better}” scores less than “{worse}”."), cure, values
                return


def _tone(option: Option) -> Iterator[int]:
    """How good the label sounds, once if it can be told."""
    for text in option.label.values():
        for tone, pattern in _TONES:
            if pattern.search(text.strip()):
                yield tone
                return


def _first(option: Option) -> str:
    return next(iter(option.label.values()), str(option.value))


_RULES: tuple[Callable[[Question, tuple[str, ...]], Told], ...] = (
    _translations,
    _double_barrelled,
    _leading,
    _scale_mismatch,
    _too_many_options,
)
_SCALE_RULES = (_not_applicable, _score_order)
