"""Cases of the demo town told in full: the ordinary way, two departments, the wrong one, a merged one, duplicates.

Time, endings and requests in the middle of things are told in `demo_endings`, disputes in `demo_disputes`.
"""

from __future__ import annotations

from openhall import demo_disputes, demo_endings
from openhall.actions import classify, close, dispatch, handle, knowledge, offices
from openhall.actions.intake import PartyGiven
from openhall.demo import TRACKED
from openhall.demo_stage import DAY, HOUR, Script, Stage, fresh
from openhall.demo_steps import closed, sent, signed

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
    ):
        stage.play(script, stage.ago(days * DAY))
    demo_endings.begin(stage)
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
