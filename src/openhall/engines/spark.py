"""Spark as the cluster: a session, started quietly and once a process, and the addresses of tables it counts.

    spark+local:///data/answers                    a folder of Parquet files, Spark in this process, all cores
    spark+local[2]:///data/answers                 the same with two workers
    spark://host:7077/data/answers                 a master, and a path that its workers can read
    spark://host:7077?path=s3a://bucket/answers    a path of another file system
    spark://host:7077?table=hall.answers           a table of the cluster's catalogue
    spark+yarn:?table=hall.answers                 any other master Spark knows by a word

Every other parameter is a setting of Spark: spark.executor.memory=4g.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from openhall.engines import pushed
from openhall.engines.cluster import INSTALL, Cluster, ibis, said
from openhall.engines.columns import Spec, specs_of
from openhall.errors import N_, BadInput, OpenHallError
from openhall.surveys.questionnaire import Questionnaire

FORMS = re.compile(
    r"spark(?:\+(?P<word>[a-z]+(?:\[[\d*]+\])?):(?://)?|://(?P<host>[^/?]+))(?P<path>/[^?]*)?(?:\?(?P<asked>.*))?"
)
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
LOCAL = {  # nobody else on the network is spoken to
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
}


@dataclass(frozen=True)
class Address:
    """Where Spark runs, and what it counts: a path of Parquet files or a table of its catalogue."""

    master: str
    path: str = ""
    table: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


def parsed(address: str) -> Address:
    """The parts of an address. BadInput where it has another form.

    >>> parsed("spark+local[2]:///data/answers")
    Address(master='local[2]', path='/data/answers', table='', settings={})
    >>> parsed("spark://host:7077?table=hall.answers").table
    'hall.answers'
    """
    found = FORMS.fullmatch(address)
    asked = dict(parse_qsl(found["asked"] or "")) if found else {}
    table, path = asked.pop("table", ""), asked.pop("path", "")
    path = path or (unquote(found["path"] or "").rstrip("/") if found else "")
    if found is None or bool(table) == bool(path):
        raise BadInput(
            N_("This is no address of answers on a cluster. Write {folder} or {table}."),
            folder="spark+local:///folder/of/parquet",
            table="spark://host:7077?table=answers",
        )
    master = f"spark://{found['host']}" if found["host"] else found["word"]
    return Address("local[*]" if master == "local" else master, path, table, asked)


def opened(address: str, questionnaire: Questionnaire) -> Cluster:
    """The engine of an address. BadInput where the path, the table or a question's column is not there,
    OpenHallError where Spark cannot be started."""
    wanted = parsed(address)
    session = started(wanted.master, wanted.settings)
    with said(wanted.path or wanted.table):
        frame = session.read.parquet(wanted.path) if wanted.path else session.table(wanted.table)
    engine = on_spark(frame, specs_of(questionnaire), wanted.path or wanted.table)
    pushed.check(engine.name, engine.types, pushed.columns_needed(questionnaire))
    return engine


def on_spark(frame: Any, specs: Sequence[Spec], name: str = "") -> Cluster:
    """The engine of a Spark data frame of answers, called `name` in messages."""
    session, view, tag = frame.sparkSession, f"openhall_{uuid4().hex}", f"openhall-{uuid4().hex}"
    frame.createOrReplaceTempView(view)
    backend = ibis().pyspark.connect(session)

    def run(expression: Any) -> Any:
        session.sparkContext.addJobTag(tag)
        try:
            return session.sql(backend.compile(expression)).toArrow()
        finally:
            session.sparkContext.removeJobTag(tag)

    return Cluster(
        backend.table(view),
        specs,
        run=run,
        cancel=lambda: session.sparkContext.cancelJobsWithTag(tag),
        name=name,
    )


def started(master: str, settings: Mapping[str, str]) -> Any:
    """The session of this process; the first call starts it, which takes some seconds."""
    ibis()
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise OpenHallError(
            N_("Counting on a cluster needs ibis and Spark. Install them: {command}"), command=INSTALL
        ) from None
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise OpenHallError(
            N_("Spark needs Java, which is not here. On Debian: apt-get install default-jre-headless")
        )
    builder = SparkSession.builder.master(master).appName("OpenHall")
    chosen = SETTINGS | (LOCAL if master.startswith("local") else {}) | dict(settings)
    for key, value in chosen.items():
        builder = builder.config(key, value)
    return _quietly(builder.getOrCreate)


def _quietly(start: Callable[[], Any]) -> Any:
    """Spark and Java write to this process's standard error as long as they live; they get a file instead,
    which is gone with them. What they wrote last is said if they do not start."""
    with tempfile.TemporaryFile() as log:
        kept = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            return start()
        except Exception as error:
            log.seek(0)
            lines = log.read().decode(errors="replace").strip().splitlines() or [str(error)]
            raise OpenHallError(
                N_("Spark cannot be started: {reason} It needs Java 17 or 21."), reason=lines[-1]
            ) from error
        finally:
            os.dup2(kept, 2)
            os.close(kept)
