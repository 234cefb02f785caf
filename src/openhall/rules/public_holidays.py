"""Public holidays and make-up working days of a country and a part of it, from the `holidays` library.

Here the library is asked and its answers are kept; what they mean for a hall is said in `calendar`. Decision 0013.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from openhall.language import short

if TYPE_CHECKING:
    from holidays import HolidayBase


@dataclass(frozen=True, slots=True)
class Year:
    """One year. `off`: public holidays. `makeup`: weekend days worked instead of another day, with the weekday
    (0 Monday) of that other day, None where the library does not tell it.
    """

    off: frozenset[date]
    makeup: dict[date, int | None]


def known(country: str) -> bool:
    """Whether the library has this country, by its ISO 3166-1 code of two capital letters."""
    return len(country) == 2 and country in _parts()


def parts(country: str) -> tuple[str, ...]:
    """The parts of a known country that have holidays of their own, as the library writes them; () if none."""
    return tuple(_parts()[country])


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """The countries the library has: ISO 3166-1 code -> English name, by name."""
    from holidays.registry import COUNTRIES

    named = {code: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name, code, *_ in COUNTRIES.values()}
    return dict(sorted(named.items(), key=lambda one: one[1]))


@lru_cache(maxsize=1)
def _parts() -> dict[str, list[str]]:
    import holidays  # takes a tenth of a second, and only a calendar with a country needs it

    return holidays.list_supported_countries()


@lru_cache(maxsize=1024)
def year_of(country: str, part: str, year: int) -> Year:
    """What is off and what is worked in `year`. The years around it are looked at as well: a make-up day may fall
    into another year than the day off.
    """
    around = (year - 1, year, year + 1)
    found = _ask(country, part, around, None)
    instead = dict(_swaps(found, around))
    return Year(
        off=frozenset(day for day in found if day.year == year),
        makeup={day: instead.get(day) for day in found.weekend_workdays if day.year == year},
    )


def _swaps(found: HolidayBase, years: tuple[int, ...]) -> Iterator[tuple[date, int]]:
    """The day worked and the weekday it stands for, from the library's table of days off by exchange: (month, day
    off, month, day worked) and the year of the day worked where it is another.
    """
    for year in years:
        rows = getattr(found, "special_public_holidays", {}).get(year, ())
        for row in rows if rows and isinstance(rows[0], tuple) else (rows,):
            if len(row) >= 4:
                off_month, off_day, month, day, *other = row
                worked = date(other[0] if other else year, month, day)
                yield worked, date(year, off_month, off_day).weekday()


def name_of(country: str, part: str, day: date, language: str) -> str:
    """What the holiday is called, in the reader's language where the library has it, else in English, else as
    the country calls it; "" where the day is no holiday.
    """
    return _names(country, part, day.year, short(language)).get(day, "")


@lru_cache(maxsize=256)
def _names(country: str, part: str, year: int, language: str) -> dict[date, str]:
    kind = _ask(country, part, (), None)
    own = kind.default_language or ""
    choices = (own, *kind.supported_languages, own)
    spoken = [code for wanted in (language, "en") for code in choices if short(code) == wanted]
    return dict(_ask(country, part, (year,), next(iter(spoken), own) or None))


def _ask(country: str, part: str, years: tuple[int, ...], language: str | None) -> HolidayBase:
    import holidays

    return holidays.country_holidays(
        country, subdiv=part or None, years=years, expand=False, language=language
    )
