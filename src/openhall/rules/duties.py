"""Recurring duties as dates: when one may be renewed, when the next is due, what is declared. Seed 1.2.1; row B9."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from openhall.errors import N_, BadInput, Problem

MOST_FACTS = 20
LONGEST_LABEL, LONGEST_FACT = 80, 400
LONGEST_PERIOD = 3660  # days: ten years
LONGEST_NOTICE = 90  # days a reminder may come before the due date

Facts = tuple[tuple[str, str], ...]  # what is declared: label and value, in order


def opens_on(due: date, *, remind_days: int) -> date:
    """The first day on which it may be renewed: that of the reminder, at least the day before it is due.

    >>> opens_on(date(2026, 3, 31), remind_days=14)
    datetime.date(2026, 3, 17)
    """
    return due - timedelta(days=max(remind_days, 1))


def next_due(due: date, done: date, *, every_days: int) -> date:
    """When it falls due again: so many days after the due date when it was done in time, after `done` when late.

    >>> next_due(date(2026, 3, 31), date(2026, 3, 20), every_days=90)
    datetime.date(2026, 6, 29)
    >>> next_due(date(2026, 3, 31), date(2026, 4, 10), every_days=90)
    datetime.date(2026, 7, 9)
    """
    return max(due, done) + timedelta(days=every_days)


def clean(facts: Iterable[tuple[str, str]]) -> Facts:
    """Facts as they are kept and compared: without blanks around them, lines without a label left out.

    >>> clean([(" Goods ", "Fruit\\r\\nand  tea "), ("", "lost")])
    (('Goods', 'Fruit\\nand  tea'),)
    """
    tidy = ((" ".join(label.split()), "\n".join(value.strip().splitlines())) for label, value in facts)
    return tuple((label, value) for label, value in tidy if label)


def changed(before: Facts, after: Facts) -> Facts:
    """The facts of `after` that `before` says otherwise.

    >>> changed((("Goods", "Fruit"), ("Stalls", "1")), (("Goods", "Fruit"), ("Stalls", "2")))
    (('Stalls', '2'),)
    """
    known = dict(before)
    return tuple((label, value) for label, value in after if known.get(label) != value)


def declared(given: Mapping[str, str], facts: Facts) -> Facts:
    """The facts as a renewal form brings them back: fact-0, fact-1 … in the order of what was declared last time.

    >>> declared({"fact-1": "2"}, (("Goods", "Fruit"), ("Stalls", "1")))
    (('Goods', 'Fruit'), ('Stalls', '2'))
    """
    return tuple((label, given.get(f"fact-{number}", value)) for number, (label, value) in enumerate(facts))


def fact_problems(facts: Facts) -> list[Problem]:
    """What is wrong with what is declared."""
    found = []
    if len(facts) > MOST_FACTS:
        found.append(
            Problem(
                N_("Facts"), N_("there are more than {most}."), N_("Join some of them."), {"most": MOST_FACTS}
            )
        )
    labels = [label for label, _ in facts]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        message, cure = N_("it is there twice."), N_("Name each fact once.")
        found.append(Problem(N_("Fact “{label}”"), message, cure, {"label": label}))
    for label, value in facts:
        if len(label) > LONGEST_LABEL or len(value) > LONGEST_FACT:
            message, cure = N_("it is too long."), N_("Use at most {most} characters.")
            values = {
                "label": label[:40],
                "most": LONGEST_FACT if len(value) > LONGEST_FACT else LONGEST_LABEL,
            }
            found.append(Problem(N_("Fact “{label}”"), message, cure, values))
    return found


def check(*, every_days: int, remind_days: int, title: str, facts: Facts) -> None:
    """BadInput naming everything that is wrong with a duty."""
    found = fact_problems(facts)
    if not 1 <= every_days <= LONGEST_PERIOD:
        found.append(_range(N_("Every so many days"), 1, LONGEST_PERIOD))
    if not 0 <= remind_days <= LONGEST_NOTICE:
        found.append(_range(N_("Days of the reminder"), 0, LONGEST_NOTICE))
    elif remind_days >= every_days:
        message, cure = N_("the reminder would come before the last renewal."), N_("Enter fewer days.")
        found.append(Problem(N_("Days of the reminder"), message, cure))
    if not title:
        found.append(Problem(N_("Name"), N_("it is missing."), N_("Say what is to be renewed.")))
    if found:
        raise BadInput(N_("The duty cannot be set like this."), problems=found)


def check_facts(facts: Facts) -> None:
    """BadInput naming everything that is wrong with what is declared."""
    found = fact_problems(facts)
    if found:
        raise BadInput(N_("This cannot be declared."), problems=found)


def _range(place: str, least: int, most: int) -> Problem:
    return Problem(place, N_("it must be between {least} and {most}."), "", {"least": least, "most": most})
