"""The shape of the house, held by tests: who writes, who may see, what has a name and a page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from openhall.labels import EVENTS
from openhall.rules.permissions import GRANTS, ROLE_NAMES, Role

PACKAGE = Path(__file__).parents[1] / "src" / "openhall"
WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "delete",
    "get_or_create",
    "update_or_create",
    "add",
    "set",
}
FACES = ("portal", "desk", "api", "reads")


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for file in sorted((PACKAGE / folder).rglob("*.py")):
            yield file, ast.parse(file.read_text("utf-8"))


def views(patterns=None, prefix="") -> Iterator[tuple[str, object]]:
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


def test_every_address_is_public_or_names_the_right_it_needs():
    for address, view in views():
        access = getattr(view, "access", None)
        assert access in {"public", "staff", *GRANTS}, f"{address} does not say who may see it"


def test_faces_and_reads_never_write():
    for file, tree in sources(*FACES):
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                said = ast.unparse(node.func)
                assert "objects" not in said, f"{file.name}:{node.lineno} writes: {said}"


def test_every_action_asks_for_permission_or_is_a_citizens():
    citizens = {"respond.py", "budget.py"}
    for file, tree in sources("actions"):
        if file.name in citizens or file.name == "__init__.py":
            continue
        for function in tree.body:
            if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
                continue
            if "by" not in {argument.arg for argument in function.args.kwonlyargs}:
                continue
            assert "permit(" in ast.unparse(function), (
                f"{file.name}: {function.name} never asks for permission"
            )


def test_every_kind_of_event_has_a_human_label():
    for file, tree in sources("actions"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                kinds = [
                    each.value
                    for each in ast.walk(node.args[0])
                    if isinstance(each, ast.Constant) and "." in str(each.value)
                ]
                assert kinds, f"{file.name}:{node.lineno}: an event kind is a plain word"
                assert set(kinds) <= set(EVENTS), f"{kinds} ({file.name}) have no label in labels.py"


def test_every_role_has_a_name_and_a_right():
    assert set(ROLE_NAMES) == set(Role)
    assert set().union(*GRANTS.values()) == set(Role)


def test_every_module_says_what_it_is():
    for file, tree in sources(""):
        if "migrations" not in file.parts and file.read_text().strip():
            assert ast.get_docstring(tree), f"{file.relative_to(PACKAGE)} does not open with a sentence"


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_page_carries_an_inline_style_or_script():
    for file in sorted((PACKAGE / "templates").rglob("*.html")):
        text = file.read_text("utf-8")
        assert " style=" not in text, f"{file.name} has an inline style"
        assert "<script>" not in text and " onclick=" not in text, f"{file.name} has an inline script"
