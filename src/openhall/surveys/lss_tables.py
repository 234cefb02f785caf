"""The tables of a LimeSurvey structure file, of version 3 (one row a language) and of 4 to 6 (wordings in
tables of their own); what they mean is read in `lss`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from openhall.errors import N_, BadInput, Problem
from openhall.language import Wording, short
from openhall.surveys.files import MEGABYTE, check_size
from openhall.surveys.foreign import joined

LIMIT = 10 * MEGABYTE
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<\s*(?:br\s*/?|/p|/div|/li|/h\d)\s*>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)

Row = Mapping[str, str]


def _parsed(data: bytes) -> Element:
    check_size(len(data), name=".lss", limit=LIMIT)
    cure = N_("Export the survey structure (.lss) from LimeSurvey again.")
    try:
        root: Element = ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise BadInput(
            Problem("", N_("the file declares XML entities, which LimeSurvey never writes."), cure)
        ) from None
    except ParseError as error:
        line, column = error.position
        message = N_("this is not XML: an error in line {line}, column {column}.")
        raise BadInput(Problem("", message, cure, {"line": line, "column": column + 1})) from None
    except (ValueError, LookupError):
        raise BadInput(Problem("", N_("the encoding of the file is not known."), cure)) from None
    if root.tag != "document" or root.findtext("LimeSurveyDocType", "Survey").strip() != "Survey":
        raise BadInput(Problem("", N_("this is not the structure of a LimeSurvey survey."), cure))
    return root


def plain_text(markup: str) -> str:
    """HTML as plain text: tags dropped, breaks kept, entities resolved.

    >>> plain_text("<p>Are you <b>satisfied</b>?<br/>&nbsp;Yes &amp; no</p>")
    'Are you satisfied?\\nYes & no'
    """
    text = _TAG.sub("", _BREAK.sub("\n", _SCRIPT.sub("", markup)))
    lines = [" ".join(line.split()) for line in html.unescape(text).split("\n")]
    return "\n".join(line for line in lines if line)


class Structure:
    """The rows of every table, and the wordings that belong to them."""

    def __init__(self, data: bytes) -> None:
        self.root = _parsed(data)
        listed = [short((element.text or "").strip()) for element in self.root.findall("languages/language")]
        self.languages = tuple(dict.fromkeys(filter(None, listed))) or ("en",)
        self.conditional = {row.get("qid") for row in self.table("conditions")}
        self.attributes = {
            (row.get("qid"), row.get("attribute")): row.get("value", "")
            for row in self.table("question_attributes")
        }
        self._groups, self._answers = self.table("groups"), self.table("answers")
        self._questions, self._items = self.table("questions"), self.table("subquestions")
        spoken = self.table("answer_l10ns")
        answer = ("aid",) if spoken else ("qid", "code", "scale_id")
        self._identity = {"group": ("gid",), "question": ("qid",), "answer": answer}
        self._spoken = {
            "group": _by(self.table("group_l10ns") or self._groups, "gid"),
            "question": _by(self.table("question_l10ns") or [*self._questions, *self._items], "qid"),
            "answer": _by(spoken or self._answers, *answer),
        }
        self._in_group = _by(_distinct(self._questions, "qid"), "gid")
        self._of_parent = _by(_distinct(self._items, "qid"), "parent_qid")
        self._of_question = _by(self._answers, "qid")

    def groups(self) -> list[Row]:
        return _sorted(_distinct(self._groups, "gid"), "group_order")

    def questions(self, group: Row) -> list[Row]:
        mine = self._in_group.get((group.get("gid"),), [])
        return _sorted([row for row in mine if row.get("parent_qid", "0") in ("0", "")], "question_order")

    def items(self, row: Row) -> list[Row]:
        return _sorted(self._of_parent.get((row.get("qid"),), []), "question_order")

    def options(self, row: Row) -> list[Row]:
        return _sorted(_distinct(self._of_question.get((row.get("qid"),), []), "code"), "sortorder")

    def wording(self, table: str, row: Row, field: str) -> Wording:
        """A wording from the table of wordings (version 4 and later) or from the rows (version 3)."""
        identity = tuple(row.get(part) for part in self._identity[table])
        return self.by_language(self._spoken[table].get(identity, []), field)

    def bound(self, row: Row, attribute: str) -> float | None:
        said = self.attributes.get((row.get("qid"), attribute), "")
        return float(said) if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", said) else None

    def table(self, name: str) -> list[Row]:
        rows = self.root.findall(f"{name}/rows/row")
        return [{cell.tag: (cell.text or "").strip() for cell in row} for row in rows]

    def heading(self) -> tuple[Wording, Wording]:
        rows = self.table("surveys_languagesettings")
        title, about, welcome = (
            self.by_language(rows, field, "surveyls_language")
            for field in ("surveyls_title", "surveyls_description", "surveyls_welcometext")
        )
        return title, joined(about, welcome)

    def by_language(self, rows: Sequence[Row], field: str, language: str = "language") -> Wording:
        said: dict[str, str] = {}
        for row in rows:
            lang, text = short(row.get(language, "")) or self.languages[0], plain_text(row.get(field, ""))
            if text and lang in self.languages:
                said.setdefault(lang, text)
        return said


def _by(rows: Sequence[Row], *fields: str) -> dict[tuple[str | None, ...], list[Row]]:
    found: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row.get(field) for field in fields), []).append(row)
    return found


def _distinct(rows: Sequence[Row], identity: str) -> list[Row]:
    """One row each: version 3 repeats them for every language."""
    return list({row.get(identity, ""): row for row in reversed(rows)}.values())[::-1]


def _sorted(rows: Sequence[Row], order: str) -> list[Row]:
    return sorted(rows, key=lambda row: whole(row.get(order, "")))


def whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else 0
