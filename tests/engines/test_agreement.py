"""Every engine gives the same tables as plain Python, whatever is asked, of whichever rows, however weighted.

All that needs Spark is one test, so that only one process of the suite starts it.
"""

from __future__ import annotations

import gc
import warnings
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.engines import brute, drawn, postgres_tables

from openhall.engines import pushed
from openhall.engines.columns import columns_of
from openhall.engines.memory import counted
from openhall.engines.postgres import Postgres
from openhall.errors import BadInput
from openhall.report import chapter4
from openhall.report.study import study_of
from openhall.stats.axes import Between, Coded, Day, Number
from openhall.stats.cells import Cells
from openhall.stats.counted import Counted
from openhall.surveys.toml_format import builtin


def agree(engine, questionnaire, rows, asks, where, weight):
    """The engine's tables are those of plain Python, and of the columns in memory."""
    found = engine.count(asks, where=where, weight=weight)
    for ask, cells in zip(asks, found, strict=True):
        assert said(cells) == brute.count(rows, ask, where, weight), ask
    inside = drawn.memory(questionnaire, rows).count(asks, where=where, weight=weight)
    assert [said(cells) for cells in found] == [said(cells) for cells in inside]


def said(cells: Cells):
    assert cells.values.dtype == cells.counts.dtype == "int64"
    return cells.values.tolist(), cells.counts.tolist()


@st.composite
def cases(draw, most):
    """A questionnaire, rows, asks, conditions and a weight."""
    questionnaire = draw(drawn.questionnaires())
    rows, about = draw(drawn.rows(questionnaire)), drawn.Asks(questionnaire)
    return (
        questionnaire,
        rows,
        draw(about.asks(most)),
        draw(about.where),
        draw(st.sampled_from(("", "weight"))),
    )


def same_study(engine, questionnaire, rows, filters):
    """All tables of chapter 4 are those of the columns in memory. No sheet is void."""
    for where in filters:
        there = Counted(engine, columns_of(questionnaire), where=where)
        here = counted(questionnaire, [[row[q.key] for q in questionnaire] for row in rows])
        here.where = () if where == pushed.usual(questionnaire, ["void"]) else where
        asks = list(chapter4.asks(questionnaire, study_of(questionnaire), here))
        there.prepare(asks)
        here.prepare(asks)
        for ask in asks:
            assert said(there.known[ask]) == said(here.known[ask]), ask


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@pytest.mark.postgresql
@pytest.mark.django_db
def test_postgresql_counts_what_memory_counts():
    with postgres_tables.schema() as (database, name):

        @settings(max_examples=100, suppress_health_check=SLOW)
        @given(cases(5))
        def compare(case):
            questionnaire, rows, asks, where, weight = case
            table = postgres_tables.fill(database, name, questionnaire, rows)
            engine = Postgres(postgres_tables.url(), table, drawn.specs(questionnaire))
            agree(engine, questionnaire, rows, asks, where, weight)

        compare()


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_whole_study_is_the_same_in_postgresql():
    questionnaire = builtin()
    rows = drawn.sheets(questionnaire, 300)
    with postgres_tables.schema() as (database, name):
        table = postgres_tables.fill(database, name, questionnaire, rows)
        engine = Postgres(postgres_tables.url(), table, drawn.specs(questionnaire))
        filters = [(), pushed.usual(questionnaire, ["void"]), pushed.usual(questionnaire, [])]
        same_study(engine, questionnaire, rows, filters)


def parquet(folder, questionnaire, rows):
    """A folder of two Parquet files of these answers."""
    fields = drawn.fields(questionnaire)
    schema = pa.schema([(key, kind) for key, (_, kind) in fields.items()])
    table = pa.Table.from_pylist(drawn.stored(questionnaire, rows), schema)
    folder.mkdir()
    for number, part in enumerate((table.slice(0, len(rows) // 2), table.slice(len(rows) // 2))):
        pq.write_table(part, folder / f"{number}.parquet")
    return folder


class Stop(Exception):
    """Somebody no longer wants the count."""


def stop(_done, _of):
    raise Stop


def end(session):
    """Spark and its Java process end with the test."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    session.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None
    gc.collect()  # the sockets pyspark leaves open say so now, not in the next test


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_spark_counts_what_memory_counts(tmp_path, subtests, capfd):
    from openhall.engines import cluster, spark

    session = spark.started("local[2]", {})
    try:
        with subtests.test("It starts without a word on the terminal"):
            assert capfd.readouterr() == ("", "")

        with subtests.test("Whatever is asked, however filtered and weighted"):
            folders = (tmp_path / str(number) for number in range(1000))

            @settings(max_examples=3, database=None, phases=[Phase.generate], suppress_health_check=SLOW)
            @given(cases(6))
            def compare(case):
                questionnaire, rows, asks, where, weight = case
                files = session.read.parquet(str(parquet(next(folders), questionnaire, rows)))
                engine = spark.on_spark(files, drawn.specs(questionnaire))
                agree(engine, questionnaire, rows, asks, where, weight)

            compare()

        questionnaire = builtin()
        rows = drawn.sheets(questionnaire, 300)
        folder = parquet(tmp_path / "three hundred", questionnaire, rows)
        with subtests.test("A whole study"):
            engine = cluster.opened(f"spark+local[2]://{quote(str(folder))}", questionnaire)
            same_study(engine, questionnaire, rows, [pushed.usual(questionnaire, ["void"])])
            assert engine.rows == 300

        with subtests.test("By ibis's own way to Arrow"), warnings.catch_warnings(action="ignore"):
            asks = [(Coded("q1", (1, 2)), Coded("q2", (1, 2, 3, 4, 5))), ()]
            own = cluster.Cluster(engine.table, engine.specs)
            for found, same in zip(own.count(asks), engine.count(asks), strict=True):
                assert said(found) == said(same)

        with subtests.test("Limits are included"):
            numbers = spark.on_spark(session.range(10), (), "numbers")
            assert numbers.count([()], where=(Between(Number("id"), 3, 5),))[0].n == 3

        with subtests.test("A column that is not there"), pytest.raises(BadInput, match="column q99"):
            engine.count([(Coded("q99", (1,)),)])

        with subtests.test("A weight that is not whole"), pytest.raises(BadInput, match="whole number"):
            engine.count([()], weight="office")

        with subtests.test("A date that is none"), pytest.raises(BadInput, match="cannot count it"):
            wrong = session.createDataFrame([("yesterday",)], "day string")
            spark.on_spark(wrong, (), "wrong").count([(Day("day"),)])

        with subtests.test("Nothing at the address"), pytest.raises(BadInput, match="cannot count it"):
            cluster.opened("spark+local[2]:///no/such/folder", questionnaire)

        with subtests.test("Columns missing at the address"), pytest.raises(BadInput, match="column q1"):
            pq.write_table(pa.table({"q2": [1]}), tmp_path / "few.parquet")
            cluster.opened(f"spark+local[2]://{tmp_path}/few.parquet", questionnaire)

        with subtests.test("A count nobody wants any more is ended"):
            endless = session.range(10**13).selectExpr("cast(id % 3 as int) as q1")
            with pytest.raises(Stop):
                spark.on_spark(endless, (), "endless").count([(Coded("q1", (1, 2)),)], watch=stop)
            assert session.sparkContext.statusTracker().getActiveJobsIds() == []
    finally:
        end(session)
