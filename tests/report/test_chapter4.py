"""Chapter 4 keeps the study's order, and can be written for any other questionnaire."""

from __future__ import annotations

import re
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.report.small import asking, choice, scale

from openhall.engines.memory import Memory
from openhall.labels import VOID_REASONS
from openhall.report.chapter4 import chapter4, chapter4_of_sheets
from openhall.report.document import Caution, Figure, Heading, Manner, Paragraph, Report, Row, Section, Table
from openhall.report.ledger import Ledger, Line
from openhall.surveys.questionnaire import Questionnaire, Role
from openhall.surveys.sheets import Sheets

ANSWERS = [(a, o, i, j) for a, o, i, j in product((1, 2), (1, 2, 3), (1, 2, 3), (1, 3))]


def test_all_tables_of_the_chapter_are_counted_in_one_pass_over_the_data(study, sheets, monkeypatch) -> None:
    passes, count = [], Memory.count
    monkeypatch.setattr(Memory, "count", lambda *a, **k: passes.append(len(a[1])) or count(*a, **k))
    chapter4_of_sheets(study, sheets)
    assert len(passes) == 1 and passes[0] > 50


def whole() -> Questionnaire:
    return asking(choice("side"), scale("o", Role.OVERALL), scale("i"), scale("j"))


def texts(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph | Caution))


def numbers(row: Row) -> list[object]:
    """The cells that are no words; a figure that cannot be computed is None, which equals itself."""
    return [None if cell != cell else cell for cell in row.cells if not isinstance(cell, str)]


def test_sections_tables_and_figures_have_the_numbers_of_the_study(report: Report) -> None:
    assert [section.number for section in report.sections] == ["4.1", "4.2", "4.3", "4.4", "4.5", "4.6"]
    tables = [table.key for table in report.tables() if re.fullmatch(r"4-\d+", table.key)]
    assert tables == [f"4-{number}" for number in range(1, 11)]
    figures = [figure.key for figure in report.figures() if re.fullmatch(r"4-\d+", figure.key)]
    assert figures == [f"4-{number}" for number in range(1, 13)]


def test_cross_tables_follow_the_order_of_the_study(report: Report) -> None:
    captions = [
        report.table(f"4-{number}").caption.removeprefix("Overall satisfaction by ") for number in range(3, 9)
    ]
    assert captions == ["age", "gender", "education", "political status", "household income", "occupation"]


def test_mean_figures_follow_the_order_of_the_study(report: Report) -> None:
    found = {figure.key: figure.caption for figure in report.figures()}
    names = [re.sub(r".* by (.*) \(N.*", r"\1", found[f"4-{number}"]) for number in range(7, 13)]
    assert names == ["gender", "age", "education", "political status", "occupation", "household income"]


def test_every_test_is_said_in_apa_style_and_in_plain_words(report: Report) -> None:
    for section in report.sections[2:]:
        manners = {block.manner for block in section.blocks if isinstance(block, Paragraph)}
        assert {Manner.METHOD, Manner.APA, Manner.PLAIN} <= manners, section.number


def test_every_method_names_the_number_of_sheets(report: Report) -> None:
    for section in report.sections[1:]:
        methods = [b.text for b in section.blocks if isinstance(b, Paragraph) and b.manner is Manner.METHOD]
        assert methods
        assert all("N = 300" in text for text in methods)


def test_no_sentence_shows_a_number_that_is_none(report: Report) -> None:
    said = [block.text for block in report.blocks() if isinstance(block, Paragraph | Caution)]
    assert not [text for text in said if re.search(r"\bnan\b|None|\{|\}", text)]


def test_readers_are_warned_where_they_would_be_misled(report: Report) -> None:
    codes = {caution.code for caution in report.cautions()}
    assert {
        "sparse",
        "many_tests",
        "small_groups",
        "unequal_variances",
        "alpha_below_standard",
        "midpoint",
        "every_sheet_twice",
    } <= codes


def test_the_report_in_chinese_has_the_same_figures(
    study: Questionnaire, sheets: Sheets, report: Report
) -> None:
    chinese = chapter4_of_sheets(study, sheets, lang="zh-hans")
    assert chinese.lang == "zh"
    assert chinese.title == "政务服务大厅满意度调查"
    for ours, theirs in zip(report.tables(), chinese.tables(), strict=True):
        assert [numbers(row) for row in ours.rows] == [numbers(row) for row in theirs.rows]


def test_without_a_valid_sheet_every_section_says_so() -> None:
    report = chapter4(whole(), [])
    assert not list(report.tables())
    assert "No sheet has been returned yet." in texts(report.sections[0])
    assert all("no valid sheet" in texts(section) for section in report.sections[1:])


def test_a_questionnaire_without_dimensions_says_what_is_missing() -> None:
    report = chapter4(asking(choice("side"), scale("o", Role.OVERALL)), [(1, 2), (2, 3), (1, 1), (2, 2)] * 9)
    assert "no dimension" in texts(report.sections[2])
    assert "no dimension" in texts(report.sections[5])
    assert report.table("4-1").caption.startswith("Chi-square")


def test_a_questionnaire_without_overall_judgement_still_analyses_its_dimensions() -> None:
    report = chapter4(asking(choice("side"), scale("i"), scale("j")), [(a, i, j) for a, _, i, j in ANSWERS])
    assert "no overall judgement" in texts(report.sections[3])
    assert any(table.key == "4-3" for table in report.tables())


def test_a_questionnaire_without_backgrounds_says_so() -> None:
    report = chapter4(asking(scale("o", Role.OVERALL), scale("i"), scale("j")), [row[1:] for row in ANSWERS])
    for place in (1, 3, 5):
        assert "asks nothing about the respondents" in texts(report.sections[place])


def test_one_group_cannot_be_compared_and_the_reader_is_told() -> None:
    report = chapter4(whole(), [(1, o, i, j) for _, o, i, j in ANSWERS])
    codes = {caution.code for caution in report.cautions()}
    assert {"one_line", "one_group"} & codes
    assert not [b for b in report.blocks() if isinstance(b, Paragraph) and "nan" in b.text]


def test_one_answered_sheet_is_enough_for_a_report() -> None:
    report = chapter4(whole(), [(1, 2, 3, 1)])
    assert len(report.sections) == 6


def test_a_single_test_is_not_called_many() -> None:
    report = chapter4(asking(choice("side"), scale("o", Role.OVERALL)), [(1, 2), (2, 3), (1, 1), (2, 2)] * 9)
    assert "many_tests" not in {caution.code for caution in report.cautions()}


def test_flagged_sheets_are_counted_and_pointed_out(report: Report) -> None:
    said = {caution.code: caution.text for caution in report.cautions()}
    assert "the same sheet twice (300)" in said["flagged"]


def test_control_characters_do_not_reach_a_report() -> None:
    ledger = Ledger(lines=(Line("No\x00rth\x1b", 50, 42, 6),))
    report = chapter4(whole(), ANSWERS, ledger)
    assert report.table("fieldwork").rows[0].cells[0] == "North"


def test_no_wording_turns_the_rest_of_its_line_round() -> None:
    turned = Ledger(lines=(Line("No\u202er\u2028th\u2066", 50, 42, 6),))
    assert chapter4(whole(), ANSWERS, turned).table("fieldwork").rows[0].cells[0] == "North"


def test_an_unknown_background_is_called_by_its_question() -> None:
    report = chapter4(whole(), ANSWERS)
    headings = [block.title for block in report.blocks() if isinstance(block, Heading)]
    assert "Which side?" in headings
    assert report.table("4-3").caption == "Overall satisfaction by “Which side?”"


def test_unknown_numbers_of_issued_sheets_are_not_guessed() -> None:
    ledger = Ledger(lines=(Line("North", 50, 30, 6), Line("South", None, 20, 8)))
    report = chapter4(whole(), ANSWERS, ledger)
    assert "issued_unknown" in {caution.code for caution in report.cautions()}
    assert report.table("fieldwork").column("issued") == [50, None, None]


def test_more_returned_than_issued_is_pointed_out() -> None:
    ledger = Ledger(lines=(Line("North", 10, 42, 6),))
    codes = {caution.code for caution in chapter4(whole(), ANSWERS, ledger).cautions()}
    assert "more_returned_than_issued" in codes


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(*[st.sampled_from([None, 1, 2])], *[st.sampled_from([None, 1, 2, 3])] * 3), max_size=12
    )
)
def test_any_answers_give_a_report(answers: list[tuple[int | None, ...]]) -> None:
    report = chapter4(whole(), answers)
    for block in report.blocks():
        if isinstance(block, Paragraph):
            assert "nan" not in block.text
        table = block if isinstance(block, Table) else block.table if isinstance(block, Figure) else None
        for row in table.rows if table else ():
            assert len(table.shown(row)) == len(table.columns)


def test_every_reason_for_a_void_sheet_is_said_in_words() -> None:
    for reason in (*VOID_REASONS, "unfinished"):
        table = chapter4(
            whole(), ANSWERS, Ledger(lines=(Line("North", 50, 42, 6),), reasons={reason: 6})
        ).table("void")
        assert table.rows[0].cells[0] not in (reason, None)
