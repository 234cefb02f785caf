"""Template words of OpenHall: say a wording, say a marked template, test a right."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

from openhall.errors import OpenHallError, Problem
from openhall.language import Wording
from openhall.language import say as say_wording
from openhall.models import User
from openhall.rules.demand import CLASS_NAMES
from openhall.rules.suggestion import Reason, Suggestion
from openhall.surveys.codes import pretty

register = template.Library()


@register.filter
def say(wording: Wording | str | None) -> str:
    """A wording in the page's language; plain text stays as it is."""
    return say_wording(wording, get_language() or "en") if isinstance(wording, dict) else wording or ""


@register.filter
def said(what: OpenHallError | Problem | Reason | Suggestion | str) -> str:
    """A marked template, reason, problem or error in the page's language."""
    if isinstance(what, Reason | Suggestion):
        return what.say(gettext, get_language() or "en")
    if isinstance(what, OpenHallError | Problem):
        return what.say(gettext)
    return gettext(what) if what else ""


@register.filter
def may(user: User, verb: str) -> bool:
    """Whether the signed-in person holds the right at all: `{% if user|may:"wave.manage" %}`."""
    return bool(getattr(user, "role", "")) and user.may(verb)


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """The value at a key that is itself a variable."""
    return mapping.get(key, "")


@register.filter
def percent(share: float | None) -> str:
    """A share of 1 as a percentage with one decimal; a dash where there is none.

    >>> percent(0.75), percent(None)
    ('75.0 %', '–')
    """
    return "–" if share is None else f"{100 * share:.1f} %"


@register.filter
def demand(key: str) -> str:
    """The name of a demand class in the page's language."""
    return gettext(CLASS_NAMES[key]) if key in CLASS_NAMES else ""


@register.filter
def thousands(number: object) -> object:
    """A whole number with its thousands apart; anything else as it is.

    >>> thousands(1234567), thousands("–")
    ('1,234,567', '–')
    """
    return number_format(number, 0, force_grouping=True) if type(number) is int else number


@register.filter
def grouped(code: str) -> str:
    """A number or code in groups of four, as people copy it.

    >>> grouped("7K2M0119AB")
    '7K2M-0119-AB'
    """
    return pretty(code)
