"""Invite the person served to rate a closed request; take the rating once, and changes for a while. Seed 3.4.4; row B5.

The rating is a Response of the survey engine that, unlike a study's answer, belongs to a request. It is given by the
person served, or written down by staff who had no part in the matter, and then recorded as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from openhall.actions import permit
from openhall.actions.rating_wave import count_one, wave_of
from openhall.errors import N_, BadInput, NotAllowed, NotPermitted, Problem
from openhall.hashing import code_hash
from openhall.models import (
    ContactMethod,
    Evaluation,
    Notice,
    Office,
    Response,
    ServiceRequest,
    User,
    Wave,
    record,
)
from openhall.moment import now
from openhall.rules import ratings
from openhall.rules.workflow import CLOSED
from openhall.surveys.checking import UNPRINTABLE, check_answers, encode
from openhall.surveys.codes import new_code

CODE = 16  # characters of the code in the link of an invitation: 75 bits
NOT_HERE = N_(
    "This rating is about your department or your own work. Somebody who had no part in it writes it down."
)


@transaction.atomic
def invite(request: ServiceRequest) -> Evaluation | None:
    """Ask for a rating of this closing, once; None where nobody is asked. Follows the closing of a request."""
    request = ServiceRequest.objects.select_for_update().get(pk=request.pk)
    round_ = request.reopened + 1
    if request.state != CLOSED or request.outcome not in ratings.ASKED:
        return None
    if request.evaluations.filter(round=round_).exists():
        return None
    handler, office = _rated(request)
    if office is None:
        return None
    at, mail = now(), _mail(request)
    channel = ratings.invitation(request.channel, mail=mail is not None, anonymous=request.anonymous)
    code = new_code(CODE) if channel == ratings.EMAIL else ""
    evaluation = Evaluation.objects.create(
        request=request,
        round=round_,
        office=office,
        handler=handler,
        channel=channel,
        token=code_hash(code) if code else None,
        invited_at=at,
        expires_at=at + timedelta(days=ratings.ANSWER_DAYS),
    )
    if code and mail:
        _tell(evaluation, mail, code)
    record("evaluation.invited", evaluation, office=office.pk, channel=channel)
    return evaluation


@transaction.atomic
def rate(
    evaluation: Evaluation,
    *,
    answers: Mapping[str, Sequence[str]],
    remark: str = "",
    language: str = "en",
    by: User | None = None,
) -> Evaluation:
    """Give the rating, or change it. `answers`: question key -> posted strings; only the overall level is needed.

    Without `by` the person served rates; with it a member of staff writes down what that person said, who may not be of
    the department rated nor have handled the request (NotPermitted), nor change what the person gave themselves.
    BadInput for answers that cannot be taken, NotAllowed where none is taken any more.
    """
    if by is not None:
        permit(by, "evaluation.enter", evaluation)
        require_stranger(evaluation, by)
    evaluation = (
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("request", "office")
        .get(pk=evaluation.pk)
    )
    request, at = evaluation.request, now()
    evaluation.require_open(at)
    if by is not None and evaluation.given_at and evaluation.entered_by_id is None:
        raise NotAllowed(N_("The person served gave this rating; only they can change it."))
    before = evaluation.level
    response = evaluation.response or Response(
        wave=wave_of(timezone.localdate(at)), office=evaluation.office, submitted_on=timezone.localdate(at)
    )
    response.version = response.wave.version
    _fill(response, request, answers, language=language, by=by)
    evaluation.level = response.given[response.version.asked.position["overall"]]
    evaluation.remark, evaluation.response, evaluation.entered_by = _remark(remark), response, by
    if before is None:
        evaluation.given_at = at
        count_one(response.wave, evaluation.office)
    else:
        evaluation.changed += 1
    evaluation.save()
    _record(evaluation, before, response.wave, by)
    return evaluation


def require_stranger(evaluation: Evaluation, by: User) -> None:
    """NotPermitted for whoever handled the request and everyone of the department that is rated or leads."""
    request = evaluation.request
    persons = {evaluation.handler_id, request.handler_id} | set(
        request.assignments.values_list("handler", flat=True)
    )
    offices = {evaluation.office_id, request.lead_id}
    if by.pk in persons or (by.office_id is not None and by.office_id in offices):
        raise NotPermitted(NOT_HERE)


def _rated(request: ServiceRequest) -> tuple[User | None, Office | None]:
    """Who is rated: who handled it and the department that led; where none had it, who decided and their office."""
    decided = request.decisions.select_related("by__office").last()
    handler = request.handler or (decided.by if decided else None)
    office = request.lead or (decided.by.office if decided else None) or request.entered_at_office
    return handler, office or Office.objects.filter(kind=Office.Kind.CENTRE).current().first()


def _mail(request: ServiceRequest) -> ContactMethod | None:
    if request.party is None:
        return None
    known = ContactMethod.objects.filter(party__in=request.party.cluster(), kind=ContactMethod.Kind.EMAIL)
    return known.order_by("-preferred", "pk").first()


def _tell(evaluation: Evaluation, mail: ContactMethod, code: str) -> None:
    """An e-mail with the link; the code stands in the notice until it has gone out."""
    request = evaluation.request
    Notice.objects.create(
        request=request,
        kind="evaluation.invited",
        to=mail.value,
        language=request.language,
        values={"number": request.number, "path": reverse("portal:rate_link", args=[code])},
        once=f"evaluation.invited:{evaluation.pk}",
        next_at=now(),
    )


def _fill(
    response: Response,
    request: ServiceRequest,
    answers: Mapping[str, Sequence[str]],
    *,
    language: str,
    by: User | None,
) -> None:
    """The checked answers, with what is known of the request, into the row. BadInput where they cannot be taken."""
    known = ratings.background(request.demand, request.channel, confidential=request.confidential)
    checked = check_answers(response.version.asked, {**answers, **known})
    if not checked.ok:
        raise BadInput(N_("Some answers are missing or cannot be read."), problems=checked.problems.values())
    response.answers = encode(checked.answers)
    response.channel = Response.Channel.LINK if by is None else Response.Channel.STAFF
    response.language = language
    response.save()


def _remark(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > ratings.LONGEST_REMARK:
        values = {"most": ratings.LONGEST_REMARK}
        raise BadInput(
            Problem(N_("Remark"), N_("it has more than {most} characters."), N_("Shorten it."), values)
        )
    if UNPRINTABLE.search(text):
        raise BadInput(Problem(N_("Remark"), N_("it has signs that cannot be kept."), N_("Type it anew.")))
    return text


def _record(evaluation: Evaluation, before: int | None, wave: Wave, by: User | None) -> None:
    """The level is a fact; the words are not told. A change is an event of the wave, too: its figures changed."""
    facts = {"office": evaluation.office_id, "level": evaluation.level, "entered": by is not None}
    if before is None:
        record("evaluation.given", evaluation, by=by, **facts)
    else:
        record("evaluation.changed", evaluation, by=by, wave=wave, before=before, **facts)
