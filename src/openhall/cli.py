"""`openhall`, the one command line. Each command loads only what it needs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from openhall import __version__
from openhall.errors import BadInput, OpenHallError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 for success, 1 for a refusal, 2 for input that cannot be used."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # our matrices are small: threads only cost their start
    command = arguments[0] if arguments else "--help"
    try:
        if command in _PASSED_ON:
            return _PASSED_ON[command](arguments[1:])
        return _try(_parser().parse_args(arguments))
    except BrokenPipeError:  # whoever read our output has read enough: `openhall audit … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openhall", description="The citizen relationship management system of a town hall."
    )
    parser.add_argument("--version", action="version", version=f"openhall {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(run=run)
        return command

    add(
        "analyse",
        None,
        "the whole of chapter 4 from returned sheets, wherever they are (openhall analyse --help)",
    )
    add("audit", None, "what cannot be true in the printed figures of a report (openhall audit --help)")
    add("stat", None, "one statistical procedure on a data file (openhall stat --help)")
    add("export", None, "a data file for another program, or the analysis plan (openhall export --help)")
    add("extract", None, "a columnar store from a large data file, or its check (openhall extract --help)")
    add("verify-log", None, "whether the log was changed (openhall verify-log --help)")
    add("anchor", None, "publish a checkpoint of the log now (openhall anchor --help)")
    build = add("build", _build, "make the style sheets, fonts, translations and static files")
    build.add_argument("--force", action="store_true", help="make everything again")
    add("migrate", _migrate, "bring the database up to date")
    demo = add("demo", _demo, "load the demo town into an empty database")
    demo.add_argument(
        "--responses", type=_amount, metavar="N", help="with a closed wave of N generated answers"
    )
    demo.add_argument("--requests", type=_amount, metavar="N", help="with N generated service requests more")
    demo.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write the answers of --responses to FILE and touch no database",
    )
    serve = add("serve", _serve, "serve the town hall: web server and worker")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=2)
    serve.add_argument(
        "--demo", action="store_true", help="build, migrate and load the demo town first if it is not there"
    )
    add("django", None, "any management command of Django (openhall django help)")
    return parser


def _try(arguments: argparse.Namespace) -> int:
    try:
        arguments.run(arguments)
    except BadInput as error:
        print("\n".join(error.lines()), file=sys.stderr)
        return 2
    except OpenHallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _build(arguments: argparse.Namespace) -> None:
    from openhall import build

    build.main(force=arguments.force)


def _migrate(_arguments: argparse.Namespace) -> None:
    from openhall.manage import manage

    manage("migrate", interactive=False, verbosity=1)


def _amount(text: str) -> int:
    """How many of something generated."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= 10**10:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of 1 or more; write it as 1000000")
    return int(text)


def _demo(arguments: argparse.Namespace) -> None:
    if arguments.csv:
        from openhall.demo_size import sheets_file

        sheets_file.run(arguments.csv, responses=arguments.responses, requests=arguments.requests)
        return
    from django.core.management import CommandError

    from openhall.manage import manage

    try:
        manage("demo", responses=arguments.responses or 0, requests=arguments.requests or 0)
    except CommandError as error:
        raise OpenHallError("{said}", said=error) from None


def _serve(arguments: argparse.Namespace) -> None:
    from openhall import serve

    serve.main(arguments.host, arguments.port, workers=arguments.workers, demo=arguments.demo)


def _analyse(arguments: Sequence[str]) -> int:
    from openhall import cli_analyse

    return cli_analyse.main(list(arguments))


def _stat(arguments: Sequence[str]) -> int:
    from openhall import cli_stat

    return cli_stat.main(list(arguments))


def _export(arguments: Sequence[str]) -> int:
    from openhall import cli_export

    return cli_export.main(list(arguments))


def _extract(arguments: Sequence[str]) -> int:
    from openhall import cli_extract

    return cli_extract.main(list(arguments))


def _audit(arguments: Sequence[str]) -> int:
    from openhall import cli_audit

    return cli_audit.main(list(arguments))


def _verify_log(arguments: Sequence[str]) -> int:
    from openhall import cli_log

    return cli_log.verify(list(arguments))


def _anchor(arguments: Sequence[str]) -> int:
    from openhall import cli_log

    return cli_log.anchor(list(arguments))


def _django(arguments: Sequence[str]) -> int:
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    execute_from_command_line(["openhall django", *arguments])
    return 0


_PASSED_ON = {
    "analyse": _analyse,
    "anchor": _anchor,
    "audit": _audit,
    "django": _django,
    "export": _export,
    "extract": _extract,
    "stat": _stat,
    "verify-log": _verify_log,
}

if __name__ == "__main__":
    sys.exit(main())
