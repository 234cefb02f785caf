"""The answers themselves, for people who go on working with them: CSV, Excel, SPSS and a codebook. Seed 4.1.

No row carries a number that leads elsewhere, and rows stand in the order of random numbers, not of arrival.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from openhall import __version__
from openhall.access import staff
from openhall.actions.export import take_data
from openhall.desk.report import file_stem
from openhall.errors import BadInput, OpenHallError
from openhall.language import say, short
from openhall.models import Office, Wave
from openhall.reads.datasets import count_rows, rows
from openhall.report.files import Material, files_of
from openhall.surveys.export.codebook import codebook
from openhall.surveys.export.columns import dataset_of
from openhall.surveys.export.tables import MARK
from openhall.surveys.questionnaire import Answer
from openhall.surveys.sheets import Sheets
from openhall.surveys.sheets_out import cell_out

Row = list[Answer]
ABOUT = ["office", "channel", "language", "date", "seconds"]  # columns of read_sheets besides the questions
PACKED = ("sav", "ddi", "spss", "r")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@staff("data.export")
def export(request: HttpRequest, key: str) -> HttpResponse:
    """Choose which sheets and which file; the answer to the form is the file."""
    wave = get_object_or_404(Wave.objects.select_related("version"), key=key)
    errors: list[str] = []
    if request.method == "POST":
        file, which = request.POST.get("file", ""), request.POST.get("rows", "")
        try:
            take_data(wave, file=file, rows=which, by=request.user)
            return _answer(wave, file, everything=which == "all")
        except OpenHallError as error:
            errors = error.lines(gettext) if isinstance(error, BadInput) else [error.say(gettext)]
    counts = {which: count_rows(wave, everything=which == "all") for which in ("valid", "all")}
    return render(
        request,
        "desk/report/export.html",
        {"section": "waves", "wave": wave, "counts": counts, "errors": errors},
    )


def _answer(
    wave: Wave, file: str, *, everything: bool
) -> HttpResponse | StreamingHttpResponse | FileResponse:
    name = f"{file_stem(wave)}-{'codebook' if file == 'codebook' else 'data'}"
    if file == "xlsx":
        from openhall.desk.workbook import workbook

        tables = [
            (gettext("Data"), table(wave, everything=everything)),
            (gettext("Codebook"), codebook(wave.version.asked)),
        ]
        return FileResponse(workbook(tables), as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL)
    if file in PACKED:
        return _packed(wave, file, everything, name)
    lines = codebook(wave.version.asked) if file == "codebook" else table(wave, everything=everything)
    response = StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _packed(wave: Wave, file: str, everything: bool, name: str) -> HttpResponse:
    """Files other programs open: the one, or several that belong together as a ZIP."""
    found = list(rows(wave, everything=everything))
    lang = short(get_language() or "en")
    offices = {office.pk: say(office.name, lang) for office in Office.objects.all()}
    sheets = Sheets(
        answers=[answers for _, answers in found],
        offices=[offices[one.office_id] for one, _ in found],
        channels=[one.channel for one, _ in found],
        dates=[one.submitted_on.isoformat() for one, _ in found],
        seconds=[one.seconds for one, _ in found],
    )
    why = [one.void or ("" if one.complete else "unfinished") for one, _ in found] if everything else []
    asked = wave.version.asked
    made = files_of(
        file,
        Material(
            questionnaire=asked,
            sheets=sheets,
            not_counted=why,
            dataset=dataset_of(asked, sheets, lang=lang, not_counted=why),
            stem=name,
            made=timezone.localtime().replace(tzinfo=None),
            version=__version__,
        ),
    )
    if len(made) == 1:
        ((called, content),) = made.items()
        kind = "application/x-spss-sav"
    else:
        called, content, kind = f"{name}-{file}.zip", _zip(made), "application/zip"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=called, content_type=kind)


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for called, content in files.items():
            archive.writestr(called, content)
    return packed.getvalue()


def table(wave: Wave, *, everything: bool) -> Iterator[Row]:
    """Header and rows of the data; with `everything` a first column says why a row does not count."""
    lang = get_language() or "en"
    offices = {office.pk: say(office.name, lang) for office in Office.objects.all()}
    yield [
        *(["not_counted"] if everything else []),
        *ABOUT,
        *(question.key for question in wave.version.asked),
    ]
    for one, answers in rows(wave, everything=everything):
        why = [one.void or ("" if one.complete else "unfinished")] if everything else []
        about = [offices[one.office_id], one.channel, one.language, one.submitted_on.isoformat(), one.seconds]
        yield [*why, *about, *answers]


def _csv(lines: Iterable[Row]) -> Iterator[str]:
    """CSV text in pieces; text that a spreadsheet would take for a formula is made harmless."""
    piece = io.StringIO(MARK, newline="")
    piece.seek(0, io.SEEK_END)
    writer = csv.writer(piece)
    for number, line in enumerate(lines, 1):
        writer.writerow([cell_out(value) for value in line])
        if number % 500 == 0:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()
