"""`openhall extract --check` and `--rebuild` without a file: the extracts the hall counts its own answers with.
Decision 0017.

Exit status: 0 when all is right or done, 1 when a check found something, 2 for a wave that is not known.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openhall import cli_extract_requests
from openhall.cli_progress import Steps
from openhall.errors import N_, BadInput, OpenHallError, Translate, fill
from openhall.language import LANGUAGES, say, translator

if TYPE_CHECKING:
    from openhall.models import Wave

RIGHT, FOUND, FAILED, STOPPED = 0, 1, 2, 130
_MADE = N_("{wave}: the extract is made anew, {rows} answers in {seconds} s.")
_RIGHT = N_("{wave}: the extract is right, {rows} answers compared, {waiting} wait for it. {checksum}")
_WRONG = N_("{wave}: {fault}")
_NO_WAVE = N_("There is no wave {key}. Known are {known}.")


def main(argv: Sequence[str]) -> int:
    """Rebuild or check the extracts of all waves, or of one."""
    asked = _parser().parse_args(argv)
    translate = translator(asked.lang)
    steps = Steps(translate, quiet=asked.quiet)
    _set_up()
    try:
        waves = [] if asked.requests else _waves(asked.wave)
        done = [_rebuild(wave, asked.lang, steps) for wave in waves] if asked.rebuild else []
        done += [_check(wave, asked.lang, steps) for wave in waves] if asked.check else []
        if asked.requests or not asked.wave:
            done += [cli_extract_requests.rebuild(steps)] if asked.rebuild else []
            done += [cli_extract_requests.check(steps)] if asked.check else []
    except OpenHallError as error:
        print(error.say(translate), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(translate(N_("Stopped. What was not finished is as it was.")), file=sys.stderr)
        return STOPPED
    return max(done, default=RIGHT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openhall extract",
        description="The extracts the hall counts its answers with: compared with the database, or made anew.",
    )
    parser.add_argument("--check", action="store_true", help="compare every answer with the database")
    parser.add_argument("--rebuild", action="store_true", help="make it anew; the old one serves until then")
    parser.add_argument("--wave", metavar="KEY", default="", help="only this wave; its key is in its address")
    parser.add_argument("--requests", action="store_true", help="only the facts about requests")
    parser.add_argument("--lang", choices=sorted(LANGUAGES), default="en", help="language of the messages")
    parser.add_argument("--quiet", action="store_true", help="no progress, only what was found")
    return parser


def _waves(key: str) -> list[Wave]:
    from openhall.models import Wave

    waves = list(Wave.objects.select_related("version").order_by("pk"))
    chosen = [wave for wave in waves if key in ("", wave.key)]
    if key and not chosen:
        raise BadInput(_NO_WAVE, key=key, known=[wave.key for wave in waves])
    return chosen


def _rebuild(wave: Wave, lang: str, steps: Steps) -> int:
    from openhall.actions.extract import rebuild

    start, name = time.monotonic(), say(wave.name, lang)
    with steps.step(N_("Extracting the answers {name}"), name=name) as step:
        rows = rebuild(wave, step.watch())
    _print(_MADE, steps.say, wave=name, rows=rows, seconds=round(time.monotonic() - start, 1))
    return RIGHT


def _check(wave: Wave, lang: str, steps: Steps) -> int:
    from openhall.reads.extract_check import CURE, check

    name = say(wave.name, lang)
    with steps.step(N_("Checking {name}"), name=name) as step:
        found = check(wave, step.watch())
    if found.right:
        values = {"rows": found.rows, "waiting": found.waiting, "checksum": f"{found.checksum:016x}"}
        _print(_RIGHT, steps.say, wave=name, **values)
        return RIGHT
    for fault in found.lines(steps.say):
        _print(_WRONG, steps.say, wave=name, fault=fault)
    _print(CURE, steps.say, wave=wave.key)
    return FOUND


def _print(template: str, translate: Translate, **values: object) -> None:
    print(fill(template, values, translate))


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
