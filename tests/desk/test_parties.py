"""Customers at the desk through HTTP: list, one record, editing, joining, groups; who sees what."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.town import sign_in

from openhall.actions import duties, parties
from openhall.actions.intake import Intake, receive
from openhall.actions.parties import Particulars
from openhall.models import Evaluation, Event, Party
from openhall.moment import now
from openhall.rules.parties import Contact

MAIL = Contact("email", "mary@example.org")
PHONE = Contact("phone", "0770 900123")


def made(desk, name="Mary Li", *contacts, **more) -> Party:
    return parties.create(Particulars(name=name, contacts=contacts, **more), by=desk.clerk)


def get(client, page, /, *arguments, **query):
    return client.get(reverse(f"desk:{page}", args=arguments), query)


def post(client, page, /, *arguments, **data):
    return client.post(reverse(f"desk:{page}", args=arguments), data, follow=True)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def rated(case, level, office):
    at = now()
    return Evaluation.objects.create(
        request=case, office=office, channel="web", invited_at=at, expires_at=at, level=level, given_at=at
    )


@pytest.fixture
def clerk(client, desk):
    return sign_in(client, desk.clerk)


def test_only_those_with_the_right_see_customers(client, desk):
    party = made(desk)
    pages = [
        ("parties",),
        ("party", party.pk),
        ("segments",),
        ("segments_csv",),
        ("segment", "kind", "citizen"),
    ]
    for person in (desk.handler, desk.leader, desk.auditor, desk.administrator, desk.screener):
        sign_in(client, person)
        for page in (*pages, ("party_edit", party.pk), ("party_new",), ("segment_csv", "kind", "citizen")):
            assert get(client, *page).status_code == 403, (person, page)
    for person in (desk.clerk, desk.dispatcher):
        sign_in(client, person)
        assert [get(client, *page).status_code for page in pages] == [200] * 5


def test_clerks_do_not_join_records(clerk, desk):
    one, other = made(desk), made(desk)
    assert get(clerk, "party_merge", one.pk, other.pk).status_code == 403
    assert post(clerk, "party_unmerge", one.pk).status_code == 403
    assert "Compare and join" not in text(get(clerk, "party", one.pk))


@pytest.mark.parametrize("words", ["mary", "Li", "0770 900", "+44 770 900 123", "mary@ex", "MARY LI"])
def test_a_record_is_found_by_name_telephone_and_mail(clerk, desk, words):
    made(desk, "Mary Li", MAIL, PHONE)
    made(desk, "Bob Stone", Contact("phone", "0990 111222"))
    page = text(post(clerk, "parties", text=words))
    assert "Mary Li" in page and "Bob Stone" not in page


def test_a_company_is_found_by_its_registration_number(clerk, desk):
    made(desk, "Ace", kind="company", registration="GB 123")
    assert "Ace</a>" in text(post(clerk, "parties", text="gb12"))


def test_the_list_is_cut_into_pages_and_filtered_by_kind_and_situation(clerk, desk):
    for number in range(53):
        made(desk, f"Person {number:02}")
    made(desk, "Ace", kind="company")
    made(desk, "Old Wu", groups=("elderly",))
    first = text(get(clerk, "parties"))
    assert "Person 52" in first and "Person 00" not in first
    after = re.findall(r'name="after" value="(\d+)"', first)[0]
    second = text(post(clerk, "parties", after=after))
    assert "Person 00" in second and "Person 52" not in second
    assert "Ace</a>" in text(get(clerk, "parties", kind="company")) and "Old Wu" not in text(
        get(clerk, "parties", kind="company")
    )
    assert "Old Wu" in text(get(clerk, "parties", group="elderly")) and "Ace</a>" not in text(
        get(clerk, "parties", group="elderly")
    )


def test_the_record_shows_everything_over_all_departments(clerk, desk):
    party = made(desk, "Mary Li", MAIL, PHONE, groups=("deaf",), note="Rings twice")
    case = receive(Intake(text="The lamp is out.", party=party, service=desk.light)).request
    receive(Intake(text="No water.", party=made(desk, "Wu"), reported_by=party))
    duties.set_duty(
        party, service=desk.permit, due_on=timezone.localdate() + timedelta(days=50), by=desk.clerk
    )
    rated(case, 2, desk.roads)
    page = text(get(clerk, "party", party.pk))
    for words in (
        "mary@example.org",
        "The lamp is out",
        "No water",
        "Trading permit",
        "Sign-language interpreter",
        "Rings twice",
    ):
        assert words in page
    assert re.search(r"Ratings given</dt><dd>1<", page)


def test_confidential_requests_are_neither_shown_nor_counted_for_who_may_not_see_them(client, desk):
    party = made(desk)
    receive(Intake(text="They take bribes at Roads.", party=party, demand="report"))
    sign_in(client, desk.clerk)
    page = text(get(client, "party", party.pk))
    assert "bribes" not in page and re.search(r"Requests</dt><dd>0<", page)
    assert re.search(
        r'app-number">0</td> <td class="govuk-table__cell app-number">0<', text(get(client, "parties"))
    )
    assert "Report of wrongdoing" not in text(get(client, "segments"))
    sign_in(client, desk.dispatcher)
    assert "bribes" in text(get(client, "party", party.pk))
    assert "Report of wrongdoing" in text(get(client, "segments"))


def test_a_record_is_made_with_the_preferred_way_first(clerk, desk):
    post(
        clerk, "party_new", kind="company", name="Ace Ltd", registration="gb 7", language="zh", preferred="1",
        kind_0="email", value_0="ace@example.org", kind_1="phone", value_1="0770 900 999", kind_2="address", value_2="",
    )  # fmt: skip
    party = Party.objects.get()
    assert (party.kind, party.registration, party.language) == ("company", "GB7", "zh")
    assert [(one.value, one.preferred) for one in party.contacts.all()] == [
        ("0770 900 999", True),
        ("ace@example.org", False),
    ]


def test_what_is_wrong_is_said_and_what_was_typed_stays(clerk, desk):
    answer = post(
        clerk, "party_new", kind="citizen", name="", language="en", kind_0="email", value_0="mary",
        kind_1="phone", value_1="1", kind_2="address", value_2="",
    )  # fmt: skip
    page = text(answer)
    assert (
        "Name: it is missing." in page
        and "is not an e-mail address" in page
        and "is not a telephone number" in page
    )
    assert 'value="mary"' in page and not Party.objects.exists()


def test_a_record_is_changed_and_of_two_the_second_is_told(clerk, desk):
    party = made(desk, "Mary Li", MAIL)
    page = text(get(clerk, "party_edit", party.pk))
    stamp = re.findall(r'name="stamp" value="(\w+)"', page)[0]
    fields = {
        "kind": "citizen",
        "language": "en",
        "kind_0": "email",
        "value_0": "mary@example.org",
        "stamp": stamp,
    }
    fields |= {f"kind_{number}": "phone" for number in (1, 2, 3)}
    assert "The record is saved." in text(post(clerk, "party_edit", party.pk, name="Mary Lee", **fields))
    again = post(clerk, "party_edit", party.pk, name="Mary Low", **fields)
    assert "Somebody else has changed this record" in text(again) and "Mary Low" in text(again)
    assert Party.objects.get().name == "Mary Lee"


def test_likely_records_are_compared_joined_and_parted(client, desk):
    sign_in(client, desk.dispatcher)
    one, other = made(desk, "Mary Li", MAIL), made(desk, "Li Mary", MAIL, PHONE)
    receive(Intake(text="The lamp is out.", party=other))
    page = text(get(client, "party", one.pk))
    assert "Perhaps the same customer" in page and "The same e-mail address." in page
    compare = text(get(client, "party_merge", one.pk, other.pk))
    assert "Which record stays?" in compare and "1, 1 open" in compare
    joined = text(post(client, "party_merge", one.pk, other.pk, stays=one.pk))
    assert "The records are joined." in joined and "The lamp is out" in joined and "Joined records" in joined
    assert get(client, "party", other.pk).url == reverse("desk:party", args=[one.pk])
    assert get(client, "party_merge", one.pk, other.pk).status_code == 302
    parted = text(post(client, "party_unmerge", other.pk))
    assert "The records are parted." in parted and "The lamp is out" in parted
    assert "The lamp is out" not in text(get(client, "party", one.pk))


def test_which_record_stays_must_be_said(client, desk):
    sign_in(client, desk.dispatcher)
    one, other = made(desk), made(desk)
    assert "Choose the record that stays." in text(post(client, "party_merge", one.pk, other.pk, stays="77"))
    assert not Event.objects.filter(kind="party.merged").exists()


def test_another_record_is_looked_for(client, desk):
    sign_in(client, desk.dispatcher)
    one, other = made(desk, "Mary Li"), made(desk, "Marianne Lee")
    assert reverse("desk:party_merge", args=[one.pk, other.pk]) in text(
        post(client, "party_find", one.pk, text="lee")
    )
    assert "No record is likely the same" in text(get(client, "party_find", one.pk))


def test_parting_twice_is_refused_in_words(client, desk):
    sign_in(client, desk.dispatcher)
    assert "stands for itself" in text(post(client, "party_unmerge", made(desk).pk))


def test_groups_count_customers_by_need_urgency_history_rating_and_situation(clerk, desk):
    wu = made(desk, "Old Wu", groups=("elderly",))
    for number in range(2):
        case = receive(Intake(text=f"The clerk was rude, {number}.", party=wu, demand="complaint")).request
    rated(case, 4, desk.roads)
    made(desk, "Nobody yet")
    page = text(get(clerk, "segments"))
    for words in (
        "Elderly",
        "Large print",
        "Complaint",
        "Two to four requests",
        "No request yet",
        "4, satisfied",
    ):
        assert words in page
    assert "Old Wu" in text(get(clerk, "segment", "history", "some"))
    assert "Nobody yet" in text(get(clerk, "segment", "rating", "none"))
    assert get(clerk, "segment", "history", "never").status_code == 404
    assert get(clerk, "segment", "zodiac", "some").status_code == 404


def test_joined_records_are_one_customer_in_the_groups(clerk, desk):
    one, other = made(desk, groups=("elderly",)), made(desk, groups=("deaf",))
    parties.merge(other, into=one, by=desk.dispatcher)
    page = text(get(clerk, "segments"))
    assert "1 customer, counted" in page and "Elderly" in page and "Deaf or hard of hearing" in page


def test_a_name_that_looks_like_a_formula_is_made_harmless_in_the_file(clerk, desk):
    made(desk, "=HYPERLINK(1)")
    rows = list(
        csv.reader(io.StringIO(get(clerk, "segment_csv", "kind", "citizen").content.decode("utf-8-sig")))
    )
    assert rows[1][1] == "'=HYPERLINK(1)"
    counts = get(clerk, "segments_csv").content.decode("utf-8-sig")
    assert "Kind of customer,Citizen,1,0,0,,0" in counts


def test_the_pages_need_few_queries_however_many_customers_there_are(
    clerk, desk, django_assert_max_num_queries
):
    for number in range(12):
        receive(
            Intake(text="The lamp is out.", party=made(desk, f"Person {number}", MAIL, groups=("elderly",)))
        )
    with django_assert_max_num_queries(12):
        get(clerk, "parties")
    with django_assert_max_num_queries(10):
        get(clerk, "segments")
    with django_assert_max_num_queries(40):
        get(clerk, "party", Party.objects.first().pk)


def test_the_customer_list_finds_a_record_by_the_words_of_one_joined_to_it(client, desk):
    sign_in(client, desk.dispatcher)
    one, other = made(desk, "Mary Li"), made(desk, "Maria Lee", MAIL)
    parties.merge(other, into=one, by=desk.dispatcher)
    page = text(post(client, "parties", text="maria"))
    assert "Mary Li" in page and "Maria Lee" not in page
