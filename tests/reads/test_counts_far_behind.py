"""An extract far behind the answers: what is only about the sheets is counted by the database."""

from __future__ import annotations

import pytest
from tests.actions.test_screen import response

from openhall.actions import extract
from openhall.models import Response
from openhall.reads import counts


@pytest.mark.parametrize(("most", "grouped"), [(100, False), (3, True)])
def test_what_is_about_the_sheets_is_exact_by_either_way(
    town, settings, tmp_path, monkeypatch, most, grouped
):
    settings.DATA_DIR = tmp_path
    made = [response(town, (2, 4, 3, 5, 4), channel="link") for _ in range(8)]
    Response.objects.bulk_create(made[:4])
    extract.rebuild(town.wave)
    Response.objects.bulk_create(made[4:])
    Response.objects.filter(pk=made[0].pk).update(void="blank")
    monkeypatch.setattr(counts, "GROUPED_FROM", most)
    asked = []
    group = counts.extracted.grouped
    monkeypatch.setattr(counts.extracted, "grouped", lambda *args: (asked.append(args), group(*args))[1])
    assert counts.by_reason([town.wave])[town.wave.pk] == {"": 7, "blank": 1}
    assert counts.returned(town.wave).total() == 8 and bool(asked) == grouped
    assert counts.pending(town.wave) == 5
