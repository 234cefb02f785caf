"""Making, importing, changing and deleting questionnaires."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.town import ASKED, version_of

from openhall.actions import questionnaires as actions
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Event, Questionnaire, Version, Wave
from openhall.surveys.toml_format import builtin, write_toml
from openhall.surveys.xlsform import write_xlsform

OTHER = replace(ASKED, key="parks", title={"en": "Parks"})


@pytest.fixture
def draft(town) -> Version:
    return version_of(OTHER)


def kinds() -> list[str]:
    return list(Event.objects.filter(subject_type="questionnaire").values_list("kind", flat=True))


def test_a_new_questionnaire_begins_with_a_draft(town):
    version = actions.create(OTHER, by=town.analyst)
    assert (version.questionnaire.key, version.number, version.frozen) == ("parks", 1, False)
    assert version.asked == OTHER
    assert kinds() == ["questionnaire.created"]


def test_a_key_that_is_taken_gets_a_number_or_is_refused_when_asked_for(town):
    assert actions.create(ASKED, by=town.analyst).questionnaire.key == "hall_2"
    with pytest.raises(BadInput, match="key “hall” already"):
        actions.create(ASKED, key="hall", by=town.analyst)
    with pytest.raises(BadInput, match="cannot be a key"):
        actions.create(ASKED, key="not a key", by=town.analyst)


def test_an_unsound_questionnaire_is_not_made(town):
    with pytest.raises(BadInput, match="no question"):
        actions.create(replace(OTHER, sections=()), by=town.analyst)
    assert Questionnaire.objects.count() == 1


@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_only_those_with_the_right_change_anything(town, draft, role):
    person, stamp = getattr(town, role), actions.stamp_of(draft)
    steps = [
        lambda: actions.create(OTHER, by=person),
        lambda: actions.import_file(write_toml(OTHER).encode(), name="parks.toml", by=person),
        lambda: actions.save_draft(draft, OTHER, stamp=stamp, by=person),
        lambda: actions.new_draft(town.version, by=person),
        lambda: actions.delete_draft(draft, by=person),
    ]
    for step in steps:
        with pytest.raises(NotPermitted):
            step()
    assert Version.objects.count() == 2


def test_a_draft_is_saved_and_recorded_once(town, draft):
    changed = replace(OTHER, title={"en": "Our parks"})
    saved = actions.save_draft(draft, changed, stamp=actions.stamp_of(draft), by=town.analyst)
    assert Version.objects.get(pk=draft.pk).asked == changed
    actions.save_draft(
        saved, changed, stamp=actions.stamp_of(saved), by=town.analyst
    )  # nothing new: no event
    assert kinds() == ["questionnaire.changed"]


def test_a_stale_save_is_refused_and_changes_nothing(town, draft):
    old = actions.stamp_of(draft)
    actions.save_draft(draft, replace(OTHER, title={"en": "Hers"}), stamp=old, by=town.analyst)
    with pytest.raises(NotAllowed, match="Somebody else saved"):
        actions.save_draft(draft, replace(OTHER, title={"en": "His"}), stamp=old, by=town.administrator)
    assert Version.objects.get(pk=draft.pk).title == "Hers"


def test_a_draft_keeps_the_key_of_its_questionnaire(town, draft):
    actions.save_draft(draft, replace(OTHER, key="other"), stamp=actions.stamp_of(draft), by=None)
    assert Version.objects.get(pk=draft.pk).asked.key == "parks"


def test_nothing_changes_a_frozen_version(town):
    version, before = town.version, town.version.definition
    with pytest.raises(NotAllowed, match="in use"):
        actions.save_draft(version, OTHER, stamp=actions.stamp_of(version), by=town.administrator)
    with pytest.raises(NotAllowed, match="in use"):
        actions.delete_draft(version, by=town.administrator)
    draft = actions.new_draft(version, by=town.administrator)
    imported = actions.import_file(
        write_toml(OTHER).encode(), name="x.toml", key="hall", by=town.administrator
    )
    actions.delete_draft(draft, by=town.administrator)
    version.refresh_from_db()
    assert version.definition == before and version.frozen
    assert imported.number == 3


def test_a_version_frozen_a_moment_ago_is_not_changed(town, draft):
    Version.objects.filter(pk=draft.pk).update(frozen=True)  # the draft in hand still says it is one
    with pytest.raises(NotAllowed, match="in use"):
        actions.save_draft(draft, OTHER, stamp=actions.stamp_of(draft), by=town.analyst)


def test_a_new_draft_copies_the_frozen_version_and_there_is_one_at_a_time(town):
    draft = actions.new_draft(town.version, by=town.analyst)
    assert (draft.number, draft.frozen, draft.definition) == (2, False, town.version.definition)
    with pytest.raises(NotAllowed, match="Version 2 is a draft already"):
        actions.new_draft(town.version, by=town.analyst)


def test_deleting_the_only_draft_deletes_the_questionnaire(town, draft):
    actions.delete_draft(draft, by=town.analyst)
    assert not Questionnaire.objects.filter(key="parks").exists()
    assert kinds() == ["questionnaire.draft_deleted"]
    with pytest.raises(NotAllowed, match="deleted meanwhile"):
        actions.delete_draft(Version(pk=draft.pk, questionnaire=draft.questionnaire), by=town.analyst)


def test_a_draft_planned_in_a_wave_stays(town, draft):
    Wave.objects.create(name={"en": "Summer"}, version=draft)
    with pytest.raises(NotAllowed, match="A wave is planned"):
        actions.delete_draft(draft, by=town.analyst)
    assert Version.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    ("ending", "write"), [("toml", lambda q: write_toml(q).encode()), ("xlsx", write_xlsform)]
)
def test_a_file_becomes_a_questionnaire_named_after_it(town, ending, write):
    version = actions.import_file(write(builtin()), name=f"Hall survey (2).{ending.upper()}", by=town.analyst)
    assert version.questionnaire.key == "hall_survey_2"
    assert Version.objects.get(pk=version.pk).asked.questions == builtin().questions
    assert kinds() == ["questionnaire.imported"]


def test_a_file_under_a_known_key_is_the_next_version(town):
    version = actions.import_file(write_toml(OTHER).encode(), name="a.toml", key="hall", by=town.analyst)
    assert (version.questionnaire, version.number, version.frozen) == (town.version.questionnaire, 2, False)


def test_a_file_without_a_key_never_becomes_a_version_of_something_else(town):
    version = actions.import_file(write_toml(OTHER).encode(), name="hall.toml", by=town.analyst)
    assert (version.questionnaire.key, version.number) == ("hall_2", 1)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.docx", b"x", "not known here"),
        ("a.toml", b"title = ", "not TOML"),
        ("a.toml", b'title = "Parks"', "no question"),
        ("a.toml", b"", "empty"),
        ("a.xlsx", b"PK\x03\x04 no", "not an .xlsx workbook"),
        ("a.lss", b"<document>", ""),
    ],
)
def test_a_bad_file_leaves_nothing_behind(town, name, data, said):
    with pytest.raises(BadInput) as caught:
        actions.import_file(data, name=name, by=town.analyst)
    assert said in str(caught.value)
    assert (Questionnaire.objects.count(), Version.objects.count(), kinds()) == (1, 1, [])
