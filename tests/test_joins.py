"""Nothing is put together in a way that only suits English: what stands between two texts is translated too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import openhall
from tests.messages import extracted

TEMPLATES = Path(openhall.__file__).parent / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name != "audit")
TRANSLATED = re.compile(r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}", re.DOTALL)
FIXED = re.compile(r"[%}]}: ?{[{%]|%}, {% endif|>: {{|}} \({{|> \({{")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_templates_join_nothing_with_fixed_marks(path: Path) -> None:
    assert FIXED.findall(TRANSLATED.sub("", path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "line", ["%}: {{ wave }}", '"hidden">: {{ why }}', "> ({{ key }})", "%}, {% endif %}"]
)
def test_fixed_marks_would_be_found(line: str) -> None:
    assert FIXED.search(line) and not FIXED.search(
        TRANSLATED.sub("", f"{{% blocktranslate %}}{line}{{% endblocktranslate %}}")
    )


def test_one_message_has_one_meaning() -> None:
    said = {str(message.id) for message in extracted()}
    assert not said & {"code", "it is longer than {most} characters."}
    assert {"How many", "Number of sheets", "Sheets", ", ", ": ", "{message} {cure}"} <= said
