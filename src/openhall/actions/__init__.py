"""Verbs: the steps of the chain and the only writers. Each action: permit, lock, decide, write, record."""

from __future__ import annotations

from openhall.errors import N_, NotPermitted
from openhall.models import User


def permit(by: User | None, verb: str, of: object = None) -> None:
    """The first beat: raise NotPermitted unless `by` may do `verb` to `of` (an office or a thing that has one).

    `by` is None when the hall itself acts: the command line and the worker, whose operator owns the database.
    """
    if by is not None and not by.may(verb, of):
        raise NotPermitted(N_("Your role does not allow this. Ask an administrator if you need it."))
