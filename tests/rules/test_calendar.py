"""The working calendar against cases worked by hand, an independent count, and the library's own judgement."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openhall.errors import BadInput, NotAllowed
from openhall.rules import public_holidays
from openhall.rules.calendar import DEFAULT, Calendar
from openhall.rules.public_holidays import year_of

NINE_TO_FIVE = ((time(9), time(17)),)
LUNCH = ((time(9), time(12)), (time(13, 30), time(17, 30)))  # 180 + 240 = 420 minutes
ALL_DAY = ((time(0), time(0)),)


def week(hours: Any, days: range = range(5)) -> dict[int, Any]:
    return dict.fromkeys(days, hours)


SHANGHAI = Calendar("Asia/Shanghai", "CN", hours=week(LUNCH))
LONDON = Calendar("Europe/London", "GB", "ENG", week(NINE_TO_FIVE))
NEW_YORK = Calendar("America/New_York", "US", hours=week(NINE_TO_FIVE))


def local(calendar: Calendar, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(calendar.zone))


def due(calendar: Calendar, since: str, minutes: float) -> str:
    """On the wall clock of the hall."""
    at = calendar.add_minutes(local(calendar, since), minutes)
    assert at.tzinfo is UTC
    return at.astimezone(ZoneInfo(calendar.zone)).strftime("%Y-%m-%d %H:%M")


# --- cases worked by hand ---------------------------------------------------------------------------------------

HAND = [
    # Friday 16:00, 90 minutes: 60 until 17:00, the weekend counts nothing, 30 on Monday from 09:00.
    (DEFAULT, "2026-03-06 16:00", 90, "2026-03-09 09:30"),
    # Friday 16:00, 60 minutes: exactly closing time, not Monday's opening.
    (DEFAULT, "2026-03-06 16:00", 60, "2026-03-06 17:00"),
    # One second later would be Monday; one working day from Friday 17:00 is Monday 17:00.
    (DEFAULT, "2026-03-06 17:00", 480, "2026-03-09 17:00"),
    # Started on Saturday night: counting begins on Monday at 09:00.
    (DEFAULT, "2026-03-07 23:15", 45, "2026-03-09 09:45"),
    # Started before opening the same day.
    (DEFAULT, "2026-03-09 06:00", 45, "2026-03-09 09:45"),
    # Five working days of 480 from Wednesday 10:00: Wed 420, Thu 480, Fri 480, Mon 480, Tue 480 = 2340; 60 more.
    (DEFAULT, "2026-03-04 10:00", 5 * 480, "2026-03-11 10:00"),
    # Lunch: 11:30 + 45 = 30 until 12:00, 15 from 13:30.
    (SHANGHAI, "2026-03-09 11:30", 45, "2026-03-09 13:45"),
    # 30 minutes from 11:30 end at 12:00, not at 13:30.
    (SHANGHAI, "2026-03-09 11:30", 30, "2026-03-09 12:00"),
    # Started in the lunch break.
    (SHANGHAI, "2026-03-09 12:20", 10, "2026-03-09 13:40"),
    # Labour Day 2024: 1 May is a holiday, 2 and 3 May are exchanged, 4 and 5 are a weekend. Tue 30 April 16:30
    # leaves 60; 3 days = 1260; Mon 6 May 420 (480), Tue 420 (900), Wed needs 360 = 180 + 180 from 13:30: 16:30.
    (SHANGHAI, "2024-04-30 16:30", 3 * 420, "2024-05-08 16:30"),
    # Saturday 11 May 2024 is worked for Friday 3 May: 30 left on Friday 10 May, 30 on Saturday from 09:00.
    (SHANGHAI, "2024-05-10 17:00", 60, "2024-05-11 09:30"),
    # Sunday 28 April 2024 is worked for Thursday 2 May; Saturday 27 is not: 30 on Friday, 30 on Sunday.
    (SHANGHAI, "2024-04-26 17:00", 60, "2024-04-28 09:30"),
    # Spring Festival 2025: 28 January to 4 February off. Mon 27 January 15:30 leaves 120; 2 days = 840;
    # Wed 5 February 420 (540); Thu 6 needs 300 = 180 + 120 from 13:30: 15:30.
    (SHANGHAI, "2025-01-27 15:30", 2 * 420, "2025-02-06 15:30"),
    # The Sunday before it, 26 January 2025, was worked for 3 February: Fri 24 leaves 30, Sunday from 09:00 30.
    (SHANGHAI, "2025-01-24 17:00", 60, "2025-01-26 09:30"),
    # National Day 2024: 1 to 7 October off, Saturday 12 worked. Mon 30 September 17:00 leaves 30; Tue 8 to Fri 11
    # are 4 x 420 = 1680; so 30 + 1680 + 420 ends on Saturday 12 at closing.
    (SHANGHAI, "2024-09-30 17:00", 30 + 5 * 420, "2024-10-12 17:30"),
    # Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 worked: 30 left on Friday 13, 30 on Saturday;
    # 30 left on Saturday 14, 30 on Tuesday 24.
    (SHANGHAI, "2026-02-13 17:00", 60, "2026-02-14 09:30"),
    (SHANGHAI, "2026-02-14 17:00", 60, "2026-02-24 09:30"),
    # Christmas 2025 in England: Thu 25 and Fri 26 December off. Wed 16:30 leaves 30; 30 on Monday 29.
    (LONDON, "2025-12-24 16:30", 60, "2025-12-29 09:30"),
    # Easter 2026: Good Friday 3 April and Easter Monday 6 April off. Thu 2 April 16:00 leaves 60; Tue 7 April.
    (LONDON, "2026-04-02 16:00", 120, "2026-04-07 10:00"),
    # The clocks go forward on Sunday 29 March 2026: office hours do not notice.
    (LONDON, "2026-03-27 16:00", 120, "2026-03-30 10:00"),
    (LONDON, "2026-10-23 16:00", 120, "2026-10-26 10:00"),
    # Thanksgiving is Thursday 26 November 2026; Friday is worked.
    (NEW_YORK, "2026-11-25 16:00", 120, "2026-11-27 10:00"),
    # 4 July 2026 is a Saturday, so Friday 3 July is off.
    (NEW_YORK, "2026-07-02 16:00", 120, "2026-07-06 10:00"),
]


@pytest.mark.parametrize(("calendar", "since", "minutes", "expected"), HAND)
def test_a_deadline_worked_by_hand(calendar: Calendar, since: str, minutes: int, expected: str) -> None:
    assert due(calendar, since, minutes) == expected
    assert calendar.minutes_between(local(calendar, since), local(calendar, expected)) == minutes


def test_going_back_is_worked_by_hand() -> None:
    # 90 minutes before Monday 09:30: 30 on Monday, 60 before Friday 17:00.
    assert due(DEFAULT, "2026-03-09 09:30", -90) == "2026-03-06 16:00"
    # 30 minutes before it is Monday's opening, not Friday's closing.
    assert due(DEFAULT, "2026-03-09 09:30", -30) == "2026-03-09 09:00"


def test_no_minutes_after_a_night_is_still_that_night() -> None:
    assert due(DEFAULT, "2026-03-07 23:15", 0) == "2026-03-07 23:15"


ROUND = Calendar("Europe/London", hours=week(ALL_DAY, range(7)))
NIGHT = Calendar("America/New_York", hours={6: ((time(0), time(4)),)})


def test_a_round_the_clock_day_is_as_long_as_the_day_was() -> None:
    # London 2026: Sunday 29 March has 23 hours, Sunday 25 October 25, any other day 24.
    lengths = {
        day: ROUND.minutes_between(local(ROUND, f"{day} 00:00"), local(ROUND, f"{day} 00:00") + timedelta(1))
        for day in ("2026-03-28", "2026-03-29", "2026-10-25")
    }
    # (aware + 1 day in one zone is wall-clock arithmetic: midnight to midnight)
    assert lengths == {"2026-03-28": 24 * 60, "2026-03-29": 23 * 60, "2026-10-25": 25 * 60}
    # 24 hours from Saturday noon: noon in UTC, 13:00 by the new wall clock.
    assert due(ROUND, "2026-03-28 12:00", 24 * 60) == "2026-03-29 13:00"
    assert due(ROUND, "2026-10-24 12:00", 24 * 60) == "2026-10-25 11:00"


def test_an_opening_over_the_change_is_shorter_or_longer() -> None:
    # New York, Sundays 00:00 to 04:00: on 8 March 2026 02:00 becomes 03:00, on 1 November 02:00 becomes 01:00.
    lengths = [
        sum((end - start) / timedelta(hours=1) for start, end in NIGHT.periods(day))
        for day in (date(2026, 3, 1), date(2026, 3, 8), date(2026, 11, 1))
    ]
    assert lengths == [4, 3, 5]
    # From 00:00 EST (05:00 UTC), 150 minutes are 07:30 UTC, and the wall clock then shows 03:30.
    assert due(NIGHT, "2026-03-08 00:00", 150) == "2026-03-08 03:30"
    # On 1 November 00:00 EDT is 04:00 UTC; 150 minutes later it is 06:30 UTC, the second 01:30.
    assert NIGHT.add_minutes(local(NIGHT, "2026-11-01 00:00"), 150) == datetime(
        2026, 11, 1, 6, 30, tzinfo=UTC
    )


def test_a_time_the_clocks_jump_over_is_the_jump_itself() -> None:
    # 02:30 on 8 March 2026 does not exist in New York; the jump is at 07:00 UTC, when 03:00 is shown.
    late = Calendar("America/New_York", hours={6: ((time(2, 30), time(4)),)})
    assert late.periods(date(2026, 3, 8)) == (
        (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 3, 8, 8, tzinfo=UTC)),
    )
    gone = Calendar("America/New_York", hours={6: ((time(2, 10), time(2, 50)),)})
    assert gone.periods(date(2026, 3, 8)) == ()
    assert len(gone.periods(date(2026, 3, 15))) == 1


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    # On 1 November 2026 01:30 comes at 05:30 and at 06:30 UTC.
    two = Calendar("America/New_York", hours={6: ((time(0), time(1, 30)), (time(1, 45), time(3)))})
    first, second = two.periods(date(2026, 11, 1))
    assert first[1] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert second == (datetime(2026, 11, 1, 5, 45, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC))


def test_a_day_that_was_left_out_of_the_calendar_has_no_hours() -> None:
    samoa = Calendar(
        "Pacific/Apia", hours=week(ALL_DAY, range(7))
    )  # crossed the date line, without 30.12.2011
    assert samoa.periods(date(2011, 12, 30)) == ()
    assert due(samoa, "2011-12-29 12:00", 24 * 60) == "2011-12-31 12:00"


def test_clocks_that_go_back_over_midnight_close_nothing() -> None:
    # St John's went back from 00:01 on 7 November 2010 to 23:01 on the 6th: that day had 25 hours.
    newfoundland = Calendar("America/St_Johns", hours=week(ALL_DAY, range(7)))
    start = datetime(2010, 11, 6, 12, tzinfo=UTC)
    assert all(newfoundland.is_open(start + timedelta(minutes=10 * step)) for step in range(200))
    assert newfoundland.minutes_between(start, start + timedelta(days=2)) == 2 * 24 * 60
    second = datetime(2010, 11, 7, 3, 0, tzinfo=UTC)  # shown as 23:30 of the 6th, for the second time
    assert newfoundland.add_minutes(second, -20) == second - timedelta(minutes=20)


def test_zones_off_by_a_quarter_of_an_hour_and_instants_of_other_zones() -> None:
    nepal = Calendar("Asia/Kathmandu")
    # 09:00 in Kathmandu (+05:45) is 03:15 UTC, 22:15 of Sunday in New York in March.
    opening = datetime(2026, 3, 9, 3, 15, tzinfo=UTC)
    assert nepal.next_opening(local(NEW_YORK, "2026-03-08 20:00")) == opening
    assert nepal.is_open(local(NEW_YORK, "2026-03-08 23:15"))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        DEFAULT.is_open(datetime(2026, 3, 9, 10))


# --- days -------------------------------------------------------------------------------------------------------


def test_open_at_opening_and_closed_at_closing_time() -> None:
    shown = {
        text: SHANGHAI.is_open(local(SHANGHAI, f"2026-03-09 {text}"))
        for text in ("08:59", "09:00", "11:59", "12:00", "13:29", "13:30", "17:29", "17:30")
    }
    assert [text for text, is_open in shown.items() if is_open] == ["09:00", "11:59", "13:30", "17:29"]


def test_a_make_up_day_has_the_hours_of_the_day_it_stands_for() -> None:
    short_friday = Calendar("Asia/Shanghai", "CN", hours=week(LUNCH) | {4: LUNCH[:1]})
    assert short_friday.hours_on(date(2024, 5, 11)) == LUNCH[:1]  # for Friday 3 May
    assert short_friday.hours_on(date(2024, 4, 28)) == LUNCH  # for Thursday 2 May


def test_a_make_up_day_may_fall_into_the_year_before_or_after() -> None:
    short_tuesday = week(LUNCH) | {1: LUNCH[:1]}
    china, myanmar = (Calendar("UTC", country, hours=short_tuesday) for country in ("CN", "MM"))
    assert china.hours_on(date(2011, 12, 31)) == LUNCH[:1]  # a Saturday, for Tuesday 3 January 2012
    assert myanmar.hours_on(date(2025, 1, 11)) == LUNCH[:1]  # a Saturday, for Tuesday 31 December 2024


def test_a_make_up_day_for_a_weekday_on_which_the_hall_never_opens_changes_nothing() -> None:
    hall = Calendar("Asia/Shanghai", "CN", hours=week(LUNCH, range(4)) | {5: LUNCH[:1]})
    assert hall.hours_on(date(2024, 5, 11)) == LUNCH[:1]  # for a Friday; Saturday's own hours
    assert hall.hours_on(date(2024, 5, 4)) == LUNCH[:1]  # a Saturday like others, 1 to 3 May being off


def test_a_make_up_day_of_unknown_origin_has_mondays_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    day = date(2026, 3, 7)
    year = public_holidays.Year(frozenset(), {day: None})
    monkeypatch.setattr(public_holidays, "year_of", lambda *_: year)
    hall = Calendar("Asia/Shanghai", "CN", hours={0: LUNCH[:1], 1: LUNCH})
    assert hall.hours_on(day) == LUNCH[:1]


def test_the_hall_overrules_the_country() -> None:
    festival = date(2025, 1, 29)
    hall = Calendar(
        "Asia/Shanghai",
        "CN",
        hours=week(LUNCH),
        open={festival: LUNCH[:1]},
        closed={date(2024, 5, 11): "Stocktaking", date(2024, 5, 13): ""},
    )
    assert hall.hours_on(festival) == LUNCH[:1]
    assert hall.why_closed(festival, "en") is None
    assert hall.why_closed(date(2024, 5, 11), "en") == "Stocktaking"
    assert hall.why_closed(date(2024, 5, 13), "en") == "Closed that day"


def test_why_closed_is_said_in_the_readers_language() -> None:
    festival = date(2025, 1, 29)
    assert SHANGHAI.why_closed(festival, "zh-hans") == "春节"
    assert SHANGHAI.why_closed(festival, "en") == "Chinese New Year (Spring Festival)"
    assert SHANGHAI.why_closed(date(2025, 2, 15), "en") == "Closed every Saturday"
    assert SHANGHAI.why_closed(date(2025, 2, 8), "en") is None  # a make-up Saturday
    assert LONDON.why_closed(date(2025, 12, 25), "zh") == "Christmas Day"  # the library has no Chinese for it
    assert Calendar("Europe/Berlin", "DE").why_closed(date(2025, 10, 3), "en") == "German Unity Day"


def test_a_year_holds_its_own_days_only() -> None:
    year = year_of("CN", "", 2012)
    assert {day.year for day in year.off | year.makeup.keys()} == {2012}
    assert year_of("CN", "", 2011).makeup[date(2011, 12, 31)] == 1  # Tuesday


def test_parts_of_a_country_keep_their_own_holidays() -> None:
    scotland = Calendar("Europe/London", "GB", "SCT")
    assert scotland.why_closed(date(2026, 1, 2), "en") and not LONDON.why_closed(date(2026, 1, 2), "en")


@pytest.mark.parametrize("country", ["CN", "HU", "BY", "VN", "MM"])
def test_monday_to_friday_agrees_with_the_librarys_working_days(country: str) -> None:
    library = holidays.country_holidays(country, years=range(2006, 2028))
    hall = Calendar("UTC", country)
    days = [date(2007, 1, 1) + timedelta(days=step) for step in range(20 * 365)]
    assert [day for day in days if bool(hall.hours_on(day)) != library.is_working_day(day)] == []


def test_working_days_are_counted_over_holidays_and_make_up_days() -> None:
    # After Tue 30 April 2024: 6, 7, 8, 9, 10 May, and the make-up Saturday 11 May is the sixth.
    after = [SHANGHAI.working_day_after(date(2024, 4, 30), n).day for n in range(1, 7)]
    assert after == [6, 7, 8, 9, 10, 11]
    assert SHANGHAI.working_day_after(date(2024, 4, 30), 0) == date(2024, 4, 30)
    assert SHANGHAI.working_day_after(date(2024, 5, 1), 0) == date(2024, 5, 6)
    with pytest.raises(ValueError):
        SHANGHAI.working_day_after(date(2024, 5, 1), -1)


def test_the_typical_day_is_the_commonest() -> None:
    half_saturday = Calendar(hours=week(LUNCH) | {4: ((time(9), time(14)),), 5: ((time(9), time(12)),)})
    assert (half_saturday.minutes_per_day, ROUND.minutes_per_day) == (420, 1440)


def test_a_calendar_that_never_opens_says_so() -> None:
    shut = Calendar(hours={})
    for ask in (
        lambda: shut.add_minutes(datetime(2026, 1, 1, tzinfo=UTC), 1),
        lambda: shut.add_minutes(datetime(2026, 1, 1, tzinfo=UTC), -1),
        lambda: shut.next_opening(datetime(2026, 1, 1, tzinfo=UTC)),
        lambda: shut.working_day_after(date(2026, 1, 1), 1),
    ):
        with pytest.raises(NotAllowed, match="twenty years"):
            ask()
    assert not shut.is_open(datetime(2026, 1, 1, tzinfo=UTC))
    assert shut.minutes_between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)) == 0


@pytest.mark.parametrize("minutes", [10**8, 10**30, -(10**8)])
def test_a_deadline_beyond_twenty_years_is_refused(minutes: int) -> None:
    with pytest.raises(NotAllowed, match="twenty years"):
        DEFAULT.add_minutes(datetime(2026, 1, 1, tzinfo=UTC), minutes)


# --- reading and writing ----------------------------------------------------------------------------------------

FULL = {
    "zone": "Asia/Shanghai",
    "country": "CN",
    "subdivision": "",
    "hours": {"0": [["09:00", "12:00"], ["13:30", "17:30"]], "6": [["22:00", "24:00"]]},
    "closed": {"2026-12-24": "Stocktaking"},
    "open": {"2026-02-14": [["09:00", "17:00"]]},
}


def test_a_calendar_survives_json() -> None:
    calendar = Calendar.from_dict(json.loads(json.dumps(FULL)))
    assert calendar.to_dict() == FULL
    assert Calendar.from_dict(calendar.to_dict()) == calendar
    assert len({calendar, Calendar.from_dict(FULL), DEFAULT}) == 2


def test_what_is_left_out_is_as_usual() -> None:
    assert Calendar.from_dict({}) == DEFAULT
    assert Calendar.from_dict(DEFAULT.to_dict()) == DEFAULT


FAULTS: list[tuple[dict[str, Any], str]] = [
    (
        {"zone": "Mars/Base"},
        "Time zone: “Mars/Base” is not known. Write it as Asia/Shanghai or Europe/London.",
    ),
    ({"zone": "../etc/passwd"}, "Time zone: “../etc/passwd” is not known."),
    ({"zone": "America"}, "Time zone: “America” is not known."),
    ({"zone": 7}, "Time zone: “7” is not known."),
    ({"country": "China"}, "Country: the holidays of “China” are not known."),
    ({"country": "XX"}, "Country: the holidays of “XX” are not known."),
    ({"country": "CN", "subdivision": "ZZ"}, "Part of the country: holidays of “ZZ” are not known. Leave it"),
    ({"country": "GB", "subdivision": "ZZ"}, "Choose one of ENG, NIR, SCT, WLS, or leave it empty."),
    ({"subdivision": "ENG"}, "Part of the country: holidays of “ENG” are not known. Leave it empty."),
    ({"hours": {}}, "Opening hours: the hall is never open."),
    ({"hours": {"0": []}}, "Opening hours: the hall is never open."),
    ({"hours": []}, "Opening hours: they are not given by weekday. Use 0 for Monday to 6 for Sunday."),
    ({"hours": {"7": [["09:00", "17:00"]]}}, "Opening hours: “7” is not a weekday."),
    ({"hours": {"0": "09:00"}}, "Opening hours, Monday: these are not opening hours."),
    ({"hours": {"0": ["09:00"]}}, "Opening hours, Monday: these are not opening hours."),
    ({"hours": {"0": [["9", "17:00"]]}}, "Opening hours, Monday: “9” is not a time of the day."),
    ({"hours": {"0": [["09:00", "25:00"]]}}, "Opening hours, Monday: “25:00” is not a time of the day."),
    ({"hours": {"0": [["24:00", "24:00"]]}}, "Opening hours, Monday: “24:00” is not a time of the day."),
    ({"hours": {"1": [["17:00", "09:00"]]}}, "Opening hours, Tuesday: 17:00 to 09:00 ends before it starts."),
    ({"hours": {"1": [["09:00", "09:00"]]}}, "Opening hours, Tuesday: 09:00 to 09:00 ends before it starts."),
    (
        {"hours": {"2": [["13:00", "17:00"], ["09:00", "13:30"]]}},
        "Opening hours, Wednesday: 09:00–13:30 and 13:00–17:00 overlap. Let one end before the other starts.",
    ),
    ({"closed": {"24.12.2026": "x"}}, "Closed days: “24.12.2026” is not a date. Write it as 2026-12-24."),
    ({"closed": ["2026-12-24"]}, "Closed days: they are not given by date."),
    ({"open": {"2026-02-30": []}}, "Special openings: “2026-02-30” is not a date."),
    ({"open": {"2026-02-14": []}}, "Special opening on 2026-02-14: no opening hours are given."),
    ({"open": {"2026-02-14": [["9", "17:00"]]}}, "Special opening on 2026-02-14: “9” is not a time"),
    (
        {"closed": {"2026-02-14": "x"}, "open": {"2026-02-14": [["09:00", "17:00"]]}},
        "Closed days: 2026-02-14 is also a special opening. Keep one of the two.",
    ),
    (
        {"lunch": "12:00"},
        "A calendar has no lunch. It is made of zone, country, subdivision, hours, closed, open.",
    ),
]


@pytest.mark.parametrize(("data", "said"), FAULTS)
def test_a_fault_is_named_with_its_place_and_cure(data: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        Calendar.from_dict(data)
    (line,) = caught.value.lines()
    assert said in line


def test_one_period_may_begin_where_another_ends() -> None:
    calendar = Calendar.from_dict({"hours": {"0": [["12:00", "17:00"], ["09:00", "12:00"]]}})
    assert calendar.minutes_per_day == 480


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        Calendar.from_dict({"zone": "x", "country": "y", "hours": {"9": [], "0": [["a", "b"]]}, "open": 3})
    assert len(caught.value.problems) == 5


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("09:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("0"), inner),
    max_leaves=6,
)


@given(st.one_of(values, st.dictionaries(st.sampled_from(sorted(FULL)), values)))
def test_whatever_is_given_it_is_read_or_refused_in_words(data: Any) -> None:
    try:
        calendar = Calendar.from_dict(data)
    except BadInput as refused:
        assert all(refused.lines())
    else:
        assert Calendar.from_dict(calendar.to_dict()) == calendar


# --- properties -------------------------------------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    def hours() -> Any:
        marks = sorted(draw(st.sets(st.integers(0, 95), min_size=2, max_size=6)))
        times = [time(mark // 4, mark % 4 * 15) for mark in marks]
        return tuple(zip(times[::2], times[1::2], strict=False))

    days = draw(st.sets(st.integers(0, 6), min_size=1))
    return Calendar(
        draw(
            st.sampled_from(
                ["UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe"]
            )
        ),
        draw(st.sampled_from(["", "CN", "GB", "US"])),
        hours={day: hours() for day in days},
    )


moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
amounts = st.integers(0, 5_000)  # twice as much fits into twenty years of a quarter of an hour a week


@given(calendars(), moments, amounts, amounts)
def test_adding_in_two_steps_is_adding_at_once(calendar: Calendar, at: datetime, m: int, n: int) -> None:
    assert calendar.add_minutes(calendar.add_minutes(at, m), n) == calendar.add_minutes(at, m + n)


@given(calendars(), moments, amounts)
def test_between_undoes_adding_both_ways(calendar: Calendar, at: datetime, m: int) -> None:
    assert calendar.minutes_between(at, calendar.add_minutes(at, m)) == m
    assert calendar.minutes_between(calendar.add_minutes(at, -m), at) == m


@given(calendars(), moments, moments, amounts)
def test_who_starts_later_is_never_due_earlier(calendar: Calendar, a: datetime, b: datetime, m: int) -> None:
    a, b = sorted((a, b))
    assert calendar.add_minutes(a, m) <= calendar.add_minutes(b, m)
    assert calendar.add_minutes(a, m) < calendar.add_minutes(a, m + 1)
    assert 0 <= calendar.minutes_between(a, b) <= (b - a) / timedelta(minutes=1)
    assert calendar.minutes_between(b, a) == -calendar.minutes_between(a, b)


@given(calendars(), moments, amounts.filter(bool))
def test_a_deadline_falls_into_hours_or_on_closing_time(calendar: Calendar, at: datetime, m: int) -> None:
    due = calendar.add_minutes(at, m)
    assert calendar.is_open(due - timedelta(microseconds=1))
    assert calendar.is_open(calendar.next_opening(due)) and calendar.next_opening(due) >= due


@given(calendars(), moments)
def test_periods_of_following_days_never_overlap(calendar: Calendar, at: datetime) -> None:
    days = [at.date() + timedelta(days=step) for step in range(10)]
    edges = [edge for day in days for period in calendar.periods(day) for edge in period]
    assert edges == sorted(edges)


@settings(max_examples=30)
@given(calendars(), moments.map(lambda at: at.replace(second=0, microsecond=0)), st.integers(1, 3000))
def test_minutes_are_those_the_wall_clock_shows_open(calendar: Calendar, at: datetime, length: int) -> None:
    # Counted one by one by the wall clock, over days whose clocks do not change.
    zone = ZoneInfo(calendar.zone)
    ends = [
        (at + timedelta(minutes=minutes)).astimezone(zone) for minutes in range(-3000, 2 * length + 3000, 720)
    ]
    assume(len({end.utcoffset() for end in ends}) == 1)
    count = 0
    for step in range(length):
        wall = (at + timedelta(minutes=step)).astimezone(zone)
        count += any(start <= wall.time() < end for start, end in calendar.hours_on(wall.date()))
    assert calendar.minutes_between(at, at + timedelta(minutes=length)) == count
