"""Generated answers to the study's questionnaire in any number: NumPy only, a chunk at a time, the same at every run.

Nobody gave them. They hang together as real ones do: a person is content or not, with each dimension apart, at an
office people like or do not; age goes with education, both with occupation and income, and all of them a little with
what people think. Each chunk has a seed of its own, so the first answers are the same whatever the number asked for,
and any chunk can be made alone. Seed study: 4.1 and the questionnaire of its appendix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openhall.surveys.checking import MARKS
from openhall.surveys.questionnaire import Kind, Question, Questionnaire, Role

SEED = 2018
CHUNK = 20_000  # answers of one chunk
DAYS = 365
CHANNELS = ("link", "kiosk", "paper")  # what `Chunk.channel` counts
LANGUAGES = ("zh-hans", "en")
COUNTED, BLANK, DOUBLE = range(3)  # what `Chunk.void` counts
REASONS = ("", "blank", "double_mark")  # and their names: surveys.validity.Rule

_CHANNEL_SHARES = (0.45, 0.25, 0.30)
_PAPER_VOID = (0.047, 0.020)  # of sheets on paper: with a blank, with a double mark; 2 % of all are void
_PERSON, _DIMENSION, _NOISE = 0.50, 0.45, 0.66  # standard deviations of the parts of one judgement, in steps
_LIKED = 3.65  # where the middle person stands between the steps 1 and 5

# Shares of the options of a background, in the order of the codes, where the questionnaire knows none itself.
_SHARES: Mapping[str, Sequence[float]] = {
    "age": (0.07, 0.27, 0.29, 0.28, 0.09),
    "education": (0.11, 0.47, 0.36, 0.06),
    "political_status": (0.11, 0.20, 0.64, 0.05),
    "occupation": (0.19, 0.20, 0.06, 0.03, 0.08, 0.19, 0.02, 0.08, 0.15),
    "income": (0.05, 0.11, 0.31, 0.23, 0.09, 0.07, 0.10, 0.04),
}
# How far each option leans to the older (+) and to the longer schooled (+): added to the logarithm of its share.
_LEANS: Mapping[str, Sequence[tuple[float, float]]] = {
    "political_status": ((0.5, 0.6), (-1.3, 0.3), (0.2, -0.3), (0.1, 0.2)),
    "occupation": (
        *((0.6, -1.1), (0.0, -0.5), (0.1, 1.6), (0.4, 0.1), (-1.7, 0.3)),
        *((0.0, -0.1), (0.3, 1.4), (0.1, 0.7), (0.2, 0.0)),
    ),
}
_AGE_ON_EDUCATION, _EDUCATION_ON_INCOME, _AGE_ON_INCOME = -0.45, 0.45, 0.15
_VIEWS = {"age": 0.12, "education": -0.08, "income": 0.06}  # steps more content a standard deviation


@dataclass(frozen=True, slots=True)
class Chunk:
    """Answers `start` … `start + len - 1` (from 0), position by position in every array.

    `codes` is (questions, n) uint8 in the order of the questionnaire's questions: option values, 0 where there is no
    one answer. `twice` are the double marks, one row each: position, place of the question, the two codes. `void`,
    `channel` and `language` are places in REASONS, CHANNELS and LANGUAGES; `office` counts from 0, `day` from the first
    day; `seconds` is 0 where nobody knows (paper).
    """

    start: int
    codes: NDArray[np.uint8]
    twice: NDArray[np.int64]
    void: NDArray[np.uint8]
    office: NDArray[np.uint8]
    channel: NDArray[np.uint8]
    language: NDArray[np.uint8]
    day: NDArray[np.int16]
    seconds: NDArray[np.int32]

    def __len__(self) -> int:
        return int(self.codes.shape[1])


def chunks(
    questionnaire: Questionnaire, count: int, *, offices: int, seed: int = SEED, first: int = 0
) -> Iterator[Chunk]:
    """`count` answers at `offices` offices in chunks of CHUNK, from chunk number `first` on.

    Every question must be a single choice with codes from 1 to 255. ValueError for another questionnaire.

    >>> from openhall.surveys.toml_format import builtin
    >>> [len(chunk) for chunk in chunks(builtin(), 50_000, offices=4)]
    [20000, 20000, 10000]
    """
    plan = _Plan(questionnaire, offices)
    for number in range(first, -(-count // CHUNK)):
        yield _make(plan, number, min(CHUNK, count - number * CHUNK), seed)


class _Plan:
    """What is the same for every chunk: places of the questions, thresholds, moods of the offices."""

    def __init__(self, asked: Questionnaire, offices: int) -> None:
        questions = asked.questions
        for one in questions:
            if (
                one.kind not in (Kind.SINGLE, Kind.SCALE)
                or not 1 <= min(one.values) <= max(one.values) <= 255
            ):
                raise ValueError(f"{one.key} is no choice of one option with codes from 1 to 255")
        self.questions = questions
        self.offices = offices
        self.items = [place for place, one in enumerate(questions) if one.role is not Role.BACKGROUND]
        dimension = {one.key: n for n, part in enumerate(asked.sections) for one in part.questions}
        parts = sorted({dimension[questions[place].key] for place in self.items})
        self.part = [parts.index(dimension[questions[place].key]) for place in self.items]
        self.parts = len(parts)
        shares = np.random.default_rng(offices).uniform(0.6, 1.4, offices)
        self.office_shares = shares / shares.sum()
        self.mood = np.random.default_rng(offices + 1).normal(0, 0.18, offices)
        self.ease = np.random.default_rng(len(self.items)).normal(0, 0.22, len(self.items))


def _make(plan: _Plan, number: int, size: int, seed: int) -> Chunk:
    """The chunk of this number, its first `size` answers: drawn whole and cut, so that more are no others."""
    rng = np.random.default_rng([seed, number])
    office = _among(rng, plan.office_shares, CHUNK)
    channel = _among(rng, _CHANNEL_SHARES, CHUNK)
    codes = np.zeros((len(plan.questions), CHUNK), dtype=np.uint8)
    view = _backgrounds(rng, plan, codes)
    view += plan.mood[office].astype(np.float32)
    _judgements(rng, plan, view, codes)
    void = np.where(channel == CHANNELS.index("paper"), _among(rng, _with_rest(_PAPER_VOID), CHUNK), COUNTED)
    _leave_blank(rng, codes, void == BLANK)
    twice = _mark_twice(rng, plan, codes, np.flatnonzero(void == DOUBLE))
    seconds = np.exp(rng.normal(5.1, 0.5, CHUNK)).astype(np.int32)
    seconds[channel == CHANNELS.index("paper")] = 0
    day = rng.integers(0, DAYS, CHUNK, dtype=np.int16)
    language = (rng.random(CHUNK) < 0.15).astype(np.uint8)
    return Chunk(
        number * CHUNK,
        np.ascontiguousarray(codes[:, :size]),
        twice[twice[:, 0] < size],
        void[:size].astype(np.uint8),
        *(one[:size] for one in (office, channel, language, day, seconds)),
    )


def _backgrounds(rng: np.random.Generator, plan: _Plan, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Fills in who answers; gives back how content such people are, in steps."""
    age, education, income = rng.standard_normal((3, CHUNK), dtype=np.float32)
    education = _AGE_ON_EDUCATION * age + np.sqrt(1 - _AGE_ON_EDUCATION**2) * education
    income = _EDUCATION_ON_INCOME * education + _AGE_ON_INCOME * age + 0.9 * income
    latent = {"age": age, "education": education, "income": income}
    for place, one in enumerate(plan.questions):
        if one.role is Role.BACKGROUND:
            values = np.array(sorted(one.values), dtype=np.uint8)
            if one.name in latent:
                codes[place] = values[_cut(latent[one.name], _shares(one))]
            elif one.name in _LEANS:
                codes[place] = values[_leaning(rng, one, age, education)]
            else:
                codes[place] = values[_among(rng, _shares(one), CHUNK)]
    return sum((weight * latent[name] for name, weight in _VIEWS.items()), np.zeros(CHUNK, np.float32))


def _cut(latent: NDArray[np.float32], shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Ranks so that each option has its share: the latent value against the quantiles of all people."""
    marks = np.quantile(latent, np.cumsum(shares)[:-1])
    return np.searchsorted(marks, latent).astype(np.uint8)


def _leaning(
    rng: np.random.Generator, one: Question, age: NDArray[np.float32], education: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Options that lean to age and education: a table of chances for some forty sorts of people."""
    grid = np.linspace(-2, 2, 9)
    older, schooled = np.meshgrid(grid, grid, indexing="ij")
    lean = np.array(_LEANS[one.name])
    weight = _shares(one) * np.exp(older[..., None] * lean[:, 0] + schooled[..., None] * lean[:, 1])
    bounds = (weight.cumsum(-1) / weight.sum(-1, keepdims=True)).astype(np.float32)
    cells = [np.clip(np.rint(latent * 2 + 4), 0, 8).astype(np.intp) for latent in (age, education)]
    drawn = rng.random(CHUNK, dtype=np.float32)
    return (drawn[:, None] > bounds[cells[0], cells[1], :-1]).sum(1).astype(np.uint8)


def _judgements(
    rng: np.random.Generator, plan: _Plan, view: NDArray[np.float32], codes: NDArray[np.uint8]
) -> None:
    """Fills in what people think: the person, the dimension, the item and chance, rounded to a step."""
    person = view + _PERSON * rng.standard_normal(CHUNK, dtype=np.float32)
    parts = person + _DIMENSION * rng.standard_normal((plan.parts, CHUNK), dtype=np.float32)
    noise = _NOISE * rng.standard_normal((len(plan.items), CHUNK), dtype=np.float32)
    for n, place in enumerate(plan.items):
        one = plan.questions[place]
        overall = one.role is Role.OVERALL  # of everything
        felt = parts.mean(0) if overall else parts[plan.part[n]]
        middle = _LIKED + float(plan.ease[n])
        codes[place] = np.clip(np.rint(middle + felt + noise[n]), min(one.values), max(one.values))


def _leave_blank(rng: np.random.Generator, codes: NDArray[np.uint8], rows: NDArray[np.bool_]) -> None:
    """On half of these sheets one question is passed over, on the others everything from some question on."""
    at = np.flatnonzero(rows)
    passed = rng.integers(0, len(codes), len(at))
    rest = rng.random(len(at)) < 0.5
    places = np.arange(len(codes))[:, None]
    gone = (places == passed) | (rest & (places > passed))
    codes[:, at] = np.where(gone, 0, codes[:, at])


def _mark_twice(
    rng: np.random.Generator, plan: _Plan, codes: NDArray[np.uint8], at: NDArray[np.intp]
) -> NDArray[np.int64]:
    """On each of these sheets one judgement has a second mark on the step beside; there is no one answer then."""
    place = np.array(plan.items)[rng.integers(0, len(plan.items), len(at))]
    mark = codes[place, at].astype(np.int64)
    other = np.where(mark > 1, mark - 1, mark + 1)
    codes[place, at] = 0
    return np.stack([at, place, np.minimum(mark, other), np.maximum(mark, other)], axis=1)


def _shares(one: Question) -> NDArray[np.float64]:
    """The shares of the options: the questionnaire's, those known here, or more in the middle."""
    count = len(one.options)
    known = one.population or _SHARES.get(one.name, ())
    if len(known) != count:
        known = [1 + min(n, count - 1 - n) * 1.5 for n in range(count)]
    return np.array(known, dtype=float) / sum(known)


def _with_rest(shares: Sequence[float]) -> Sequence[float]:
    """With what is left of 1 in front of them."""
    return (1 - sum(shares), *shares)


def _among(
    rng: np.random.Generator, shares: Sequence[float] | NDArray[np.float64], size: int
) -> NDArray[np.uint8]:
    """Places drawn with these shares."""
    return np.searchsorted(np.cumsum(shares)[:-1], rng.random(size), side="right").astype(np.uint8)


# --- as text ---------------------------------------------------------------------------------------------------


def written(chunk: Chunk, *, blank: str, marks: str, join: str = ",") -> list[str]:
    """The answers of each sheet as text, the codes joined; `blank` stands for no answer, `marks` (with two places for
    the codes) for a double mark.

    >>> from openhall.surveys.toml_format import builtin
    >>> (chunk,) = chunks(builtin(), 2, offices=4)
    >>> len(written(chunk, blank="", marks=CELL)[0].split(","))
    22
    """
    signs = np.full((len(chunk), 2 * len(chunk.codes) - 1), ord(join), dtype=np.uint8)
    signs[:, ::2] = chunk.codes.T + ord("0")
    lines = signs.view(f"S{signs.shape[1]}").ravel().astype(str).tolist()
    odd = np.flatnonzero((chunk.codes == 0).any(0) | (chunk.codes > 9).any(0))
    double = {(row, place): marks % (low, high) for row, place, low, high in chunk.twice.tolist()}
    for row in odd.tolist():
        codes = chunk.codes[:, row].tolist()
        lines[row] = join.join(
            double.get((row, place), blank) if code == 0 else str(code) for place, code in enumerate(codes)
        )
    return lines


CELL = f"%d{MARKS}%d"  # a double mark in a data file: surveys.sheets
