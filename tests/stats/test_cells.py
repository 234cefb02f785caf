"""Tables of counts are exact, sorted, without zeros, and can be added, taken away and summed over."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from openhall.stats.cells import Cells, added, gathered

PAIRS = st.lists(
    st.tuples(st.integers(-2, 3), st.integers(-(2**62), 2**62) | st.integers(0, 2), st.integers(0, 3))
)


def _cells(rows: list[tuple[int, int, int]]) -> Cells:
    numbers = np.array(rows, np.int64).reshape(-1, 3)
    return gathered(numbers[:, :2], numbers[:, 2])


def _said(table: Cells) -> dict[tuple[int, ...], int]:
    assert table.values.dtype == table.counts.dtype == np.int64
    return {
        tuple(key): number for key, number in zip(table.values.tolist(), table.counts.tolist(), strict=True)
    }


def _brute(rows: list[tuple[int, int, int]]) -> dict[tuple[int, ...], int]:
    found: Counter[tuple[int, ...]] = Counter()
    for first, second, number in rows:
        found[first, second] += number
    return {key: found[key] for key in sorted(found) if found[key]}


@given(PAIRS)
def test_equal_combinations_are_summed_in_ascending_order_without_zeros(rows):
    said = _said(_cells(rows))
    assert said == _brute(rows)
    assert list(said) == sorted(said)


@given(PAIRS, PAIRS)
def test_a_table_added_and_taken_away_again_leaves_nothing(some, others):
    one, other = _cells(some), _cells(others)
    both = added([one, other])
    assert _said(both) == _brute(some + others)
    assert _said(added([both, other], [1, -1])) == _said(one)
    assert not len(added([one, one], [1, -1]).counts)


@given(PAIRS)
def test_columns_are_summed_over_and_put_in_any_order(rows):
    table = _cells(rows)
    turned = {(second, first): number for (first, second), number in _brute(rows).items()}
    assert _said(table.of(1, 0)) == {key: turned[key] for key in sorted(turned)}
    assert _said(table.of()) == ({(): table.n} if table.n else {})
    first = Counter({(0,): 0})
    for key, _, number in rows:
        first[(key,)] += number
    assert _said(table.of(0)) == {key: first[key] for key in sorted(first) if first[key]}


@given(PAIRS)
def test_a_mask_keeps_its_combinations(rows):
    table = _cells(rows)
    kept = table.where(table.values[:, 0] > 0)
    assert _said(kept) == {key: number for key, number in _brute(rows).items() if key[0] > 0}
