"""The ledger: the study's funnel, response rates, and channels nobody can count."""

from __future__ import annotations

import pytest
from django.utils import timezone

from openhall.models import Batch, Flag, Office, Response
from openhall.reads.ledger import Branch, Ledger, Line, ledger, rules_broken


def returned(town, office, channel, number, *, void="", complete=True):
    Response.objects.bulk_create(
        Response(
            wave=town.wave,
            office=office,
            version=town.version,
            channel=channel,
            language="en",
            answers="[2,4,3,5,4]",
            submitted_on=timezone.localdate(),
            void=void,
            complete=complete,
        )
        for _ in range(number)
    )


def issued(allocation, channel, count):
    Batch.objects.create(allocation=allocation, channel=channel, count=count)


def test_an_empty_wave_has_its_offices_and_no_rates(town):
    found = ledger(town.wave)
    assert [branch.name["en"] for branch in found.branches] == ["North Office", "South Office"]
    assert (found.total.returned, found.total.issued, found.rates, found.fit) == (0, None, None, None)
    assert (found.target, found.planned) == (40, 40)


def test_every_sheet_is_in_exactly_one_place_of_the_funnel(town):
    issued(town.at_north, "paper", 30)
    returned(town, town.north, "paper", 20)
    returned(town, town.north, "paper", 3, void="blank")
    returned(town, town.north, "paper", 2, void="double_mark")
    returned(town, town.north, "paper", 4, complete=False)
    returned(town, town.north, "paper", 1, void="blank", complete=False)
    line = ledger(town.wave).branches[0].lines[0]
    assert (line.issued, line.returned, line.unfinished, line.valid) == (30, 30, 4, 20)
    assert line.void == {"blank": 4, "double_mark": 2}
    assert line.returned == line.valid + line.unfinished + line.excluded


def test_sheets_of_a_file_count_against_paper_issued(town):
    issued(town.at_north, "paper", 10)
    issued(town.at_north, "paper", 5)
    returned(town, town.north, "file", 7)
    returned(town, town.north, "paper", 3)
    (line,) = ledger(town.wave).branches[0].lines
    assert (line.channel, line.issued, line.valid) == ("paper", 15, 10)


def test_links_and_tablets_are_outside_the_response_rates(town):
    issued(town.at_north, "code", 40)
    returned(town, town.north, "code", 10)
    returned(town, town.north, "link", 25)
    returned(town, town.north, "kiosk", 5)
    found = ledger(town.wave)
    assert [line.channel for line in found.branches[0].lines] == ["link", "code", "kiosk"]
    assert [line.issued for line in found.branches[0].lines] == [None, 40, None]
    assert (found.rates.rr1.value, found.open, found.total.valid) == (0.25, 30, 40)


def test_the_rates_of_the_study(town):
    offices = [(110, 83, 11), (85, 63, 6), (120, 93, 11), (83, 61, 10)]
    found = Ledger(
        tuple(
            Branch({"en": str(n)}, (Line("paper", i, v, 0, {"blank": x}),))
            for n, (i, v, x) in enumerate(offices)
        )
    )
    assert (found.total.issued, found.total.returned, found.total.valid) == (398, 338, 300)
    assert found.rates.rr1.value == pytest.approx(300 / 398)
    assert found.rates.rr2.value == pytest.approx(338 / 398)
    assert (found.fit.chi2.df, found.fit.n) == (3, 300)
    expected = [300 * i / 398 for i, _, _ in offices]
    assert found.fit.chi2.value == pytest.approx(
        sum((v - e) ** 2 / e for (_, v, _), e in zip(offices, expected, strict=True))
    )


def test_more_returned_than_issued_gives_no_rate(town):
    issued(town.at_north, "paper", 1)
    issued(town.at_south, "paper", 1)
    returned(town, town.north, "paper", 3)
    found = ledger(town.wave)
    assert found.more_than_issued and found.rates is None and found.fit is None


def test_paper_that_nobody_recorded_as_issued_is_pointed_out(town):
    returned(town, town.north, "paper", 3)
    assert ledger(town.wave).unrecorded == 3


def test_an_office_outside_the_plan_is_counted_too(town):
    harbour = Office.objects.create(code="harbour", name={"en": "Harbour"}, position=9)
    returned(town, harbour, "file", 2)
    found = ledger(town.wave)
    assert found.branches[-1].name == {"en": "Harbour"}
    assert found.total.valid == 2


def test_the_report_gets_the_same_figures(town):
    issued(town.at_north, "paper", 30)
    returned(town, town.north, "paper", 20)
    returned(town, town.north, "paper", 3, void="blank")
    returned(town, town.north, "paper", 1, complete=False)
    returned(town, town.south, "link", 4)
    for sheet in Response.objects.filter(void="blank"):
        Flag.objects.create(response=sheet, wave=town.wave, rule="blank", verdict="void")
    Flag.objects.create(
        response=Response.objects.filter(void="blank").first(),
        wave=town.wave,
        rule="double_mark",
        verdict="void",
    )
    Flag.objects.create(response=Response.objects.valid().first(), wave=town.wave, rule="too_fast")
    found = ledger(town.wave).for_report("zh", rules_broken(town.wave))
    north, south = found.lines
    assert (north.office, north.issued, north.returned, north.void, north.valid) == ("北厅", 30, 24, 4, 20)
    assert (south.issued, south.valid, found.issued, found.planned) == (None, 4, None, 40)
    assert found.reasons == {"blank": 3, "double_mark": 1, "unfinished": 1}
    assert found.flags == {"too_fast": 1}


def test_the_ledger_takes_few_queries_however_much_came_back(town, django_assert_num_queries):
    for office in (town.north, town.south):
        for channel in ("link", "paper", "kiosk"):
            returned(town, office, channel, 5)
    with django_assert_num_queries(7):  # state of the answers (2), offices, extract, answers, issued, plan
        ledger(town.wave)
    with django_assert_num_queries(5):  # nothing came in: neither the extract nor the answers
        ledger(town.wave)
