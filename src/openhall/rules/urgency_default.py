"""The urgency rule book a new hall starts with, as a saved book is; every hall changes it. Data only. Seed 3.4.2."""

from __future__ import annotations

from typing import Any

# Loss of life or health now; the first service is to say whom to call.
_DANGER = [
    *(
        "gas smell",
        "smell of gas",
        "smell gas",
        "smells of gas",
        "gas leak*",
        "on fire",
        "burning",
        "explosion",
        "explod*",
    ),
    *(
        "collaps*",
        "live wire*",
        "live cable*",
        "power line down",
        "electric shock",
        "drown*",
        "unconscious",
        "suicid*",
    ),
    *(
        "kill myself",
        "trapped in",
        "open manhole",
        "missing manhole cover",
        "missing child",
        "child is missing",
    ),
    *("being beaten", "beats me", "beats my", "threatens to kill", "bleeding", "poison*"),
    *(
        "煤气味",
        "燃气泄漏",
        "煤气泄漏",
        "天然气泄漏",
        "着火",
        "起火",
        "火灾",
        "爆炸",
        "倒塌",
        "坍塌",
        "漏电",
        "触电",
        "电线掉",
    ),
    *(
        "溺水",
        "落水",
        "昏迷",
        "自杀",
        "轻生",
        "被困",
        "井盖缺失",
        "井盖丢失",
        "没有井盖",
        "孩子走失",
        "儿童走失",
        "家暴",
        "中毒",
    ),
]
_OUTAGE = [
    *(
        "no water",
        "water is off",
        "burst pipe",
        "burst main",
        "no gas",
        "no heating",
        "heating is off",
        "no electricity",
    ),
    *("no power", "power cut", "power is out", "outage*", "blackout", "sewage", "flood*", "lift is stuck"),
    *(
        "停水",
        "断水",
        "爆管",
        "水管爆裂",
        "停气",
        "停电",
        "断电",
        "停暖",
        "没有暖气",
        "没暖气",
        "不供暖",
        "污水外溢",
        "内涝",
    ),
    *("被淹", "电梯故障", "电梯停运"),
]
_VULNERABLE = [
    "elderly",
    "mobility",
    "blind",
    "disabled",
    "illness",
    "children",
    "minor",
    "victim",
    "hardship",
]

DEFAULT: dict[str, Any] = {
    "rules": [
        {
            "name": {"en": "Danger to life", "zh": "危及生命"},
            "when": [{"kind": "words", "any": _DANGER}],
            "level": 1,
            "because": {
                "en": "Life and health come before everything.",
                "zh": "生命健康高于一切。",
            },
        },
        {
            "name": {"en": "Vulnerable person cut off", "zh": "特殊群体断水断电断暖"},
            "when": [{"kind": "group", "any": _VULNERABLE}, {"kind": "words", "any": _OUTAGE}],
            "level": 1,
        },
        {
            "name": {"en": "Water, gas, power or heat is out", "zh": "水气电暖中断"},
            "when": [{"kind": "words", "any": _OUTAGE}],
            "level": 2,
        },
        {
            "name": {"en": "Report of wrongdoing", "zh": "举报违法违纪"},
            "when": [{"kind": "class", "any": ["report"]}],
            "level": 2,
            "because": {"en": "Evidence may vanish.", "zh": "证据可能灭失。"},
        },
        {
            "name": {"en": "Date named by law", "zh": "法定期限临近"},
            "when": [{"kind": "deadline", "days": 5}],
            "level": 2,
            "because": {"en": "A right may be lost after it.", "zh": "逾期可能丧失权利。"},
        },
        {
            "name": {"en": "Vulnerable person needs help", "zh": "特殊群体求助"},
            "when": [{"kind": "group", "any": _VULNERABLE}, {"kind": "class", "any": ["help", "complaint"]}],
            "level": 2,
        },
        {
            "name": {"en": "Asked again and again", "zh": "重复诉求"},
            "when": [
                {"kind": "class", "any": ["help", "complaint", "enquiry", "application"]},
                {"kind": "earlier", "at_least": 3, "days": 90, "same": "either"},
            ],
            "level": 2,
            "because": {"en": "What we did before has not helped.", "zh": "此前的处理没有解决问题。"},
        },
        {
            "name": {"en": "We failed this person before", "zh": "曾对该群众处理不当"},
            "when": [
                {"kind": "class", "any": ["help", "complaint", "enquiry", "application"]},
                {"kind": "history", "any": ["bad_rating", "reopened", "overdue", "wrongly_screened"]},
            ],
            "level": 3,
        },
        {
            "name": {"en": "Complaint", "zh": "投诉"},
            "when": [{"kind": "class", "any": ["complaint"]}],
            "level": 3,
        },
        {
            "name": {"en": "Request for help", "zh": "求助"},
            "when": [{"kind": "class", "any": ["help"]}],
            "level": 3,
        },
        {
            "name": {"en": "Enquiry or application", "zh": "咨询和申请"},
            "when": [{"kind": "class", "any": ["enquiry", "application"]}],
            "level": 4,
        },
        {
            "name": {"en": "Suggestion or praise", "zh": "建议和表扬"},
            "when": [{"kind": "class", "any": ["suggestion", "praise"]}],
            "level": 5,
        },
    ],
    "default": 3,
}
