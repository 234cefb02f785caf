"""What a citizen asks for and who asks: demand classes, kinds of customer, special situations and the personal
service that follows, the typology of needs; and a class suggested from plain words. Seed 3.4, 3.4.1, 5.1.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from openhall.errors import N_, Word
from openhall.rules.demand_words import NEGATIONS, SIGNS
from openhall.rules.suggestion import Suggestion, fold, matches, quoted

ENOUGH = 2  # points of evidence below which no class is suggested
LEAD = 1.5  # times the points of the next class
GRAVE = 3  # points of wrongdoing that outweigh everything


class DemandClass(StrEnum):
    """What the citizen wants of us; apart from the topic, which the service says."""

    ENQUIRY = "enquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"  # of wrongdoing
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    APPLICATION = "application"


CLASS_NAMES = {
    DemandClass.ENQUIRY: N_("Enquiry"),
    DemandClass.HELP: N_("Request for help"),
    DemandClass.COMPLAINT: N_("Complaint"),
    DemandClass.REPORT: N_("Report of wrongdoing"),
    DemandClass.SUGGESTION: N_("Suggestion"),
    DemandClass.PRAISE: N_("Praise"),
    DemandClass.APPLICATION: N_("Application"),
}
CLASS_EXPLANATIONS = {
    DemandClass.ENQUIRY: N_("A question that information answers."),
    DemandClass.HELP: N_("Something is broken, missing or hard, and we are asked to act."),
    DemandClass.COMPLAINT: N_("Somebody is unhappy with what we or one of our services did."),
    DemandClass.REPORT: N_(
        "Somebody tells of a breach of law or duty; the department it names never sees it."
    ),
    DemandClass.SUGGESTION: N_("An idea how something could be better."),
    DemandClass.PRAISE: N_("Thanks for something done well."),
    DemandClass.APPLICATION: N_("A permit, benefit, document or registration is asked for."),
}


class Customer(StrEnum):
    """The external customers of seed 3.4."""

    CITIZEN = "citizen"
    COMPANY = "company"
    GOVERNMENT = "government"


CUSTOMER_NAMES = {
    Customer.CITIZEN: N_("Citizen"),
    Customer.COMPANY: N_("Company or organisation"),
    Customer.GOVERNMENT: N_("Government body"),
}


class PersonalService(StrEnum):
    """What we do differently for a person, in the order in which it is shown."""

    PRIORITY = "priority"
    GUARDIAN = "guardian"
    SIGN_LANGUAGE = "sign_language"
    INTERPRETER = "interpreter"
    WRITING = "writing"
    PHONE = "phone"
    LARGE_PRINT = "large_print"
    READ_ALOUD = "read_aloud"
    PLAIN_WORDS = "plain_words"
    COMPANION = "companion"
    STEP_FREE = "step_free"
    HOME_VISIT = "home_visit"
    DELIVERY = "delivery"
    PLAY_CORNER = "play_corner"
    PRIVATE_ROOM = "private_room"


SERVICE_NAMES = {
    PersonalService.PRIORITY: N_("Serve without queueing"),
    PersonalService.GUARDIAN: N_("Have a parent, guardian or trusted adult present"),
    PersonalService.SIGN_LANGUAGE: N_("Sign-language interpreter"),
    PersonalService.INTERPRETER: N_("Interpreter for the person’s language"),
    PersonalService.WRITING: N_("Write instead of telephoning"),
    PersonalService.PHONE: N_("Telephone instead of writing"),
    PersonalService.LARGE_PRINT: N_("Large print"),
    PersonalService.READ_ALOUD: N_("Read papers aloud and fill in forms together"),
    PersonalService.PLAIN_WORDS: N_("Plain words and short letters"),
    PersonalService.COMPANION: N_("Somebody who accompanies the person through the hall"),
    PersonalService.STEP_FREE: N_("A window without steps, with a seat"),
    PersonalService.HOME_VISIT: N_("Visit at home"),
    PersonalService.DELIVERY: N_("Papers sent or brought to the home"),
    PersonalService.PLAY_CORNER: N_("Play corner, pram access and a place to nurse"),
    PersonalService.PRIVATE_ROOM: N_("Talk in a private room"),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """A special situation: its name, marked, and the personal services that follow from it."""

    key: str
    name: str
    services: tuple[PersonalService, ...]


_P = PersonalService
SPECIAL: dict[str, Situation] = {
    key: Situation(key, name, services)
    for key, name, services in (
        ("elderly", N_("Elderly"), (_P.PRIORITY, _P.LARGE_PRINT, _P.PHONE, _P.COMPANION, _P.HOME_VISIT)),
        (
            "mobility",
            N_("Hard to walk, wheelchair"),
            (_P.PRIORITY, _P.STEP_FREE, _P.COMPANION, _P.HOME_VISIT),
        ),
        (
            "blind",
            N_("Blind or weak sight"),
            (_P.PRIORITY, _P.LARGE_PRINT, _P.READ_ALOUD, _P.PHONE, _P.COMPANION),
        ),
        ("deaf", N_("Deaf or hard of hearing"), (_P.SIGN_LANGUAGE, _P.WRITING)),
        ("disabled", N_("Other disability"), (_P.PRIORITY, _P.COMPANION, _P.HOME_VISIT)),
        ("language", N_("Another language"), (_P.INTERPRETER, _P.PLAIN_WORDS)),
        ("reading", N_("Hard to read or write"), (_P.READ_ALOUD, _P.PHONE, _P.PLAIN_WORDS)),
        ("illness", N_("Serious illness"), (_P.PRIORITY, _P.PHONE, _P.HOME_VISIT, _P.PRIVATE_ROOM)),
        ("hardship", N_("Hardship"), (_P.PRIORITY, _P.PRIVATE_ROOM, _P.PLAIN_WORDS)),
        ("children", N_("Pregnant or with small children"), (_P.PRIORITY, _P.STEP_FREE, _P.PLAY_CORNER)),
        ("minor", N_("Under age"), (_P.PRIORITY, _P.GUARDIAN, _P.PLAIN_WORDS, _P.PRIVATE_ROOM)),
        ("victim", N_("Victim of violence"), (_P.PRIORITY, _P.PRIVATE_ROOM, _P.COMPANION)),
        ("veteran", N_("Veteran or family of the fallen"), (_P.PRIORITY,)),
        ("remote", N_("Lives far away"), (_P.PHONE, _P.DELIVERY, _P.HOME_VISIT)),
    )
}


def services_for(groups: Iterable[str]) -> tuple[PersonalService, ...]:
    """The personal services that follow from a person's situations, each once; names in `SERVICE_NAMES`.

    Who cannot hear is not telephoned, whatever else follows. Raises KeyError for a situation not in `SPECIAL`.

    >>> [str(service) for service in services_for(["deaf", "remote"])]
    ['sign_language', 'writing', 'home_visit', 'delivery']
    """
    wanted = {service for group in groups for service in SPECIAL[group].services}
    if PersonalService.WRITING in wanted:
        wanted.discard(PersonalService.PHONE)
    return tuple(service for service in PersonalService if service in wanted)


class Basis(StrEnum):
    """Whether a law gives a right to it."""

    LAW = "law"
    COURTESY = "courtesy"


class Matter(StrEnum):
    INFORMATION = "information"
    SERVICE = "service"


class Reach(StrEnum):
    PERSONAL = "personal"
    PUBLIC = "public"


NEEDS: dict[tuple[Basis, Matter, Reach], str] = {
    (Basis.LAW, Matter.INFORMATION, Reach.PERSONAL): N_(
        "Access to one’s own file or decision, as the law grants it"
    ),
    (Basis.LAW, Matter.INFORMATION, Reach.PUBLIC): N_("Information the law makes us publish"),
    (Basis.LAW, Matter.SERVICE, Reach.PERSONAL): N_(
        "A permit, benefit or register entry a person has a right to"
    ),
    (Basis.LAW, Matter.SERVICE, Reach.PUBLIC): N_("A public duty: streets, water, safety, order"),
    (Basis.COURTESY, Matter.INFORMATION, Reach.PERSONAL): N_("Advice on a person’s own matter"),
    (Basis.COURTESY, Matter.INFORMATION, Reach.PUBLIC): N_("Explanations and news for everyone"),
    (Basis.COURTESY, Matter.SERVICE, Reach.PERSONAL): N_("Personal help beyond what the law asks"),
    (Basis.COURTESY, Matter.SERVICE, Reach.PUBLIC): N_("An offer to everyone beyond what the law asks"),
}


def need(basis: Basis | str, matter: Matter | str, reach: Reach | str) -> str:
    """The name, marked, of a kind of need: legal basis × information or service × personal or public.

    ValueError for a word that is none of the axis.

    >>> need("law", "service", "public")
    'A public duty: streets, water, safety, order'
    """
    return NEEDS[Basis(basis), Matter(matter), Reach(reach)]


def suggest_class(text: str) -> Suggestion[DemandClass] | None:
    """The demand class a text's own words point to, with these words; None when they are few or disagree.

    Evidence is counted, not learned: a strong sign counts two points (three for wrongdoing), a weak one a point; a
    sign right after a "not" counts nothing. One strong sign of wrongdoing is enough whatever else is said, so that
    no such report goes the ordinary way. `confidence` is the share of the points the class has, a point of doubt
    added.

    >>> print(suggest_class("I want to complain: the clerk was rude."))
    The text says “complain”, “was rude”; that points to “Complaint”.
    >>> suggest_class("The bench in the park.")
    """
    said = _signs(fold(text))
    points = {kind: sum(words.values()) for kind, words in said.items()}
    grave = points.get(DemandClass.REPORT, 0) >= GRAVE
    ranked = sorted(points, key=lambda kind: (-(grave and kind is DemandClass.REPORT), -points[kind]))
    if not ranked or points[ranked[0]] < ENOUGH:
        return None
    first = ranked[0]
    confidence = points[first] / (sum(points.values()) + 1)
    values = {"words": quoted(tuple(said[first])), "name": Word(CLASS_NAMES[first])}
    if len(ranked) == 1:
        return Suggestion(first, N_("The text says {words}; that points to “{name}”."), values, confidence)
    second = ranked[1]
    if not grave and points[first] < LEAD * points[second]:
        return None
    values |= {"others": quoted(tuple(said[second])), "other": Word(CLASS_NAMES[second])}
    why = N_("The text says {words}; that points to “{name}”, though {others} points to “{other}”.")
    return Suggestion(first, why, values, confidence)


def _signs(folded: str) -> dict[DemandClass, dict[str, int]]:
    """For each class the signs the text gives, as it writes them, with their points."""
    said = {DemandClass(key): _signs_of(folded, signs) for key, signs in SIGNS.items()}
    return {kind: words for kind, words in said.items() if words}


def _signs_of(folded: str, signs: dict[int, tuple[str, ...]]) -> dict[str, int]:
    words: dict[str, int] = {}
    taken: list[tuple[int, int]] = []  # "repair" inside "please repair" is the same sign
    for points in sorted(signs, reverse=True):
        for match in matches(folded, signs[points]):
            start, end = match.span()
            if not _negated(folded, start) and not any(start < to and since < end for since, to in taken):
                words.setdefault(" ".join(match.group().split()), points)
                taken.append((start, end))
    return words


def _negated(folded: str, start: int) -> bool:
    """Whether a negation stands just before: at most two words, or one Chinese character, in the same clause."""
    clause = re.split(r"[.!?;:,。！？；：，\n]", folded[max(0, start - 30) : start])[-1]
    for match in matches(clause, NEGATIONS):
        between = clause[match.end() :]
        if len(between.strip()) <= 1 or (between[:1].isspace() and len(between.split()) <= 2):
            return True
    return False
