"""The study described for data archives: DDI-Codebook 2.5 (XML), the study, the file and every variable with
its question, its categories in all languages and how often each was chosen.

Element order follows the schema of the DDI Alliance, http://www.ddialliance.org/Specification/DDI-Codebook/2.5/.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from xml.etree import ElementTree as xml

from openhall.language import Wording
from openhall.surveys.export.columns import Column, Dataset, Measure
from openhall.surveys.questionnaire import Kind, Option, Questionnaire

NAMESPACE = "ddi:codebook:2_5"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NATURES = {Measure.NOMINAL: "nominal", Measure.ORDINAL: "ordinal", Measure.SCALE: "ratio"}


def ddi_bytes(questionnaire: Questionnaire, dataset: Dataset, *, file: str, made: str, version: str) -> bytes:
    """The XML. `file`: name of the data file it describes; `made`: ISO date; `version`: of OpenHall."""
    root = xml.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", LANGUAGE: dataset.lang})
    _document(root, questionnaire, made, version)
    _study(root, questionnaire, dataset)
    _file(root, dataset, file)
    _variables(root, questionnaire, dataset)
    xml.indent(root, " ")
    text: str = xml.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _add(parent: xml.Element, tag: str, text: object = "", **attributes: str) -> xml.Element:
    child = xml.SubElement(parent, tag, attributes)
    child.text = _CONTROL.sub("", str(text)) or None
    return child


def _say(parent: xml.Element, tag: str, wording: Wording) -> None:
    """One element a language."""
    for language, text in wording.items():
        if text:
            _add(parent, tag, text).set(LANGUAGE, language)


def _title(citation: xml.Element, questionnaire: Questionnaire, lang: str) -> None:
    statement = _add(citation, "titlStmt")
    titles = dict(questionnaire.title)
    first = lang if lang in titles else next(iter(titles), lang)
    _add(statement, "titl", titles.pop(first, questionnaire.key)).set(LANGUAGE, first)
    _say(statement, "parTitl", titles)
    _add(statement, "IDNo", questionnaire.key)


def _document(root: xml.Element, questionnaire: Questionnaire, made: str, version: str) -> None:
    citation = _add(_add(root, "docDscr"), "citation")
    _title(citation, questionnaire, root.attrib[LANGUAGE])
    production = _add(citation, "prodStmt")
    _add(production, "prodDate", made, date=made)
    _add(production, "software", "OpenHall", version=version)


def _study(root: xml.Element, questionnaire: Questionnaire, dataset: Dataset) -> None:
    study = _add(root, "stdyDscr")
    _title(_add(study, "citation"), questionnaire, root.attrib[LANGUAGE])
    about = _add(study, "stdyInfo")
    _say(about, "abstract", questionnaire.introduction)
    summary = _add(about, "sumDscr")
    dates = sorted(str(day) for day in _values(dataset, "date") if day)
    for day, event in zip(dict.fromkeys([*dates[:1], *dates[-1:]]), ("start", "end"), strict=False):
        _add(summary, "collDate", day, date=day, event=event if len(set(dates)) > 1 else "single")
    for office in sorted({str(office) for office in _values(dataset, "office") if office}):
        _add(summary, "geogUnit", office)
    _add(summary, "anlyUnit", "Individual")
    _add(summary, "dataKind", "survey data")
    if questionnaire.fieldwork is not None and questionnaire.fieldwork.issued:
        method = _add(study, "method")
        analysis = _add(method, "anlyInfo")
        issued = sum(questionnaire.fieldwork.issued.values())
        _add(analysis, "respRate", f"{dataset.n} of {issued} sheets issued are in this file")


def _values(dataset: Dataset, key: str) -> list[object]:
    return [value for column in dataset.columns if column.key == key for value in column.values]


def _file(root: xml.Element, dataset: Dataset, file: str) -> None:
    text = _add(_add(root, "fileDscr", ID="F1"), "fileTxt")
    _add(text, "fileName", file)
    size = _add(text, "dimensns")
    _add(size, "caseQnty", dataset.n)
    _add(size, "varQnty", len(dataset.columns))
    _add(text, "fileType", "text/csv" if file.endswith(".csv") else "application/x-spss-sav")


def _variables(root: xml.Element, questionnaire: Questionnaire, dataset: Dataset) -> None:
    data = _add(root, "dataDscr")
    numbers = {column.key: f"V{number}" for number, column in enumerate(dataset.columns, 1)}
    by_question: dict[str, list[str]] = {}
    for column in dataset.columns:
        if column.question is not None:
            by_question.setdefault(column.question.key, []).append(numbers[column.key])
    for number, section in enumerate(questionnaire.sections, 1):
        members = [one for question in section.questions for one in by_question.get(question.key, [])]
        if members:
            group = _add(data, "varGrp", ID=f"G{number}", type="section", var=" ".join(members))
            _say(group, "labl", section.title)
    for question in questionnaire:
        if question.kind is Kind.MULTIPLE:
            members = by_question[question.key]
            group = _add(data, "varGrp", ID=f"M{members[0]}", type="multipleResp", var=" ".join(members))
            _say(group, "labl", question.text)
    for column in dataset.columns:
        _variable(data, column, numbers[column.key])


def _variable(data: xml.Element, column: Column, number: str) -> None:
    """Children in the order of the schema: labl, qstn, valrng, invalrng, sumStat, catgry, varFormat."""
    coded = bool(column.labels)
    variable = _add(
        data,
        "var",
        ID=number,
        name=column.name,
        files="F1",
        intrvl="contin" if column.measure is Measure.SCALE else "discrete",
        nature=_NATURES[column.measure],
        **({"dcml": str(column.decimals)} if column.decimals else {}),
    )
    question = column.question
    if question is None:
        _add(variable, "labl", column.label)
    elif question.kind is Kind.MULTIPLE:
        _say(variable, "labl", _option(column).label)
        _say(_add(variable, "qstn"), "qstnLit", question.text)
    else:
        _say(variable, "labl", question.text)
        asked = _add(variable, "qstn")
        _say(asked, "qstnLit", question.text)
        _say(asked, "ivuInstr", question.hint)
    if column.missing:
        invalid = _add(variable, "invalrng")
        for code in column.missing:
            _add(invalid, "item", VALUE=str(code))
    counts = Counter(column.values)
    blank = counts.get(None, 0) + (counts.get("", 0) if column.text else 0)
    lost = blank + sum(counts.get(code, 0) for code in column.missing)
    _add(variable, "sumStat", len(column.values) - lost, type="vald")
    _add(variable, "sumStat", lost, type="invd")
    if coded:
        _categories(variable, column, counts)
    _add(variable, "varFormat", type="character" if column.text else "numeric")


def _option(column: Column) -> Option:
    """The option a column of a multiple choice stands for."""
    assert column.question is not None
    code = int(column.key.removeprefix(f"{column.question.key}_"))
    return next(option for option in column.question.options if option.value == code)


def _categories(variable: xml.Element, column: Column, counts: Mapping[float | str | None, int]) -> None:
    question = column.question
    said = {option.value: option.label for option in question.options} if question else {}
    if question is not None and question.kind is Kind.MULTIPLE:
        said = {}
    for code, label in column.labels.items():
        category = _add(variable, "catgry", missing="Y" if code in column.missing else "N")
        _add(category, "catValu", code)
        if code in said:
            _say(category, "labl", said[code])
        else:
            _add(category, "labl", label)
        _add(category, "catStat", counts.get(code, 0), type="freq")
