"""`openhall extract --requests`: rebuild and check of the facts about requests."""

from __future__ import annotations

import pytest

from openhall import cli_extract_hall
from openhall.models import ServiceRequest
from openhall.reads import facts
from tests import cases


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def said(capsys, *arguments: str) -> tuple[int, str]:
    status = cli_extract_hall.main([*arguments, "--quiet"])
    return status, capsys.readouterr().out


def test_it_is_made_and_found_right(desk, capsys):
    assert said(capsys, "--check", "--requests") == (0, "")  # neither requests nor an extract
    cases.received(desk)
    status, text = said(capsys, "--check", "--requests")
    assert status == 1 and "no extract" in text and "--rebuild --requests" in text
    status, text = said(capsys, "--rebuild", "--check", "--requests")
    assert status == 0 and "1 requests" in text and "is right" in text
    assert facts.opened() is not None


def test_what_differs_is_told_in_the_language_asked_for(desk, capsys):
    case = cases.received(desk)
    said(capsys, "--rebuild", "--requests")
    ServiceRequest.objects.update(urgency=1)
    status, text = said(capsys, "--check", "--requests", "--lang", "zh")
    assert status == 1 and str(case.pk) in text and "urgency" in text


def test_one_wave_alone_leaves_the_requests(desk, capsys):
    cases.received(desk)
    said(capsys, "--rebuild", "--wave", desk.town.wave.key)
    assert not facts.folder().exists()
    said(capsys, "--rebuild")
    assert facts.folder().exists()
