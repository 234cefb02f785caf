"""One row of a work list as the page shows it, and as a file has it: no names of citizens, no ways to reach them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.timesince import timesince
from django.utils.translation import gettext

from openhall.desk.list_form import Names
from openhall.errors import N_
from openhall.models import Area, Channel, Office, Service, ServiceRequest, User
from openhall.reads import deadlines
from openhall.rules.calendar import Calendar
from openhall.rules.clocks import MET, MISSED
from openhall.rules.demand import CLASS_NAMES
from openhall.rules.urgency import LEVEL_NAMES
from openhall.rules.workflow import CLOSED, OUTCOME_NAMES, STATE_NAMES
from openhall.surveys.export.tables import MARK
from openhall.surveys.sheets_out import cell_out

_TONES = {"received": "blue", "returned": "orange", "waiting": "grey", "handling": "green", "closed": "grey"}


@dataclass(frozen=True, slots=True)
class Row:
    request: ServiceRequest
    names: Names
    due: deadlines.Due | None
    age: str  # since it came in

    @property
    def tick(self) -> str:
        """What its box sends: the request as it is shown here."""
        return f"{self.request.number}:{self.request.edition}"

    @property
    def urgency(self) -> str:
        return LEVEL_NAMES[self.request.urgency]

    @property
    def state(self) -> str:
        """Of a closed one how it ended: that is not the same for all of them."""
        one = self.request
        return OUTCOME_NAMES[one.outcome] if one.outcome else STATE_NAMES[one.state]

    @property
    def tone(self) -> str:
        return _TONES.get(self.request.state, "turquoise")

    @property
    def paused(self) -> bool:
        return self.due is None and self.request.is_open

    @property
    def demand(self) -> str:
        return CLASS_NAMES.get(self.request.demand, "")

    @property
    def service(self) -> Service | None:
        return self.names.services.get(self.request.service_id)

    @property
    def area(self) -> Area | None:
        return self.names.areas.get(self.request.area_id)

    @property
    def department(self) -> Office | None:
        return self.names.offices.get(self.request.lead_id)

    @property
    def person(self) -> User | None:
        return self.names.people.get(self.request.handler_id)


def rows(found: Iterable[ServiceRequest], names: Names, *, at: datetime, calendar: Calendar) -> list[Row]:
    """In the order given; `due` as `reads.queues` has found it."""
    return [
        Row(
            one,
            names,
            deadlines.due(one.due, at, calendar) if one.due else None,
            timesince(one.created_at, at, depth=1),
        )
        for one in found
    ]


HEAD = ("number", "subject", "class", "service", "area", "channel", "urgency", "state", "outcome")
TIMES = ("came_in", "due", "closed")
_IN_TIME = {MET: N_("yes"), MISSED: N_("no")}


def file_rows(found: Iterable[ServiceRequest], names: Names, zone: tzinfo) -> Iterator[list[str | int]]:
    """Header and lines of the file, moments in the hall's own time zone."""
    yield [*HEAD, "department", "person", *TIMES, "closed_in_time"]
    for one in found:
        row = Row(one, names, None, "")
        yield [
            one.number,
            one.subject,
            gettext(row.demand) if row.demand else "",
            str(row.service or ""),
            str(row.area or ""),
            gettext(Channel(one.channel).label),
            one.urgency,
            gettext(STATE_NAMES[one.state]),
            gettext(OUTCOME_NAMES[one.outcome]) if one.state == CLOSED else "",
            str(row.department or ""),
            str(row.person or ""),
            *(_moment(value, zone) for value in (one.created_at, one.due, one.closed_at)),
            gettext(_IN_TIME[one.in_time]) if one.state == CLOSED and one.in_time in _IN_TIME else "",
        ]


def _moment(value: datetime | None, zone: tzinfo) -> str:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}" if value else ""


def csv_pieces(lines: Iterable[list[str | int]]) -> Iterator[str]:
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
