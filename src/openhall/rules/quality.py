"""What a quality sample asks of a closed request, and what the answers make of it. Row C6."""

from __future__ import annotations

from collections.abc import Mapping

from openhall.errors import N_

# What an order says that goes out by itself.
BY_RULE = N_("The time to settle this request is far exceeded. Say why, and by when it will be settled.")
QUESTIONS = {
    "clear": N_("Is the answer in plain words the citizen can understand?"),
    "complete": N_("Does it answer everything that was asked?"),
    "correct": N_("Is it right, and is its ground named?"),
    "polite": N_("Is the tone friendly and respectful?"),
    "outcome": N_("Does the outcome match what was done?"),
    "record": N_("Can the whole handling be followed from the record?"),
}
POINTS_OF_GOOD = len(QUESTIONS)  # every question answered with yes
POINTS_OF_FAIR = len(QUESTIONS) - 2


def verdict_of(marks: Mapping[str, bool]) -> str:
    """good, fair or poor. A wrong answer is never more than poor.

    >>> verdict_of(dict.fromkeys(QUESTIONS, True))
    'good'
    >>> verdict_of({**dict.fromkeys(QUESTIONS, True), "correct": False})
    'poor'
    """
    points = sum(bool(marks.get(question)) for question in QUESTIONS)
    if not marks.get("correct") or points < POINTS_OF_FAIR:
        return "poor"
    return "good" if points == POINTS_OF_GOOD else "fair"
