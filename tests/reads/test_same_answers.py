"""Sheets with the same answers, found by the extract or by the database."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.actions.test_screen import response

from openhall.actions import extract
from openhall.models import Response
from openhall.reads import same_answers as read
from openhall.surveys.checking import encode

POOL = [(2, 4, 3, 5, 4), (1, 4, 3, 5, 4), (2, None, 3, 5, 4), (2, (1, 2), 3, 5, 4), (2, (1, 3), 3, 5, 4)]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def put(town, kinds, **others):
    Response.objects.bulk_create(response(town, POOL[kind], channel="link", **others) for kind in kinds)


def by_database(wave, texts):
    return set(wave.responses.complete().filter(answers__in=texts).values_list("pk", flat=True))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    kinds=st.lists(st.integers(0, 4), max_size=12),
    later=st.lists(st.integers(0, 4), max_size=6),
    texts=st.sets(st.integers(0, 4), min_size=1),
)
def test_the_extract_leads_to_the_same_sheets(town, kinds, later, texts):
    Response.objects.all().delete()
    put(town, kinds)
    put(town, kinds[:3], complete=False)
    extract.rebuild(town.wave)
    put(town, later)
    for one in Response.objects.order_by("pk")[:2]:
        one.answers = encode(POOL[len(later) % 5])
        one.save()
    wanted = [encode(POOL[kind]) for kind in texts]
    found = read.same_answers(town.wave, wanted)
    assert len(found) == len(set(found)) and set(found) == by_database(town.wave, wanted)


def test_few_sheets_are_read_where_there_is_an_extract(town, monkeypatch):
    put(town, [0, 0, 1, 2, 3])
    extract.rebuild(town.wave)
    assert len(read._candidates(town.wave, [encode(POOL[0])])) == 2
    monkeypatch.setattr(read, "FEW", 1)
    put(town, [4, 4])
    assert read._candidates(town.wave, [encode(POOL[0])]) is None  # too many changed since
    assert len(read.same_answers(town.wave, [encode(POOL[4])])) == 2
