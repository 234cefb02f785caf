"""Issuing questionnaires to an office: codes, numbered paper forms, sheets printed elsewhere. Seed 4.1.

What is issued is the denominator of the response rates. Links and posters need no action: they are always
there.
"""

from __future__ import annotations

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.hashing import code_hash
from openhall.models import Allocation, Batch, Invitation, User, Wave, record
from openhall.surveys.codes import new_code

MOST_CODES = 5_000
MOST_COPIES = 500
MOST_ELSEWHERE = 1_000_000


def serial(number: int) -> str:
    """The number of a paper sheet as it is printed and keyed.

    >>> serial(7), serial(12345)
    ('0007', '12345')
    """
    return f"{number:04d}"


@transaction.atomic
def make_codes(allocation: Allocation, *, count: int, by: User | None) -> list[str]:
    """`count` new single-use codes for an office, returned once and kept only as keyed hashes.

    The order of the list says nothing: codes are random, and rows are stored in the order of their hashes.
    BadInput for a count out of range, NotAllowed unless the wave is open.
    """
    permit(by, "wave.invite", allocation)
    _open_wave(allocation)
    _check_count(count, MOST_CODES)
    codes: dict[str, str] = {}
    while len(codes) < count:
        fresh = {code_hash(code): code for code in (new_code() for _ in range(count - len(codes)))}
        taken = Invitation.objects.filter(pk__in=fresh).values_list("pk", flat=True)
        codes |= {key: fresh[key] for key in fresh.keys() - set(taken)}
    Invitation.objects.bulk_create(Invitation(code=key, allocation=allocation) for key in sorted(codes))
    Batch.objects.create(allocation=allocation, channel=Batch.Channel.CODE, count=count, by=by)
    record("codes.made", allocation, wave=allocation.wave, by=by, count=count, office=allocation.office.name)
    return sorted(codes.values())


@transaction.atomic
def print_sheets(allocation: Allocation, *, copies: int, by: User | None) -> Batch:
    """Set aside the next `copies` serial numbers of the wave for paper forms of this office.

    Two people printing at once get runs that do not meet. BadInput for a count out of range, NotAllowed
    unless the wave is open.
    """
    permit(by, "wave.issue", allocation)
    wave = _open_wave(allocation)
    _check_count(copies, MOST_COPIES)
    first = wave.next_serial
    wave.next_serial = first + copies
    wave.save(update_fields=["next_serial"])
    batch = Batch.objects.create(
        allocation=allocation, channel=Batch.Channel.PAPER, count=copies, first_serial=first, by=by
    )
    record(
        "sheets.printed",
        allocation,
        wave=wave,
        by=by,
        count=copies,
        office=allocation.office.name,
        first=serial(first),
        last=serial(first + copies - 1),
    )
    return batch


@transaction.atomic
def record_elsewhere(allocation: Allocation, *, count: int, by: User | None) -> int:
    """Set how many sheets an office was given that were printed elsewhere, without our serial numbers.

    The number replaces an earlier one, so that a slip can be put right; 0 takes it away. Returns the number
    before.
    """
    permit(by, "wave.issue", allocation)
    wave = Wave.objects.select_for_update().get(pk=allocation.wave_id)
    if wave.state == Wave.State.DRAFT:
        raise NotAllowed(N_("The wave has not been opened yet. Open it before questionnaires go out."))
    if not 0 <= count <= MOST_ELSEWHERE:
        raise BadInput(_out_of_range(MOST_ELSEWHERE, least=0))
    there = Batch.objects.filter(allocation=allocation, channel=Batch.Channel.PAPER, first_serial=None)
    before = sum(there.values_list("count", flat=True))
    there.delete()
    if count:
        Batch.objects.create(allocation=allocation, channel=Batch.Channel.PAPER, count=count, by=by)
    office = allocation.office.name
    record("sheets.recorded", allocation, wave=wave, by=by, count=count, office=office, before=before)
    return before


def _open_wave(allocation: Allocation) -> Wave:
    """The wave, locked. NotAllowed unless it is open: before, its questions could still change."""
    wave = Wave.objects.select_for_update().get(pk=allocation.wave_id)
    if wave.state == Wave.State.DRAFT:
        raise NotAllowed(N_("The wave has not been opened yet. Open it before questionnaires go out."))
    if wave.state == Wave.State.CLOSED:
        raise NotAllowed(N_("The wave is closed. Open it again before more questionnaires go out."))
    return wave


def _check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise BadInput(_out_of_range(most))


def _out_of_range(most: int, least: int = 1) -> Problem:
    return Problem(
        N_("How many"),
        N_("it must be between {least} and {most} at a time."),
        "",
        {"least": least, "most": most},
    )
