"""Findings that were there before get the wave of their sheet."""

from __future__ import annotations

import importlib

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tests.town import build_town

from openhall.models import Flag, Response

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = [("openhall", "0006_output_progress")], [("openhall", "0007_flag_wave")]


@pytest.fixture
def back():
    """The database as it was before; whatever happens, as it is now again at the end."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield lambda: MigrationExecutor(connection).migrate(BEFORE)
    MigrationExecutor(connection).migrate(newest)


def test_every_finding_gets_the_wave_of_its_sheet(back, monkeypatch):
    migration = importlib.import_module("openhall.migrations.0007_flag_wave")
    monkeypatch.setattr(migration, "CHUNK", 3)
    town = build_town()
    other = type(town.wave).objects.create(key="other", name={"en": "Other"}, version=town.version)
    facts = {"office": town.north, "version": town.version, "channel": "link", "language": "en"}
    sheets = [
        Response.objects.create(
            wave=(town.wave, other)[n % 2], answers="[]", submitted_on="2026-01-05", **facts
        )
        for n in range(8)
    ]
    back()
    old = MigrationExecutor(connection).loader.project_state(BEFORE).apps.get_model("openhall", "Flag")
    old.objects.bulk_create(old(response_id=sheet.pk, rule="blank", verdict="void") for sheet in sheets)
    old.objects.filter(response_id=sheets[4].pk).delete()  # a gap in the numbers
    MigrationExecutor(connection).migrate(AFTER)
    found = dict(Flag.objects.values_list("response_id", "wave_id"))
    assert found == {sheet.pk: sheet.wave_id for sheet in sheets if sheet != sheets[4]}


def test_without_findings_there_is_nothing_to_fill_in(back):
    back()
    MigrationExecutor(connection).migrate(AFTER)
    assert not Flag.objects.exists()
