"""What the rows of a data file weigh: so many cases each (frequency weights), or parts of a population
(survey weights, given or raked to known shares)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from openhall.errors import N_, BadInput, Problem
from openhall.report.document import Block, Row
from openhall.report.numerals import Format, decimals
from openhall.report.pen import Pen
from openhall.report.procedures.data import Data, Sampling, Variable
from openhall.report.procedures.making import column, made
from openhall.stats.raking import Raking


@dataclass(frozen=True, slots=True)
class Raked:
    """One `--rake` as typed: a column, and its known shares in the order of its codes or none."""

    name: str
    shares: tuple[float, ...]

    @classmethod
    def parse(cls, text: str) -> Raked:
        """BadInput unless it reads `gender` or `gender=51.27,48.73`.

        >>> Raked.parse("gender = 51.27, 48.73")
        Raked(name='gender', shares=(51.27, 48.73))
        """
        name, _, given = text.replace("，", ",").partition("=")
        try:
            return cls(name.strip(), tuple(float(share) for share in given.split(",") if share.strip()))
        except ValueError:
            message, cure = N_("“{given}” is not a list of numbers."), N_("For example: gender=51.27,48.73.")
            raise BadInput(Problem("--rake", message, cure, {"given": given.strip()})) from None


def weighed(data: Data, weight: str, rakes: Sequence[Raked], *, survey: bool = False) -> Data:
    """The same data with its weights: whole numbers in the column `weight` are numbers of cases unless
    `survey`; fractions are survey weights, and so is everything raked (from `weight`, where it is given).
    """
    if not weight and not rakes:
        return data
    if weight:
        variable = data.one(weight)
        values = _checked(variable)
        if not rakes and not survey and (values == np.floor(values)).all():
            return replace(data, weight=variable.key)
        data = replace(data, weight=variable.key)
    else:
        values = np.ones(data.rows)
    if not rakes:
        return replace(data, sampling=Sampling(values))
    raking = _raked(data, values, rakes)
    return replace(data, sampling=Sampling(raking.weights, raking))


def _checked(variable: Variable) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The weights; BadInput naming the first that is missing, negative or infinite."""
    values = variable.numbers()
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        row = int(wrong[0])
        blank = bool(np.isnan(values[row]))
        message = (
            N_("case {case} has no weight.")
            if blank
            else N_("the weight {weight} of case {case} is below 0.")
        )
        said = {"column": variable.key, "case": row + 1, "weight": f"{values[row]:g}"}
        cure = N_("Give every case a number from 0 up; 0 leaves it out.")
        raise BadInput(Problem(N_("Column {column}"), message, cure, said))
    if not values.sum() > 0:
        message, cure = N_("every weight is 0."), N_("Choose another column.")
        raise BadInput(Problem(N_("Column {column}"), message, cure, {"column": variable.key}))
    return values


def _raked(data: Data, base: np.ndarray[Any, np.dtype[np.float64]], rakes: Sequence[Raked]) -> Raking:
    from openhall.stats.raking import rake

    columns, shares = {}, {}
    for one in rakes:
        variable = data.one(one.name)
        columns[variable.key] = variable.values
        shares[variable.key] = _known(variable, one.shares)
    return rake(columns, shares, base=base)


def _known(variable: Variable, given: Sequence[float]) -> dict[int, float]:
    """Known share of each code: those given, else the study's."""
    codes, shares = variable.codes(), tuple(given) or variable.population
    said = {
        "column": variable.key,
        "shares": len(shares),
        "answers": len(codes),
        "codes": ", ".join(map(str, codes)),
    }
    if not shares:
        message = N_("no shares of {column} are known.")
        raise BadInput(Problem("--rake", message, N_("Give one a code, in this order: {codes}."), said))
    if len(shares) != len(codes):
        message = N_("there are {shares} shares for {answers} answers.")
        raise BadInput(Problem("--rake", message, N_("Give one a code, in this order: {codes}."), said))
    return dict(zip(codes, shares, strict=True))


def figures(sampling: Sampling) -> dict[str, Any]:
    """What is told of the weights in JSON."""
    raking = sampling.raking
    return {
        "design_effect": sampling.design_effect,
        "effective_n": sampling.effective_n,
        "smallest": float(sampling.weights[sampling.weights > 0].min()),
        "largest": float(sampling.weights.max()),
        "margins": list(raking.margins) if raking else [],
        "converged": raking.converged if raking else None,
        "iterations": raking.iterations if raking else None,
    }


def blocks(data: Data, sampling: Sampling, pen: Pen) -> list[Block]:
    """What the weights cost, and the known shares they were made for."""
    cost = pen.text(
        N_("Survey weights: design effect {effect}, so {n} cases count like {effective}."),
        effect=decimals(sampling.design_effect, 3),
        n=decimals(sampling.n, 0),
        effective=decimals(sampling.effective_n, 1),
    )
    if sampling.raking is None:
        return [cost]
    heads = [
        column("variable", pen(N_("Variable"))),
        column("level", pen(N_("Answer"))),
        column("known", pen(N_("Known, %")), Format.PERCENT1),
        column("before", pen(N_("Before, %")), Format.PERCENT1),
        column("after", pen(N_("Weighted, %")), Format.PERCENT1),
    ]
    lines = [
        Row((one.key, data.one(one.key).level(one.code), 100 * one.known, 100 * one.before, 100 * one.after))
        for one in sampling.raking.margins
    ]
    return [made("raking", pen(N_("Weighted to known shares (raking)")), heads, lines), cost]
