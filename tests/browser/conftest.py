"""Headless Chromium over a live server, and the demo town made once for all tests that look at it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from tests.browser.furnish import furnish
from tests.conftest import DATA
from tests.everything import chromium

from openhall.demo import load
from openhall.models import User


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    # Playwright's event loop lives in this thread; the tests' own queries are allowed beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def kept_demo(django_db_setup, django_db_blocker, tmp_path_factory) -> Path:
    """A folder with the furnished demo town as a database file, its files, and what `furnish` told.

    Half a year of requests takes a while to play: the first worker does, the others take what it has made.
    """
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / "demo"
    with (shared / "demo.lock").open("w") as lock, django_db_blocker.unblock():
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _make(shared / "demo.part")
            (shared / "demo.part").rename(folder)
    return folder


def _make(folder: Path) -> None:
    folder.mkdir()
    load()
    told = furnish() | {"key": settings.SECRET_KEY}  # codes open with the key they were made with
    (folder / "told.json").write_text(json.dumps(told), "utf-8")
    with sqlite3.connect(folder / "hall.sqlite3") as file:
        connection.ensure_connection()
        connection.connection.backup(file)
    file.close()
    shutil.copytree(DATA / "files", folder / "files")


@pytest.fixture
def demo(kept_demo, transactional_db) -> Iterator[dict[str, Any]]:
    """The demo town is in the database. Gives what `furnish` told."""
    connection.ensure_connection()
    with sqlite3.connect(kept_demo / "hall.sqlite3") as file:
        file.backup(connection.connection)
    file.close()
    shutil.copytree(kept_demo / "files", DATA / "files", dirs_exist_ok=True)
    told = json.loads((kept_demo / "told.json").read_text("utf-8"))
    with override_settings(SECRET_KEY=told["key"]):
        yield told


@pytest.fixture
def visit(browser, live_server):
    """Opens a page for a visitor, or for one of the staff who has signed in already."""
    opened = []

    def visitor(user: User | None = None, *, language: str = "en", scripts: bool = True, **more: Any):
        locale = "zh-CN" if language == "zh" else "en-GB"
        context = browser.new_context(locale=locale, java_script_enabled=scripts, **more)
        opened.append(context)
        if user:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(60_000)  # a report is computed while it is opened
        return page

    yield visitor
    for context in opened:
        context.close()
