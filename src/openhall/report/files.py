"""Data out: the files each format consists of, made in memory for the command line and the page. The analysis
plans bring the data they read; the description for archives brings the data it describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from openhall.language import translator
from openhall.surveys.export.columns import Dataset
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.sheets import Sheets

ENDINGS = {"csv": ".csv", "ddi": ".xml", "r": ".R", "sav": ".sav", "spss": ".sps", "xlsx": ".xlsx"}


@dataclass(frozen=True, kw_only=True)
class Material:
    """What every format is made from. `not_counted`: why each sheet is void, or empty; `stem`: the files'
    name without its ending; `version`: of OpenHall."""

    questionnaire: Questionnaire
    sheets: Sheets
    dataset: Dataset
    stem: str
    made: datetime
    version: str
    not_counted: Sequence[str] = ()


def files_of(form: str, material: Material) -> dict[str, bytes]:
    """Name and content of each file of a format, the one asked for first. KeyError for no format of
    `ENDINGS`.
    """
    return _FORMATS[form](material)


def _csv(material: Material) -> dict[str, bytes]:
    from openhall.surveys.export.codebook import codebook
    from openhall.surveys.export.tables import csv_text, rows_of

    rows = rows_of(material.questionnaire, material.sheets, material.not_counted)
    return {
        f"{material.stem}.csv": csv_text(rows).encode(),
        f"{material.stem}-codebook.csv": csv_text(codebook(material.questionnaire)).encode(),
    }


def _xlsx(material: Material) -> dict[str, bytes]:
    from openhall.surveys.export.tables import rows_of, workbook

    rows = rows_of(material.questionnaire, material.sheets, material.not_counted)
    translate = translator(material.dataset.lang)
    return {f"{material.stem}.xlsx": workbook(material.questionnaire, rows, translate=translate)}


def _sav(material: Material) -> dict[str, bytes]:
    from openhall.surveys.export.sav import sav_bytes

    return {f"{material.stem}.sav": sav_bytes(material.dataset, made=material.made)}


def _ddi(material: Material) -> dict[str, bytes]:
    from openhall.surveys.export.ddi import ddi_bytes

    described = ddi_bytes(
        material.questionnaire,
        material.dataset,
        file=f"{material.stem}.sav",
        made=f"{material.made:%Y-%m-%d}",
        version=material.version,
    )
    return {f"{material.stem}.xml": described, **_sav(material)}


def _spss(material: Material) -> dict[str, bytes]:
    from openhall.report.syntax.plan import plan_of
    from openhall.report.syntax.spss import syntax

    plan = plan_of(material.questionnaire, material.dataset, f"{material.stem}.sav")
    text = syntax(plan, version=material.version)
    return {f"{material.stem}.sps": text.encode(), **_sav(material)}


def _r(material: Material) -> dict[str, bytes]:
    from openhall.report.syntax.plan import plan_of
    from openhall.report.syntax.r import script

    plan = plan_of(material.questionnaire, material.dataset, f"{material.stem}.csv")
    text = script(plan, version=material.version)
    return {f"{material.stem}.R": text.encode(), **_csv(material)}


# Each imports its libraries only when asked for.
_FORMATS: Mapping[str, Callable[[Material], dict[str, bytes]]] = {
    "csv": _csv,
    "ddi": _ddi,
    "r": _r,
    "sav": _sav,
    "spss": _spss,
    "xlsx": _xlsx,
}
