"""`openhall serve`: the web server and the worker as two child processes, started and stopped together.

The parent stays small: it prepares, watches and stops. Nothing of a visit is logged, so no address is kept.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from openhall.errors import N_, OpenHallError

THREADS = 4  # blocking threads of a web process
START_PATIENCE = 60.0  # seconds until the web server must answer
STOP_PATIENCE = 10.0  # seconds a child has to finish what it is doing
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104
_PR_SET_PDEATHSIG = 1

Children = dict[str, subprocess.Popen[bytes]]


def main(host: str, port: int, *, workers: int = 2, demo: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM. With `demo`, first build, migrate and load the demo town if need be.

    Raises OpenHallError, with the cure, when the port is taken, the database is not ready or the server dies.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    _require_free(host, port)
    if demo:
        _prepare_demo()
    else:
        _require_ready()
    children: Children = {}
    try:
        children["web"] = _start_web(host, port, workers)
        _wait_until_it_answers(children["web"], host, port)
        children["worker"] = _start("openhall.worker")
        _greet(host, port)
        _watch(children)
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        _stop(children)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _require_free(host: str, port: int) -> None:
    """Ask for the port as the server will, so that the answer comes at once and names the cure."""
    if not 0 < port < 65536:
        raise OpenHallError(N_("There is no port {port}; ports go from 1 to 65535."), port=port)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise OpenHallError(
            N_("Port {port} is kept for administrators. Choose one from 1024: PORT=8001 make run."),
            port=port,
        ) from None
    except socket.gaierror:
        raise OpenHallError(
            N_("The host “{host}” is not known. Use 127.0.0.1 or 0.0.0.0."), host=host
        ) from None
    except OSError as error:
        raise OpenHallError(
            N_(
                "Port {port} cannot be used ({error}). "
                "Choose another: PORT={other} make run, or openhall serve --port {other}."
            ),
            port=port,
            error=error.strerror or error,
            other=port + 1 if port < 65535 else 8001,
        ) from None


def _prepare_demo() -> None:
    from openhall import build

    build.main()
    _set_up()
    from openhall import demo

    if _waiting_migrations():
        _say("Preparing the database")
        from openhall.manage import manage

        manage("migrate", interactive=False, verbosity=0)
    if demo.database_is_empty():
        _say("Loading the demo town")
        demo.load()
    if demo.is_loaded():
        demo.surroundings()


def _require_ready() -> None:
    from openhall.build import STATIC_ROOT

    _set_up()
    if not STATIC_ROOT.exists():
        raise OpenHallError(N_("The style sheets are missing. Run “openhall build” first."))
    if _waiting_migrations():
        raise OpenHallError(N_("The database is not up to date. Run “openhall migrate” first."))


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    import django

    django.setup()


def _waiting_migrations() -> bool:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        raise OpenHallError(
            N_("The database cannot be reached: {error}. Check OPENHALL_DATABASE_URL."),
            error=str(error).strip(),
        ) from None
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _start_web(host: str, port: int, workers: int) -> subprocess.Popen[bytes]:
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": port,
        "--workers": workers,
        "--blocking-threads": THREADS,
        "--log-level": "warning",
        "--workers-kill-timeout": int(STOP_PATIENCE / 2),
    }
    words = [str(word) for pair in options.items() for word in pair]
    return _start(
        "granian",
        *words,
        "--no-ws",
        "--no-access-log",
        "--respawn-failed-workers",
        "openhall.wsgi:application",
    )


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches the parent alone and it stops them in order."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", module, *arguments], start_new_session=True, preexec_fn=_end_with_parent()
    )


def _end_with_parent() -> Callable[[], None] | None:
    """On Linux children are told to stop when the parent is killed, so that none keeps the port."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_it_answers(web: subprocess.Popen[bytes], host: str, port: int) -> None:
    """Ask until the web server answers; OpenHallError when it stops, fails or stays silent."""
    deadline = time.monotonic() + START_PATIENCE
    address = f"{_address(host, port)}/health"
    while time.monotonic() < deadline:
        if web.poll() is not None:
            raise OpenHallError(N_("The web server stopped while starting; its message stands above."))
        status = _status(address)
        if status >= 500:
            raise OpenHallError(N_("The web server fails at every request; its message stands above."))
        if status:
            return
        time.sleep(0.05)
    raise OpenHallError(N_("The web server does not answer at {address}."), address=address)


def _status(address: str) -> int:
    """The status of the answer, 0 for none; a refused host name or a redirect is an answer too."""
    from django.conf import settings

    names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    question = urllib.request.Request(address, headers={"Host": names[0]} if names else {})  # noqa: S310
    try:
        with urllib.request.build_opener(_StayHere).open(question, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _address(host: str, port: int) -> str:
    """The address to visit from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _greet(host: str, port: int) -> None:
    """Say where the hall is, and in a demo who may sign in."""
    from django.conf import settings

    from openhall import demo
    from openhall.models import Jurisdiction
    from openhall.surveys.codes import pretty

    town, address = Jurisdiction.objects.first(), _address(host, port)
    lines = [f"{town or 'OpenHall'} is open.", "", f"  Citizens  {address}/", f"  Staff     {address}/desk/"]
    if demo.is_loaded():
        lines += ["", f"  Demo accounts, all with the password {demo.PASSWORD}", ""]
        lines += [f"    {person.username:<14} {person.name:<10} {person.task}" for person in demo.PEOPLE]
        lines += ["", f"  Requests to follow at {address}/track", ""]
        lines += [
            f"    {pretty(number)}  code {pretty(code)}  {shows}" for number, code, shows in demo.TRACKED
        ]
    if host in EVERYWHERE:
        hosts = ", ".join(settings.ALLOWED_HOSTS)
        lines += [
            "",
            f"  From other machines: this hall answers to {hosts}. For more set OPENHALL_ALLOWED_HOSTS,",
        ]
        lines += ["  for example OPENHALL_ALLOWED_HOSTS=hall.example.org,192.168.1.20"]
        if demo.is_loaded():
            lines += ["  The demo passwords are public: never open a demo to the internet."]
    print("\n".join(["", *lines, "", "  Stop with Ctrl-C.", ""]), flush=True)


def _watch(children: Children) -> None:
    """Until interrupted. Without the web server there is no hall; a worker that died is started again."""
    while children["web"].poll() is None:
        time.sleep(0.5)
        if children["worker"].poll() is not None:
            _say("The worker stopped; starting it again")
            time.sleep(2)
            children["worker"] = _start("openhall.worker")
    raise OpenHallError(N_("The web server stopped; its message stands above."))


def _stop(children: Children) -> None:
    """Ask all, wait, then insist."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_PATIENCE
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _say(step: str) -> None:
    print(f"  {step} …", file=sys.stderr, flush=True)
