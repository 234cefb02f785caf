"""LimeSurvey structure files written in the tests: version 3 repeats rows for each language, later ones do
not.
"""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

Rows = Sequence[Mapping[str, object]]


def lss(tables: Mapping[str, Rows], languages: Sequence[str] = ("en", "zh-Hans")) -> bytes:
    body = "".join(
        f"<{name}><rows>{''.join(map(_row, rows))}</rows></{name}>" for name, rows in tables.items()
    )
    spoken = "".join(f"<language>{language}</language>" for language in languages)
    head = "<LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>366</DBVersion>"
    text = f"<document>{head}<languages>{spoken}</languages>{body}</document>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


def _row(cells: Mapping[str, object]) -> str:
    return (
        "<row>" + "".join(f"<{name}>{escape(str(cell))}</{name}>" for name, cell in cells.items()) + "</row>"
    )


def question(qid: int, kind: str, code: str, order: int = 1, **more: object) -> dict[str, object]:
    row = {"qid": qid, "parent_qid": 0, "gid": 1, "type": kind, "title": code, "question_order": order}
    return {**row, "other": "N", "mandatory": "Y", "relevance": "1", **more}


def in_two(identity: str, number: object, field: str, en: str, zh: str) -> list[dict[str, object]]:
    return [
        {identity: number, field: en, "language": "en"},
        {identity: number, field: zh, "language": "zh-Hans"},
    ]


def version_4() -> dict[str, list[dict[str, object]]]:
    """Gender as a list, a five-item array with assessment values, a number, a multiple choice, in two
    languages.
    """
    return {
        "groups": [{"gid": 1, "group_order": 1}, {"gid": 2, "group_order": 2}],
        "group_l10ns": [
            *in_two("gid", 1, "group_name", "About you", "关于您"),
            *in_two("gid", 2, "group_name", "Hall", "大厅"),
        ],
        "questions": [
            question(11, "L", "gender", 2),
            question(12, "N", "age", 1, mandatory="N"),
            question(13, "M", "why", 3, mandatory="N"),
            question(21, "F", "SE", 1, gid=2),
        ],
        "subquestions": [
            question(22, "T", "SQ002", 2, parent_qid=21, gid=2),
            question(23, "T", "SQ001", 1, parent_qid=21, gid=2),
            question(14, "T", "tax", 1, parent_qid=13),
            question(15, "T", "land", 2, parent_qid=13),
        ],
        "question_l10ns": [
            *in_two("qid", 11, "question", "<p>Your <b>gender</b>?</p>", "您的性别？"),
            *in_two("qid", 12, "question", "Age &amp; so on?", "年龄？"),
            *in_two("qid", 13, "question", "Why?", "为何？"),
            *in_two("qid", 14, "question", "Tax", "税"),
            *in_two("qid", 15, "question", "Land", "土地"),
            *in_two("qid", 21, "question", "How satisfied are you?", "您是否满意？"),
            *in_two("qid", 22, "question", "Seats", "座位"),
            *in_two("qid", 23, "question", "Signs", "标识"),
        ],
        "answers": [
            {"aid": 1, "qid": 11, "code": "M", "sortorder": 1, "assessment_value": 0},
            {"aid": 2, "qid": 11, "code": "F", "sortorder": 2, "assessment_value": 0},
            {"aid": 3, "qid": 21, "code": "A1", "sortorder": 1, "assessment_value": 5},
            {"aid": 4, "qid": 21, "code": "A2", "sortorder": 2, "assessment_value": 1},
        ],
        "answer_l10ns": [
            *in_two("aid", 1, "answer", "Male", "男"),
            *in_two("aid", 2, "answer", "Female", "女"),
            *in_two("aid", 3, "answer", "Very satisfied", "非常满意"),
            *in_two("aid", 4, "answer", "Not satisfied", "不满意"),
        ],
        "question_attributes": [
            {"qid": 12, "attribute": "min_num_value_n", "value": 18},
            {"qid": 12, "attribute": "num_value_int_only", "value": 1},
        ],
        "surveys_languagesettings": [
            {"surveyls_language": "en", "surveyls_title": "Visit", "surveyls_welcometext": "<p>Welcome</p>"},
            {"surveyls_language": "zh-Hans", "surveyls_title": "来访", "surveyls_welcometext": "欢迎"},
        ],
    }


def version_3() -> dict[str, list[dict[str, object]]]:
    """The same with one row for each language in each table."""
    new = version_4()
    spoken = {
        "groups": ("group_l10ns", "gid"),
        "questions": ("question_l10ns", "qid"),
        "subquestions": ("question_l10ns", "qid"),
        "answers": ("answer_l10ns", "aid"),
    }
    old = {name: rows for name, rows in new.items() if not name.endswith("_l10ns")}
    for name, (wordings, identity) in spoken.items():
        old[name] = [
            {field: cell for field, cell in {**row, **said}.items() if field != "aid"}
            for language in ("en", "zh-Hans")
            for row in new[name]
            for said in new[wordings]
            if said[identity] == row[identity] and said["language"] == language
        ]
    return old
