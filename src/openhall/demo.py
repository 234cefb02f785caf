"""The demo town: an invented place with four offices and one person a role, so no page is empty.

The study's wave with its reconstructed sheets, and an open one with generated answers. Nobody in it exists.
What an action can do goes through that action; only what lies in the past is written here. Seed 4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from openhall import demo_answers
from openhall.actions import import_sheets, issue, questionnaires, screen, waves
from openhall.errors import N_, NotAllowed
from openhall.language import Wording
from openhall.models import Allocation, Jurisdiction, Office, Response, User, Version, Wave
from openhall.surveys import toml_format
from openhall.surveys.checking import encode

PASSWORD = "qinghe-demo-hall"  # noqa: S105 public on purpose: it opens the demo only
TOWN = "demo"
STUDY = "demo-2018"
STUDY_END = date(2018, 5, 31)
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
                "This database already holds a hall, and the demo town needs an empty one. "
                "Set OPENHALL_DATA_DIR to a new folder."
            )
        )
    Jurisdiction.objects.create(
        code=TOWN,
        name={"en": "Qinghe (demo)", "zh": "清河镇（演示）"},
        contact={
            "en": "This is a demo. Town and people are invented; what you enter stays on this machine.",
            "zh": "这是演示系统。镇名和人物均为虚构，您填写的内容只保存在本机。",
        },
    )
    offices = [_office(number) for number in range(1, 5)]
    people = {person.role: _account(person, offices) for person in PEOPLE}
    analyst = people["analyst"]
    version = questionnaires.create(toml_format.builtin(), by=analyst)
    _study_wave(version, offices, analyst)
    _autumn_wave(version, offices, analyst)
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
