"""How long the database takes for each page with a work list, at a million requests.

    python -m benchmarks.lists [--requests 1000000] [--database postgresql://…] [--folder DIR] [--limit 50]

Makes a town (`lists_town`) in a fresh SQLite database, and in an empty PostgreSQL database: the one --database names,
or a server of its own where PostgreSQL is installed. Signs in as each role, opens every tab of its desk and the list
with every single filter, with many combinations of them (drawn at random, the same every time), in every order, first
and second page. Each page's queries are then asked again by themselves: the time of a page is the sum of the best of
three of each, from sending to the last row; of SQLite, which works in this very thread, the processor's time. Prints a
line a role and kind of page, and the slowest page with its plan where it is over the limit. With --folder the databases
are kept for the next run.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROLES = {  # role: who is signed in
    "clerk": "clerk-0",
    "dispatcher": "dispatcher",
    "handler, large department": "handler-0-0",
    "handler, small department": "handler-7-0",
    "head of department": "head-1",
    "screener": "screener",
    "supervisor": "supervisor",
    "leader": "leader",
    "auditor": "auditor",
}
SINGLE = {  # one by one in open lists, closed ones and both
    "urgency": ("1", "5"),
    "due": ("overdue", "today", "2", "7", "paused"),
    "department": ("department-0", "department-7", "none"),
    "person": ("me", "none"),
    "service": ("service-0", "service-39", "none"),
    "area": ("area-0", "area-11"),
    "class": ("help", "praise"),
    "channel": ("web", "visit"),
    "group": ("elderly", "veteran"),
    "outcome": ("resolved", "screened"),
    "entered": ("me", "office"),
    "confidential": ("yes", "no"),
    "since": ("2026-11-20", "2023-01-01"),
    "until": ("2026-11-01", "2022-03-01"),
    "q": ("street light", "损坏", "lamp 小区 damp", "zzz"),
    "needs": ("sign", "part", "extension", "order", "rectification", "screening", "appeal"),
}
CLOSINGS = (
    {"closed_since": "2026-07-01", "closed_until": "2026-09-30"},
    {"closed_until": "2022-03-01", "department": "department-7"},
    {"closed_since": "2026-07-01", "service": "service-39", "sort": "new"},
    {"closed_since": "2026-01-01", "area": "area-11", "sort": "changed"},
)
STATES = ("", "received", "returned", "handling", "waiting", "closed", "any")
SORTS = ("", "due", "new", "old", "changed")
COMBINED = 30  # combinations of two to five filters, each role its own
ALIKE = {
    "supervisor",
    "leader",
    "auditor",
}  # see what the dispatcher sees: only their desks and lists without filters


def addresses(role: str) -> list[tuple[str, str]]:
    """Kind of page and address."""
    found = [
        ("list, no filter", f"?{urlencode({'state': state, 'sort': sort})}")
        for state in STATES
        for sort in SORTS
    ]
    if role in ALIKE:
        return [(kind, "/desk/requests/" + query) for kind, query in found]
    for key, values in SINGLE.items():
        for state in ("", "closed", "any"):
            found += [("list, one filter", f"?{urlencode({key: value, 'state': state})}") for value in values]
    found += [("list, by closing", f"?{urlencode({'state': 'closed', **asked})}") for asked in CLOSINGS]
    chance = random.Random(f"lists {role}")
    for _ in range(COMBINED):
        keys = chance.sample(sorted(SINGLE), chance.randint(2, 5))
        asked = {key: chance.choice(SINGLE[key]) for key in keys}
        asked |= {"state": chance.choice(STATES), "sort": chance.choice(SORTS)}
        found.append(("list, several filters", f"?{urlencode(asked)}"))
    return [(kind, "/desk/requests/" + query) for kind, query in found]


class Measured:
    """Times of pages in ms by role and kind, and the slowest query of the slowest page."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.slowest: dict[tuple[str, str], tuple[float, str, str, Any]] = {}

    def add(self, role: str, kind: str, address: str, asked: list[tuple[str, Any]]) -> None:
        times = [(again(sql, values), sql, values) for sql, values in asked]
        total = sum(took for took, _, _ in times)
        self.pages[role, kind].append(total)
        if total >= max(self.pages[role, kind]):
            _, sql, values = max(times, key=lambda one: one[0])
            self.slowest[role, kind] = (total, address, sql, values)


def again(sql: str, values: Any) -> float:
    """Milliseconds at best of three. SQLite works in this thread: its processor time, so that others do not count."""
    from django.db import connection

    clock, best = time.thread_time if connection.vendor == "sqlite" else time.perf_counter, float("inf")
    for _ in range(3):
        with connection.cursor() as cursor:
            started = clock()
            cursor.execute(sql, values)
            cursor.fetchall()
            best = min(best, 1000 * (clock() - started))
    return best


def visit(client: Any, address: str) -> tuple[Any, list[tuple[str, Any]]]:
    """The answer and the questions the database was asked for it."""
    from django.db import connection

    asked = []

    def look(execute, sql, values, many, context):
        if sql.startswith("SELECT"):
            asked.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(look):
        answer = client.get(address)
    assert answer.status_code == 200, (answer.status_code, address)
    return answer, asked


def measure() -> Measured:
    from django.test import Client
    from django.test.utils import setup_test_environment

    from openhall.desk.tabs import TABS
    from openhall.models import User

    setup_test_environment()  # answers then keep what their page was made from
    done = Measured()
    for role, username in ROLES.items():
        user, client = User.objects.get(username=username), Client(headers={"host": "localhost"})
        client.force_login(user)
        for tab in TABS.get(user.role, ()):
            _answer, asked = visit(client, f"/desk/?tab={tab.key}")
            done.add(role, "desk, one tab and all counts", tab.key, asked)
        for kind, address in addresses(role):
            answer, asked = visit(client, address)
            done.add(role, kind, address, asked)
            if further := answer.context["page"].next:
                _answer, asked = visit(client, f"{address}&after={further}")
                done.add(role, f"{kind}, second page", address, asked)
    return done


def report(done: Measured, limit: float) -> None:
    from django.db import connection

    print(f"\n| {connection.vendor}: role | page | pages | p50 ms | max ms |\n|---|---|---:|---:|---:|")
    for (role, kind), times in done.pages.items():
        print(f"| {role} | {kind} | {len(times)} | {statistics.median(times):.1f} | {max(times):.1f} |")
    every = [took for times in done.pages.values() for took in times]
    over = sum(took > limit for took in every)
    print(f"| all | | {len(every)} | {statistics.median(every):.1f} | {max(every):.1f} |")
    print(f"\n{over} of {len(every)} pages took more than {limit:.0f} ms in the database.", flush=True)
    for (role, kind), (total, address, sql, values) in done.slowest.items():
        if total > limit:
            print(f"\n{role}, {kind}: {total:.1f} ms, {address}\n{sql[:3000]}\n{values}")
            with connection.cursor() as cursor:
                explain = (
                    "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS) "
                )
                cursor.execute(explain + sql, values)
                print("\n".join(f"  {line[-1]}" for line in cursor.fetchall()))


def one_database(count: int, limit: float) -> None:
    """In a process of its own, with the database in the environment."""
    import django

    django.setup()
    from benchmarks import lists_town
    from django.core.management import call_command

    from openhall import moment
    from openhall.models import ServiceRequest

    call_command("migrate", verbosity=0)
    if not ServiceRequest.objects.exists():
        started = time.perf_counter()
        lists_town.fill(count)
        print(f"\n{count} requests made in {time.perf_counter() - started:.0f} s", flush=True)
    with moment.at(lists_town.NOW):
        report(measure(), limit)


def own_server() -> Any:
    from tests.everything import postgres, postgres_programs

    programs = postgres_programs()
    return postgres(programs) if programs else nullcontext("")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database")
    parser.add_argument("--folder", type=Path, help="where databases are kept")
    parser.add_argument("--limit", type=float, default=50, help="milliseconds")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        one_database(given.requests, given.limit)
        return
    with (
        tempfile.TemporaryDirectory() as temporary,
        nullcontext(given.database) if given.database else own_server() as url,
    ):
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for address in filter(None, (f"sqlite:///{folder}/lists.sqlite3", url)):
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "openhall.settings",
                "OPENHALL_DATA_DIR": str(folder),
                "OPENHALL_DATABASE_URL": address,
                "OPENHALL_DEBUG": "1",  # pages without the manifest of static files
            }
            command = [sys.executable, "-m", "benchmarks.lists", "--here"]
            more = ["--requests", str(given.requests), "--limit", str(given.limit)]
            subprocess.run([*command, *more], env=environment, check=True)


if __name__ == "__main__":
    main()
