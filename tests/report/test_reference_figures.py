"""What the 338 reconstructed sheets give: the third column of the study's figures, printed and recomputed."""

from __future__ import annotations

import pytest

from openhall.report.document import Report
from openhall.report.numerals import Format, show


def test_of_338_sheets_300_are_valid_and_38_void(report: Report) -> None:
    total = report.table("fieldwork").rows[-1].cells
    assert total[1:5] == (398, 338, 38, 300)
    assert report.meta["sheets_valid"] == 300


def test_every_office_keeps_the_number_of_sheets_issued_to_it(report: Report) -> None:
    assert report.table("fieldwork").column("issued") == [110, 85, 120, 83, 398]


def test_alpha_of_the_four_dimensions_is_as_printed(report: Report) -> None:
    shown = [show(value, Format.UNIT3) for value in report.table("4-1").column("alpha")]
    assert shown == [".664", ".788", ".859", ".949"]


def test_item_means_dimension_means_and_total_are_those_of_table_4_9(report: Report) -> None:
    means = [show(value, Format.F2) for value in report.table("4-9").column("mean")]
    se = ["2.90", "2.83", "2.88", "2.97", "2.97", "2.91"]
    sq, im = ["2.99", "2.96", "2.91", "2.96"], ["3.00", "2.94", "2.95", "2.84", "2.93"]
    assert means == [*se, *sq, *im, "2.45", "2.60", "2.37", "2.47", "2.82", "2.99"]


def test_overall_satisfaction_has_the_printed_counts_and_mean(report: Report) -> None:
    total = report.table("4-3").rows[-1].cells
    assert total[1:11:2] == (10, 64, 152, 60, 14)
    overall = report.table("data-of-4-7").rows[-1].cells
    assert overall[2] == pytest.approx(2.9867, abs=5e-5)


@pytest.mark.parametrize(
    ("background", "chi_square", "df"),
    [
        ("Age", "24.150", 16),
        ("Gender", "8.275", 4),
        ("Education", "34.795", 12),
        ("Political status", "17.003", 12),
        ("Household income", "153.239", 28),
        ("Occupation", "174.123", 32),
    ],
)
def test_chi_square_is_that_of_300_sheets(report: Report, background: str, chi_square: str, df: int) -> None:
    row = next(row for row in report.table("4-2").rows if row.cells[0] == background)
    assert (show(row.cells[1], Format.F3), row.cells[2], row.cells[3]) == (chi_square, df, 300)


def test_education_is_significant_with_300_sheets(report: Report) -> None:
    row = next(row for row in report.table("4-2").rows if row.cells[0] == "Education")
    assert row.cells[4] == pytest.approx(0.0005, abs=5e-5)


def test_sparse_cells_are_counted(report: Report) -> None:
    shares = dict(
        zip(report.table("4-2").column("background"), report.table("4-2").column("below_five"), strict=True)
    )
    expected = {
        "Age": 14 / 25,
        "Gender": 1 / 10,
        "Education": 8 / 20,
        "Political status": 10 / 20,
        "Household income": 22 / 40,
        "Occupation": 27 / 45,
    }
    assert shares == pytest.approx({name: 100 * share for name, share in expected.items()})


def test_the_reader_is_told_that_every_sheet_stands_twice(report: Report) -> None:
    said = {caution.code: caution.text for caution in report.cautions()}
    assert "150" in said["every_sheet_twice"]
    assert "even_counts" in said


def test_background_is_the_factor_and_dimension_the_dependent(report: Report) -> None:
    table = report.table("4-10")
    assert table.column("df1") == [1, 4, 3, 3, 8, 7] * 4
    assert [name for name, _ in table.bands()] == [
        "Service environment",
        "Staff quality",
        "Internal agency management",
        "Special situation management",
    ]


def test_gender_fits_the_census(report: Report) -> None:
    assert report.table("data-of-4-1").column("population")[:2] == pytest.approx([51.27, 48.73])
    said = [block.text for block in report.sections[1].blocks if hasattr(block, "manner")]
    assert any("χ²(1, N = 300) = 0.51, p = .475" in text for text in said)
