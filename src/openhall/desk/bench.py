"""The workbench's page, for any counted data: choices at the side, the answer beside them.

Everything asked for stands in the address, so a view can be shared, printed and gone back to; nothing in it is about a
person. What is computed is in `report.workbench`; a wave's workbench in `desk.workbench`.
"""

from __future__ import annotations

import csv
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext

from openhall.actions.export import FIGURES
from openhall.desk.waiting import WAITING
from openhall.errors import N_, BadInput
from openhall.language import short
from openhall.reads.reports import drawings
from openhall.report import html
from openhall.report.pen import Pen
from openhall.report.workbench.answer import Bench, titled, worked
from openhall.report.workbench.asked import METHODS, Chosen, Wanted, wanted
from openhall.report.workbench.cells import headed, said
from openhall.report.workbench.files import lines, machine
from openhall.report.workbench.variables import (
    Kind,
    Variable,
)
from openhall.stats.axes import Where
from openhall.stats.counted import Counted
from openhall.surveys.export.tables import MARK
from openhall.surveys.sheets_out import cell_out

KEPT = 64  # finished views a process remembers
CONTENT = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Counted data that have a workbench. `mark` tells one state of the data from another; `taken` writes down that
    somebody takes figures as a file; `facts` stand at the head of the JSON file."""

    title: str
    section: str
    back: str
    address: str
    stem: str
    mark: str
    variables: Sequence[Variable]
    counted_for: Callable[[Where], Counted]
    taken: Callable[[str, str, int], None]
    file: Callable[[str], str]  # the address of the figures as a file of this kind
    facts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def all(self) -> int:
        """Cases without any condition."""
        return self.counted_for(()).n


def bench(request: HttpRequest, source: Source) -> HttpResponse:
    """The workbench of a source: 400 with what is known where the address names something the data do not have."""
    if request.headers.get("HX-Target") == WAITING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    errors: list[str] = []
    try:
        asked = wanted(dict(_pairs(request)), source.variables)
    except BadInput as error:
        asked, errors = Wanted(), error.lines(gettext)
    live = "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
    found = _found(source, asked) if asked.rows and source.all else None
    context = {**_context(source, asked, found), "errors": errors}
    part = {"bench-found": "_found", "bench": "_bench"}.get(request.headers.get("HX-Target", ""), "_bench")
    context["arriving"] = (
        live and part == "_bench"
    )  # the link that was followed is gone: the focus needs a place
    answer = render(request, f"desk/workbench/{part if live else 'workbench'}.html", context)
    answer.headers["Vary"] = "HX-Request, HX-Target"
    if live:  # htmx shows no page with an error's status, so a part always comes with 200
        answer.headers["HX-Push-Url"] = _address(source, asked)
    elif errors:
        answer.status_code = 400
    return answer


def bench_file(request: HttpRequest, source: Source, kind: str) -> HttpResponse:
    """The figures of a view as CSV (its tables) or JSON (everything computed); that they were taken is written down."""
    if kind not in FIGURES:
        raise Http404
    try:
        asked = wanted(dict(_pairs(request)), source.variables)
    except BadInput:
        asked = Wanted()
    found = _found(source, asked) if asked.rows else None
    if found is None or not found.bench.figures:
        answer = bench(request, source)  # says what is wrong, or what can be chosen
        answer.status_code = 400
        return answer
    source.taken(kind, asked.address(), found.bench.n)
    text = machine(found.bench, asked, **source.facts) if kind == "json" else _csv(found.bench)
    response = HttpResponse(text, content_type=CONTENT[kind])
    keys = "-".join(one.key for one in (asked.rows, asked.columns) if one)
    response["Content-Disposition"] = f'attachment; filename="{source.stem}-{keys}.{kind}"'
    return response


@dataclass(frozen=True)
class _View:
    """An answer and how it looks."""

    bench: Bench
    blocks: str
    more: str


_kept: OrderedDict[tuple[str, ...], _View] = OrderedDict()
_lock = threading.Lock()


def _found(source: Source, asked: Wanted) -> _View:
    """The answer; one that was worked out before on the same data is there at once."""
    lang = short(get_language() or "en")
    key = (source.mark, lang, asked.how, asked.address())
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = worked(source.counted_for(asked.where), asked, Pen(lang))
    parts = (
        html.sections(found.section(name, blocks, lang), keep_in=drawings()) if blocks else ""
        for name, blocks in (("result", found.blocks), ("details", found.more))
    )
    view = _View(found, *parts)
    with _lock:
        _kept[key] = view
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return view


def _pairs(request: HttpRequest) -> Iterator[tuple[str, list[str]]]:
    """The address by names. A procedure chosen for other variables than these is not meant any more."""
    of = request.GET.get("of")
    for name, values in request.GET.lists():
        if name != "how" or of is None or of == _of(request.GET.get("rows"), request.GET.get("columns")):
            yield name, values


def _of(rows: str | None, columns: str | None) -> str:
    return f"{rows or ''}~{columns or ''}"


def _address(source: Source, asked: Wanted) -> str:
    query = asked.address()
    return f"{source.address}?{query}" if query else source.address


def _context(source: Source, asked: Wanted, found: _View | None) -> dict[str, Any]:
    pen = Pen(short(get_language() or "en"))
    rows, columns = asked.rows, asked.columns
    swapped = replace(asked, rows=columns, columns=rows) if columns else None
    return {
        "section": source.section,
        "source": source,
        "asked": asked,
        "of": _of(rows.key if rows else "", columns.key if columns else ""),
        "found": found,
        "groups": _groups(source.variables, asked, pen),
        "filters": [_filter(one, asked, pen) for one in source.variables if _offered(one, asked)],
        "chips": _chips(source, asked, pen),
        "unfiltered": _address(source, asked.without()),
        "methods": [(key, gettext(METHODS[key])) for key in asked.fitting],
        "swap": _address(source, swapped) if swapped and _alike(asked) else "",
        "ideas": [] if rows else _ideas(source, pen),
        "files": [(kind.upper(), f"{source.file(kind)}?{asked.address()}") for kind in FIGURES],
    }


def _alike(asked: Wanted) -> bool:
    """Whether the two change places by being swapped; otherwise their kinds say which makes the groups."""
    assert asked.rows is not None and asked.columns is not None
    return (asked.rows.kind is Kind.ITEM) == (asked.columns.kind is Kind.ITEM) and (
        asked.rows.kind in (Kind.CHOICE, Kind.DAY)
    ) == (asked.columns.kind in (Kind.CHOICE, Kind.DAY))


def _groups(variables: Sequence[Variable], asked: Wanted, pen: Pen) -> list[dict[str, Any]]:
    """The list to choose from, under its headings."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in variables:
        choice = {
            "key": one.key,
            "label": said(one.label, pen),
            "rows": asked.rows is not None and one.key == asked.rows.key,
            "columns": asked.columns is not None and one.key == asked.columns.key,
            "alone": one.kind is Kind.SEVERAL,
        }
        groups.setdefault(said(one.group, pen), []).append(choice)
    return [{"name": name, "variables": found} for name, found in groups.items()]


def _offered(variable: Variable, asked: Wanted) -> bool:
    return variable.filters or any(one.variable.key == variable.key for one in asked.chosen)


def _filter(variable: Variable, asked: Wanted, pen: Pen) -> dict[str, Any]:
    """One condition as the form shows it."""
    chosen = next((one for one in asked.chosen if one.variable.key == variable.key), Chosen(variable))
    values = set(map(str, chosen.values))
    return {
        "key": variable.key,
        "name": headed(variable, pen),
        "kind": variable.kind.value,
        "active": bool(chosen.values) or chosen.low is not None or chosen.high is not None,
        "levels": [
            {
                "value": f"{variable.key}:{one.value}",
                "label": said(one.label, pen),
                "on": str(one.value) in values,
            }
            for one in variable.levels
        ],
        "low": chosen.said(chosen.low),
        "high": chosen.said(chosen.high),
    }


def _chips(source: Source, asked: Wanted, pen: Pen) -> list[dict[str, str]]:
    """What the view is limited to, each with the address without it."""
    chips = []
    for one in asked.chosen:
        name = headed(one.variable, pen)
        labels = {step.value: said(step.label, pen) for step in one.variable.levels}
        for value in one.values:
            text = pen(N_("{variable}: {answer}"), variable=name, answer=labels[value])
            chips.append({"text": text, "url": _address(source, asked.without(one.variable, value))})
        if not one.values:
            limits = {"variable": name, "low": one.said(one.low), "high": one.said(one.high)}
            both = N_("{variable}: {low} to {high}")
            template = N_("{variable}: from {low}") if one.high is None else N_("{variable}: up to {high}")
            text = pen(template if one.low is None or one.high is None else both, **limits)
            chips.append({"text": text, "url": _address(source, asked.without(one.variable))})
    return chips


def _ideas(source: Source, pen: Pen) -> list[dict[str, str]]:
    """A few questions to begin with."""
    grouping = [one for one in source.variables if one.kind is Kind.CHOICE]
    items = [one for one in source.variables if one.kind is Kind.ITEM]
    scores = [one for one in source.variables if one.kind is Kind.SCORE]
    pairs: list[tuple[Variable, Variable | None]] = []
    if grouping and items:
        pairs.append((grouping[0], items[-1]))
    pairs += [(scores[0], None)] if scores else []
    pairs += [(scores[0], scores[1])] if len(scores) > 1 else []
    pairs += [(grouping[0], grouping[1])] if len(grouping) > 1 else []
    pairs = pairs or [(one, None) for one in source.variables[:1]]
    found = []
    for rows, columns in pairs:
        idea = Wanted(rows, columns)
        text = titled(rows, columns, idea.fitting[0], pen)
        found.append({"text": text, "url": _address(source, idea)})
    return found


def _csv(found: Bench) -> str:
    out = io.StringIO(MARK, newline="")
    out.seek(0, io.SEEK_END)
    csv.writer(out).writerows([cell_out(value) for value in line] for line in lines(found, gettext))
    return out.getvalue()
