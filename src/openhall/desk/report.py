"""Chapter 4 at the desk: read on screen, asked for as a file, watched while it is made, cancelled, fetched.

Of a wave here, of data from elsewhere in `desk.sources`; both show the same pages, each at its own `Place`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from openhall import flow
from openhall.access import staff
from openhall.actions.report import FORMATS, abandoned, cancel, is_there, name, path, request_file
from openhall.errors import NotAllowed, OpenHallError
from openhall.language import short
from openhall.models import Output, Wave
from openhall.reads import reports
from openhall.reads.sources import Named
from openhall.reads.subjects import OfSource, OfWave, Subject
from openhall.rules import remaining

PATIENCE = 10  # seconds until the page says that no worker takes the request


@dataclass(frozen=True)
class Place:
    """Where the reports about something stand: how its addresses begin, its menu, and how its files are called."""

    subject: Subject
    about: Wave | Named
    key: str
    stem: str
    section: str
    page: str  # name of the address of its report
    prefix: str = ""  # of the names of the addresses of its outputs

    def url(self, what: str, *rest: object) -> str:
        """The address of its `report`, or of an output: `make`, `output`, `output_file`, `output_cancel`."""
        known = {"report": self.page, "make": f"{self.page}_make"}
        return reverse(f"desk:{known.get(what, self.prefix + what)}", args=[self.key, *rest])

    def output(self, pk: int) -> Output:
        """An output about this and nothing else."""
        return get_object_or_404(Output.objects.select_related("wave"), **self.subject.fields, pk=pk)


@staff("report.read")
def report(request: HttpRequest, key: str) -> HttpResponse:
    """The whole chapter, in the language of the page."""
    return report_page(request, _place(key))


@staff("report.read")
@require_POST
def report_make(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for a file; one that is there already is sent at once."""
    return make(request, _place(key))


@staff("report.read")
def output(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """How far a file is. htmx asks for what changes every second; without JavaScript the page reloads."""
    return output_page(request, _place(key), pk)


@staff("report.read")
def output_file(request: HttpRequest, key: str, pk: int) -> FileResponse:
    return send(_place(key), pk)


@staff("report.read")
@require_POST
def output_cancel(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Nobody wants it any more."""
    return stop(request, _place(key), pk)


def file_stem(wave: Wave) -> str:
    """A plain name for files about a wave: its English name in ASCII, else its key."""
    return slugify(wave.name.get("en", ""))[:60] or wave.key


def _place(key: str) -> Place:
    wave = get_object_or_404(Wave.objects.select_related("version"), key=key)
    return Place(OfWave(wave), wave, key, file_stem(wave), "waves", "report")


# --- the same for every place


def report_page(request: HttpRequest, place: Place, error: OpenHallError | None = None) -> HttpResponse:
    """The report if it is there or quickly made; else how far it is, below it the one of before, if there is one."""
    context = _context(place) | {
        "formats": FORMATS.items(),
        "errors": error.lines(gettext) if error else [],
    }
    try:
        place.subject.check()
        context |= _shown(request, place)
    except NotAllowed:
        context["empty"] = True
    except OpenHallError as refused:
        context["refused"] = refused.lines(gettext)
    return render(request, "desk/report/report.html", context)


def _shown(request: HttpRequest, place: Place) -> dict[str, Any]:
    subject, lang = place.subject, _lang()
    known = {"unseen": isinstance(subject, OfSource) and subject.unseen}
    if page := reports.kept_page(subject, lang):
        return known | {"page": page, "made": reports.output(subject, lang, reports.PAGE)}
    if subject.quick():
        return known | {"page": reports.page(subject, lang)}
    found = reports.output(subject, lang, reports.PAGE)
    before = reports.earlier(subject, lang)
    if before:
        known |= {"page": before[1], "made": before[0], "older": True}
    if found is None or (found.state == Output.State.DONE and not is_there(found)):
        if before:
            return known
        found = _ask(request, place, reports.PAGE)
        found.refresh_from_db()  # some workers work at once
        if page := reports.kept_page(subject, lang):
            return known | {"page": page, "made": found}
    return known | state(place, found)


def make(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask for what the form names, and go to where it is seen."""
    format, again = request.POST.get("format", ""), request.POST.get("again") == "yes"
    try:
        asked = _ask(request, place, format, again=again)
    except OpenHallError as error:
        return report_page(request, place, error)
    if asked.format == reports.PAGE:
        return redirect(place.url("report"))
    return redirect(place.url("output_file" if asked.state == Output.State.DONE else "output", asked.pk))


def _ask(request: HttpRequest, place: Place, format: str, *, again: bool = False) -> Output:
    with transaction.atomic():
        asked = request_file(place.about, language=_lang(), format=format, by=request.user, again=again)
        if asked.state == Output.State.WAITING:
            flow.after("report.requested", asked)
    return asked


def output_page(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """How far an output is, or what became of it."""
    found = place.output(pk)
    context = _context(place) | state(place, found)
    if request.headers.get("HX-Request"):
        return _part(request, found, context)
    if found.format == reports.PAGE:
        return redirect(place.url("report"))
    return render(request, "desk/report/output.html", context)


def _part(request: HttpRequest, found: Output, context: dict[str, Any]) -> HttpResponse:
    """What changed since htmx asked last; words only when they are others, so that nobody hears them every second."""
    context["words_changed"] = request.GET.get("seen") != context["mark"]
    if context["going"]:
        return render(request, "desk/report/_now.html", context)
    if found.format == reports.PAGE:
        return HttpResponse(headers={"HX-Refresh": "true"})
    response = render(request, "desk/report/_over.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#output-body", "innerHTML"
    return response


def send(place: Place, pk: int) -> FileResponse:
    """The file of a finished output."""
    found = place.output(pk)
    if found.format not in FORMATS or not is_there(found):
        raise Http404
    return FileResponse(
        path(found).open("rb"),
        as_attachment=True,
        filename=f"{place.stem}-report-{found.language}.{found.format}",
        content_type=FORMATS[found.format].content_type,
    )


def stop(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """Cancel an output; one that was finished in the meantime is shown instead."""
    found = place.output(pk)
    with suppress(NotAllowed):
        cancel(found, by=request.user)
    if found.format == reports.PAGE:
        return redirect(place.url("report"))
    return redirect(place.url("output", pk))


def state(place: Place, found: Output) -> dict[str, Any]:
    """What the pages show of an output."""
    urls = ("output", "output_file", "output_cancel")
    return progress(found) | {
        "format": name(found.format),
        "is_page": found.format == reports.PAGE,
        "size": path(found).stat().st_size if found.format in FORMATS and is_there(found) else None,
        "words": "desk/report/_words.html",
        "url": {what: place.url(what, found.pk) for what in urls},
    }


def progress(found: Output) -> dict[str, Any]:
    """How far it is. `mark` is another one when the words are."""
    waited = (timezone.now() - reports.asked_at(found)).total_seconds()
    given_up = abandoned(found)
    return {
        "output": found,
        "going": found.going and not given_up,
        "abandoned": given_up,
        "step": min(found.done + 1, found.steps),
        "mark": f"{found.state}-{found.done}",
        "share": remaining.share(found.part, found.parts),
        "numbers": remaining.said(found.part, found.parts, _seconds(found), gettext),
        "unheard": found.state == Output.State.WAITING and waited > PATIENCE,
    }


def _seconds(found: Output) -> float:
    """How long the step had taken when it was last heard of."""
    return (found.at - found.step_began).total_seconds() if found.step_began else 0.0


def _context(place: Place) -> dict[str, Any]:
    return {
        "section": place.section,
        "about": place.about,
        "wave": place.about if isinstance(place.about, Wave) else None,
        "source": place.about if isinstance(place.about, Named) else None,
        "report_url": place.url("report"),
        "make_url": place.url("make"),
    }


def _lang() -> str:
    return short(get_language() or "en")
