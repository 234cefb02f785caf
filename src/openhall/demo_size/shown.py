"""How far long work on the command line is: the share done and the time left, one line that counts where somebody
watches, else a line every tenth.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from openhall.errors import N_, Translate, fill

EVERY = 0.5  # seconds between two looks of the line that counts
_LINE = N_("{what}: {done} of {total} ({share} %), about {left} left")
_DONE = N_("{what}: {total} in {took}")


class Progress:
    """Counts `what` (said already in the reader's language) up to `total`.

    `done` were there before: they are not in the speed from which the time left is reckoned.
    """

    def __init__(
        self,
        what: str,
        total: int,
        *,
        done: int = 0,
        to: TextIO | None = None,
        say: Translate = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.what, self.total, self.before = what, total, done
        self.to, self.translate, self.clock = to or sys.stderr, say, clock
        self.watched = self.to.isatty()
        self.began = self.shown = clock()
        self.tenth = 10 * done // total

    def at(self, done: int) -> None:
        """So many are done now."""
        now = self.clock()
        if done >= self.total:
            took = duration(now - self.began)
            self._line(
                fill(_DONE, {"what": self.what, "total": f"{self.total:,}", "took": took}, self.translate)
            )
            self.end()
        elif self.watched and now - self.shown >= EVERY:
            self._line(self.text(done, now))
            self.shown = now
        elif not self.watched and 10 * done // self.total > self.tenth:
            self.tenth = 10 * done // self.total
            print(self.text(done, now), file=self.to, flush=True)

    def text(self, done: int, now: float) -> str:
        """The line for so many done at a moment of the clock."""
        speed = (done - self.before) / max(now - self.began, 1e-9)
        values = {
            "what": self.what,
            "done": f"{done:,}",
            "total": f"{self.total:,}",
            "share": 100 * done // self.total,
            "left": duration((self.total - done) / speed) if speed else "?",
        }
        return fill(_LINE, values, self.translate)

    def end(self) -> None:
        """Leave the line as it stands; what is printed next begins on its own."""
        if self.watched:
            print(file=self.to, flush=True)

    def _line(self, text: str) -> None:
        if self.watched:
            print(f"\r{text}\x1b[K", end="", file=self.to, flush=True)
        else:
            print(text, file=self.to, flush=True)


def duration(seconds: float) -> str:
    """A length of time as people read it.

    >>> duration(4.2), duration(75), duration(7500)
    ('4 s', '1 min 15 s', '2 h 5 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
