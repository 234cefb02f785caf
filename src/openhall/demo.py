"""The demo town: an invented place with four offices, one person a role, the study's wave with its reconstructed sheets,
and an open wave with generated answers, so that every page has something to show. Nobody in it exists. Seed 4.1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources

from django.db import transaction
from django.utils import timezone

from openhall import demo_answers
from openhall.errors import N_, NotAllowed
from openhall.models import (
    Allocation,
    Batch,
    Flag,
    Jurisdiction,
    Office,
    Questionnaire,
    Response,
    User,
    Version,
    Wave,
    record,
)
from openhall.surveys import dict_format, sheets, toml_format, validity
from openhall.surveys.checking import encode

PASSWORD = "qinghe-demo-hall"  # noqa: S105 public on purpose: it opens the demo only
TOWN = "demo"
STUDY = "demo-2018"
AUTUMN = "demo-autumn"
AUTUMN_DAYS = 20
AUTUMN_TARGETS = (40, 30, 40, 30)


@dataclass(frozen=True)
class Person:
    """`office` is the position of the office the person works at, 0 for none."""

    username: str
    first: str
    last: str
    role: str
    task: str
    office: int = 0

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


PEOPLE = (
    Person("administrator", "Yue", "Lin", "administrator", "Administrator: everything"),
    Person("analyst", "Mei", "Chen", "analyst", "Statistics officer: waves, sheets, report, data"),
    Person(
        "clerk", "Jun", "Wang", "clerk", "Window clerk at office 1: links, posters, keyed sheets", office=1
    ),
    Person("leader", "Hua", "Zhao", "leader", "Leader: reads the report"),
)
NUMERALS = "一二三四"


def is_loaded() -> bool:
    return Jurisdiction.objects.filter(code=TOWN).exists()


def database_is_empty() -> bool:
    return not (Jurisdiction.objects.exists() or User.objects.exists() or Wave.objects.exists())


@transaction.atomic
def load() -> bool:
    """Make the town; False when it is already there. NotAllowed when the database holds another hall."""
    if is_loaded():
        return False
    if not database_is_empty():
        raise NotAllowed(
            N_(
                "This database already holds a hall, and the demo town needs an empty one. Set OPENHALL_DATA_DIR to a new folder."
            )
        )
    Jurisdiction.objects.create(
        code=TOWN,
        name={"en": "Qinghe (demo)", "zh": "清河镇（演示）"},
        contact={
            "en": "This is a demo. The town and its people are invented; what you enter stays on this machine.",
            "zh": "这是演示系统。镇名和人物均为虚构，您填写的内容只保存在本机。",
        },
    )
    offices = [_office(number) for number in range(1, 5)]
    people = {person.role: _account(person, offices) for person in PEOPLE}
    version = _version()
    _study_wave(version, offices, people["analyst"])
    _autumn_wave(version, offices, people["analyst"])
    return True


def _office(number: int) -> Office:
    name = {"en": f"No. {number} General Office", "zh": f"第{NUMERALS[number - 1]}综合办公室"}
    return Office.objects.create(code=f"office-{number}", name=name, position=number)


def _account(person: Person, offices: list[Office]) -> User:
    office = offices[person.office - 1] if person.office else None
    user = User(
        username=person.username,
        first_name=person.first,
        last_name=person.last,
        role=person.role,
        office=office,
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def _version() -> Version:
    asked = toml_format.builtin()
    definition = json.dumps(dict_format.to_dict(asked), ensure_ascii=False, separators=(",", ":"))
    questionnaire = Questionnaire.objects.create(key=asked.key)
    return Version.objects.create(questionnaire=questionnaire, number=1, definition=definition, frozen=True)


def _study_wave(version: Version, offices: list[Office], analyst: User) -> None:
    """The study's fieldwork, closed: 398 sheets issued, 338 reconstructed ones returned, 300 of them valid."""
    fieldwork = version.asked.fieldwork
    wave = Wave.objects.create(
        key=STUDY,
        name={"en": "2018 study (reconstructed sheets)", "zh": "2018年调查（重建答卷）"},
        version=version,
        state=Wave.State.CLOSED,
        planned=fieldwork.planned,
        opened_on=date(2018, 3, 1),
        closed_on=date(2018, 5, 31),
    )
    by_name = {office.name["en"]: office for office in offices}
    for name, issued in fieldwork.issued.items():
        allocation = Allocation.objects.create(wave=wave, office=by_name[name], target=issued)
        Batch.objects.create(allocation=allocation, channel=Batch.Channel.PAPER, count=issued, by=analyst)
    _import(wave, by_name, analyst)


def _import(wave: Wave, offices: dict[str, Office], analyst: User) -> None:
    source = (resources.files("openhall") / "data" / "reference_sheets.csv").read_bytes()
    asked = wave.version.asked
    given = sheets.read_sheets(source, name="reference_sheets.csv", questionnaire=asked)
    found = validity.findings(asked, given)
    rules = {finding.index: finding.rule for finding in found if finding.verdict is validity.Verdict.VOID}
    responses = [
        Response(
            wave=wave,
            office=offices[office],
            version=wave.version,
            channel=Response.Channel.FILE,
            language="zh-hans",
            answers=encode(answers),
            submitted_on=wave.closed_on,
            serial=serial,
            void=rules.get(index, ""),
        )
        for index, (answers, office, serial) in enumerate(
            zip(given.answers, given.offices, given.serials, strict=True)
        )
    ]
    Response.objects.bulk_create(responses)
    Flag.objects.bulk_create(
        Flag(
            response=responses[finding.index],
            rule=finding.rule,
            detail=dict(finding.values),
            verdict=Flag.Verdict.VOID if finding.verdict is validity.Verdict.VOID else Flag.Verdict.OPEN,
        )
        for finding in found
    )
    record("sheets.imported", wave, by=analyst, sheets=len(responses), file="reference_sheets.csv")


def _autumn_wave(version: Version, offices: list[Office], analyst: User) -> None:
    """An open wave with generated answers, offered on the front page."""
    today = timezone.localdate()
    wave = Wave.objects.create(
        key=AUTUMN,
        name={"en": "Autumn survey", "zh": "秋季调查"},
        version=version,
        state=Wave.State.OPEN,
        planned=sum(AUTUMN_TARGETS),
        opened_on=today - timedelta(AUTUMN_DAYS),
        listed=True,
    )
    made = list(demo_answers.sheets(version.asked, days=AUTUMN_DAYS))
    for number, (office, target) in enumerate(zip(offices, AUTUMN_TARGETS, strict=True)):
        filled = sum(sheet.complete and sheet.office == number for sheet in made)
        Allocation.objects.create(wave=wave, office=office, target=target, filled=filled)
    Response.objects.bulk_create(
        Response(
            wave=wave,
            office=offices[sheet.office],
            version=version,
            channel=sheet.channel,
            language=sheet.language,
            answers=encode(sheet.answers),
            submitted_on=wave.opened_on + timedelta(sheet.day),
            seconds=sheet.seconds,
            complete=sheet.complete,
        )
        for sheet in made
    )
    record("wave.opened", wave, by=analyst)
