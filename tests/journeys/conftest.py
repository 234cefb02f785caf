"""What journeys have in common: people take seconds to read a form, tests do not."""

from __future__ import annotations

import pytest

from openhall.portal import requests


@pytest.fixture(autouse=True)
def no_haste(monkeypatch):
    monkeypatch.setattr(requests, "QUICKEST", -1)
