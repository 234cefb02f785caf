"""The workbench of a wave: any question against any other, for whom one likes, at once and at any size."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from openhall.access import staff
from openhall.actions.export import take_figures
from openhall.desk.bench import Source, bench, bench_file
from openhall.desk.report import file_stem
from openhall.desk.waiting import waits
from openhall.errors import N_
from openhall.labels import CHANNELS
from openhall.language import LANGUAGES
from openhall.models import Office, User, Wave
from openhall.reads import counts
from openhall.report.workbench.variables import (
    Label,
    Variable,
    about_sheet,
    variables_of,
)
from openhall.stats.axes import Coded, Day

MOST_READ = 100_000  # answers read from the database for a view
LABELS = {"office": N_("Office"), "channel": N_("Channel"), "language": N_("Language"), "day": N_("Day")}


@staff("report.read")
def workbench(request: HttpRequest, key: str) -> HttpResponse:
    """The page; htmx asks for the part that changes."""
    wave = _wave(key)
    return _waiting(request, wave) or bench(request, _source(wave, request.user))


@staff("report.read")
def workbench_file(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """The figures of a view as a file."""
    wave = _wave(key)
    return _waiting(request, wave, kind) or bench_file(request, _source(wave, request.user), kind)


def _waiting(request: HttpRequest, wave: Wave, kind: str = "") -> HttpResponse | None:
    """What is shown until the worker has made the extract; nothing where there is little to read besides it."""
    rows = counts.pending(wave)
    if rows <= MOST_READ:
        return None
    address, back = reverse("desk:workbench", args=[wave.key]), reverse("desk:wave", args=[wave.key])
    return waits(request, title=str(wave), section="waves", address=address, back=back, rows=rows, kind=kind)


def _wave(key: str) -> Wave:
    return get_object_or_404(Wave.objects.select_related("version"), key=key)


def _source(wave: Wave, by: User) -> Source:
    asked, about = wave.version.asked, _about(wave)
    names = hash(repr(about))  # an office may get another name
    return Source(
        title=str(wave),
        section="waves",
        back=reverse("desk:wave", args=[wave.key]),
        address=reverse("desk:workbench", args=[wave.key]),
        stem=f"{file_stem(wave)}-figures",
        mark=f"{wave.pk}-{wave.version.changed_at.isoformat()}-{counts.version(wave)}-{names}",
        variables=variables_of(asked, about),
        counted_for=lambda where: counts.counted(wave, where),
        taken=lambda kind, question, count: take_figures(
            wave, file=kind, question=question, count=count, by=by
        ),
        file=lambda kind: reverse("desk:workbench_file", args=[wave.key, kind]),
        facts={"wave": wave.key, "questionnaire": asked.key, "version": wave.version.number},
    )


def _about(wave: Wave) -> list[Variable]:
    """Office, channel, language and day; of the first three what occurs in the wave."""
    axes, counted = counts.about(wave), counts.counted(wave)
    coded = {key: axis for key, axis in axes.items() if key in LABELS and isinstance(axis, Coded)}
    counted.prepare((axis,) for axis in coded.values())
    found = []
    for key, axis in coded.items():
        there = [axis.codes[place - 1] for place in counted.cells(axis).values[:, 0].tolist() if place > 0]
        names = _names(key)
        labels: dict[Any, Label] = {
            code: names.get(code, {"en": str(code)}) for code in names if code in there
        }
        labels |= {code: {"en": str(code)} for code in there if code not in labels}
        found.append(about_sheet(key, LABELS[key], axis, labels))
    return [
        *found,
        *(about_sheet(key, LABELS[key], axis) for key, axis in axes.items() if isinstance(axis, Day)),
    ]


def _names(key: str) -> dict[Any, Label]:
    """What the codes of a column about the sheet are called, in order."""
    if key == "office":
        return {office.pk: office.name for office in Office.objects.order_by("position", "code")}
    if key == "language":
        return {code: {"en": name} for code, name in LANGUAGES.items()}
    return dict(CHANNELS)
