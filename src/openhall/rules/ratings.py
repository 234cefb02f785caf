"""The rating of one service: who is asked, by which channel, for how long, and what of the request goes with it.

The questionnaire itself is `surveys/builtin/service_rating.toml`; what a bad rating leads to is `rectification`. Seed
3.4.4, 5.1.5; row B5.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from datetime import datetime, timedelta

from openhall.errors import N_, NotAllowed
from openhall.rules.demand import DemandClass
from openhall.rules.workflow import CHANGE_RATING_DAYS, Outcome

ANSWER_DAYS = 30  # after closing, within which a rating is taken
FEW = 5  # ratings of others below this are not told to those who may not read them one by one
LONGEST_REMARK = 1000

# Closed by us with an answer; who took it back, repeated it or was screened out is not asked.
ASKED = frozenset(
    {Outcome.RESOLVED, Outcome.EXPLAINED, Outcome.REFUSED, Outcome.NOT_RESPONSIBLE, Outcome.UNABLE}
)

LEVEL_NAMES = {
    5: N_("Very satisfied"),
    4: N_("Satisfied"),
    3: N_("Fairly satisfied"),
    2: N_("Dissatisfied"),
    1: N_("Very dissatisfied"),
}
SATISFIED = (5, 4, 3)  # the lowest two are bad ratings

EMAIL, WEB = "email", "web"
_WRITING = frozenset({WEB, EMAIL, "messaging"})  # who came so is not rung up

_DEMAND = {str(one): code for code, one in enumerate(DemandClass, 1)}
_NOT_CLASSIFIED = 8
_WAY = {"web": 1, "email": 1, "messaging": 1, "window": 2, "phone": 3}
_OTHER_WAY = 4


def invitation(used: str, *, mail: bool, anonymous: bool) -> str:
    """By which channel the person is asked: the one they used; by e-mail where they wrote and we have an address.

    Who came at the window or rang up is put on the staff's list of calls; nobody without a name is.

    >>> invitation("web", mail=True, anonymous=False), invitation("phone", mail=True, anonymous=False)
    ('email', 'phone')
    >>> invitation("window", mail=False, anonymous=True)
    'web'
    """
    if used in _WRITING:
        return EMAIL if mail else WEB
    return WEB if anonymous else used


def background(demand: str, channel: str, *, confidential: bool) -> dict[str, list[str]]:
    """The answers nobody is asked, as a form would post them. Of a confidential request its class is not told.

    >>> background("complaint", "letter", confidential=False)
    {'demand': ['3'], 'way': ['4']}
    """
    code = _NOT_CLASSIFIED if confidential else _DEMAND.get(demand, _NOT_CLASSIFIED)
    return {"demand": [str(code)], "way": [str(_WAY.get(channel, _OTHER_WAY))]}


def require_open(*, given_at: datetime | None, expires_at: datetime, superseded: bool, at: datetime) -> None:
    """NotAllowed where no rating is taken any more. `superseded`: the request was opened again since.

    A given rating can be changed for CHANGE_RATING_DAYS.
    """
    if superseded:
        raise NotAllowed(
            N_("The request was opened again after this closing. You will be asked again when it is closed.")
        )
    if given_at is None and at > expires_at:
        raise NotAllowed(N_("Ratings are taken within {days} days of closing."), days=ANSWER_DAYS)
    if given_at is not None and at > given_at + timedelta(days=CHANGE_RATING_DAYS):
        raise NotAllowed(N_("A rating can be changed for {days} days."), days=CHANGE_RATING_DAYS)


def satisfied(levels: Mapping[int, int]) -> tuple[int, int]:
    """Ratings of the upper three levels, and all, from counts by level.

    >>> satisfied({5: 2, 3: 1, 1: 4})
    (3, 7)
    """
    return sum(levels.get(level, 0) for level in SATISFIED), sum(levels.values())


def hidden(counts: Mapping[Hashable, int], own: Collection[Hashable] = ()) -> set[Hashable]:
    """Which groups must not be told to somebody who may read only the ratings of `own`: those with fewer than FEW, and
    one more where the sum of all would tell a single hidden one.

    >>> sorted(hidden({"roads": 40, "water": 3, "parks": 12}, own=["roads"]))
    ['parks', 'water']
    """
    others = {key: count for key, count in counts.items() if key not in own and count}
    few = {key for key, count in others.items() if count < FEW}
    if len(few) == 1 and len(others) > 1:
        few.add(min(others.keys() - few, key=lambda key: (others[key], str(key))))
    return few
