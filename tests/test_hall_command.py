"""A real hall set up from a file, again and again, without losing anybody."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command

from openhall.models import Jurisdiction, Office, User

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
