"""Every procedure has a page, the examples of the pages are run, and every page stands in their table of
contents."""

import doctest
import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

import openhall.stats

PAGES = Path(__file__).parents[2] / "docs" / "statistics"
PROCEDURES = sorted(page.name for page in PAGES.glob("*.md") if page.name != "README.md")
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))


def modules():
    names = [found.name for found in pkgutil.iter_modules(openhall.stats.__path__) if not found.ispkg]
    return [importlib.import_module(f"openhall.stats.{name}") for name in names]


def is_result(kind):
    """A class of results: it says by which method, and what to beware of."""
    named = {field.name for field in fields(kind)} if is_dataclass(kind) else set()
    return "method" in named and hasattr(kind, "__dataclass_params__")


def procedures():
    """Public functions that return a result; those named …_of take counts already made, and are no other."""
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_") or name.endswith("_of"):
                continue
            if is_result(get_type_hints(function).get("return")):
                yield f"{module.__name__.rpartition('.')[2]}.{name}", function


@pytest.mark.parametrize("page", PROCEDURES)
def test_the_example_of_a_page_is_true(page):
    found = doctest.testfile(str(PAGES / page), module_relative=False, encoding="utf-8")
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize("page", PROCEDURES)
def test_a_page_says_when_how_and_what_it_means(page):
    text = (PAGES / page).read_text(encoding="utf-8")
    assert "**When.**" in text
    assert "**Formula" in text or "**Rule.**" in text
    assert "**Reading it.**" in text
    assert "**Example.**" in text


def test_every_page_is_listed():
    contents = (PAGES / "README.md").read_text(encoding="utf-8")
    assert [page for page in PROCEDURES if f"({page})" not in contents] == []


def test_the_procedures_are_found():
    assert len(list(procedures())) > 25


@pytest.mark.parametrize("name", [name for name, _ in procedures()])
def test_every_procedure_has_a_page(name):
    module, _, function = name.partition(".")
    assert f"{function}(" in TEXT or f"`{function}`" in TEXT or f"import {function}" in TEXT
    contents = (PAGES / "README.md").read_text(encoding="utf-8")
    assert f"`{module}`" in contents or f"`{function}`" in TEXT


@pytest.mark.parametrize(("name", "function"), list(procedures()))
def test_every_procedure_has_a_worked_example(name, function):
    assert ">>>" in (inspect.getdoc(function) or ""), name
