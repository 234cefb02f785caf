"""Cases of the demo town about time and endings: more time, late, due today, refused, taken back; one at every step.

Told like those of `demo_stories`.
"""

from __future__ import annotations

from openhall.actions import close, decide, dispatch, follow, handle
from openhall.actions.intake import PartyGiven
from openhall.demo_rated import rate
from openhall.demo_stage import DAY, HOUR, Script, Stage, fresh
from openhall.demo_steps import closed, due_at_closing, sent, signed

MARY = PartyGiven(name="Mary Hill", email="citizen00@mail.example", phone="0555 0100 00")
LI = PartyGiven(
    name="李秀兰", email="citizen10@mail.example", phone="0555 0109 33", language="zh", groups=("elderly",)
)


def begin(stage: Stage) -> None:
    """All of them, each at its time before the present."""
    for days, script in (
        (18, more_time(stage)),
        (9, no_more_time(stage)),
        (4, time_asked_now(stage)),
        (25, neighbours(stage)),
        (50, somebody_elses_file(stage)),
        (33, motorway(stage)),
        (60, cannot_be_done(stage)),
        (15, taken_back(stage)),
        (8, overdue(stage)),
        (5, waits_for_citizen(stage)),
        (0.4, only_received(stage)),
        (0.8, only_accepted(stage)),
        (0.9, not_signed(stage)),
    ):
        stage.play(script, stage.ago(days * DAY))
    stage.play(due_today(stage), due_at_closing(stage, days=3))


# --- time ---------------------------------------------------------------------------------------------------------


def more_time(stage: Stage) -> Script:
    case = stage.bring(
        "公房楼顶漏雨，下雨时顶楼三户都要用盆接水。",
        service="housing-repair",
        area="old-town",
        place="寺前路12号",
        language="zh",
        party=PartyGiven(name="周玉珍", phone="0555 0117 29", language="zh", groups=("hardship",)),
        by=stage.person["clerk"],
        channel="window",
    )
    yield from signed(stage, case, "housing")
    yield 1.5 * DAY
    by = stage.person["handler-housing"]
    dispatch.ask_extension(fresh(case), days=10, reason="防水材料需订货，约一周到货。", by=by)
    yield 2 * HOUR
    dispatch.decide_extension(
        fresh(case), granted=True, answer="同意，请先做临时遮盖。", by=stage.person["dispatcher"]
    )
    yield 1 * DAY
    handle.reply(fresh(case), text="已先行遮盖，材料到货后立即施工。", by=by)


def no_more_time(stage: Stage) -> Script:
    case = stage.bring(
        "The bins at the market have not been emptied since Saturday.",
        service="waste",
        area="new-district",
        place="Market Square",
        party=PartyGiven(name="Tom Baker", email="citizen01@mail.example"),
    )
    yield from signed(stage, case, "cleansing")
    yield 1 * DAY
    by = stage.person["handler-cleansing"]
    dispatch.ask_extension(fresh(case), days=5, reason="One lorry is in the workshop until next week.", by=by)
    yield 1 * HOUR
    dispatch.decide_extension(
        fresh(case),
        granted=False,
        answer="Bins at a market cannot wait for a week. Hire a lorry.",
        by=stage.person["dispatcher"],
    )
    yield 4 * HOUR
    yield from closed(
        stage, case, "resolved", "A hired lorry emptied the bins last night; ours is back on Monday.", 3
    )


def time_asked_now(stage: Stage) -> Script:
    case = stage.bring(
        "Please put a mirror at the blind corner of Field Path; I was nearly hit by a lorry.",
        service="traffic-sign",
        area="villages",
        place="Field Path",
        party=PartyGiven(name="Nina Berg", phone="0555 0108 96", groups=("mobility",)),
    )
    yield from signed(stage, case, "roads")
    yield 2 * DAY
    dispatch.ask_extension(
        fresh(case), days=8, reason="The province must agree to a mirror here.", by=stage.person["handler"]
    )


def overdue(stage: Stage) -> Script:
    case = stage.bring(
        "The drain before our house in Temple Road is blocked since the storm and the cellar is wet.",
        service="drain",
        area="old-town",
        place="Temple Road 8",
        party=PartyGiven(name="Grace Okoro", email="citizen04@mail.example", groups=("children",)),
    )
    yield from signed(stage, case, "water")


def due_today(stage: Stage) -> Script:
    case = stage.bring(
        "East Gate 路口路灯忽明忽暗，晚上骑车看不清路。",
        service="street-light",
        area="old-town",
        place="东门路口",
        language="zh",
        party=PartyGiven(name="黄海涛", email="citizen16@mail.example", language="zh"),
    )
    yield from signed(stage, case, "roads")
    yield 1 * DAY
    handle.reply(fresh(case), text="配件已到货，今天安排电工更换。", by=stage.person["handler"])


def waits_for_citizen(stage: Stage) -> Script:
    case = stage.bring(
        "在集市买的电风扇用了两天就坏了，店家不给退。",
        service="prices",
        language="zh",
        party=PartyGiven(name="徐丽", email="citizen20@mail.example", language="zh"),
    )
    yield from signed(stage, case, "market")
    yield 1 * HOUR
    handle.ask(
        fresh(case),
        text="请问小票是否还在？请拍照上传，便于我们与店家核实。",
        by=stage.person["handler-market"],
    )


# --- how else it ends ---------------------------------------------------------------------------------------------


def neighbours(stage: Stage) -> Script:
    case = stage.bring(
        "My neighbour's cherry tree hangs over my wall and he will not cut it. Please make him.",
        party=PartyGiven(name="Paul Reed", phone="0555 0107 59"),
    )
    yield 2 * HOUR
    decide.refuse(
        fresh(case),
        ground=stage.item["N-03"],
        reply="A tree between two gardens is a private matter in which we have no power. The mediation committee "
        "meets on Thursdays and costs nothing.",
        by=stage.person["dispatcher"],
    )


def somebody_elses_file(stage: Stage) -> Script:
    case = stage.bring(
        "请告诉我邻居家领了多少补助。",
        language="zh",
        service="allowance",
        party=PartyGiven(name="吴刚", email="citizen18@mail.example", language="zh"),
    )
    yield 1 * HOUR
    case = decide.refuse(
        fresh(case),
        ground=stage.item["N-05"],
        reply="他人领取补助的情况属于个人隐私，依规定不能提供，敬请理解。",
        by=stage.person["dispatcher"],
    )
    yield from rate(stage, case, "zh", level=3)


def motorway(stage: Stage) -> Script:
    case = stage.bring(
        "The noise barrier on the motorway has a gap behind our houses.",
        area="villages",
        place="Field Path",
        party=PartyGiven(name="Ana Costa", email="citizen02@mail.example", groups=("language",)),
    )
    yield 3 * HOUR
    case = decide.refuse(
        fresh(case),
        ground=stage.item["N-07"],
        reply="The motorway belongs to the province. We have sent your words on; you can also ring 12328.",
        by=stage.person["dispatcher"],
    )
    yield from rate(stage, case, "en", level=4)


def cannot_be_done(stage: Stage) -> Script:
    case = stage.bring(
        "建议在果园巷建一个室内游泳池，孩子们夏天有地方去。",
        service="trees",
        demand="suggestion",
        area="villages",
        place="果园巷",
        language="zh",
        party=PartyGiven(name="陈小红", email="citizen13@mail.example", language="zh"),
    )
    yield from signed(stage, case, "cleansing")
    yield 3 * DAY
    case = close.close(
        fresh(case),
        outcome="unable",
        reply="建设和运营费用超出镇财力，暂无法实施；邻镇游泳馆对本镇学生半价开放。",
        justified="partly",
        unresolved="means",
        by=stage.person["handler-cleansing"],
    )
    yield from rate(stage, case, "zh", level=3)


def taken_back(stage: Stage) -> Script:
    case = stage.bring(
        "The bench at River Street is gone.",
        service="trees",
        area="riverside",
        place="River Street",
        party=MARY,
    )
    yield from sent(stage, case, "cleansing")
    yield 1 * HOUR
    follow.withdraw(fresh(case), text="It stands a few steps on. Somebody had carried it into the shade.")


# --- at each step, now --------------------------------------------------------------------------------------------


def only_received(stage: Stage) -> Script:
    stage.bring(
        "There is a smell of gas at the corner of Lotus Street and School Road!",
        place="Lotus Street, corner of School Road",
        party=None,
    )
    yield 0.5 * HOUR
    stage.bring(
        "我想咨询高龄津贴怎么申请，母亲行动不便，能不能上门办理？",
        language="zh",
        party=PartyGiven(name="林芳", email="citizen22@mail.example", language="zh", groups=("deaf",)),
        groups=("deaf",),
    )


def only_accepted(stage: Stage) -> Script:
    case = stage.bring(
        "We want to put tables before our restaurant in River Street. Which licence is it?",
        service="trade-licence",
        party=PartyGiven(
            name="River Noodles Ltd",
            kind="company",
            registration="QH-1027",
            email="office1027@company.example",
        ),
    )
    yield 1 * HOUR
    decide.accept(fresh(case), ground=stage.item["P-05"], by=stage.person["dispatcher"])


def not_signed(stage: Stage) -> Script:
    case = stage.bring(
        "学校路人行道地砖翘起，轮椅过不去。",
        service="pothole",
        area="new-district",
        place="学校路",
        language="zh",
        party=PartyGiven(name="张桂英", phone="0555 0111 07", language="zh", groups=("elderly", "mobility")),
        groups=("mobility",),
        by=stage.person["clerk"],
        channel="phone",
    )
    yield from sent(stage, case, "roads", assisting=["water"])
