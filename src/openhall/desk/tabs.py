"""What each role needs first: the tabs of its desk, each the filter of a list."""

from __future__ import annotations

from dataclasses import dataclass

from openhall.errors import N_
from openhall.rules.permissions import Role


@dataclass(frozen=True, slots=True)
class Tab:
    """`query` is the address of the same list among all requests."""

    key: str
    name: str
    query: str


_OVERDUE = Tab("overdue", N_("Late"), "due=overdue")
_ORDERS = Tab("orders", N_("Orders to answer"), "needs=order")
_SIGN = Tab("sign", N_("To sign for"), "needs=sign")
_SOON = Tab("soon", N_("Due soon or late"), "due=2")
_RECTIFY = Tab("rectify", N_("To rectify"), "needs=rectification")
_OPEN = Tab("open", N_("All open"), "")

TABS: dict[Role, tuple[Tab, ...]] = {
    Role.CLERK: (
        Tab("classify", N_("To classify"), "state=received&entered=office"),
        Tab("office", N_("Taken down here"), "state=any&entered=office&sort=new"),
        Tab("me", N_("Taken down by me"), "state=any&entered=me&sort=new"),
    ),
    Role.DISPATCHER: (
        Tab("classify", N_("To classify"), "state=received"),
        Tab("dispatch", N_("To dispatch"), "state=accepted"),
        Tab("returned", N_("Returned"), "state=returned"),
        Tab("extensions", N_("More time asked for"), "needs=extension"),
        _OVERDUE,
        _OPEN,
    ),
    Role.HANDLER: (
        _SIGN,
        Tab("mine", N_("Mine"), "person=me"),
        _SOON,
        _ORDERS,
        _RECTIFY,
        Tab("assisting", N_("Assisting"), "needs=part"),
        Tab("open", N_("All of the department"), ""),
    ),
    Role.HEAD: (
        _SIGN,
        Tab("nobody", N_("Without a person"), "person=none"),
        _OVERDUE,
        _SOON,
        _ORDERS,
        _RECTIFY,
        Tab("open", N_("All of the department"), ""),
    ),
    Role.SUPERVISOR: (
        _OVERDUE,
        Tab("orders", N_("Orders not answered"), "needs=order"),
        Tab("rectify", N_("Rectifications"), "needs=rectification"),
        Tab("appeals", N_("Appeals against screening"), "needs=appeal"),
        _OPEN,
    ),
    Role.LEADER: (
        Tab("overdue", N_("The worst"), "due=overdue"),
        Tab("urgent", N_("Most urgent"), "urgency=1&urgency=2"),
        Tab("orders", N_("Orders not answered"), "needs=order"),
        _OPEN,
    ),
    Role.SCREENER: (Tab("screening", N_("Markings to confirm"), "needs=screening"), _OPEN),
}
ELSEWHERE = {  # roles whose work is not with single requests, and where it is
    Role.ANALYST: ("desk:waves",),
    Role.ADMINISTRATOR: ("desk:hall", "desk:waves"),  # the first that is there
    Role.AUDITOR: ("desk:log", "desk:requests"),
}
