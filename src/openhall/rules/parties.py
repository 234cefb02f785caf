"""When two records may be the same customer: names, telephone numbers and addresses in the form in which they are
compared, what is wrong with what was given, and how like two records are, with the reasons. A person decides.
Seed 3.4; row B1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from openhall.errors import N_, BadInput, Problem
from openhall.rules.demand import SPECIAL, Customer
from openhall.rules.suggestion import Reason

LONGEST_NAME = 120
LONGEST_CONTACT = 254
LONGEST_REGISTRATION = 40
LEAST_DIGITS, MOST_DIGITS = 5, 20  # of a telephone number, extension and all
ENOUGH = 3  # points from which two records are shown as perhaps the same
NEAR = 0.86  # how like two written names must be
EMAIL, PHONE, ADDRESS, MESSAGING = CONTACTS = ("email", "phone", "address", "messaging")

# Calling codes are prefix-free: one digit for 1 and 7, two digits for these, three for all others (ITU-T E.164).
_TWO_DIGITS = re.compile(r"2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
_MAIL = re.compile(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+")
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "prof"))


def name_key(name: str) -> str:
    """A name as it is compared: one form of each character, no capitals, blanks, points or titles before it.

    >>> name_key("Mrs. Mary-Ann O’Neill"), name_key("王 小明"), name_key("ＡＢＣ Ltd.")
    ('maryannoneill', '王小明', 'abcltd')
    """
    words = re.findall(
        r"\w+", unicodedata.normalize("NFKC", name).casefold().replace("’", "").replace("'", "")
    )
    kept = words[1:] if len(words) > 1 and words[0] in _TITLES else words
    return _joined(kept).replace("_", "")[:LONGEST_NAME]


def phone_key(number: str) -> str:
    """The digits of a telephone number without calling code and leading noughts, however it was written.

    >>> phone_key("+86 138 0013 8000"), phone_key("138-0013-8000"), phone_key("0044 (0)7700 900123")
    ('13800138000', '13800138000', '7700900123')
    """
    text = unicodedata.normalize("NFKC", number).strip()
    digits = "".join(character for character in text if character in "0123456789")
    if text.startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
        code = 1 if digits[:1] in ("1", "7") else 2 if _TWO_DIGITS.match(digits) else 3
        digits = digits[code:]
    return digits.lstrip("0")


def contact_key(kind: str, value: str) -> str:
    """A way to reach somebody as it is compared; `kind` as in `models.ContactMethod`.

    >>> contact_key("email", " Mary@Example.ORG "), contact_key("address", "12, High Street")
    ('mary@example.org', '12highstreet')
    """
    if kind == PHONE:
        return phone_key(value)
    text = unicodedata.normalize("NFKC", value).casefold()
    if kind == ADDRESS:
        return _joined(re.findall(r"\w+", text))[:LONGEST_CONTACT]
    return _joined(text.split())[:LONGEST_CONTACT]


def _joined(parts: Iterable[str]) -> str:
    """Parts without the blanks between; an accent that stood alone is again one with its letter."""
    return unicodedata.normalize("NFKC", "".join(parts)).casefold()


def registration_key(registration: str) -> str:
    """Letters and digits of a registration number.

    >>> registration_key("gb 12-34"), registration_key("９１３1")
    ('GB1234', '9131')
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", registration).upper()))


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a party. `kind`: email, phone, address, messaging."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        return contact_key(self.kind, self.value)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a party, as far as records are compared by it."""

    name: str
    kind: str = Customer.CITIZEN
    registration: str = ""
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like two records are: points, and why."""

    points: int
    reasons: tuple[Reason, ...]

    @property
    def likely(self) -> bool:
        return self.points >= ENOUGH


SAME = {
    EMAIL: (4, N_("The same e-mail address.")),
    PHONE: (3, N_("The same telephone number.")),
    MESSAGING: (3, N_("The same name in the message app.")),
    ADDRESS: (1, N_("The same postal address.")),
}


def likeness(one: Known, other: Known) -> Likeness:
    """Points and reasons for two records being the same party; the same whichever comes first.

    A registration number counts five points, an e-mail address four, a telephone number three (families share one),
    the same name two, a name written almost alike one, a postal address one. Two different registration numbers
    outweigh everything: a company and its daughter are two.

    >>> found = likeness(Known("Mary Li", contacts=(Contact("phone", "0770 900123"),)),
    ...                  Known("Li Mary", contacts=(Contact("phone", "+44 770 900 123"),)))
    >>> found.points, [str(reason) for reason in found.reasons]
    (5, ['The same telephone number.', 'The same name.'])
    """
    registrations = {registration_key(one.registration), registration_key(other.registration)} - {""}
    if len(registrations) == 2:
        return Likeness(0, ())
    said: list[tuple[int, str]] = []
    if registrations and one.registration and other.registration:
        said.append((5, N_("The same registration number.")))
    theirs = {(contact.kind, contact.key) for contact in other.contacts}
    shared = {
        contact.kind for contact in one.contacts if contact.key and (contact.kind, contact.key) in theirs
    }
    said += [SAME[kind] for kind in CONTACTS if kind in shared]
    if same_name(one.name, other.name):
        said.append((2, N_("The same name.")))
    elif near_name(one.name, other.name):
        said.append((1, N_("The name is written almost alike.")))
    return Likeness(sum(points for points, _ in said), tuple(Reason(why) for _, why in said))


def same_name(one: str, other: str) -> bool:
    """Whether two names have the same words, in whatever order.

    >>> same_name("Li, Mary", "Mary Li"), same_name("王小明", "王明小")
    (True, False)
    """
    return bool(name_key(one)) and (name_key(one) == name_key(other) or _words(one) == _words(other))


def near_name(one: str, other: str) -> bool:
    """Whether two names differ by a slip of the pen.

    >>> near_name("Katherine Jones", "Catherine Jones"), near_name("Li", "Lu")
    (True, False)
    """
    first, second = sorted((name_key(one), name_key(other)))
    return min(len(first), len(second)) >= 5 and SequenceMatcher(None, first, second, False).ratio() >= NEAR


def _words(name: str) -> list[str]:
    found = re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())
    return sorted(word for word in found if word not in _TITLES)


def check(
    *,
    name: str,
    kind: str,
    registration: str = "",
    groups: Iterable[str] = (),
    contacts: Iterable[Contact] = (),
) -> None:
    """BadInput naming everything that is wrong with what was given of a party."""
    found = []
    if kind not in list(Customer):
        found.append(
            Problem(N_("Kind"), N_("this is not a kind of customer."), N_("Choose one of the list."))
        )
    if not name_key(name):
        found.append(Problem(N_("Name"), N_("it is missing."), N_("Enter the name.")))
    elif len(name.strip()) > LONGEST_NAME:
        found.append(_too_long(N_("Name"), LONGEST_NAME))
    if len(registration_key(registration)) > LONGEST_REGISTRATION:
        found.append(_too_long(N_("Registration number"), LONGEST_REGISTRATION))
    unknown = sorted(set(groups) - set(SPECIAL))
    if unknown:
        place, message = N_("Special situation"), N_("{unknown} is not on the list.")
        found.append(Problem(place, message, N_("Choose from the list."), {"unknown": unknown}))
    for contact in contacts:
        found += contact_problems(contact)
    if found:
        raise BadInput(N_("The customer’s record cannot be kept like this."), problems=found)


def contact_problems(contact: Contact) -> list[Problem]:
    """What is wrong with one way to reach somebody.

    >>> [str(problem) for problem in contact_problems(Contact("email", "mary at home"))]
    ['E-mail: “mary at home” is not an e-mail address. Write it like name@example.org.']
    """
    value, key = contact.value.strip(), contact.key
    if contact.kind not in CONTACTS:
        return [
            Problem(N_("Contact"), N_("this is not a way to reach somebody."), N_("Choose one of the list."))
        ]
    if len(value) > LONGEST_CONTACT:
        return [_too_long(PLACES[contact.kind], LONGEST_CONTACT)]
    if contact.kind == EMAIL and not _MAIL.fullmatch(value):
        message, cure = N_("“{value}” is not an e-mail address."), N_("Write it like name@example.org.")
        return [Problem(N_("E-mail"), message, cure, {"value": value})]
    if contact.kind == PHONE and not LEAST_DIGITS <= len(key) <= MOST_DIGITS:
        message, cure = N_("“{value}” is not a telephone number."), N_("Write it with its area code.")
        return [Problem(N_("Telephone"), message, cure, {"value": value})]
    if not key:
        return [Problem(PLACES[contact.kind], N_("it is missing."), N_("Enter it, or leave the line out."))]
    return []


PLACES: Mapping[str, str] = {
    EMAIL: N_("E-mail"),
    PHONE: N_("Telephone"),
    ADDRESS: N_("Postal address"),
    MESSAGING: N_("Message app"),
}


def _too_long(place: str, most: int) -> Problem:
    return Problem(place, N_("it has more than {most} characters."), N_("Shorten it."), {"most": most})
