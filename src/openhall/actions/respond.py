"""What a citizen does with a form: send it, or save it and finish later. Seed 4.1; decision 0006.

Nothing but the answers, the office, the language, the channel, the date and the seconds is kept. No event is
recorded and no time of day: a record of when an answer came would be a way to its sender. Citizens need no
right, so there is no first beat; whether the door is open is decided by the database, in the transaction that
stores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from openhall.errors import N_, BadInput, NotAllowed
from openhall.hashing import code_hash, code_hashes
from openhall.models import Allocation, Invitation, Response, Wave
from openhall.surveys.checking import Checked, check_answers, encode
from openhall.surveys.codes import new_code

Channel = Response.Channel
ONCE = re.compile(r"[A-Za-z0-9_-]{16,36}")  # what a form's own key looks like
LONGEST_SITTING = 24 * 60 * 60  # seconds; a page left open for longer says nothing

# Written out because Django would take five times as long to put it together as the database to do it.
_TAKE_PLACE = """
    UPDATE openhall_allocation SET filled = filled + 1
    WHERE id = %s AND (quota IS NULL OR filled < quota) AND EXISTS (
        SELECT 1 FROM openhall_wave
        WHERE id = %s AND version_id = %s AND state = 'open' AND (closes_on IS NULL OR closes_on >= %s))
"""

CODE_REFUSED = N_("We do not know this code, or it has been used already. Check it and type it again.")
REFUSALS = {
    "not_yet": N_("This survey has not begun yet."),
    "closed": N_("This survey has ended."),
    "full": N_("Enough answers have come in at this office."),
    "code": CODE_REFUSED,
}


class Unfit(BadInput):
    """Answers that cannot be taken; `at` has the Problem by question key. Nothing was stored."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(
            N_("Some answers are missing or cannot be read."), problems=checked.problems.values()
        )
        self.at = checked.problems


class Refused(NotAllowed):
    """No answer is taken: `why` is a key of REFUSALS."""

    def __init__(self, why: str) -> None:
        super().__init__(REFUSALS[why])
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it was posted. `once` is the random key of this one form: the same form sent again is not a
    second answer. `code` is an invitation code or the code of saved answers, empty at an open link.
    """

    given: Mapping[str, Sequence[str]]
    channel: str
    language: str
    once: str
    seconds: int | None = None
    code: str = ""


def submit(allocation: Allocation, *, form: Form) -> bool:
    """Store a complete form: True if it was stored now, False if this same form had been stored before.

    Raises Unfit with the questions to mend, Refused where the survey is not open, the office's quota is full
    or the code is not known. A used code is deleted in the same transaction.
    """
    checked = check_answers(allocation.wave.version.asked, form.given)
    if not checked.ok:
        raise Unfit(checked)
    answers = encode(checked.answers)
    try:
        with transaction.atomic():
            _take_place(allocation)
            _store(allocation, form, answers, complete=True)
    except (IntegrityError, Refused):
        earlier = _earlier(form)
        if earlier is None:
            raise
        return not earlier and _finish_earlier(allocation, form, answers)
    return True


def save(allocation: Allocation, *, form: Form) -> str | None:
    """Store an unfinished form and return the new code that opens it again; None if it was already sent
    complete.

    The code is not kept, only its keyed hash. An invitation code is used up, an earlier code of the same
    answers no longer opens them. Raises Unfit for answers that cannot be read (missing ones are fine), and
    Refused.
    """
    checked = check_answers(allocation.wave.version.asked, form.given, complete=False)
    if not checked.ok:
        raise Unfit(checked)
    answers, code = encode(checked.answers), new_code()
    try:
        with transaction.atomic():
            _require_open(allocation)
            _store(allocation, form, answers, complete=False, resume=code_hash(code))
    except (IntegrityError, Refused):
        earlier = _earlier(form)
        if earlier is None:
            raise
        if earlier:
            return None
        with transaction.atomic():
            _require_open(allocation)
            _continue(
                _unfinished(allocation, once=form.once), form, answers, complete=False, resume=code_hash(code)
            )
    return code


def _take_place(allocation: Allocation) -> None:
    """Count one more complete answer, only while the wave is open and the quota not full: one statement
    decides it.
    """
    wave = allocation.wave
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_PLACE, [allocation.pk, wave.pk, wave.version_id, _today().isoformat()])
        if not cursor.rowcount:
            raise Refused(_why(allocation))


def _require_open(allocation: Allocation) -> None:
    """The same for a form that is only saved: no place is taken."""
    in_time = Q(closes_on=None) | Q(closes_on__gte=_today())
    if not Wave.objects.filter(in_time, pk=allocation.wave_id, state=Wave.State.OPEN).exists():
        raise Refused(_why(allocation))


def _why(allocation: Allocation) -> str:
    wave = Wave.objects.get(pk=allocation.wave_id)
    if wave.state == Wave.State.DRAFT:
        return "not_yet"
    late = wave.closes_on is not None and wave.closes_on < _today()
    return "closed" if late or wave.state == Wave.State.CLOSED else "full"


def _store(
    allocation: Allocation, form: Form, answers: str, *, complete: bool, resume: str | None = None
) -> None:
    """A new row; with a code the invitation's row goes away for it, or the saved row is continued."""
    channel = form.channel
    if form.code:
        hashes = code_hashes(form.code)
        used, _ = Invitation.objects.filter(code__in=hashes, allocation=allocation).delete()
        if not used:
            saved = _unfinished(allocation, resume__in=hashes)
            if not _continue(saved, form, answers, complete=complete, resume=resume):
                raise Refused("code")
            return
        channel = Channel.CODE
    Response.objects.create(
        wave_id=allocation.wave_id,
        office_id=allocation.office_id,
        version_id=allocation.wave.version_id,
        channel=channel,
        language=form.language,
        answers=answers,
        submitted_on=_today(),
        seconds=form.seconds,
        complete=complete,
        once=form.once,
        resume=resume,
    )


def _unfinished(allocation: Allocation, **which):
    return Response.objects.filter(
        complete=False, wave=allocation.wave_id, office=allocation.office_id, **which
    )


def _continue(saved, form: Form, answers: str, *, complete: bool, resume: str | None = None) -> int:
    """Saved answers replaced by what was sent now; the seconds of all sittings add up, and one sitting of
    unknown length makes the whole unknown. Returns 0 or 1.
    """
    return saved.update(
        answers=answers,
        language=form.language,
        submitted_on=_today(),
        seconds=None if form.seconds is None else F("seconds") + form.seconds,
        complete=complete,
        once=form.once,
        resume=resume,
    )


def _earlier(form: Form) -> bool | None:
    """Whether the row this same form left before is complete; None if there is none."""
    return Response.objects.filter(once=form.once).values_list("complete", flat=True).first()


def _finish_earlier(allocation: Allocation, form: Form, answers: str) -> bool:
    """The form was saved before, then sent from the same page: its row is finished. False if another sent it
    first.
    """
    with transaction.atomic():
        _take_place(allocation)
        if not _continue(_unfinished(allocation, once=form.once), form, answers, complete=True):
            transaction.set_rollback(True)
            return False
    return True


def _today() -> date:
    return timezone.localdate()
