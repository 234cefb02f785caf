"""Small questionnaires and reports, made by hand."""

from __future__ import annotations

from openhall.report import charts
from openhall.report.document import (
    Caution,
    Column,
    Figure,
    Heading,
    Manner,
    Paragraph,
    Report,
    Row,
    Section,
    Table,
    legible,
)
from openhall.report.numerals import Format
from openhall.surveys import questionnaire as q

STEPS = ((1, "bad", 1.0), (2, "fair", 2.0), (3, "good", 3.0))


def scale(
    key: str, role: q.Role = q.Role.ITEM, *, steps: tuple[tuple[int, str, float | None], ...] = STEPS
) -> q.Question:
    options = tuple(q.Option(value, {"en": label, "zh": label}, score) for value, label, score in steps)
    return q.Question(key=key, kind=q.Kind.SCALE, text={"en": f"How is {key}?"}, options=options, role=role)


def choice(key: str, labels: tuple[str, ...] = ("left", "right")) -> q.Question:
    options = tuple(q.Option(value, {"en": label}) for value, label in enumerate(labels, start=1))
    return q.Question(
        key=key, kind=q.Kind.SINGLE, text={"en": f"Which {key}?"}, options=options, role=q.Role.BACKGROUND
    )


def asking(*questions: q.Question, dimension: bool = True) -> q.Questionnaire:
    """Backgrounds and overall in one section, items in another."""
    items = tuple(question for question in questions if question.role is q.Role.ITEM)
    rest = tuple(question for question in questions if question.role is not q.Role.ITEM)
    return q.Questionnaire(
        key="small",
        title={"en": "Small", "zh": "小"},
        sections=(
            q.Section(key="about", questions=rest),
            q.Section(key="D", title={"en": "Things"}, questions=items, dimension=dimension),
        ),
    )


def tiny_report(text: str = "text", lang: str = "en") -> Report:
    """One of every block; `text` stands wherever text can stand."""
    columns = (
        Column("name", text),
        Column("n", "n", Format.INT, over=text),
        Column("p", "p", Format.P, over=text),
        Column("ci", "95% CI", Format.UNIT_INTERVAL),
        Column("word", "Word"),
    )
    rows = (
        Row((text, 3, 0.0004, (0.1, 0.25), text), group=text),
        Row(("b", 1234, float("nan"), (float("nan"), 0.5), None), group="other"),
        Row(("Total", 1237, None, None, "x"), total=True),
    )
    table = Table(key="4-1", caption=text, columns=columns, rows=rows, notes=(text,))
    spec = charts.shares(
        [charts.Share(text, 3, 60.0, "3 (60.0%)", 55.0), charts.Share("b", 2, 40.0, "2 (40.0%)")]
    )
    data = Table(key="data-of-4-1", caption=text, columns=columns[:2], rows=(Row((text, 3)),))
    blocks = (
        Paragraph(text),
        Paragraph(text, Manner.METHOD),
        Heading("4.1.1", text),
        Paragraph(text, Manner.APA),
        Paragraph(text, Manner.PLAIN),
        Caution("twice", text),
        table,
        Figure(key="4-1", caption=text, spec=spec, alt=text, table=data),
    )
    made: Report = legible(
        Report(
            title=text,
            subtitle=text,
            lang=lang,
            sections=(Section("fieldwork", "4.1", text, blocks),),
            meta={"data": text, "sheets_valid": 3, "made": "2020-02-02"},
        )
    )
    return made
