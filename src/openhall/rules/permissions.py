"""Who may do what: one table, role by verb, and how far each right reaches. Seed 5.3.4.

Every action asks `may` through its first beat, so page, API and command line refuse alike. A right reaches the
whole hall, or (OWN) the things of the person's own office only. What a confidential request allows stands in
`_confidential`: a report of wrongdoing is never visible to anyone of the office it accuses, whatever the role.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from openhall.errors import N_


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"  # information and statistics officer
    CLERK = "clerk"  # at a window of one office
    LEADER = "leader"
    DISPATCHER = "dispatcher"  # in the management and service centre
    HANDLER = "handler"  # does the work in a department
    HEAD = "head"  # of a department
    SCREENER = "screener"  # confirms or rejects the marking of malicious complaints
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


ROLE_NAMES = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.ANALYST: N_("Statistics officer"),
    Role.CLERK: N_("Window clerk"),
    Role.LEADER: N_("Leader"),
    Role.DISPATCHER: N_("Dispatcher"),
    Role.HANDLER: N_("Handler"),
    Role.HEAD: N_("Head of department"),
    Role.SCREENER: N_("Screening officer"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.AUDITOR: N_("Auditor"),
}

ADMINISTRATOR, ANALYST, CLERK, LEADER, DISPATCHER, HANDLER, HEAD, SCREENER, SUPERVISOR, AUDITOR = Role
EVERYONE = frozenset(Role)
DEPARTMENT = frozenset({HANDLER, HEAD})

# verb -> roles that hold it
GRANTS: dict[str, frozenset[Role]] = {
    # the study
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
    "audit.run": frozenset({ADMINISTRATOR, ANALYST, LEADER}),  # of anyone's published figures; no data
    # requests
    "request.enter": frozenset({CLERK, DISPATCHER}),  # for a citizen, by any channel
    "request.view": EVERYONE - {ADMINISTRATOR},
    "request.contact": frozenset({CLERK, DISPATCHER, SUPERVISOR})
    | DEPARTMENT,  # names and ways to reach them
    "request.classify": frozenset({CLERK, DISPATCHER}),
    "request.settle": frozenset({CLERK, DISPATCHER}),  # answer at once
    "request.decide": frozenset({DISPATCHER}),
    "request.dispatch": frozenset({DISPATCHER}),
    "request.transfer": frozenset({DISPATCHER, HEAD}),  # to another department; ask another to help
    "request.arbitrate": frozenset({DISPATCHER}),  # returns and extensions
    "request.merge": frozenset({DISPATCHER}),  # join duplicates
    "request.sign": DEPARTMENT,
    "request.assign": frozenset({HEAD}),  # to a person of the department
    "request.handle": DEPARTMENT,  # reply, ask, close, return, ask for an extension
    "request.talk": EVERYONE - {ADMINISTRATOR, AUDITOR},  # internal notes
    "request.publish": frozenset({DISPATCHER, SUPERVISOR}),  # to the public register
    # evaluation and rectification
    "evaluation.enter": frozenset({CLERK, DISPATCHER}),  # what a citizen says at the window or by phone
    "rectification.view": frozenset({DISPATCHER, SUPERVISOR, LEADER, AUDITOR}) | DEPARTMENT,
    "rectification.call": frozenset({DISPATCHER, SUPERVISOR}),  # call back, visit again
    "rectification.fix": DEPARTMENT | {CLERK, DISPATCHER},  # of the office rated; the action sees to that
    "rectification.judge": frozenset({SUPERVISOR}),
    # supervision, screening, assessment
    "oversight.view": frozenset(
        {SUPERVISOR, LEADER, AUDITOR}
    ),  # orders, warnings, samples of all departments
    "supervision.order": frozenset({SUPERVISOR, LEADER}),
    "supervision.answer": DEPARTMENT,
    "supervision.sample": frozenset({SUPERVISOR}),
    "screening.view": frozenset({SCREENER, SUPERVISOR, LEADER, AUDITOR}),  # marks and what became of them
    "screening.mark": frozenset({CLERK, DISPATCHER}) | DEPARTMENT,
    "screening.confirm": frozenset({SCREENER}),
    "screening.judge": frozenset({SUPERVISOR}),
    "assessment.view": frozenset({SUPERVISOR, LEADER, ANALYST}) | DEPARTMENT,
    "assessment.award": frozenset({LEADER}),
    "figures.view": frozenset({ANALYST, SUPERVISOR, LEADER, HEAD, AUDITOR}),  # of requests, no names
    "staff.view": frozenset({ADMINISTRATOR, LEADER, HEAD}),  # skills, training, wishes
    "staff.self": EVERYONE,  # the own page: wish, absence, what the ledger says of oneself
    "staff.manage": frozenset({ADMINISTRATOR, HEAD}),  # enter skills, training, absence
    "account.manage": frozenset({ADMINISTRATOR}),  # make accounts, give roles, close accounts
    # parties, duties, knowledge
    "party.view": frozenset({CLERK, DISPATCHER}),
    "party.edit": frozenset({CLERK, DISPATCHER}),
    "party.merge": frozenset({DISPATCHER}),
    "duty.manage": frozenset({CLERK, DISPATCHER}),
    "knowledge.view": EVERYONE,
    "knowledge.write": frozenset({DISPATCHER, ANALYST}) | DEPARTMENT,
    # the hall itself
    "catalogue.view": EVERYONE,
    "catalogue.manage": frozenset({ADMINISTRATOR}),  # services, areas, lists, calendar, objectives
    "urgency.try": frozenset({ADMINISTRATOR, DISPATCHER, ANALYST}),  # rules on past requests
    "urgency.publish": frozenset({ADMINISTRATOR}),
    "office.reform": frozenset({ADMINISTRATOR}),  # merge and split departments
    "notice.manage": frozenset({ADMINISTRATOR}),  # mail that waits, failed or is unknown
    "log.view": frozenset({ADMINISTRATOR, AUDITOR}),
    "log.verify": frozenset({ADMINISTRATOR, AUDITOR, LEADER}),
    "log.erase": frozenset({ADMINISTRATOR}),  # the data of one event, where the law asks for it
}

# These reach the person's own office only, for these roles.
_DEPARTMENTS_OWN = frozenset(
    verb
    for verb in GRANTS
    if verb.startswith(
        ("request.", "rectification.", "supervision.", "screening.", "assessment.", "figures.", "staff.")
    )
)
OWN: dict[Role, frozenset[str]] = {
    CLERK: frozenset({"wave.issue", "sheet.key", "request.contact", "request.classify", "request.settle"}),
    HANDLER: _DEPARTMENTS_OWN,
    HEAD: _DEPARTMENTS_OWN,
}
OWN_OFFICE = OWN[CLERK]

# Confidential requests (reports of wrongdoing) are for these roles, never for an accused office.
_CONFIDENTIAL = frozenset({DISPATCHER, SUPERVISOR, LEADER, AUDITOR}) | DEPARTMENT


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose a thing is: the offices it belongs to (row ids), the office it accuses, whether it is confidential.

    `own`: the person entered it; what is confidential stays visible to the one who wrote it down.
    """

    offices: frozenset[int] = frozenset()
    accused: int | None = None
    confidential: bool = False
    own: bool = False


def may(role: str, verb: str, *, office: int | None = None, of: Reach | None = None) -> bool:
    """Whether a person of `role`, working at `office`, may do `verb` to something that reaches `of`.

    Without `of`: whether the role holds the verb at all. Raises KeyError for a verb that is not in the table, so that
    a misspelt one never passes.

    >>> [may("clerk", "sheet.key", office=1, of=Reach(frozenset({office}))) for office in (1, 2)]
    [True, False]
    >>> may("leader", "request.view", office=5, of=Reach(accused=5, confidential=True))
    False
    """
    if role not in GRANTS[verb]:
        return False
    if of is None:
        return True
    if of.accused is not None and of.accused == office:
        return False
    if of.confidential and Role(role) not in _CONFIDENTIAL and not of.own:
        return False
    return verb not in OWN.get(Role(role), frozenset()) or office in of.offices
