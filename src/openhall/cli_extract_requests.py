"""`openhall extract --requests`: the extract of the facts about requests made anew, or compared with the database.
Called by `cli_extract_hall`. Decision 0017.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from openhall.errors import N_, fill

if TYPE_CHECKING:
    from openhall.cli_progress import Steps

RIGHT, FOUND = 0, 1
_MADE = N_("Requests: the extract is made anew, {rows} requests in {seconds} s.")
_RIGHT = N_("Requests: the extract is right.")
_WRONG = N_("Requests: {fault}")
_CURE = N_("Make it anew with openhall extract --rebuild --requests.")


def rebuild(steps: Steps) -> int:
    """Make the extract anew; the old one serves until then."""
    from openhall.actions.extract_requests import rebuild_requests

    start = time.monotonic()
    with steps.step(N_("Extracting the requests")) as step:
        rows = rebuild_requests(step.watch())
    seconds = round(time.monotonic() - start, 1)
    print(fill(_MADE, {"rows": rows, "seconds": seconds}, steps.say))
    return RIGHT


def check(steps: Steps) -> int:
    """Compare every request with the database; nothing to say of a hall that has neither requests nor an extract."""
    from openhall.actions.extract_requests import check_requests
    from openhall.models import ServiceRequest
    from openhall.reads import facts

    if not facts.folder().exists() and not ServiceRequest.objects.order_by()[:1].exists():
        return RIGHT
    with steps.step(N_("Checking the requests")) as step:
        found = check_requests(step.watch())
    if not found:
        print(fill(_RIGHT, {}, steps.say))
        return RIGHT
    for one in found:
        print(fill(_WRONG, {"fault": one.say(steps.say)}, steps.say))
    print(fill(_CURE, {}, steps.say))
    return FOUND
