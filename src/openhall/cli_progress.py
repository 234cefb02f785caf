"""Progress on the error stream: what is being done, how far it is, and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from openhall.errors import N_, Problem, Translate

AFTER = 1.0  # seconds before anything is said of how far it is
EVERY = 0.2  # seconds between two looks on a terminal


class Steps:
    """Says one step after the other. A step that takes longer than a second tells how far it is: on a
    terminal in place, elsewhere a line every tenth."""

    def __init__(
        self,
        say: Translate,
        *,
        quiet: bool,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.say, self.quiet, self.clock = say, quiet, clock
        self.stream = sys.stderr if stream is None else stream
        self.terminal = self.stream.isatty()

    def note(self, notes: Iterable[Problem]) -> None:
        """What was decided while reading."""
        if not self.quiet:
            for problem in notes:
                print(f"  {problem.say(self.say)}", file=self.stream)

    @contextmanager
    def step(self, template: str, **values: object) -> Iterator[Step]:
        """One step; the object it gives can be told how far it is."""
        step = Step(self, self.say(template).format(**values))
        if self.quiet:
            yield step
            return
        self.write(f"{step.head} … ")
        try:
            yield step
        except BaseException:
            self.write("\n")
            raise
        seconds = self.say(N_("{seconds} s")).format(seconds=f"{self.clock() - step.begun:.1f}")
        self.write(f"\r{step.head} … {seconds}\x1b[K\n" if step.told and self.terminal else f"{seconds}\n")

    def write(self, text: str) -> None:
        print(text, end="", file=self.stream, flush=True)


class Step:
    """One step on its way."""

    def __init__(self, steps: Steps, head: str) -> None:
        self.steps, self.head, self.begun, self.told = steps, head, steps.clock(), False
        self.next, self.tenth, self.from_ = AFTER, 0, 0.0

    def watch(self) -> Callable[[int, int], None]:
        """Whom to tell of (done, of); the time left is reckoned from now on."""
        begun = self.steps.clock()
        self.tenth = 0

        def told(done: int, of: int) -> None:
            now = self.steps.clock()
            if self.steps.quiet or not of or now - self.begun < self.next or done >= of:
                return
            share = done / of
            if self.steps.terminal:
                self.next = now - self.begun + EVERY
            elif int(10 * share) <= self.tenth:
                return
            self.tenth = int(10 * share)
            self._tell(share, (now - begun) * (1 - share) / share if share else None)

        return told

    def _tell(self, share: float, left: float | None) -> None:
        known = N_("{percent} %, about {seconds} s left")
        template = known if left is not None else N_("{percent} %")
        text = self.steps.say(template).format(percent=int(100 * share), seconds=round(left or 0))
        if self.steps.terminal:
            self.steps.write(f"\r{self.head} … {text}\x1b[K")
        else:
            self.steps.write(f"{'' if self.told else chr(10)}  {text}\n")
        self.told = True
