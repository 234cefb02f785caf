"""What the demo town's desk has beside requests: recurring duties, articles, kept lists, records to join, awards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from openhall import moment
from openhall.actions import assess, duties, filters, knowledge, parties, staff, urgency
from openhall.demo_stage import DAY, Script, Stage, written
from openhall.models import Party, Renewal
from openhall.rules.parties import Contact


def open_hall(stage: Stage) -> None:
    """What is set up when the desk opens."""
    stage.play(_articles(stage), stage.days_ago(170))
    stage.play(_reports(stage, "River Noodles Ltd", "QH-1027", done_times=1, first=80), stage.days_ago(120))
    stage.play(_reports(stage, "青河豆制品厂", "QH-1244", done_times=0, first=-9), stage.days_ago(80))
    stage.play(
        _reports(stage, "Bridge Street Laundry", "QH-1310", done_times=0, first=12), stage.days_ago(30)
    )
    stage.play(_proof_of_life(stage), stage.days_ago(40))
    stage.play(_records(stage), stage.days_ago(60))
    stage.play(_urgency(stage), stage.days_ago(175))
    stage.play(_staff(stage), stage.days_ago(100))
    stage.play(_awards(stage), stage.days_ago(25))


def _articles(stage: Stage) -> Script:
    by = stage.person["dispatcher"]
    for article in written()["article"]:
        knowledge.write(**{**article, "service": stage.service[article["service"]]}, by=by)
        yield 2 * DAY
    old = knowledge.write(
        title="Heating allowance of last winter",
        text="It was paid in November. The rule has changed since.",
        language="en",
        service=stage.service["allowance"],
        by=by,
    )
    yield 5 * DAY
    knowledge.retire(old, by=by)


def _company(stage: Stage, name: str, registration: str) -> Party:
    found = Party.objects.filter(registration__icontains=registration[-4:]).first()
    contact = Contact("email", f"office{registration[-4:]}@company.example")
    given = parties.Particulars(
        name=name, kind="company", registration=registration, language=_lang(name), contacts=(contact,)
    )
    return found or parties.create(given, by=stage.person["clerk"])


def _lang(text: str) -> str:
    return "en" if text.isascii() else "zh"


def _reports(stage: Stage, name: str, registration: str, *, done_times: int, first: int) -> Script:
    """A company that reports every 90 days; `first`: due so many days before the present (negative: after it)."""
    by = stage.person["clerk"]
    due = timezone.localdate(stage.until - timedelta(days=first))
    facts = (("Cubic metres in 90 days", "240"), ("Grease trap emptied", "monthly"), ("Contact", "the owner"))
    duty = duties.set_duty(
        _company(stage, name, registration),
        service=stage.service["discharge-report"],
        due_on=max(due, timezone.localdate(moment.now())),
        title="Report on waste water" if _lang(name) == "en" else "排污报告",
        facts=facts,
        by=by,
    ).duty
    for _time in range(done_times):
        duty.refresh_from_db()
        yield stage.days_ago((timezone.localdate(stage.until) - duty.due_on).days + 5)
        renewal = duties.renew(duty, for_date=duty.due_on, facts=facts, seconds=47)
        Renewal.objects.filter(pk=renewal.pk).update(done_at=moment.now())


def _proof_of_life(stage: Stage) -> Script:
    person = parties.create(
        parties.Particulars(
            name="何桂香",
            language="zh",
            groups=("elderly",),
            contacts=(Contact("phone", "0555 0199 20"), Contact("email", "citizen99@mail.example")),
        ),
        by=stage.person["clerk"],
    )
    yield 1
    duties.set_duty(
        person,
        service=stage.service["life-proof"],
        due_on=timezone.localdate(stage.until) + timedelta(days=20),
        remind_days=30,
        title="高龄津贴年度确认",
        facts=(("住址", "寺前路3号"), ("联系电话", "0555 0199 20")),
        by=stage.person["clerk"],
    )


def _records(stage: Stage) -> Script:
    """Two records of one person, joined; and two more that look alike and wait for somebody to see it."""
    by, made = stage.person["clerk"], []
    for name, phone in (
        ("Eleanor Marsh", "0555 0150 11"),
        ("Marsh, Eleanor", "0555 0150 11"),
        ("George Lane", "0555 0160 12"),
        ("Lane George", "0555 0160 12"),
    ):
        contacts = (Contact("phone", phone),)
        made.append(parties.create(parties.Particulars(name=name, contacts=contacts), by=by))
        yield 0.5 * DAY
    parties.merge(made[1], into=made[0], by=stage.person["dispatcher"])


def _urgency(stage: Stage) -> Script:
    """The rules it came with are published; a rule of the town follows, and another draft waits."""
    by = stage.person["administrator"]
    urgency.publish(urgency.begin(by=by), by=by)
    yield 40 * DAY
    market = {
        "name": {"en": "Market days", "zh": "集市日"},
        "when": [
            {"kind": "words", "any": ["market square", "集市"]},
            {"kind": "class", "any": ["complaint"]},
        ],
        "level": 2,
        "because": {"en": "Hundreds of people come there.", "zh": "人流密集。"},
    }
    urgency.publish(urgency.put_rule(urgency.begin(by=by), market, at=None, by=by), by=by)
    yield 70 * DAY
    urgency.set_default(urgency.begin(by=by), level=4, by=by)


def _staff(stage: Stage) -> Script:
    """What people have learnt and wish."""
    by, today = stage.person["administrator"], timezone.localdate(moment.now())
    for username, title, skill, hours in (
        ("handler", "Working at heights", "lifts", "8"),
        ("handler2", "Mains under pressure", "mains", "16"),
        ("handler-environment", "Measuring noise at night", "measuring", "6.5"),
        ("clerk", "Plain words at the window", "", "4"),
        ("dispatcher", "How to say no", "", "4"),
    ):
        staff.add_training(
            stage.person[username], title=title, on=today, hours=Decimal(hours), skill=skill, by=by
        )
        yield 0.1 * DAY
    staff.set_wish(text="I would like to lead a team of fitters in two years.", by=stage.person["handler"])
    yield 30 * DAY
    staff.set_wish(text="希望参加政策法规培训。", by=stage.person["handler-licensing"])


def _awards(stage: Stage) -> Script:
    """A reward, and a sanction that was wrong and is taken back."""
    leader = stage.person["leader"]
    assess.award(
        kind="reward",
        ground="Visited everyone who could not come to the hall before the cold days.",
        office=stage.office["civil-affairs"],
        by=leader,
    )
    yield 1 * DAY
    assess.award(
        kind="reward",
        ground="Stayed until the main was repaired, and told the whole street by hand.",
        user=stage.person["handler2"],
        by=leader,
    )
    yield 1 * DAY
    wrong = assess.award(
        kind="sanction",
        ground="Waste was collected late three times in one month.",
        office=stage.office["cleansing"],
        by=leader,
    )
    yield 3 * DAY
    assess.take_back(wrong, reason="Two of the three were on a day on which the road was closed.", by=leader)


def finish(stage: Stage) -> None:
    """What people keep for themselves, as it is now."""
    for username, name, query, shared in (
        ("dispatcher", "Returned to us", "state=returned", True),
        ("dispatcher", "Urgent, not yet sent", "state=received&urgency=1&urgency=2", True),
        ("supervisor", "Late", "due=overdue", False),
        ("head", "To sign for", "needs=sign", True),
        ("leader", "Reports of wrongdoing", "confidential=yes&state=any", False),
    ):
        filters.save_filter(name=name, query=query, shared=shared, by=stage.person[username])
