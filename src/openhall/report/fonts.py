"""Where the report's fonts are: brought by the project, because a server often has none that can draw
Chinese."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from openhall.errors import N_, OpenHallError

FOLDER = Path(__file__).parents[1] / "fonts"
FAMILY = "Noto Sans SC"
FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
# On a page the reader's own fonts are used; Latin first in English: Chinese quotation marks are wide.
LATIN = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial'
CHINESE = f'"{FAMILY}", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Source Han Sans SC"'


class NoFonts(OpenHallError):
    """The font files are not there: the build step has not been run."""


@cache
def folder() -> Path:
    """The folder of the font files. Raises NoFonts, naming the cure, where one is missing."""
    missing = [name for name in FILES if not (FOLDER / name).is_file()]
    if missing:
        raise NoFonts(
            N_(
                "The fonts for charts and PDF are missing ({files}). Run `openhall build` once to fetch them."
            ),
            files=missing,
        )
    return FOLDER
