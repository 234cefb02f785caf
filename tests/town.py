"""One small town with named offices and people, the same in every test."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from openhall.models import (
    Allocation,
    Area,
    Competence,
    Jurisdiction,
    ListItem,
    Office,
    Questionnaire,
    Service,
    User,
    Version,
    Wave,
)
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


# The hall is open on weekdays from nine to five, in London: 8 hours a day.
CALENDAR = {
    "zone": "Europe/London",
    "country": "GB",
    "subdivision": "ENG",
    "hours": {str(day): [["09:00", "17:00"]] for day in range(5)},
}


@dataclass
class Desk:
    """Riverside's service desk: its departments, one person per role in each, its catalogue and its lists."""

    town: Town
    centre: Office
    roads: Office
    water: Office
    licensing: Office
    dispatcher: User  # Dina, at the centre
    handler: User  # Harry, at Roads
    head: User  # Rita, of Roads
    water_handler: User  # Wendy, at Water
    water_head: User  # Walt, of Water
    screener: User
    supervisor: User
    auditor: User
    clerk: User  # Carl, at North
    leader: User
    administrator: User
    old_town: Area
    harbour: Area
    light: Service  # Roads
    pipe: Service  # Water leads, Roads assists
    permit: Service  # Licensing, every 90 days
    power: ListItem
    responsibility: ListItem
    ambulance: ListItem  # on the negative list: dial the emergency number
    court: ListItem  # on the negative list: before a court


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


def build_desk(town: Town) -> Desk:
    Jurisdiction.objects.update(calendar=CALENDAR)
    centre = _office("centre", "Service Centre", "服务中心", "centre", 3)
    roads = _office("roads", "Roads", "道路科", "functional", 4)
    water = _office("water", "Water", "水务科", "functional", 5)
    licensing = _office("licensing", "Licensing", "审批科", "decision", 6)
    power = _item("power", "P-1", "Upkeep of public works", "公共设施维护", office=roads)
    return Desk(
        town=town,
        centre=centre,
        roads=roads,
        water=water,
        licensing=licensing,
        dispatcher=person("dina", "dispatcher", centre),
        handler=person("harry", "handler", roads),
        head=person("rita", "head", roads),
        water_handler=person("wendy", "handler", water),
        water_head=person("walt", "head", water),
        screener=person("sam", "screener", centre),
        supervisor=person("sue", "supervisor"),
        auditor=person("aldo", "auditor"),
        clerk=town.clerk,
        leader=town.leader,
        administrator=town.administrator,
        old_town=Area.objects.create(code="old-town", name={"en": "Old Town", "zh": "老城"}, position=1),
        harbour=Area.objects.create(code="harbour", name={"en": "Harbour", "zh": "港区"}, position=2),
        light=_service("street-light", "Street light", "路灯", power, roads, needs_place=True),
        pipe=_service("burst-pipe", "Burst pipe", "水管爆裂", power, water, assists=roads, needs_place=True),
        permit=_service("permit", "Trading permit", "经营许可", power, licensing, renew_days=90),
        power=power,
        responsibility=_item("responsibility", "R-1", "Safety of streets", "道路安全", office=roads),
        ambulance=_item("negative", "N-1", "Medical emergency", "医疗急救", refer="Ambulance, 120"),
        court=_item("negative", "N-2", "Matter before a court", "诉讼中事项", refer="The court"),
    )


def _office(code: str, en: str, zh: str, kind: str, position: int) -> Office:
    return Office.objects.create(code=code, name={"en": en, "zh": zh}, kind=kind, position=position)


def _item(
    kind: str, code: str, en: str, zh: str, *, office: Office | None = None, refer: str = ""
) -> ListItem:
    return ListItem.objects.create(
        code=code,
        kind=kind,
        title={"en": en, "zh": zh},
        office=office,
        refer_to={"en": refer, "zh": refer} if refer else {},
    )


def _service(
    code: str, en: str, zh: str, power: ListItem, lead: Office, *, assists: Office | None = None, **more
) -> Service:
    service = Service.objects.create(
        code=code, name={"en": en, "zh": zh}, keywords=[en.lower(), zh], power=power, **more
    )
    Competence.objects.create(service=service, office=lead, part=Competence.Part.LEAD)
    if assists:
        Competence.objects.create(service=service, office=assists, part=Competence.Part.ASSISTING)
    return service
