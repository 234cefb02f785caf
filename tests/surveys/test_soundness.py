from dataclasses import replace

import pytest

from openhall.errors import BadInput
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section
from openhall.surveys.soundness import require_sound

YES_NO = (Option(1, {"en": "Yes"}), Option(2, {"en": "No"}))
GOOD = Question(key="q1", kind=Kind.SINGLE, text={"en": "Q?"}, options=YES_NO)
FORM = Questionnaire(key="f", title={"en": "F"}, sections=(Section(key="a", questions=(GOOD,)),))


def form(*questions: Question) -> Questionnaire:
    return replace(FORM, sections=(Section(key="a", questions=questions),))


def number(**more: object) -> Question:
    return replace(GOOD, kind=Kind.NUMBER, options=(), **more)  # type: ignore[arg-type]


def many(count: int) -> tuple[Option, ...]:
    return tuple(Option(n, {"en": "x"}) for n in range(count))


def test_a_sound_questionnaire_is_given_back() -> None:
    assert require_sound(FORM) is FORM


def test_the_line_ends_of_a_form_are_sound() -> None:
    asked = replace(FORM, introduction={"en": "one\r\n\r\ntwo\nthree\tfour"})
    assert require_sound(asked) is asked


@pytest.mark.parametrize(
    ("questionnaire", "said"),
    [
        (form(), "there is no question. Add at least one question."),
        (
            form(*(replace(GOOD, key=f"q{n}") for n in range(501))),
            "there are 501 questions; 500 are possible.",
        ),
        (replace(FORM, title={"en": ""}), "the questionnaire has no title."),
        (replace(FORM, languages=("en", "zh-hans")), "“zh-hans” is not a language code."),
        (form(replace(GOOD, text={"english": "Q?"})), "“english” is not a language code."),
        (replace(FORM, sections=FORM.sections * 2), "the section a stands twice."),
        (form(GOOD, GOOD), "Question q1: the key q1 is used more than once."),
        (form(replace(GOOD, key="q-1")), "“q-1” cannot be a question's key."),
        (form(replace(GOOD, key="office")), "the key office is the name of a column of every data file."),
        (form(replace(GOOD, text={})), "the question has no text."),
        (form(replace(GOOD, hint={"en": "x" * 4001})), "a wording is longer than 4000 characters."),
        (form(replace(GOOD, text={"en": "a\x0bb"})), "a wording has characters that cannot be printed."),
        (form(replace(GOOD, options=(*YES_NO, Option(3, {"en": "\x00"})))), "a wording has characters that"),
        (
            replace(FORM, title={"en": "a\x1bb"}),
            "a title or introduction has characters that cannot be printed.",
        ),
        (
            replace(FORM, sections=(replace(FORM.sections[0], title={"en": "\x00"}),)),
            "a title or introduction has characters that cannot be printed.",
        ),
        (form(number(minimum=float("inf"))), "the minimum or maximum is not a number."),
        (form(number(minimum=2, maximum=1)), "the minimum is above the maximum."),
        (form(number(decimals=16)), "decimals is not between 0 and 15."),
        (form(replace(GOOD, kind=Kind.TEXT)), "a question of this kind has no options."),
        (form(replace(GOOD, options=YES_NO[:1])), "there are too few options to choose from."),
        (form(replace(GOOD, options=many(201))), "there are 201 options; 200 are possible."),
        (form(replace(GOOD, options=YES_NO[:1] * 2)), "the value 1 stands for 2 options."),
        (form(replace(GOOD, options=(*YES_NO, Option(3, {"en": ""})))), "option 3 has no label."),
        (
            form(replace(GOOD, options=(*YES_NO, Option(10**9, {"en": "x"})))),
            "the value 1000000000 is too large.",
        ),
        (
            form(replace(GOOD, options=(*YES_NO, Option(3, {"en": "x"}, float("nan"))))),
            "the score of option 3 is not",
        ),
        (form(replace(GOOD, population=(100.0,))), "population has 1 shares for 2 options."),
        (form(replace(GOOD, population=(50.0, 60.0))), "the shares of population do not add up to 100."),
    ],
)
def test_what_is_not_sound_is_told(questionnaire: Questionnaire, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        require_sound(questionnaire)
    assert said in "\n".join(caught.value.lines())
