"""Import returned sheets from a data file, in two steps: `keep` the file and `look` at what it says, then
`store` all of it or nothing. Between the steps the file waits in the data directory for an hour. Seed 4.1.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import Allocation, Event, Office, Response, User, Wave, record
from openhall.surveys import checking
from openhall.surveys.files import check_size
from openhall.surveys.sheets import Sheets, read_sheets

WAITS = 60 * 60  # seconds an uploaded file is kept between the two steps
SHOWN = 50  # problems named one by one
LONGEST_SERIAL = 32
LONGEST_NAME = 120  # bytes
_TOKEN = re.compile(r"(\d+)-(\d+)-[A-Za-z0-9_-]{22}")
_UNSAFE = re.compile(r"[^\w.() -]+")
_CHUNK = 1_000


class Upload(Protocol):
    """As Django's UploadedFile."""

    name: str
    size: int

    def chunks(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What a waiting file says, before anything is stored.

    `offices` are those found with their sheets, `unknown` the file's names that are no office of the wave,
    `problems` what must be put right in the file.
    """

    name: str
    sheets: Sheets
    offices: Mapping[Office, int]
    unknown: Mapping[str, int]
    problems: Sequence[Problem] = ()


def keep(wave: Wave, upload: Upload, *, by: User) -> str:
    """Put an uploaded file aside for an hour. Returns the token under which this person finds it again."""
    permit(by, "sheet.import", wave)
    _started(wave)
    name = _plain(upload.name)
    check_size(upload.size, name=name, limit=settings.UPLOAD_LIMIT)
    _clear_old()
    token = f"{wave.pk}-{by.pk}-{secrets.token_urlsafe(16)}"
    folder = _folder() / token
    folder.mkdir(mode=0o700, parents=True)
    with (folder / name).open("wb") as target:
        for chunk in upload.chunks():
            target.write(chunk)
    return token


def waiting(wave: Wave, token: str, *, by: User) -> Path:
    """The file that waits under this token. NotAllowed when it has gone or is not this person's."""
    permit(by, "sheet.import", wave)
    match = _TOKEN.fullmatch(token)
    mine = match and match[1] == str(wave.pk) and match[2] == str(by.pk)
    folder = _folder() / token if mine else None
    fresh = folder is not None and folder.is_dir() and folder.stat().st_mtime > time.time() - WAITS
    files = list(folder.iterdir()) if fresh else []
    if not files:
        raise NotAllowed(
            N_(
                "The file is no longer there: its sheets are stored already, or it waited for more than an hour."
                " Look whether they are in the wave; if not, upload it again."
            )
        )
    return files[0]


def drop(wave: Wave, token: str, *, by: User) -> None:
    """Throw a waiting file away."""
    permit(by, "sheet.import", wave)
    shutil.rmtree(waiting(wave, token, by=by).parent, ignore_errors=True)


def look(wave: Wave, file: Path, *, choices: Mapping[str, int] | None = None) -> Look:
    """Read the file and compare it with the wave. `choices`: a name in the file -> the office it means.

    BadInput where the file cannot be read; what is wrong only with this wave stands in the result.
    """
    offices = list(Office.objects.filter(allocations__wave=wave).order_by("position", "code"))
    asked = wave.version.asked
    needed = ("serial", "office") if len(offices) > 1 else ("serial",)
    sheets = read_sheets(
        file, name=file.name, questionnaire=asked, needed=needed, limit=settings.UPLOAD_LIMIT
    )
    known = _known(offices, sheets, choices or {})
    counts = Counter(sheets.offices or [""] * len(sheets))
    found: Counter[Office] = Counter()
    for name, count in counts.items():
        if name in known:
            found[known[name]] += count
    unknown = {name: count for name, count in counts.items() if name not in known}
    return Look(
        name=file.name,
        sheets=sheets,
        offices={office: found[office] for office in offices if found[office]},
        unknown=unknown,
        problems=[*_already(wave, file), *_serial_problems(wave, sheets)],
    )


def store(wave: Wave, token: str, *, choices: Mapping[str, int], by: User) -> list[Response]:
    """Store every sheet of a waiting file, or none. BadInput names what stands in the way.

    The file is read before anything is locked: a large one keeps no citizen waiting.
    """
    permit(by, "sheet.import", wave)
    file = waiting(wave, token, by=by)
    return _store(wave, file, look(_started(wave), file, choices=choices), choices, by)


@transaction.atomic
def _store(wave: Wave, file: Path, seen: Look, choices: Mapping[str, int], by: User) -> list[Response]:
    """What was read, into the database, unless something came between: another import, a sheet keyed."""
    wave = _started(wave, lock=True)
    problems = [*_office_problems(seen), *_already(wave, file), *_serial_problems(wave, seen.sheets)]
    if problems:
        raise BadInput(N_("Nothing of the file has been stored."), problems=problems)
    responses = _responses(wave, seen.sheets, _known(list(seen.offices), seen.sheets, choices))
    try:
        with transaction.atomic():
            Response.objects.bulk_create(responses, batch_size=_CHUNK)
    except IntegrityError:  # somebody keyed one of them in this very moment
        problems = _serial_problems(wave, seen.sheets)
        raise BadInput(N_("Nothing of the file has been stored."), problems=problems) from None
    _count(wave, seen.offices)
    record("sheets.imported", wave, by=by, sheets=len(responses), file=file.name, sha256=_hash(file))
    transaction.on_commit(lambda: shutil.rmtree(file.parent, ignore_errors=True))
    return responses


def _started(wave: Wave, lock: bool = False) -> Wave:
    if lock:
        Wave.objects.select_for_update().get(pk=wave.pk)
    wave = Wave.objects.select_related("version").get(pk=wave.pk)
    if wave.state == Wave.State.DRAFT:
        raise NotAllowed(N_("This wave has not been opened yet. Open it first."))
    if wave.of_ratings:
        raise NotAllowed(N_("Ratings are given by the person served, on the page of the request."))
    return wave


def _plain(name: str) -> str:
    """The name without folders and signs, not longer than any disk can hold; its ending stays."""
    tidy = _UNSAFE.sub("_", Path(name.replace("\\", "/")).name)
    return tidy.encode()[-LONGEST_NAME:].decode(errors="ignore").lstrip(".") or "file"


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "uploads"


def _clear_old() -> None:
    """Throw away what has waited for more than an hour."""
    for folder in _folder().glob("*"):
        try:
            if folder.stat().st_mtime < time.time() - WAITS:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:  # somebody else was quicker
            continue


def _known(offices: Sequence[Office], sheets: Sheets, choices: Mapping[str, int]) -> dict[str, Office]:
    """Each name in the file with its office: by code, by name in any language, or as a person chose."""
    if len(offices) == 1 and not sheets.offices:
        return {"": offices[0]}
    by_key = {office.pk: office for office in offices}
    names = {
        checking.fold(text): office for office in offices for text in (office.code, *office.name.values())
    }
    known = {name: names[checking.fold(name)] for name in set(sheets.offices) if checking.fold(name) in names}
    chosen = {
        name: by_key[choices[name]]
        for name in set(sheets.offices) - set(known)
        if choices.get(name) in by_key
    }
    return known | chosen


def _already(wave: Wave, file: Path) -> list[Problem]:
    event = Event.objects.filter(wave=wave, kind="sheets.imported", data__sha256=_hash(file)).first()
    if event is None:
        return []
    values = {
        "file": file.name,
        "day": timezone.localdate(event.at).isoformat(),
        "sheets": event.data["sheets"],
    }
    message = N_("exactly this file was imported on {day} ({sheets} sheets).")
    return [Problem(N_("File {file}"), message, N_("There is nothing to do."), values)]


def _serial_problems(wave: Wave, sheets: Sheets) -> list[Problem]:
    """Serial numbers that are too long or stored before: the first by name, the rest as a number."""
    stored = set[str]()
    for start in range(0, len(sheets.serials), _CHUNK):
        some = Response.objects.filter(wave=wave, serial__in=_askable(sheets.serials[start : start + _CHUNK]))
        stored |= set(some.values_list("serial", flat=True))
    problems = []
    for serial in sheets.serials:
        where, values = N_("Serial number {serial}"), {"serial": serial[:60]}
        if len(serial) > LONGEST_SERIAL:
            values["most"] = LONGEST_SERIAL
            problems.append(Problem(where, N_("it has more than {most} characters."), "", values))
        elif not serial.isprintable():
            values["serial"] = ascii(serial)[1:-1]
            message = N_("it has characters that cannot be printed.")
            problems.append(Problem(where, message, N_("Remove them."), values))
        elif serial in stored:
            problems.append(Problem(where, N_("a sheet with this number is already stored."), "", values))
    if len(problems) > SHOWN:
        more = Problem("", N_("And {count} more serial numbers."), "", {"count": len(problems) - SHOWN})
        problems = [*problems[:SHOWN], more]
    return problems


def _askable(serials: Sequence[str]) -> list[str]:
    """Those a database can be asked for."""
    return [serial for serial in serials if len(serial) <= LONGEST_SERIAL and serial.isprintable()]


def _office_problems(seen: Look) -> list[Problem]:
    """Names no office was chosen for, the first of them one by one."""
    message, cure = N_("this is no office of the wave ({count} sheets)."), N_("Choose the office it means.")
    return [
        Problem(N_("Office “{name}”"), message, cure, {"name": name[:60], "count": count})
        for name, count in list(seen.unknown.items())[:SHOWN]
    ]


def _responses(wave: Wave, sheets: Sheets, known: Mapping[str, Office]) -> list[Response]:
    today = timezone.localdate()
    language = wave.version.asked.languages[0]
    return [
        Response(
            wave=wave,
            office=known[_at(sheets.offices, index, "")],
            version=wave.version,
            channel=_channel(_at(sheets.channels, index, "")),
            language=language,
            answers=checking.encode(answers),
            submitted_on=_day(_at(sheets.dates, index, "")) or today,
            seconds=_seconds(_at(sheets.seconds, index, None)),
            serial=sheets.serials[index],
        )
        for index, answers in enumerate(sheets.answers)
    ]


def _at(column: Sequence[Any], index: int, default: Any) -> Any:
    return column[index] if column else default


def _channel(name: str) -> str:
    """Paper where the file says so; how else a sheet came in is known only of those that came in here."""
    paper = checking.fold(name) in {"paper", "纸质", "纸"}
    return Response.Channel.PAPER if paper else Response.Channel.FILE


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _seconds(value: float | None) -> int | None:
    return None if value is None else min(round(value), 2_147_483_647)


def _count(wave: Wave, offices: Mapping[Office, int]) -> None:
    """Sheets from a file count towards a quota but are never refused for it."""
    for office, count in offices.items():
        at = Allocation.objects.filter(wave=wave, office=office)
        at.filter(quota=None).update(filled=F("filled") + count)
        at.exclude(quota=None).update(filled=Least(F("filled") + count, F("quota")))


def _hash(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
