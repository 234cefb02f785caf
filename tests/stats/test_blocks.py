"""The counting kernel gives the tables one gets by looking at every row in plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines import brute, drawn

from openhall.engines import columns
from openhall.errors import BadInput
from openhall.stats import blocks, tables
from openhall.stats.axes import Alike, Between, Coded, Given, In, Number, Part, Score, Total


def _check(asks, found, rows, where=(), weight=""):
    for ask, cells in zip(asks, found, strict=True):
        assert (cells.values.tolist(), cells.counts.tolist()) == brute.count(rows, ask, where, weight), ask


@given(st.data())
def test_any_ask_under_any_condition_and_weight(data):
    questionnaire = data.draw(drawn.questionnaires())
    rows = data.draw(drawn.rows(questionnaire, several_marks=True))
    about = drawn.Asks(questionnaire)
    asks, where = data.draw(about.asks(6)), data.draw(about.where)
    weight = data.draw(st.sampled_from(("", "weight")))
    found = drawn.memory(questionnaire, rows).count(asks, where=where, weight=weight)
    _check(asks, found, rows, where, weight)


@given(st.data())
def test_rows_in_several_blocks_count_as_in_one(data):
    questionnaire = data.draw(drawn.questionnaires())
    rows = data.draw(drawn.rows(questionnaire, several_marks=True))
    asks = data.draw(drawn.Asks(questionnaire).asks(4))
    cut = data.draw(st.integers(0, len(rows)))
    codes = columns.codes_of(drawn.specs(questionnaire))
    parts = [drawn.block(questionnaire, some) for some in (rows[:cut], rows[cut:])]
    heard: list[tuple[int, int]] = []
    found = blocks.count(asks, parts, codes, watch=lambda *said: heard.append(said), of=len(rows))
    _check(asks, found, rows)
    assert heard == [(cut, len(rows)), (len(rows), len(rows))]


@pytest.mark.parametrize("rows", [0, 1, 7, 1000])
def test_a_block_is_cut_into_pieces_that_fit_the_cache(monkeypatch, rows):
    monkeypatch.setattr(blocks, "ROWS", 7)
    chance = np.random.default_rng(1)
    places = {key: chance.integers(0, 4, rows).astype(np.uint8) for key in ("a", "b")}
    own = {"a": (3, 1, 2), "b": (1, 2, 3)}
    sheets = [
        {key: None if not places[key][n] else own[key][places[key][n] - 1] for key in own}
        for n in range(rows)
    ]
    axes = [Coded(key, codes) for key, codes in own.items()]
    asks = [(), (axes[0],), tuple(axes), (Score((Part("a", (1, 2, 3), (0, None, 5)),)), axes[1])]
    _check(asks, blocks.count(asks, [places], own), sheets)


def test_more_codes_than_a_byte_holds():
    codes = tuple(range(1000, 1400))
    column = np.array([0, 1, 400, 400, np.iinfo(np.uint16).max], np.uint16)
    rows = [{"q": answer} for answer in (None, 1000, 1399, 1399, (1000, 1001))]
    asks = [(Coded("q", codes),), (Coded("q", codes[::-1]), Given("q"))]
    found = blocks.count(asks, [{"q": column}], {"q": codes}, where=())
    _check(asks, found, rows)


def test_weights_beyond_what_a_float_holds_stay_exact():
    weights = np.array([2**53 + 1, 3, 2**53 + 1], np.int64)
    block = {"q": np.array([1, 1, 2], np.uint8), "w": weights}
    asks = [(Coded("q", (1, 2)),), (), (Number("w"),)]
    [table, total, _] = blocks.count(asks, [block], {"q": (1, 2)}, weight="w")
    assert table.counts.tolist() == [2**53 + 4, 2**53 + 1]
    assert total.n == 2**54 + 5


def test_the_same_place_of_different_lists_is_not_the_same_answer():
    own = {"a": (1, 2), "b": (2, 1, 3), "c": (1, 2)}
    block = {
        key: np.array(places, np.uint8)
        for key, places in (("a", [1, 1, 2]), ("b", [1, 2, 3]), ("c", [1] * 3))
    }
    rows = [{"a": 1, "b": 2, "c": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 3, "c": 1}]
    asks = [
        (Alike((Coded("a", (1, 2)), Coded("b", (2, 1, 3))), 2),),
        (Alike((Coded("b", (2, 3)), Coded("c", (1, 2))), 1),),
    ]
    _check(asks, blocks.count(asks, [block], own), rows)


@pytest.mark.parametrize(
    ("low", "high", "many"), [(4, 4, 1), (4, 5, 2), (5, None, 2), (None, 4, 1), (7, None, 0)]
)
def test_limits_are_included_and_no_number_is_in_none(low, high, many):
    block = {"n": np.array([4, 5, 6, np.iinfo(np.int64).min], np.int64)}
    [table] = blocks.count([()], [block], {}, where=(Between(Number("n"), low, high),))
    assert table.n == many


def test_no_blocks_and_no_rows_that_hold_give_empty_tables():
    column = Coded("q", (1, 2))
    asks = [(), (column,), (column, column), (Number("n"),)]
    for table in blocks.count(asks, [], {"q": (1, 2)}):
        assert (table.values.tolist(), table.n) == ([], 0)
    block = {"q": np.array([1], np.uint8), "n": np.array([5], np.int64)}
    for table in blocks.count(asks, [block], {"q": (1, 2)}, where=(In(column, (2,)),)):
        assert (table.values.tolist(), table.n) == ([], 0)


def test_numbers_as_far_apart_as_a_column_allows():
    values = [2**63 - 1, -(2**63) + 1, 5, 5, -(2**62), 2**62]
    block = {"n": np.array(values, np.int64)}
    asks = [(Number("n"),), (Number("n"), Given("n"))]
    _check(asks, blocks.count(asks, [block], {}), [{"n": value} for value in values])


def test_weights_that_add_up_to_more_than_a_number_holds_are_refused():
    block = {"q": np.array([1, 1], np.uint8), "w": np.array([2**61, 2**61], np.int64)}
    with pytest.raises(BadInput, match="weights add up"):
        blocks.count([(Coded("q", (1,)),)], [block], {"q": (1,)}, weight="w")
    with pytest.raises(BadInput, match="weights add up"):
        one = {key: column[:1] for key, column in block.items()}
        blocks.count([()], [one, one], {"q": (1,)}, weight="w")


def test_more_codes_are_asked_for_than_the_column_has_room_for():
    codes = (*range(1000, 1400), 5, 6)
    block = {"q": np.array([1, 2, 0], np.uint8)}
    asks = [(Coded("q", codes),), (Alike((Coded("q", codes),), 1),)]
    _check(asks, blocks.count(asks, [block], {"q": (5, 6)}), [{"q": 5}, {"q": 6}, {"q": None}])


@pytest.mark.parametrize(("items", "step"), [(36, 1), (37, 1), (45, 1), (64, 1), (41, 10**5)])
def test_the_mean_of_scores_of_many_items(items, step):
    """Exact of sheets with every answer, whatever the number of items; of all sheets up to 36."""
    chance, codes = np.random.default_rng(7), (1, 2, 3, 4, 5)
    keys = [f"q{number}" for number in range(items)] + ["z"]
    sheets = [
        {key: None if chance.random() < 0.1 else int(chance.integers(1, 6)) for key in keys}
        for _ in range(30)
    ]
    sheets += [dict.fromkeys(keys, 4), {**dict.fromkeys(keys, 3), "z": 5}]
    parts = {key: Part(key, codes, tuple(step * points for points in range(5))) for key in keys}
    total = Total((Score(tuple(parts[key] for key in keys[:-1])), Score((parts["z"],))))
    block = {key: np.array([sheet[key] or 0 for sheet in sheets], np.uint8) for key in keys}
    asks = [(total,)]
    _check(asks, blocks.count(asks, [block], dict.fromkeys(keys, codes)), sheets)
    assert total.common % items == 0 and total.most < blocks.WIDE


def test_scores_that_cannot_be_added_up_exactly_are_refused():
    part = Part("q", (1, 2), (0, 2**60))
    for axis in (Score((part, part)), Total((Score((part,)), Score((part,)), Score((part,))))):
        with pytest.raises(BadInput, match="too many digits"):
            blocks.count([(axis,)], [{"q": np.array([2], np.uint8)}], {"q": (1, 2)})


@pytest.mark.parametrize("weight", ["", "w"])
@pytest.mark.parametrize("out", [1, 4, 5, 19, 20])
def test_a_few_rows_that_do_not_count_are_left_out_of_every_kind_of_table(out, weight):
    sheets = [{"q": 1 + (row >= out), "n": row % 3 * 10**6, "w": 1 + row % 4} for row in range(20)]
    block = {
        "q": np.array([sheet["q"] for sheet in sheets], np.uint8),
        **{key: np.array([sheet[key] for sheet in sheets], np.int64) for key in ("n", "w")},
    }
    column = Coded("q", (1, 2))
    asks, where = [(), (column,), (Number("n"),), (Number("n"), column)], (In(column, (2,)),)
    _check(
        asks, blocks.count(asks, [block], {"q": (1, 2)}, where=where, weight=weight), sheets, where, weight
    )


def test_a_table_that_grows_is_merged_without_losing_a_row(monkeypatch):
    monkeypatch.setattr(blocks, "ROWS", 4)
    monkeypatch.setattr(tables, "LOOSE", 64)
    values = [number % 90 for number in range(400)]
    block = {"n": np.array(values, np.int64)}
    asks = [(Number("n"),)]
    _check(asks, blocks.count(asks, [block], {}), [{"n": value} for value in values])


def test_a_table_of_more_cells_than_16_bits_hold():
    chance = np.random.default_rng(9)
    own = {"a": tuple(range(60)), "b": tuple(range(60)), "c": tuple(range(30))}
    block = {key: chance.integers(0, len(codes) + 1, 300).astype(np.uint8) for key, codes in own.items()}
    sheets = [
        {key: None if not block[key][row] else int(block[key][row]) - 1 for key in own} for row in range(300)
    ]
    asks = [tuple(Coded(key, codes) for key, codes in own.items())]
    _check(asks, blocks.count(asks, [block], own), sheets)
