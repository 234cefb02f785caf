"""Survey weights: cases weighted until their margins are those of the population (raking, iterative
proportional fitting), and what that costs (no base SPSS procedure; R survey::rake)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openhall.errors import N_, BadInput, Problem
from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Column, positions

TOLERANCE = 1e-10  # of a share
ROUNDS = 1000  # over all margins
TRIMS = 100  # cuts, each followed by raking again
COSTLY = 1.5  # a design effect beyond this is worth a word
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Margin:
    """One level of a raked question: shares 0 to 1, known, before weighting and after."""

    key: str
    code: int
    known: float
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Raking:
    """Weights in the order of the cases, of mean 1. `largest_error` is the largest |after − known|.

    `design_effect` is Kish's, `effective_n` = n / design effect: the size of an unweighted sample that would
    say as much about the whole.
    """

    weights: Floats
    margins: tuple[Margin, ...]
    converged: bool
    iterations: int
    largest_error: float
    trimmed: int
    design_effect: float
    effective_n: float
    n: int
    method: str = "raking"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class _Target:
    """Where each case stands on one question (the last place: missing), and the known shares."""

    key: str
    codes: tuple[int, ...]
    place: NDArray[np.int64]
    known: Floats


def rake(
    columns: Mapping[str, Column],
    shares: Mapping[str, Mapping[int, float]],
    *,
    base: ArrayLike | None = None,
    trim: tuple[float, float] | None = None,
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> Raking:
    """Weight the cases so that each question of `shares` (key → code → known share, in any unit) has them.

    The weights start at `base` (1 each) and are multiplied by known / present share of every question in
    turn until no share is off by more than `tolerance` (Deming & Stephan 1940). `trim` cuts weights at these
    multiples of the mean, (0.2, 5) say, and rakes again; what then cannot be reached shows in
    `largest_error`. Cases missing a question keep their part of the whole there. BadInput for a code without
    a known share, a known share nobody in the data has, or weights that cannot be.

    >>> found = rake({"sex": np.array([1, 1, 1, 2.0])}, {"sex": {1: 50, 2: 50}})
    >>> found.weights.round(3).tolist(), round(found.design_effect, 3)
    ([0.667, 0.667, 0.667, 2.0], 1.333)
    """
    n = len(next(iter(columns.values()), ()))
    start = survey_weights(np.ones(n) if base is None else base, n)
    if not shares or not start.sum() > 0:
        raise BadInput(
            N_("There is nothing to weight by: give cases, and known shares of one question or more.")
        )
    if trim is not None and not 0 <= trim[0] <= 1 <= trim[1]:
        raise BadInput(N_("Weights are cut at two multiples of their mean: one up to 1 and one from 1 up."))
    start = start / start.mean()
    targets = [_target(key, columns, given, start) for key, given in shares.items()]
    weights, iterations, error = _fit(start, targets, tolerance, rounds)
    trimmed = np.zeros(n, dtype=bool)
    for _ in range(TRIMS if trim else 0):
        cut, outside = _cut(weights, *(trim or (0.0, 1.0)))
        trimmed |= outside
        error = _error(cut, targets)
        if error <= tolerance or not outside.any():
            break
        weights, more, _ = _fit(cut, targets, tolerance, rounds)
        iterations += more
    weights = cut if trim else weights
    effect = design_effect(weights)
    converged = error <= tolerance
    return Raking(
        weights=weights,
        margins=tuple(margin for target in targets for margin in _margins(target, start, weights)),
        converged=converged,
        iterations=iterations,
        largest_error=error,
        trimmed=int(trimmed.sum()),
        design_effect=effect,
        effective_n=n / effect,
        n=n,
        cautions=_cautions(converged, iterations, int(trimmed.sum()), effect, n),
    )


def design_effect(weights: ArrayLike) -> float:
    """Kish's n Σ w² / (Σ w)²: by how much unequal weights raise the variance of a mean they do not go with.

    Kish (1965), Survey Sampling, section 11.7.

    >>> design_effect([1, 1, 2])
    1.125
    """
    given = np.asarray(weights, dtype=np.float64)
    whole = float(given.sum())
    return len(given) * float(given @ given) / whole**2 if whole else nan


def survey_weights(weights: ArrayLike, cases: int) -> Floats:
    """Finite numbers from 0 up, one a case, else BadInput; a case of weight 0 does not count."""
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (cases,):
        raise BadInput(N_("There are {weights} weights but {cases} cases."), weights=given.size, cases=cases)
    wrong = ~(np.isfinite(given) & (given >= 0))
    if wrong.any():
        case = int(np.flatnonzero(wrong)[0])
        raise BadInput(
            Problem(
                N_("Case {case}"),
                N_("the weight {weight} is not a number from 0 up."),
                N_("Correct it, or leave the case out."),
                {"case": case + 1, "weight": f"{given[case]:g}"},
            )
        )
    return given


def _target(key: str, columns: Mapping[str, Column], given: Mapping[int, float], start: Floats) -> _Target:
    if key not in columns:
        raise BadInput(N_("The data have no column {column}."), column=key)
    codes, known = tuple(given), np.asarray(tuple(given.values()), dtype=np.float64)
    if not np.isfinite(known).all() or (known < 0).any() or not known.sum() > 0:
        raise BadInput(
            N_("Known shares of {column} cannot be below 0, and one must be above it."), column=key
        )
    place = positions(columns[key], codes)
    present = np.bincount(np.where(place < 0, len(codes), place), weights=start, minlength=len(codes) + 1)
    for code, share, weight in zip(codes, known, present, strict=False):
        if (share > 0) != (weight > 0):
            raise BadInput(
                Problem(
                    N_("Column {column}, code {code}"),
                    N_("the known share is {share}, but the cases there weigh {weight}."),
                    N_("Merge the code with another one, in the data and in the known shares."),
                    {"column": key, "code": code, "share": f"{share:g}", "weight": f"{weight:g}"},
                )
            )
    absent = present[-1] / present.sum()
    known = np.append(known / known.sum() * (1 - absent), absent)
    return _Target(key, codes, np.where(place < 0, len(codes), place), known)


def _present(weights: Floats, target: _Target) -> Floats:
    found = np.bincount(target.place, weights=weights, minlength=len(target.known))
    return np.asarray(found / found.sum())


def _error(weights: Floats, targets: list[_Target]) -> float:
    return max(float(np.abs(_present(weights, target) - target.known).max()) for target in targets)


def _fit(weights: Floats, targets: list[_Target], tolerance: float, rounds: int) -> tuple[Floats, int, float]:
    error = _error(weights, targets)
    done = 0
    while error > tolerance and done < rounds:
        for target in targets:
            present = _present(weights, target)
            factor = np.where(present > 0, target.known / np.where(present > 0, present, 1.0), 1.0)
            weights = weights * factor[target.place]
        done, error = done + 1, _error(weights, targets)
    return weights / weights.mean(), done, error


def _cut(weights: Floats, low: float, high: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Weights within `low` and `high` and of mean 1 (what is cut off goes to the others in proportion), and which
    cases were outside. Cases of weight 0 stay there."""
    counted = weights > 0
    outside = counted & ((weights < low * (1 - 1e-9)) | (weights > high * (1 + 1e-9)))
    if not outside.any():
        return weights, outside
    lowest, highest = 0.0, high / float(weights[counted].min())
    for _ in range(100):
        middle = (lowest + highest) / 2
        cut = np.where(counted, np.clip(weights * middle, low, high), 0.0)
        lowest, highest = (middle, highest) if cut.mean() < 1 else (lowest, middle)
    return cut, outside


def _margins(target: _Target, start: Floats, weights: Floats) -> list[Margin]:
    before, after = (_present(w, target)[:-1] for w in (start, weights))
    known = target.known[:-1] / target.known[:-1].sum()
    rows = zip(
        target.codes,
        known.tolist(),
        (before / before.sum()).tolist(),
        (after / after.sum()).tolist(),
        strict=True,
    )
    return [Margin(target.key, *row) for row in rows]


def _cautions(converged: bool, iterations: int, trimmed: int, effect: float, n: int) -> tuple[Caution, ...]:
    found = []
    if not converged:
        found.append(Caution(Code.NOT_CONVERGED, {"iterations": iterations}))
    if trimmed:
        found.append(Caution(Code.WEIGHTS_TRIMMED, {"cases": trimmed}))
    if effect > COSTLY:
        found.append(Caution(Code.UNEQUAL_WEIGHTS, {"deff": effect, "n": n, "effective": n / effect}))
    return tuple(found)
