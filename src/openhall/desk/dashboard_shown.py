"""How figures of requests are written on the page: as tiles, rows and drawings, with the lists they lead to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.html import mark_safe
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from openhall.desk import dashboard_links as links
from openhall.reads.figures import Figures
from openhall.reads.figures_asked import Asked, Period
from openhall.reads.figures_beside import Beside
from openhall.rules.assessment import Rate
from openhall.rules.figures import SMALL, Estimate
from openhall.rules.workflow import OUTCOME_NAMES, Outcome

DASH = "–"


def address(query: dict[str, str]) -> str:
    return urlencode(query)


# --- words and numbers --------------------------------------------------------------------------------------------


def whole(number: int) -> str:
    """1234567 as “1,234,567”, as the page's language writes it."""
    return number_format(number, 0, force_grouping=True)


def per_cent(share: float) -> str:
    return f"{number_format(100 * share, 1)}\u00a0%"


def _signed(value: float, digits: int) -> str:
    """With its sign; what rounds to nothing has none."""
    rounded = round(value, digits) or 0.0
    said = number_format(abs(rounded), digits)
    return f"+{said}" if rounded > 0 else f"−{said}" if rounded < 0 else said


def period(one: Period) -> str:
    """A time in words: “March 2026”, “Quarter 1 of 2026”, “2026”, “2 March 2026 – 9 March 2026”."""
    if one.kind == "month" and one == Period.around("month", one.since):
        return date_format(one.since, "YEAR_MONTH_FORMAT")
    if one.kind == "quarter" and one == Period.around("quarter", one.since):
        values = {"number": (one.since.month + 2) // 3, "year": one.since.year}
        return gettext("Quarter %(number)s of %(year)s") % values
    if one.kind == "year" and one == Period.around("year", one.since):
        return str(one.since.year)
    return f"{date_format(one.since)} – {date_format(one.until)}"


def month(key: object) -> str:
    """202603 as “2026-03”."""
    return f"{int(str(key)) // 100}-{int(str(key)) % 100:02}"


# --- tiles --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: its value, what it is of, the figure before with the difference, and whether that is chance."""

    key: str
    name: str
    value: str
    basis: str = ""
    href: str = ""
    before: str = ""
    words: str = ""
    better: int = 0
    small: bool = False


def tiles(figures: Iterable[Beside], asked: Asked) -> list[Tile]:
    """The figures of the whole."""
    return [_tile(one, asked) for one in figures]


def _tile(one: Beside, asked: Asked) -> Tile:
    real = one.gap is not None and one.gap.real
    good = one.better * (1 if one.gap and one.gap.value > 0 else -1) if real else 0
    name = gettext(one.name)
    return Tile(
        one.key,
        name,
        _value(one.kind, one.now),
        _basis(one.now, name, links.ended(asked, links.CASES[one.key]) if one.key in links.CASES else ""),
        links.of_tile(one.key, asked),
        _before(one),
        gettext(one.words) if one.words else "",
        good,
        _cases(one.now) < SMALL if one.kind != "count" else False,
    )


def _value(kind: str, found: int | Rate | Estimate | None) -> str:
    if isinstance(found, int):
        return whole(found)
    if isinstance(found, Rate):
        return DASH if found.share is None else per_cent(found.share)
    if found is None:
        return DASH
    if kind == "days":
        return gettext("%(number)s days") % {"number": number_format(found.value, 1)}
    return number_format(found.value, 2)


def _cases(found: int | Rate | Estimate | None) -> int:
    if isinstance(found, Rate):
        return found.denominator
    return found.n if isinstance(found, Estimate) else 0


def _basis(found: int | Rate | Estimate | None, name: str = "", href: str = "") -> str:
    """What it is of, and its interval; the first number leads to its requests."""
    if isinstance(found, Rate) and found.denominator:
        low, high = (per_cent(end) for end in found.interval())
        values = {
            "part": _number(found.numerator, name, href),
            "whole": whole(found.denominator),
            "low": low,
            "high": high,
        }
        said = gettext("%(part)s of %(whole)s; 95 %% interval %(low)s to %(high)s") % values
        return mark_safe(said)  # noqa: S308 - our words, numbers, and a link that is escaped
    if isinstance(found, Estimate):
        ends = {"low": number_format(found.low, 2), "high": number_format(found.high, 2)}
        said = ngettext(
            "%(n)s case; 95 %% interval %(low)s to %(high)s",
            "%(n)s cases; 95 %% interval %(low)s to %(high)s",
            found.n,
        )
        return mark_safe(said % {"n": _number(found.n, name, href), **ends})  # noqa: S308 - likewise
    return ""


def _number(number: int, name: str, href: str) -> str:
    return links.linked(whole(number), name, href) if href and number else whole(number)


def _before(one: Beside) -> str:
    if one.before is None or (not isinstance(one.before, int) and not _cases(one.before)):
        return ""
    values = {"before": _value(one.kind, one.before)}
    if one.gap is None:
        return gettext("Before: %(before)s.") % values
    unit = {"count": "\u00a0%", "share": "\u00a0" + gettext("points")}.get(one.kind, "")
    gap, low, high = (_gap(one.kind, end) for end in (one.gap.value, one.gap.low, one.gap.high))
    values |= {"gap": gap + unit, "low": low, "high": high}
    if one.kind == "count":
        return gettext("Before: %(before)s. A day %(gap)s (%(low)s to %(high)s).") % values
    return gettext("Before: %(before)s. Difference %(gap)s (%(low)s to %(high)s).") % values


def _gap(kind: str, value: float) -> str:
    if value == float("inf"):
        return "∞"
    return _signed(100 * value if kind in ("count", "share") else value, 2 if kind == "level" else 1)


# --- groups -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A share drawn on a line of 100: its end, and its interval. `few`: hatched, of too few cases."""

    to: str
    low: str = ""
    width: str = ""
    few: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A group as a line of a table; links "" where lists have no such filter."""

    name: str
    figures: Figures
    came: Bar
    kept: Bar
    satisfied: Bar
    to_came: str
    to_open: str
    to_late: str
    to_ended: str
    to_kept: str
    to_rated: str

    @property
    def place(self) -> str:
        """“2” or “1–7”: as far as chance lets us see."""
        found = self.figures.place
        if found is None:
            return ""
        return f"{found.best}" if found.best == found.worst else f"{found.best}–{found.worst}"


@dataclass(frozen=True, slots=True)
class Table:
    """The groups of an axis."""

    axis: str
    name: str
    rows: list[Row]
    figures: list[Figures]
    more: int = 0  # groups that are not among the rows

    @property
    def places(self) -> bool:
        """Whether any two groups are ranked."""
        return sum(one.place is not None for one in self.figures) > 1

    @property
    def differ(self) -> bool:
        """Whether any two of the ranked really differ."""
        many = sum(one.place is not None for one in self.figures)
        return any(one.place is not None and len(one.place.alike) < many - 1 for one in self.figures)


def table(axis: str, name: str, found: list[Figures], asked: Asked, most: int | None) -> Table:
    """The groups of an axis, up to so many of them."""
    shown = rows(axis, found if most is None else found[:most], asked)
    return Table(axis, name, shown, found, len(found) - len(shown))


def rows(axis: str, found: Sequence[Figures], asked: Asked) -> list[Row]:
    """The groups with their bars and links."""
    most = max((one.came for one in found), default=0) or 1
    codes = links.codes(axis)
    made = []
    for one in found:
        code = codes.get(one.key, "") if codes else str(one.key)
        narrowed = {links.AXES[axis]: code} if code else None
        made.append(
            Row(
                gettext(one.name),
                one,
                Bar(f"{100 * one.came / most:.1f}", few=one.came < SMALL),
                _bar(one.kept),
                _bar(one.satisfied),
                links.came(asked, narrowed) if narrowed else "",
                links.requests({**asked.chosen, **narrowed}) if narrowed else "",
                links.requests({**asked.chosen, **narrowed, "due": "overdue"}) if narrowed else "",
                links.ended(asked, narrowed) if narrowed else "",
                links.ended(asked, narrowed | links.CASES["kept"]) if narrowed else "",
                links.ended(asked, narrowed | links.CASES["level"]) if narrowed else "",
            )
        )
    return made


def _bar(rate: Rate) -> Bar:
    if rate.share is None:
        return Bar("0")
    low, high = rate.interval()
    return Bar(
        f"{100 * rate.share:.1f}", f"{100 * low:.1f}", f"{100 * (high - low):.1f}", rate.denominator < SMALL
    )


def outcomes(found: Sequence[tuple[Outcome, int]], asked: Asked) -> list[tuple[str, int, float, Bar, str]]:
    """Name, number, share, bar and list of each way requests ended."""
    total = sum(count for _key, count in found) or 1
    return [
        (
            gettext(OUTCOME_NAMES[key]),
            count,
            count / total,
            Bar(f"{100 * count / total:.1f}", few=total < SMALL),
            links.ended(asked, {"outcome": str(key)}),
        )
        for key, count in found
    ]
