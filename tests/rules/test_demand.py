import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.rules.demand import (
    CLASS_EXPLANATIONS,
    CLASS_NAMES,
    CUSTOMER_NAMES,
    NEEDS,
    SERVICE_NAMES,
    SPECIAL,
    Basis,
    Customer,
    DemandClass,
    Matter,
    PersonalService,
    Reach,
    need,
    services_for,
    suggest_class,
)
from openhall.rules.demand_words import SIGNS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The street light in Mill Lane is broken, please repair it. Thank you!", "help"),
        ("路灯坏了，请尽快维修。谢谢", "help"),
        ("How do I register a birth, and what are the opening hours?", "enquiry"),
        ("请问办理居住证需要什么材料？", "enquiry"),
        ("I want to complain about the clerk at window 2, who was rude to me.", "complaint"),
        ("噪音扰民，多次反映没人管", "complaint"),
        ("The inspector asked for money to pass the kitchen.", "report"),
        ("我要举报城管收红包", "report"),
        ("I suggest a bench by the river.", "suggestion"),
        ("建议在公园增设长椅", "suggestion"),
        ("The lady at window 3 was very helpful, well done.", "praise"),
        ("特别感谢三号窗口的工作人员，服务很好", "praise"),
        ("I would like to apply for a market stall permit.", "application"),
        ("申请补办营业执照", "application"),
    ],
)
def test_plain_texts_point_to_their_class(text: str, kind: str):
    suggested = suggest_class(text)
    assert suggested is not None and suggested.value == kind
    assert 0.5 <= suggested.confidence < 1


def test_the_reason_quotes_the_text():
    assert str(suggest_class("Please repair the lamp, it is broken")) == (
        "The text says “please repair”, “is broken”; that points to “Request for help”."
    )


def test_a_sign_inside_another_is_counted_once():
    suggested = suggest_class("Please repair the lamp")
    assert suggested is not None and suggested.confidence == pytest.approx(2 / 3)


def test_nothing_is_suggested_without_signs_or_when_they_disagree():
    assert suggest_class("") is None
    assert suggest_class("The bench by the river. Thank you, kind regards") is None
    assert suggest_class("I complain, and I suggest a bench.") is None


def test_one_strong_sign_of_wrongdoing_outweighs_everything():
    text = "I complain, it is unacceptable and unfair, I am still waiting: the officer wanted a bribe"
    suggested = suggest_class(text)
    assert suggested is not None and suggested.value is DemandClass.REPORT
    assert suggested.confidence < 0.5  # and says how unsure it is
    assert "though" in str(suggested) and "“Complaint”" in str(suggested)


def test_a_negated_sign_counts_nothing():
    suggested = suggest_class("This is not a complaint. I suggest a bench.")
    assert suggested is not None and suggested.value is DemandClass.SUGGESTION
    assert "complaint" not in str(suggested)
    chinese = suggest_class("我不想投诉，只想表扬三号窗口")
    assert chinese is not None and chinese.value is DemandClass.PRAISE


def test_a_negation_in_another_sentence_does_not_reach():
    suggested = suggest_class("They did not come. Complaint!")
    assert suggested is not None and suggested.value is DemandClass.COMPLAINT


@given(st.text(max_size=200))
def test_any_text_is_read_and_the_confidence_is_a_share(text: str):
    suggested = suggest_class(text)
    assert suggested is None or (0 < suggested.confidence < 1 and str(suggested))


def test_every_class_has_a_name_an_explanation_and_signs_in_both_languages():
    assert set(CLASS_NAMES) == set(CLASS_EXPLANATIONS) == set(DemandClass) == set(SIGNS)
    for signs in SIGNS.values():
        words = "".join(word for some in signs.values() for word in some)
        assert any(char.isascii() and char.isalpha() for char in words)
        assert any("\u4e00" <= char <= "\u9fff" for char in words)


def test_every_customer_need_and_personal_service_has_a_name():
    assert set(CUSTOMER_NAMES) == set(Customer) and set(SERVICE_NAMES) == set(PersonalService)
    assert set(NEEDS) == {(basis, matter, reach) for basis in Basis for matter in Matter for reach in Reach}
    with pytest.raises(ValueError, match="whim"):
        need("whim", "service", "public")


def test_every_situation_leads_to_a_personal_service_and_every_service_follows_from_one():
    assert all(situation.services for situation in SPECIAL.values())
    assert {service for situation in SPECIAL.values() for service in situation.services} == set(
        PersonalService
    )


@given(st.sets(st.sampled_from(sorted(SPECIAL))))
def test_services_are_named_once_and_the_deaf_are_not_telephoned(groups: set[str]):
    services = services_for(groups)
    assert len(services) == len(set(services))
    assert not ({PersonalService.PHONE, PersonalService.WRITING} <= set(services))
    assert services == services_for(sorted(groups, reverse=True))


def test_a_situation_nobody_knows_is_refused():
    with pytest.raises(KeyError):
        services_for(["left-handed"])
