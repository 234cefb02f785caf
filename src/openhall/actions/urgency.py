"""The hall's rules of urgency: drafted, tried (`reads.hall_urgency`), published. A published edition never changes.

There is one draft at most; it begins as a copy of the edition in force. Seed 3.4.2; row B2.
"""

from __future__ import annotations

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import Area, Channel, Service, UrgencyRules, User, record
from openhall.moment import now
from openhall.rules.conditions import Kind
from openhall.rules.rulebook import MOST_RULES, RuleBook
from openhall.rules.urgency import DEFAULT_RULES, LEVELS


def known() -> dict[Kind, frozenset[str]]:
    """What conditions may name: the hall's services, areas and channels."""
    return {
        Kind.SERVICE: frozenset(Service.objects.values_list("code", flat=True)),
        Kind.AREA: frozenset(Area.objects.values_list("code", flat=True)),
        Kind.CHANNEL: frozenset(Channel.values),
    }


def draft_of() -> UrgencyRules | None:
    return UrgencyRules.objects.filter(published_at=None).first()


def in_force() -> UrgencyRules | None:
    return UrgencyRules.objects.exclude(published_at=None).order_by("-number").first()


@transaction.atomic
def begin(*, by: User | None, of: UrgencyRules | None = None) -> UrgencyRules:
    """A draft like the edition `of`, else like the one in force, else like the rules a new hall has.

    NotAllowed while there is a draft.
    """
    permit(by, "urgency.publish")
    if draft_of() is not None:
        raise NotAllowed(N_("There is a draft already. Publish it or delete it first."))
    source = of or in_force()
    newest = UrgencyRules.objects.select_for_update().order_by("-number").first()
    book = source.book if source else DEFAULT_RULES.to_dict()
    draft = UrgencyRules.objects.create(number=newest.number + 1 if newest else 1, book=book, by=by)
    record("urgency.drafted", draft, by=by, number=draft.number)
    return draft


@transaction.atomic
def put_rule(
    draft: UrgencyRules, rule: dict[str, object], *, at: int | None, by: User | None
) -> UrgencyRules:
    """Write the rule at place `at` (from 0) anew, or add it at the end. BadInput naming what cannot be used."""
    permit(by, "urgency.publish")
    draft = _locked(draft)
    rules = list(draft.book["rules"])
    alone = RuleBook.from_dict({"rules": [rule], "default": None}, known=known()).to_dict()["rules"][0]
    if at is None:
        if len(rules) >= MOST_RULES:
            raise NotAllowed(N_("A rule book has {most} rules at most."), most=MOST_RULES)
        rules.append(alone)
    else:
        _require_place(rules, at)
        rules[at] = alone
    return _keep(draft, rules, by)


@transaction.atomic
def move_rule(draft: UrgencyRules, *, at: int, up: bool, by: User | None) -> UrgencyRules:
    """One place earlier or later; at the end of the list nothing happens."""
    permit(by, "urgency.publish")
    draft = _locked(draft)
    rules = list(draft.book["rules"])
    _require_place(rules, at)
    to = max(0, min(len(rules) - 1, at - 1 if up else at + 1))
    rules.insert(to, rules.pop(at))
    return _keep(draft, rules, by)


@transaction.atomic
def drop_rule(draft: UrgencyRules, *, at: int, by: User | None) -> UrgencyRules:
    permit(by, "urgency.publish")
    draft = _locked(draft)
    rules = list(draft.book["rules"])
    _require_place(rules, at)
    del rules[at]
    return _keep(draft, rules, by)


@transaction.atomic
def set_default(draft: UrgencyRules, *, level: int, by: User | None) -> UrgencyRules:
    """The usual level, where no rule holds."""
    permit(by, "urgency.publish")
    draft = _locked(draft)
    if level not in LEVELS:
        raise BadInput(Problem(N_("Usual level"), N_("it is a number from 1 to 5."), N_("Choose one.")))
    draft.book = {**draft.book, "default": level}
    draft.by = by
    draft.save()
    record("urgency.changed", draft, by=by, number=draft.number)
    return draft


@transaction.atomic
def publish(draft: UrgencyRules, *, by: User | None, seen: str = "") -> UrgencyRules:
    """From now on requests that come in are judged by it; the edition before stays readable.

    `seen`: the draft's last change as the page showed it. NotAllowed where it was changed since, or is no draft.
    """
    permit(by, "urgency.publish")
    draft = _locked(draft)
    if seen and seen != draft.changed_at.isoformat():
        raise NotAllowed(N_("Somebody has changed the draft since you tried it. Look at it again."))
    before = in_force()
    book = RuleBook.from_dict(draft.book, known=known())
    if before is not None and RuleBook.from_dict(before.book) == book:
        raise NotAllowed(N_("The draft says the same as the rules in force."))
    draft.book, draft.published_at, draft.by = book.to_dict(), now(), by
    draft.save()
    record(
        "urgency.published",
        draft,
        by=by,
        number=draft.number,
        rules=len(book.rules),
        before=before and before.number,
    )
    return draft


@transaction.atomic
def drop(draft: UrgencyRules, *, by: User | None) -> None:
    """Delete the draft."""
    permit(by, "urgency.publish")
    draft = _locked(draft)
    record("urgency.draft_deleted", draft, by=by, number=draft.number)
    draft.delete()


def _locked(draft: UrgencyRules) -> UrgencyRules:
    found = UrgencyRules.objects.select_for_update().filter(pk=draft.pk).first()
    if found is None or found.published_at is not None:
        raise NotAllowed(N_("This is no draft any more. Begin another one."))
    return found


def _require_place(rules: list[object], at: int) -> None:
    if not 0 <= at < len(rules):
        raise NotAllowed(N_("There is no such rule any more. Look at the draft again."))


def _keep(draft: UrgencyRules, rules: list[object], by: User | None) -> UrgencyRules:
    draft.book = {**draft.book, "rules": rules}
    draft.by = by
    draft.save()
    record("urgency.changed", draft, by=by, number=draft.number)
    return draft
