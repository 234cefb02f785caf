"""Chapter 4 as an R script: base R only, every figure printed and, where a file name is given, written as CSV
(section, test, figure, value) at full precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import resources

from openhall.report.syntax.plan import Plan, known_shares

TOOLS = resources.files("openhall.report.syntax") / "tools.R"


def script(plan: Plan, *, version: str) -> str:
    """The whole script. `Rscript plan.R [figures.csv]` in the folder that holds the data file."""
    lines = [*_opening(plan, version), *_scoring(plan), *_fieldwork(plan), *_description(plan)]
    lines += [*_reliability(plan), *_association(plan), *_means(plan), *_variance(plan), *_closing()]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _vector(values: Iterable[float]) -> str:
    return f"c({', '.join(f'{value:.15g}' for value in values)})"


def _column(key: str) -> str:
    return f"sheets[[{_text(key)}]]"


def _opening(plan: Plan, version: str) -> Iterator[str]:
    title = next(iter(plan.study.title.values()), "the study")
    yield f"# Chapter 4 of {' '.join(title.split())}"
    yield f"# Written by OpenHall {version}, to check its figures. Rscript FILE.R [figures.csv]"
    yield TOOLS.read_text("utf-8")
    yield f'sheets <- read.csv({_text(plan.file)}, fileEncoding = "UTF-8-BOM", na.strings = "",'
    yield '                   colClasses = "character", check.names = FALSE)'
    if plan.selected:
        yield 'sheets <- sheets[is.na(sheets[["not_counted"]]), ]'
    yield "number <- function(key) suppressWarnings(as.numeric(sheets[[key]]))"


def _scoring(plan: Plan) -> Iterator[str]:
    yield ""
    yield "# Numbers; scores where codes are not scores; the mean of each dimension's items"
    keys = [factor.key for factor in plan.study.factors] + plan.items
    yield f"for (key in c({', '.join(_text(key) for key in keys)})) sheets[[key]] <- number(key)"
    for factor in plan.study.factors:
        codes = _vector(factor.codes)
        yield f"{_column(factor.key)}[!({_column(factor.key)} %in% {codes})] <- NA"
    for key, scores in plan.scores.items():
        if key in plan.items:
            yield f"{_column(key)} <- {_vector(scores.values())}[match({_column(key)}, {_vector(scores)})]"
    low, high = plan.ends
    for key in plan.items:
        yield f"{_column(key)}[!({_column(key)} %in% {low}:{high})] <- NA"
    for dimension in plan.study.dimensions:
        members = ", ".join(_column(item.key) for item in dimension.items)
        yield f"score_of_{_safe(dimension.key)} <- means_of({members})"
    if plan.measured:
        members = ", ".join(f"score_of_{_safe(key)}" for key in plan.measured)
        yield f"total <- means_of({members})"


def _safe(key: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in key)


def _fieldwork(plan: Plan) -> Iterator[str]:
    if plan.issued:
        offices = ", ".join(_text(office) for office in plan.issued)
        yield ""
        yield "# 4.1 Valid sheets against the sheets issued to each office"
        yield f'shares("4.1", "offices", sheets[["office"]], c({offices}), {_vector(plan.issued.values())})'


def _description(plan: Plan) -> Iterator[str]:
    yield ""
    yield "# 4.2 Who answered"
    for factor in plan.study.factors:
        codes = _vector(sorted(factor.codes))
        yield f'counts("4.2", {_text(factor.key)}, {_column(factor.key)}, {codes})'
        if known := known_shares(factor):
            call = f'shares("4.2", {_text(factor.key)}, {_column(factor.key)}, {codes}, {_vector(known)})'
            yield call


def _reliability(plan: Plan) -> Iterator[str]:
    yield ""
    yield "# 4.3 Reliability"
    for dimension in plan.study.dimensions:
        if len(dimension.items) > 1:
            keys = ", ".join(_text(item.key) for item in dimension.items)
            yield f'alpha("4.3", {_text(dimension.key)}, sheets[c({keys})])'


def _association(plan: Plan) -> Iterator[str]:
    if plan.study.overall is None or not plan.study.factors:
        return
    overall, (low, high) = plan.study.overall.key, plan.ends
    yield ""
    yield "# 4.4 Overall satisfaction by background"
    yield f'counts("4.4", {_text(overall)}, {_column(overall)}, {low}:{high})'
    for factor in plan.study.factors:
        codes, ordered = _vector(sorted(factor.codes)), "TRUE" if factor.ordered else "FALSE"
        columns = f"{_column(factor.key)}, {_column(overall)}"
        yield f'crossed("4.4", {_text(factor.key)}, {columns}, {codes}, {low}:{high}, {ordered})'


def _means(plan: Plan) -> Iterator[str]:
    yield ""
    yield "# 4.5 Means of items, dimensions and the whole against the middle of the scale"
    last = f"{plan.middle:g}, {plan.top_two}"
    for key in plan.items:
        yield f'score("4.5", {_text(key)}, {_column(key)}, {last})'
    for key in plan.measured:
        yield f'score("4.5", {_text(key)}, score_of_{_safe(key)}, {last})'
    if plan.measured:
        yield f'score("4.5", "total", total, {last})'
    if plan.study.overall is not None:
        for factor in plan.study.factors:
            columns = f"{_column(plan.study.overall.key)}, {_column(factor.key)}"
            yield f'groups("4.5", {_text(factor.key)}, {columns}, "overall")'
        yield 'holm("4.5", p_tests$overall)'


def _variance(plan: Plan) -> Iterator[str]:
    yield ""
    yield "# 4.6 One-way analysis of variance: background is the factor, dimension the dependent"
    for key in plan.measured:
        for factor in plan.study.factors:
            columns = f"score_of_{_safe(key)}, {_column(factor.key)}"
            yield f'groups("4.6", {_text(f"{key} {factor.key}")}, {columns}, "dimensions")'
    yield 'holm("4.6", p_tests$dimensions)'


def _closing() -> Iterator[str]:
    yield ""
    yield "given <- commandArgs(trailingOnly = TRUE)"
    yield "if (length(given)) {"
    yield '  figures$value <- sprintf("%.17g", figures$value)'
    yield '  write.csv(figures, given[1], row.names = FALSE, fileEncoding = "UTF-8")'
    yield "}"
