"""One small town with named offices and people, the same in every test."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from openhall.models import Allocation, Jurisdiction, Office, Questionnaire, User, Version, Wave
from openhall.surveys import dict_format
from openhall.surveys.questionnaire import Kind, Option, Question, Role, Section
from openhall.surveys.questionnaire import Questionnaire as Asked

PASSWORD = "a long word for tests"

SCALE = tuple(
    Option(code, {"en": en, "zh": zh}, float(code))
    for code, en, zh in [
        (5, "Very satisfied", "非常满意"),
        (4, "More satisfied", "比较满意"),
        (3, "General", "一般"),
        (2, "Less satisfied", "不太满意"),
        (1, "Not satisfied", "不满意"),
    ]
)


def _scale(key: str, en: str, zh: str, role: Role) -> Question:
    return Question(
        key=key, kind=Kind.SCALE, text={"en": en, "zh": zh}, options=SCALE, role=role, ordered=True
    )


# Five questions: short enough to fill by hand in a test, of each sort the study uses.
ASKED = Asked(
    key="hall",
    title={"en": "How was the hall?", "zh": "大厅怎么样？"},
    introduction={"en": "Five questions.", "zh": "五个问题。"},
    languages=("en", "zh"),
    sections=(
        Section(
            key="background",
            title={"en": "About you", "zh": "关于您"},
            questions=(
                Question(
                    key="q1",
                    name="gender",
                    kind=Kind.SINGLE,
                    role=Role.BACKGROUND,
                    text={"en": "What is your gender?", "zh": "您的性别是？"},
                    options=(Option(1, {"en": "Male", "zh": "男"}), Option(2, {"en": "Female", "zh": "女"})),
                ),
            ),
        ),
        Section(
            key="SE",
            title={"en": "Service environment", "zh": "服务环境"},
            dimension=True,
            questions=(
                _scale("s1", "Is the hall easy to reach?", "大厅好找吗？", Role.ITEM),
                _scale("s2", "Is the hall clean?", "大厅干净吗？", Role.ITEM),
                _scale("s3", "Are the signs clear?", "标识清楚吗？", Role.ITEM),
            ),
        ),
        Section(
            key="overall",
            title={"en": "All in all", "zh": "总体"},
            questions=(_scale("s4", "Are you satisfied with the hall?", "您对大厅满意吗？", Role.OVERALL),),
        ),
    ),
)

ANSWERS = {"q1": "2", "s1": "4", "s2": "3", "s3": "5", "s4": "4"}  # a complete, unsuspicious sheet


@dataclass
class Town:
    """Riverside: two offices, one person per role, one questionnaire, one open wave at both offices."""

    north: Office
    south: Office
    administrator: User
    analyst: User
    clerk: User  # works at North
    leader: User
    version: Version
    wave: Wave
    at_north: Allocation
    at_south: Allocation


def person(username: str, role: str, office: Office | None = None) -> User:
    user = User(username=username, role=role, office=office, first_name=username.title(), last_name="Li")
    user.set_password(PASSWORD)
    user.save()
    return user


def version_of(asked: Asked, *, number: int = 1, frozen: bool = False) -> Version:
    """A stored version of a questionnaire."""
    questionnaire, _ = Questionnaire.objects.get_or_create(key=asked.key)
    definition = json.dumps(dict_format.to_dict(asked), ensure_ascii=False, separators=(",", ":"))
    return Version.objects.create(
        questionnaire=questionnaire, number=number, definition=definition, frozen=frozen
    )


def build_town() -> Town:
    Jurisdiction.objects.create(
        code="riverside", name={"en": "Riverside", "zh": "临河镇"}, contact={"en": "Window 1"}
    )
    north = Office.objects.create(code="north", name={"en": "North Office", "zh": "北厅"}, position=1)
    south = Office.objects.create(code="south", name={"en": "South Office", "zh": "南厅"}, position=2)
    version = version_of(ASKED, frozen=True)
    wave = Wave.objects.create(
        name={"en": "Spring wave", "zh": "春季调查"},
        version=version,
        state=Wave.State.OPEN,
        opened_on=timezone.localdate(),
        planned=40,
        listed=True,
    )
    return Town(
        north=north,
        south=south,
        administrator=person("ada", "administrator"),
        analyst=person("anna", "analyst"),
        clerk=person("carl", "clerk", north),
        leader=person("lea", "leader"),
        version=version,
        wave=wave,
        at_north=Allocation.objects.create(wave=wave, office=north, target=20),
        at_south=Allocation.objects.create(wave=wave, office=south, target=20),
    )


def sign_in(client: Client, user: User) -> Client:
    """The client, signed in as this person."""
    client.force_login(user)
    return client
