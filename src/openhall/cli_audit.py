"""`openhall audit`: what cannot be true in the printed figures of a report, without a database or a server.

Exit status: 0 when nothing was found (notes do not count), 1 when something was, 2 for a file of no use.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from openhall.errors import BadInput
from openhall.language import LANGUAGES, translator

NOTHING, FOUND, FAILED = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    asked = _parser().parse_args(argv)
    say = translator(asked.lang)
    try:
        text = _text(asked.published)
        return _audit(text, asked)
    except BadInput as error:
        print("\n".join(dict.fromkeys([error.say(say), *error.lines(say)])), file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openhall audit", description="Find what cannot be true in the figures a report printed."
    )
    parser.add_argument("published", type=Path, help="the printed figures: .toml or .json (docs/audit.md)")
    parser.add_argument("--json", action="store_true", help="findings as JSON, for programs")
    parser.add_argument("--lang", choices=sorted(LANGUAGES), default="en", help="language of the sentences")
    return parser


def _text(path: Path) -> str:
    from openhall.surveys.files import decode_text, read_bytes

    return decode_text(read_bytes(path, name=path.name), name=path.name)


def _audit(text: str, asked: argparse.Namespace) -> int:
    from openhall.report import audit_report
    from openhall.stats.audit import audit, read_published

    found = audit(read_published(text, asked.published.name))
    if asked.json:
        print(
            json.dumps(audit_report.plain(found, asked.lang), ensure_ascii=False, indent=1, allow_nan=False)
        )
    else:
        print("\n".join(audit_report.lines(found, asked.lang)))
    return FOUND if found.serious else NOTHING
