"""The findings of an audit as a document, and as a polite letter to the author: the same model every
renderer prints.

Also the findings as plain data for programs (docs/audit.md). Nothing is computed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from openhall import __version__
from openhall.errors import N_
from openhall.language import short
from openhall.report import audit_words as words
from openhall.report.document import Block, Column, Manner, Paragraph, Report, Row, Section, Table, legible
from openhall.report.pen import Pen
from openhall.stats.audit.findings import Audit, Code, Finding, Severity

FORMAT = "openhall.audit/1"

TOPICS: Sequence[tuple[str, str, frozenset[Code]]] = (
    (
        "counts",
        N_("Counts and percentages"),
        frozenset(
            {
                Code.PERCENTS,
                Code.PERCENTS_CUT_OFF,
                Code.PERCENTS_NEAR,
                Code.PERCENT_SUM,
                Code.BLANK_CELL,
                Code.LINE_TOTAL,
                Code.GRAND_TOTAL,
                Code.ROWS_EQUAL,
                Code.COMMON_FACTOR,
                Code.LAST_DIGITS,
            }
        ),
    ),
    (
        "across",
        N_("Sums and sizes across tables and text"),
        frozenset(
            {
                Code.MARGINS_DIFFER,
                Code.TABLE_N,
                Code.CLAIMED_N,
                Code.GROUP_SIZE,
                Code.GROUP_PERCENT,
                Code.GROUPS_SUM,
                Code.SUM,
                Code.SHARES_SUM,
            }
        ),
    ),
    (
        "tests",
        N_("Tests"),
        frozenset(
            {
                Code.P,
                Code.P_CUT_OFF,
                Code.P_NEAR,
                Code.P_ZERO,
                Code.P_RANGE,
                Code.STATISTIC_RANGE,
                Code.CONCLUSION,
                Code.CHI2,
                Code.DF,
                Code.OTHER_N,
                Code.EXPECTED,
            }
        ),
    ),
    (
        "variance",
        N_("Analysis of variance and group means"),
        frozenset({Code.ANOVA_P, Code.ANOVA_SWAPPED, Code.GROUPS_F, Code.GROUPS_MEAN, Code.GROUPS_N}),
    ),
    (
        "means",
        N_("Means, spread and reliability"),
        frozenset(
            {
                Code.ITEM_MISSING,
                Code.MEAN_OF_ITEMS,
                Code.MEAN_BY_ROUNDING,
                Code.AVERAGE_OF_AVERAGES,
                Code.TOTAL_MEAN,
                Code.MEAN_RANGE,
                Code.MIDPOINT,
                Code.ALPHA_RANGE,
                Code.ALPHA_ITEMS,
                Code.ALPHA_VARIANCES,
                Code.GRIM,
                Code.GRIMMER,
                Code.DEBIT,
                Code.SD_RANGE,
                Code.PERCENT_GRIM,
            }
        ),
    ),
)
FIRST = (Code.OTHER_N, Code.COMMON_FACTOR, Code.ANOVA_SWAPPED)  # what explains others is said before them
ORDER = {severity: place for place, severity in enumerate(Severity)}
CAVEAT = N_(
    "An audit compares printed figures with each other. It finds what cannot be true together; it does not"
    " know which figure is wrong, and it says nothing about how that came about. Misprints and copying"
    " slips are the usual reason."
)


def by_topic(audit: Audit) -> Iterator[tuple[str, str, list[Finding]]]:
    """Key, title template and findings of each topic that has any; the heaviest and the explaining ones
    first.
    """
    for key, title, codes in TOPICS:
        found = [one for one in audit.findings if one.code in codes]
        if found:
            found.sort(key=lambda one: (one.code not in FIRST, one.severity is Severity.NOTE))
            yield key, title, found


def summary(audit: Audit, pen: Pen) -> str:
    """One sentence: how much was looked at, how much was found."""
    if not audit.serious:
        template = N_(
            "Nothing was found that cannot be true together ({counts} counts, {tests} tests, {means} means;"
            " {notes} notes)."
        )
        return pen(template, notes=len(audit.notes), **_checked(audit))
    template = N_(
        "{findings} findings ({decisions} of them change a conclusion) and {notes} notes from {counts}"
        " counts, {tests} tests and {means} means."
    )
    decisions = sum(one.severity is Severity.DECISION_ERROR for one in audit.findings)
    return pen(
        template, findings=len(audit.serious), decisions=decisions, notes=len(audit.notes), **_checked(audit)
    )


def _checked(audit: Audit) -> dict[str, int]:
    return {key: audit.checked[key] for key in ("counts", "tests", "means")}


def document(audit: Audit, lang: str = "en") -> Report:
    """The findings in sections by topic: a table of all, then each with its arithmetic and likely
    explanation.
    """
    pen = Pen(short(lang))
    sections = [
        Section("summary", "1", pen(N_("Summary")), tuple(_summary_blocks(audit, pen))),
        *(
            Section(key, str(number), pen(title), tuple(_finding_blocks(found, pen)))
            for number, (key, title, found) in enumerate(by_topic(audit), 2)
        ),
    ]
    report = Report(
        title=pen(N_("Audit of a published report")),
        subtitle=audit.title or audit.name,
        lang=pen.lang,
        sections=tuple(sections),
        meta={"data": audit.name, "version": __version__},
    )
    cleaned: Report = legible(report)
    return cleaned


def _summary_blocks(audit: Audit, pen: Pen) -> Iterator[Block]:
    yield Paragraph(summary(audit, pen))
    yield Paragraph(pen(CAVEAT), Manner.METHOD)
    if audit.findings:
        yield _repairs(audit, pen)
        yield _overview(audit, pen)


def _overview(audit: Audit, pen: Pen) -> Table:
    columns = (
        Column("severity", pen(N_("Weight"))),
        Column("place", pen(N_("Place"))),
        Column("printed", pen(N_("Printed"))),
        Column("finding", pen(N_("Finding"))),
    )
    found = [one for _, _, group in by_topic(audit) for one in group]
    rows = tuple(
        Row(
            (
                pen(words.SEVERITIES[one.severity]),
                words.place(one.place, pen),
                one.printed,
                words.sentence(one, pen),
            )
        )
        for one in found
    )
    return Table(key="findings", caption=pen(N_("All findings")), columns=columns, rows=rows)


def _repairs(audit: Audit, pen: Pen) -> Table:
    """Every cell with the value that would mend it, once."""
    columns = (
        Column("place", pen(N_("Place"))),
        Column("old", pen(N_("Printed"))),
        Column("new", pen(N_("Would fit"))),
    )
    cells = dict.fromkeys(cell for one in audit.findings for cell in one.repair)
    rows = tuple(
        Row((words.place(cell.place, pen), cell.old or pen(N_("(blank)")), cell.new)) for cell in cells
    )
    return Table(
        key="repairs",
        caption=pen(N_("Cells and the values that would mend them")),
        columns=columns,
        rows=rows,
    )


def _finding_blocks(found: list[Finding], pen: Pen) -> Iterator[Block]:
    for one in found:
        head = pen(
            N_("{severity}. {place}: {sentence}"),
            severity=pen(words.SEVERITIES[one.severity]),
            place=words.place(one.place, pen),
            sentence=words.sentence(one, pen),
        )
        yield Paragraph(head)
        if one.arithmetic:
            yield Paragraph(pen(N_("; ")).join(map(words.arithmetic, one.arithmetic)), Manner.APA)
        if one.explanation:
            yield Paragraph(" ".join(words.explanation(why, pen) for why in one.explanation), Manner.PLAIN)


def letter(audit: Audit, lang: str = "en") -> Report:
    """A printable letter to the author: what was seen, what would mend it, and a request to look."""
    pen = Pen(short(lang))
    title = audit.title or audit.name
    opening = [
        Paragraph(pen(N_("Dear author,"))),
        Paragraph(
            pen(
                N_(
                    "we read your report “{title}” with interest and checked that its printed figures agree"
                    " with each other. Some of them seem not to. We write so that you can compare them with"
                    " your data; every one may have a simple reason, such as a slip in copying."
                ),
                title=title,
            )
        ),
    ]
    heavy = [one for _, _, group in by_topic(audit) for one in group if one.severity is not Severity.NOTE]
    notes = [one for _, _, group in by_topic(audit) for one in group if one.severity is Severity.NOTE]
    body: list[Section] = [Section("opening", "", "", tuple(opening))]
    if not heavy:
        nothing = Paragraph(pen(N_("We found nothing that does not fit together.")))
        body = [Section("opening", "", "", (opening[0], nothing))]
    if heavy:
        body.append(Section("points", "", pen(N_("What we could not follow")), tuple(_points(heavy, pen))))
    if notes:
        body.append(
            Section("notes", "", pen(N_("What a reader would like to know")), tuple(_points(notes, pen)))
        )
    closing = (
        Paragraph(
            pen(N_("We would be glad to hear from you if we misread a figure, and to correct our reading."))
        ),
        Paragraph(pen(N_("With kind regards"))),
    )
    body.append(Section("closing", "", "", closing))
    report = Report(
        title=pen(N_("Letter to the author")), subtitle=title, lang=pen.lang, sections=tuple(body), meta={}
    )
    cleaned: Report = legible(report)
    return cleaned


def _points(found: list[Finding], pen: Pen) -> Iterator[Block]:
    for number, one in enumerate(found, 1):
        why = " ".join(words.explanation(each, pen) for each in one.explanation)
        template = N_("({number}) {place}: {sentence}")
        text = pen(
            template, number=number, place=words.place(one.place, pen), sentence=words.sentence(one, pen)
        )
        yield Paragraph(f"{text} {why}".strip())


def lines(audit: Audit, lang: str = "en") -> Iterator[str]:
    """The findings as lines of text, grouped by topic."""
    pen = Pen(short(lang))
    yield audit.title or audit.name
    yield summary(audit, pen)
    for _, title, found in by_topic(audit):
        yield ""
        heading = pen(title)
        yield heading
        yield "-" * len(heading.encode("gb18030", "replace"))
        for one in found:
            yield f"[{pen(words.SEVERITIES[one.severity])}] {words.place(one.place, pen)}"
            yield f"    {words.sentence(one, pen)}"
            yield from (f"      {words.arithmetic(step)}" for step in one.arithmetic)
            yield from (f"    → {words.explanation(why, pen)}" for why in one.explanation)
    if audit.findings:
        yield ""
        yield pen(CAVEAT)


def plain(audit: Audit, lang: str = "en") -> dict[str, Any]:
    """The audit as dicts, lists, text and numbers under the keys of docs/audit.md."""
    pen = Pen(short(lang))
    return {
        "format": FORMAT,
        "file": audit.name,
        "title": audit.title,
        "summary": summary(audit, pen),
        "checked": dict(audit.checked),
        "severities": {
            severity.value: sum(one.severity is severity for one in audit.findings) for severity in Severity
        },
        "findings": [_plain(one, pen) for one in audit.serious],
        "notes": [_plain(one, pen) for one in audit.notes],
    }


def _plain(one: Finding, pen: Pen) -> dict[str, Any]:
    return {
        "code": one.code.value,
        "severity": one.severity.value,
        "place": {"table": one.place.table, "row": one.place.row, "column": one.place.column},
        "printed": one.printed,
        "expected": [_number(end) for end in one.expected] if one.expected else None,
        "values": {key: _number(value) for key, value in one.values.items()},
        "arithmetic": [{"formula": step.formula, "result": _number(step.result)} for step in one.arithmetic],
        "explanation": [
            {
                "code": why.why.value,
                "values": {key: _number(value) for key, value in why.values.items()},
                "text": words.explanation(why, pen),
            }
            for why in one.explanation
        ],
        "repair": [
            {
                "table": cell.place.table,
                "row": cell.place.row,
                "column": cell.place.column,
                "old": cell.old,
                "new": cell.new,
            }
            for cell in one.repair
        ],
        "where": words.place(one.place, pen),
        "text": words.sentence(one, pen),
    }


def _number(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
