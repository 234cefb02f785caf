"""Records of customers: made, changed, joined and parted, and nobody told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.town import build_desk, build_town

from openhall.actions import parties
from openhall.actions.intake import Intake, receive
from openhall.actions.parties import Particulars
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import ContactMethod, Event, Notice, Party
from openhall.reads import parties as reads
from openhall.reads import segments
from openhall.rules.parties import Contact

MAIL = Contact("email", "mary@example.org")
PHONE = Contact("phone", "0770 900 123")
MARY = Particulars(name="Mary Li", contacts=(PHONE, MAIL), groups=("elderly",), note="Deaf in one ear")


def made(desk, **changes) -> Party:
    given_ = {"name": "Mary Li", **changes}
    return parties.create(Particulars(**given_), by=desk.clerk)


def test_a_record_is_kept_with_keys_and_its_event_has_no_personal_data(desk):
    party = parties.create(MARY, by=desk.clerk)
    assert parties.particulars_of(Party.objects.get()) == MARY
    assert party.name_key == "maryli"
    assert set(ContactMethod.objects.values_list("value_key", "preferred")) == {
        ("770900123", True),
        ("mary@example.org", False),
    }
    event = Event.objects.get(kind="party.created")
    assert event.data == {"customer": "citizen"} and event.by == desk.clerk


def test_a_contact_given_twice_is_kept_once(desk):
    party = made(desk, contacts=(MAIL, Contact("email", "MARY@example.org "), PHONE))
    assert [one.value for one in party.contacts.all()] == ["mary@example.org", "0770 900 123"]


def test_only_companies_and_bodies_have_a_registration_number(desk):
    assert made(desk, registration="gb 12").registration == ""
    assert made(desk, kind="company", registration="gb 12").registration == "GB12"


def test_a_change_names_what_changed_and_not_how(desk):
    party = parties.create(MARY, by=desk.clerk)
    parties.change(party, Particulars(name="Mary Lee", contacts=(MAIL,)), by=desk.clerk)
    assert Event.objects.get(kind="party.changed").data == {"fields": ["name", "groups", "note", "contacts"]}
    assert [one.value for one in Party.objects.get().contacts.all()] == ["mary@example.org"]


def test_a_change_of_nothing_leaves_no_event(desk):
    party = parties.create(MARY, by=desk.clerk)
    parties.change(party, MARY, by=desk.clerk)
    assert not Event.objects.filter(kind="party.changed").exists()


def test_of_two_who_change_one_record_the_second_is_told(desk):
    party = parties.create(MARY, by=desk.clerk)
    stamp = parties.stamp_of(party)
    parties.change(party, Particulars(name="Mary Lee"), by=desk.clerk, stamp=stamp)
    with pytest.raises(NotAllowed, match="Somebody else has changed"):
        parties.change(party, Particulars(name="Mary Low"), by=desk.dispatcher, stamp=stamp)
    assert Party.objects.get().name == "Mary Lee"


def test_what_is_wrong_leaves_nothing_behind(desk):
    with pytest.raises(BadInput, match="not an e-mail address"):
        made(desk, contacts=(Contact("email", "mary"),))
    assert not Party.objects.exists() and not Event.objects.exists()


def test_joining_moves_nothing_and_tells_nobody(desk):
    mary, other = parties.create(MARY, by=desk.clerk), made(desk, name="M. Li", contacts=(MAIL,))
    case = receive(Intake(text="The lamp is out.", party=other)).request
    before = Notice.objects.count()
    assert parties.merge(other, into=mary, by=desk.dispatcher) == mary
    case.refresh_from_db()
    assert case.party == other and case.party.root == mary
    assert other.contacts.count() == 1 and mary.contacts.count() == 2
    assert Notice.objects.count() == before == 0
    assert Event.objects.get(kind="party.merged").data == {"record": other.pk, "into": mary.pk}


def test_parting_tells_nobody_either(desk):
    mary, other = made(desk), made(desk)
    parties.merge(other, into=mary, by=desk.dispatcher)
    parties.unmerge(other, by=desk.dispatcher)
    assert Party.objects.get(pk=other.pk).merged_into is None
    assert not Notice.objects.exists()


def test_joining_to_a_joined_record_joins_to_the_one_that_stands(desk):
    first, second, third = made(desk), made(desk), made(desk)
    parties.merge(second, into=first, by=desk.dispatcher)
    assert parties.merge(third, into=Party.objects.get(pk=second.pk), by=desk.dispatcher) == first
    assert set(first.cluster()) == {first.pk, second.pk, third.pk}


def test_records_never_stand_in_a_circle(desk):
    first, second = made(desk), made(desk)
    parties.merge(first, into=second, by=desk.dispatcher)
    with pytest.raises(NotAllowed):
        parties.merge(
            Party.objects.get(pk=second.pk), into=Party.objects.get(pk=first.pk), by=desk.dispatcher
        )
    with pytest.raises(NotAllowed):
        parties.merge(second, into=second, by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="joined to another already"):
        parties.merge(first, into=made(desk), by=desk.dispatcher)


def test_a_record_that_stands_for_itself_cannot_be_parted(desk):
    with pytest.raises(NotAllowed, match="stands for itself"):
        parties.unmerge(made(desk), by=desk.dispatcher)


def test_a_joined_record_is_not_changed(desk):
    first, second = made(desk), made(desk)
    parties.merge(first, into=second, by=desk.dispatcher)
    with pytest.raises(NotAllowed, match="joined to another"):
        parties.change(first, MARY, by=desk.clerk)


def test_clerks_keep_records_and_only_dispatchers_join_them(desk):
    first, second = made(desk), made(desk)
    with pytest.raises(NotPermitted):
        parties.merge(first, into=second, by=desk.clerk)
    with pytest.raises(NotPermitted):
        parties.unmerge(first, by=desk.clerk)
    for person in (desk.handler, desk.auditor, desk.administrator, desk.leader):
        with pytest.raises(NotPermitted):
            parties.create(MARY, by=person)
        with pytest.raises(NotPermitted):
            parties.change(first, MARY, by=person)


NAMES = ("Mary Li", "Li Mary", "M. Li", "Ace Ltd", "王小明")


def everything_read(desk) -> list[object]:
    """What staff see of all records, in plain values."""
    seen: list[object] = []
    for user in (desk.clerk, desk.dispatcher):
        for party in Party.objects.order_by("pk"):
            page = reads.page(party.root, user)
            hidden_in_history = {
                "history",
                "requests",
                "brought",
                "duties",
                "duplicates",
                "joined",
                "contacts",
                "party",
            }
            seen.append({key: value for key, value in page.items() if key not in hidden_in_history})
            for key in ("requests", "brought", "duties", "joined", "contacts"):
                seen.append([one.pk for one in page[key]])
            seen.append([(row.party.pk, row.like.points, row.requests) for row in page["duplicates"]])
        for text in ("", "li", "0770 900", "mary@"):
            rows = reads.search(user, text).rows
            seen.append([(row.party.pk, row.hidden, row.requests, row.open) for row in rows])
            rows = reads.lookup(user, name=text, email=text, phone=text)
            seen.append([(row.party.pk, row.hidden, row.requests, row.like) for row in rows])
        people = segments.profiles(user)
        seen += [segments.segments(people, axis) for axis in segments.AXES.values()]
    return seen


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.booleans(), st.integers(0, 2)), min_size=2, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=3),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_joining_and_parting_restores_every_read(desk, people, earlier, last):
    with transaction.atomic():
        rows = []
        for name, reachable, requests in people:
            groups = ("elderly",) if reachable else ()
            rows.append(made(desk, name=name, contacts=(MAIL, PHONE) if reachable else (), groups=groups))
            for number in range(requests):
                receive(Intake(text=f"The lamp is out, {number}.", party=rows[-1], reported_by=rows[0]))
        for one, other in earlier:
            _try_joining(rows, one, other, desk)
        before = everything_read(desk)
        joined = _try_joining(rows, *last, desk)
        if joined:
            parties.unmerge(joined, by=desk.dispatcher)
        assert everything_read(desk) == before
        transaction.set_rollback(True)


def _try_joining(rows, one, other, desk):
    """The record that was joined; None where the rules forbid it."""
    goes, into = (Party.objects.get(pk=rows[number % len(rows)].pk) for number in (one, other))
    try:
        parties.merge(goes, into=into, by=desk.dispatcher)
    except NotAllowed:
        return None
    return goes


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_the_same_records_both_ways_at_once_one_wins():
    desk = build_desk(build_town())
    first, second = made(desk), made(desk)
    start = Barrier(2)

    def join(goes, into):
        try:
            start.wait()
            parties.merge(goes, into=into, by=desk.dispatcher)
        except NotAllowed:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(join, (first, second), (second, first)))
    assert sorted(done) == [False, True]
    assert Party.objects.filter(merged_into=None).count() == 1
