"""What every test may use: the town, and a database and a browser where the machine has them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# The settings read these when Django starts: tests never touch a hall's own data.
os.environ["OPENHALL_DATA_DIR"] = tempfile.mkdtemp(prefix="openhall-test-")
os.environ.setdefault("OPENHALL_DATABASE_URL", f"sqlite:///{os.environ['OPENHALL_DATA_DIR']}/hall.sqlite3")
os.environ["OPENHALL_DEBUG"] = ""

import pytest
from django.db import connections
from django.test import override_settings
from hypothesis import settings

from tests import town as small_town
from tests.everything import chromium, java, oracles

settings.register_profile("openhall", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("openhall")

DATA = Path(os.environ["OPENHALL_DATA_DIR"])
FAST = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "STORAGES": {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": DATA / "files"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "ANCHORS_FILE": DATA / "anchors.txt",
    "ALLOWED_HOSTS": ["testserver", "localhost", "127.0.0.1"],
}
POSTGRESQL = os.environ["OPENHALL_DATABASE_URL"].startswith("postgres")
TOUCHES_DATABASE = {"db", "transactional_db", "town", "desk", "live_server"}


def pytest_collection_modifyitems(config, items):
    """The browser, Spark, PSPP and R only where they are; on the second run only what touches the database."""
    keep, drop = [], []
    for item in items:
        touches = TOUCHES_DATABASE & set(getattr(item, "fixturenames", ())) or item.get_closest_marker(
            "django_db"
        )
        unwanted = os.environ.get("OPENHALL_TEST_ONLY") == "database" and not touches
        blind = item.get_closest_marker("browser") and not chromium()
        oracle = item.get_closest_marker("oracle")
        alone = bool(oracle and not oracles()[oracle.args[0]])
        alone |= bool(item.get_closest_marker("spark") and not java())
        alone |= bool(item.get_closest_marker("postgresql") and not POSTGRESQL)
        (drop if unwanted or blind or alone else keep).append(item)
    if drop:
        config.hook.pytest_deselected(items=drop)
        items[:] = keep


@pytest.fixture(scope="session", autouse=True)
def fast_settings():
    with override_settings(**FAST):
        yield


@pytest.fixture(autouse=True)
def nothing_remembered():
    """No test sees what a process kept in memory for the one before."""
    from openhall.actions import budget
    from openhall.reads import doors, facts_live

    doors.forget()
    facts_live.forget()
    budget.forget()
    (DATA / "anchors.txt").unlink(missing_ok=True)  # checkpoints of another test's log


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """SQLite tests use a file, as a hall does: threads then wait for each other instead of failing."""
    settings = connections["default"].settings_dict
    if settings["ENGINE"].endswith("sqlite3"):
        settings["TEST"]["NAME"] = str(DATA / "test.sqlite3")


@pytest.fixture
def town(db) -> small_town.Town:
    """Riverside, with its offices, staff and open wave."""
    return small_town.build_town()


@pytest.fixture
def desk(town) -> small_town.Desk:
    """Riverside's service desk: departments, people, catalogue, lists, a calendar of weekdays from nine to five."""
    return small_town.build_desk(town)
