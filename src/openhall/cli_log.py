"""`openhall verify-log` and `openhall anchor`: check the chain of the log, publish a checkpoint. Decision 0015.

Exit status of verify-log: 0 when nothing was found, 1 when something was, 2 for a file of no use.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from openhall.errors import N_, OpenHallError, fill
from openhall.language import LANGUAGES, translator

NOTHING, FOUND, FAILED = 0, 1, 2


def verify(argv: Sequence[str]) -> int:
    """Check the whole log; every fault is a line."""
    asked = _parser().parse_args(argv)
    say = translator(asked.lang)
    _set_up()
    from openhall.reads import log_check

    try:
        copy = _anchors(asked.anchors) if asked.anchors else []
        found = log_check.check(copy=copy, progress=_progress)
    except OpenHallError as error:
        print("\n".join(dict.fromkeys([error.say(say), *error.lines(say)])), file=sys.stderr)
        return FAILED
    finally:
        _progress_over()
    values = {
        "events": found.events,
        "last": found.last.seq,
        "hash": found.last.hash,
        "anchors": found.anchors,
    }
    if asked.json:
        faults = [fault.plain() | {"says": fault.say(say)} for fault in found.faults]
        plain = values | {"intact": found.intact, "faults": faults, "erased": found.erased}
        print(json.dumps(plain, ensure_ascii=False, indent=1))
    else:
        print("\n".join(fault.say(say) for fault in found.faults) or fill(_INTACT, values, say))
        if found.erased:
            print(fill(_ERASED, {"erased": found.erased}, say))
    return NOTHING if found.intact else FOUND


_INTACT = N_(
    "The log is intact: {events} events, compared with {anchors} checkpoints. It ends with {last} {hash}"
)
_ERASED = N_("Erased by law, as an event says: the data of {erased}.")


def anchor(argv: Sequence[str]) -> int:
    """Publish a checkpoint now, and print it."""
    parser = argparse.ArgumentParser(
        prog="openhall anchor", description="Publish a checkpoint of the log now, and print it."
    )
    parser.add_argument("--lang", choices=sorted(LANGUAGES), default="en", help="language of the sentences")
    asked = parser.parse_args(argv)
    _set_up()
    from openhall.actions.anchor import publish
    from openhall.reads.log_check import as_line

    made = publish()
    if made is None:
        print(translator(asked.lang)(N_("The log is empty, so there is nothing to mark.")), file=sys.stderr)
        return FOUND
    print(as_line(made))
    return NOTHING


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openhall verify-log",
        description="Check that no event of the log was changed, taken out or put in, nor its end cut off.",
    )
    parser.add_argument(
        "--anchors",
        type=Path,
        metavar="FILE",
        help="checkpoints kept elsewhere: lines of date, number and hash",
    )
    parser.add_argument("--json", action="store_true", help="what was found as JSON, for programs")
    parser.add_argument("--lang", choices=sorted(LANGUAGES), default="en", help="language of the sentences")
    return parser


def _anchors(path: Path) -> list:  # type: ignore[type-arg]
    from openhall.rules.chain import anchors_of
    from openhall.surveys.files import decode_text, read_bytes

    return anchors_of(decode_text(read_bytes(path, name=path.name), name=path.name).splitlines(), path.name)


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def _progress(done: int, of: int) -> None:
    """One line that counts, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r{done:,} / {of:,}", end="", file=sys.stderr, flush=True)


def _progress_over() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
