"""A real hall set up from a file, again and again, without losing anybody."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command

from openhall.models import Jurisdiction, Office, Service, User

HALL = """
code = "lakeside"
name = { en = "Lakeside", zh = "湖滨镇" }
contact = { en = "Window 1" }

[[office]]
code = "west"
name = { en = "West Office", zh = "西厅" }

[[person]]
username = "wei"
first = "Wei"
last = "Sun"
role = "clerk"
office = "west"
"""


@pytest.fixture
def hall(db, tmp_path):
    """Run the command on this text; returns what it printed."""

    def run(text: str) -> str:
        file = tmp_path / "hall.toml"
        file.write_text(text, "utf-8")
        said = io.StringIO()
        call_command("hall", str(file), stdout=said)
        return said.getvalue()

    return run


def test_a_new_hall_has_its_town_offices_and_people_who_can_sign_in(hall, client):
    said = hall(HALL)
    password = re.search(r"first password (\S+)", said)[1]
    assert client.login(username="wei", password=password)
    assert str(Jurisdiction.objects.get()) == "Lakeside"
    wei = User.objects.get()
    assert (wei.role, wei.office, wei.get_full_name()) == (
        "clerk",
        Office.objects.get(code="west"),
        "Wei Sun",
    )


def test_running_it_again_brings_names_up_to_date_and_keeps_passwords(hall):
    hall(HALL)
    before = User.objects.get().password
    said = hall(HALL.replace("West Office", "Western Office").replace('role = "clerk"', 'role = "analyst"'))
    assert "password" not in said
    assert User.objects.get().password == before and User.objects.get().role == "analyst"
    assert Office.objects.get().name["en"] == "Western Office"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "lakeside"', "", "code is missing"),
        ('name = { en = "West Office", zh = "西厅" }', "", "name is missing"),
        ('role = "clerk"', 'role = "boss"', "role “boss” is not known"),
        ('role = "clerk"', "", "role is missing"),
        ('office = "west"', 'office = "east"', "there is no office “east”"),
        ('first = "Wei"', 'frist = "Wei"', "Did you mean “first”"),
        ("[[office]]", "[[office", "this is not TOML"),
    ],
)
def test_mistakes_are_named_and_nothing_is_written(hall, old, new, said):
    with pytest.raises(CommandError, match=said):
        hall(HALL.replace(old, new))
    assert not User.objects.exists() and not Office.objects.exists()


def test_another_hall_is_not_overwritten(hall):
    hall(HALL)
    with pytest.raises(CommandError, match="holds another hall"):
        hall(HALL.replace("lakeside", "hillside"))
    assert Jurisdiction.objects.count() == 1


DESK = (
    HALL
    + """
[calendar]
zone = "Europe/London"
country = "GB"

[[area]]
code = "harbour"
name = { en = "Harbour", zh = "港区" }

[[office]]
code = "roads"
kind = "functional"
name = { en = "Roads", zh = "道路科" }
areas = ["harbour"]

[[item]]
code = "P-1"
kind = "power"
office = "roads"
title = { en = "Upkeep of streets", zh = "道路维护" }

[[service]]
code = "street-light"
name = { en = "Street light out", zh = "路灯不亮" }
power = "P-1"
lead = "roads"
needs_place = true
"""
)


def test_a_file_describes_the_service_desk_too(hall):
    hall(DESK)
    hall(DESK)
    service = Service.objects.get()
    assert (service.power.code, service.needs_place) == ("P-1", True)
    assert [one.office.code for one in service.competences.all()] == ["roads"]
    assert Jurisdiction.objects.get().calendar["country"] == "GB"
    assert [area.code for area in Office.objects.get(code="roads").areas.all()] == ["harbour"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            DESK.replace('lead = "roads"', 'lead = "raods"'),
            "service street-light: there is no office “raods”",
        ),
        (DESK.replace('power = "P-1"', 'power = "P-9"'), "service street-light: there is no item “P-9”"),
        (DESK.replace('areas = ["harbour"]', 'areas = ["quay"]'), "office roads: there is no area “quay”"),
        (DESK.replace('"Europe/London"', '"Europe/Londn"'), "Europe/Londn"),
        (DESK.replace('kind = "power"', 'kind = "might"'), "kind “might” is not known"),
    ],
)
def test_a_mistake_in_the_service_desk_is_named_and_nothing_is_kept(hall, wrong, said):
    with pytest.raises(CommandError) as refusal:
        hall(wrong)
    assert said in str(refusal.value)
    assert not Jurisdiction.objects.exists() and not Service.objects.exists()
