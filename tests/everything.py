"""`make test`: every test on SQLite, then every test that touches the database again on PostgreSQL.

Where this may be done (root on a Debian machine) the missing servers are installed first; elsewhere what is missing is
named with its cure, the rest runs, and the last lines count what was left out.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "PostgreSQL": ["postgresql"],
    "Chromium": ["chromium", "fonts-noto-cjk"],
    "PSPP": ["pspp"],
    "R": ["r-base-core"],
    "Java": ["default-jre-headless"],
}
LEFT_OUT = {  # what is not tested without them
    "PostgreSQL": "the whole second run",
    "Chromium": "the browser tests",
    "PSPP": "the comparison with PSPP",
    "R": "the comparison with R",
    "Java": "counting on Spark",
}
SERVERS = (
    "PostgreSQL",
    "Chromium",
    "Java",
)  # installed where that may be done; PSPP and R are only used where they are


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres, newest version first."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]), reverse=True
    )
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def java() -> str | None:
    """What Spark runs on."""
    return os.environ.get("JAVA_HOME") or shutil.which("java")


def oracles() -> dict[str, str | None]:
    """The programs that compute our figures again."""
    return {"PSPP": shutil.which("pspp"), "R": shutil.which("Rscript")}


def missing() -> list[str]:
    found = {"PostgreSQL": postgres_programs(), "Chromium": chromium(), "Java": java(), **oracles()}
    return [name for name, there in found.items() if not there]


def install(names: list[str]) -> None:
    """Debian's packages for what is missing, where this user may install them."""
    packages = [package for name in names for package in PACKAGES[name]]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {', '.join(packages)} (Debian packages) …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL)
        if done.returncode:
            print(f"  {' '.join(command)} failed; going on without.", flush=True)
            return


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """A PostgreSQL server of our own on a free port, gone afterwards. Yields its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    home = Path(tempfile.mkdtemp(prefix="openhall-pg-"))
    if as_user:
        shutil.chown(home, "postgres")
    data = home / "data"

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(programs / program), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/"
        )

    call(
        "initdb",
        "-D",
        str(data),
        "-U",
        "openhall",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    fast = " ".join(f"-c {setting}=off" for setting in ("fsync", "synchronous_commit", "full_page_writes"))
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 {fast}"
    call("pg_ctl", "-D", str(data), "-o", options, "-l", str(home / "log"), "-w", "start")
    try:
        yield f"postgresql://openhall@127.0.0.1:{port}/postgres"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


def pytest(title: str, *arguments: str, **environment: str) -> int:
    print(f"\n== {title}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}).returncode


def main(arguments: list[str]) -> int:
    if lacking := [name for name in missing() if name in SERVERS]:
        install(lacking)
    lacking = missing()
    statuses = [pytest("SQLite", *arguments)]
    if programs := postgres_programs():
        with postgres(programs) as url:
            statuses.append(
                pytest(
                    "PostgreSQL",
                    "-m",
                    "not browser",
                    *arguments,
                    OPENHALL_DATABASE_URL=url,
                    OPENHALL_TEST_ONLY="database",
                )
            )
    print()
    for name in lacking:
        cure = f"Install: apt-get install {' '.join(PACKAGES[name])}"
        print(f"Skipped: {LEFT_OUT[name]}, because {name} is not here. {cure}")
    print(
        f"{len(statuses) - sum(map(bool, statuses))} of {len(statuses)} runs passed, {len(lacking)} skipped."
    )
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
