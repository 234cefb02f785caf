"""A questionnaire as a form on paper: numbered sheets in one PDF, each begun on a front. Seed: appendix."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from openhall.errors import N_, sentences
from openhall.language import say, translator
from openhall.report import fonts
from openhall.surveys.questionnaire import Kind, Option, Question, Questionnaire, Section

FOLDER = Path(__file__).parents[1] / "templates" / "desk" / "issue"
WORDS = {
    "instruction": N_(
        "Mark exactly one box in each question with a cross, unless it says otherwise. If you made a mistake,"
        " fill the wrong box completely and mark the right one."
    ),
    "sheet": N_("Sheet"),
    "anonymous": N_("Anonymous: the number only counts sheets, nobody notes who was given which."),
    "thanks": N_("Thank you. Please hand the form in at the window or put it into the box."),
}
SEVERAL = N_("You may mark several boxes.")
FORMATS = {Kind.DATE: N_("Year – month – day"), Kind.NUMBER: N_("A number")}
WIDTHS = ((15, 4), (24, 3), (42, 2))  # labels no wider than this stand in so many columns


def paper_pdf(
    asked: Questionnaire,
    *,
    lang: str,
    town: str,
    office: str = "",
    serials: Sequence[str] = (),
    codes: bool = False,
) -> bytes:
    """One form a serial number, or one without a number. `codes` adds the data code to each box and question.

    The form is set once and numbered then, so that 500 copies take no longer than writing their pages. Raises
    report.fonts.NoFonts where the fonts were not built.
    """
    say_word = translator(lang)
    form = {
        "lang": lang,
        "region": "CN" if lang == "zh" else None,
        "title": say(asked.title, lang),
        "introduction": say(asked.introduction, lang),
        "town": town,
        "office": office,
        "codes": codes,
        "words": {key: say_word(word) for key, word in WORDS.items()},
        "sections": list(_sections(asked, lang)),
    }
    import typst  # here: only who prints pays for loading it

    inputs = {"form": json.dumps(form, ensure_ascii=False)}
    one = typst.compile((FOLDER / "paper.typ").read_bytes(), sys_inputs=inputs, format="pdf", **_fonts())
    if not serials:
        return one
    found = typst.query(
        (FOLDER / "paper.typ").read_bytes(), "<pages>", field="value", one=True, sys_inputs=inputs, **_fonts()
    )
    inputs = {
        "pdf": json.dumps(list(one)),
        "serials": json.dumps(list(serials)),
        "pages": found.strip(),
        "word": form["words"]["sheet"],
    }
    return typst.compile(
        (FOLDER / "numbered.typ").read_bytes(), sys_inputs=inputs, format="pdf", pdf_tags=False, **_fonts()
    )


def _fonts() -> dict[str, Any]:
    """Only the project's own fonts, so that the form looks alike wherever it is printed."""
    return {"font_paths": [str(fonts.folder())], "ignore_system_fonts": True}


def _sections(asked: Questionnaire, lang: str) -> Iterator[dict[str, Any]]:
    number = 0
    for section in asked.sections:
        pieces = []
        for shape, run in groupby(section.questions, key=_shape):
            questions = []
            for question in run:
                number += 1
                questions.append(_question(question, number, lang))
            if shape:
                pieces.append({"kind": "matrix", "options": questions[0]["options"], "questions": questions})
            else:
                pieces += questions
        yield _part(section, pieces, lang)


def _part(section: Section, pieces: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    return {
        "title": say(section.title, lang),
        "introduction": say(section.introduction, lang),
        "pieces": pieces,
    }


def _shape(question: Question) -> tuple[Option, ...]:
    """What neighbours of a rating scale share, so that they stand in one table; else nothing."""
    return question.options if question.kind is Kind.SCALE and len(question.options) <= 7 else ()


def _question(question: Question, number: int, lang: str) -> dict[str, Any]:
    labels = [say(option.label, lang) for option in question.options]
    hints = [say(question.hint, lang), translator(lang)(SEVERAL) if question.kind is Kind.MULTIPLE else ""]
    hints.append(translator(lang)(FORMATS[question.kind]) if question.kind in FORMATS else "")
    return {
        "kind": "choice" if question.options else "line",
        "number": number,
        "key": question.key,
        "text": say(question.text, lang),
        "hint": sentences(hints, translator(lang)),
        "columns": _columns(labels),
        "lines": 3 if question.kind is Kind.TEXT else 1,
        "short": question.kind is not Kind.TEXT,
        "options": [
            {"value": option.value, "label": label}
            for option, label in zip(question.options, labels, strict=True)
        ],
    }


def _columns(labels: Sequence[str]) -> int:
    """How many options stand side by side; a Chinese character is twice as wide."""
    widest = max(
        (sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in label) for label in labels),
        default=0,
    )
    return next((columns for width, columns in WIDTHS if widest <= width), 1)
