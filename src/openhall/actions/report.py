"""Reports as files and pages: asked for by a person, made by the worker, cancelled, thrown away when the data change.
Seed 4; decision 0018.
"""

from __future__ import annotations

import importlib
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from openhall.actions import permit
from openhall.actions.working import Cancelled, Work, abandoned, claim, renew
from openhall.errors import N_, BadInput, NotAllowed, OpenHallError, Problem
from openhall.language import LANGUAGES, translator
from openhall.models import RULES, Output, User, Wave, record
from openhall.moment import now
from openhall.reads import reports
from openhall.reads.sources import Named
from openhall.reads.subjects import OfSource, OfWave, Subject, subject_of

if TYPE_CHECKING:
    from openhall.report.document import Report

log = logging.getLogger(__name__)

FOLDER = "outputs"
STAYS = timedelta(minutes=30)  # a file of older data stays this long, for whoever is just fetching it


@dataclass(frozen=True, slots=True)
class Format:
    """`module.function` of openhall.report makes the file."""

    name: str  # for people
    module: str
    function: str
    content_type: str


FORMATS = {
    "docx": Format(
        "Word", "word", "document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    "pdf": Format("PDF", "pdf", "document", "application/pdf"),
    "xlsx": Format(
        "Excel", "excel", "workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
    "html": Format("HTML", "html", "page", "text/html; charset=utf-8"),
    "json": Format("JSON", "machine", "text", "application/json"),
}
DRAWN = {"docx", "pdf", "html"}  # take the folder of drawings

OPENING = N_("Opening the data")
COUNTING = N_("Counting the answers")
WRITING = N_("Drawing the charts and writing the report")
STEPS = (OPENING, COUNTING, WRITING)
FAILED = N_("Something failed on our side. The log of the worker says what.")


def path(output: Output) -> Path:
    """Where the file of a finished output is."""
    return Path(settings.DATA_DIR) / "files" / output.file


def name(format: str) -> str:
    """What people call a format."""
    return FORMATS[format].name if format in FORMATS else "HTML"


def is_there(output: Output) -> bool:
    """Whether it is finished and still kept."""
    if output.state != Output.State.DONE:
        return False
    return bool(reports.read_page(output.file)) if output.format == reports.PAGE else path(output).is_file()


@transaction.atomic
def request_file(
    of: Wave | Named, *, language: str, format: str, by: User | None, again: bool = False
) -> Output:
    """Ask for the report as a file, or as a page kept for whoever opens it. What is there already, or being made, is
    not made again; `again`: count a source anew whose changes nobody can see from here.

    BadInput for an unknown language or format, NotAllowed for a wave without valid sheets.
    """
    permit(by, "report.read", of if isinstance(of, Wave) else None)
    _check(language, format)
    subject = OfWave(of) if isinstance(of, Wave) else OfSource(of)
    subject.check()
    fingerprint = subject.version
    if again and isinstance(subject, OfSource) and subject.unseen:
        fingerprint = subject.source.again(f"{now():%Y%m%d%H%M%S%f}")
    output, new = Output.objects.select_for_update().get_or_create(
        **subject.fields,
        language=language,
        format=format,
        fingerprint=fingerprint,
        defaults={"steps": len(STEPS)},
    )
    if not new and _usable(output):
        return output
    renew(output, STEPS)
    record("report.requested", output, wave=output.wave, by=by, **_about(output), language=language)
    return output


@transaction.atomic
def cancel(output: Output, *, by: User | None) -> Output:
    """Nobody wants it any more; the worker hears of it within a second. NotAllowed where it is not being made."""
    permit(by, "report.read", output.wave)
    found = Output.objects.select_for_update().get(pk=output.pk)
    if not found.going:
        raise NotAllowed(N_("This report is not being made any more."))
    found.state = Output.State.CANCELLED
    found.save(update_fields=["state", "at"])
    record("report.cancelled", found, wave=found.wave, by=by, **_about(found))
    return found


def _about(output: Output) -> dict[str, str]:
    source = {"source": output.source} if output.source else {}
    return {"format": name(output.format), **source}


def _check(language: str, format: str) -> None:
    for place, given, known, shown in (
        (N_("Language"), language, LANGUAGES, LANGUAGES),
        (N_("Format"), format, (*FORMATS, reports.PAGE), FORMATS),
    ):
        if given not in known:
            values = {"given": given[:40], "known": list(shown)}
            raise BadInput(Problem(place, N_("“{given}” is not known."), N_("Use one of {known}."), values))


def _usable(output: Output) -> bool:
    if output.state == Output.State.RUNNING:
        return not abandoned(output)
    return output.state == Output.State.WAITING or is_there(output)


def make(pk: str) -> None:
    """Make a requested report; the worker's part. How far it is is saved, so that every page can show it.

    A failure is kept with the output, said for people; only what is not foreseen goes to the log as well.
    """
    output = claim(pk)
    if output is None:
        return  # asked for twice: somebody makes it already; or nobody wants it any more
    work = Work(output, STEPS)
    try:
        subject = subject_of(output)
        if subject is None:
            raise NotAllowed(N_("This source is no longer named in sources.toml."))
        _finish(output, work, subject)
    except Cancelled:
        return
    except Exception as error:
        work.fail(_said(error, output))


def _said(error: Exception, output: Output) -> str:
    """The failure in the language of the report; an address of a source never shows its password."""
    say = translator(output.language)
    subject = subject_of(output)
    hide = subject.source.hide if isinstance(subject, OfSource) else str
    if isinstance(error, OpenHallError):
        return hide("\n".join(dict.fromkeys([error.say(say), *error.lines(say)])))
    if isinstance(subject, OfSource):
        log.error("The report of source %s failed: %s", output.source, hide(repr(error)))
    else:
        log.exception("The report could not be made")
    return say(FAILED)


def _finish(output: Output, work: Work, subject: Subject) -> None:
    """Make it, then say that it is done; never a half file under its name."""
    work.step(0)
    place = reports.name_of_page(subject, output.language)
    work.step(1)
    made = reports.report(subject, output.language, work.watch)
    work.step(2)
    if output.format == reports.PAGE:
        reports.draw(made, work.watch)
        reports.keep_page(place, reports.page_of(made))
    else:
        place = _write(output, made, work)
    try:
        rows = int(made.meta["sheets_returned"])
        work.save(state=Output.State.DONE, step="", done=output.steps, file=place, rows=rows)
    except Cancelled:
        if output.format != reports.PAGE:
            (Path(settings.DATA_DIR) / "files" / place).unlink(missing_ok=True)
        raise
    _sweep(output, subject)


def _write(output: Output, made: Report, work: Work) -> str:
    """The file, written beside and renamed; returns its place."""
    wanted = FORMATS[output.format]
    write: Callable[..., bytes | str] = getattr(
        importlib.import_module(f"openhall.report.{wanted.module}"), wanted.function
    )
    if output.format in DRAWN:
        reports.draw(made, work.watch)
    data = write(made, keep_in=reports.drawings()) if output.format in DRAWN else write(made)
    folder = Path(settings.DATA_DIR) / "files" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)
    place = f"{FOLDER}/{Path(beside).stem}.{output.format}"
    Path(beside).replace(Path(settings.DATA_DIR) / "files" / place)
    return place


def _sweep(output: Output, subject: Subject) -> None:
    """Throw away what was made of older data of this subject."""
    old = Output.objects.filter(**subject.fields, at__lt=timezone.now() - STAYS).exclude(format=RULES)
    for one in old.exclude(fingerprint=output.fingerprint):
        one.delete()
        if one.file and one.format != reports.PAGE:
            path(one).unlink(missing_ok=True)
