"""Customers as staff find and see them: likely records while typing, the list, everything of one. Rows B1, B8.

Requests are counted and shown only as far as the person may see them; a record that was joined to another is shown
under the one that stands for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast

from openhall.language import LANGUAGES
from openhall.models import ContactMethod, Evaluation, Event, Party, RecurringDuty, ServiceRequest, User
from openhall.reads.segments import RATING
from openhall.reads.waves import entries
from openhall.rules.demand import SERVICE_NAMES, SPECIAL, services_for
from openhall.rules.parties import (
    ADDRESS,
    EMAIL,
    PHONE,
    Contact,
    Known,
    Likeness,
    contact_key,
    likeness,
    name_key,
    phone_key,
    registration_key,
)

ROWS = 50  # of the list, on a page
OFFERED = 6  # likely records shown while typing
NEAR = 20  # records looked at for each thing typed
LEAST_DIGITS = 5  # of a telephone number before it is looked up
LATEST = 30  # requests shown of one party


@dataclass(slots=True)
class Found:
    """A record with what helps to tell it from others."""

    party: Party
    contacts: list[ContactMethod] = field(default_factory=list)
    requests: int = 0
    open: int = 0
    like: Likeness = Likeness(0, ())  # noqa: RUF009  (frozen)

    @property
    def hidden(self) -> list[str]:
        """Its contacts, so much of them as tells one person from another."""
        return [hidden(contact) for contact in _distinct(self.contacts) if contact.kind != ADDRESS]

    @property
    def known(self) -> Known:
        given = tuple(Contact(contact.kind, contact.value) for contact in self.contacts)
        return Known(self.party.name, self.party.kind, self.party.registration, given)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the list, and the key to go on after; None on the last page."""

    rows: list[Found]
    after: int | None


def lookup(user: User, *, name: str = "", email: str = "", phone: str = "") -> list[Found]:
    """Records that may be the one being typed, the likeliest first; none until enough of it is there."""
    typed = Known(
        name, contacts=tuple(Contact(kind, value) for kind, value in ((EMAIL, email), (PHONE, phone)))
    )
    near: list[Party] = []
    for contact in typed.contacts:
        if len(contact.key) >= LEAST_DIGITS:
            rows = ContactMethod.objects.filter(kind=contact.kind).select_related("party")
            near += [row.party for row in _starting(rows, "value_key", contact.key)[:NEAR]]
    if len(name_key(name)) >= (2 if name_key(name).isascii() else 1):
        near += _starting(Party.objects.all(), "name_key", name_key(name))[:NEAR]
    found = with_counts(roots(near), user)
    for row in found:
        row.like = likeness(typed, row.known)
    return sorted(found, key=lambda row: (-row.like.points, -row.requests, row.party.pk))[:OFFERED]


def search(user: User, text: str = "", *, kind: str = "", group: str = "", after: int | None = None) -> Page:
    """Records that stand for themselves, newest first.

    `text` is part of a name, or the beginning of an e-mail address, a telephone or a registration number. A record
    that was joined to another is found by its own words and shown under the one that stands.
    """
    rows = _matching(text.strip()) if text.strip() else Party.objects.filter(merged_into=None)
    rows = rows.filter(kind=kind) if kind else rows
    rows = in_group(rows, group) if group else rows
    rows = rows.filter(pk__lt=after) if after else rows
    page = list(rows.order_by("-pk")[: ROWS + 1])
    more = page[ROWS - 1].pk if len(page) > ROWS else None
    return Page(with_counts(roots(page[:ROWS]), user), more)


def page(party: Party, user: User) -> dict[str, Any]:
    """Everything of one party over all departments, as far as this person may see it."""
    of = members([party])
    whole = _whole(party, list(of))
    mine = ServiceRequest.objects.visible_to(user)
    own, brought = mine.filter(party__in=of), mine.filter(reported_by__in=of).exclude(party__in=of)
    rated = Evaluation.objects.filter(request__in=own.values("pk")).exclude(level=None)
    ratings = sorted(rated.order_by().values_list("level").annotate(Count("pk")), reverse=True)
    groups = [key for key in SPECIAL if any(key in one.groups for one in whole.records)]
    events = Event.objects.filter(subject_type="party", subject_id__in=[str(pk) for pk in of])
    return {
        "party": party,
        "contacts": _distinct(whole.contacts) if user.may("party.edit") else [],
        "hidden": Found(party, whole.contacts).hidden,
        "situations": [SPECIAL[key].name for key in groups],
        "services": [SERVICE_NAMES[service] for service in services_for(groups)],
        "joined": [one for one in whole.records if one.pk != party.pk],
        "requests": _latest(own),
        "brought": _latest(brought),
        "total": own.count(),
        "open": own.filter(is_open=True).count(),
        "ratings": [(RATING[str(level)], count) for level, count in ratings],
        "rated": sum(count for _, count in ratings),
        "language_name": LANGUAGES.get(party.language, party.language),
        "duties": RecurringDuty.objects.filter(party__in=of)
        .select_related("service")
        .order_by("ended", "due_on"),
        "duplicates": duplicates(party, user),
        "history": entries(events.select_related("by").order_by("-pk")[:LATEST]),
    }


def duplicates(party: Party, user: User) -> list[Found]:
    """Other records that are likely the same party, the likeliest first, with the reasons."""
    of = members([party])
    whole = _whole(party, list(of))
    keys = [
        Q(kind=contact.kind, value_key=contact.value_key) for contact in whole.contacts if contact.value_key
    ]
    shared = ContactMethod.objects.filter(_any(keys)).select_related("party")[:200] if keys else []
    near = [contact.party for contact in shared]
    near += Party.objects.filter(name_key=party.name_key)[:NEAR]
    if party.registration:
        near += Party.objects.filter(registration=party.registration)[:NEAR]
    others = with_counts([one for one in roots(near) if one.pk not in of], user)
    known = Found(party, whole.contacts).known
    for row in others:
        row.like = likeness(known, row.known)
    likely = [row for row in others if row.like.likely]
    return sorted(likely, key=lambda row: (-row.like.points, row.party.pk))[:OFFERED]


def likeness_of(one: Party, other: Party) -> Likeness:
    """How like two records are, each with all that was joined to it."""
    first, second = (
        Found(party, _whole(party, list(members([party]))).contacts).known for party in (one, other)
    )
    return likeness(first, second)


def roots(parties: Iterable[Party]) -> list[Party]:
    """The records that stand for these, each once, in their order."""
    parties = list(parties)
    known = {party.pk: party for party in parties}
    while above := {party.merged_into_id for party in known.values()} - {None} - known.keys():
        known |= Party.objects.in_bulk(above)

    def root(party: Party) -> Party:
        while party.merged_into_id:
            party = known[party.merged_into_id]
        return party

    return list({root(party).pk: root(party) for party in parties}.values())


def members(parties: Iterable[Party]) -> dict[int, int]:
    """For records that stand for themselves: each record of theirs, and the one that stands for it (row ids)."""
    of = {party.pk: party.pk for party in parties}
    level = list(of)
    while level:
        below = list(Party.objects.filter(merged_into__in=level).values_list("pk", "merged_into"))
        of |= {pk: of[into] for pk, into in below}
        level = [pk for pk, _ in below]
    return of


def with_counts(parties: Sequence[Party], user: User) -> list[Found]:
    """The records with all their contacts and how many requests this person may see. A few queries for all."""
    of = members(parties)
    rows = {party.pk: Found(party) for party in parties}
    for contact in ContactMethod.objects.filter(party__in=of):
        rows[of[contact.party_id]].contacts.append(contact)
    seen = ServiceRequest.objects.visible_to(user).filter(party__in=of).order_by().values_list("party")
    for party, requests, still in seen.annotate(Count("pk"), still=Count("pk", filter=Q(is_open=True))):
        rows[of[party]].requests += requests
        rows[of[party]].open += still
    return list(rows.values())


def in_group(rows: QuerySet[Party], group: str) -> QuerySet[Party]:
    """Those of `rows` that are in this special situation. The list of them is compared as the text it is kept as."""
    return rows.annotate(said=Cast("groups", TextField())).filter(said__contains=f'"{group}"')


def hidden(contact: ContactMethod) -> str:
    """So much of a contact as helps to tell people apart, and no more.

    >>> hidden(ContactMethod(kind="email", value="mary@example.org"))
    'm…@example.org'
    >>> hidden(ContactMethod(kind="phone", value="0770 900 123"))
    '…123'
    """
    if contact.kind == EMAIL and "@" in contact.value:
        return f"{contact.value[0]}…@{contact.value.rpartition('@')[2]}"
    return f"…{contact.value_key[-3:] if contact.kind == PHONE and contact.value_key else contact.value[-3:]}"


@dataclass(frozen=True, slots=True)
class _Whole:
    """All records of one party and their contacts, those of the record that stands first."""

    records: list[Party]
    contacts: list[ContactMethod]


def _whole(party: Party, keys: list[int]) -> _Whole:
    records = list(Party.objects.filter(pk__in=keys).order_by("pk"))
    contacts = ContactMethod.objects.filter(party__in=keys).order_by("-preferred", "pk")
    return _Whole(records, sorted(contacts, key=lambda contact: contact.party_id != party.pk))


def _distinct(contacts: Iterable[ContactMethod]) -> list[ContactMethod]:
    """Each way once, the first of those that are compared alike."""
    once: dict[tuple[str, str], ContactMethod] = {}
    for contact in contacts:
        once.setdefault((contact.kind, contact.value_key), contact)
    return list(once.values())


def _latest(requests: QuerySet[ServiceRequest]) -> list[ServiceRequest]:
    return list(requests.select_related("service", "lead").order_by("-created_at", "-pk")[:LATEST])


def _matching(text: str) -> QuerySet[Party]:
    """Records, joined ones too, that the text may mean."""
    rows = Party.objects.all()
    means = Q(pk__in=_starting(rows, "registration", registration_key(text)).values("pk"))
    if (key := name_key(text)) and not key.isdecimal():
        means |= Q(name_key__contains=key)  # looks at every name: a tenth of a second for 200,000
    contacts = ContactMethod.objects.all()
    if "@" in text:
        mail = _starting(contacts.filter(kind=EMAIL), "value_key", contact_key(EMAIL, text))
        means |= Q(pk__in=mail.values("party"))
    if len(phone_key(text)) >= LEAST_DIGITS:
        phone = _starting(contacts.filter(kind=PHONE), "value_key", phone_key(text))
        means |= Q(pk__in=phone.values("party"))
    return rows.filter(means)


def _starting(rows: QuerySet[Any], column: str, key: str) -> QuerySet[Any]:
    """Rows whose `column` begins with `key`, by the index: SQLite's LIKE uses none, so there a range says the same."""
    if not key:
        return rows.none()
    if connection.vendor == "sqlite":
        return rows.filter(**{f"{column}__gte": key, f"{column}__lt": key + "\U0010ffff"})
    return rows.filter(**{f"{column}__startswith": key})


def _any(conditions: list[Q]) -> Q:
    first, *rest = conditions
    for condition in rest:
        first |= condition
    return first
