"""Chapter 4 at the desk: read on screen, asked for as a file, watched while it is made, fetched."""

from __future__ import annotations

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from openhall import flow
from openhall.access import staff
from openhall.actions.report import FORMATS, abandoned, path, request_file
from openhall.errors import BadInput, OpenHallError
from openhall.language import short
from openhall.models import Output, Wave
from openhall.reads import reports
from openhall.reads.datasets import count_rows

PATIENCE = 10  # seconds until the page says that no worker takes the request


@staff("report.read")
def report(request: HttpRequest, key: str) -> HttpResponse:
    """The whole chapter, in the language of the page."""
    return _report_page(request, _wave(key))


@staff("report.read")
@require_POST
def report_make(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for a file; one that is there already is sent at once."""
    wave = _wave(key)
    try:
        with transaction.atomic():
            output = request_file(
                wave, language=_lang(), format=request.POST.get("format", ""), by=request.user
            )
            flow.after("report.requested", output)
    except OpenHallError as error:
        return _report_page(request, wave, error)
    return redirect(
        "desk:output_file" if output.state == Output.State.DONE else "desk:output", key, output.pk
    )


@staff("report.read")
def output(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """How far a file is. htmx asks for the inner part every second; without JavaScript the page reloads."""
    found = _output(key, pk)
    seconds = (timezone.now() - reports.asked_at(found)).total_seconds()
    context = {
        "section": "waves",
        "wave": found.wave,
        "output": found,
        "format": FORMATS[found.format],
        "seconds": round(seconds),
        "step": min(found.done + 1, found.steps),
        "unheard": found.state == Output.State.WAITING and seconds > PATIENCE,
        "abandoned": found.state == Output.State.RUNNING and abandoned(found),
        "size": path(found).stat().st_size if _is_there(found) else None,
    }
    return render(
        request, f"desk/report/{'_' if request.headers.get('HX-Request') else ''}output.html", context
    )


@staff("report.read")
def output_file(request: HttpRequest, key: str, pk: int) -> FileResponse:
    found = _output(key, pk)
    if not _is_there(found):
        raise Http404
    return FileResponse(
        path(found).open("rb"),
        as_attachment=True,
        filename=f"{file_stem(found.wave)}-report-{found.language}.{found.format}",
        content_type=FORMATS[found.format].content_type,
    )


def file_stem(wave: Wave) -> str:
    """A plain name for files about a wave: its English name in ASCII, else its key."""
    return slugify(wave.name.get("en", ""))[:60] or wave.key


def _report_page(request: HttpRequest, wave: Wave, error: OpenHallError | None = None) -> HttpResponse:
    context = {
        "section": "waves",
        "wave": wave,
        "formats": FORMATS.items(),
        "page": reports.page(wave, _lang()) if count_rows(wave, everything=False) else "",
        "errors": []
        if error is None
        else error.lines(gettext)
        if isinstance(error, BadInput)
        else [error.say(gettext)],
    }
    return render(request, "desk/report/report.html", context)


def _lang() -> str:
    return short(get_language() or "en")


def _wave(key: str) -> Wave:
    return get_object_or_404(Wave.objects.select_related("version"), key=key)


def _output(key: str, pk: int) -> Output:
    return get_object_or_404(Output.objects.select_related("wave"), wave__key=key, pk=pk)


def _is_there(found: Output) -> bool:
    return found.state == Output.State.DONE and path(found).is_file()
