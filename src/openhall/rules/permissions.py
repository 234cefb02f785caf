"""Who may do what: one table, role by verb. Object-level: some rights reach only the person's own office.

Every action asks `may` through its first beat, so page, API and command line refuse alike. Seed 5.3.4.
"""

from __future__ import annotations

from enum import StrEnum

from openhall.errors import N_


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"  # information and statistics officer
    CLERK = "clerk"  # at a window of one office
    LEADER = "leader"


ROLE_NAMES = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.ANALYST: N_("Statistics officer"),
    Role.CLERK: N_("Window clerk"),
    Role.LEADER: N_("Leader"),
}

ADMINISTRATOR, ANALYST, CLERK, LEADER = Role

# verb -> roles that hold it
GRANTS: dict[str, frozenset[Role]] = {
    "questionnaire.view": frozenset({ADMINISTRATOR, ANALYST, LEADER}),
    "questionnaire.edit": frozenset({ADMINISTRATOR, ANALYST}),
    "wave.view": frozenset({ADMINISTRATOR, ANALYST, CLERK, LEADER}),
    "wave.manage": frozenset({ADMINISTRATOR, ANALYST}),
    "wave.issue": frozenset({ADMINISTRATOR, ANALYST, CLERK}),  # print links, posters and paper forms
    "wave.invite": frozenset({ADMINISTRATOR, ANALYST}),  # make single-use codes
    "sheet.key": frozenset({ADMINISTRATOR, ANALYST, CLERK}),
    "sheet.import": frozenset({ADMINISTRATOR, ANALYST}),
    "sheet.decide": frozenset({ADMINISTRATOR, ANALYST}),  # exclude, restore, settle a second entry
    "report.read": frozenset({ADMINISTRATOR, ANALYST, LEADER}),
    "data.export": frozenset({ADMINISTRATOR, ANALYST}),  # rows, not only tables
    "audit.run": frozenset(
        {ADMINISTRATOR, ANALYST, LEADER}
    ),  # of anyone's published figures; touches no data
}

# Of these, a clerk's right reaches the own office only.
OWN_OFFICE = frozenset({"wave.issue", "sheet.key"})


def may(role: str, verb: str, *, office: int | None = None, of_office: int | None = None) -> bool:
    """Whether a person of `role`, working at `office`, may do `verb` to something of `of_office`.

    Raises KeyError for a verb that is not in the table, so that a misspelt one never passes.

    >>> may("clerk", "sheet.key", office=1, of_office=1), may("clerk", "sheet.key", office=1, of_office=2)
    (True, False)
    """
    if role not in GRANTS[verb]:
        return False
    return not (role == CLERK and verb in OWN_OFFICE and of_office is not None and of_office != office)
