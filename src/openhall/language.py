"""Languages outside Django: the translator of the core, and how a wording is said in a language.

The catalogue is the project's one catalogue (`locale/`), read with the standard library, so that the command line and
the report speak Chinese without a settings module. A *wording* is a mapping from language to text, as questionnaires
carry it.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from openhall.errors import Translate

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "zh": "中文"}
_CATALOGUES = {"zh": "zh_Hans"}

Wording = Mapping[str, str]


def short(code: str) -> str:
    """The questionnaire's language code for a browser's or Django's one.

    >>> short("zh-hans"), short("en-GB"), short("de")
    ('zh', 'en', 'de')
    """
    return code.replace("_", "-").split("-")[0].lower()


@cache
def translator(lang: str) -> Translate:
    """A function that says a marked English template in `lang`; English where there is no translation."""
    catalogue = _CATALOGUES.get(short(lang))
    if catalogue is None:
        return str
    return gettext.translation("django", LOCALE, [catalogue], fallback=True).gettext


def say(wording: Wording, lang: str) -> str:
    """The wording in `lang`, else in English, else in the first language it has.

    >>> say({"en": "Male", "zh": "男"}, "zh-hans"), say({"zh": "男"}, "en"), say({}, "en")
    ('男', '男', '')
    """
    return wording.get(short(lang)) or wording.get("en") or next(iter(wording.values()), "")
