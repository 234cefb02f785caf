"""Figures by month: the lines of their table, and the two drawings above it. Row C7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.html import mark_safe
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from openhall.desk import dashboard_links as links
from openhall.desk.dashboard_shown import month
from openhall.reads.figures import Figures
from openhall.reads.figures_asked import Asked, Period
from openhall.report.drawing import inline_svg
from openhall.report.trend import Line, lines


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a line of the table; links as of a `Row`."""

    name: str
    figures: Figures
    to_came: str
    to_ended: str
    to_kept: str
    to_rated: str


def trend(found: Sequence[Figures], asked: Asked) -> list[Month]:
    """The months; the last one as far as it is asked for."""
    return [_month(one, asked) for one in found]


def _month(one: Figures, asked: Asked) -> Month:
    whole_month = Period.around("month", date(int(str(one.key)) // 100, int(str(one.key)) % 100, 1))
    days = replace(whole_month, until=min(whole_month.until, asked.period.gone(asked.today).until))
    return Month(
        month(one.key),
        one,
        links.came(asked, {}, days),
        links.ended(asked, {}, days),
        links.ended(asked, links.CASES["kept"], days),
        links.ended(asked, links.CASES["level"], days),
    )


def charts(found: Sequence[Figures]) -> list[tuple[str, SafeString]]:
    """Caption and drawing: how many came and were closed, and how well, by month."""
    labels = [month(one.key) for one in found]
    many = [
        Line(gettext("Received"), tuple(one.came for one in found)),
        Line(gettext("Closed"), tuple(one.ended for one in found)),
    ]
    well = [
        Line(gettext("Closed in time"), tuple(one.kept.share for one in found)),
        Line(gettext("Satisfied (3 to 5)"), tuple(one.satisfied.share for one in found)),
    ]
    first, last = labels[0], labels[-1]
    said = gettext("By month from %(first)s to %(last)s; the figures stand in the table below.")
    made = []
    for name, title, drawn, share in (
        ("many", gettext("Received and closed by month"), many, False),
        ("well", gettext("In time and satisfied by month"), well, True),
    ):
        spec = lines(labels, drawn, share=share)
        svg = inline_svg(spec, title=title, alt=said % {"first": first, "last": last}, name=f"chart-{name}")
        made.append((title, mark_safe(svg)))  # noqa: S308 - drawn by us; names are escaped by the drawing
    return made
