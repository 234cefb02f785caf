"""The tables taken from an engine say the same as the rows themselves, however large the scores are."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stats.sample import Sample

from openhall.errors import BadInput
from openhall.stats.axes import Between, Coded, In, Number, Part
from openhall.stats.blocks import count
from openhall.stats.cells import Cells
from openhall.stats.counted import Columns, Counted, Scale
from openhall.stats.counting import cross_tally, patterns, spread, tally
from openhall.stats.oneway import Oneway, oneway_of
from openhall.stats.study import Dimension, Factor, Item, Level
from openhall.stats.ttest import paired_of

HALL = Factor(key="hall", name="hall", label={}, levels=tuple(Level(code, {}) for code in (3, 1, 2)))
ITEMS = tuple(Item(key, {}) for key in ("s1", "s2", "s3"))
FIRST, SECOND = Dimension("A", {}, ITEMS[:2]), Dimension("B", {}, ITEMS[2:])
BILLION = 10**12


class Rows:
    """An engine over codes: 0 for no answer, the halls 1 to 3, the items 1 to 5."""

    def __init__(self, rows: np.ndarray) -> None:
        self.block = {
            key: column.astype(np.uint8)
            for key, column in zip(("hall", "s1", "s2", "s3"), rows.reshape(-1, 4).T, strict=True)
        }
        self.rows = len(rows)

    def count(self, asks, *, where=(), weight="", watch=None):
        lists = {"hall": (1, 2, 3), **{item.key: (1, 2, 3, 4, 5) for item in ITEMS}}
        return count(asks, [self.block], lists, where=where)


def counted(rows: np.ndarray, base: int = 1, unit: Fraction = Fraction(1)) -> Counted:
    codes = (1, 2, 3, 4, 5)
    parts = {item.key: Part(item.key, codes, (0, 1, 2, 3, 4)) for item in ITEMS}
    columns = Columns({"hall": Coded("hall", (1, 2, 3))}, parts, Scale(Fraction(base), unit))
    return Counted(Rows(rows), columns)


def sample(rows: np.ndarray) -> Sample:
    values = np.where(rows == 0, np.nan, rows)
    return Sample(dict(zip(("hall", "s1", "s2", "s3"), values.reshape(-1, 4).T, strict=True)))


answers = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), max_size=60
).map(lambda rows: np.array(rows, dtype=np.int64).reshape(-1, 4))


@given(answers)
def test_tables_are_those_of_the_rows(rows):
    found, plain = counted(rows), sample(rows)
    counts, missing = tally(plain["hall"], HALL.codes)
    assert [part.tolist() for part in (found.tally(HALL)[0], counts)] == [counts.tolist()] * 2
    assert found.tally(HALL)[1] == missing
    cross, lost = cross_tally(plain["hall"], plain["s1"], HALL.codes, (5, 4, 3, 2, 1))
    own, own_lost = found.cross(HALL, ITEMS[0], (5, 4, 3, 2, 1))
    assert (own.tolist(), own_lost) == (cross.tolist(), lost)


@given(answers)
def test_spreads_and_patterns_are_those_of_the_rows(rows):
    found, plain = counted(rows), sample(rows)
    for dimension in (FIRST, SECOND):
        one, other = found.spread(dimension, HALL), spread(plain.scores(dimension), plain["hall"], HALL.codes)
        assert one.values.tolist() == other.values.tolist()
        assert one.counts.tolist() == other.counts.tolist()
        assert one.missing == other.missing
    one, other = found.patterns(ITEMS), patterns(np.column_stack([plain[item.key] for item in ITEMS]))
    assert (one.rows.tolist(), one.counts.tolist()) == (other.rows.tolist(), other.counts.tolist())
    assert one.missing == other.missing


@given(answers)
def test_the_total_is_the_mean_of_the_scores_there_are(rows):
    found, plain = counted(rows), sample(rows)
    both = np.column_stack([plain.scores(FIRST), plain.scores(SECOND)])
    whole = both[~np.isnan(both).all(axis=1)]
    total = found.spread((FIRST, SECOND))
    assert total.n == len(whole)
    if len(whole):
        mean = float(total.counts[0] @ total.values / total.n)
        assert mean == pytest.approx(float(np.nanmean(whole, axis=1).mean()))


def figures(found: Oneway) -> list[float]:
    tests = (found.anova, found.levene_mean, found.levene_median, found.welch, found.brown_forsythe)
    return [*(test.value for test in tests), found.eta2, found.kruskal.value]


def test_a_million_million_more_changes_no_f():
    rng = np.random.default_rng(3)
    rows = np.column_stack([rng.integers(1, 4, 500), *(rng.integers(0, 6, 500) for _ in ITEMS)])
    plain, high = counted(rows), counted(rows, base=BILLION + 1)
    for dimension in (FIRST, SECOND):
        one, other = (oneway_of(tables.spread(dimension, HALL)) for tables in (plain, high))
        assert figures(other) == pytest.approx(figures(one), rel=1e-12)
        assert other.groups.total.mean == pytest.approx(BILLION + one.groups.total.mean, rel=1e-15)
    one, other = (paired_of(tables.pairs(FIRST, SECOND)) for tables in (plain, high))
    assert other.test.t == pytest.approx(one.test.t, rel=1e-12)


@given(st.lists(st.sampled_from([-2.5, 0, 0.1, 1, 2.5, 1e12]), min_size=1))
def test_every_score_has_whole_points(scores):
    scale = Scale.of(scores)
    for score in scores:
        points = scale.points(score)
        assert points is not None and points >= 0
        assert float(scale.base + scale.unit * points) == score


def test_a_code_nobody_knows_is_refused_with_its_column():
    class Odd(Rows):
        def count(self, asks, *, where=(), weight="", watch=None):
            return tuple(Cells(np.array([[-1]]), np.array([7])) for _ in asks)

    tables = counted(np.zeros((0, 4)))
    tables.engine = Odd(np.zeros((0, 4)))
    with pytest.raises(BadInput, match="hall") as refused:
        tables.tally(HALL)
    assert "7" in str(refused.value)


def test_the_column_of_an_unknown_code_is_found_behind_a_score():
    class Odd(Rows):
        def count(self, asks, *, where=(), weight="", watch=None):
            return tuple(Cells(np.array([[2, 5, -1]]), np.array([7])) for _ in asks)

    found = counted(np.zeros((0, 4)))
    found.engine = Odd(np.zeros((0, 4)))
    with pytest.raises(BadInput, match="hall"):
        found.cells(found.columns.score(ITEMS[:2]), found.columns.choices["hall"])


def test_pairs_are_the_same_whichever_way_they_were_counted():
    rows = np.array([[1, 5, 4, 1], [1, 2, 2, 3], [2, 2, 2, 3], [2, 0, 0, 3]])
    first, second = counted(rows), counted(rows)
    columns = first.columns
    second.prepare([(columns.score(SECOND.items), columns.score(FIRST.items))])
    one, other = first.pairs(FIRST, SECOND), second.pairs(FIRST, SECOND)
    assert one.rows.tolist() == other.rows.tolist() == [[2, 3], [4.5, 1]]
    assert one.counts.tolist() == other.counts.tolist() == [2, 1] and one.missing == other.missing == 1


class Visits:
    """An engine over one number, in tenths, with a weight."""

    rows = 4

    def count(self, asks, *, where=(), weight="", watch=None):
        block = {"n": np.array([25, 25, -10, np.iinfo(np.int64).min]), "w": np.array([1, 2, 3, 4])}
        return count(asks, [block], {}, where=where, weight=weight)


def test_measured_numbers_have_their_decimals_and_weights():
    found = Counted(Visits(), Columns({})).numbers("n", 1)
    assert (found.values.tolist(), found.counts.tolist(), found.missing) == ([-1, 2.5], [[1, 2]], 1)
    heavy = Counted(Visits(), Columns({}), weight="w")
    assert (heavy.n, heavy.numbers("n", 1).counts.tolist()) == (10, [[3, 3]])
    few = Counted(Visits(), Columns({}), where=(Between(Number("n", 1), 0),), weight="w")
    assert (few.n, few.numbers("n", 1).counts.tolist()) == (3, [[3]])


def test_a_filter_is_part_of_the_counting():
    rows = np.array([[1, 5, 5, 5], [2, 4, 4, 4], [2, 1, 1, 1]])
    found = counted(rows)
    few = Counted(found.engine, found.columns, where=(In(Coded("hall", (1, 2, 3)), (2,)),))
    assert (found.n, few.n) == (3, 2)
    assert few.spread(ITEMS[0]).values.tolist() == [1, 4]


def test_scores_with_a_fraction_are_the_nearest_step():
    rows = np.array([[1, 1, 0, 0], [1, 3, 0, 0], [2, 5, 0, 0], [2, 0, 0, 0]])
    found = counted(rows, unit=Fraction(5, 4))  # the scores are 1, 2.25, 3.5, 4.75, 6
    counts, missing = found.cross(HALL, ITEMS[0], (6, 5, 4, 2, 1))
    assert (counts.tolist(), missing) == ([[0] * 5, [0, 0, 1, 0, 1], [1, 0, 0, 0, 0]], 1)


def test_what_is_counted_once_is_not_counted_again():
    found = counted(np.array([[1, 5, 5, 5]]))
    found.prepare([(), (found.columns.choices["hall"],)])
    found.engine = replace_with_nothing()
    assert found.n == 1
    assert found.tally(HALL)[0].sum() == 1


def replace_with_nothing():
    class Gone:
        rows = 0

        def count(self, *_args, **_more):
            raise AssertionError("counted again")

    return Gone()
