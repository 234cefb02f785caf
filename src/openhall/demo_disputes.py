"""Cases of the demo town in which somebody disagrees: bad ratings put right, requests opened again, reports of
wrongdoing, screening with appeal, orders of the supervisor.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from openhall.actions import dispatch, follow, handle, screening, supervise
from openhall.actions.intake import PartyGiven
from openhall.demo_rated import rate
from openhall.demo_stage import DAY, HOUR, Script, Stage, fresh
from openhall.demo_steps import done, sent, signed
from openhall.moment import now
from openhall.rules.quality import QUESTIONS
from openhall.rules.rectification import Step

IVAN = PartyGiven(name="Ivan Petrov", email="citizen05@mail.example")


def begin(stage: Stage) -> None:
    for days, script in (
        (45, put_right(stage)),
        (20, opened_again(stage)),
        (3, opened_again_now(stage)),
        (26, bribe(stage)),
        (6, rude(stage)),
        (70, screened_rightly(stage)),
        (35, screened_wrongly(stage)),
        (10, appeal_waits(stage)),
        (2, mark_waits(stage)),
        (55, mark_rejected(stage)),
        (14, ordered(stage)),
        (7, order_waits(stage)),
        (21, samples(stage)),
    ):
        stage.play(script, stage.ago(days * DAY))


# --- not satisfied ------------------------------------------------------------------------------------------------


def put_right(stage: Stage) -> Script:
    case = stage.bring(
        "The public toilet at East Gate has no light and the door does not lock.",
        service="toilets",
        area="old-town",
        place="East Gate",
        party=PartyGiven(name="Ruth Stone", phone="0555 0106 22", groups=("elderly",)),
        by=stage.person["clerk"],
        channel="window",
    )
    yield from signed(stage, case, "cleansing")
    yield 1 * DAY
    case = fresh(case)
    yield from done(stage, case, "The lock was repaired this morning and the toilet is open again.")
    whole = (Step.CALL_BACK, Step.VERIFY_TRUE, Step.FIX, Step.VISIT_AGAIN, Step.PUBLISH)
    yield from rate(stage, case, "en", level=1, way=whole)


def opened_again(stage: Stage) -> Script:
    case = stage.bring(
        "Builders' rubble has been lying on the path at Field Path for two weeks.",
        service="waste",
        area="villages",
        place="Field Path",
        party=IVAN,
    )
    yield from signed(stage, case, "cleansing")
    yield 1 * DAY
    yield from done(stage, case, "The rubble was taken away yesterday. Thank you for telling us.")
    yield 1 * DAY
    follow.reopen(fresh(case), text="Half of it is still there, behind the shed. Please look at both sides.")
    yield 3 * HOUR
    dispatch.sign(fresh(case), by=stage.person["head-cleansing"])
    yield 1 * DAY
    yield from done(
        stage, case, "The rest behind the shed is gone as well; we are sorry that we overlooked it."
    )
    yield from rate(stage, case, "en", level=4)


def opened_again_now(stage: Stage) -> Script:
    case = stage.bring(
        "荷花街垃圾桶旁边堆着旧床垫，已经一个星期了。",
        service="waste",
        area="new-district",
        place="荷花街",
        language="zh",
        party=PartyGiven(name="马小军", email="citizen21@mail.example", language="zh"),
    )
    yield from signed(stage, case, "cleansing")
    yield 4 * HOUR
    yield from done(stage, case, "旧床垫已清走，并在垃圾桶旁设置提示牌。")
    yield 1 * DAY
    follow.reopen(fresh(case), text="又有人扔了两张床垫，提示牌没有用，请安装监控。")


# --- reports of wrongdoing ----------------------------------------------------------------------------------------


def bribe(stage: Stage) -> Script:
    case = stage.bring(
        "An inspector of Market Supervision takes money from stalls so that their scales are not checked. "
        "I have seen it twice, on the last two market days.",
        demand="report",
        accused=stage.office["market"],
        service="conduct",
    )
    yield from signed(stage, case, "centre")
    yield 1 * DAY
    by = stage.person["handler-centre"]
    handle.ask(fresh(case), text="At about what time was it? You need not say who you are.", by=by)
    yield 1.5 * DAY
    follow.answer(fresh(case), text="Both times shortly after nine, at the fish stalls.")
    yield 4 * DAY
    yield from done(
        stage,
        case,
        "Two market days were watched. The inspector was removed and the case is with the auditor.",
    )


def rude(stage: Stage) -> Script:
    case = stage.bring(
        "举报：行政审批科有人向开店的人索要好处费，否则拖着不批。",
        demand="report",
        accused=stage.office["licensing"],
        service="conduct",
        language="zh",
    )
    yield from sent(stage, case, "centre")
    yield 2 * HOUR
    dispatch.sign(fresh(case), by=stage.person["handler-centre"])


# --- screening ----------------------------------------------------------------------------------------------------


def _marked(stage: Stage, text: str, reason: str, ground: str = "abusive", number: int = 0) -> Script:
    case = stage.bring(
        text,
        service="noise",
        area="riverside",
        place="River Street",
        party=PartyGiven(name=f"Visitor {number}", email=f"visitor{number}@mail.example"),
    )
    yield from sent(stage, case, "environment")
    yield 1 * HOUR
    screening.mark(fresh(case), ground=ground, reason=reason, by=stage.person["head-environment"])
    yield 2 * HOUR
    stage.marked = case


def screened_rightly(stage: Stage) -> Script:
    yield from _marked(
        stage,
        "BUY CHEAP WINDOWS!!! Best price in town, ring now, this week only!!!",
        "It advertises windows and asks nothing of the town.",
        "not_a_matter",
        1,
    )
    screening.confirm(
        stage.marked,
        reason="An advertisement, as the text shows. Nothing to work on.",
        by=stage.person["screener"],
    )


def screened_wrongly(stage: Stage) -> Script:
    yield from _marked(
        stage,
        "You lazy lot should hear the noise of the pumps at night yourselves, it drives us mad!",
        "The text insults the staff and names no place or time of the noise.",
        number=2,
    )
    case = stage.marked
    screening.confirm(
        fresh(case),
        reason="Abuse of the staff, no matter that could be looked into.",
        by=stage.person["screener"],
    )
    yield 2 * DAY
    follow.appeal(
        fresh(case), text="I was angry, but the pumps are real: every night from eleven at River Street 14."
    )
    yield 1 * DAY
    screening.judge(
        fresh(case),
        overturned=True,
        reason="Rude words about a real matter are no reason to screen it. Place and time can be asked for.",
        by=stage.person["supervisor"],
    )
    yield 3 * HOUR
    dispatch.sign(fresh(case), by=stage.person["head-environment"])
    dispatch.assign(
        fresh(case), handler=stage.person["handler-environment"], by=stage.person["head-environment"]
    )
    yield 3 * DAY
    yield from done(
        stage, case, "The pumps were measured at night and are too loud. The owner encloses them by Friday."
    )
    yield from rate(stage, case, "en", level=4)


def appeal_waits(stage: Stage) -> Script:
    yield from _marked(
        stage,
        "All of you belong in the river!",
        "A threat and nothing beside it: “belong in the river”.",
        number=3,
    )
    case = stage.marked
    screening.confirm(
        fresh(case), reason="It threatens and names nothing to work on.", by=stage.person["screener"]
    )
    yield 3 * DAY
    follow.appeal(
        fresh(case), text="It was meant as a joke about the flooded square. Please look at the square."
    )


def mark_waits(stage: Stage) -> Script:
    yield from _marked(
        stage,
        "The hammering goes on and on, you deaf fools!",
        "Insults: “you deaf fools”; no address is given.",
        number=4,
    )


def mark_rejected(stage: Stage) -> Script:
    yield from _marked(
        stage,
        "The disco under my flat shakes the walls every Friday, does nobody here work?",
        "The tone is insulting: “does nobody here work”.",
        number=5,
    )
    case = stage.marked
    screening.reject(
        fresh(case),
        reason="There is a real matter: place, day and what happens are named.",
        by=stage.person["screener"],
    )
    yield 2 * HOUR
    dispatch.sign(fresh(case), by=stage.person["handler-environment"])
    dispatch.assign(
        fresh(case), handler=stage.person["handler-environment"], by=stage.person["head-environment"]
    )
    yield 2 * DAY
    yield from done(stage, case, "The disco keeps its doors shut from ten and has turned down the bass.")
    yield from rate(stage, case, "en", level=5)


# --- supervision --------------------------------------------------------------------------------------------------


def _long_lift(stage: Stage, text: str, place: str, number: int) -> Script:
    case = stage.bring(
        text,
        service="housing-repair",
        area="new-district",
        place=place,
        party=PartyGiven(name=f"Tenant {number}", email=f"tenant{number}@mail.example", groups=("mobility",)),
    )
    yield from signed(stage, case, "housing")
    yield 2 * DAY
    supervise.order(
        fresh(case),
        text="A person in a wheelchair cannot leave the house. Say by tomorrow what is done until the lift runs.",
        by=stage.person["supervisor"],
    )
    stage.marked = case


def ordered(stage: Stage) -> Script:
    yield from _long_lift(
        stage, "The lift at Lotus Street 20 stands still since Friday.", "Lotus Street 20", 1
    )
    case = stage.marked
    yield 3 * HOUR
    row = case.supervisions.filter(kind="order").get()
    supervise.answer(
        row,
        text="A stair climber with two helpers is there from today, and the fitter comes on Wednesday.",
        by=stage.person["head-housing"],
    )
    yield 1 * HOUR
    supervise.settle(row, accepted=True, by=stage.person["supervisor"])
    yield 2 * DAY
    yield from done(
        stage, case, "The lift runs again. We now keep the spare part for all lifts of this kind."
    )
    yield from rate(stage, case, "en", level=4)


def order_waits(stage: Stage) -> Script:
    yield from _long_lift(
        stage, "The lift at School Road 3 goes up but not down, for the second time.", "School Road 3", 2
    )


def samples(stage: Stage) -> Script:
    yield 1
    today = timezone.localdate(now())
    rows = supervise.sample(
        first=today - timedelta(days=60), last=today, count=8, seed=7, by=stage.person["supervisor"]
    )
    for at, row in enumerate(rows[:6]):
        yield 0.5 * HOUR
        marks = dict.fromkeys(QUESTIONS, True)
        if at % 3 == 1:
            marks["clear"] = False
        if at == 5:
            marks |= {"complete": False, "record": False, "polite": False}
        supervise.check(
            row, marks=marks, text="" if all(marks.values()) else "See the final answer.", by=row.by
        )
