"""The desk's first page by role, the list of requests with its filters, what is kept of it, acts on many, the file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.town import person, sign_in

from openhall import moment
from openhall.desk.tabs import ELSEWHERE, TABS
from openhall.models import Assignment, Clock, Event, SavedFilter, ServiceRequest
from openhall.reads import queues
from openhall.rules.permissions import Role
from openhall.surveys.codes import pretty, with_check

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday, noon in London
LIST = "/desk/requests/"


@pytest.fixture(autouse=True)
def noon():
    with moment.at(AT):
        yield


def make(number: int, **more) -> ServiceRequest:
    closed = more.get("state") == "closed"
    values = {
        "number": with_check(f"{number:09d}"),
        "subject": f"Request {number}",
        "text": "text",
        "is_open": not closed,
        "outcome": "resolved" if closed else "",
        "created_at": AT - timedelta(hours=number),
        "changed_at": AT,
        "due_at": None if closed else AT + timedelta(days=number),
    }
    return ServiceRequest.objects.create(**values | more)


def sent(number: int, office, **more) -> ServiceRequest:
    """A request sent to a department that has not signed for it."""
    one = make(number, state="dispatched", lead=office, **more)
    Assignment.objects.create(request=one, office=office, part="lead", sent_at=AT)
    return one


class Reader(HTMLParser):
    """Subjects of the rows and the addresses of links by their words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.subjects, self.links, self.said = [], {}, ""
        self._cell, self._href = False, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "td":
            self._cell = given.get("class") == "app-list__subject"
        if tag == "a":
            self._href = given.get("href", "")

    def handle_data(self, data):
        self.said += data
        if self._cell and data.strip():
            self.subjects.append(data.strip())
            self._cell = False
        if self._href and data.strip():
            self.links.setdefault(data.strip(), self._href)


def read(client, address: str) -> Reader:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return Reader(answer.content.decode())


# --- the first page -----------------------------------------------------------------------------------------------


def test_the_dispatcher_opens_on_the_first_list_with_work_and_sees_how_much_is_in_each(client, desk):
    make(1, state="accepted")
    make(2, state="accepted", urgency=1)
    make(3, state="returned", due_at=AT - timedelta(hours=1))
    page = read(sign_in(client, desk.dispatcher), "/desk/")
    assert page.subjects == ["Request 2", "Request 1"]
    counts = {one.tab.key: one.count for one in client.get("/desk/").context["tabs"]}
    assert counts == {"classify": 0, "dispatch": 2, "returned": 1, "extensions": 0, "overdue": 1, "open": 3}
    assert read(client, "/desk/?tab=returned").subjects == ["Request 3"]


def test_each_role_opens_on_its_own(client, desk):
    unsigned = sent(1, desk.roads)
    mine = make(2, state="handling", lead=desk.roads, handler=desk.handler)
    make(3, state="handling", lead=desk.roads, due_at=AT - timedelta(days=2))
    make(4, entered_at_office=desk.town.north)
    opens = {
        desk.handler: [unsigned.subject],
        desk.head: [unsigned.subject],
        desk.supervisor: ["Request 3"],
        desk.leader: ["Request 3"],
        desk.clerk: ["Request 4"],
    }
    for user, subjects in opens.items():
        assert read(sign_in(client, user), "/desk/").subjects == subjects, user
    assert read(sign_in(client, desk.handler), "/desk/?tab=mine").subjects == [mine.subject]
    assert read(sign_in(client, desk.head), "/desk/?tab=nobody").subjects == ["Request 3", "Request 1"]


def test_the_leader_sees_the_departments_the_worst_first(client, desk):
    make(1, lead=desk.roads, state="handling")
    make(2, lead=desk.water, state="handling", due_at=AT - timedelta(days=1))
    departments = sign_in(client, desk.leader).get("/desk/").context["departments"]
    assert [(str(one["office"]), one["open"], one["late"]) for one in departments] == [
        ("Water", 1, 1),
        ("Roads", 1, 0),
    ]


def test_roles_that_do_not_work_on_single_requests_are_led_to_their_own_pages(client, desk):
    assert sign_in(client, desk.town.analyst).get("/desk/")["Location"] == reverse("desk:waves")
    assert sign_in(client, desk.auditor).get("/desk/")["Location"] == reverse("desk:log")
    assert sign_in(client, desk.administrator).get("/desk/").status_code == 302
    assert set(TABS) | set(ELSEWHERE) == set(Role)


def test_every_tab_of_every_role_is_a_filter_that_holds(client, desk):
    for role, tabs in TABS.items():
        user = person(f"tab-{role}", role, desk.roads)
        sign_in(client, user)
        for tab in tabs:
            assert client.get(f"/desk/?tab={tab.key}").status_code == 200
            form = client.get(f"{LIST}?{tab.query}").context["form"]
            assert not form.errors, (role, tab)
            assert parse_qs(form.query) == parse_qs(tab.query), (role, tab)


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_address_is_the_filter_and_each_part_can_be_taken_away(client, desk):
    make(1, urgency=1, lead=desk.roads, service=desk.light)
    make(2, urgency=2, lead=desk.roads)
    make(3, urgency=1, lead=desk.water)
    sign_in(client, desk.dispatcher)
    address = f"{LIST}?urgency=1&urgency=2&department=roads&service=street-light&state=received"
    assert read(client, address).subjects == ["Request 1"]
    chips = {chip.value: chip.without for chip in client.get(address).context["chips"]}
    assert set(chips) == {"1 At once", "2 Very urgent", "Roads", "Street light", "Received"}
    assert read(client, f"{LIST}?{chips['Street light']}").subjects == ["Request 1", "Request 2"]
    assert parse_qs(chips["Roads"]) == {
        "state": ["received"],
        "service": ["street-light"],
        "urgency": ["1", "2"],
    }


def test_a_row_says_the_urgency_in_a_word_and_what_is_late_in_a_word(client, desk):
    make(1, urgency=1, due_at=AT - timedelta(hours=2), lead=desk.roads, handler=desk.handler, demand="help")
    make(2, state="waiting", due_at=None)
    make(3, state="closed", outcome="unable")
    page = read(sign_in(client, desk.dispatcher), f"{LIST}?state=any")
    for words in (
        "At once",
        "Late by 2 h",
        "Paused",
        "Unable to do it",
        "Roads",
        "Harry Li",
        "Request for help",
    ):
        assert words in page.said, words


def test_an_unknown_value_is_said_and_left_out(client, desk):
    make(1)
    answer = sign_in(client, desk.dispatcher).get(
        f"{LIST}?department=nowhere&since=yesterday&sort=up&urgency=9"
    )
    assert answer.status_code == 200 and "There is a problem" in answer.content.decode()
    assert Reader(answer.content.decode()).subjects == ["Request 1"]
    assert answer.context["form"].query == ""


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_no_calendar_can_reckon_with_are_refused(client, desk, day):
    for key in ("since", "until"):
        answer = sign_in(client, desk.dispatcher).get(LIST, {key: day, "state": "any"})
        assert answer.status_code == 200 and answer.context["form"].errors


def test_closed_ones_are_found_by_the_day_and_the_manner_of_their_closing_the_last_first(client, desk):
    zone = queues.hall_time()[0].tzinfo
    for number, (day, outcome) in enumerate([(1, "met"), (2, "missed"), (3, "met"), (4, "")], 1):
        one = make(number, state="closed", closed_at=datetime(2026, 2, day, 23, 59, tzinfo=zone))
        for was in ("missed", outcome):  # the later clock counts
            Clock.objects.create(
                request=one, kind="resolve", allowed=60, started_at=AT, stopped_at=AT, outcome=was
            )
    make(5)
    sign_in(client, desk.dispatcher)
    found = {
        "closed_since=2026-02-02&closed_until=2026-02-03": ["Request 3", "Request 2"],
        "closed_until=2026-02-01": ["Request 1"],
        "kept=yes": ["Request 3", "Request 1"],
        "kept=no&closed_since=2026-02-01": ["Request 2"],
        "state=any&kept=no": ["Request 2"],
        "state=closed&sort=closed": ["Request 4", "Request 3", "Request 2", "Request 1"],
        "closed_since=2026-02-03&sort=new": ["Request 3", "Request 4"],
        "closed_since=2026-02-03&sort=old": ["Request 4", "Request 3"],
        "state=received&kept=yes": [],
        "due=overdue&closed_since=2026-01-01": [],
    }
    for query, subjects in found.items():
        assert read(client, f"{LIST}?{query}").subjects == subjects, query
    page = read(client, f"{LIST}?closed_since=2026-02-02&kept=yes")
    assert "those closed last come first" in page.said and "Closed from" in page.said
    assert "no day of closing" in read(client, f"{LIST}?sort=closed").said


def test_a_filter_that_contradicts_itself_finds_nothing(client, desk):
    make(1, due_at=AT - timedelta(hours=1))
    make(2, state="closed")
    sign_in(client, desk.dispatcher)
    for query in ("state=closed&due=overdue", "state=received&outcome=resolved", "outcome=resolved&due=7"):
        assert read(client, f"{LIST}?{query}").subjects == []
    assert read(client, f"{LIST}?outcome=resolved").subjects == ["Request 2"]
    assert read(client, f"{LIST}?state=any&due=overdue").subjects == ["Request 1"]


def test_a_number_leads_to_its_request_and_only_for_those_who_may_see_it(client, desk):
    one = make(1, state="closed", lead=desk.roads)
    typed = pretty(one.number).lower()
    address = sign_in(client, desk.dispatcher).get(LIST, {"q": typed})
    assert address["Location"] == reverse("desk:request", args=[one.number])
    assert sign_in(client, desk.water_handler).get(LIST, {"q": typed}).status_code == 200


def test_long_lists_go_on_and_keep_the_filter(client, desk, monkeypatch):
    monkeypatch.setattr(queues.page, "__kwdefaults__", {**queues.page.__kwdefaults__, "size": 2})
    for number in range(1, 6):
        make(number, lead=desk.roads)
    sign_in(client, desk.dispatcher)
    first = read(client, f"{LIST}?department=roads")
    second = read(client, LIST + first.links["Next page"])
    assert second.subjects == ["Request 3", "Request 4"] and "department=roads" in first.links["Next page"]
    assert read(client, LIST + second.links["Previous page"]).subjects == first.subjects
    assert read(client, LIST + second.links["First page"]).subjects == first.subjects


def test_where_the_look_ended_the_page_says_so_and_goes_on(client, desk, monkeypatch):
    monkeypatch.setattr(queues, "WINDOW", 2)
    for number in range(1, 6):
        make(number, state="closed", lead=desk.roads if number == 5 else desk.water)
    page = read(sign_in(client, desk.dispatcher), f"{LIST}?state=closed&department=roads")
    assert page.subjects == [] and "2 requests were looked through" in page.said
    page = read(client, LIST + page.links["Look further"])
    assert read(client, LIST + page.links["Look further"]).subjects == ["Request 5"]


def test_departments_see_their_own_and_nobody_sees_what_accuses_them(client, desk):
    make(1, lead=desk.roads, state="handling")
    make(2, lead=desk.water, state="handling", confidential=True, accused=desk.roads)
    assert read(sign_in(client, desk.handler), LIST).subjects == ["Request 1"]
    assert read(sign_in(client, desk.water_handler), LIST).subjects == ["Request 2"]
    assert sign_in(client, desk.administrator).get(LIST).status_code == 403
    form = sign_in(client, desk.clerk).get(LIST).context["form"]
    assert "confidential" not in form.fields


@pytest.mark.parametrize("address", ["/desk/", LIST, f"{LIST}?state=any&due=7", "/desk/?tab=open"])
def test_a_page_takes_the_same_queries_for_one_row_and_for_fifty(client, desk, address):
    sign_in(client, desk.handler)
    counts = []
    for many in (range(1, 2), range(2, 52)):
        for number in many:
            sent(number, desk.roads, service=desk.light, area=desk.harbour, handler=desk.handler)
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        counts.append(len(made))
    assert counts[0] == counts[1] <= 30


# --- what is kept -------------------------------------------------------------------------------------------------


def keep(client, **more):
    return client.post(
        reverse("desk:list_keep"), {"query": "due=overdue&department=roads", **more}, follow=True
    )


def test_a_kept_filter_is_offered_to_its_owner_and_where_shared_to_the_office(client, desk):
    colleague, elsewhere = person("hanna", "handler", desk.roads), desk.water_handler
    sign_in(client, desk.handler)
    keep(client, name=" Late  roads ", shared="on")
    keep(client, name="Only mine")
    names = [one.name for one in client.get(LIST).context["kept"]]
    assert names == ["Late roads", "Only mine"]
    assert SavedFilter.objects.get(name="Late roads").query == "due=overdue&department=roads"
    assert [one.name for one in sign_in(client, colleague).get(LIST).context["kept"]] == ["Late roads"]
    assert sign_in(client, elsewhere).get(LIST).context["kept"] == []


def test_people_without_an_office_share_with_nobody(client, desk):
    keep(sign_in(client, desk.supervisor), name="Late", shared="on")
    assert not SavedFilter.objects.get().shared
    assert sign_in(client, desk.leader).get(LIST).context["kept"] == []


def test_keeping_under_the_same_name_replaces_and_a_missing_name_is_said(client, desk):
    sign_in(client, desk.handler)
    keep(client, name="Late")
    keep(client, name="Late", query="due=today")
    assert SavedFilter.objects.get().query == "due=today"
    answer = keep(client, name=" ")
    assert answer.status_code == 422 and "Give the filter a name" in answer.content.decode()
    assert keep(client, name="x" * 61).status_code == 422


def test_only_what_the_list_understands_is_kept(client, desk):
    keep(
        sign_in(client, desk.handler), name="Odd", query="due=overdue&after=1~~2&next=//x&department=nowhere"
    )
    assert SavedFilter.objects.get().query == "due=overdue"


def test_only_the_owner_deletes(client, desk):
    keep(sign_in(client, desk.handler), name="Late", shared="on")
    drop = reverse("desk:list_drop", args=[SavedFilter.objects.get().pk])
    assert sign_in(client, person("hanna", "handler", desk.roads)).post(drop).status_code == 404
    assert sign_in(client, desk.handler).get(drop).status_code == 302 and SavedFilter.objects.exists()
    client.post(drop)
    assert not SavedFilter.objects.exists()


def test_the_desk_opens_on_the_list_somebody_chose_until_they_choose_otherwise(client, desk):
    make(1, urgency=2, lead=desk.roads, state="handling")
    sent(2, desk.roads)
    sign_in(client, desk.handler)
    keep(client, query="urgency=2", start="1")
    assert read(client, "/desk/").subjects == ["Request 1"]
    assert read(client, "/desk/?tab=sign").subjects == ["Request 2"]
    assert client.get(f"{LIST}?urgency=2").context["starts"]
    keep(client, query="urgency=2", start="")
    assert read(client, "/desk/").subjects == ["Request 2"]


# --- acts on many -------------------------------------------------------------------------------------------------


def do(client, requests, **more):
    return client.post(
        reverse("desk:list_do"), {"pick": [f"{one.number}:{one.edition}" for one in requests], **more}
    )


def test_signing_for_many_does_what_can_be_done_and_says_why_the_rest_was_not(client, desk):
    free, changed, signed = (sent(number, desk.roads) for number in (1, 2, 3))
    foreign = sent(4, desk.water)
    ServiceRequest.objects.filter(pk=changed.pk).update(edition=2)
    client = sign_in(client, desk.handler)
    do(client, [signed], sign="1")
    signed.refresh_from_db()
    answer = do(client, [free, changed, signed, foreign], sign="1")
    result = answer.context["result"]
    assert [one.number for one in result.done] == [free.number]
    refused = dict(result.refused)
    assert set(refused) == {changed.number, signed.number, foreign.number}
    assert "Somebody else has acted" in refused[changed.number][0]
    assert "nobody can sign for it now" in refused[signed.number][0]
    for one, state in ((free, "handling"), (changed, "dispatched"), (foreign, "dispatched")):
        one.refresh_from_db()
        assert one.state == state
    assert Event.objects.filter(kind="request.signed").count() == 2
    assert "signed for 1 request" in answer.content.decode()


def test_the_head_gives_many_to_one_person(client, desk):
    one, two = sent(1, desk.roads), sent(2, desk.roads)
    answer = do(sign_in(client, desk.head), [one, two], assign="1", handler=desk.handler.pk)
    assert len(answer.context["result"].done) == 2
    assert set(ServiceRequest.objects.values_list("handler", flat=True)) == {desk.handler.pk}


def test_who_may_not_is_refused_for_each_and_nothing_changes(client, desk):
    one = sent(1, desk.roads)
    answer = do(sign_in(client, desk.handler), [one], assign="1", handler=desk.handler.pk)
    assert not answer.context["result"].done and len(answer.context["result"].refused) == 1
    answer = do(sign_in(client, desk.dispatcher), [one], sign="1")
    assert not answer.context["result"].done
    one.refresh_from_db()
    assert one.edition == 1 and not Event.objects.exists()


def test_nothing_ticked_or_nobody_chosen_is_said(client, desk):
    sign_in(client, desk.head)
    assert "Nothing is ticked" in do(client, [], sign="1").content.decode()
    one = sent(1, desk.roads)
    for handler in ("", "999999", "x"):
        answer = do(client, [one], assign="1", handler=handler)
        assert answer.status_code == 422 and "Choose the person" in answer.content.decode()


def test_boxes_stand_only_where_somebody_may_act_on_many(client, desk):
    sent(1, desk.roads)
    assert 'name="pick"' in sign_in(client, desk.handler).get(LIST).content.decode()
    assert 'name="assign"' not in client.get(LIST).content.decode()
    assert 'name="assign"' in sign_in(client, desk.head).get(LIST).content.decode()
    assert 'name="pick"' not in sign_in(client, desk.dispatcher).get(LIST).content.decode()


# --- the file -----------------------------------------------------------------------------------------------------


def take(client, query: str = "") -> list[list[str]]:
    answer = client.get(f"{reverse('desk:requests_csv')}?{query}")
    assert (
        answer["Content-Type"].startswith("text/csv")
        and "requests-2026-03-02.csv" in answer["Content-Disposition"]
    )
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def test_the_file_has_the_list_and_no_formula_and_nothing_confidential(client, desk):
    make(1, subject="=HYPERLINK(1)", lead=desk.roads, service=desk.light, demand="help")
    make(2, lead=desk.water)
    make(3, lead=desk.roads, confidential=True)
    head, *lines = take(sign_in(client, desk.dispatcher), "department=roads&lang=en")
    assert len(lines) == 1
    row = dict(zip(head, lines[0], strict=True))
    assert (
        row["subject"] == "'=HYPERLINK(1)"
        and row["department"] == "Roads"
        and row["came_in"] == "2026-03-02 11:00"
    )
    assert not {"name", "email", "phone", "party", "text", "reply"} & set(head)


def test_the_file_says_what_was_closed_in_time(client, desk):
    for number, outcome in enumerate(["met", "missed", ""], 1):
        one = make(number, state="closed", closed_at=AT - timedelta(days=number))
        Clock.objects.create(
            request=one, kind="resolve", allowed=60, started_at=AT, stopped_at=AT, outcome=outcome
        )
    make(4)
    head, *lines = take(sign_in(client, desk.dispatcher), "state=any&lang=en")
    assert [dict(zip(head, line, strict=True))["closed_in_time"] for line in lines] == ["yes", "no", "", ""]
    _head, *lines = take(client, "closed_since=2026-02-28&closed_until=2026-03-01&kept=yes&lang=en")
    assert [line[1] for line in lines] == ["Request 1"]


def test_taking_the_file_is_written_down_without_what_was_searched_for(client, desk):
    take(sign_in(client, desk.dispatcher), "q=Mrs+Smith&due=overdue")
    event = Event.objects.get(kind="list.exported")
    assert (
        event.by == desk.dispatcher and event.data["keys"] == ["due", "q"] and "Smith" not in str(event.data)
    )


def test_the_file_speaks_the_language_of_the_page(client, desk):
    make(1, lead=desk.roads)
    row = take(sign_in(client, desk.dispatcher), "lang=zh")[1]
    assert "道路科" in row


def test_the_file_of_a_department_has_only_its_own(client, desk):
    make(1, lead=desk.roads)
    make(2, lead=desk.water)
    assert [row[1] for row in take(sign_in(client, desk.handler), "state=any")[1:]] == ["Request 1"]
    assert sign_in(client, desk.administrator).get(reverse("desk:requests_csv")).status_code == 403
