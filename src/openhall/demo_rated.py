"""Ratings in the demo town, and what follows the bad ones: each goes another way, and some are not done."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from openhall.actions import evaluate, rectify
from openhall.demo_stage import DAY, Script, Stage, fresh, levels
from openhall.models import Evaluation, Rectification, ServiceRequest, User
from openhall.moment import now
from openhall.rules.rectification import Step

REMARKS = {
    "en": {
        5: "Quick and friendly, thank you.",
        4: "Good work.",
        2: "It took two reminders.",
        1: "It is as it was before. Nobody came.",
    },
    "zh": {5: "处理很快，态度很好。", 4: "不错。", 2: "催了两次才办。", 1: "问题没有解决，没人来过。"},
}
# One way after the other for the bad ratings as they come.
WAYS: tuple[tuple[Step, ...], ...] = (
    (Step.CALL_BACK, Step.VERIFY_TRUE, Step.FIX, Step.VISIT_AGAIN, Step.PUBLISH),
    (Step.CALL_BACK, Step.VERIFY_TRUE, Step.PUT_ON_LEDGER),
    (Step.NOT_REACHED, Step.CALL_BACK, Step.VERIFY_TRUE, Step.EXPLAIN, Step.VISIT_AGAIN, Step.PUBLISH),
    (Step.CALL_BACK, Step.VERIFY_NOT_TRUE, Step.APPEAL, Step.UPHOLD, Step.PUBLISH),
    (Step.CALL_BACK, Step.VERIFY_TRUE, Step.APPEAL, Step.REFUSE, Step.FIX),
    (Step.CALL_BACK, Step.VERIFY_TRUE, Step.FIX),
    (Step.NOT_REACHED,),
)
SAID = {
    Step.NOT_REACHED: ("", ""),
    Step.CALL_BACK: (
        "The citizen says that it was the same again the next day.",
        "市民反映第二天又出现同样问题。",
    ),
    Step.VERIFY_TRUE: ("Went there and found it as described.", "现场核实，情况属实。"),
    Step.VERIFY_NOT_TRUE: (
        "The repair holds; what is meant is another place.",
        "维修完好，市民所指为另一处。",
    ),
    Step.FIX: (
        "A second team does it anew, with other material.",
        "安排第二支队伍重新施工，更换材料。",
    ),
    Step.PUT_ON_LEDGER: (
        "Needs a contractor: tender, then work in the order of the streets.",
        "需委托施工单位：招标后按街道顺序实施。",
    ),
    Step.EXPLAIN: (
        "The rules allow no more here; you find them in town bylaw 4. We are sorry.",
        "按镇规章第4号规定无法进一步处理，敬请谅解。",
    ),
    Step.APPEAL: (
        "The rating is about a matter that is not ours.",
        "评价所涉事项不属于本部门职责。",
    ),
    Step.UPHOLD: ("The department is right, as the visit showed.", "经核实，部门申诉成立。"),
    Step.REFUSE: (
        "It is on the department's own list of responsibilities.",
        "该事项在部门责任清单内，申诉不成立。",
    ),
    Step.VISIT_AGAIN: ("It is in order now; the citizen is content.", "现已解决，市民表示满意。"),
    Step.PUBLISH: (
        "The work was done again and holds. We have changed how it is checked.",
        "已返工并验收合格，同时改进了检查办法。",
    ),
}


def rate(
    stage: Stage, case: ServiceRequest, lang: str, *, level: int = 0, way: tuple[Step, ...] = ()
) -> Script:
    """Some days after closing, three in four of those who were asked rate; what is bad is put right, some day."""
    rng = stage.random
    yield rng.uniform(1.1, 4) * DAY
    evaluation = Evaluation.objects.filter(request=case.pk).order_by("-round").first()
    if evaluation is None or not evaluation.is_open(now()) or (not level and rng.random() > 0.82):
        return
    level = level or rng.choices((5, 4, 3, 2, 1), (44, 27, 12, 10, 7))[0]
    by = stage.person["clerk"] if evaluation.channel in ("window", "phone", "letter") else None
    remark = REMARKS[lang].get(level, "")
    answers = levels(rng, level)
    evaluate.rate(evaluation, answers=answers, remark=remark, language=lang, by=by)
    if level <= 2:
        stage.bad += 1
        own = evaluation.office_id == stage.office["centre"].pk  # nobody else there could judge an appeal
        yield from put_right(stage, case, lang, way or WAYS[0 if own else stage.bad % len(WAYS)])


def put_right(stage: Stage, case: ServiceRequest, lang: str, way: tuple[Step, ...]) -> Script:
    """Step by step, each by whoever may."""
    yield DAY  # the worker opens it
    for step in way:
        yield stage.random.uniform(0.2, 1.2) * DAY
        row = Rectification.objects.filter(request=case).order_by("-pk").first()
        if row is None:
            return
        given = {}
        if step is Step.VISIT_AGAIN:
            given["level"] = stage.random.choice((4, 5))
        elif step is Step.EXPLAIN:
            given["ground"] = fresh(case).service.power
        elif step is Step.PUT_ON_LEDGER:
            given["deadline"] = timezone.localdate(now()) + timedelta(days=60)
        text = SAID[step][0 if lang == "en" else 1]
        rectify.take(row, step, text=text, by=_who(stage, row, step), **given)


def _who(stage: Stage, row: Rectification, step: Step) -> User:
    own = row.office_id == stage.office["centre"].pk
    if step in (Step.FIX, Step.PUT_ON_LEDGER, Step.EXPLAIN, Step.APPEAL):
        return stage.person["dispatcher"] if own else stage.head(row.office)
    judging = step in (Step.UPHOLD, Step.REFUSE, Step.PUBLISH)
    return stage.person["supervisor" if judging or own else "dispatcher"]
