"""What both languages write down: the study, how codes become scores, and the sheets issued per office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openhall.report.study import study_of
from openhall.stats.study import Factor, Study
from openhall.surveys.export.columns import Dataset
from openhall.surveys.export.names import legal_names
from openhall.surveys.questionnaire import Questionnaire, Role


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`names`: key of a question -> its variable in the other program; `score_names`: key of a dimension, or
    "total" -> the variable of its score. `scores`: of the questions whose codes are not their scores, code ->
    score. `file` is the data file beside the syntax.
    """

    study: Study
    names: Mapping[str, str]
    score_names: Mapping[str, str]
    scores: Mapping[str, Mapping[int, float]]
    file: str
    issued: Mapping[str, int] = field(default_factory=dict)
    selected: bool = False  # the file has a column not_counted, and only rows where it is blank count

    @property
    def items(self) -> list[str]:
        """Keys of the scored questions, the overall judgement last."""
        keys = [item.key for dimension in self.study.dimensions for item in dimension.items]
        return [*keys, self.study.overall.key] if self.study.overall else keys

    @property
    def measured(self) -> list[str]:
        """Keys of the dependent variables: the dimensions."""
        return [dimension.key for dimension in self.study.dimensions]

    @property
    def middle(self) -> float:
        codes = [level.code for level in self.study.scale]
        return (min(codes) + max(codes)) / 2 if codes else 0.0

    @property
    def ends(self) -> tuple[int, int]:
        """Lowest and highest score."""
        codes = [level.code for level in self.study.scale]
        return (min(codes), max(codes)) if codes else (0, 0)

    @property
    def top_two(self) -> int:
        """The score from which an answer counts among the top two steps."""
        codes = sorted(level.code for level in self.study.scale)
        return codes[-2] if len(codes) > 1 else 0


def plan_of(questionnaire: Questionnaire, dataset: Dataset, file: str) -> Plan:
    """The plan for a data file written from this dataset."""
    study = study_of(questionnaire)
    names = {column.key: column.name for column in dataset.columns}
    keys = [*(dimension.key for dimension in study.dimensions), "total"]
    legal, _ = legal_names([*names.values(), *keys])
    offices = {str(value) for column in dataset.columns if column.key == "office" for value in column.values}
    issued = questionnaire.fieldwork.issued if questionnaire.fieldwork else {}
    return Plan(
        study=study,
        names=names,
        score_names=dict(zip(keys, legal[len(names) :], strict=True)),
        scores=_scores(questionnaire),
        file=file,
        issued=dict(sorted(issued.items())) if len(issued) > 1 and offices == set(issued) else {},
        selected="not_counted" in names,
    )


def _scores(questionnaire: Questionnaire) -> dict[str, dict[int, float]]:
    found = {}
    for question in questionnaire:
        scores = {option.value: option.score for option in question.options if option.score is not None}
        if question.role in (Role.ITEM, Role.OVERALL) and any(v != s for v, s in scores.items()):
            found[question.key] = scores
    return found


def known_shares(factor: Factor) -> list[float]:
    """Known shares of a background in the order of its codes, per cent; empty where none are known."""
    shares = zip(factor.codes, factor.population, strict=False)
    return [100 * share for _code, share in sorted(shares)]
