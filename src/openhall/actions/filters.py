"""A person's own lists: filters kept under a name, shared with the office, chosen to start with; a list taken away.

Bookmarks are a person's own and leave no event; taking a list out of the house as a file does.
"""

from __future__ import annotations

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotPermitted, Problem
from openhall.models import SavedFilter, User, record

LONGEST_NAME, LONGEST_QUERY = 60, 400  # characters
MOST = 30  # filters of one person


@transaction.atomic
def save_filter(*, name: str, query: str, shared: bool = False, by: User) -> SavedFilter:
    """Keep `query`, a list's address after the “?”, under `name`; one of that name is replaced.

    Shared, it is offered to everyone of the same office. BadInput where the name or the filter cannot be kept.
    """
    permit(by, "request.view")
    User.objects.select_for_update().get(pk=by.pk)
    name = " ".join(name.split())
    _check(name, query, by)
    kept, _made = SavedFilter.objects.update_or_create(
        user=by, name=name, defaults={"query": query, "shared": shared and by.office_id is not None}
    )
    return kept


@transaction.atomic
def delete_filter(kept: SavedFilter, *, by: User) -> None:
    """Only one's own."""
    permit(by, "request.view")
    if kept.user_id != by.pk:
        raise NotPermitted(N_("Only the person who kept this filter can delete it."))
    kept.delete()


@transaction.atomic
def start_with(query: str, *, by: User) -> None:
    """Open the desk on this list from now on; "" for the usual first page."""
    permit(by, "request.view")
    _check_query(query)
    User.objects.filter(pk=by.pk).update(home_filter=query)
    by.home_filter = query


@transaction.atomic
def take_list(*, keys: list[str], by: User) -> None:
    """Permit and record that somebody takes a list of requests as a file; `keys` names what it was filtered by."""
    permit(by, "request.view")
    record("list.exported", by, by=by, keys=sorted(keys))


def _check(name: str, query: str, by: User) -> None:
    problems = []
    if not name:
        problems.append(Problem(N_("Name"), N_("it is missing."), N_("Give the filter a name.")))
    elif len(name) > LONGEST_NAME:
        cure = N_("Use a shorter name.")
        problems.append(
            Problem(N_("Name"), N_("it has more than {most} characters."), cure, {"most": LONGEST_NAME})
        )
    if problems:
        raise BadInput(N_("The filter was not kept."), problems=problems)
    _check_query(query)
    if SavedFilter.objects.filter(user=by).exclude(name=name).count() >= MOST:
        cure = N_("Delete one you no longer need.")
        raise BadInput(Problem("", N_("You have kept {most} filters already."), cure, {"most": MOST}))


def _check_query(query: str) -> None:
    if len(query) > LONGEST_QUERY:
        raise BadInput(Problem("", N_("This filter has too many parts to be kept."), N_("Take some away.")))
