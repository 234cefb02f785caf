import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhall.language import translator
from openhall.rules.assessment import INDICATORS, Better, Rate, difference, ranking, said
from openhall.stats.intervals import wilson

rates = st.integers(0, 400).flatmap(lambda n: st.builds(Rate, st.integers(0, n), st.just(n)))
ON_TIME, REOPENED = INDICATORS["on_time_rate"], INDICATORS["reopen_rate"]


@given(rates.filter(lambda rate: rate.denominator > 0), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_interval_is_that_of_the_statistics(rate: Rate, confidence: float):
    theirs = wilson(rate.numerator, rate.denominator, confidence)
    assert rate.interval(confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_the_difference_agrees_with_newcombes_own_figures():
    # Newcombe (1998), table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 10/10 - 0/10
    for one, other, low, high in ((56, 48, 0.0524, 0.3339), (9, 3, 0.1705, 0.8090), (10, 0, 0.6075, 1.0)):
        n = {56: 70, 48: 80}
        between = difference(Rate(one, n.get(one, 10)), Rate(other, n.get(other, 10)))
        assert between is not None
        assert (between.low, between.high) == pytest.approx((low, high), abs=5e-5)


@given(rates, rates)
def test_a_difference_the_other_way_round_is_its_negative(one: Rate, other: Rate):
    there, back = difference(one, other), difference(other, one)
    if there is None or back is None:
        assert 0 in (one.denominator, other.denominator)
        return
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert there.low <= there.value <= there.high


@given(rates, rates)
def test_where_two_intervals_do_not_touch_the_difference_is_real(one: Rate, other: Rate):
    between = difference(one, other)
    if between and (one.interval()[0] > other.interval()[1] or other.interval()[0] > one.interval()[1]):
        assert between.real


@pytest.mark.parametrize("counts", [(-1, 5), (6, 5), (1, 0), (0, -1)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int]):
    with pytest.raises(ValueError, match="is no share"):
        Rate(*counts)


def test_ten_cases_are_enough_and_nine_are_not():
    assert Rate(0, 10).enough and not Rate(9, 9).enough
    table = ranking(ON_TIME, {"Roads": Rate(9, 9), "Parks": Rate(5, 10)})
    assert [place.key for place in table.places] == ["Parks"] and table.too_few == ("Roads",)


def test_without_cases_there_is_no_share_and_the_interval_is_everything():
    nothing = Rate(0, 0)
    assert nothing.share is None and nothing.interval() == (0.0, 1.0)
    assert str(said(ON_TIME, nothing)) == "On-time rate: no cases yet."


def test_where_chance_explains_the_gap_the_places_are_shared():
    table = ranking(ON_TIME, {"Roads": Rate(9, 10), "Parks": Rate(8, 10), "Water": Rate(7, 10)})
    assert [(place.key, place.best, place.worst) for place in table.places] == [
        ("Roads", 1, 3),
        ("Parks", 1, 3),
        ("Water", 1, 3),
    ]
    assert not table.any_difference
    assert str(table.places[0].say()) == "Place 1 to 3: no real difference"


def test_a_gap_that_is_real_between_two_may_be_chance_among_many():
    best, rest = Rate(48, 60), Rate(36, 60)
    assert ranking(ON_TIME, {"Roads": best, "Parks": rest}).any_difference
    many = {"Roads": best} | {f"Parks {number}": rest for number in range(9)}
    assert not ranking(ON_TIME, many).any_difference


def test_a_real_gap_gives_places_of_their_own_and_the_lower_is_better_where_it_should_be():
    table = ranking(REOPENED, {"Roads": Rate(60, 100), "Parks": Rate(5, 100)})
    assert [(place.key, str(place.say())) for place in table.places] == [
        ("Parks", "Place 1"),
        ("Roads", "Place 2"),
    ]
    assert table.any_difference and table.places[0].alike == ()


@settings(max_examples=60)
@given(st.dictionaries(st.integers(1, 9), rates, max_size=6), st.sampled_from([ON_TIME, REOPENED]))
def test_places_are_within_the_table_and_likeness_is_mutual(town, indicator):
    table = ranking(indicator, town)
    places = {place.key: place for place in table.places}
    assert set(places) | set(table.too_few) == set(town) and not set(places) & set(table.too_few)
    sign = 1 if indicator.better is Better.HIGHER else -1
    shares = [sign * (place.rate.share or 0.0) for place in table.places]
    assert shares == sorted(shares, reverse=True)
    for at, place in enumerate(table.places, 1):
        assert 1 <= place.best <= at <= place.worst <= len(places)
        assert all(place.key in places[other].alike for other in place.alike)
        assert place.worst - place.best == len(place.alike)


def test_one_alone_is_first_and_nobody_is_nothing():
    assert ranking(ON_TIME, {"Roads": Rate(9, 10)}).places[0].best == 1
    assert not ranking(ON_TIME, {"Roads": Rate(9, 10)}).any_difference
    assert ranking(ON_TIME, {}).places == ()


def test_rates_add_up():
    assert Rate(1, 2) + Rate(3, 5) == Rate(4, 7)


def test_a_share_is_never_said_without_its_counts():
    assert str(said(ON_TIME, Rate(1999, 2000))) == (
        "On-time rate: 99.9 %, 1999 of 2000 requests that are closed, or open past their time "
        "(95 % interval: 99.7 to 100 %)."
    )
    assert str(said(REOPENED, Rate(1, 4))) == "Reopening rate: 1 of 4 closed requests; too few to compare."


def test_every_indicator_says_what_is_counted_in_both_languages():
    assert len(INDICATORS) == 9
    for key, indicator in INDICATORS.items():
        assert indicator.key == key and indicator.name and indicator.above and indicator.below
        for lang in ("en", "zh"):
            assert said(indicator, Rate(7, 12)).say(translator(lang), lang)
