"""Verbs: the steps of the chain and the only writers. Each action: permit, lock, decide, write, record."""

from __future__ import annotations

from openhall.errors import N_, NotPermitted, Stale
from openhall.models import ServiceRequest, User
from openhall.moment import now


def permit(by: User | None, verb: str, of: object = None) -> None:
    """The first beat: raise NotPermitted unless `by` may do `verb` to `of` (an office or a thing that has one).

    `by` is None when the hall itself acts: the command line and the worker, whose operator owns the database.
    """
    if by is not None and not by.may(verb, of):
        raise NotPermitted(N_("Your role does not allow this. Ask an administrator if you need it."))


def locked(request: ServiceRequest, seen: int | None = None) -> ServiceRequest:
    """The second beat for a request: its row, locked until the transaction ends, as it is now.

    `seen` is the edition the person had on the page; Stale where somebody has acted since, so that of two who act at
    once the second is told what changed.
    """
    found = ServiceRequest.objects.select_for_update().get(pk=request.pk)
    if seen is not None and seen != found.edition:
        raise Stale(seen=seen)
    return found


def keep(request: ServiceRequest, *fields: str) -> None:
    """The fourth beat for a request: write `fields`, with the state, a new edition and the time of the change."""
    request.edition += 1
    request.changed_at = now()
    state = ("state", "is_open", "outcome", "closed_at", "due_at")
    request.save(update_fields=[*fields, *state, "edition", "changed_at"])
