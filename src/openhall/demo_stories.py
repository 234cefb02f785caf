"""Cases of the demo town told in full: two departments, the wrong one, more time, a merged department, duplicates,
what is refused, and what is due today. Disputes are told in `demo_disputes`.
"""

from __future__ import annotations

from openhall import demo_disputes
from openhall.actions import classify, close, decide, dispatch, follow, handle, knowledge, offices
from openhall.actions.intake import PartyGiven
from openhall.demo import TRACKED
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
        (2.2, two_departments_at_work(stage)),
        (6, street_light(stage)),
        (40, burst_main(stage)),
        (75, wrong_department(stage)),
        (30, stays_with_us(stage)),
        (1.4, returned_now(stage)),
        (100, merged_mid_case(stage)),
        (12, same_hole(stage)),
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
    demo_disputes.begin(stage)


# --- the ordinary way ---------------------------------------------------------------------------------------------


def two_departments_at_work(stage: Stage) -> Script:
    number, code, _shows = TRACKED[0]
    case = stage.bring(
        "Water has come up through the pavement at the corner of Bridge Street since this morning, and the slabs "
        "are sinking. Children pass here on their way to school.",
        number=number,
        code=code,
        service="burst-pipe",
        area="riverside",
        place="Bridge Street, corner of School Road",
        party=MARY,
    )
    yield from signed(
        stage,
        case,
        "water",
        assisting=["roads"],
        words="Water repairs the main, Roads makes the pavement safe.",
    )
    yield 0.5 * HOUR
    dispatch.sign(fresh(case), by=stage.person["head"])
    handle.note(
        fresh(case),
        text="Please fence off the corner before school is out; we shut the valve at three.",
        to_office=stage.office["roads"],
        by=stage.person["handler2"],
    )
    yield 1 * HOUR
    handle.reply(
        fresh(case),
        text="Two fitters are on their way. The corner will be fenced off, please use the other side.",
        by=stage.person["handler2"],
    )
    yield 2 * HOUR
    handle.ask(
        fresh(case),
        text="Is your own tap running brown or clear? It tells us on which side of the valve the break is.",
        by=stage.person["handler2"],
    )


def street_light(stage: Stage) -> Script:
    number, code, _shows = TRACKED[1]
    case = stage.bring(
        "The street light at the school gate has been out since Monday; the children walk home in the dark.",
        number=number,
        code=code,
        service="street-light",
        area="new-district",
        place="School Road, school gate",
        party=MARY,
    )
    yield from signed(stage, case, "roads")
    yield 2 * HOUR
    handle.called(
        fresh(case), text="Told Mrs Hill that the fitter comes tomorrow.", by=stage.person["handler"]
    )
    yield 2.5 * DAY
    case = close.close(
        fresh(case),
        outcome="resolved",
        reply="The lamp and its cable were replaced this morning. It is lit again, and we checked the next four.",
        justified="yes",
        by=stage.person["handler"],
    )
    yield 0.5 * HOUR
    knowledge.write(
        title="A street light is out: what happens and how long it takes",
        text="Tell us the number on the plate of the pole. A fitter comes within three working days. Where the cable "
        "is broken it may take a week; we then put up a lamp of our own until it is done.",
        language="en",
        service=stage.service["street-light"],
        public=True,
        source=case,
        by=stage.person["handler"],
    )


def burst_main(stage: Stage) -> Script:
    case = stage.bring(
        "河滨街主管道爆裂，路面塌陷，整条街停水，家里有八十多岁的老人。",
        service="burst-pipe",
        area="riverside",
        place="河滨街",
        language="zh",
        party=LI,
        groups=("elderly",),
        by=stage.person["clerk"],
        channel="phone",
    )
    yield from signed(stage, case, "water", assisting=["roads"], words="水务科抢修，道路科围挡并恢复路面。")
    yield 0.5 * HOUR
    dispatch.sign(fresh(case), by=stage.person["handler"])
    handle.reply(
        fresh(case), text="抢修队已到现场，预计下午恢复供水，期间安排送水车。", by=stage.person["handler2"]
    )
    yield 5 * HOUR
    handle.finish_part(fresh(case), report="路面已回填并临时铺装。", by=stage.person["handler"])
    yield 1 * HOUR
    yield from closed(stage, case, "resolved", "主管道已修复并恢复供水，路面明日正式铺装，感谢您的耐心。", 5)


# --- whose it is --------------------------------------------------------------------------------------------------


def wrong_department(stage: Stage) -> Script:
    case = stage.bring(
        "A branch has fallen on the lamp at the park gate and pulls at the cable.",
        service="street-light",
        area="old-town",
        place="Park gate, Temple Road",
        party=PartyGiven(name="Paul Reed", phone="0555 0107 59"),
    )
    yield from signed(stage, case, "roads")
    yield 1 * HOUR
    dispatch.give_back(
        fresh(case),
        reason="The lamp is whole. It is the tree that has to be cut, which is Cleansing and Parks by item P-03.",
        suggests=stage.office["cleansing"],
        by=stage.person["head"],
    )
    yield 1 * HOUR
    dispatch.dispatch(
        fresh(case),
        lead=stage.office["cleansing"],
        assisting=[stage.office["roads"]],
        instruction="Roads is right. Parks takes the branch away, Roads looks at the cable afterwards.",
        by=stage.person["dispatcher"],
    )
    yield 1 * HOUR
    dispatch.sign(fresh(case), by=stage.person["head-cleansing"])
    dispatch.assign(fresh(case), handler=stage.person["handler-cleansing"], by=stage.person["head-cleansing"])
    yield 4 * HOUR
    handle.finish_part(fresh(case), report="Cable checked, no damage.", by=stage.person["handler"])
    yield from closed(
        stage, case, "resolved", "The branch was taken away and the cable is sound. The lamp is lit.", 4
    )


def stays_with_us(stage: Stage) -> Script:
    case = stage.bring(
        "广场舞的音响每天晚上响到十点半，楼上没法休息，请管一管。",
        service="noise",
        area="new-district",
        place="集市广场",
        language="zh",
        party=PartyGiven(name="刘志强", phone="0555 0112 44", language="zh"),
    )
    yield from sent(stage, case, "environment")
    for reason, answer in (
        ("广场属市场监管科管理，非本科职责。", "噪声监测属生态环境科职责（P-06），请办理。"),
        ("夜间无监测人员，请改派。", "可错时安排，两次退回后以本中心决定为准。"),
    ):
        yield 1 * HOUR
        dispatch.give_back(fresh(case), reason=reason, by=stage.person["head-environment"])
        yield 1 * HOUR
        dispatch.uphold(fresh(case), answer=answer, by=stage.person["dispatcher"])
    yield 1 * HOUR
    dispatch.sign(fresh(case), by=stage.person["head-environment"])
    dispatch.assign(
        fresh(case), handler=stage.person["handler-environment"], by=stage.person["head-environment"]
    )
    yield 3 * DAY
    yield from closed(
        stage, case, "resolved", "已与舞队约定二十一点半前结束，音响调小并转向广场内侧，本周持续巡查。", 3
    )


def returned_now(stage: Stage) -> Script:
    case = stage.bring(
        "The smoke from the bakery in Mill Lane comes through our windows every morning from four o'clock.",
        service="smoke",
        area="old-town",
        place="Mill Lane",
        party=PartyGiven(name="Ivan Petrov", email="citizen05@mail.example"),
    )
    yield from sent(stage, case, "environment")
    yield 1 * HOUR
    dispatch.give_back(
        fresh(case),
        reason="The bakery's oven is part of its food licence; Licensing has the plans.",
        suggests=stage.office["licensing"],
        by=stage.person["head-environment"],
    )


def merged_mid_case(stage: Stage) -> Script:
    case = stage.bring(
        "The new lamps in Orchard Lane are so bright that nobody can sleep behind them.",
        service="street-light",
        area="villages",
        place="Orchard Lane",
        party=PartyGiven(name="Ruth Stone", phone="0555 0106 22", groups=("elderly",)),
    )
    yield from signed(stage, case, "lighting")
    handle.reply(
        fresh(case),
        text="We will measure the light in your street next week.",
        by=stage.person["handler-lighting"],
    )
    yield 1 * DAY
    offices.merge([stage.office["lighting"]], into=stage.office["roads"], by=stage.person["administrator"])
    stage.people_anew()
    yield 1 * DAY
    dispatch.assign(fresh(case), handler=stage.person["handler"], by=stage.person["head"])
    yield 2 * HOUR
    yield from closed(
        stage,
        case,
        "resolved",
        "The lamps are dimmed from eleven to five now. The Street Lighting Station has become part of Roads.",
        4,
    )


def same_hole(stage: Stage) -> Script:
    texts = (
        ("There is a hole in School Road in front of the bakery, as deep as a hand.", "Ana Costa", "en"),
        ("School Road, in front of the bakery: a deep hole in the street, my tyre burst.", "Omar Said", "en"),
        ("学校路面包店门口有个大坑，车胎都扎破了。", "赵敏", "zh"),
    )
    cases = []
    for text, name, lang in texts:
        party = PartyGiven(name=name, language=lang, email=f"citizen{40 + len(cases)}@mail.example")
        case = stage.bring(
            text,
            service="pothole",
            area="new-district",
            place="School Road" if lang == "en" else "学校路",
            language=lang,
            party=party,
        )
        cases.append(case)
        yield 0.5 * HOUR
    for case in cases[1:]:
        classify.merge(fresh(case), into=cases[0], by=stage.person["dispatcher"])
        yield 0.1 * HOUR
    yield from signed(stage, cases[0], "roads")
    yield 2 * DAY
    yield from closed(
        stage,
        cases[0],
        "resolved",
        "The hole was filled and rolled this morning; thank you all for writing.",
        5,
    )


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
