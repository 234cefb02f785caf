"""Chapter 4 of a wave: worked out once a language and state of the data, kept in memory and on disk."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings

from openhall import language
from openhall.models import Event, Output, Wave
from openhall.reads.datasets import dataset, fingerprint
from openhall.reads.ledger import ledger, rules_broken

if TYPE_CHECKING:
    from openhall.report.document import Report

KEPT_IN_MEMORY = 4
FORGET_AFTER = 7 * 86_400  # seconds a drawing or page stays on disk
PACKAGE = Path(language.__file__).parent
CODE = {".py", ".mo", ".css"}
T = TypeVar("T")


def report(wave: Wave, lang: str) -> Report:
    """The report on the wave's valid sheets as they are now; `lang` is "en" or "zh"."""
    return _reports.get((wave.pk, lang, fingerprint(wave)), lambda: _write(wave, lang))


def page(wave: Wave, lang: str) -> str:
    """The report as HTML for a page with its own heading: contents, sections, what it was made from."""
    mark = f"{wave.pk}-{lang}-{fingerprint(wave)}-{_code()}"
    return _pages.get(mark, lambda: _from_disk(mark) or _draw(wave, lang, mark))


def asked_at(output: Output) -> datetime:
    """When a report file was asked for the last time."""
    asked = Event.objects.filter(
        kind="report.requested", subject_type="output", subject_id=str(output.pk)
    ).first()
    return asked.at if asked else output.at


def drawings() -> Path:
    """The folder that remembers drawn charts."""
    return Path(settings.DATA_DIR) / "cache" / "charts"


def _write(wave: Wave, lang: str) -> Report:
    from openhall.report.chapter4 import chapter4  # here, because most pages of the hall need no statistics

    counted = ledger(wave).for_report(lang, rules_broken(wave))
    return chapter4(wave.version.asked, dataset(wave).answers, counted, lang=lang)


def _draw(wave: Wave, lang: str, mark: str) -> str:
    from openhall.report import html

    made = report(wave, lang)
    text = html.body(made, keep_in=drawings()) + html.facts(made)
    _keep(mark, text)
    return text


class _Memory:
    """The last few things made in this process; what is asked for twice at once is made once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept: OrderedDict[object, object] = OrderedDict()

    def get(self, key: object, make: Callable[[], T]) -> T:
        with self.lock:
            if key not in self.kept:
                self.kept[key] = make()
                if len(self.kept) > KEPT_IN_MEMORY:
                    self.kept.popitem(last=False)
            self.kept.move_to_end(key)
            return self.kept[key]  # type: ignore[return-value]


_reports, _pages = _Memory(), _Memory()


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "cache" / "reports"


def _from_disk(mark: str) -> str:
    try:
        return (_folder() / f"{mark}.html").read_text("utf-8")
    except OSError:
        return ""


def _keep(mark: str, text: str) -> None:
    """Write beside and rename; pages and drawings nobody asked for in a week are thrown away on the way."""
    _folder().mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=_folder(), suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(beside).replace(_folder() / f"{mark}.html")
    oldest = time.time() - FORGET_AFTER
    for file in [*_folder().glob("*"), *drawings().glob("*")]:
        with suppress(OSError):  # another process may be tidying up too
            if file.stat().st_mtime < oldest:
                file.unlink()


@cache
def _code() -> str:
    """When the words and rules that make the report last changed, so that an update shows."""
    files = [file for part in ("report", "stats", "locale") for file in (PACKAGE / part).rglob("*.*")]
    return f"{max(int(file.stat().st_mtime) for file in files if file.suffix in CODE):x}"
