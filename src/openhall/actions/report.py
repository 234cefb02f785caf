"""Report files: asked for by a person, made by the worker, thrown away when the data change. Seed 4."""

from __future__ import annotations

import importlib
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, OpenHallError, Problem
from openhall.language import LANGUAGES, translator
from openhall.models import Output, User, Wave, record
from openhall.reads import reports
from openhall.reads.datasets import count_rows, fingerprint

log = logging.getLogger(__name__)

FOLDER = "outputs"
ABANDONED = timedelta(minutes=5)  # without a sign of progress: the worker was killed
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

READING = N_("Reading the sheets")
COMPUTING = N_("Working out the statistics")
WRITING = N_("Drawing the charts and writing the file")
STEPS = (READING, COMPUTING, WRITING)


def path(output: Output) -> Path:
    """Where the file of a finished output is."""
    return Path(settings.DATA_DIR) / "files" / output.file


@transaction.atomic
def request_file(wave: Wave, *, language: str, format: str, by: User | None) -> Output:
    """Ask for the report as a file. What is there already, or being made, is not made again.

    BadInput for an unknown language or format, NotAllowed for a wave without valid sheets.
    """
    permit(by, "report.read", wave)
    _check(language, format)
    if not count_rows(wave, everything=False):
        raise NotAllowed(N_("This wave has no valid sheets yet, so there is nothing to report."))
    output, new = Output.objects.select_for_update().get_or_create(
        wave=wave,
        language=language,
        format=format,
        fingerprint=fingerprint(wave),
        defaults={"steps": len(STEPS)},
    )
    if not new and _usable(output):
        return output
    output.state, output.step, output.done, output.file, output.error = Output.State.WAITING, "", 0, "", ""
    output.save()
    record("report.requested", output, wave=wave, by=by, language=language, format=FORMATS[format].name)
    return output


def _check(language: str, format: str) -> None:
    for place, given, known in (
        (N_("Language"), language, LANGUAGES),
        (N_("Format"), format, FORMATS),
    ):
        if given not in known:
            values = {"given": given[:40], "known": list(known)}
            raise BadInput(Problem(place, N_("“{given}” is not known."), N_("Use one of {known}."), values))


def _usable(output: Output) -> bool:
    if output.state == Output.State.DONE:
        return path(output).is_file()
    return output.state == Output.State.WAITING or (
        output.state == Output.State.RUNNING and not abandoned(output)
    )


def abandoned(output: Output) -> bool:
    return output.at < timezone.now() - ABANDONED


def make(pk: str) -> None:
    """Make a requested file; the worker's part. Each step is saved, so that the page can show it.

    A failure is kept with the output, said for people; only what is not foreseen goes to the log as well.
    """
    mine = Output.objects.filter(pk=pk, state=Output.State.WAITING)
    if not mine.update(state=Output.State.RUNNING, at=timezone.now()):
        return  # asked for twice: somebody makes it already
    output = Output.objects.select_related("wave__version").get(pk=pk)
    try:
        data = _made(output)
        _finish(output, data)
    except Exception as error:
        say = translator(output.language)
        if isinstance(error, OpenHallError):
            message = error.say(say)
        else:
            log.exception("The report file could not be made")
            message = say(N_("Something failed on our side. The log of the worker says what."))
        output.state, output.error = Output.State.FAILED, message
        output.save(update_fields=["state", "error", "at"])


def _made(output: Output) -> bytes:
    _progress(output, 0)
    wanted = FORMATS[output.format]
    write: Callable[..., bytes | str] = getattr(
        importlib.import_module(f"openhall.report.{wanted.module}"), wanted.function
    )
    _progress(output, 1)
    made = reports.report(output.wave, output.language)
    _progress(output, 2)
    data = write(made, keep_in=reports.drawings()) if output.format in DRAWN else write(made)
    return data.encode() if isinstance(data, str) else data


def _progress(output: Output, done: int) -> None:
    output.step, output.done = STEPS[done], done
    output.save(update_fields=["step", "done", "at"])


def _finish(output: Output, data: bytes) -> None:
    """Write beside and rename, then say that it is done; never a half file under its name."""
    folder = Path(settings.DATA_DIR) / "files" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    output.file = f"{FOLDER}/{Path(beside).stem}.{output.format}"
    Path(beside).replace(path(output))
    output.state, output.step, output.done = Output.State.DONE, "", output.steps
    output.save(update_fields=["state", "step", "done", "file", "at"])
    _sweep(output)


def _sweep(output: Output) -> None:
    """Throw away files of this wave made from older data."""
    old = Output.objects.filter(wave=output.wave, at__lt=timezone.now() - STAYS).exclude(
        fingerprint=output.fingerprint
    )
    for one in old:
        one.delete()
        if one.file:
            path(one).unlink(missing_ok=True)
