import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhall.errors import BadInput
from openhall.language import translator
from openhall.rules.conditions import HISTORY_NAMES, KIND_NAMES, LISTED
from openhall.rules.demand import SPECIAL, Customer, DemandClass
from openhall.rules.urgency import (
    DEFAULT_RULES,
    FALLBACK,
    LEVEL_NAMES,
    LEVELS,
    Condition,
    Earlier,
    Facts,
    History,
    Kind,
    Rule,
    RuleBook,
    Same,
    compare,
    level,
    lint,
)

WORDS = ("gas", "gas leak", "leak*", "fire", "煤气", "煤气味", "brib*")
VALUES = {
    Kind.CLASS: list(DemandClass),
    Kind.SERVICE: ["light", "water", "road"],
    Kind.GROUP: ["elderly", "minor", "veteran"],
    Kind.AREA: ["north", "south"],
    Kind.CHANNEL: ["web", "window"],
    Kind.CUSTOMER: list(Customer),
    Kind.WORDS: list(WORDS),
    Kind.HISTORY: list(History),
}


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    kind = draw(st.sampled_from(Kind))
    if kind in LISTED:
        values = draw(st.lists(st.sampled_from(VALUES[kind]), min_size=1, max_size=3, unique=True))
        return Condition(kind, any=tuple(map(str, values)))
    days = draw(st.integers(0, 30)) if kind is not Kind.OUT_OF_HOURS else 0
    if kind is Kind.EARLIER:
        return Condition(kind, at_least=draw(st.integers(1, 3)), days=days, same=draw(st.sampled_from(Same)))
    return Condition(kind, days=days)


rules = st.builds(
    Rule,
    st.sampled_from([{"en": "A"}, {"en": "B", "zh": "乙"}]),
    st.lists(conditions(), max_size=2).map(tuple),
    st.sampled_from(LEVELS),
    st.sampled_from([{}, {"en": "Because."}]),
)
books = st.builds(RuleBook, st.lists(rules, max_size=5).map(tuple), st.none() | st.sampled_from(LEVELS))
texts = st.lists(st.sampled_from([*WORDS, "leaks", "bribery", "nothing", "xgas", "味"]), max_size=4)
cases = st.builds(
    Facts,
    text=texts.flatmap(lambda words: st.sampled_from([" ".join(words), "".join(words)])),
    demand=st.sampled_from(["", *DemandClass]),
    service=st.sampled_from(["", *VALUES[Kind.SERVICE]]),
    groups=st.frozensets(st.sampled_from(VALUES[Kind.GROUP])),
    area=st.sampled_from(["", "north", "south"]),
    channel=st.sampled_from(["web", "window"]),
    customer=st.sampled_from(["", *Customer]),
    out_of_hours=st.booleans(),
    earlier=st.lists(st.builds(Earlier, st.integers(0, 40), st.booleans(), st.booleans()), max_size=5).map(
        tuple
    ),
    legal_days=st.none() | st.integers(-5, 40),
    history=st.frozensets(st.sampled_from(list(History))),
)


def book(*when_levels: tuple[list[dict[str, object]], int], default: int | None = 4) -> RuleBook:
    return RuleBook.from_dict(
        {
            "rules": [
                {"name": {"en": f"R{number}"}, "when": when, "level": urgency}
                for number, (when, urgency) in enumerate(when_levels, 1)
            ],
            "default": default,
        }
    )


@pytest.mark.parametrize(
    ("facts", "urgency", "rule"),
    [
        (Facts(text="There is a smell of gas in the stairs", demand="enquiry"), 1, "Danger to life"),
        (Facts(text="路边井盖丢失，很危险"), 1, "Danger to life"),
        (
            Facts(text="No heating since Monday", groups=frozenset({"elderly"})),
            1,
            "Vulnerable person cut off",
        ),
        (Facts(text="No heating since Monday"), 2, "Water, gas, power or heat is out"),
        (Facts(demand="report"), 2, "Report of wrongdoing"),
        (Facts(demand="application", legal_days=3), 2, "Date named by law"),
        (Facts(demand="application", legal_days=6), 4, "Enquiry or application"),
        (Facts(demand="help", groups=frozenset({"blind"})), 2, "Vulnerable person needs help"),
        (Facts(demand="help", earlier=(Earlier(3, place=True),) * 3), 2, "Asked again and again"),
        (Facts(demand="enquiry", history=frozenset({"reopened"})), 3, "We failed this person before"),
        (Facts(demand="complaint"), 3, "Complaint"),
        (Facts(demand="help", earlier=(Earlier(3, place=True),) * 2), 3, "Request for help"),
        (Facts(demand="praise"), 5, "Suggestion or praise"),
    ],
)
def test_the_rules_a_hall_starts_with(facts: Facts, urgency: int, rule: str):
    suggested = level(DEFAULT_RULES, facts)
    assert suggested.value == urgency
    assert f"“{rule}”" in str(suggested)


def test_the_rules_a_hall_starts_with_pass_their_own_linter():
    assert lint(DEFAULT_RULES) == ()


def test_the_reason_names_the_rule_and_every_piece_of_evidence():
    found = level(
        book(
            (
                [
                    {"kind": "words", "any": ["leak*"]},
                    {"kind": "group", "any": ["elderly", "minor"]},
                    {"kind": "out_of_hours"},
                    {"kind": "earlier", "at_least": 2, "days": 30, "same": "service"},
                    {"kind": "deadline", "days": 9},
                    {"kind": "history", "any": ["overdue"]},
                ],
                1,
            )
        ),
        Facts(
            text="It LEAKS",
            groups=frozenset({"minor", "elderly"}),
            out_of_hours=True,
            earlier=(Earlier(1, service=True), Earlier(30, service=True), Earlier(31, service=True)),
            legal_days=-1,
            history=frozenset({"overdue"}),
        ),
    )
    assert str(found) == (
        "Rule 1 “R1”: the text says “leaks”, the person’s situation: Elderly, Under age, it came in while the hall was "
        "closed, earlier requests like it in 30 days: 2, the date the law names has passed, the person has another "
        "request that is late."
    )


def test_the_reason_is_said_in_chinese_names_and_all():
    said = level(DEFAULT_RULES, Facts(demand="report")).say(translator("zh"), "zh")
    assert "举报违法违纪" in said and "证据可能灭失。" in said


def test_facts_make_surer_than_words_and_words_than_nothing():
    by_fact, by_word = (
        level(DEFAULT_RULES, Facts(demand="report")),
        level(DEFAULT_RULES, Facts(text="gas leak")),
    )
    assert by_fact.confidence > by_word.confidence > level(DEFAULT_RULES, Facts()).confidence


def test_without_a_rule_the_usual_level_holds_and_without_that_the_middle_one():
    assert level(RuleBook(default=5), Facts()).value == 5
    fallen = level(RuleBook(), Facts())
    assert fallen.value == FALLBACK and "names no usual level" in str(fallen)


@given(books, cases)
def test_the_first_rule_that_holds_decides(rule_book: RuleBook, facts: Facts):
    holding = [rule for rule in rule_book.rules if rule.evidence(facts) is not None]
    expected = holding[0].level if holding else (rule_book.default or FALLBACK)
    suggested = level(rule_book, facts)
    assert suggested.value == expected
    assert str(suggested) and suggested.say(translator("zh"), "zh")


@given(books)
def test_a_book_written_and_read_back_is_the_same(rule_book: RuleBook):
    assert RuleBook.from_dict(json.loads(json.dumps(rule_book.to_dict()))) == rule_book


@settings(max_examples=300)
@given(conditions(), conditions(), st.lists(cases, min_size=1, max_size=8))
def test_where_one_condition_implies_another_no_facts_say_otherwise(
    one: Condition, other: Condition, past: list[Facts]
):
    if one.implies(other):
        for facts in past:
            assert one.evidence(facts) is None or other.evidence(facts) is not None
    assert one.implies(one)


WORD, DUE, AGAIN = Kind.WORDS, Kind.DEADLINE, Kind.EARLIER


@pytest.mark.parametrize(
    ("one", "other", "implied"),
    [
        (Condition(WORD, ("gas leak",)), Condition(WORD, ("gas", "fire")), True),
        (Condition(WORD, ("gas",)), Condition(WORD, ("gas leak",)), False),
        (Condition(WORD, ("gas", "smoke")), Condition(WORD, ("gas",)), False),
        (Condition(WORD, ("leak",)), Condition(WORD, ("leak*",)), True),
        (Condition(WORD, ("leak*",)), Condition(WORD, ("leak",)), False),
        (Condition(WORD, ("leaki*",)), Condition(WORD, ("leak*",)), True),
        (Condition(WORD, ("煤气味",)), Condition(WORD, ("煤气",)), True),
        (Condition(WORD, ("k歌",)), Condition(WORD, ("k",)), False),  # "ok歌" has the first, not the second
        (Condition(DUE, days=3), Condition(DUE, days=5), True),
        (Condition(DUE, days=5), Condition(DUE, days=3), False),
        (Condition(AGAIN, at_least=3, days=9), Condition(AGAIN, at_least=2, days=9), True),
        (Condition(AGAIN, at_least=2, days=9), Condition(AGAIN, at_least=3, days=9), False),
        (Condition(AGAIN, at_least=2, days=10), Condition(AGAIN, at_least=2, days=9), False),
        (Condition(AGAIN, at_least=2, same=Same.BOTH), Condition(AGAIN, at_least=2, same=Same.PLACE), True),
        (
            Condition(AGAIN, at_least=2, same=Same.EITHER),
            Condition(AGAIN, at_least=2, same=Same.PLACE),
            False,
        ),
        (Condition(Kind.AREA, ("n",)), Condition(Kind.AREA, ("s", "n")), True),
        (Condition(Kind.AREA, ("n",)), Condition(Kind.SERVICE, ("n",)), False),
    ],
)
def test_what_one_condition_says_about_another(one: Condition, other: Condition, implied: bool):
    assert one.implies(other) is implied


@settings(max_examples=200)
@given(books, st.lists(cases, max_size=8))
def test_a_rule_the_linter_calls_dead_never_decides(rule_book: RuleBook, past: list[Facts]):
    dead = {remark.values["number"] for remark in lint(rule_book) if "never decides" in str(remark)}
    for facts in past:
        deciding = next(
            (at for at, rule in enumerate(rule_book.rules, 1) if rule.evidence(facts) is not None), None
        )
        assert deciding not in dead


def test_the_linter_names_dead_rules_duplicates_equal_names_and_a_missing_level():
    remarks = lint(
        book(
            ([{"kind": "class", "any": ["help", "complaint"]}], 3),
            ([{"kind": "class", "any": ["help"]}, {"kind": "out_of_hours"}], 1),
            ([{"kind": "class", "any": ["complaint", "help"]}], 2),
            ([{"kind": "deadline", "days": 9}], 2),
            ([{"kind": "deadline", "days": 3}], 1),
            ([], 4),
            ([{"kind": "words", "any": ["gas"]}], 1),
            default=None,
        )
    )
    assert [str(remark) for remark in remarks] == [
        "Rule 2 “R2”: rule 1 holds wherever this one does, so this rule never decides. Move this rule before rule 1.",
        "Rule 3 “R3”: rule 1 asks for the same, so this rule never decides. Remove one of the two.",
        "Rule 5 “R5”: rule 4 holds wherever this one does, so this rule never decides. Move this rule before rule 4.",
        "Rule 7 “R7”: rule 6 holds wherever this one does, so this rule never decides. Move this rule before rule 6.",
        "Usual level: none is named for requests no rule applies to; they are taken as level 3. Choose a level.",
    ]
    twice = RuleBook((Rule({"en": "A"}, (), 1), Rule({"en": "A"}, (), 2)), 3)
    assert "rule 1 has the same name" in " ".join(map(str, lint(twice)))


@given(books, books, st.lists(cases, max_size=8))
def test_a_trial_the_other_way_round_is_the_mirror_image(old: RuleBook, new: RuleBook, past: list[Facts]):
    there, back = compare(old, new, past), compare(new, old, iter(past))
    assert there.changed == {(to, since): count for (since, to), count in back.changed.items()}
    assert there.examples == {(to, since): at for (since, to), at in back.examples.items()}
    assert (there.more_urgent, there.less_urgent, there.same) == (
        back.less_urgent,
        back.more_urgent,
        back.same,
    )
    assert there.total == len(past) == there.same + there.more_urgent + there.less_urgent
    for (since, to), places in there.examples.items():
        assert all(level(old, past[at]).value == since and level(new, past[at]).value == to for at in places)


@given(books, st.lists(cases, max_size=5))
def test_a_book_tried_against_itself_changes_nothing(rule_book: RuleBook, past: list[Facts]):
    assert compare(rule_book, rule_book, past).changed == {}


def test_a_trial_keeps_the_first_few_examples():
    trial = compare(RuleBook(default=4), RuleBook(default=1), [Facts()] * 9)
    assert trial.changed == {(4, 1): 9} and trial.examples == {(4, 1): (0, 1, 2, 3, 4)}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("x", "Rule 1: it is no rule with a name, conditions and a level."),
        ({"level": 1}, "Rule 1: it has no name. Give it a short name."),
        ({"name": {"en": " "}, "level": 1}, "Rule 1: it has no name. Give it a short name."),
        ({"name": {"xx": "A"}, "level": 1}, "Rule 1: it has no name. Give it a short name."),
        ({"level": 6}, "Rule 1: the level “6” must be a whole number from 1, at once, to 5."),
        ({"level": True}, "Rule 1: the level “True” must be a whole number from 1, at once, to 5."),
        ({"level": 1, "when": 3}, "Rule 1: its conditions are no list."),
        ({"level": 1, "than": 3}, "Rule 1: “than” is not known here. Use one of because, level, name, when."),
        ({"level": 1, "because": "x"}, "Rule 1: its explanation is no text in a language we have."),
        (
            {"level": 1, "name": {"en": "x" * 501}},
            "Rule 1: a name or explanation is longer than 500 characters.",
        ),
    ],
)
def test_each_fault_of_a_rule_is_named(rule: object, said: str):
    data = {"name": {"en": "A"}, **rule} if isinstance(rule, dict) and said.find("no name") < 0 else rule
    with pytest.raises(BadInput) as caught:
        RuleBook.from_dict({"rules": [data], "default": 3})
    assert said in caught.value.lines()


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"kind": "moon"}, "“moon” is no kind of condition."),
        (7, "“None” is no kind of condition."),
        ({"kind": []}, "is no kind of condition."),
        ({"kind": "class", "any": []}, "it names nothing to look for. Name at least one."),
        ({"kind": "class", "any": "help"}, "it names nothing to look for. Name at least one."),
        ({"kind": "class", "any": ["shout"]}, "“shout” is not known. Use one of application, complaint,"),
        ({"kind": "group", "any": ["tall"]}, "“tall” is not known."),
        ({"kind": "service", "any": ["nope"]}, "“nope” is not known. Use one of light."),
        ({"kind": "words", "any": ["*"]}, "“*” is nothing to look for."),
        ({"kind": "words", "any": ["g*s"]}, "“g*s” is nothing to look for."),
        ({"kind": "words", "any": ["x" * 81]}, "is longer than 80 characters."),
        ({"kind": "earlier", "at_least": 0, "days": 5}, "“0” must be a whole number from 1 to 1000."),
        ({"kind": "earlier", "at_least": 1, "days": 5, "same": "mood"}, "“mood” is not known."),
        ({"kind": "deadline", "days": 1.5}, "“1.5” must be a whole number from 0 to 3650."),
        ({"kind": "deadline", "days": 1, "any": []}, "“any” is not known here."),
    ],
)
def test_each_fault_of_a_condition_is_named_with_rule_and_condition(condition: object, said: str):
    fine = {"kind": "out_of_hours"}
    data = {"rules": [{"name": {"en": "A"}, "level": 1, "when": [fine, condition]}], "default": 3}
    with pytest.raises(BadInput) as caught:
        RuleBook.from_dict(data, known={Kind.SERVICE: ["light"]})
    (line,) = caught.value.lines()
    assert line.startswith("Rule 1, condition 2: ") and said in line


def test_what_is_no_rule_book_at_all_is_refused():
    for data in (None, [], {}, {"rules": {}}, "rules"):
        with pytest.raises(BadInput, match="A rule book is a list of rules"):
            RuleBook.from_dict(data)


def test_every_fault_is_named_at_once():
    with pytest.raises(BadInput) as caught:
        RuleBook.from_dict({"rules": [{"level": 9}, {"name": {"en": "B"}, "level": 0}], "default": 7, "x": 1})
    assert len(caught.value.problems) == 5


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rules", "name", "when", "level", "kind", "any", "default", "en"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(json_values, st.lists(json_values, max_size=3))
def test_any_json_is_read_or_refused_in_words(data: object, some: list[object]):
    for one in (data, {"rules": some}, {"rules": [{"when": some, "level": 1, "name": {"en": "A"}}]}):
        try:
            RuleBook.from_dict(one)
        except BadInput as refused:
            assert all(refused.lines())


def test_every_level_kind_and_history_has_a_name():
    assert set(LEVEL_NAMES) == set(LEVELS)
    assert set(KIND_NAMES) == set(Kind) and set(HISTORY_NAMES) == set(History)
    assert SPECIAL.keys() >= set(VALUES[Kind.GROUP])
