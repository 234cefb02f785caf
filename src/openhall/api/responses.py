"""Answers from a tablet's queue, as JSON: sent once however often they are sent, by the key the tablet gave
them.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from openhall.access import public
from openhall.actions import respond
from openhall.errors import BadInput
from openhall.language import LANGUAGES
from openhall.reads import doors

MOST_ANSWERS = 1000


@public
@require_POST
def responses(request: HttpRequest) -> JsonResponse:
    """Store one answer: 201 stored now, 200 stored before, 422 with problems by question, 409 closed, 404 no
    such tablet.

    Protected against forgery like every form: the token of the tablet's page comes in the header X-CSRFToken.
    """
    try:
        sent = json.loads(request.body)
        form = read(sent)
    except (ValueError, RecursionError, BadInput):
        return _refusal("malformed", gettext("This is no answer from a tablet."), 400)
    door = doors.by_tablet(sent["kiosk"])
    if door is None:
        return _refusal("unknown", gettext("This tablet's address is not known."), 404)
    try:
        new = respond.submit(door.allocation, form=form)
    except respond.Unfit as unfit:
        problems = [{"question": key, "message": problem.say(gettext)} for key, problem in unfit.at.items()]
        return JsonResponse(
            {"error": "unfit", "message": unfit.say(gettext), "problems": problems}, status=422
        )
    except respond.Refused as refused:
        return _refusal(refused.why, refused.say(gettext), 409)
    return JsonResponse({"stored": True, "new": new}, status=201 if new else 200)


def read(sent: Any) -> respond.Form:
    """{"kiosk", "once", "language", "seconds", "answers": {question: [strings]}} as a form. BadInput if it is
    not that.
    """
    if not isinstance(sent, dict) or not isinstance(sent.get("kiosk"), str):
        raise BadInput("no tablet")
    once, answers, seconds = sent.get("once"), sent.get("answers"), sent.get("seconds")
    language = sent.get("language")
    if not (isinstance(once, str) and respond.ONCE.fullmatch(once)):
        raise BadInput("no key")
    if not (
        isinstance(answers, dict) and len(answers) <= MOST_ANSWERS and all(map(_is_texts, answers.values()))
    ):
        raise BadInput("no answers")
    timed = type(seconds) is int and 0 <= seconds <= respond.LONGEST_SITTING
    return respond.Form(
        given=answers,
        channel=respond.Channel.KIOSK,
        language=language if isinstance(language, str) and language in LANGUAGES else "en",
        once=once,
        seconds=seconds if timed else None,
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _refusal(error: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": error, "message": message, "problems": []}, status=status)
