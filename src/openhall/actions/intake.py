"""A request comes in: from a citizen at the portal, from a clerk for anybody by any channel. Rows C1, B1, B2, B3.

The number is public, the secret code opens the request without an account and is known to its bearer only. Class and
urgency are suggested here and may be changed by staff; a report of wrongdoing is confidential from its first moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files import File
from django.db import IntegrityError, transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, Problem
from openhall.hashing import code_hash, digest
from openhall.language import LANGUAGES, translator
from openhall.models import (
    Area,
    Attachment,
    Channel,
    Clock,
    ContactMethod,
    Office,
    Party,
    Service,
    ServiceRequest,
    User,
    record,
    search,
)
from openhall.moment import now
from openhall.reads import suggestions
from openhall.rules import parties
from openhall.rules.clocks import ClockKind
from openhall.rules.demand import SPECIAL, DemandClass, suggest_class
from openhall.surveys.codes import new_code

LONGEST_TEXT = 4000  # characters, as in Open311
LONGEST_SUBJECT = 160
LONGEST_PLACE = 200
ONCE = re.compile(r"[A-Za-z0-9_-]{16,36}")  # what a form's own key looks like


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyGiven:
    """Somebody as they named themselves. A party of the same name with all these contacts is taken to be the same."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    kind: str = Party.Kind.CITIZEN
    registration: str = ""
    language: str = "en"
    groups: tuple[str, ...] = ()

    @property
    def contacts(self) -> tuple[parties.Contact, ...]:
        """The ways to reach them that were given; the first is preferred."""
        given = ((parties.EMAIL, self.email), (parties.PHONE, self.phone), (parties.ADDRESS, self.address))
        return tuple(parties.Contact(kind, value) for kind, value in given if value.strip())

    @property
    def empty(self) -> bool:
        return not (self.name.strip() or self.contacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is brought. Only `text` is required.

    `demand` "" leaves the class to its words and to staff. `party` None: anonymous. `reported_by`: who brought it for
    the party. `once`: the random key of the form, so that a form sent twice is one request. `received_at`: when it
    arrived, not later than now, for a letter opened today. `urgency`, with its reason, overrules the suggestion; staff
    only.
    """

    text: str
    demand: str = ""
    service: Service | None = None
    subject: str = ""
    language: str = "en"
    area: Area | None = None
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    groups: Sequence[str] = ()
    channel: str = Channel.WEB
    party: Party | PartyGiven | None = None
    reported_by: Party | PartyGiven | None = None
    files: Sequence[File] = ()
    accused: Office | None = None
    listed: bool = True
    once: str = ""
    received_at: datetime | None = None
    urgency: int | None = None
    urgency_reason: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """`code` is the secret, in clear for this one moment; "" when the same form had been received before."""

    request: ServiceRequest
    code: str


def receive(form: Intake, *, by: User | None = None) -> Received:
    """Keep what was brought: number, secret code, clocks, files, event, all or nothing.

    `by` None: the citizen. The same form again gives the first request and no code. BadInput names what cannot be used.
    """
    permit(by, "request.enter")
    if earlier := _earlier(form.once):
        return Received(earlier, "")
    check(form, staff=by is not None)
    try:
        return _store(form, by)
    except IntegrityError:  # the same form at the same moment
        earlier = _earlier(form.once)
        if earlier is None:
            raise
        return Received(earlier, "")


@transaction.atomic
def _store(form: Intake, by: User | None) -> Received:
    code = new_code()
    case = _case(form, by)
    case.secret = code_hash(code)
    rule = _set_urgency(case, form)
    case.save()
    for kind in (ClockKind.FIRST_CONTACT, ClockKind.RESOLVE):
        Clock.objects.begin(case, kind, at=case.created_at)
    Attachment.objects.take_all(case, form.files, by=by)
    if not case.confidential:
        search.put("request", case.pk, suggestions.text_of(case))
    _record(case, rule, by)
    return Received(case, code)


def check(form: Intake, *, staff: bool = False) -> None:
    """BadInput naming everything that is wrong with what was brought, its files aside."""
    problems = [
        *_text_problems(form),
        *_choice_problems(form),
        *_party_problems(form.party),
        *_party_problems(form.reported_by),
    ]
    if form.received_at and form.received_at > now():
        problems.append(Problem(N_("Came in"), N_("this is in the future."), N_("Enter when it arrived.")))
    if form.urgency is not None and not staff:
        problems.append(Problem(N_("Urgency"), N_("only staff change it."), N_("Leave it out.")))
    if problems:
        raise BadInput(N_("The request cannot be taken like this."), problems=problems)


def subject_of(text: str) -> str:
    """A subject out of the first words of a text, cut at a sentence or between words.

    >>> subject_of("The lamp is out. It has been so for weeks."), subject_of("路灯坏了。已经三周。")
    ('The lamp is out', '路灯坏了')
    """
    line = " ".join(text.split())
    first = re.split(r"(?<=\w)[.!?](?=\s|$)|[。！？；]", line, maxsplit=1)[0].strip()
    if len(first) <= 80:
        return first or line[:80]
    cut = first[:79]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


# --- what is wrong --------------------------------------------------------------------------------------------------


def _text_problems(form: Intake) -> Iterator[Problem]:
    if not form.text.strip():
        yield Problem(N_("Text"), N_("it is empty."), N_("Write what it is about."))
    for place, text, most in (
        (N_("Text"), form.text.replace("\r\n", "\n"), LONGEST_TEXT),
        (N_("Subject"), form.subject, LONGEST_SUBJECT),
        (N_("Place"), form.place, LONGEST_PLACE),
    ):
        if len(text) > most:
            yield Problem(place, N_("it has more than {most} characters."), N_("Shorten it."), {"most": most})
        if "\0" in text:
            yield Problem(place, N_("it has signs that cannot be kept."), N_("Type it anew."))


def _choice_problems(form: Intake) -> Iterator[Problem]:
    chosen = (
        (N_("Kind of request"), form.demand, ["", *DemandClass]),
        (N_("Channel"), form.channel, Channel.values),
        (N_("Urgency"), form.urgency, [None, 1, 2, 3, 4, 5]),
        *((N_("Special situation"), group, list(SPECIAL)) for group in form.groups),
    )
    for place, value, known in chosen:
        if value not in known:
            yield Problem(place, N_("this is not on the list."), N_("Choose from the list."))
    if form.urgency and not form.urgency_reason.strip():
        yield Problem(N_("Urgency"), N_("no reason is given."), N_("Say why you changed it."))
    if (form.latitude is None) != (form.longitude is None) or not (
        -90 <= (form.latitude or 0) <= 90 and -180 <= (form.longitude or 0) <= 180
    ):
        yield Problem(N_("Place"), N_("this is no point on a map."), N_("Describe it in words."))


def _party_problems(given: Party | PartyGiven | None) -> Iterator[Problem]:
    if not isinstance(given, PartyGiven):
        return
    if given.kind not in Party.Kind.values:
        yield Problem(N_("Kind"), N_("this is not a kind of customer."), N_("Choose one of the list."))
    if "\0" in "".join((given.name, given.email, given.phone, given.address, given.registration)):
        yield Problem(N_("Name"), N_("it has signs that cannot be kept."), N_("Type it anew."))
    if len(given.name.strip()) > parties.LONGEST_NAME:
        yield Problem(
            N_("Name"),
            N_("it has more than {most} characters."),
            N_("Shorten it."),
            {"most": parties.LONGEST_NAME},
        )
    for contact in given.contacts:
        yield from parties.contact_problems(contact)


# --- the rows -------------------------------------------------------------------------------------------------------


def _case(form: Intake, by: User | None) -> ServiceRequest:
    """The row with everything but secret and urgency; the party's own rows are written."""
    at = now()
    demand = form.demand or _class_of(f"{form.subject}\n{form.text}")
    secretly = demand == DemandClass.REPORT
    return ServiceRequest(
        number=new_code(),
        once=form.once or None,
        demand=demand,
        service=form.service,
        subject=" ".join(form.subject.split()) or subject_of(form.text),
        text=form.text.replace("\r\n", "\n").strip(),
        language=form.language,
        area=form.area,
        place=" ".join(form.place.split()),
        latitude=form.latitude,
        longitude=form.longitude,
        groups=sorted(set(form.groups)),
        party=_party(form.party),
        reported_by=_party(form.reported_by),
        entered_by=by,
        entered_at_office=by.office if by else None,
        channel=form.channel,
        confidential=secretly,
        accused=form.accused if secretly else None,
        listed=form.listed and not secretly,
        created_at=form.received_at or at,
        changed_at=at,
    )


def _class_of(text: str) -> str:
    found = suggest_class(text)
    return found.value if found else ""


def _earlier(once: str) -> ServiceRequest | None:
    return ServiceRequest.objects.filter(once=once).first() if once else None


def _party(given: Party | PartyGiven | None) -> Party | None:
    """The record that stands for who was given: found again when the name and every contact are known of it, else new.

    Nobody proves here who they are, so a known record is never changed; staff are shown records that look alike.
    """
    if given is None or isinstance(given, Party):
        return given.root if given else None
    if given.empty:
        return None
    return _known(given) or _new(given)


def _known(given: PartyGiven) -> Party | None:
    keys = {(contact.kind, contact.key) for contact in given.contacts}
    if not keys:
        return None
    kind, key = min(keys)
    same = Party.objects.filter(kind=given.kind, name_key=parties.name_key(given.name))
    for party in same.filter(contacts__kind=kind, contacts__value_key=key).order_by("pk")[:10]:
        known = ContactMethod.objects.filter(party__in=party.cluster()).values_list("kind", "value_key")
        if keys <= set(known):
            return party.root
    return None


def _new(given: PartyGiven) -> Party:
    name = " ".join(given.name.split())
    party = Party.objects.create(
        kind=given.kind,
        name=name,
        name_key=parties.name_key(name),
        registration=parties.registration_key(given.registration)[: parties.LONGEST_REGISTRATION],
        language=given.language,
        groups=sorted(set(given.groups)),
    )
    ContactMethod.objects.bulk_create(
        ContactMethod(
            party=party,
            kind=contact.kind,
            value=contact.value.strip(),
            value_key=contact.key,
            preferred=place == 0,
        )
        for place, contact in enumerate(given.contacts)
    )
    return party


def _set_urgency(case: ServiceRequest, form: Intake) -> int | None:
    """The level the rules give, why in each language, and the clerk's reason for another; the number of the rule."""
    suggested = suggestions.urgency_of(case)
    said = {lang: suggested.say(translator(lang), lang) for lang in LANGUAGES}
    changed = form.urgency not in (None, suggested.value)
    case.urgency = form.urgency if changed else suggested.value
    reason = form.urgency_reason.strip() if changed else ""
    case.urgency_why = {"suggested": suggested.value, "said": said, "reason": reason}
    return suggested.values.get("number")


def _record(case: ServiceRequest, rule: int | None, by: User | None) -> None:
    """The facts in codes, and what proves the text without saying it."""
    record(
        "request.received",
        case,
        by=by,
        channel=case.channel,
        demand=case.demand,
        service=case.service.code if case.service else "",
        area=case.area.code if case.area else "",
        urgency=case.urgency,
        rule=rule,
        anonymous=case.anonymous,
        files=case.attachments.count(),
        digest=digest(suggestions.text_of(case)),
    )
