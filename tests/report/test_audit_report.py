"""The findings in sentences, as a document, as a letter and as data."""

from __future__ import annotations

import json
import string
from importlib import resources

import pytest
from pypdf import PdfReader

from openhall.report import audit_report, audit_words, html, pdf, word
from openhall.report.pen import Pen
from openhall.stats.audit import audit, read_published
from openhall.stats.audit.findings import Audit, Code, Explanation, Finding, Severity, Why
from openhall.stats.audit.published import Place

TEXT = resources.files("openhall").joinpath("data/published_2018.toml").read_text(encoding="utf-8")
PEN = Pen("en")


@pytest.fixture(scope="module")
def study() -> Audit:
    return audit(read_published(TEXT, "published_2018.toml"))


@pytest.fixture(scope="module")
def nothing() -> Audit:
    return audit(read_published("n = 3\n[[sum]]\nparts = [1, 2]\ntotal = 3", "good.toml"))


def test_every_code_and_explanation_has_its_sentence_and_topic() -> None:
    assert set(audit_words.SENTENCES) == set(Code)
    assert set(audit_words.EXPLANATIONS) == set(Why)
    assert set(audit_words.SEVERITIES) == set(Severity)
    topics = [code for _, _, codes in audit_report.TOPICS for code in codes]
    assert sorted(topics) == sorted(Code)


def test_every_finding_of_the_study_can_be_said_without_a_gap(study: Audit) -> None:
    for found in study.findings:
        said = [
            audit_words.sentence(found, PEN),
            *(audit_words.explanation(one, PEN) for one in found.explanation),
        ]
        assert not any("{" in text or "None" in text for text in said)


def test_sentences_name_only_values_the_comment_of_their_code_promises() -> None:
    """Placeholders against the comments in findings.py, so that a rule and its sentence stay together."""
    import inspect

    from openhall.stats.audit import findings

    comments = {
        line.split('"')[1]: line.split("#", 1)[1]
        for line in inspect.getsource(findings.Code).splitlines()
        if "#" in line and '"' in line
    }
    made = {"printed", "shown", "p_said", "by_row", "once"}
    for code, template in audit_words.SENTENCES.items():
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name} - made
        missing = [name for name in names if name not in comments.get(code.value, "")]
        assert not missing, f"{code.value}: {missing}"


def test_the_key_sentences_name_their_figures(study: Audit) -> None:
    text = "\n".join(audit_report.lines(study))
    for said in (
        "5 of 6 chi-squares do not follow from their tables with N = 300, but all of these do with N = 150",
        "All 159 printed counts in 160 cells are divisible by 2",
        "The printed p is 0.0, but this statistic has p = .807",
        "19 of 24 p do not follow",
        "20 of 24 follow",
        "SE 10, SQ 6, IM 9, SP 8",
        "“15,001–50,000 yuan”, “Not satisfied”: 12 instead of 10",
        "“Farmer”, “Less satisfied”: 28 instead of 34",
        "Likely the 4 of “No income” under “Less satisfied” belongs under “More satisfied”",
        "Likely 2 belongs in “Communist Party of China”, “Less satisfied”",
        "110 + 85 + 120 + 83 = 398",
        "The question on overall satisfaction itself has a mean of 2.987",
        "2.5 is called the middle of the scale from 1 to 5. It is 3.",
        "in 14/25 cells",
        "in 27/45 cells",
        "(p = .0005)",
    ):
        assert said in text


def test_no_sentence_accuses_anybody(study: Audit) -> None:
    sentences = [*audit_words.SENTENCES.values(), *audit_words.EXPLANATIONS.values()]
    for word_ in ("fraud", "fake", "fabricat", "invent", "manipulat", "cheat", "dishonest", "lie "):
        assert not any(word_ in sentence.lower() for sentence in sentences)


def test_the_document_lists_every_finding_and_every_mended_cell(study: Audit) -> None:
    report = audit_report.document(study)
    assert len(report.table("findings").rows) == len(study.findings)
    assert len(report.table("repairs").rows) == 7
    assert [section.key for section in report.sections] == [
        "summary",
        "counts",
        "across",
        "tests",
        "variance",
        "means",
    ]


def test_document_and_letter_are_printed_by_every_renderer(study: Audit) -> None:
    import io

    for report in (audit_report.document(study), audit_report.letter(study)):
        assert "<h1>" in html.page(report)
        assert word.document(report)[:2] == b"PK"
        pages = PdfReader(io.BytesIO(pdf.document(report))).pages
        assert len(pages) >= 2


def test_the_letter_is_polite_and_ends_with_a_request(study: Audit) -> None:
    texts = [block.text for block in audit_report.letter(study).blocks()]  # type: ignore[union-attr]
    assert texts[0] == "Dear author,"
    assert texts[-1] == "With kind regards"
    assert any("every one may have a simple reason" in text for text in texts)


def test_a_letter_about_nothing_says_so(nothing: Audit) -> None:
    texts = [block.text for block in audit_report.letter(nothing).blocks()]  # type: ignore[union-attr]
    assert "We found nothing that does not fit together." in texts


def test_a_clean_report_has_a_document_too(nothing: Audit) -> None:
    report = audit_report.document(nothing)
    assert [section.key for section in report.sections] == ["summary"]
    assert "Nothing was found" in html.page(report)


def test_findings_as_data_have_stable_keys(study: Audit) -> None:
    data = audit_report.plain(study)
    json.dumps(data, allow_nan=False)
    assert set(data) == {"format", "file", "title", "summary", "checked", "severities", "findings", "notes"}
    for one in (*data["findings"], *data["notes"]):
        assert set(one) == {
            "code",
            "severity",
            "place",
            "printed",
            "expected",
            "values",
            "arithmetic",
            "explanation",
            "repair",
            "where",
            "text",
        }
    assert sum(data["severities"].values()) == len(data["findings"]) + len(data["notes"])


def test_labels_from_a_file_cannot_break_a_sentence_or_a_page() -> None:
    text = '[[sum]]\nplace = "{evil}"\nrow = "<script>x</script>"\nparts = [1, 2]\ntotal = 4'
    found = audit(read_published(text, "{name}.toml"))
    page = html.page(audit_report.document(found))
    assert "<script>x" not in page
    assert "{evil}" in page


def test_a_mean_above_the_true_middle_is_said_the_other_way_round() -> None:
    found = Finding(
        code=Code.MIDPOINT,
        severity=Severity.ERROR,
        place=Place("text"),
        printed="3.5",
        values={"low": 1.0, "high": 5.0, "midpoint": 3.0, "between": ("A 3.2",), "of": 1},
    )
    assert "Below the middle claimed, but above the true one: A 3.2." in audit_words.sentence(found, PEN)


def test_a_repair_reads_as_one_line(study: Audit) -> None:
    cell = next(cell for one in study.findings for cell in one.repair if not cell.old)
    assert audit_words.repair(cell, PEN) == "Table 4-6, Communist Party of China, Less satisfied: (blank) → 2"
    assert audit_words.explanation(Explanation(Why.ADJUSTED), PEN).startswith("They add up to exactly 100")
