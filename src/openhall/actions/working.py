"""What long work of the worker has in common: it is taken up once, says how far it is, and stops when nobody wants it.
What the work is: `report`, `screen_large`. Decision 0018.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils import timezone

from openhall.models import Output

ABANDONED = timedelta(minutes=5)  # without a sign of progress: the worker was killed
EVERY = 0.5  # seconds between two looks at the row: so soon it is heard that nobody wants the work any more


class Cancelled(Exception):
    """Nobody wants the work any more, or another worker does it."""


def abandoned(output: Output) -> bool:
    """Whether the worker was killed while it made this."""
    return output.state == Output.State.RUNNING and output.at < timezone.now() - ABANDONED


@transaction.atomic
def claim(pk: str) -> Output | None:
    """The output, which is this worker's from now on; None where somebody makes it already, or nobody wants it."""
    output = Output.objects.select_for_update().filter(pk=pk, state=Output.State.WAITING).first()
    if output is not None:
        output.state, output.attempt = Output.State.RUNNING, output.attempt + 1
        output.save(update_fields=["state", "attempt", "at"])
    return output


def renew(output: Output, steps: Sequence[str]) -> None:
    """It is wanted anew."""
    output.state, output.steps, output.file, output.error = Output.State.WAITING, len(steps), "", ""
    output.step, output.done, output.part, output.parts, output.step_began = "", 0, 0, 0, None
    output.save()


class Work:
    """How far an output is, saved while it is made. Raises Cancelled once it is no longer wanted."""

    def __init__(self, output: Output, steps: Sequence[str]) -> None:
        self.output, self.steps, self.saved, self.part = output, steps, 0.0, 0
        self.mine = Output.objects.filter(
            pk=output.pk, state=Output.State.RUNNING, attempt=output.attempt
        )  # no row once it is cancelled, asked for again or thrown away

    def step(self, number: int) -> None:
        """The next step begins."""
        self.part = 0
        self.save(step=self.steps[number], done=number, part=0, parts=0, step_began=timezone.now())

    def watch(self, part: int, parts: int) -> None:
        """So much of the step is done; `stats.cells.Watch`."""
        if monotonic() - self.saved >= EVERY:
            began = {"step_began": timezone.now()} if part < self.part else {}  # another pass over the data
            self.part = part
            self.save(part=part, parts=parts, **began)

    def save(self, **values: Any) -> None:
        self.saved = monotonic()
        if not self.mine.update(at=timezone.now(), **values):
            raise Cancelled

    def fail(self, error: str) -> None:
        self.mine.update(state=Output.State.FAILED, error=error, at=timezone.now())
