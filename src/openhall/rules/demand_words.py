"""The words that point to a demand class, English and Chinese, with their points. Data only; a hall that finds a
sign missing adds it here. Greetings are no signs: letters of every class say thank you. Seed 3.4.1.
"""

from __future__ import annotations


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word.strip() for line in lines for word in line.split(";"))


# class -> points -> words; a star at the end stands for any ending
SIGNS: dict[str, dict[int, tuple[str, ...]]] = {
    "enquiry": {
        2: _words(
            "how do i; how can i; how much does; how long does; where can i; where do i; what papers; enquir*; inquir*",
            "what documents; which documents; opening hours; when does; i would like to know; can you tell me",
            "could you tell me; am i entitled; do i need; is it possible to",
            "咨询; 请问; 想问; 怎么办理; 如何办理; 需要什么材料; 需要哪些材料; 想了解; 是否可以; 几点",
            "什么时候能; 办理流程",
        ),
        1: _words(
            "what is; who is responsible; information about; question; 吗?; 哪里; 多少钱; 多久; 如何; 怎么办",
        ),
    },
    "help": {
        2: _words(
            "please repair; please fix; needs repair*; please help; need help; is broken; not working; does not work",
            "doesn't work; has gone out; is out again; pothole*; is blocked; is leaking; burst pipe; no water",
            "no power; no electricity; no heating; fallen tree; has not been collected",
            "求助; 请帮; 帮帮; 帮忙; 坏了; 不亮; 漏水; 停水; 停电; 堵塞; 请修; 维修; 没人清理; 无人清理; 坑洼",
            "需要帮助; 请尽快处理; 请派人",
        ),
        1: _words("broken; repair; stuck; blocked; dark; leak*; rubbish; 破损; 积水; 垃圾; 损坏"),
    },
    "complaint": {
        2: _words(
            "complain; complaint; complaining; unacceptable; was rude; were rude; rude to me; nobody came",
            "dissatisfied; not satisfied; disappointed; no one answered; nobody answered; still waiting; ignored",
            "outrag*; badly treated; unfair*; kept waiting; sent me away; has been promised",
            "投诉; 不满; 态度差; 态度恶劣; 推诿; 不作为; 没人管; 无人管; 拖延; 敷衍; 一直没有解决; 迟迟不; 太差; 扰民",
        ),
        1: _words(
            "again and again; for weeks; for months; rude; slow; angry; noise; nobody; 噪音; 气愤; 至今; 多次; 反映",
        ),
    },
    "report": {
        3: _words(
            "brib*; corrupt*; embezzle*; kickback*; fraud*; abuse of office; abuses his office; abuses her office",
            "took money; takes money; asked for money; nepotism; whistle-blow*; whistleblow*; falsified; forged",
            "misuse of public*; report wrongdoing; report a crime; illegal dumping",
            "举报; 受贿; 贿赂; 行贿; 贪污; 腐败; 索要好处; 收红包; 以权谋私; 挪用公款; 侵吞; 弄虚作假; 滥用职权; 偷排",
            "吃拿卡要",
        ),
        1: _words("illegal*; unlawful*; cheat*; without a permit; without permit; 违法; 违规; 非法; 无证"),
    },
    "suggestion": {
        2: _words(
            "suggest; suggestion; suggestions; i propose; proposal; my idea; why not; it would be better",
            "it would be good; it would help if; could be improved; we should have; how about; i recommend",
            "建议; 希望能增加; 希望增设; 提议; 不妨; 可以考虑; 能否增设; 最好能",
        ),
        1: _words("improve; better if; 希望; 改进; 完善; 增设"),
    },
    "praise": {
        2: _words(
            "praise; well done; compliment*; excellent service; very helpful; so helpful; very kind; grateful to",
            "thanks to your staff; thank the; thank your; great job; good work; commend*",
            "表扬; 点赞; 感谢信; 特别感谢; 非常感谢工作人员; 服务很好; 态度很好; 锦旗; 热情周到; 为民办实事",
        ),
        1: _words("friendly; impressed; 感谢; 满意; 辛苦了"),
    },
    "application": {
        2: _words(
            "apply for; applying for; application for; register my; registration of; renew my; renewal of; permit for",
            "request a permit; request a certificate; licence for; license for; birth certificate",
            "申请; 申领; 办证; 办理登记; 续期; 补办; 换证; 开具证明; 报名登记; 许可证",
        ),
        1: _words("permit; licence; license; certificate; benefit; allowance; 证明; 补贴; 执照"),
    },
}

# a sign right after one of these counts nothing
NEGATIONS = _words(
    "not; no; never; without; don't; do not; isn't; is not; wasn't; cannot; can't",
    "不是; 并非; 不想; 不要; 不用; 无需; 不需要",
)
