"""Checkpoints of the log, published day by day, so that nobody can cut its end off or write it anew unseen.

Each stands in the database, in a text file of the hall and on a public page; who keeps a copy elsewhere can prove
with it what the log said on that day. Decision 0015; row D6 of the mission.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.db import transaction

from openhall.models import Anchor, ChainHead
from openhall.moment import now
from openhall.reads.log_check import as_line


@transaction.atomic
def publish() -> Anchor | None:
    """A checkpoint of the log as it is now; None while it is empty. Called by the worker once a day.

    What was published in the same second for the same event is not published twice.
    """
    end = ChainHead.objects.select_for_update().filter(pk=1, seq__gt=0).first()
    if end is None:
        return None
    anchor, _new = Anchor.objects.get_or_create(at=now().replace(microsecond=0), seq=end.seq, hash=end.hash)
    transaction.on_commit(_write_file)
    return anchor


def _write_file() -> None:
    """Add to the hall's file what it does not hold yet; what is there is never written over."""
    file = Path(settings.ANCHORS_FILE)
    there = set(file.read_text("utf-8", "replace").splitlines()) if file.exists() else set()
    lines = [str(as_line(anchor)) for anchor in Anchor.objects.order_by("pk")]
    text = "".join(f"{line}\n" for line in lines if line not in there)
    if text:
        with file.open("a", encoding="utf-8") as target:
            target.write(text)
            target.flush()
            os.fsync(target.fileno())
