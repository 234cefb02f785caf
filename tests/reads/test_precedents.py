from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import transaction

from openhall.models import search
from openhall.models.search import SearchDocument, SearchWord, drop, put, rebuild, refresh
from openhall.reads import nearest
from openhall.reads.precedents import MOST, like

pytestmark = pytest.mark.django_db

CASES = {
    1: "The street light at 12 Elm Street has been dark for a week",
    2: "Rubbish was not collected in Elm Street again",
    3: "Noise from the building site in Market Road at night",
    4: "小区门口的路灯坏了，晚上很黑",
    5: "楼上装修噪音扰民，晚上施工",
    6: "The 路灯 near the school is broken",
}


@pytest.fixture
def cases(db):
    for pk, text in CASES.items():
        put("request", pk, text)


def found(text, **options):
    return [one.pk for one in like(text, **options)]


def fill(count):
    """Cases that all speak of street lights, each with a word of its own."""
    for pk in range(1, count + 1):
        put("request", pk, f"street light dark pole number{pk}")


def test_the_case_with_the_same_matter_comes_first(cases):
    assert found("Street lights in our street are dark")[0] == 1


def test_forms_of_a_word_are_alike(cases):
    assert found("They keep collecting no rubbish")[0] == 2


def test_chinese_is_found_by_what_it_says(cases):
    assert found("我家附近路灯坏了") == [4, 6]
    assert found("晚上有施工噪音")[0] == 5


def test_one_language_finds_the_other_where_they_share_words(cases):
    assert set(found("路灯 broken")) == {4, 6}


def test_it_says_which_words_made_them_like(cases):
    first, *_ = like("Two Street Lights are DARK")
    assert first.shared_words == ("Street", "Lights", "DARK")
    assert like("小区路灯坏了")[0].shared_words == ("小区", "路灯坏")


def test_the_same_words_score_one_and_others_less(cases):
    scores = [one.score for one in like(CASES[1])]
    assert scores[0] == pytest.approx(1, abs=0.15)
    assert all(0 < score < scores[0] for score in scores[1:])


def test_nothing_in_common_is_not_found(cases):
    assert like("Passport photograph") == []
    assert like("") == [] == like("the and of 的了")


def test_nothing_is_found_where_nothing_is(db):
    assert like("street light") == []


def test_of_equals_the_latest_comes_first(db):
    for pk in (7, 3, 9):
        put("request", pk, "Broken bench in the park")
    assert found("bench broken") == [9, 3, 7]


def test_only_the_kinds_asked_for_are_found(cases):
    put("article", 1, "How street lights are repaired")
    put("rule", 1, "Ordinance on street lights")
    assert {one.kind for one in like("street lights")} == {"request", "article", "rule"}
    assert [(one.kind, one.pk) for one in like("street lights", kinds=["article"])] == [("article", 1)]
    assert {one.kind for one in like("street lights", kinds=["rule", "article"])} == {"article", "rule"}


def test_a_rare_kind_is_found_among_many_of_another(cases, monkeypatch):
    monkeypatch.setitem(nearest.ENTRIES, "sqlite", 5)
    monkeypatch.setitem(nearest.ENTRIES, "postgresql", 5)
    put("article", 1, "How a street light is repaired")
    fill(60)
    refresh()
    assert [one.kind for one in like("street light", kinds=["article"])] == ["article"]


def test_no_more_come_than_asked_for(db):
    fill(60)
    assert len(like("street light")) == 5
    assert len(like("street light", most=2)) == 2
    assert len(like("street light", most=1000)) == MOST
    assert like("street light", most=0) == []


def test_an_unknown_kind_is_an_error(db):
    with pytest.raises(ValueError, match="kind is case"):
        put("case", 1, "street light")
    with pytest.raises(ValueError, match="kinds has case"):
        like("street light", kinds=["case"])


def test_a_changed_text_is_found_by_its_new_words_only(cases):
    put("request", 1, "Graffiti on the library")
    assert found("graffiti library") == [1]
    assert 1 not in found("dark light")
    assert SearchDocument.objects.filter(kind="request", object_id=1).count() == 1


def test_the_same_text_again_changes_nothing(cases):
    put("request", 1, CASES[1])
    assert found("dark light") == [1]


def test_a_text_without_words_is_forgotten(cases):
    put("request", 1, "…")
    assert 1 not in found(CASES[1])


def test_what_is_dropped_is_not_found(cases):
    drop("request", 1)
    drop("request", 999)
    assert 1 not in found(CASES[1])


def test_rows_deleted_in_bulk_leave_nothing_behind(cases):
    SearchDocument.objects.all().delete()
    assert like(CASES[1]) == []
    put("request", 8, "street light")
    assert found("street light dark week rubbish") == [8]


def test_what_is_taken_back_leaves_nothing_behind(cases):
    with pytest.raises(RuntimeError), transaction.atomic():
        put("request", 7, "Fallen tree")
        put("request", 1, "Fallen tree")
        raise RuntimeError
    assert like("fallen tree") == []
    assert found(CASES[1])[0] == 1


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_finds_nothing():
    put("request", 1, "street light")
    call_command("flush", interactive=False, verbosity=0)
    assert like("street light") == []
    put("request", 2, "fallen tree")
    assert like("street light") == []


@pytest.mark.parametrize(
    "text",
    [
        'light" OR "dark',
        "light' | 'dark",
        "light & ! ( dark",
        "light*",
        "=request",
        "<0 light",
        "li\0ght",
        "\ud800 light",
        "%s %%",
    ],
)
def test_no_text_is_taken_for_a_command(cases, text):
    put("article", 1, text)
    like(text)
    like(text, kinds=["article"])


def test_a_very_long_text_is_indexed_and_asked_with(db):
    text = " ".join(f"word{number}" for number in range(20_000))
    put("request", 1, text)
    assert found(text) == [1]


def test_common_words_are_looked_for_together(db, monkeypatch):
    monkeypatch.setitem(nearest.ENTRIES, "sqlite", 20)
    monkeypatch.setitem(nearest.ENTRIES, "postgresql", 20)
    fill(60)
    for pk in range(100, 160):
        put("request", pk, f"bench tree path number{pk}")
    refresh()
    assert found("street light dark pole number7")[0] == 7
    assert set(found("street light dark pole", most=50)) <= set(range(1, 61))
    assert found("bench tree")[0] >= 100


def test_what_is_common_but_not_of_late_is_found_too(db, monkeypatch):
    monkeypatch.setitem(nearest.ENTRIES, "sqlite", 20)
    monkeypatch.setitem(nearest.ENTRIES, "postgresql", 20)
    for pk in range(1, 201):
        put("request", pk, "snow on the path" if pk <= 60 else "bench in the park")
    refresh()
    assert found("snow")[0] <= 60


def test_common_words_are_looked_for_among_the_latest_where_there_are_too_many(db):
    known = nearest.Frequencies(1_000_000, {"street": 0.5, "light": 0.4})
    groups = {look.group: look.since for look in nearest._looks(["zebra", "light", "street"], 1.0, known)}
    assert groups[("zebra",)] == 0
    assert groups["light", "street"] > 900_000
    asked = nearest._postgresql(nearest._Look(("light",), 990_000), "=rule", 1_000_000)
    assert asked == ["'=rule' & 'light' & ('<60' | '<61')"]


def test_pairs_are_taken_before_threes(db):
    known = nearest.Frequencies(1_000_000, {"a": 0.02, "b": 0.02, "c": 0.02})
    assert {len(look.group) for look in nearest._looks(["a", "b", "c"], 1.0, known)} == {2}
    known = nearest.Frequencies(1_000_000, {"a": 0.2, "b": 0.2, "c": 0.2})
    assert {len(look.group) for look in nearest._looks(["a", "b", "c"], 1.0, known)} == {3}


def test_refreshing_counts_words_and_kinds(cases):
    put("article", 1, "street light")
    for pk in range(10, 15):
        put("request", pk, "broken bench")
    assert refresh() == len(SearchWord.objects.all())
    shares = dict(SearchWord.objects.values_list("word", "share"))
    assert shares["bench"] == pytest.approx(5 / 12)
    assert shares["=request"] == pytest.approx(11 / 12)
    assert "rubbish" not in shares


def test_refreshing_again_forgets_words_that_became_rare(cases, monkeypatch):
    monkeypatch.setattr(search, "BATCH", 2)
    for pk in range(10, 15):
        put("request", pk, "broken bench")
    refresh()
    SearchDocument.objects.filter(object_id__gte=10).delete()
    refresh()
    assert set(SearchWord.objects.values_list("word", flat=True)) == {"=request"}


def test_a_sample_stands_for_many(db, monkeypatch):
    monkeypatch.setattr(search, "SAMPLE", 20)
    fill(60)
    refresh()
    assert SearchWord.objects.get(word="street").share == 1


def test_rebuilding_indexes_what_there_is_and_forgets_the_rest(cases, monkeypatch):
    monkeypatch.setattr(search, "BATCH", 2)

    def texts():
        for pk in (1, 2, 3):
            yield "request", pk, CASES[pk]
        put("request", 50, "Fallen tree while the index is built")

    assert rebuild(texts()) == 3
    assert found("fallen tree") == [50]
    assert sorted(SearchDocument.objects.values_list("object_id", flat=True)) == [1, 2, 3, 50]
    assert found(CASES[1])[0] == 1
    assert 4 not in found(CASES[4])
