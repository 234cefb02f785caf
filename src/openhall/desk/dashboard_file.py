"""Tables of figures as lines of a file, with the counts behind every share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext

from openhall.desk.dashboard_shown import month
from openhall.errors import N_
from openhall.reads.figures import Figures
from openhall.reads.figures_beside import Beside
from openhall.rules.assessment import Rate
from openhall.rules.figures import Estimate

_GROUPS = (
    *(N_("Received"), N_("Closed"), N_("Open now"), N_("Late now"), N_("Closed in time"), N_("of")),
    *(N_("Closed in time, %"), N_("95 % from"), N_("95 % to"), N_("First contact in time"), N_("of")),
    *(
        N_("Opened again"),
        N_("of"),
        N_("Half are closed within, days"),
        N_("Nine of ten are closed within, days"),
    ),
    *(N_("Satisfied (3 to 5)"), N_("Rated"), N_("Satisfied, %"), N_("95 % from"), N_("95 % to")),
    *(N_("Satisfaction, mean of 5"), N_("Asked for a rating")),
)


def file_of_groups(found: Sequence[Figures], *, by_month: bool) -> list[list[Any]]:
    """Head and lines; open and late ones are of now, so months have none."""
    head = [gettext("Month") if by_month else gettext("Group"), *(gettext(name) for name in _GROUPS)]
    return [head, *(_line(one, by_month=by_month) for one in found)]


def _line(one: Figures, *, by_month: bool) -> list[Any]:
    level, half, nine = one.level, one.days(0.5), one.days(0.9)
    return [
        month(one.key) if by_month else gettext(one.name),
        *(one.came, one.ended, None if by_month else one.open, None if by_month else one.late),
        *(one.kept.numerator, one.kept.denominator, *_shares(one.kept)),
        *(one.contact.numerator, one.contact.denominator, one.again.numerator, one.again.denominator),
        *(_rounded(half, 2), _rounded(nine, 2), one.satisfied.numerator, one.rated, *_shares(one.satisfied)),
        *(_rounded(level, 3), one.asked),
    ]


def _shares(rate: Rate) -> list[float | None]:
    found = [rate.share, *rate.interval()] if rate.denominator else [None, None, None]
    return [None if share is None else round(100 * share, 1) for share in found]


def _rounded(found: Estimate | None, digits: int) -> float | None:
    return None if found is None else round(found.value, digits)


def file_of_whole(figures: Iterable[Beside]) -> list[list[Any]]:
    """Every figure of the whole beside the time before."""
    head = [gettext("Figure"), gettext("Now"), gettext("of"), gettext("Before"), gettext("of")]
    lines = [[*head, gettext("Difference"), gettext("95 % from"), gettext("95 % to"), gettext("In words")]]
    for one in figures:
        gaps = [None] * 3 if one.gap is None else [one.gap.value, one.gap.low, one.gap.high]
        scale = 100 if one.kind in ("share", "count") else 1
        rounded = [None if gap is None or gap == float("inf") else round(scale * gap, 2) for gap in gaps]
        words = gettext(one.words) if one.words else None
        lines.append([gettext(one.name), *_numbers(one.now), *_numbers(one.before), *rounded, words])
    return lines


def _numbers(found: int | Rate | Estimate | None) -> list[Any]:
    if isinstance(found, Rate):
        return [None if found.share is None else round(100 * found.share, 1), found.denominator]
    if isinstance(found, Estimate):
        return [round(found.value, 3), found.n]
    return [found, None]
