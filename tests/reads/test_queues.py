"""The work lists: what matches, in which order, page by page; and what each person may see of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.town import person

from openhall.models import Ask, Assignment, ServiceRequest, Supervision, search
from openhall.reads import queues
from openhall.reads.keyset import Key, beyond, cursor, ordering, place
from openhall.reads.queue_filter import NONE, SORTS, Filter, matching
from openhall.surveys.codes import with_check

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def make(number: int, **more) -> ServiceRequest:
    """A request as it might stand in the table, an hour older than the one before."""
    closed = more.get("state") == "closed"
    values = {
        "number": with_check(f"{number:09d}"),
        "subject": f"Request {number}",
        "text": "text",
        "urgency": 3,
        "is_open": not closed,
        "outcome": "resolved" if closed else "",
        "created_at": AT - timedelta(hours=number),
        "changed_at": AT - timedelta(hours=number),
        "due_at": None if closed else AT + timedelta(days=number),
    }
    return ServiceRequest.objects.create(**values | more)


def found(wanted: Filter, user, **more) -> list[int]:
    return [int(row.subject.split()[1]) for row in queues.page(wanted, user, at=AT, **more).rows]


def walk(wanted: Filter, user, size: int, *, back: bool = True) -> list[list[int]]:
    """All pages forward, and after that all back again: they must be the same."""
    pages, after = [], ""
    while True:
        page = queues.page(wanted, user, at=AT, after=after, size=size)
        pages.append(page)
        if not page.next:
            break
        after = page.next
    behind, page = [pages[-1].rows], pages[-1]
    while back and page.previous:
        page = queues.page(wanted, user, at=AT, before=page.previous, size=size)
        behind.insert(0, page.rows)
    assert not back or behind == [one.rows for one in pages]
    return [[int(row.subject.split()[1]) for row in one.rows] for one in pages]


def test_the_most_urgent_comes_first_then_the_earliest_deadline_then_what_stands_still(desk):
    make(1, urgency=3, due_at=None, state="waiting")
    make(2, urgency=3)
    make(3, urgency=1)
    make(4, urgency=3, due_at=AT - timedelta(days=1))
    make(5, state="closed")
    assert found(Filter(), desk.dispatcher) == [3, 4, 2, 1]


@pytest.mark.parametrize("sort", SORTS)
def test_pages_neither_lose_nor_repeat_a_request_forward_and_back(desk, sort):
    for number in range(1, 24):
        due = None if number % 4 == 0 else AT + timedelta(days=number % 3)
        make(number, urgency=1 + number % 2, due_at=due, created_at=AT - timedelta(hours=number % 5))
    pages = walk(Filter(sort=sort), desk.dispatcher, 4)
    whole = found(Filter(sort=sort), desk.dispatcher)
    assert [one for page in pages for one in page] == whole and sorted(whole) == list(range(1, 24))


def test_a_request_that_comes_in_between_moves_nothing_twice_onto_a_page(desk):
    for number in range(1, 9):
        make(number)
    first = queues.page(Filter(), desk.dispatcher, at=AT, size=4)
    make(99, urgency=1)
    assert found(Filter(), desk.dispatcher, after=first.next) == [5, 6, 7, 8]


def test_a_cut_or_invented_cursor_shows_the_first_page(desk):
    make(1)
    for text in ("x", "1~2", "1~~~", "9" * 40 + "~~1", "-1~~1", "1~abc~1"):
        assert found(Filter(), desk.dispatcher, after=text) == [1]


@given(st.lists(st.tuples(st.integers(1, 3), st.none() | st.integers(0, 3)), max_size=8), st.data())
def test_what_lies_beyond_a_row_is_what_follows_it_in_the_order(rows, data):
    """`beyond` and `ordering` agree with plain sorting; told on plain tuples through Python's own comparison."""
    order = (Key("urgency"), Key("due", nullable=True), Key("pk"))
    numbered = [(urgency, due, pk) for pk, (urgency, due) in enumerate(rows)]
    ordered = sorted(numbered, key=lambda row: (row[0], row[1] is None, row[1] or 0, row[2]))
    if not ordered:
        return
    index = data.draw(st.integers(0, len(ordered) - 1))
    assert [row for row in ordered if holds(beyond(order, ordered[index]), row)] == ordered[index + 1 :]
    assert [row for row in ordered if holds(beyond(order, ordered[index], backwards=True), row)] == ordered[
        :index
    ]
    itself = beyond(order, ordered[index], itself=True)
    assert [row for row in ordered if holds(itself, row)] == ordered[index:]
    assert place(order, cursor(order, ordered[index])) == ordered[index]
    assert len(ordering(order)) == 3


def holds(condition, row) -> bool:
    """A Q of plain comparisons, worked out on one row as a database does: nothing compares with a missing value."""
    values = dict(zip(("urgency", "due", "pk"), row, strict=True))

    def one(child) -> bool:
        if not isinstance(child, tuple):
            return holds(child, row)
        name, _, how = child[0].partition("__")
        mine, asked = values[name], child[1]
        if how == "isnull":
            return (mine is None) == asked
        if asked is None or mine is None:
            return how == "" and mine is None and asked is None
        return {
            "": mine == asked,
            "gt": mine > asked,
            "gte": mine >= asked,
            "lt": mine < asked,
            "lte": mine <= asked,
        }[how]

    results = [one(child) for child in condition.children]
    result = any(results) if condition.connector == "OR" else all(results)
    return result != condition.negated


def test_each_filter_keeps_what_it_names_and_all_of_them_combine(desk):
    make(1, service=desk.light, lead=desk.roads, area=desk.harbour, demand="help", channel="phone", urgency=2)
    make(
        2,
        service=desk.pipe,
        lead=desk.water,
        handler=desk.water_handler,
        groups=["elderly"],
        state="handling",
    )
    make(3, state="closed", lead=desk.roads, outcome="refused")
    make(4, entered_by=desk.dispatcher, due_at=AT - timedelta(hours=1), confidential=True)
    by = desk.dispatcher
    cases = {
        Filter(service=desk.light.pk): [1],
        Filter(service=NONE): [4],
        Filter(department=desk.water.pk): [2],
        Filter(department=NONE): [4],
        Filter(area=desk.harbour.pk): [1],
        Filter(person=desk.water_handler.pk): [2],
        Filter(person=NONE): [1, 4],
        Filter(demand="help"): [1],
        Filter(channel="phone"): [1],
        Filter(group="elderly"): [2],
        Filter(group="elder"): [],
        Filter(urgency=(2,)): [1],
        Filter(state="handling"): [2],
        Filter(state="closed"): [3],
        Filter(state="closed", outcome="refused"): [3],
        Filter(state="closed", outcome="resolved"): [],
        Filter(state="any"): [1, 2, 3, 4],
        Filter(due="overdue"): [4],
        Filter(due="2"): [1, 4],
        Filter(entered="me"): [4],
        Filter(confidential=True): [4],
        Filter(confidential=False): [1, 2],
        Filter(since=date(2026, 3, 2), until=date(2026, 3, 2)): [1, 2, 4],
        Filter(until=date(2026, 3, 1)): [],
        Filter(service=desk.light.pk, department=desk.roads.pk, urgency=(1, 2), channel="phone"): [1],
        Filter(service=desk.light.pk, department=desk.water.pk): [],
    }
    for wanted, numbers in cases.items():
        assert sorted(found(wanted, by)) == numbers, wanted
        if not wanted.wide:
            assert queues.count(wanted, by, at=AT) == len(numbers), wanted


def test_due_today_ends_at_midnight_of_the_hall(desk):
    zone = queues.hall_time()[0].tzinfo
    at = datetime(2026, 7, 1, 12, tzinfo=zone)  # summer: midnight in London is 23:00 in UTC
    make(1, due_at=datetime(2026, 7, 1, 22, 59, tzinfo=UTC))
    make(2, due_at=datetime(2026, 7, 1, 23, 0, tzinfo=UTC))
    rows = queues.page(Filter(due="today"), desk.dispatcher, at=at).rows
    assert [row.subject for row in rows] == ["Request 1"]


def test_what_departments_are_asked_for_is_found_for_the_department_asked(desk):
    one, two = make(1, state="dispatched", lead=desk.roads), make(2, state="handling", lead=desk.water)
    send(one, desk.roads, "lead")
    send(two, desk.water, "lead", signed_at=AT)
    send(two, desk.roads, "assisting", handler=desk.handler)
    Ask.objects.create(
        request=two, kind="extension", office=desk.water, reason="r", by=desk.water_handler, at=AT
    )
    order(two, desk.water, due=AT + timedelta(hours=3))
    assert found(Filter(needs="sign"), desk.handler) == [1, 2]
    assert found(Filter(needs="sign"), desk.water_handler) == []
    assert found(Filter(needs="part"), desk.handler) == [2]
    assert found(Filter(needs="extension"), desk.dispatcher) == [2]
    assert found(Filter(needs="order"), desk.handler) == []
    assert found(Filter(needs="order"), desk.supervisor) == [2]
    assert found(Filter(person=desk.handler.pk), desk.handler) == [2]
    assert found(Filter(person=NONE), desk.head) == [1]


def test_a_list_of_orders_shows_when_the_order_is_due(desk):
    one = make(1, lead=desk.roads, state="handling")
    order(one, desk.roads, due=AT + timedelta(hours=3))
    assert queues.page(Filter(needs="order"), desk.supervisor, at=AT).rows[0].due == AT + timedelta(hours=3)
    assert queues.page(Filter(), desk.supervisor, at=AT).rows[0].due == one.due_at


def test_everybody_finds_what_they_may_see_and_nothing_else(desk):
    make(1, lead=desk.roads, state="handling")
    helped = make(2, lead=desk.water, state="handling")
    send(helped, desk.roads, "assisting")
    past = make(3, lead=desk.water, state="handling")
    send(past, desk.roads, "assisting", ended_at=AT, ended_how="returned")
    make(4, confidential=True, accused=desk.roads, lead=desk.water, state="handling")
    make(5, confidential=True, entered_by=desk.clerk)
    seen = {
        desk.handler: [1, 2],
        desk.water_handler: [2, 3, 4],
        desk.dispatcher: [1, 2, 3, 4, 5],
        desk.clerk: [1, 2, 3, 5],
        desk.screener: [1, 2, 3],
        desk.administrator: [],
    }
    for user, numbers in seen.items():
        for wanted in (Filter(), Filter(state="any")):
            assert sorted(found(wanted, user)) == numbers, (user, wanted)
    for row in ServiceRequest.objects.all():
        for user in seen:
            shown = ServiceRequest.objects.visible_to(user).filter(pk=row.pk).exists()
            assert shown == user.may("request.view", row), (user, row.subject)


def test_somebody_of_no_department_sees_nothing_of_any(desk):
    make(1)
    make(2, lead=desk.roads)
    nowhere = person("nora", "handler")
    assert found(Filter(), nowhere) == [] and not nowhere.may("request.view", ServiceRequest.objects.first())


def test_among_closed_ones_a_look_ends_and_says_where_and_goes_on_from_there(desk, monkeypatch):
    monkeypatch.setattr(queues, "WINDOW", 5)
    monkeypatch.setattr(queues, "SMALL_WINDOW", 3)
    for number in range(1, 18):
        make(number, state="closed", lead=desk.roads if number in (2, 9, 10, 17) else desk.water)
    for sort in ("new", "old", "changed"):
        wanted = Filter(state="any", department=desk.roads.pk, sort=sort)
        pages = walk(wanted, desk.dispatcher, 2, back=False)  # an empty page has no way back but to the first
        assert sorted(one for page in pages for one in page) == [2, 9, 10, 17], sort
    page = queues.page(Filter(state="any", department=desk.roads.pk), desk.dispatcher, at=AT)
    assert [row.subject for row in page.rows] == ["Request 2"] and page.looked_to == AT - timedelta(hours=5)
    assert not queues.page(Filter(state="any"), desk.dispatcher, at=AT, size=2).looked_to


def test_a_look_among_closings_goes_from_one_to_the_next_and_ends_with_the_days(desk, monkeypatch):
    monkeypatch.setattr(queues, "WINDOW", 3)
    for number in range(1, 18):
        ended = AT - timedelta(hours=6 * (18 - number))  # what came first was closed last
        lead = desk.roads if number in (2, 9, 10, 17) else desk.water
        make(number, state="closed", lead=lead, closed_at=ended)
    make(99)  # never closed
    wanted = Filter(department=desk.roads.pk, closed_since=date(2026, 2, 27), closed_until=date(2026, 3, 1))
    pages = walk(wanted, desk.dispatcher, 2, back=False)
    assert [one for page in pages for one in page] == [10, 9] and len(pages) > 2
    monkeypatch.setattr(queues, "WINDOW", 50)
    whole = walk(replace(wanted, department=None), desk.dispatcher, 4)
    assert whole == [[15, 14, 13, 12], [11, 10, 9, 8], [7, 6, 5, 4]]


def test_a_look_begins_at_the_day_that_was_asked_for(desk, monkeypatch):
    monkeypatch.setattr(queues, "WINDOW", 5)
    for number in range(1, 60):
        make(number, state="closed")
    wanted = Filter(state="closed", until=date(2026, 2, 28), since=date(2026, 2, 28))
    assert found(wanted, desk.dispatcher) == [37, 38, 39, 40, 41]


def test_a_number_finds_its_request_and_words_those_that_have_them_all(desk):
    one, two = make(1, state="closed"), make(2)
    search.put("request", one.pk, "The street light is broken 路灯坏了")
    search.put("request", two.pk, "A broken pipe in the street")
    by = desk.dispatcher
    assert found(Filter(words=one.number.lower(), state="any"), by) == [1]
    assert found(Filter(words="broken streets"), by) == [2]
    assert sorted(found(Filter(words="broken streets", state="any"), by)) == [1, 2]
    assert found(Filter(words="路灯", state="any"), by) == [1]
    assert found(Filter(words="broken lift", state="any"), by) == []
    assert found(Filter(words="the", state="any"), by) == []
    assert found(Filter(words="\"' OR * =request", state="any"), by) == []


def test_counting_stops_where_nobody_needs_more(desk, monkeypatch):
    monkeypatch.setattr(queues, "CAP", 3)
    for number in range(1, 9):
        make(number)
    assert queues.count(Filter(), desk.dispatcher, at=AT) == 4


def test_counted_together_are_as_many_as_counted_one_by_one(desk, monkeypatch):
    for number in range(1, 12):
        lead = (None, desk.roads, desk.water)[number % 3]
        state = "handling" if lead else "received"
        one = make(number, lead=lead, state=state, groups=["elderly"] * (number % 2), urgency=1 + number % 5)
        if lead:
            send(one, lead, "lead", handler=desk.handler if number == 1 else None)
    send(make(12, lead=desk.water, state="handling"), desk.roads, "assisting", handler=desk.handler)
    make(13, state="closed", lead=desk.roads)
    order(ServiceRequest.objects.get(subject="Request 4"), desk.roads, due=AT - timedelta(hours=1))
    lists = [
        Filter(),
        Filter(due="7"),
        Filter(needs="order"),
        Filter(needs="order", due="overdue"),
        Filter(needs="sign"),
        Filter(needs="extension"),
        Filter(needs="rectification"),
        Filter(group="elderly", urgency=(1, 2)),
        Filter(person=desk.handler.pk),
        Filter(person=NONE),
        Filter(state="closed", outcome="refused"),
        Filter(due="7", outcome="resolved"),
        Filter(words="nothing at all"),
    ]
    for cap in (1000, 2):
        monkeypatch.setattr(queues, "CAP", cap)
        for user in (desk.handler, desk.head, desk.dispatcher, desk.clerk, desk.administrator):
            one_by_one = [queues.count(wanted, user, at=AT) for wanted in lists]
            assert queues.counts(lists, user, at=AT) == one_by_one, user
    assert (
        queues.counts(lists[:2] * 2, desk.handler, at=AT) == queues.counts(lists[:2], desk.handler, at=AT) * 2
    )
    assert queues.counts([], desk.handler, at=AT) == []


def test_departments_are_counted_worst_first(desk):
    make(1, lead=desk.roads, due_at=AT - timedelta(days=1))
    make(2, lead=desk.water, state="waiting", due_at=None)
    make(3, lead=desk.water)
    make(4, lead=desk.water, state="closed")
    one, two = queues.by_department(desk.leader, at=AT)
    assert (one["department"], one["open"], one["late"]) == (desk.roads.pk, 1, 1)
    assert (two["open"], two["late"], two["paused"]) == (2, 0, 1) and two["oldest"] == AT - timedelta(hours=3)


def test_a_file_leaves_out_what_is_confidential(desk, monkeypatch):
    make(1)
    make(2, confidential=True)
    make(3)
    assert [row.subject for row in queues.rows_of_file(Filter(), desk.dispatcher, at=AT)] == [
        "Request 1",
        "Request 3",
    ]
    monkeypatch.setattr(queues, "MOST_ROWS", 1)
    assert len(list(queues.rows_of_file(Filter(), desk.dispatcher, at=AT))) == 1


def test_a_page_takes_as_many_queries_for_many_rows_as_for_few(desk):
    def queries(wanted: Filter) -> int:
        with CaptureQueriesContext(connection) as made:
            queues.page(wanted, desk.handler, at=AT)
        return len(made)

    lists = [
        Filter(),
        Filter(needs="sign"),
        Filter(state="any"),
        Filter(needs="order"),
        Filter(sort="changed"),
    ]
    make(0, lead=desk.roads)
    before = [queries(wanted) for wanted in lists]
    for number in range(1, 30):
        send(make(number, lead=desk.roads, state="dispatched"), desk.roads, "lead")
    after = [queries(wanted) for wanted in lists]
    assert after == [2, 2, 3, 1, 2], (before, after)


def test_open_lists_are_read_out_of_their_index_alone(desk):
    """On SQLite the plan names the index; without it a list of few among millions would read them all."""
    if connection.vendor != "sqlite":
        plans = []
    else:
        wanted = [
            Filter(),
            Filter(sort="due"),
            Filter(service=desk.light.pk, area=desk.harbour.pk),
            Filter(department=desk.roads.pk, due="overdue", group="elderly"),
            Filter(state="waiting", sort="due"),
        ]
        users = (desk.dispatcher, desk.handler, desk.clerk)
        plans = [plan(replace(one), user) for one in wanted for user in users]
        late = Filter(state="waiting", sort="due")  # its second page begins after one without a deadline
        plans += [plan(late, user, beyond(late.order, (None, 7))) for user in users]
    assert all("COVERING INDEX request_open" in one for one in plans)


def plan(wanted: Filter, user, after: Q | None = None) -> str:
    rows = matching(wanted, user, at=AT).filter(after or Q()).order_by(*ordering(wanted.order))
    return rows.values_list(*(key.field for key in wanted.order))[:51].explain()


def send(request, office, part: str, **more) -> Assignment:
    return Assignment.objects.create(request=request, office=office, part=part, sent_at=AT, **more)


def order(request, office, *, due) -> Supervision:
    return Supervision.objects.create(
        request=request, kind="order", office=office, text="t", at=AT, due_at=due
    )


def test_the_order_of_the_model_puts_what_has_no_deadline_last(desk):
    make(1, due_at=None)
    make(2)
    assert [row.subject for row in ServiceRequest.objects.in_order()] == ["Request 2", "Request 1"]
