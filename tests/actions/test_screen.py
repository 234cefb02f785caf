"""Screening: what the rules put on record, and what people decide about it."""

from importlib import resources

import pytest
from tests.town import version_of

from openhall.actions import screen
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Event, Flag, Response
from openhall.reads import screening as read
from openhall.surveys import toml_format
from openhall.surveys.checking import encode
from openhall.surveys.sheets import read_sheets

REFERENCE = (resources.files("openhall") / "data" / "reference_sheets.csv").read_bytes()


@pytest.fixture
def study(town):
    """The wave with the study's questionnaire and its 338 reconstructed sheets, not screened yet."""
    asked = toml_format.builtin()
    town.wave.version = version_of(asked, frozen=True)
    town.wave.save()
    sheets = read_sheets(REFERENCE, name="reference_sheets.csv", questionnaire=asked)
    Response.objects.bulk_create(
        response(town, answers, serial=serial, channel="file")
        for answers, serial in zip(sheets.answers, sheets.serials, strict=True)
    )
    return town


def response(town, answers, **others):
    values = {
        "channel": "paper",
        "submitted_on": "2026-01-05",
        "language": "en",
        "office": town.north,
        **others,
    }
    return Response(wave=town.wave, version=town.wave.version, answers=encode(answers), **values)


def stored(town, *answers, **others):
    one = response(town, answers or (2, 4, 3, 5, 4), **others)
    one.save()
    return one


def verdicts():
    return sorted(Flag.objects.values_list("rule", "verdict"))


def test_the_reference_sheets_are_300_valid_38_void_and_all_valid_ones_duplicates(study):
    done = screen.apply_rules(study.wave, by=study.analyst)
    assert read.totals(study.wave) == {"returned": 338, "void": 38, "valid": 300, "waiting": 300}
    tallies = {tally.rule: tally for tally in read.findings(study.wave).tallies}
    assert (tallies["duplicate_sheet"].open, tallies["duplicate_sheet"].total) == (300, 300)
    assert (
        tallies["blank"].void == tallies["blank"].total
        and tallies["double_mark"].void == tallies["double_mark"].total
    )
    assert done.void == 38 and Response.objects.count() == 338
    assert "every_sheet_twice" in {caution.code for caution in read.cautions(study.wave)}


def test_applying_the_rules_again_changes_nothing(study):
    screen.apply_rules(study.wave, by=study.analyst)
    before = list(Flag.objects.order_by("pk").values())
    assert not screen.apply_rules(study.wave, by=study.analyst)
    assert list(Flag.objects.order_by("pk").values()) == before
    assert Event.objects.filter(kind="sheets.screened").count() == 1


def test_one_sheet_screened_alone_finds_what_screening_all_finds(study):
    for one in Response.objects.order_by("serial")[:40]:
        screen.apply_rules(study.wave, by=study.analyst, only=[one.pk])
    alone = {(f.response_id, f.rule): (f.verdict, f.detail) for f in Flag.objects.all()}
    screen.apply_rules(study.wave, by=study.analyst)
    together = {(f.response_id, f.rule): (f.verdict, f.detail) for f in Flag.objects.all()}
    assert alone and alone.items() <= together.items()


def test_keeping_all_duplicates_and_taking_it_back(study):
    screen.apply_rules(study.wave, by=study.analyst)
    count = screen.decide_all(
        study.wave, rule="duplicate_sheet", choice="keep", reason="as published", by=study.analyst
    )
    assert count == 300 and read.totals(study.wave)["waiting"] == 0
    [decided] = read.findings(study.wave).decisions
    assert (decided.verdict, decided.reason, decided.count) == ("kept", "as published", 300)
    screen.apply_rules(study.wave, by=study.analyst)
    assert read.totals(study.wave)["waiting"] == 0
    screen.restore_all(
        study.wave, rule="duplicate_sheet", verdict="kept", reason="as published", by=study.analyst
    )
    assert read.totals(study.wave) == {"returned": 338, "void": 38, "valid": 300, "waiting": 300}


def test_excluding_the_copies_keeps_one_sheet_of_each_pair(study):
    screen.apply_rules(study.wave, by=study.analyst)
    screen.decide_all(
        study.wave, rule="duplicate_sheet", choice="exclude_copies", reason="twins", by=study.analyst
    )
    valid = Response.objects.filter(void="")
    assert valid.count() == valid.values("answers").distinct().count() == 150
    assert Response.objects.filter(void="duplicate_sheet").count() == 150
    event = Event.objects.get(kind="sheets.decided")
    assert (event.data["excluded"], event.data["kept"], event.by) == (150, 150, study.analyst)
    assert read.cautions(study.wave) == []


def test_a_blank_and_a_double_mark_make_a_sheet_void(town):
    blank, double, fine = stored(town, 1, None, 3, 4, 5), stored(town, 1, (1, 2), 3, 4, 5), stored(town)
    screen.apply_rules(town.wave, by=town.analyst)
    for one, void in ((blank, "blank"), (double, "double_mark"), (fine, "")):
        one.refresh_from_db()
        assert one.void == void


def test_too_fast_is_for_a_person_to_decide(town):
    one = stored(town, seconds=3)
    screen.apply_rules(town.wave, by=town.analyst)
    assert verdicts() == [("too_fast", "open")]
    one.refresh_from_db()
    assert one.void == ""


def test_unfinished_answers_are_not_screened(town):
    stored(town, 1, None, None, None, None, complete=False)
    assert not screen.apply_rules(town.wave, by=town.analyst)


def test_a_finding_that_is_no_longer_true_goes_and_the_sheet_counts_again(town):
    one = stored(town, 1, None, 3, 4, 5)
    screen.apply_rules(town.wave, by=town.analyst)
    Response.objects.update(answers=encode((1, 2, 3, 4, 5)))
    done = screen.apply_rules(town.wave, by=town.analyst)
    one.refresh_from_db()
    assert (done.gone, done.valid, one.void, verdicts()) == (1, 1, "", [])


def test_a_persons_decision_outlives_the_rules(town):
    one = stored(town, 1, None, 3, 4, 5)
    screen.apply_rules(town.wave, by=town.analyst)
    screen.decide(one, rule="blank", exclude=False, reason="one blank is fine", by=town.analyst)
    assert not screen.apply_rules(town.wave, by=town.analyst)
    one.refresh_from_db()
    assert one.void == "" and verdicts() == [("blank", "kept")]


def test_taking_a_decision_back_lets_the_rule_speak_again(town):
    one = stored(town, 1, None, 3, 4, 5)
    screen.apply_rules(town.wave, by=town.analyst)
    screen.decide(one, rule="blank", exclude=False, reason="fine", by=town.analyst)
    screen.restore(one, rule="blank", by=town.administrator)
    one.refresh_from_db()
    flag = Flag.objects.get()
    assert (one.void, flag.verdict, flag.reason, flag.by) == ("blank", "void", "", None)
    kinds = Event.objects.filter(subject_type="response").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["sheet.kept", "sheet.restored"]


def test_a_sheet_is_excluded_for_a_reason_no_rule_knows_and_brought_back(town):
    one = stored(town, serial="A1")
    screen.decide(one, rule="other", exclude=True, reason="  filled in by   staff ", by=town.analyst)
    one.refresh_from_db()
    flag = Flag.objects.get()
    assert (one.void, flag.reason, flag.by) == ("other", "filled in by staff", town.analyst)
    screen.restore(one, rule="other", by=town.analyst)
    one.refresh_from_db()
    assert one.void == "" and Flag.objects.get().reason == "filled in by staff"
    with pytest.raises(NotAllowed):
        screen.restore(one, rule="other", by=town.analyst)


def test_a_sheet_is_void_while_any_finding_says_so(town):
    one = stored(town, None, (1, 2), 3, 4, 5)
    screen.apply_rules(town.wave, by=town.analyst)
    screen.decide(one, rule="blank", exclude=False, reason="fine", by=town.analyst)
    one.refresh_from_db()
    assert one.void == "double_mark"
    screen.decide(one, rule="double_mark", exclude=False, reason="fine", by=town.analyst)
    one.refresh_from_db()
    assert one.void == ""


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_decision_needs_a_reason_of_sensible_length(town, reason):
    one = stored(town)
    with pytest.raises(BadInput):
        screen.decide(one, rule="other", exclude=True, reason=reason, by=town.analyst)
    assert not Flag.objects.exists()


def test_a_rule_that_found_nothing_cannot_be_decided(town):
    with pytest.raises(NotAllowed):
        screen.decide(stored(town), rule="blank", exclude=True, reason="so", by=town.analyst)
    with pytest.raises(NotAllowed):
        screen.decide_all(town.wave, rule="blank", choice="keep", reason="so", by=town.analyst)


def test_deciding_all_asks_what_to_do(town):
    stored(town, seconds=1)
    screen.apply_rules(town.wave, by=town.analyst)
    for choice in ("", "exclude_copies"):
        with pytest.raises(BadInput):
            screen.decide_all(town.wave, rule="too_fast", choice=choice, reason="so", by=town.analyst)


@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_clerks_and_leaders_decide_nothing(town, role):
    one, person = stored(town, 1, None, 3, 4, 5), getattr(town, role)
    screen.apply_rules(town.wave, by=town.analyst)
    for call in (
        lambda: screen.decide(one, rule="blank", exclude=False, reason="so", by=person),
        lambda: screen.restore(one, rule="blank", by=person),
        lambda: screen.decide_all(town.wave, rule="blank", choice="keep", reason="so", by=person),
        lambda: screen.restore_all(town.wave, rule="blank", verdict="kept", reason="so", by=person),
    ):
        with pytest.raises(NotPermitted):
            call()


def test_a_wave_is_screened_in_few_queries(study, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        screen.apply_rules(study.wave, by=study.analyst)
