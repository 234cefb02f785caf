"""What follows from what, and what is due when: three tables, and the loop of the worker that keeps them.

    AFTER    a person asked for something that takes long: into the worker's queue, in the transaction of the asking
    FOLLOWS  every event of a kind, read from the log in its order, each step exactly once
    TICKS    what recurs: clocks whose time has come, reminders, the daily checkpoint and check of the log

Decision 0015 (the log as outbox).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django_tasks import task

from openhall.actions import (
    anchor,
    clocks,
    duties,
    evaluate,
    notify,
    permit,
    rectify,
    report,
    screen_large,
    supervise,
    timing,
    verify_log,
)
from openhall.errors import N_, NotAllowed
from openhall.gateways import mail
from openhall.models import ChainHead, Cursor, Due, Evaluation, Event, Stuck, User, record, search
from openhall.moment import now

log = logging.getLogger(__name__)

Step = Callable[[Event], object]
Follows = Mapping[str, tuple[Step, ...]]

DAY = 86_400  # seconds
TRIES = 3  # of a step that fails, before it is set aside
AGAIN = timedelta(minutes=1)  # until something that recurs and failed is tried again
NAME = "flow"  # of the cursor


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that recurs: every so many `seconds`, or daily at an `hour` of the hall's time.

    `run` is short, for it runs in the transaction that remembers it was done: kill the worker, and either both are
    there or neither. What takes long is put into the queue with `after`.
    """

    name: str
    seconds: int
    run: Callable[[], object]
    hour: int | None = None


def check_log() -> None:
    """The daily check of the log."""
    after("log.verification_asked", verify_log.request_verification(by=None))


def invite_to_rate(event: Event) -> None:
    """After a closing: ask for a rating."""
    if event.request is not None:
        evaluate.invite(event.request)


def rectify_bad_rating(event: Event) -> None:
    """After a rating: a bad one opens a rectification, one raised in time ends it."""
    rectify.follow(Evaluation.objects.get(pk=event.subject_id))


def remind_of_duties() -> None:
    """Duties whose time to remind has come."""
    duties.remind(timezone.localdate(now()))


AFTER: dict[str, Callable[[str], None]] = {
    "report.requested": report.make,
    "rules.requested": screen_large.apply_large,
    "decision.requested": screen_large.apply_large,
    "log.verification_asked": verify_log.verify,
}
FOLLOWS: dict[str, tuple[Step, ...]] = {
    "request.received": (notify.citizen,),
    "request.accepted": (notify.citizen,),
    "request.dispatched": (notify.citizen, notify.departments),
    "request.transferred": (notify.citizen, notify.departments),
    "request.upheld": (notify.departments,),
    "request.assisting": (notify.departments,),
    "request.asked": (notify.citizen,),
    "request.replied": (notify.citizen,),
    "request.extension_granted": (notify.citizen,),
    "request.answered": (notify.handler,),
    "request.added": (notify.handler,),
    "request.noted_to": (notify.department,),
    "request.closed": (notify.citizen, invite_to_rate),
    "request.settled": (notify.citizen, invite_to_rate),
    "request.refused": (notify.citizen, invite_to_rate),
    "request.merged": (notify.citizen,),
    "request.reopened": (notify.citizen, notify.departments),
    "clock.warned": (notify.warned,),
    "clock.escalated": (notify.escalated, supervise.order_by_rule),
    "screening.confirmed": (notify.citizen,),
    "screening.judged": (notify.citizen,),
    "evaluation.given": (rectify_bad_rating,),
    "evaluation.changed": (rectify_bad_rating,),
    "rectification.opened": (notify.citizen,),
    "rectification.explained": (notify.citizen,),
    "rectification.published": (notify.citizen,),
    "supervision.ordered": (notify.department,),
    "duty.reminded": (duties.tell,),
    "calendar.changed": (timing.move_clocks,),
}
TICKS: tuple[Tick, ...] = (
    Tick("clocks.sweep", 20, clocks.sweep),
    Tick("duties.remind", 3600, remind_of_duties),
    Tick("log.anchor", DAY, anchor.publish, hour=1),
    Tick("log.check", DAY, check_log, hour=2),
    Tick("search.refresh", DAY, search.refresh, hour=3),
)


def after(kind: str, subject: Model) -> None:
    """Put into the worker's queue what follows from this event about this subject, if anything does."""
    if kind in AFTER:
        carry_out.enqueue(kind, str(subject.pk))


@task()
def carry_out(kind: str, subject: str) -> None:
    """What follows from an event of this kind about this subject. Runs in the worker."""
    AFTER[kind](subject)


def send_out() -> int:
    """Hand over the notices that are due; returns how many. Outside any transaction."""
    return mail.deliver()


# --- following the log


def catch_up(limit: int = 500, *, follows: Follows | None = None) -> int:
    """Do what follows from the events not yet followed, in their order; returns how many steps were done.

    Every step has a transaction of its own, in which the cursor moves on: done once, whatever is killed when. A
    step that fails is tried again at the next call, nothing overtaking it, and set aside after three tries. While
    another worker holds the cursor, nothing is done.
    """
    table = FOLLOWS if follows is None else follows
    done = 0
    while done < limit:
        try:
            if not _next_step(table):
                break
        except _Failed as failed:
            if not _note(failed, table):
                break
            continue
        done += 1
    return done + _retry_aside(table)


class _Failed(Exception):
    def __init__(self, event: Event, step: Step) -> None:
        self.event, self.step = event, step


def _next_step(table: Follows) -> bool:
    """One step, or False when there is none to do or another worker is at it."""
    end = ChainHead.objects.filter(pk=1).values_list("seq", flat=True).first() or 0
    seq = Cursor.objects.filter(pk=NAME).values_list("seq", flat=True).first()
    if (seq or 0) >= end:
        return False  # without taking a lock: this is what happens every second
    if seq is None:
        Cursor.objects.bulk_create([Cursor(name=NAME)], ignore_conflicts=True)
    with transaction.atomic():
        cursor = _cursor()
        if cursor is None:
            return False
        event = (
            Event.objects.filter(seq__gt=cursor.seq, seq__lte=end, kind__in=list(table))
            .order_by("seq")
            .first()
        )
        if event is None:
            Cursor.objects.filter(pk=NAME, seq__lt=end).update(seq=end, step=0)
            return False
        _run(event, table[event.kind][cursor.step])
        _move(cursor, event, table)
    return True


def _cursor() -> Cursor | None:
    """The cursor, locked until the transaction ends; None while another worker holds it."""
    return Cursor.objects.select_for_update(skip_locked=True).filter(pk=NAME).first()


def _move(cursor: Cursor, event: Event, table: Follows) -> None:
    """On to the next step of the event, or past the event."""
    over = cursor.step + 1 >= len(table[event.kind])
    cursor.seq, cursor.step = (event.seq, 0) if over else (event.seq - 1, cursor.step + 1)
    cursor.save()


def _run(event: Event, step: Step) -> None:
    try:
        step(event)
    except Exception as error:
        log.exception("After event %s (%s), %s failed", event.seq, event.kind, _name(step))
        raise _Failed(event, step) from error
    Stuck.objects.filter(seq=event.seq, step=_name(step)).delete()


def _name(step: Step) -> str:
    return f"{step.__module__.removeprefix('openhall.')}.{step.__qualname__}"[-80:]


def _note(failed: _Failed, table: Follows) -> bool:
    """Count the failure; at the last try set the step aside and let the cursor pass it. Whether it passed."""
    event = failed.event
    with transaction.atomic():
        cursor = _cursor()
        if cursor is None or cursor.seq >= event.seq or table[event.kind][cursor.step] is not failed.step:
            return False  # another worker has taken it over
        stuck, _new = Stuck.objects.get_or_create(
            seq=event.seq, step=_name(failed.step), defaults={"kind": event.kind}
        )
        stuck.count(failed.__cause__)
        if stuck.tries >= TRIES:
            stuck.aside = True
            _move(cursor, event, table)
        stuck.save()
    return stuck.aside


# --- what was set aside


@transaction.atomic
def try_again(pk: int, *, by: User | None) -> None:
    """Let the worker try a step again that was set aside; it runs out of turn."""
    permit(by, "log.verify")
    stuck = Stuck.objects.select_for_update().filter(pk=pk, aside=True).first()
    if stuck is None:
        raise NotAllowed(N_("This step is not set aside any more. Look at the list again."))
    stuck.tries = 0
    stuck.save(update_fields=["tries"])
    record("log.step_tried_again", stuck, by=by, event=stuck.seq, step=stuck.step)


def _retry_aside(table: Follows) -> int:
    """The steps set aside that somebody wants tried again; returns how many succeeded."""
    wanted = Stuck.objects.filter(aside=True, tries__lt=TRIES).values_list("pk", flat=True)
    return sum([_retry(pk, table) for pk in list(wanted)])


def _retry(pk: int, table: Follows) -> bool:
    try:
        with transaction.atomic():
            stuck = Stuck.objects.select_for_update(skip_locked=True).filter(pk=pk, aside=True).first()
            if stuck is None:
                return False
            event = Event.objects.get(seq=stuck.seq)
            step = next((one for one in table.get(event.kind, ()) if _name(one) == stuck.step), None)
            if step is None:  # this version of the program no longer does it
                stuck.delete()
                return False
            _run(event, step)
    except _Failed as failed:
        with transaction.atomic():
            stuck = Stuck.objects.select_for_update().filter(pk=pk).first()
            if stuck is not None:
                stuck.count(failed.__cause__)
                stuck.save()
        return False
    return True


# --- what is due by time


def tick(at: datetime | None = None, *, ticks: Iterable[Tick] | None = None) -> int:
    """Do what is due at `at` (now); returns how many things were done. What fails is tried again a minute later."""
    at = at or now()
    return sum([_tick(one, at) for one in (TICKS if ticks is None else ticks)])


def _tick(one: Tick, at: datetime) -> bool:
    if Due.objects.filter(pk=one.name, at__gt=at).exists():
        return False
    Due.objects.bulk_create([Due(name=one.name, at=at)], ignore_conflicts=True)  # the first time due at once
    try:
        with transaction.atomic():
            row = Due.objects.select_for_update(skip_locked=True).filter(pk=one.name, at__lte=at)
            if not row:
                return False  # another worker has it, or has done it
            one.run()
            Due.objects.filter(pk=one.name).update(at=_next(one, at))
    except Exception:
        log.exception("%s failed", one.name)
        Due.objects.update_or_create(pk=one.name, defaults={"at": at + AGAIN})
        return False
    return True


def _next(one: Tick, at: datetime) -> datetime:
    if one.hour is None:
        return at + timedelta(seconds=one.seconds)
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    today = local.replace(hour=one.hour, minute=0, second=0, microsecond=0)
    return (today if today > local else today + timedelta(days=1)).astimezone(UTC)
