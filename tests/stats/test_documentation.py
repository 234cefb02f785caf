"""The examples of the statistics pages are run, and every page stands in their table of contents."""

import doctest
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "statistics"
PROCEDURES = sorted(page.name for page in PAGES.glob("*.md") if page.name != "README.md")


@pytest.mark.parametrize("page", PROCEDURES)
def test_the_example_of_a_page_is_true(page):
    found = doctest.testfile(str(PAGES / page), module_relative=False, encoding="utf-8")
    assert found.attempted > 0
    assert found.failed == 0


def test_every_page_is_listed():
    contents = (PAGES / "README.md").read_text(encoding="utf-8")
    assert [page for page in PROCEDURES if f"({page})" not in contents] == []
