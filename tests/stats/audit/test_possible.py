"""Means, standard deviations and percentages that so many people can have: GRIM, GRIMMER, DEBIT."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stats.audit.small import audited, serious

from openhall.stats.audit.findings import Code
from openhall.stats.audit.possible import grim, grimmer
from openhall.stats.audit.printed import printed

answers = st.lists(st.integers(1, 5), min_size=2, max_size=40)


@settings(max_examples=200, deadline=None)
@given(answers, st.integers(1, 3), st.integers(0, 1))
def test_real_answers_always_pass(data, places, ddof):
    mean, sd = printed(f"{np.mean(data):.{places}f}"), printed(f"{np.std(data, ddof=ddof):.{places}f}")
    assert grim(mean, len(data))
    assert grimmer(mean, sd, len(data), 1, (1, 5))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=30))
def test_means_of_several_items_pass(data):
    scores = np.array(data).mean(axis=1)
    mean, sd = printed(f"{scores.mean():.2f}"), printed(f"{scores.std(ddof=1):.2f}")
    assert grim(mean, len(data), 3)
    assert grimmer(mean, sd, len(data), 3, (1, 5))


@pytest.mark.parametrize(
    ("mean", "n", "possible"),
    [("5.19", 28, False), ("5.18", 28, True), ("3.45", 20, True), ("3.47", 20, False)],
)
def test_grim(mean, n, possible):
    assert grim(printed(mean), n) is possible


def test_grimmer_agrees_with_trying_every_set_of_answers():
    from itertools import combinations_with_replacement

    n = 6
    real = {
        (f"{np.mean(one):.2f}", f"{np.std(one, ddof=1):.2f}")
        for one in combinations_with_replacement(range(1, 6), n)
    }
    population = {
        (f"{np.mean(one):.2f}", f"{np.std(one):.2f}") for one in combinations_with_replacement(range(1, 6), n)
    }
    tried = [
        (f"{total / n:.2f}", f"{sd / 100:.2f}") for total in range(n, 5 * n + 1) for sd in range(0, 230, 3)
    ]
    refused = [pair for pair in tried if not grimmer(printed(pair[0]), printed(pair[1]), n, 1, (1, 5))]
    assert len(refused) > len(tried) / 3
    assert not set(refused) & (real | population)


def moment(**values):
    return '[[moment]]\nplace = "8"\n' + "".join(f"{key} = {value}\n" for key, value in values.items())


def test_findings_name_the_nearest_possible_figures():
    (found,) = audited(moment(n=20, mean='"3.47"', scale="[1, 5]")).serious
    assert (found.code, found.values["below"], found.values["above"]) == (Code.GRIM, 3.45, 3.5)
    assert serious(moment(n=18, mean='"3.44"', sd='"2.47"', whole="true")) == ["grimmer"]
    assert serious(moment(n=20, mean='"3.00"', sd='"2.90"', scale="[1, 5]")) == ["sd_range"]


def test_an_age_in_years_and_months_is_not_tested_for_whole_numbers():
    assert serious(moment(n=20, mean='"33.47"', sd='"9.11"')) == []


def test_debit():
    assert serious(moment(n=50, mean='"0.40"', sd='"0.49"', binary="true")) == []
    assert serious(moment(n=50, mean='"0.40"', sd='"0.30"', binary="true")) == ["debit"]


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 200), st.data())
def test_shares_of_so_many_people_pass(n, data):
    count = data.draw(st.integers(0, n))
    values = np.array([1] * count + [0] * (n - count))
    assert (
        serious(
            moment(
                n=n,
                mean=f'"{values.mean():.2f}"',
                sd=f'"{values.std(ddof=1):.2f}"',
                binary="true",
                percent=f'"{100 * count / n:.1f}"',
            )
        )
        == []
    )


def test_an_impossible_percentage():
    assert serious(moment(n=12, percent='"30.0"')) == ["percent_grim"]
    assert serious(moment(n=12, percent='"33.3"')) == []
