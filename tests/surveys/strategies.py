"""Questionnaires made at random, for the round trips of the formats."""

from hypothesis import strategies as st

from openhall.surveys.questionnaire import Fieldwork, Kind, Option, Question, Questionnaire, Role, Section

CHOICES = (Kind.SINGLE, Kind.SCALE, Kind.MULTIPLE)
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp")),
    min_size=1,
    max_size=12,
).filter(lambda text: text == text.strip() and "${" not in text)
wordings = st.fixed_dictionaries({"en": words, "zh": words})
maybe_wordings = st.one_of(st.just({}), wordings)


@st.composite
def option_lists(draw: st.DrawFn) -> tuple[Option, ...]:
    values = draw(st.lists(st.integers(-99, 999), min_size=2, max_size=5, unique=True))
    scores = st.floats(-9, 9).map(lambda score: round(score, 2))
    return tuple(Option(value, draw(wordings), draw(scores)) for value in values)


@st.composite
def questions(draw: st.DrawFn, key: str, scale: tuple[Option, ...]) -> Question:
    kind = draw(st.sampled_from(Kind))
    options = draw(st.sampled_from([scale, draw(option_lists())])) if kind in CHOICES else ()
    number = kind is Kind.NUMBER
    bounds = (
        draw(st.sampled_from([(None, None), (0.0, None), (-5.0, 7.0), (None, 120.0)]))
        if number
        else (None, None)
    )
    share = 100 / len(options) if options else 0
    return Question(
        key=key,
        kind=kind,
        text=draw(wordings),
        name=draw(st.sampled_from(["", "age", "income"])),
        options=options,
        required=draw(st.booleans()),
        role=draw(st.sampled_from(Role)),
        ordered=draw(st.booleans()),
        population=(share,) * len(options) if options and draw(st.booleans()) else (),
        hint=draw(maybe_wordings),
        minimum=bounds[0],
        maximum=bounds[1],
        decimals=draw(st.integers(0, 3)) if number else 0,
    )


@st.composite
def questionnaires(draw: st.DrawFn, *, fieldwork: bool = True) -> Questionnaire:
    scale = draw(option_lists())
    sections, count = [], 0
    for number in range(draw(st.integers(1, 3))):
        asked = []
        for _ in range(draw(st.integers(0 if number else 1, 3))):
            count += 1
            asked.append(draw(questions(f"q{count}", scale)))
        sections.append(
            Section(
                key=f"part{number}",
                title=draw(maybe_wordings),
                introduction=draw(maybe_wordings),
                questions=tuple(asked),
                dimension=draw(st.booleans()),
            )
        )
    field = Fieldwork(planned=draw(st.integers(0, 400)), issued={draw(words): 3, "=x": 0}, returned=3)
    return Questionnaire(
        key="study",
        title=draw(wordings),
        introduction=draw(maybe_wordings),
        sections=tuple(sections),
        languages=("en", "zh"),
        fieldwork=draw(st.sampled_from([None, field])) if fieldwork else None,
    )
