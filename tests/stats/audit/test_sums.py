"""Parts give the total said of them."""

from tests.stats.audit.small import audited, serious

from openhall.stats.audit.findings import Why


def test_a_wrong_total_is_found_with_its_arithmetic():
    (found,) = audited("[[sum]]\nparts = [110, 85, 120, 83]\ntotal = 400").serious
    assert (found.arithmetic[0].formula, found.arithmetic[0].result) == ("110 + 85 + 120 + 83", 398)


def test_a_part_may_be_subtracted():
    assert serious("[[sum]]\nparts = [338, -38]\ntotal = 300") == []


def test_rounded_parts_may_miss_their_total_a_little():
    assert serious("[[sum]]\nparts = [33.3, 33.3, 33.3]\ntotal = 100") == []
    assert serious("[[sum]]\nparts = [33.3, 33.3, 33.3]\ntotal = 101") == ["sum"]


def test_two_exchanged_digits_are_proposed():
    (found,) = audited('[[sum]]\nlabels = ["north", "south"]\nparts = [46, 30]\ntotal = 94').serious
    assert found.explanation[0].why is Why.DIGITS_EXCHANGED
    assert found.explanation[0].values == {"label": "north", "old": "46", "new": "64"}
