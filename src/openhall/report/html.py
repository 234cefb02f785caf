"""The report as HTML: `body` for a page of the web application, `page` as one file that needs nothing else.

No script, no inline style: `body` may stand under a strict content security policy, with `report.css` beside
it.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from openhall.errors import N_
from openhall.language import translator
from openhall.report import fonts
from openhall.report.document import (
    Block,
    Caution,
    Column,
    Figure,
    Heading,
    Paragraph,
    Report,
    Row,
    Section,
    Table,
    headline,
)
from openhall.report.drawing import inline_svg
from openhall.report.lettering import text_width
from openhall.report.numerals import unbroken

HTML_LANG = {"en": "en", "zh": "zh-Hans"}
LONG_HEADING = 60  # pixels, about
SHEET = Path(__file__).with_name("report.css")
PAGE_CSS = f"""
html {{ background: #fff; -webkit-text-size-adjust: 100%; }}
html {{ font-family: {fonts.LATIN}, {fonts.CHINESE}, sans-serif; }}
html:lang(zh) {{ font-family: {fonts.CHINESE}, sans-serif; }}
body {{ margin: 0; padding: 2rem 1rem 4rem; }}
h1 {{ font-size: 2rem; line-height: 1.2; margin: 0 0 .25rem; }}
.report-subtitle {{ font-size: 1.15rem; color: #505a5f; }}
.report-caution strong {{ color: #8a3a05; }}
@page {{ size: A4; margin: 20mm 18mm; }}
"""
_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – {subtitle}</title>
<style>{css}</style>
</head>
<body>
<main class="report">
<header>
<h1>{title}</h1>
<p class="report-subtitle">{subtitle}</p>
{facts}</header>
{contents}{sections}</main>
</body>
</html>
"""


@cache
def css() -> str:
    """The style sheet of `body`."""
    return SHEET.read_text("utf-8")


def page(report: Report, *, keep_in: Path | None = None) -> str:
    """The whole report as one HTML file. `keep_in`: a folder that remembers drawn charts."""
    return _PAGE.format(
        lang=HTML_LANG.get(report.lang, report.lang),
        title=escape(report.title),
        subtitle=escape(report.subtitle),
        css=css() + PAGE_CSS,
        facts=facts(report),
        contents=contents(report),
        sections=sections(report, keep_in=keep_in),
    )


def body(report: Report, *, keep_in: Path | None = None) -> str:
    """Contents and sections, for a page that has its own heading. Headings start at h2."""
    return f'<div class="report">\n{contents(report)}{sections(report, keep_in=keep_in)}</div>\n'


def facts(report: Report) -> str:
    """What the report was made from."""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.facts())
    return f'<dl class="report-facts">{lines}</dl>\n'


def contents(report: Report) -> str:
    """A list of the sections with links; none where they have no numbers (a letter)."""
    if not report.has_contents:
        return ""
    label = escape(translator(report.lang)(N_("Contents")))
    lines = "".join(
        f'<li><a href="#{section.key}"><span class="report-number">{section.number}</span>'
        f"{escape(section.title)}</a></li>\n"
        for section in report.sections
    )
    return f'<nav class="report-contents" aria-label="{label}">\n<ol>\n{lines}</ol>\n</nav>\n'


def sections(report: Report, *, keep_in: Path | None = None) -> str:
    return "".join(_section(section, report.lang, keep_in) for section in report.sections)


def _section(section: Section, lang: str, keep_in: Path | None) -> str:
    blocks = "".join(_block(block, lang, keep_in) for block in section.blocks)
    title = f"<h2>{_numbered(section.number, section.title)}</h2>\n" if section.title else ""
    return f'<section id="{section.key}">\n{title}{blocks}</section>\n'


def _numbered(number: str, title: str) -> str:
    said = f'<span class="report-number">{number}</span>' if number else ""
    return said + escape(title)


def _block(block: Block, lang: str, keep_in: Path | None) -> str:
    match block:
        case Paragraph(text, manner):
            return f'<p class="report-{manner}">{escape(unbroken(text))}</p>\n'
        case Caution(_, text):
            word = escape(translator(lang)(N_("Caution:")))
            said = escape(unbroken(text))
            return f'<p class="report-caution" role="note"><strong>{word}</strong> {said}</p>\n'
        case Heading(number, title):
            return f"<h3>{_numbered(number, title)}</h3>\n"
        case Figure():
            return _figure(block, lang, keep_in)
        case Table():
            return table(block, lang)


def _figure(figure: Figure, lang: str, keep_in: Path | None) -> str:
    caption, name = headline(figure, lang), f"figure-{figure.key}"
    drawn = inline_svg(figure.spec, title=caption, alt=figure.alt, name=name, keep_in=keep_in)
    data = table(figure.table, lang) if figure.table else ""
    return (
        f'<figure class="report-figure" id="{name}">\n<figcaption>{escape(unbroken(caption))}</figcaption>\n'
        f"{drawn}\n</figure>\n{data}"
    )


def table(block: Table, lang: str) -> str:
    """One table with caption and scopes, in three-line style; wide ones scroll in a region of their own."""
    caption = escape(headline(block, lang))
    bands = "".join(_band(group, rows, block) for group, rows in block.bands())
    notes = "".join(f"<p>{escape(note)}</p>" for note in block.notes)
    notes = f'<div class="report-notes">{notes}</div>\n' if notes else ""
    return (
        f'<div class="report-scroll" tabindex="0" role="region" aria-label="{caption}">\n'
        f'<table id="table-{block.key}">\n'
        f"<caption>{unbroken(caption)}</caption>\n<thead>\n{_head(block)}</thead>\n{bands}</table>\n</div>\n{notes}"
    )


def _head(block: Table) -> str:
    upper = "".join(
        f'<th scope="colgroup" colspan="{count}" class="report-span">{escape(name)}</th>'
        if name
        else "<td></td>" * count
        for name, count in block.spans()
    )
    lower = "".join(
        f'<th scope="col"{_class(column, head=True)}>{escape(column.heading)}</th>'
        for column in block.columns
    )
    return (f"<tr>{upper}</tr>\n" if upper else "") + f"<tr>{lower}</tr>\n"


def _class(column: Column, *, head: bool = False) -> str:
    names = ["report-text"] if column.is_text else []
    if head and text_width(column.heading) > LONG_HEADING:
        names.append("report-long")
    return f' class="{" ".join(names)}"' if names else ""


def _band(group: str, rows: list[Row], block: Table) -> str:
    head = (
        f'<tr class="report-group"><th scope="rowgroup" colspan="{len(block.columns)}">{escape(group)}</th></tr>\n'
        if group
        else ""
    )
    return f"<tbody>\n{head}{''.join(_row(row, block) for row in rows)}</tbody>\n"


def _row(row: Row, block: Table) -> str:
    first, *rest = block.shown(row)
    cells = "".join(
        f"<td{_class(column)}>{escape(text)}</td>"
        for text, column in zip(rest, block.columns[1:], strict=True)
    )
    total = ' class="report-total"' if row.total else ""
    return f'<tr{total}><th scope="row">{escape(first)}</th>{cells}</tr>\n'
