from dataclasses import replace

import pytest

from openhall.surveys.linter import lint
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Role, Section
from openhall.surveys.toml_format import builtin

NA = Option(9, {"en": "Not applicable", "zh": "不适用"})
GOOD = (
    Option(2, {"en": "Satisfied", "zh": "满意"}, 2.0),
    Option(1, {"en": "Not satisfied", "zh": "不满意"}, 1.0),
    NA,
)


def form(*questions: Question) -> Questionnaire:
    return Questionnaire(
        key="f",
        title={"en": "F", "zh": "表"},
        languages=("en", "zh"),
        sections=(Section(key="a", questions=questions),),
    )


def item(
    en: str, zh: str = "您对标识是否满意？", options: tuple[Option, ...] = GOOD, key: str = "s1"
) -> Question:
    return Question(key=key, kind=Kind.SCALE, text={"en": en, "zh": zh}, options=options, role=Role.ITEM)


def codes(*questions: Question) -> list[str]:
    return [remark.code for remark in lint(form(*questions))]


FINE = "Are you satisfied with the signs?"


def test_a_plain_question_gives_no_remark() -> None:
    assert codes(item(FINE)) == []


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (item("Are you satisfied with the signs and the lifts?"), "double_barrelled"),
        (item(FINE, "您对标识和电梯是否满意？"), "double_barrelled"),
        (item("How satisfied are you with the excellent signs?"), "leading"),
        (item("Do you think that you are satisfied with the signs?"), "leading"),
        (item(FINE, "您难道对标识不满意吗？"), "leading"),
        (item("Is the hall easy to reach?", "交通是否便利？"), "scale_mismatch"),
        (item(FINE, options=GOOD[:2]), "no_not_applicable"),
        (item(FINE, ""), "missing_translation"),
        (item(FINE, options=(*GOOD, Option(8, {"en": "Good"}, 3.0))), "missing_translation"),
        (item(FINE, options=(replace(GOOD[0], score=1.0), replace(GOOD[1], score=2.0), NA)), "score_order"),
        (
            item(
                FINE, options=(*GOOD, *(Option(n, {"en": f"No. {n}", "zh": f"{n}号"}) for n in range(20, 30)))
            ),
            "too_many_options",
        ),
    ],
)
def test_a_weak_question_is_remarked(question: Question, code: str) -> None:
    assert codes(question) == [code]


def test_a_key_used_twice_is_remarked() -> None:
    assert codes(item(FINE), item(FINE, key="S1")) == ["duplicate_key"]


def test_a_scale_is_remarked_once_and_not_at_every_item() -> None:
    assert codes(item(FINE, options=GOOD[:2]), item(FINE, options=GOOD[:2], key="s2")) == [
        "no_not_applicable"
    ]


def test_a_scale_turned_round_is_remarked_in_words() -> None:
    turned = (replace(GOOD[0], score=1.0), replace(GOOD[1], score=2.0), NA)
    (remark,) = lint(form(item(FINE, options=turned)))
    assert remark.key == "s1"
    assert str(remark.problem) == (
        "Question s1: “Satisfied” scores less than “Not satisfied”. "
        "Check the scores: has the scale been turned round?"
    )


def test_the_study_asks_for_transport_on_a_satisfaction_scale_and_two_things_at_once() -> None:
    remarks = {(remark.code, remark.key) for remark in lint(builtin())}
    assert ("scale_mismatch", "s1") in remarks
    assert {key for code, key in remarks if code == "double_barrelled"} == {"s3", "s11", "s12", "s14", "s15"}
    assert not any(code in ("score_order", "missing_translation", "duplicate_key") for code, _ in remarks)


def test_the_studys_own_labels_are_ordered_whichever_way_they_are_printed() -> None:
    scale = builtin()["s1"].options
    assert "score_order" not in codes(item(FINE, options=scale), item(FINE, key="s2", options=scale[::-1]))
    reversed_scores = tuple(replace(option, score=6 - (option.score or 0)) for option in scale)
    assert "score_order" in codes(item(FINE, options=reversed_scores))
