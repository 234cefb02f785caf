"""Records of customers: made, changed, joined and parted again. Seed 3.4; row B1.

Joining sets one pointer and moves nothing, so that parting restores exactly what was there; neither tells the customer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, NotAllowed
from openhall.models import ContactMethod, Party, User, record
from openhall.rules import parties as rules
from openhall.rules.parties import Contact

CHANGED_MEANWHILE = N_(
    "Somebody else has changed this record since you opened it. Nothing of yours was kept: look at it, then change it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """All a record says of a party. The preferred contact comes first."""

    name: str
    kind: str = Party.Kind.CITIZEN
    registration: str = ""
    language: str = "en"
    groups: tuple[str, ...] = ()
    note: str = ""
    contacts: tuple[Contact, ...] = ()


@transaction.atomic
def create(particulars: Particulars, *, by: User | None) -> Party:
    """A new record. BadInput naming every problem."""
    permit(by, "party.edit")
    _check(particulars)
    party = Party()
    _write(party, particulars)
    record("party.created", party, by=by, customer=party.kind)
    return party


@transaction.atomic
def change(party: Party, particulars: Particulars, *, by: User | None, stamp: str | None = None) -> Party:
    """Replace what the record says. `stamp` is `stamp_of` the record as the person saw it; NotAllowed when it changed.

    BadInput naming every problem.
    """
    permit(by, "party.edit")
    party = Party.objects.select_for_update().get(pk=party.pk)
    if party.merged_into_id:
        raise NotAllowed(N_("This record has been joined to another. Change the one that stands for it."))
    if stamp and stamp != stamp_of(party):
        raise NotAllowed(CHANGED_MEANWHILE)
    _check(particulars)
    before = particulars_of(party)
    _write(party, particulars)
    if fields := _differences(before, particulars_of(party)):
        record("party.changed", party, by=by, fields=fields)
    return party


@transaction.atomic
def merge(party: Party, *, into: Party, by: User | None) -> Party:
    """Let `into` stand for `party` too, from now on and for all that was before. Returns the record that stands.

    Where `into` was itself joined to another, that one stands. NotAllowed for a record joined already, or to itself.
    """
    permit(by, "party.merge")
    party, into = _locked(party, into.root)
    if party.merged_into_id:
        raise NotAllowed(N_("This record has been joined to another already. Part them first."))
    if into.merged_into_id:  # joined elsewhere between the look and the lock
        raise NotAllowed(CHANGED_MEANWHILE)
    if party.pk == into.pk:
        raise NotAllowed(N_("These are the same record already."))
    party.merged_into = into
    party.save(update_fields=["merged_into"])
    record("party.merged", party, by=by, record=party.pk, into=into.pk)
    return into


@transaction.atomic
def unmerge(party: Party, *, by: User | None) -> Party:
    """Let `party` stand for itself again. NotAllowed where it was not joined."""
    permit(by, "party.merge")
    party = Party.objects.select_for_update().get(pk=party.pk)
    if not party.merged_into_id:
        raise NotAllowed(N_("This record stands for itself: it is not joined to another."))
    into = party.merged_into_id
    party.merged_into = None
    party.save(update_fields=["merged_into"])
    record("party.unmerged", party, by=by, record=party.pk, into=into)
    return party


def particulars_of(party: Party) -> Particulars:
    """What the record says now."""
    return Particulars(
        name=party.name,
        kind=str(party.kind),
        registration=party.registration,
        language=party.language,
        groups=tuple(party.groups),
        note=party.note,
        contacts=tuple(Contact(one.kind, one.value) for one in party.contacts.all()),
    )


def stamp_of(party: Party) -> str:
    """What tells one state of a record from another."""
    return hashlib.sha256(repr(particulars_of(party)).encode()).hexdigest()[:16]


def _check(given: Particulars) -> None:
    rules.check(
        name=given.name,
        kind=given.kind,
        registration=given.registration,
        groups=given.groups,
        contacts=given.contacts,
    )


def _locked(*parties: Party) -> list[Party]:
    """The rows as they are now, locked in the order of their keys, in the order given."""
    keys = {party.pk for party in parties}
    found = {one.pk: one for one in Party.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return [found[party.pk] for party in parties]


def _write(party: Party, given: Particulars) -> None:
    party.kind, party.name = given.kind, " ".join(given.name.split())
    party.name_key = rules.name_key(party.name)
    party.registration = (
        rules.registration_key(given.registration) if given.kind != Party.Kind.CITIZEN else ""
    )
    party.language, party.groups, party.note = given.language, sorted(set(given.groups)), given.note.strip()
    party.save()
    party.contacts.all().delete()
    once = {(contact.kind, contact.key): contact for contact in reversed(given.contacts)}
    wanted = [contact for contact in given.contacts if once.get((contact.kind, contact.key)) is contact]
    ContactMethod.objects.bulk_create(
        ContactMethod(
            party=party,
            kind=contact.kind,
            value=contact.value.strip(),
            value_key=contact.key,
            preferred=place == 0,
        )
        for place, contact in enumerate(wanted)
    )


def _differences(before: Particulars, after: Particulars) -> list[str]:
    """Names of what differs, never what it says."""
    names = ("name", "kind", "registration", "language", "groups", "note", "contacts")
    return [name for name in names if getattr(before, name) != getattr(after, name)]
