from hypothesis import given
from hypothesis import strategies as st

from openhall.errors import Word
from openhall.language import translator
from openhall.rules.suggestion import Reason, Suggestion, fold, found, quoted, together


def test_a_word_of_letters_stands_alone_and_a_chinese_one_inside_a_sentence():
    assert found(fold("The gasworks, gas, gas! 我家有煤气味。"), ("gas", "煤气味")) == (
        "gas",
        "煤气味",
    )


def test_a_word_inside_another_is_not_found():
    assert found(fold("The biogas and the gasworks"), ("gas",)) == ()


def test_letters_between_ideographs_are_a_word_of_their_own():
    assert found(fold("闻到gas味道"), ("gas",)) == ("gas",)


def test_a_star_stands_for_any_ending():
    assert found(fold("He bribed them. Bribery!"), ("brib*",)) == ("bribed", "bribery")


def test_capitals_full_width_letters_apostrophes_and_line_breaks_do_not_matter():
    assert found(fold("ＧＡＳ\n  Leak. It doesn’t work"), ("gas leak", "doesn't work")) == (
        "gas leak",
        "doesn't work",
    )


def test_the_longest_of_several_words_is_shown():
    assert found(fold("a gas leak"), ("gas", "gas leak")) == ("gas leak",)


def test_no_words_find_nothing():
    assert found("anything", ()) == found("anything", ("", " ", "*", "*thing")) == ()


@given(st.text(max_size=40), st.lists(st.text(max_size=8), max_size=5))
def test_no_text_or_word_breaks_the_search(text: str, words: list[str]):
    assert all(isinstance(one, str) for one in found(fold(text), tuple(words)))


def test_a_reason_says_wordings_words_reasons_and_lists_in_the_readers_language():
    reason = Reason(
        "{name}: {parts} {word}",
        {
            "name": {"en": "Roads", "zh": "道路科"},
            "parts": (*quoted(("gas",)), {"en": "one", "zh": "一"}),
            "word": Word("Tablet in the hall"),
        },
    )
    assert str(reason) == "Roads: “gas”, one Tablet in the hall"
    assert reason.say(translator("zh"), "zh").startswith("道路科: “gas”、一 ")
    assert "Tablet" not in reason.say(translator("zh"), "zh")


def test_a_text_with_braces_is_said_as_it_is():
    assert str(Reason("“{word}”", {"word": "{0} {x}"})) == "“{0} {x}”"


def test_reasons_are_said_one_after_the_other():
    assert together((Reason("One."), Reason("Two."))) == "One. Two."
    assert str(Suggestion(3, "Level {level}.", {"level": 3}, 0.5)) == "Level 3."
