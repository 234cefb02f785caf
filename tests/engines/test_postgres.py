"""Counting inside PostgreSQL: one snapshot, any fitting column type, nothing left running, and errors that name
the place and never the password."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from tests.engines import drawn, postgres_tables

from openhall.engines import columns, postgres, pushed
from openhall.engines.postgres import Postgres, opened
from openhall.errors import BadInput, OpenHallError
from openhall.stats.axes import Alike, Between, Coded, Day, In, Number, Part, Score
from openhall.stats.counted import Columns, Counted
from openhall.surveys.toml_format import builtin

Q1, Q2 = Coded("q1", (1, 2)), Coded("q2", (5, 4))


@pytest.fixture
def answers(db):
    """A connection, and the name of a schema whose table `answers` has two questions and four sheets."""
    with postgres_tables.schema() as (database, name):
        table = sql.Identifier(name, "answers")
        database.execute(sql.SQL("CREATE TABLE {} (q1 smallint, q2 integer, why text)").format(table))
        database.execute(
            sql.SQL("INSERT INTO {} VALUES (1,5,'x'), (2,4,''), (2,5,NULL), (NULL,4,'y')").format(table)
        )
        yield database, name


def engine(name, table="answers"):
    return Postgres(postgres_tables.url(), f"{name}.{table}", ())


def of(cells):
    return cells.values.tolist(), cells.counts.tolist()


pytestmark = pytest.mark.postgresql
ONCE = pytest.mark.django_db  # they run with those that need the database


def test_all_tables_of_a_call_come_from_one_snapshot(answers):
    database, name = answers
    more = sql.SQL("INSERT INTO {} VALUES (1, 4, 'z')").format(sql.Identifier(name, "answers"))
    asks = [(), (Q1, Q1), (Number("q2"), Q1), (Q2, Q2)]
    found = engine(name).count(asks, watch=lambda *_: database.execute(more))
    assert {table.n for table in found} == {4}
    assert engine(name).count([()])[0].n > 4


def test_progress_goes_up_to_all_rows(answers):
    heard = []
    asks = [(Q1, Q1), (Q2, Q2)]
    counting = engine(answers[1])
    counting.count(asks, watch=lambda done, of: heard.append((done, of)))
    assert heard == sorted(heard)
    assert heard[-1] == (counting.rows, counting.rows)


@pytest.mark.parametrize(
    ("low", "high", "many"), [(4, 4, 2), (4, 5, 4), (5, None, 2), (None, 4, 2), (6, None, 0)]
)
def test_limits_are_included(answers, low, high, many):
    [table] = engine(answers[1]).count([()], where=(Between(Number("q2"), low, high),))
    assert table.n == many


class Stop(Exception):
    pass


def test_a_count_nobody_wants_any_more_is_ended(answers):
    database, name = answers
    slow = sql.SQL("CREATE VIEW {} AS SELECT 1 AS q1 FROM pg_sleep(600)").format(sql.Identifier(name, "slow"))
    database.execute(slow)

    def stop(_done, _of):
        raise Stop

    with pytest.raises(Stop):
        engine(name, "slow").count([(Q1,)], watch=stop)
    running = database.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s", [f"%{name}%slow%"]
    )
    assert running.fetchone() == (0,)


def test_codes_come_as_numbers_texts_or_truth(answers):
    database, name = answers
    odd = sql.SQL(
        "CREATE VIEW {} AS SELECT q1::text, q2::bigint, q2::numeric AS n, q2::text AS t, (q1 = 1) AS b,"
        " q1::float8 AS f, (q1 = 2) AS void, q1 AS m_1, (q1 = 1)::int AS m_2,"
        " '2020-02-29'::text AS day, '1.005'::text AS x FROM {}"
    )
    database.execute(odd.format(sql.Identifier(name, "odd"), sql.Identifier(name, "answers")))
    plain, other = engine(name), engine(name, "odd")
    assert of(*other.count([(Q1,)])) == of(*plain.count([(Q1,)])) == ([[0], [1], [2]], [1, 1, 2])
    for key in ("n", "t", "q2"):
        assert (
            of(*other.count([(Coded(key, Q2.codes),)])) == of(*plain.count([(Q2,)])) == ([[1], [2]], [2, 2])
        )
    assert of(*other.count([(Coded("b", (0, 1)),)])) == ([[0], [1], [2]], [1, 2, 1])
    assert of(*other.count([(Coded("f", (1, 2)),)])) == of(*plain.count([(Q1,)]))
    counts = (In(Coded("void", ("",)), ("",)),)
    assert other.count([()], where=counts)[0].n == 2
    assert of(*other.count([(Day("day"), Number("x", 2))])) == ([[1, 18321, 1, 100]], [4])
    assert of(*other.count([(Alike((Q1, Coded("t", (1, 2))), 1),)])) == ([[0], [1]], [1, 3])


def test_a_number_too_large_to_hold_is_named_with_its_table(answers):
    database, name = answers
    view = sql.SQL("CREATE VIEW {} AS SELECT 1e300::float8 AS x").format(sql.Identifier(name, "big"))
    database.execute(view)
    with pytest.raises(BadInput, match=r"Table .*big: PostgreSQL cannot count it: bigint out of range"):
        engine(name, "big").count([(Number("x"),)])


def test_codes_in_no_list_are_bad_input(answers):
    database, name = answers
    database.execute(sql.SQL("UPDATE {} SET q1 = 9 WHERE q1 = 1").format(sql.Identifier(name, "answers")))
    counting = engine(name)
    assert of(*counting.count([(Q1,)])) == ([[-1], [0], [2]], [1, 1, 2])
    with pytest.raises(BadInput, match="In column q1 1 rows have a code that is not one of 1, 2"):
        Counted(counting, Columns({"q1": Q1})).cells(Q1)


def test_a_code_of_the_question_that_is_not_asked_for_is_no_answer(answers):
    name = answers[1]
    known = Postgres(postgres_tables.url(), f"{name}.answers", (columns.choice("q1", (1, 2)),))
    assert of(*known.count([(Coded("q1", (2,)),)])) == ([[0], [1]], [2, 2])


def test_what_is_not_there_is_named(answers):
    name = answers[1]
    with pytest.raises(BadInput, match=f"Table {name}.nothing: There is no table"):
        engine(name, "nothing")
    with pytest.raises(BadInput, match=r"Table nowhere\.answers: There is no"):
        engine("nowhere")
    counting = engine(name)
    with pytest.raises(BadInput) as refused:
        counting.count([(Coded("q7", (1,)), Q1)], where=(Between(Day("day")),), weight="w")
    assert [problem.values["column"] for problem in refused.value.problems] == ["w", "day", "q7"]
    with pytest.raises(BadInput, match="column why: a weight has to be a whole number"):
        counting.count([()], weight="why")


def test_an_address_opens_its_table_and_names_the_missing_columns(answers):
    database, name = answers
    questionnaire = builtin()
    postgres_tables.fill(database, name, questionnaire, drawn.sheets(questionnaire, 5))
    host = postgres_tables.url()
    table = f"{name}.answers".replace(" ", "%20")
    counting = opened(f"{host}?table={table}&application_name=a%20hall", questionnaire)
    assert counting.count([()])[0].n == 5
    database.execute(sql.SQL("ALTER TABLE {} DROP COLUMN q1").format(sql.Identifier(name, "answers")))
    with pytest.raises(BadInput) as refused:
        opened(f"{host}?table={table}", questionnaire)
    assert [problem.values["column"] for problem in refused.value.problems] == ["q1"]
    assert "NULL means no answer" in str(refused.value)


@ONCE
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgresql://hall@127.0.0.1/hall", "Which table has the answers"),
        ("postgresql://hall@127.0.0.1/hall?table=", "Which table has the answers"),
        ("postgresql://hall@127.0.0.1/hall?table=a&table=b", "Which table has the answers"),
        ("mysql://hall@127.0.0.1/hall?table=a", "Which table has the answers"),
        ("postgresql://hall:top%secret@127.0.0.1/hall?table=a", "no address of a PostgreSQL database"),
        (
            "postgresql://hall:topsecret@127.0.0.1/hall?table=a&topsecret=1",
            "no address of a PostgreSQL database",
        ),
        ("postgresql://hall:topsecret@127.0.0.1:1/hall?table=a", "hall on 127.0.0.1 cannot be reached"),
        ("postgresql://127.0.0.1/hall?table=a&connect_timeout=soon", "hall on 127.0.0.1 cannot be reached"),
    ],
)
def test_a_wrong_address_is_explained_without_its_password(address, sentence):
    with pytest.raises(OpenHallError, match=sentence) as refused:
        opened(address, builtin())
    assert "secret" not in str(refused.value)


@ONCE
def test_a_table_one_may_not_read_and_a_lost_connection_are_explained():
    refused = postgres._refused(psycopg.errors.InsufficientPrivilege("permission denied"), "answers")
    assert "Table answers: This user may not read it" in str(refused)
    lost = postgres._refused(psycopg.OperationalError("the connection is lost\nserver closed"), "answers")
    assert str(lost) == (
        "The connection to the database was lost while table answers was counted: the connection is lost."
    )


@ONCE
def test_sums_that_do_not_fit_into_one_number_are_refused():
    part = Part("q1", (1,), (2**60,))
    with pytest.raises(BadInput, match="too many digits"):
        pushed.Counting([(Score((part, part)),)], ()).statements(postgres._Words({"q1": "int2"}), ())
