"""The life of a request as one table: from this state this step leads there; everything else is refused.

The outcome is kept apart from the state: a closed request is not a resolved one. Seed 3.4, 5.3; rows B4, C2, C9.
"""

from __future__ import annotations

from enum import StrEnum

from openhall.errors import N_, NotAllowed, Word


class State(StrEnum):
    RECEIVED = "received"  # came in; to classify and decide
    ACCEPTED = "accepted"  # ours; to dispatch
    DISPATCHED = "dispatched"  # sent; the lead department must sign for it
    RETURNED = "returned"  # sent back with a reason; the centre arbitrates
    HANDLING = "handling"  # signed for, at work
    WAITING = "waiting"  # a question is with the citizen; clocks stand still
    CLOSED = "closed"


class Outcome(StrEnum):
    RESOLVED = "resolved"
    EXPLAINED = "explained"  # no legal basis to do more, and told why
    NOT_RESPONSIBLE = "not_responsible"  # somebody else's, and told whose
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"  # on the negative list
    UNABLE = "unable"  # ours, and cannot be done
    SCREENED = "screened"  # found to be malicious, confirmed by a second person


STATE_NAMES = {
    State.RECEIVED: N_("Received"),
    State.ACCEPTED: N_("Accepted"),
    State.DISPATCHED: N_("Dispatched"),
    State.RETURNED: N_("Returned to the centre"),
    State.HANDLING: N_("Being handled"),
    State.WAITING: N_("Waiting for the citizen"),
    State.CLOSED: N_("Closed"),
}
OUTCOME_NAMES = {
    Outcome.RESOLVED: N_("Resolved"),
    Outcome.EXPLAINED: N_("Explained"),
    Outcome.NOT_RESPONSIBLE: N_("Not ours"),
    Outcome.DUPLICATE: N_("Duplicate"),
    Outcome.WITHDRAWN: N_("Withdrawn"),
    Outcome.REFUSED: N_("Refused"),
    Outcome.UNABLE: N_("Unable to do it"),
    Outcome.SCREENED: N_("Screened out"),
}

RECEIVED, ACCEPTED, DISPATCHED, RETURNED, HANDLING, WAITING, CLOSED = State
OPEN = frozenset(State) - {CLOSED}

_EVERYWHERE_OPEN = {
    # step: what it leads to; None means the state stays
    "classify": None,
    "note": None,  # talk, attach, supervise, extend
    "withdraw": CLOSED,
    "merge": CLOSED,  # into the request it repeats
    "screen": CLOSED,
}

# (state, step) -> state after it
STEPS: dict[tuple[State, str], State] = {
    (state, step): to or state for state in sorted(OPEN) for step, to in _EVERYWHERE_OPEN.items()
} | {
    (RECEIVED, "accept"): ACCEPTED,
    (RECEIVED, "refuse"): CLOSED,
    (ACCEPTED, "refuse"): CLOSED,
    (RECEIVED, "settle"): CLOSED,  # answered at once, where it came in
    (ACCEPTED, "settle"): CLOSED,
    (ACCEPTED, "dispatch"): DISPATCHED,
    (DISPATCHED, "sign"): HANDLING,
    (DISPATCHED, "return"): RETURNED,
    (HANDLING, "return"): RETURNED,
    (RETURNED, "uphold"): DISPATCHED,  # the centre stays with its choice
    (RETURNED, "dispatch"): DISPATCHED,  # the department was right; to another
    (RETURNED, "refuse"): CLOSED,
    (DISPATCHED, "transfer"): DISPATCHED,
    (HANDLING, "transfer"): DISPATCHED,
    (WAITING, "transfer"): DISPATCHED,
    (HANDLING, "reply"): HANDLING,
    (WAITING, "reply"): WAITING,
    (HANDLING, "ask"): WAITING,
    (WAITING, "answer"): HANDLING,  # the citizen answered
    (WAITING, "resume"): HANDLING,  # the department goes on without
    (HANDLING, "close"): CLOSED,
    (WAITING, "close"): CLOSED,
    (CLOSED, "reopen"): DISPATCHED,  # RECEIVED where no department had it: see `after`
}

# What each step does, in a refusal.
STEP_NAMES = {
    "accept": N_("accept it"),
    "refuse": N_("refuse it"),
    "settle": N_("answer it at once"),
    "classify": N_("classify it"),
    "dispatch": N_("dispatch it"),
    "sign": N_("sign for it"),
    "return": N_("return it"),
    "uphold": N_("send it back to the department"),
    "transfer": N_("transfer it"),
    "reply": N_("reply to the citizen"),
    "ask": N_("ask the citizen"),
    "answer": N_("answer the question"),
    "resume": N_("go on without an answer"),
    "close": N_("close it"),
    "reopen": N_("open it again"),
    "withdraw": N_("withdraw it"),
    "merge": N_("join it to another request"),
    "screen": N_("screen it out"),
    "note": N_("add to it"),
}
LONGEST_RETURNS = 2  # times one department may return one request before the centre's word is final
LONGEST_EXTENSIONS = 2  # extensions granted for one request
REOPEN_DAYS = 30  # after closing, within which the citizen may open a request again
CHANGE_RATING_DAYS = 7  # within which a rating may be changed


def after(state: str, step: str, *, led: bool = True) -> State:
    """The state after `step`; `led` says whether a department has the request (it decides where reopening leads).

    Raises NotAllowed where the step does not lead on from `state`.

    >>> after("handling", "ask"), after("closed", "reopen", led=False)
    (<State.WAITING: 'waiting'>, <State.RECEIVED: 'received'>)
    """
    found = STEPS.get((State(state), step))
    if found is None:
        raise NotAllowed(
            N_("This request is in the state “{state}”, so nobody can {step} now."),
            state=Word(STATE_NAMES[State(state)]),
            step=Word(STEP_NAMES[step]),
        )
    return RECEIVED if step == "reopen" and not led else found


def can(state: str, step: str) -> bool:
    """Whether `step` leads on from `state`."""
    return (State(state), step) in STEPS
