"""The checklist of a dispatch: what applies, what is missing, what it comes to."""

from __future__ import annotations

from openhall.rules.readiness import CHECK_NAMES, CURES, Check, Facts, marks, missing, verdict

READY = Facts(
    text="The street light at the school is out.",
    demand="help",
    service=True,
    needs_place=True,
    place=True,
    reachable=True,
    ground=True,
)


def test_a_full_request_is_ready():
    found = marks(READY)
    assert list(found) == list(Check) and all(found.values())
    assert missing(found) == [] and verdict(found) == "good"


def test_an_empty_request_lacks_everything():
    found = marks(Facts(text="Help", needs_place=True))
    assert missing(found) == list(Check) and verdict(found) == "poor"


def test_one_gap_is_fair():
    assert verdict(marks(Facts(text=READY.text, demand="help", service=True, reachable=True))) == "fair"


def test_a_place_is_asked_only_where_the_service_has_one():
    assert Check.PLACE not in marks(Facts(text=READY.text))


def test_an_anonymous_citizen_needs_no_address():
    assert Check.CONTACT not in marks(Facts(text=READY.text, anonymous=True))


def test_a_short_chinese_text_may_say_enough():
    assert marks(Facts(text="小学门口的路灯坏了"))[Check.TEXT]
    assert not marks(Facts(text="路灯"))[Check.TEXT]


def test_every_question_has_a_name_and_a_cure():
    assert set(CHECK_NAMES) == set(CURES) == set(Check)
