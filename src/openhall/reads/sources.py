"""Answers that lie elsewhere, as the operator named them in `sources.toml` of the data folder. Decision 0018.

A page only ever has the key of a source. Where the data are stands in the file alone; a password in it is neither shown
nor logged.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language

from openhall import __version__
from openhall.engines import versions
from openhall.errors import N_, BadInput, OpenHallError, Problem
from openhall.language import Wording, say
from openhall.models import Questionnaire
from openhall.reads import kept_counts
from openhall.stats.axes import Ask, Where
from openhall.stats.cells import Cells, Engine, Watch, unwatched

if TYPE_CHECKING:
    from openhall.engines.opening import Source
    from openhall.surveys.questionnaire import Questionnaire as Asked

FILE = "sources.toml"
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
KNOWN = ("key", "name", "data", "study")
UNSEEN = "~"  # in the version of data whose changes nobody sees
LARGEST = 1_000_000  # bytes of the file


@dataclass(frozen=True)
class Named:
    """A source: `data` is its address, never to be shown; `study` a study file or the key of a questionnaire."""

    key: str
    name: Wording
    data: str = field(repr=False)
    study: str

    def __str__(self) -> str:
        return say(self.name, get_language() or "en")

    @property
    def sort(self) -> versions.Sort:
        return versions.sort_of(self.data)

    @property
    def asked(self) -> Asked:
        """The questionnaire. BadInput where there is none."""
        from openhall.surveys.toml_format import builtin, read_study

        if self.study.endswith(".toml"):
            try:
                return read_study(Path(self.study))
            except OSError:
                raise _unreadable(Path(self.study)) from None
        found = Questionnaire.objects.filter(key=self.study).first()
        if found is not None:
            return (found.versions.filter(frozen=True).order_by("number").last() or found.newest).asked
        try:
            return builtin(self.study)
        except FileNotFoundError:
            raise BadInput(
                N_("This hall has no questionnaire “{study}”. Correct “study” of the source in {file}."),
                study=self.study,
                file=FILE,
            ) from None

    def check(self) -> None:
        """Whether it can be opened, as far as that can be seen at once. OpenHallError says why not and what to do."""
        if versions.local(self.data):
            path = Path(self.data)
            try:
                there = path.exists() and os.access(path, os.R_OK)
            except OSError:  # a name too long for any file
                there = False
            if not there:
                raise _unreadable(path)
        _ = self.asked

    def version(self, known: Callable[[], str] = str) -> str:
        """Another text when the data, the questionnaire or the program change.

        Where nobody can see whether the data changed, they count as they were when somebody last asked to count them
        again: `known` gives the last version there was.
        """
        about = self._about()
        try:
            found = versions.version(self.data)
        except OSError as error:
            raise _unreadable(error.filename or self.data) from None
        if found is None:
            last = known()
            return last if last.startswith(about + UNSEEN) else about + UNSEEN
        return f"{about}-{found}"

    def again(self, moment: str) -> str:
        """The version of a source whose changes nobody sees, counted again at this moment."""
        return f"{self._about()}{UNSEEN}{moment}"

    def _about(self) -> str:
        return hashlib.sha256(repr((self.data, self.asked, __version__)).encode()).hexdigest()[:16]

    @contextmanager
    def opened(self, version: str, watch: Watch = unwatched) -> Iterator[Source]:
        """The data, to be counted while inside; `watch` hears of every pass over them, of opening a large file, too.
        What was counted of this version before is not counted again."""
        from openhall.engines.opening import open_data

        with open_data(self.data, self.asked, watch=lambda: watch) as found:
            yield replace(found, engine=Watched(Kept(found.engine, f"{self.key} {version}"), watch))

    def hide(self, text: str) -> str:
        """The text without the password of the address."""
        return versions.hidden(text, self.data)


def _unreadable(path: object) -> OpenHallError:
    return OpenHallError(
        N_(
            "There is no file or folder {path} that this program may read. Put it there, give it the right to read"
            " it, or correct “data” of the source in {file}."
        ),
        path=path,
        file=FILE,
    )


@dataclass(frozen=True)
class Listed:
    """What `sources.toml` names, and what is wrong in it."""

    sources: tuple[Named, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sources or self.problems)


def listed() -> Listed:
    """The sources as the file names them now. A wrong entry does not keep the others away."""
    path = Path(settings.DATA_DIR) / FILE
    try:
        about = path.stat()
    except OSError:
        return Listed()
    return _read(path, about.st_mtime_ns, about.st_size)


def get(key: str) -> Named | None:
    """The source with this key."""
    return next((one for one in listed().sources if one.key == key), None)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, size: int) -> Listed:
    try:
        if size > LARGEST:
            raise ValueError(f"more than {LARGEST} bytes")
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)  # quotes no value
        return Listed(problems=(_problem("", N_("it cannot be read: {reason}."), reason=reason),))
    sources: dict[str, Named] = {}
    problems = [] if set(given) <= {"source"} else [_unknown(sorted(set(given) - {"source"}), ["source"])]
    entries = given.get("source", [])
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
        wrong = list(_wrong(entry, sources, number))
        if wrong:
            problems += wrong
        else:
            sources[entry["key"]] = _named(entry, path.parent)
    return Listed(tuple(sources.values()), tuple(problems))


def _wrong(entry: Any, before: Mapping[str, Named], number: int) -> Iterator[Problem]:
    """What is wrong with an entry. Quotes nothing but the names of its lines and its key."""
    if not isinstance(entry, dict):
        yield _problem(
            "", N_("it is no table."), N_("Begin each source with {head}."), number, head="[[source]]"
        )
        return
    for name in ("key", "data", "study"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            yield _problem(name, N_("a text is missing."), N_("Add it, in quotation marks."), number)
    key = entry.get("key")
    if isinstance(key, str) and key and not KEY.fullmatch(key):
        cure = N_("Use small letters, digits and hyphens, 40 at most.")
        yield _problem("key", N_("“{key}” cannot stand in a web address."), cure, number, key=key[:60])
    if isinstance(key, str) and key in before:
        yield _problem(
            "key", N_("two sources have the key “{key}”."), N_("Give each its own."), number, key=key
        )
    name = entry.get("name", "")
    if not isinstance(name, str) and not (isinstance(name, dict) and all(map(_text, name.values()))):
        cure = N_("Write {form}.")
        yield _problem("name", N_("it is no name."), cure, number, form='{ en = "…", zh = "…" }')
    if set(entry) - set(KNOWN):
        yield _unknown(sorted(set(entry) - set(KNOWN)), KNOWN, number)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _named(entry: Mapping[str, Any], folder: Path) -> Named:
    name, data, study = entry.get("name") or entry["key"], entry["data"].strip(), entry["study"].strip()
    if versions.local(data):
        data = str(_path(folder, data))
    if study.endswith(".toml"):
        study = str(_path(folder, study))
    return Named(entry["key"], {"en": name} if isinstance(name, str) else name, data, study)


def _path(folder: Path, given: str) -> Path:
    """A path as the operator wrote it, beside the file; one with a home folder nobody has stays as it is."""
    try:
        return folder / Path(given).expanduser()
    except RuntimeError:
        return folder / given


def _unknown(names: Sequence[str], known: Sequence[str], number: int | None = None) -> Problem:
    message, cure = N_("{names} is not known here."), N_("Use {known}.")
    return _problem("", message, cure, number, names=list(names), known=list(known))


def _problem(what: str, message: str, cure: str = "", number: int | None = None, **values: Any) -> Problem:
    places = {
        (False, False): N_("{file}"),
        (True, False): N_("{file}, source {number}"),
        (True, True): N_("{file}, source {number}, {what}"),
    }
    place = places[number is not None, bool(what)]
    return Problem(place, message, cure, {"file": FILE, "number": number, "what": what, **values})


@dataclass
class Kept:
    """An `Engine` that remembers on disk what it counted of one version of its data."""

    engine: Engine
    mark: str

    @property
    def rows(self) -> int:
        return self.engine.rows

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        """As `Engine.count`."""
        facts = repr((self.mark, tuple(asks), where, weight))
        mark = f"source-{hashlib.sha256(facts.encode()).hexdigest()[:32]}"
        found = kept_counts.from_disk(mark, asks)
        if found is None:
            found = self.engine.count(asks, where=where, weight=weight, watch=watch)
            kept_counts.to_disk(mark, found)
        return found


@dataclass
class Watched:
    """An `Engine` whose every count is heard of, those too that a report makes while it is written."""

    engine: Engine
    watch: Watch

    @property
    def rows(self) -> int:
        return self.engine.rows

    def count(
        self, asks: Sequence[Ask], *, where: Where = (), weight: str = "", watch: Watch = unwatched
    ) -> tuple[Cells, ...]:
        """As `Engine.count`."""
        return self.engine.count(asks, where=where, weight=weight, watch=self.watch)
