"""`openhall django hall FILE`: set up a hall from a TOML file. docs/operate.md shows one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from openhall.actions.hall import set_up
from openhall.actions.hall_file import read_hall
from openhall.errors import BadInput, OpenHallError
from openhall.surveys.files import read_bytes


class Command(BaseCommand):
    help = (
        "Set up the hall, its offices, catalogue, lists and staff from a TOML file, or bring them up to date."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            passwords = set_up(read_hall(read_bytes(file, name=file.name)))
        except BadInput as error:
            raise CommandError("\n".join(error.lines())) from None
        except OpenHallError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("The hall is set up.")
        for username, password in passwords.items():
            self.stdout.write(f"  New account {username}, first password {password}")
        if passwords:
            self.stdout.write(
                "  The passwords are shown this once; “openhall django changepassword NAME” sets another."
            )
