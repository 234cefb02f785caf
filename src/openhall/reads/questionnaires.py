"""What the questionnaire pages show: the shelf of all, and one with its versions, waves and remarks."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from openhall.language import LANGUAGES, short
from openhall.models import Questionnaire, Version, Wave
from openhall.surveys import editing, linter
from openhall.surveys.linter import Remark
from openhall.surveys.questionnaire import Option, Section
from openhall.surveys.questionnaire import Questionnaire as Asked


@dataclass(frozen=True)
class Shelved:
    """One questionnaire on the shelf; `version` is its newest, `asked` what that one says."""

    questionnaire: Questionnaire
    version: Version
    versions: list[Version]
    waves: list[Wave]

    @property
    def asked(self) -> Asked:
        return self.version.asked

    @property
    def language_names(self) -> list[str]:
        return [LANGUAGES.get(code, code) for code in self.asked.languages]


@dataclass(frozen=True)
class Part:
    """One section in an overview: the scale its rating questions share, the number of its first question."""

    section: Section
    scale: tuple[Option, ...]
    start: int


def shelf() -> list[Shelved]:
    """Every questionnaire, the one changed last first."""
    rows = [_shelved(questionnaire) for questionnaire in Questionnaire.objects.prefetch_related(_versions())]
    return sorted(rows, key=lambda row: max(version.changed_at for version in row.versions), reverse=True)


def shelved(key: str) -> Shelved | None:
    """One questionnaire with all its versions and waves, or None."""
    found = Questionnaire.objects.prefetch_related(_versions()).filter(key=key).first()
    return _shelved(found) if found else None


def versions_to_choose() -> QuerySet[Version]:
    """Versions with the questionnaire they belong to, to fetch one from."""
    return Version.objects.select_related("questionnaire")


def keys() -> list[str]:
    """The keys of all questionnaires, in order."""
    return list(Questionnaire.objects.order_by("key").values_list("key", flat=True))


def parts(asked: Asked) -> list[Part]:
    """The sections in display order."""
    found, start = [], 1
    for section in asked.sections:
        found.append(Part(section, editing.scale_of(section), start))
        start += len(section.questions)
    return found


def tongues(asked: Asked, lang: str) -> list[str]:
    """The questionnaire's languages, the reader's own first."""
    return sorted(asked.languages, key=lambda code: code != short(lang))


def remarks(asked: Asked) -> list[Remark]:
    """What the linter would have a person look at."""
    return linter.lint(asked)


def _versions() -> Prefetch:
    waves = Prefetch("waves", Wave.objects.order_by("-pk"))
    return Prefetch("versions", Version.objects.order_by("-number").prefetch_related(waves))


def _shelved(questionnaire: Questionnaire) -> Shelved:
    versions = list(questionnaire.versions.all())
    waves = [wave for version in versions for wave in version.waves.all()]
    return Shelved(questionnaire, versions[0], versions, waves)
