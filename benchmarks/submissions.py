"""How many complete anonymous submissions a second: form fetched over a fresh connection, posted, stored.

    python benchmarks/submissions.py [--clients 8 32] [--seconds 5] [--database postgresql://…] [--out FILE]

Starts `openhall serve` on a fresh SQLite database, and on a second one where --database names it, beside the
floor of benchmarks/floor.py. The runs are interleaved, the medians of all rounds go into a Markdown table.
Then the server is killed with SIGKILL under load, and every acknowledged answer is looked for. The client
shares the machine's cores.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
TICK = os.sysconf("SC_CLK_TCK")
RATE = 50  # arrivals a second of the open run
READY = 60  # seconds a server may take to start


@dataclass
class Server:
    """A running server: where its form is, and the process whose children serve it."""

    name: str
    url: str
    pid: int
    environment: dict[str, str]
    runs: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    def processes(self) -> list[int]:
        """The web server's processes, without the background worker."""
        found, waiting = [], [self.pid]
        while waiting:
            pid = waiting.pop()
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"openhall.worker" in command:
                continue
            found.append(pid)
            waiting += [
                int(child)
                for task in Path(f"/proc/{pid}/task").iterdir()
                for child in (task / "children").read_text().split()
            ]
        return [pid for pid in found if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def cpu(self) -> float:
        """CPU seconds of all its processes so far."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in self.processes()]
        return sum(int(one[11]) + int(one[12]) for one in fields) / TICK

    def memory(self) -> float:
        """Proportional set size in MiB."""
        lines = [Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() for pid in self.processes()]
        return sum(int(line.split()[1]) for one in lines for line in one if line.startswith("Pss:")) / 1024


def visit(server: Server, *arguments: str) -> dict[str, float]:
    """One run of the visitors, with the server's CPU and memory."""
    before = server.cpu()
    got = json.loads(_run([sys.executable, str(HERE / "visitors.py"), server.url, *arguments]))
    got["cpu"] = 1000 * (server.cpu() - before) / max(1, got["stored"])
    got["memory"] = server.memory()
    return got


@contextmanager
def hall(name: str, folder: Path, database: str = "") -> Iterator[Server]:
    """OpenHall as it is served, with the demo town in a fresh database."""
    data = folder / name
    environment = {
        **os.environ,
        "OPENHALL_DATA_DIR": str(data),
        "OPENHALL_ANSWERS_PER_HOUR": "1000000000",
        "OPENHALL_DEBUG": "",
    }
    environment["OPENHALL_DATABASE_URL"] = database or f"sqlite:///{data}/hall.sqlite3"
    openhall = [sys.executable, "-m", "openhall.cli"]
    for step in ("migrate", "demo"):
        _run([*openhall, step], environment)
    key = (
        "from openhall.models import Allocation as A; print(A.objects.filter(wave__state='open').first().key)"
    )
    key = _run([*openhall, "django", "shell", "--no-imports", "-c", key], environment).split()[-1]
    port = _free_port()
    command = [*openhall, "serve", "--port", str(port)]
    with _process(command, environment, f"http://127.0.0.1:{port}/health") as pid:
        yield Server(name, f"http://127.0.0.1:{port}/s/{key}/", pid, environment)


@contextmanager
def floor(folder: Path, page: bytes) -> Iterator[Server]:
    """The raw application on the same server with the same workers and threads."""
    (folder / "page.html").write_bytes(page)
    environment = {
        **os.environ,
        "FLOOR_PAGE": str(folder / "page.html"),
        "FLOOR_DATABASE": str(folder / "floor.sqlite3"),
    }
    port = _free_port()
    options = [
        "--interface",
        "wsgi",
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--no-ws",
        "--log-level",
        "warning",
    ]
    command = [
        sys.executable,
        "-m",
        "granian",
        *options,
        "--port",
        str(port),
        "--working-dir",
        str(HERE),
        "floor:application",
    ]
    with _process(command, environment, f"http://127.0.0.1:{port}/") as pid:
        yield Server("floor", f"http://127.0.0.1:{port}/s/floor/", pid, environment)


def survives_kill(server: Server, seconds: float) -> tuple[int, int]:
    """Kill every process of the server under load. How many answers were acknowledged, how many of them are
    missing.
    """
    client = subprocess.Popen(
        [
            sys.executable,
            str(HERE / "visitors.py"),
            server.url,
            "--clients",
            "16",
            "--seconds",
            str(seconds),
            "--keys",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(seconds / 2)
    for pid in server.processes():
        os.kill(pid, signal.SIGKILL)
    keys = json.loads(client.communicate()[0])["keys"]
    listed = Path(server.environment["OPENHALL_DATA_DIR"]) / "acknowledged.json"
    listed.write_text(json.dumps(keys))
    look = (
        "import json, pathlib; from openhall.models import Response; "
        f"keys = set(json.loads(pathlib.Path({str(listed)!r}).read_text())); "
        "print(len(keys - set(Response.objects.exclude(once=None).values_list('once', flat=True))))"
    )
    missing = _run(
        [sys.executable, "-m", "openhall.cli", "django", "shell", "--no-imports", "-c", look],
        server.environment,
    )
    return len(keys), int(missing.split()[-1])


def table(servers: list[Server]) -> str:
    """Medians of the rounds; the ratio is to the floor under the same load."""
    names = [
        "server",
        "load",
        "per second",
        "of the floor",
        "p50 ms",
        "p99 ms",
        "CPU ms each",
        "PSS MiB",
        "failed",
    ]
    lines = [f"| {' | '.join(names)} |", "|---|---|" + "---:|" * 7]

    def middle(server: Server, load: str, what: str) -> float:
        return statistics.median(run[what] for run in server.runs[load])

    for load in servers[-1].runs:
        for server in servers:
            rate, least = middle(server, load, "per_second"), middle(servers[-1], load, "per_second")
            lines.append(
                f"| {server.name} | {load} | {rate:.0f} | {100 * rate / least:.0f} % | "
                f"{1000 * middle(server, load, 'p50'):.1f} | {1000 * middle(server, load, 'p99'):.1f} | "
                f"{middle(server, load, 'cpu'):.2f} | {middle(server, load, 'memory'):.0f} | "
                f"{sum(run['failed'] for run in server.runs[load])} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, nargs="+", default=[8, 32])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", help="an empty PostgreSQL database to measure as well")
    parser.add_argument("--out", type=Path, help="write the table to this file too")
    asked = parser.parse_args()
    loads = {f"{count} visitors": ["--clients", str(count)] for count in asked.clients}
    loads[f"{RATE} arrivals/s"] = ["--rate", str(RATE)]
    with tempfile.TemporaryDirectory(prefix="openhall-benchmark-") as folder, ExitStack() as running:
        halls = [running.enter_context(hall("SQLite", Path(folder)))]
        if asked.database:
            halls.append(running.enter_context(hall("PostgreSQL", Path(folder), asked.database)))
        with urllib.request.urlopen(halls[0].url) as answer:
            page = answer.read()
        servers = [*halls, running.enter_context(floor(Path(folder), page))]
        for server in servers:
            visit(server, "--clients", "8", "--seconds", "1")
        for number in range(asked.rounds):
            for load, arguments in loads.items():
                for server in servers:
                    print(
                        f"  round {number + 1} of {asked.rounds}: {server.name}, {load} …",
                        file=sys.stderr,
                        flush=True,
                    )
                    got = visit(server, *arguments, "--seconds", str(asked.seconds))
                    server.runs.setdefault(load, []).append(got)
        said = [table(servers), ""]
        for server in halls:
            acknowledged, missing = survives_kill(server, max(4.0, asked.seconds))
            said.append(
                f"{server.name}, killed under load: {acknowledged} acknowledged, {missing} of them missing."
            )
    text = "\n".join(
        [
            *said,
            "",
            f"{os.cpu_count()} cores, client on the same machine, load average {os.getloadavg()[0]:.1f}.",
        ]
    )
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", "utf-8")


@contextmanager
def _process(command: list[str], environment: dict[str, str], address: str) -> Iterator[int]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(READY * 10):
            try:
                urllib.request.urlopen(address, timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit(f"no answer from {address}")
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
