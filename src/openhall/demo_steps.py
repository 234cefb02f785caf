"""Parts of the demo town's stories: what the centre does with every request, and how a department ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from openhall.actions import classify, close, decide, dispatch
from openhall.demo_rated import rate
from openhall.demo_stage import DAY, HOUR, Script, Stage, fresh
from openhall.models import ServiceRequest


def sent(
    stage: Stage, case: ServiceRequest, lead: str, *, assisting: Sequence[str] = (), words: str = ""
) -> Script:
    """The centre classifies, accepts and dispatches."""
    by, service = stage.person["dispatcher"], fresh(case).service
    yield 0.3 * HOUR
    case = fresh(case)
    if not case.demand:
        classify.classify(
            case,
            demand=case.demand or service.demand or "complaint",
            service=service,
            area=case.area,
            urgency=None,
            groups=case.groups,
            by=by,
        )
    yield 0.2 * HOUR
    decide.accept(fresh(case), ground=service.power, by=by)
    yield 0.2 * HOUR
    helpers = [stage.office[code] for code in assisting]
    dispatch.dispatch(
        fresh(case), lead=stage.office[lead], assisting=helpers, instruction=words, why=[_COMPETENT], by=by
    )


_COMPETENT = {"en": "Competent by the catalogue.", "zh": "按服务目录属其职责。"}


def signed(stage: Stage, case: ServiceRequest, lead: str, **more: Any) -> Script:
    """And the lead department signs for it and gives it to a person."""
    yield from sent(stage, case, lead, **more)
    yield 1.5 * HOUR
    head = stage.head(stage.office[lead])
    dispatch.sign(fresh(case), by=head)
    dispatch.assign(fresh(case), handler=stage.handler(stage.office[lead]), by=head)


def closed(stage: Stage, case: ServiceRequest, outcome: str, reply: str, level: int = 0) -> Script:
    """The person who has it closes it; the citizen rates it some days later."""
    case = fresh(case)
    close.close(case, outcome=outcome, reply=reply, justified="yes", by=case.handler)
    yield from rate(stage, case, case.language, level=level)


def done(stage: Stage, case: ServiceRequest, reply: str) -> Script:
    """The person who has it closes it as resolved; nobody rates it yet."""
    case = fresh(case)
    close.close(case, outcome="resolved", reply=reply, justified="yes", by=case.handler)
    yield 0.1 * HOUR


def due_at_closing(stage: Stage, *, days: int) -> datetime:
    """When something with so many working days came in, if it is due when the hall next closes for the day."""
    opening = stage.calendar.next_opening(stage.until)
    day = opening.astimezone(ZoneInfo(stage.calendar.zone)).date()
    return stage.calendar.add_minutes(stage.calendar.periods(day)[-1][1], -days * DAY)
