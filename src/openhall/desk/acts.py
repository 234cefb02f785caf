"""What a person can do with a request: each act a right, a form and an action, all in one table.

The request page offers the acts that apply now; one view carries them out (`desk/request.py`). The acts themselves
stand by family in `desk/acts_*.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from openhall.errors import N_
from openhall.models import ServiceRequest, User
from openhall.rules import workflow
from openhall.rules.workflow import State


class ActForm(forms.Form):
    """A form about one request, filled by one person; `self.case` and `self.by` are there before `prepare`."""

    def __init__(self, *args: Any, case: ServiceRequest, by: User, **kwargs: Any) -> None:
        self.case, self.by = case, by
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and suggestions from the request."""


@dataclass(frozen=True)
class Act:
    """`run(case, by=…, seen=…, **fields of the form)` is the action; `when` says whether it applies now."""

    key: str  # in its address
    verb: str
    label: str  # N_: the button
    run: Callable[..., Any]
    done: str  # N_: said afterwards
    step: str = ""  # of rules.workflow, where the act is one
    form: type[ActForm] = ActForm
    when: Callable[[ServiceRequest, User], bool] | None = None
    group: str = "handle"  # centre, handle, talk, oversight, rating
    hint: str = ""  # N_: one line above the form
    danger: bool = False
    asks_much: bool = False  # its form reads much: built only when it is the one that is opened
    tone: str = ""  # public: the citizen reads it; internal: nobody outside does

    def applies(self, case: ServiceRequest, by: User) -> bool:
        """Whether this person can do it to this request now."""
        if self.step and not workflow.can(case.state, self.step):
            return False
        return by.may(self.verb, case) and (self.when is None or self.when(case, by))


GROUP_NAMES = {
    "talk": N_("Talk"),
    "handle": N_("Work"),
    "centre": N_("Centre"),
    "rating": N_("Rating"),
    "oversight": N_("Oversight"),
}
# What is likely next in a state, the first that is offered: keys of acts.
NEXT = {
    State.RECEIVED: ("classify", "accept", "settle"),
    State.ACCEPTED: ("dispatch",),
    State.DISPATCHED: ("sign",),
    State.RETURNED: ("uphold", "dispatch"),
    State.HANDLING: ("sign", "extension", "part", "reply"),
    State.WAITING: ("sign", "extension", "part", "resume"),
    State.CLOSED: (),
}


def acts() -> tuple[Act, ...]:
    """All acts in the order of the page. Imported when first asked for: the families import what they need."""
    from openhall.desk import acts_centre, acts_handle, acts_oversight, acts_rating

    return (*acts_centre.ACTS, *acts_handle.ACTS, *acts_rating.ACTS, *acts_oversight.ACTS)


def act_named(key: str) -> Act:
    """Raises KeyError for a key that no act has."""
    return {act.key: act for act in acts()}[key]


def next_of(case: ServiceRequest, offered: Iterable[Act], *, ready: bool) -> str:
    """The key of the act that is likely next; "" where none is. `ready`: answered, and no part is missing."""
    keys = {act.key for act in offered}
    wanted = NEXT[State(case.state)]
    if case.state == State.RECEIVED and case.demand and case.service_id:
        wanted = wanted[1:]
    if case.state == State.HANDLING and ready:
        wanted = tuple("close" if key == "reply" else key for key in wanted)
    return next((key for key in wanted if key in keys), "")
