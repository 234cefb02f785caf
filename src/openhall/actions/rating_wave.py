"""Where ratings are kept: one standing wave of the survey engine a year, made when the first rating of the year comes.

Its offices come in with their first rating. Their quota is what they have, so that no link, tablet or code lets anybody
else in: only `evaluate` adds to it, with a person served. Row B5.
"""

from __future__ import annotations

import json
from datetime import date

from django.db.models import F

from openhall.models import Allocation, Office, Questionnaire, Version, Wave, record
from openhall.surveys import dict_format
from openhall.surveys.toml_format import builtin

KEY = "service_rating"


def wave_of(day: date) -> Wave:
    """The wave of the year of `day`. Within a transaction; of two who need the first at once, one makes it."""
    key = f"{Wave.RATINGS}{day.year}"
    found = Wave.objects.select_related("version").filter(key=key).first()
    return found or _made(key, day)


def _made(key: str, day: date) -> Wave:
    version = _version()
    wave, new = Wave.objects.get_or_create(
        key=key,
        defaults={
            "name": {"en": f"Ratings of services {day.year}", "zh": f"{day.year}年服务评价"},
            "version": version,
            "state": Wave.State.OPEN,
            "opened_on": day,
            "min_seconds": 0,
        },
    )
    if new:
        record("wave.opened", wave, wave=wave)
    return wave


def _version() -> Version:
    """The questionnaire of the package as a frozen version: the one that is there, or the next."""
    asked = builtin(KEY)
    definition = json.dumps(dict_format.to_dict(asked), ensure_ascii=False, separators=(",", ":"))
    Questionnaire.objects.get_or_create(key=KEY)
    questionnaire = Questionnaire.objects.select_for_update().get(key=KEY)
    found = questionnaire.versions.filter(definition=definition, frozen=True).first()
    if found:
        return found
    last = questionnaire.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return Version.objects.create(
        questionnaire=questionnaire, number=last + 1, definition=definition, frozen=True
    )


def count_one(wave: Wave, office: Office) -> None:
    """One rating more at this office."""
    one_more = {"filled": F("filled") + 1, "quota": F("filled") + 1}
    if not Allocation.objects.filter(wave=wave, office=office).update(**one_more):
        Allocation.objects.get_or_create(wave=wave, office=office, defaults={"filled": 0, "quota": 0})
        Allocation.objects.filter(wave=wave, office=office).update(**one_more)
