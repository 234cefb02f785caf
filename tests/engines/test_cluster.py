"""What a cluster's address may say, and what is said where ibis, Spark or Java are missing. Counting on Spark
itself: `test_agreement`."""

from __future__ import annotations

import sys

import pytest

from openhall.engines import cluster, spark
from openhall.engines.spark import Address, parsed
from openhall.errors import BadInput, OpenHallError
from openhall.surveys.toml_format import builtin


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("spark+local:///data/answers", Address("local[*]", "/data/answers")),
        ("spark+local[2]:///data/many%20answers/", Address("local[2]", "/data/many answers")),
        ("spark+local[*]:?path=hdfs://store/answers", Address("local[*]", "hdfs://store/answers")),
        ("spark://host:7077/data/answers", Address("spark://host:7077", "/data/answers")),
        (
            "spark://one:7077,two:7077?table=hall.answers",
            Address("spark://one:7077,two:7077", "", "hall.answers"),
        ),
        (
            "spark+yarn:?table=answers&spark.executor.memory=4g",
            Address("yarn", "", "answers", {"spark.executor.memory": "4g"}),
        ),
    ],
)
def test_an_address_names_a_master_and_a_path_or_a_table(address, meant):
    assert parsed(address) == meant


@pytest.mark.parametrize(
    "address",
    [
        "spark+local:",
        "spark://host:7077",
        "spark:///data/answers",
        "spark+local[two]:///data",
        "spark+local:///data?table=answers",
        "/data/answers",
    ],
)
def test_another_address_is_bad_input_with_the_forms_that_work(address):
    with pytest.raises(BadInput, match=r"Write spark\+local:///folder/of/parquet or spark://host"):
        parsed(address)


@pytest.mark.parametrize("library", ["ibis", "pyspark.sql"])
def test_without_ibis_or_spark_the_cure_is_named(monkeypatch, library):
    monkeypatch.setitem(sys.modules, "ibis", sys)  # whichever is there: only the one named is missing
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(OpenHallError, match=r"pip install 'openhall\[cluster\]'"):
        cluster.opened("spark+local:///data", builtin())


def test_without_java_the_cure_is_named(monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "ibis", sys)
    monkeypatch.setitem(sys.modules, "pyspark.sql", type("Spark", (), {"SparkSession": None}))
    with pytest.raises(OpenHallError, match="apt-get install default-jre-headless"):
        cluster.opened("spark+local:///data", builtin())


def test_what_spark_said_last_is_told_where_it_does_not_start(capfd):
    def fail():
        import os

        os.write(2, b"Loading\nThis Java is too old.\n")
        raise RuntimeError("gateway exited")

    with pytest.raises(OpenHallError, match=r"cannot be started: This Java is too old\. It needs Java 17"):
        spark._quietly(fail)
    assert capfd.readouterr().err == ""
