"""The demo town is loaded into an empty database only."""

from __future__ import annotations

import os

import pytest
from django.core.management import CommandError, call_command

from openhall import demo
from openhall.errors import NotAllowed
from openhall.models import Wave


def test_a_real_hall_is_left_alone(town):
    with pytest.raises(NotAllowed, match="already holds a hall"):
        demo.load()
    with pytest.raises(CommandError, match="already holds a hall"):
        call_command("demo")
    assert Wave.objects.count() == 1 and not demo.is_loaded()


def test_mail_of_the_demo_goes_into_a_folder_unless_it_is_set_up(monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    for name in ("OPENHALL_TIME_ZONE", "OPENHALL_EMAIL_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENHALL_TIME_ZONE", "Europe/London")
    demo.surroundings()
    assert os.environ["OPENHALL_TIME_ZONE"] == "Europe/London"
    assert os.environ["OPENHALL_EMAIL_URL"] == (tmp_path / "mail").as_uri()
    monkeypatch.delenv("OPENHALL_EMAIL_URL")
