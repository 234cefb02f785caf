"""The demo town's two waves: the study's, with its reconstructed sheets, and one with generated answers.

What an action can do goes through that action; only what lies in the past is written here. Seed 4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from importlib import resources

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.utils import timezone

from openhall import demo_answers
from openhall.actions import import_sheets, issue, questionnaires, screen, waves
from openhall.language import Wording
from openhall.models import Allocation, Office, Response, User, Version, Wave
from openhall.surveys import toml_format
from openhall.surveys.checking import encode

STUDY = "demo-2018"
STUDY_END = date(2018, 5, 31)
AUTUMN = "demo-autumn"
AUTUMN_DAYS = 20
AUTUMN_TARGETS = (40, 30, 40, 30)


def make(offices: list[Office], *, by: User) -> None:
    """Both waves with the study's questionnaire."""
    version = questionnaires.create(toml_format.builtin(), by=by)
    _study_wave(version, offices, by)
    _autumn_wave(version, offices, by)


def _study_wave(version: Version, offices: list[Office], by: User) -> None:
    """The study's fieldwork: 398 sheets issued, 338 returned (reconstructed), 38 of them void, closed."""
    fieldwork = version.asked.fieldwork
    assert fieldwork is not None
    issued = [fieldwork.issued[office.name["en"]] for office in offices]
    name = {"en": "2018 study (reconstructed sheets)", "zh": "2018年调查（重建答卷）"}
    wave = _open_wave(STUDY, name, version, offices, issued, planned=fieldwork.planned, by=by)
    for allocation, count in zip(wave.allocations.order_by("office__position"), issued, strict=True):
        issue.record_elsewhere(allocation, count=count, by=by)
    source = resources.files("openhall") / "data" / "reference_sheets.csv"
    file = SimpleUploadedFile("reconstructed-sheets-2018.csv", source.read_bytes())
    token = import_sheets.keep(wave, file, by=by)
    import_sheets.store(wave, token, choices={}, by=by)
    screen.apply_rules(wave, by=by)
    waves.close_wave(wave, by=by)
    Wave.objects.filter(pk=wave.pk).update(opened_on=date(2018, 3, 1), closed_on=STUDY_END)
    Response.objects.filter(wave=wave).update(submitted_on=STUDY_END)


def _autumn_wave(version: Version, offices: list[Office], by: User) -> None:
    """An open wave offered on the front page, with the generated answers of its first days."""
    name = {"en": "Autumn survey", "zh": "秋季调查"}
    wave = _open_wave(AUTUMN, name, version, offices, AUTUMN_TARGETS, listed=True, by=by)
    began = timezone.localdate() - timedelta(AUTUMN_DAYS)
    Wave.objects.filter(pk=wave.pk).update(opened_on=began)
    Response.objects.bulk_create(
        Response(
            wave=wave,
            office=offices[sheet.office],
            version=version,
            channel=sheet.channel,
            language=sheet.language,
            answers=encode(sheet.answers),
            submitted_on=began + timedelta(sheet.day),
            seconds=sheet.seconds,
            complete=sheet.complete,
        )
        for sheet in demo_answers.sheets(version.asked, days=AUTUMN_DAYS)
    )
    complete = Response.objects.filter(wave=wave).complete().values_list("office").annotate(Count("pk"))
    for office, count in complete.order_by():
        Allocation.objects.filter(wave=wave, office=office).update(filled=count)
    screen.apply_rules(wave, by=by)


def _open_wave(
    key: str,
    name: Wording,
    version: Version,
    offices: list[Office],
    targets: Sequence[int],
    *,
    by: User,
    planned: int | None = None,
    listed: bool = False,
) -> Wave:
    """Planned and opened, with a key that can be written down."""
    shares = tuple(waves.Share(office, target) for office, target in zip(offices, targets, strict=True))
    plan = waves.Plan(name=name, version=version, shares=shares, planned=planned, listed=listed)
    wave = waves.plan_wave(plan=plan, by=by)
    Wave.objects.filter(pk=wave.pk).update(key=key)
    return waves.open_wave(wave, by=by)
