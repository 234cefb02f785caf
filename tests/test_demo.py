"""The demo town: what stands in it, and that it never mixes with a real hall."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from openhall import demo, demo_answers, demo_waves
from openhall.errors import NotAllowed
from openhall.models import Event, Flag, Office, Response, User, Wave
from openhall.reads.ledger import ledger
from openhall.surveys import toml_format


@pytest.fixture
def qinghe(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assert demo.load()


def test_the_study_gives_300_valid_of_338_reconstructed_sheets(qinghe):
    wave = Wave.objects.get(key=demo_waves.STUDY)
    counted = ledger(wave)
    assert wave.state == "closed" and wave.planned == 400
    assert [branch.total.issued for branch in counted.branches] == [110, 85, 120, 83]
    assert (counted.total.returned, counted.total.excluded, counted.total.valid) == (338, 38, 300)
    assert "reconstructed" in wave.name["en"] and "重建" in wave.name["zh"]
    twice = Flag.objects.filter(response__wave=wave, rule="duplicate_sheet", verdict="open").count()
    assert twice == 300  # every valid sheet stands twice, for a person to see


def test_the_open_wave_has_answers_of_every_sort(qinghe, client):
    wave = Wave.objects.get(key=demo_waves.AUTUMN)
    assert wave.state == "open" and wave.listed
    found = Response.objects.filter(wave=wave)
    assert found.count() == 60 and found.filter(complete=False).count() == 5
    assert set(found.values_list("channel", flat=True)) == {"link", "kiosk", "paper"}
    rules = Counter(Flag.objects.filter(response__wave=wave).values_list("rule", flat=True))
    assert rules == {"straight_lining": 3, "too_fast": 2}
    for allocation in wave.allocations.all():
        assert allocation.filled == found.filter(office=allocation.office, complete=True).count()
    assert client.get("/").content.decode().count("Give your opinion") == 4


def test_one_person_a_role_can_sign_in(qinghe, client):
    assert sorted(User.objects.values_list("role", flat=True)) == [
        "administrator",
        "analyst",
        "clerk",
        "leader",
    ]
    for person in demo.PEOPLE:
        assert client.login(username=person.username, password=demo.PASSWORD)
    assert User.objects.get(role="clerk").office == Office.objects.get(code="office-1")


def test_loading_again_changes_nothing(qinghe):
    before = Response.objects.count(), Event.objects.count()
    assert not demo.load()
    assert before == (Response.objects.count(), Event.objects.count())
    call_command("demo", verbosity=0)
    assert before == (Response.objects.count(), Event.objects.count())


def test_a_real_hall_is_left_alone(town):
    with pytest.raises(NotAllowed, match="already holds a hall"):
        demo.load()
    with pytest.raises(CommandError, match="already holds a hall"):
        call_command("demo")
    assert Wave.objects.count() == 1 and not demo.is_loaded()


def test_generated_answers_are_answers_and_the_same_each_time():
    asked = toml_format.builtin()
    made = list(demo_answers.sheets(asked))
    assert made == list(demo_answers.sheets(asked))
    for sheet in made:
        assert len(sheet.answers) == len(asked.questions)
        for question, answer in zip(asked.questions, sheet.answers, strict=True):
            assert answer in question.values or (answer is None and not sheet.complete)
