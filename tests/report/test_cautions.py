"""Every caution of the statistics has its sentence."""

from __future__ import annotations

import re

import pytest

from openhall.report.cautions import SENTENCES, SENTENCES_OF_MANY, told, told_together
from openhall.report.pen import Pen
from openhall.stats.cautions import Caution, Code
from openhall.stats.study import Factor, Level

SIDE = Factor(
    key="a", name="side", label={"en": "Side"}, levels=(Level(1, {"en": "left"}), Level(2, {"en": "right"}))
)
# One of everything a caution may carry, as the procedures carry it.
VALUES = {
    "missing": 3,
    "n": 20,
    "levels": "1, 2",
    "limit": 30,
    "value": 3.0,
    "groups": 1,
    "distinct": 10,
    "repeated": 20,
    "cells": 25,
    "below": 14,
    "share": 56.0,
    "minimum": 0.53,
    "population": 398,
    "alpha": -0.2,
    "standard": 0.7,
    "items": "s1, s2",
    "item": "s1",
    "p": 0.0123,
    "ratio": 2.5,
    "kmo": 0.55,
    "needed": 30,
    "iterations": 1000,
    "cases": 4,
    "deff": 1.8,
    "effective": 166.7,
}


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence_that_can_be_filled(code: Code) -> None:
    said = told(Caution(code, VALUES), Pen("en"), rows=SIDE)
    assert said.code == code.value
    assert "{" not in said.text


@pytest.mark.parametrize("template", [*SENTENCES.values(), *SENTENCES_OF_MANY.values()])
def test_sentences_use_only_values_there_are(template: str) -> None:
    assert set(re.findall(r"\{(\w+)\}", template)) <= {*VALUES, "tests"}


def test_codes_of_groups_are_said_by_their_labels() -> None:
    said = told(Caution(Code.SMALL_GROUPS, {"levels": "2", "limit": 30}), Pen("en"), rows=SIDE)
    assert "right" in said.text


def test_the_same_caution_of_many_tests_is_said_once() -> None:
    found = [(name, [Caution(Code.UNEQUAL_VARIANCES, {"p": 0.01})]) for name in ("age", "income")]
    said = told_together(found, Pen("en"))
    assert [one.text for one in said] == [
        (
            "The groups do not scatter alike (Levene p < .05) in: age; income. Welch's test is read there,"
            " where it can be computed."
        )
    ]


def test_codes_left_out_are_not_said() -> None:
    found = [("age", [Caution(Code.SMALL_GROUPS, {"levels": "1", "limit": 30})])]
    assert told_together(found, Pen("en"), leave=[Code.SMALL_GROUPS]) == []


def test_levels_nobody_chose_are_left_out_of_no_test_where_there_is_none() -> None:
    caution = Caution(Code.EMPTY_LEVELS, {"levels": "2"})
    assert told(caution, Pen("en"), rows=SIDE, tested=False).text == "Nobody chose: right."
    assert told(caution, Pen("en"), rows=SIDE).text == "Nobody chose: right. The test leaves them out."


def test_welch_is_claimed_only_where_it_can_be_computed() -> None:
    """The next caution may say of the same test that it cannot."""
    found = [("age", [Caution(Code.UNEQUAL_SIZES, {"ratio": 4.0}), Caution(Code.NO_WELCH, {"levels": "1"})])]
    sizes, none = told_together(found, Pen("en"))
    assert sizes.text.endswith("in: age. Welch's test is read there, where it can be computed.")
    assert none.text == "Welch's test cannot be computed for: age. The classic F is read there."
    alone = told(found[0][1][0], Pen("en"), rows=SIDE)
    assert alone.text == "The largest group is 4 times the smallest, so Welch's test is to be preferred."
