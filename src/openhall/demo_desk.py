"""The demo town's service desk: half a year of requests, played in the order of time through the real actions.

What the desk has beside them (articles, duties, kept lists): `demo_house`. Cases told in full: `demo_stories`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from openhall import demo_house, demo_rated, demo_stories, moment
from openhall.actions import classify, close, decide, dispatch, follow, handle, staff
from openhall.actions.intake import PartyGiven
from openhall.demo_stage import DAY, DAYS, HOUR, Script, Stage, fresh, said, written
from openhall.errors import NotAllowed
from openhall.models import Notice, Office, ServiceRequest

ROUTINE = 60  # requests beside those of the stories
LATELY = 16  # more of them in the last three days
STREETS = (
    ("Mill Lane", "磨坊巷", "old-town"),
    ("Temple Road", "寺前路", "old-town"),
    ("East Gate", "东门", "old-town"),
    ("River Street", "河滨街", "riverside"),
    ("Bridge Street", "桥头街", "riverside"),
    ("School Road", "学校路", "new-district"),
    ("Lotus Street", "荷花街", "new-district"),
    ("Market Square", "集市广场", "new-district"),
    ("Orchard Lane", "果园巷", "villages"),
    ("Field Path", "田边路", "villages"),
)
# Invented citizens: name, language, special situations.
CITIZENS = (
    *(("Mary Hill", "en", ()), ("Tom Baker", "en", ()), ("Ana Costa", "en", ("language",))),
    *(("Omar Said", "en", ("language",)), ("Grace Okoro", "en", ("children",)), ("Ivan Petrov", "en", ())),
    *(("Ruth Stone", "en", ("elderly",)), ("Paul Reed", "en", ()), ("Nina Berg", "en", ("mobility",))),
    *(("李秀兰", "zh", ("elderly",)), ("王建国", "zh", ()), ("张桂英", "zh", ("elderly", "mobility"))),
    *(("刘志强", "zh", ()), ("陈小红", "zh", ("children",)), ("杨光", "zh", ("blind",))),
    *(("赵敏", "zh", ()), ("黄海涛", "zh", ()), ("周玉珍", "zh", ("hardship",)), ("吴刚", "zh", ())),
    *(("徐丽", "zh", ()), ("孙浩", "zh", ("veteran",)), ("马小军", "zh", ()), ("林芳", "zh", ("deaf",))),
)
COMPANIES = (("River Noodles Ltd", "en", "QH-1027"), ("青河裁缝店", "zh", "QH-1183"))
CHANNELS = ("web", "web", "web", "window", "window", "phone", "phone", "letter", "messaging")


@dataclass(frozen=True)
class Brought:
    """What a routine request is made of."""

    matter: dict[str, Any]
    lang: str
    text: str
    given: dict[str, Any]


def beginning() -> datetime:
    """When the desk opened: before anything else that happens in the demo."""
    return moment.now() - timedelta(days=DAYS + 1)


def make() -> Stage:
    """Everything up to the present; the stage tells what went wrong on the way."""
    stage = Stage(moment.now())
    demo_house.open_hall(stage)
    for number in range(ROUTINE):
        share = (number + stage.random.random()) / ROUTINE
        stage.play(_routine(stage, number), stage.until - timedelta(days=(DAYS - 3) * (1 - share) + 3))
    for number in range(LATELY):
        stage.play(_routine(stage, number * 5 + 1), stage.ago(3 * DAY * stage.random.random()))
    demo_stories.begin(stage)
    stage.run()
    demo_house.finish(stage)
    _hand_over_mail(stage.until - timedelta(days=1))
    return stage


def _hand_over_mail(before: datetime) -> None:
    """What was written before yesterday has gone out long ago; the worker sends the rest."""
    Notice.objects.filter(next_at__lt=before).update(
        state=Notice.State.SENT, sent_at=F("next_at"), to="", values={}
    )


def _routine(stage: Stage, number: int) -> Script:
    """One ordinary request from the door to the rating, with what happens on the way."""
    rng = stage.random
    brought = _brought(stage, number)
    matter, lang = brought.matter, brought.lang
    case = stage.bring(brought.text, **brought.given)
    yield rng.uniform(0.3, 3) * HOUR
    dispatcher = stage.person["dispatcher"]
    service = stage.service[matter["service"]]
    demand = matter.get("demand") or service.demand
    groups = (brought.given.get("party") or PartyGiven()).groups
    classify.classify(
        case,
        demand=demand,
        service=service,
        area=brought.given.get("area"),
        urgency=None,
        groups=groups,
        by=dispatcher,
    )
    yield rng.uniform(0.2, 2) * HOUR
    if matter.get("once"):
        decide.settle(
            fresh(case), ground=service.power, outcome="resolved", reply=matter["done"][lang], by=dispatcher
        )
        yield from demo_rated.rate(stage, case, lang)
        return
    decide.accept(
        fresh(case), ground=service.power, level="personal" if groups else "standard", by=dispatcher
    )
    yield rng.uniform(0.1, 1) * HOUR
    lead = _lead(stage, service.code)
    helper = _helper(stage, service.code) if rng.random() < 0.3 else None
    dispatch.dispatch(fresh(case), lead=lead, assisting=[helper] if helper else [], by=dispatcher)
    yield rng.uniform(0.3, 3) * HOUR
    yield from _work(stage, case, brought, lead, helper)


def _work(
    stage: Stage, case: ServiceRequest, brought: Brought, lead: Office, helper: Office | None
) -> Script:
    """In the department: sign, ask, reply, close."""
    rng, matter, lang = stage.random, brought.matter, brought.lang
    handler, head = stage.handler(lead), stage.head(lead)
    case = dispatch.sign(fresh(case), by=head)
    case = dispatch.assign(fresh(case), handler=handler, by=head)
    pace = rng.lognormvariate(-1.2, 0.7) * _allowed(case)
    yield rng.uniform(0.05, 0.4) * DAY
    if rng.random() < 0.45:
        handle.called(fresh(case), text=_CALLED[lang], by=handler)
    elif rng.random() < 0.8:
        handle.reply(fresh(case), text=SOON[lang], by=handler)
    yield pace * 0.3
    if rng.random() < 0.03:
        follow.withdraw(fresh(case))
        return
    if helper:
        handle.note(fresh(case), text=matter["internal"][lang], to_office=helper, by=handler)
        yield 2 * HOUR
        handle.finish_part(fresh(case), report=PART_DONE[lang], by=stage.handler(helper))
    elif rng.random() < 0.4:
        handle.note(fresh(case), text=matter["internal"][lang], by=handler)
    if rng.random() < 0.3:
        handle.ask(fresh(case), text=matter["question"][lang], by=handler)
        yield rng.uniform(0.3, 2.5) * DAY
        if rng.random() < 0.8:
            follow.answer(fresh(case), text=matter["answer"][lang])
        else:
            yield 3 * DAY
            handle.resume(fresh(case), reason=_GO_ON[lang], by=handler)
    yield pace * 0.7
    outcome = rng.choices(("resolved", "explained"), (5, 1))[0]
    reply = matter["done" if outcome == "resolved" else "explained"][lang]
    close.close(
        fresh(case), outcome=outcome, reply=reply, justified=rng.choice(("yes", "partly")), by=handler
    )
    if helper:
        level = rng.choice((3, 4, 4, 5, 5))
        staff.rate_joint(fresh(case), office=helper, level=level, by=handler)
        staff.rate_joint(fresh(case), office=lead, level=rng.choice((3, 4, 5)), by=stage.handler(helper))
    yield from demo_rated.rate(stage, case, lang)


_GO_ON = {"en": "No answer for three days; we can go on without it.", "zh": "三天未收到答复，可先行办理。"}
PART_DONE = {"en": "Our part is done, nothing more to do here.", "zh": "我科部分已办结。"}
SOON = {
    "en": "We have your request and come to look at it within two days.",
    "zh": "您的诉求已收到，两日内安排现场查看。",
}
_CALLED = {
    "en": "Rang the citizen: told when we come, and whom to call.",
    "zh": "已电话联系，告知上门时间和联系人。",
}


def _allowed(case: ServiceRequest) -> float:
    """Working minutes to settle it, as its clock has it."""
    return next((one.allowed for one in case.clocks.filter(kind="resolve")), 5 * DAY)


def _brought(stage: Stage, number: int) -> Brought:
    rng = stage.random
    matters = written()["matter"]
    matter = matters[(number * 7) % len(matters)]
    lang = rng.choice(("en", "zh"))
    street, strasse, area = rng.choice(STREETS)
    text = said(matter, lang, rng).format(
        street=street if lang == "en" else strasse, house=rng.randint(1, 60)
    )
    given: dict[str, Any] = {"service": matter["service"], "language": lang}
    if stage.service[matter["service"]].needs_place:
        given |= {"area": stage.area[area], "place": street if lang == "en" else strasse}
    given["party"] = _party(stage, lang, company="licence" in matter["service"])
    channel = rng.choice(CHANNELS)
    if channel not in ("web", "messaging") and stage.calendar.is_open(moment.now()):
        given |= {"by": stage.person["clerk"], "channel": channel}
    return Brought(matter, lang, text, given)


def _party(stage: Stage, lang: str, *, company: bool) -> PartyGiven | None:
    """Who brings it; one in eight does not say."""
    rng = stage.random
    if company:
        name, _lang, registration = next(one for one in COMPANIES if one[1] == lang)
        mail = f"office{registration[-4:]}@company.example"
        return PartyGiven(name=name, kind="company", registration=registration, email=mail, language=lang)
    if rng.random() < 0.12:
        return None
    at, (name, _lang, groups) = rng.choice([one for one in enumerate(CITIZENS) if one[1][1] == lang])
    mail = f"citizen{at:02}@mail.example" if at % 3 else ""
    phone = f"0555 01{at:02} {at * 37 % 100:02}"
    return PartyGiven(name=name, email=mail, phone=phone, language=lang, groups=groups)


def _lead(stage: Stage, code: str) -> Office:
    row = stage.service[code].competences.filter(part="lead").select_related("office").first()
    if row is None:
        raise NotAllowed(f"No department has {code}")
    return stage.office[row.office.code]


def _helper(stage: Stage, code: str) -> Office | None:
    row = stage.service[code].competences.filter(part="assisting").select_related("office").first()
    return stage.office[row.office.code] if row else None
