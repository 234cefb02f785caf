"""Data a case a row, as the reference the counted tables are checked against: named columns, nan for missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openhall.errors import N_, BadInput
from openhall.stats.study import Dimension
from openhall.surveys.questionnaire import Answer, Kind, Question, Questionnaire, Role

Column = NDArray[np.float64]
NAN = float("nan")
_CHOICES = (Kind.SINGLE, Kind.SCALE)


@dataclass(frozen=True)
class Sample:
    """Columns of equal length, float64: codes for factors, scores for items, nan where there is no answer.

    >>> from openhall.stats.study import Item
    >>> sample = Sample({"q1": np.array([1, 2]), "s1": np.array([5, 4]), "s2": np.array([np.nan, 3])})
    >>> sample.n, sample.scores(Dimension("SE", {}, (Item("s1", {}), Item("s2", {})))).tolist()
    (2, [5.0, 3.5])
    """

    columns: Mapping[str, Column]

    def __post_init__(self) -> None:
        columns = {key: np.asarray(column, dtype=np.float64) for key, column in self.columns.items()}
        if len({column.shape for column in columns.values()}) > 1 or any(
            c.ndim != 1 for c in columns.values()
        ):
            raise BadInput(N_("The columns of the data differ in length."))
        object.__setattr__(self, "columns", columns)

    @property
    def n(self) -> int:
        """Number of cases."""
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, key: str) -> Column:
        try:
            return self.columns[key]
        except KeyError:
            raise BadInput(N_("The data have no column {column}."), column=key) from None

    def items(self, dimension: Dimension) -> NDArray[np.float64]:
        """The items of a dimension, one column each: shape (n, items)."""
        return np.column_stack([self[item.key] for item in dimension.items])

    def scores(self, dimension: Dimension) -> Column:
        """Mean of the items answered, one value a case (SPSS `MEAN(...)`: one answered item is enough)."""
        items = self.items(dimension)
        answered = ~np.isnan(items)
        count = answered.sum(axis=1)
        total = np.where(answered, items, 0.0).sum(axis=1)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def select(self, mask: NDArray[np.bool_]) -> Sample:
        """The cases where `mask` is true."""
        return Sample({key: column[mask] for key, column in self.columns.items()})


def sample_of(questionnaire: Questionnaire, answers: Sequence[Sequence[Answer]]) -> Sample:
    """The answers as numbers: codes for backgrounds, scores for everything with scores, nan for none.

    `answers`: one sequence a sheet, in the order of the questionnaire's questions.
    """
    by_question = list(zip(*answers, strict=True)) or [()] * len(questionnaire.questions)
    return Sample(
        {
            question.key: _numbers(question, given)
            for question, given in zip(questionnaire.questions, by_question, strict=True)
            if question.kind in _CHOICES or question.kind is Kind.NUMBER
        }
    )


def _numbers(question: Question, given: Sequence[Answer]) -> Column:
    if question.kind is Kind.NUMBER:
        return np.array([answer if isinstance(answer, int | float) else NAN for answer in given], float)
    codes: dict[Answer, float] = {option.value: float(option.value) for option in question.options}
    if question.role is not Role.BACKGROUND:
        codes = {option.value: NAN if option.score is None else option.score for option in question.options}
    return np.array([codes.get(answer, NAN) for answer in given], float)
