"""What a report can be about: a wave of this hall, or a source of answers that lie elsewhere. Seed 4; decision 0018."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext

from openhall.errors import N_, NotAllowed, OpenHallError
from openhall.models import Output, Response, Wave
from openhall.reads import sources
from openhall.reads.counts import counted, engine
from openhall.reads.datasets import count_rows, dataset, fingerprint
from openhall.reads.ledger import ledger, rules_broken
from openhall.stats.cells import Watch, unwatched

if TYPE_CHECKING:
    from openhall.report.document import Report
    from openhall.surveys.validity import Caution

AT_ONCE = 200_000  # answers of a wave whose report is made while the page is opened
WHOLE = 100_000  # valid sheets that are compared with each other; this needs all answers at once


class Subject(Protocol):
    """`mark` names its files; `fields` are those of its outputs; `version` is another text when the data change."""

    @property
    def mark(self) -> str: ...
    @property
    def fields(self) -> dict[str, Any]: ...
    @property
    def version(self) -> str: ...

    def check(self) -> None:
        """Raise NotAllowed or BadInput where there can be no report."""

    def quick(self) -> bool:
        """Whether its report may be made while the page is opened."""

    def chapter(self, lang: str, watch: Watch = unwatched) -> Report:
        """The report on the data as they are now; `watch` hears how many rows have been counted."""


@dataclass
class OfWave:
    """The valid sheets of a wave."""

    wave: Wave

    @property
    def mark(self) -> str:
        return str(self.wave.pk)

    @property
    def fields(self) -> dict[str, Any]:
        return {"wave": self.wave, "source": ""}

    @cached_property
    def version(self) -> str:
        return fingerprint(self.wave)

    @cached_property
    def valid(self) -> int:
        """Sheets that count."""
        return count_rows(self.wave, everything=False)

    def check(self) -> None:
        if not self.valid:
            raise NotAllowed(N_("This wave has no valid sheets yet, so there is nothing to report."))

    def quick(self) -> bool:
        few = Response.objects.filter(wave=self.wave).order_by().values("pk")[: AT_ONCE + 1]
        return few.count() <= AT_ONCE

    def chapter(self, lang: str, watch: Watch = unwatched) -> Report:
        from openhall.report.chapter4 import chapter4_of  # here: most pages of the hall need no statistics

        with engine(self.wave).still() as live:
            tables = counted(self.wave, live=live)
            tables.engine = sources.Watched(tables.engine, watch)
            return chapter4_of(
                self.wave.version.asked,
                tables,
                ledger(self.wave, live).for_report(lang, rules_broken(self.wave)),
                whole=self._whole(),
                lang=lang,
            )

    def _whole(self) -> Sequence[Caution]:
        """What is odd about all sheets together; nothing is said of more than can be held at once."""
        if self.valid > WHOLE:
            return ()
        from openhall.surveys.sheets import Sheets
        from openhall.surveys.validity import cautions

        return cautions(self.wave.version.asked, Sheets(answers=list(dataset(self.wave).answers)))


@dataclass
class OfSource:
    """The answers of a named source."""

    source: sources.Named

    @property
    def mark(self) -> str:
        return f"source.{self.source.key}"

    @property
    def fields(self) -> dict[str, Any]:
        return {"wave": None, "source": self.source.key}

    @cached_property
    def version(self) -> str:
        return self.source.version(known=lambda: _last_fingerprint(self.source))

    @property
    def unseen(self) -> bool:
        """Whether nobody can see from here that the data changed."""
        return sources.UNSEEN in self.version

    def check(self) -> None:
        self.source.check()

    def quick(self) -> bool:
        return False  # how much there is nobody knows before it is opened

    def chapter(self, lang: str, watch: Watch = unwatched) -> Report:
        from openhall.report.chapter4 import asks, chapter4_of
        from openhall.report.ledger import ledger_of_returned
        from openhall.report.study import study_of

        asked = self.source.asked
        with self.source.opened(self.version, watch) as data:
            tables = data.counted()
            tables.prepare([*asks(asked, study_of(asked), tables), *data.asks()])
            became = ledger_of_returned(asked, data.returned(tables))
            return chapter4_of(asked, tables, became, whole=data.whole, lang=lang)


def subject_of(output: Output) -> Subject | None:
    """What an output is about; None where the source is no longer named."""
    if output.wave is not None:
        return OfWave(output.wave)
    found = sources.get(output.source)
    return None if found is None else OfSource(found)


def _last_fingerprint(source: sources.Named) -> str:
    last = Output.objects.filter(source=source.key).order_by("-pk").values_list("fingerprint", flat=True)
    return last.first() or ""


@dataclass(frozen=True)
class Overview:
    """A source in a list: why it cannot be opened, if so; its last output; the last that was finished."""

    source: sources.Named
    problem: OpenHallError | None
    last: Output | None
    counted: Output | None

    @property
    def reason(self) -> list[str]:
        """Why it cannot be opened, in the reader's language."""
        return self.problem.lines(gettext) if self.problem else []


def overview(source: sources.Named) -> Overview:
    """What is known of a source without counting it."""
    problem = None
    try:
        source.check()
    except OpenHallError as error:
        problem = error
    made = Output.objects.filter(source=source.key).order_by("-at")
    return Overview(source, problem, made.first(), made.filter(state=Output.State.DONE).first())
