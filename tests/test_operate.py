"""docs/operate.md says what the program does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from openhall.management.commands.hall import read_hall
from openhall.reads import sources

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operate.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_every_setting_of_the_environment_is_described_and_none_that_is_not_there():
    source = (ROOT / "src" / "openhall" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'"(OPENHALL_[A-Z_]+)"', source))
    assert read == set(re.findall(r"^\| `(OPENHALL_[A-Z_]+)`", PAGE, re.MULTILINE))


def test_the_example_of_a_hall_is_read():
    example, _sources = EXAMPLES
    assert tomllib.loads(example)["code"] == "lakeside"
    hall = read_hall(example.encode())
    assert {person.office for person in hall.people} <= {place.code for place in hall.offices}
    assert hall.calendar and hall.areas and hall.items and hall.services


def test_the_example_of_sources_is_read(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / sources.FILE).write_text(EXAMPLES[1], "utf-8")
    found = sources.listed()
    assert [one.key for one in found.sources] == [one["key"] for one in tomllib.loads(EXAMPLES[1])["source"]]
    assert not found.problems
