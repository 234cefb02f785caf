"""Parquet files are counted as the columns in memory are, in whatever way they were written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from tests.engines.test_agreement import SLOW, agree, cases, parquet
from tests.engines.test_csv_store import ASKED, LABELS

from openhall.engines.files import Parquet
from openhall.errors import BadInput
from openhall.stats.axes import Coded


@settings(max_examples=40, suppress_health_check=SLOW, deadline=None)
@given(case=cases(5))
def test_parquet_is_counted_as_memory_is(tmp_path_factory, case):
    questionnaire, rows, asks, where, weight = case
    folder = parquet(tmp_path_factory.mktemp("parquet") / "folder", questionnaire, rows)
    agree(Parquet(folder, questionnaire), questionnaire, rows, asks, where, weight)


def test_a_code_that_is_no_answer_is_named_with_file_and_column(tmp_path: Path) -> None:
    table = pa.table(
        {"mood": pa.array([1, 0, None, 7], pa.int64()), "s1": pa.array([1, 1, 1, 1], pa.uint8())}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    engine = Parquet(tmp_path, ASKED)
    with pytest.raises(BadInput, match=r"a\.parquet, column mood: “7”"):
        engine.count([(Coded("q1", tuple(LABELS)),)])
    [cells] = engine.count([(Coded("s1", (1, 2, 3)),)])
    assert cells.counts.tolist() == [4] and engine.rows == 4


def test_words_in_parquet_are_understood_as_in_a_sheet(tmp_path: Path) -> None:
    words = pa.array(["very satisfied", "10", None, "1|2"]).dictionary_encode()
    pq.write_table(pa.table({"q1": words, "s1": pa.array([1.0, 2.0, None, 3.0])}), tmp_path / "a.parquet")
    found = Parquet(tmp_path / "a.parquet", ASKED).count(
        [(Coded("q1", tuple(LABELS)),), (Coded("s1", (1, 2, 3)),)]
    )
    assert [cells.values.ravel().tolist() for cells in found] == [[0, 1, 4], [0, 1, 2, 3]]
    assert found[0].counts.tolist() == [2, 1, 1]


def test_a_folder_without_parquet_or_without_a_question_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file ending in"):
        Parquet(tmp_path, ASKED)
    pq.write_table(pa.table({"q1": [1]}), tmp_path / "a.parquet")
    with pytest.raises(BadInput, match="s1 is missing"):
        Parquet(tmp_path, ASKED)
    (tmp_path / "b.parquet").write_bytes(b"nothing")
    with pytest.raises(BadInput, match="not a Parquet file"):
        Parquet(tmp_path, ASKED)


def test_parquet_is_read_in_batches_as_small_as_memory_asks_for(tmp_path: Path) -> None:
    codes = np.ones(5_000, np.uint8)
    pq.write_table(pa.table({"q1": codes, "s1": codes}), tmp_path / "a.parquet")
    seen: list[int] = []
    asks = [(Coded("q1", tuple(LABELS)),)]
    Parquet(tmp_path, ASKED, memory=1).count(asks, watch=lambda done, _of: seen.append(done))
    assert seen[-1] == 5_000 and len(seen) == 5
