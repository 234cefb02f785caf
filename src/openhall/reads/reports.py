"""Chapter 4 of a wave or of a source: worked out once a language and state of the data, kept in memory and on disk."""

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
from openhall.models import Event, Output
from openhall.reads.subjects import Subject
from openhall.stats.cells import Watch, unwatched

if TYPE_CHECKING:
    from openhall.report.document import Report

PAGE = "page"  # the format of an output that is the report page itself
KEPT_IN_MEMORY = 4
FORGET_AFTER = 7 * 86_400  # seconds a drawing or page stays on disk
PACKAGE = Path(language.__file__).parent
CODE = {".py", ".mo", ".css"}
T = TypeVar("T")


def report(of: Subject, lang: str, watch: Watch = unwatched) -> Report:
    """The report on the data as they are now; `lang` is "en" or "zh". `watch` hears how many rows are counted."""
    return _reports.get((of.mark, lang, of.version), lambda: of.chapter(lang, watch))


def page(of: Subject, lang: str) -> str:
    """The report as HTML for a page with its own heading: contents, sections, what it was made from."""
    mark = name_of_page(of, lang)
    return _pages.get(mark, lambda: read_page(mark) or _draw(of, lang, mark))


def kept_page(of: Subject, lang: str) -> str:
    """The page if it was made before, else nothing."""
    mark = name_of_page(of, lang)
    found = _pages.known(mark) or read_page(mark)
    return _pages.get(mark, lambda: found) if found else ""


def name_of_page(of: Subject, lang: str) -> str:
    """The file name of the page, without its ending; another one when data, words or rules change."""
    return f"{of.mark}-{lang}-{of.version}-{_code()}"


def output(of: Subject, lang: str, format: str) -> Output | None:
    """The output of the data as they are now, if somebody asked for it."""
    found = Output.objects.filter(**of.fields, language=lang, format=format, fingerprint=of.version)
    return found.first()


def earlier(of: Subject, lang: str) -> tuple[Output, str] | None:
    """The last page that was made, of data as they were before, if it is still there."""
    made = Output.objects.filter(**of.fields, language=lang, format=PAGE, state=Output.State.DONE)
    for one in made.order_by("-at")[:3]:
        if one.file.endswith(f"-{_code()}") and (text := read_page(one.file)):
            return one, text
    return None


def draw(made: Report, watch: Watch = unwatched) -> None:
    """Draw the charts, each remembered on disk; `watch` hears how many blocks of the report are ready."""
    from openhall.report.document import Figure
    from openhall.report.drawing import svg

    blocks = list(made.blocks())
    for number, block in enumerate(blocks):
        watch(number, len(blocks))
        if isinstance(block, Figure):
            svg(block.spec, keep_in=drawings())
    watch(len(blocks), len(blocks))


def page_of(made: Report) -> str:
    """The report as HTML for a page with its own heading."""
    from openhall.report import html

    return html.body(made, keep_in=drawings()) + html.facts(made)


def asked_at(output: Output) -> datetime:
    """When it was asked for the last time."""
    kinds = ("report.requested", "rules.requested", "decision.requested")
    asked = Event.objects.filter(kind__in=kinds, subject_type="output", subject_id=str(output.pk)).first()
    return asked.at if asked else output.at


def drawings() -> Path:
    """The folder that remembers drawn charts."""
    return Path(settings.DATA_DIR) / "cache" / "charts"


def _draw(of: Subject, lang: str, mark: str) -> str:
    text = page_of(report(of, lang))
    keep_page(mark, text)
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

    def known(self, key: object) -> object | None:
        """What is kept; without waiting for what is being made just now."""
        return self.kept.get(key)


_reports, _pages = _Memory(), _Memory()


def forget() -> None:
    """Forget what is in memory."""
    for memory in (_reports, _pages):
        memory.kept.clear()


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "cache" / "reports"


def read_page(mark: str) -> str:
    """A page that was kept; nothing where it is not there."""
    try:
        return (_folder() / f"{mark}.html").read_text("utf-8")
    except OSError:
        return ""


def keep_page(mark: str, text: str) -> None:
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
