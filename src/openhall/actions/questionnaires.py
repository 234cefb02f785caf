"""Making and changing questionnaires. A version that was ever open to citizens is frozen and stays as it is
for good; what freezes it is the opening of a wave, not this module. Seed: appendix.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePath

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import Questionnaire, User, Version, record
from openhall.surveys import dict_format
from openhall.surveys.lss import read_lss
from openhall.surveys.questionnaire import Questionnaire as Asked
from openhall.surveys.soundness import require_sound
from openhall.surveys.toml_format import read_toml
from openhall.surveys.xlsform import read_xlsform

LONGEST_KEY = 50
READERS: Mapping[str, Callable[..., Asked]] = {".toml": read_toml, ".xlsx": read_xlsform, ".lss": read_lss}

_KEY = re.compile(r"[A-Za-z0-9_-]{1,50}")
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9_]+")


@transaction.atomic
def create(asked: Asked, *, key: str = "", by: User | None) -> Version:
    """A new questionnaire with `asked` as version 1, a draft. Without a `key` the next free one is made from
    its own.

    BadInput when the key is malformed or taken, or the questionnaire is not sound.
    """
    permit(by, "questionnaire.edit")
    key = _checked(key) if key else _free(asked.key)
    questionnaire, made = Questionnaire.objects.get_or_create(key=key)  # of two at once, one makes it
    if not made:
        cure = N_("Choose another key.")
        raise BadInput(
            Problem("", N_("there is a questionnaire with the key “{key}” already."), cure, {"key": key})
        )
    version = _append(questionnaire, asked)
    record("questionnaire.created", questionnaire, by=by, version=version.number)
    return version


@transaction.atomic
def import_file(data: bytes, *, name: str, key: str = "", by: User | None) -> Version:
    """The questionnaire of a file as a new draft; `version.asked.notes` say what its reader had to decide.

    The ending of `name` says the format: .toml, .xlsx (XLSForm) or .lss (LimeSurvey). With the key of a
    questionnaire that is here the draft is its next version; without a key a new one is made from the file's
    name. BadInput names the place and cure of everything wrong in the file, and then nothing is kept.
    """
    permit(by, "questionnaire.edit")
    path = PurePath(name.replace("\\", "/"))
    key = _checked(key) if key else _free(path.stem)
    asked = _reader(path)(data, key=key)
    questionnaire, _created = Questionnaire.objects.select_for_update().get_or_create(key=key)
    version = _append(questionnaire, asked)
    version.asked = replace(version.asked, notes=asked.notes)
    record("questionnaire.imported", questionnaire, by=by, version=version.number, format=path.suffix.lower())
    return version


@transaction.atomic
def new_draft(version: Version, *, by: User | None) -> Version:
    """A copy of a frozen version as the next, to be changed. NotAllowed while the newest is a draft."""
    permit(by, "questionnaire.edit")
    questionnaire = Questionnaire.objects.select_for_update().get(pk=version.questionnaire_id)
    newest = questionnaire.newest
    if not newest.frozen:
        raise NotAllowed(
            N_("Version {number} is a draft already. Change that one, or delete it first."),
            number=newest.number,
        )
    draft = Version.objects.create(
        questionnaire=questionnaire, number=newest.number + 1, definition=version.definition
    )
    record("questionnaire.drafted", questionnaire, by=by, version=draft.number, copied=version.number)
    return draft


@transaction.atomic
def save_draft(version: Version, asked: Asked, *, stamp: str, by: User | None) -> Version:
    """Put `asked` in the place of what the draft says now. `stamp` is `stamp_of` the version the change
    began from.

    NotAllowed when the version is frozen or somebody else has saved it meanwhile; BadInput when `asked` is
    not sound.
    """
    permit(by, "questionnaire.edit")
    draft = _locked_draft(version)
    if stamp_of(draft) != stamp:
        template = N_(
            "Somebody else saved this draft while you were changing it, so yours was not saved."
            " Look at the draft as it is now, then save again."
        )
        raise NotAllowed(template)
    definition = _definition(replace(asked, key=draft.questionnaire.key))
    if definition != draft.definition:
        draft.definition = definition
        draft.save(update_fields=["definition", "changed_at"])
        record("questionnaire.changed", draft.questionnaire, by=by, version=draft.number)
    return draft


@transaction.atomic
def delete_draft(version: Version, *, by: User | None) -> None:
    """Delete a draft, with its only version the questionnaire. NotAllowed if frozen or planned in a wave."""
    permit(by, "questionnaire.edit")
    draft = _locked_draft(version)
    if draft.waves.exists():
        raise NotAllowed(
            N_("A wave is planned with this draft. Choose another version in the plan of the wave first.")
        )
    questionnaire = draft.questionnaire
    record("questionnaire.draft_deleted", questionnaire, by=by, version=draft.number)
    draft.delete()
    if not questionnaire.versions.exists():
        questionnaire.delete()


def stamp_of(version: Version) -> str:
    """What tells one state of a draft from another: a fingerprint of its definition."""
    return hashlib.sha256(version.definition.encode()).hexdigest()[:16]


def _locked_draft(version: Version) -> Version:
    draft = (
        Version.objects.select_for_update(of=("self",))
        .select_related("questionnaire")
        .filter(pk=version.pk)
        .first()
    )
    if draft is None:
        raise NotAllowed(N_("This draft has been deleted meanwhile."))
    if draft.frozen:
        raise NotAllowed(
            N_("Version {number} is in use and cannot be changed. Make a new version of it."),
            number=draft.number,
        )
    return draft


def _append(questionnaire: Questionnaire, asked: Asked) -> Version:
    """`asked` as the questionnaire's next version."""
    last = questionnaire.versions.order_by("number").last()
    return Version.objects.create(
        questionnaire=questionnaire,
        number=last.number + 1 if last else 1,
        definition=_definition(replace(asked, key=questionnaire.key)),
    )


def _definition(asked: Asked) -> str:
    form = dict_format.to_dict(require_sound(asked))
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))


def _reader(path: PurePath) -> Callable[..., Asked]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        cure = N_("Send a questionnaire as .toml, .xlsx (XLSForm) or .lss (LimeSurvey).")
        raise BadInput(
            Problem(N_("File {file}"), N_("this kind of file is not known here."), cure, {"file": path.name})
        )
    return reader


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        cure = N_("Use up to {most} letters from a to z, digits, hyphens or underscores.")
        raise BadInput(Problem("", N_("“{key}” cannot be a key."), cure, {"key": key, "most": LONGEST_KEY}))
    return key


def _free(wanted: str) -> str:
    """`wanted` as a key nobody uses yet, with a number behind it where it is taken."""
    stem = _NOT_IN_KEY.sub("_", wanted).strip("_").lower()[: LONGEST_KEY - 5] or "questionnaire"
    taken = set(Questionnaire.objects.filter(key__startswith=stem).values_list("key", flat=True))
    number = 2
    key = stem
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key
