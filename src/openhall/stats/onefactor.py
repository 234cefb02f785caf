"""One factor behind several items, by maximum likelihood: the loadings McDonald's omega is computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST = 0.005  # of an item's variance: its own part is not allowed to fall below (as in R's factanal)
STEPS, SMALL = 200, 1e-11


@dataclass(frozen=True)
class OneFactor:
    """Loadings and own (unique) variances, in the units of the covariance matrix given."""

    loadings: Floats
    unique: Floats
    converged: bool
    at_edge: NDArray[np.bool_]  # items whose own variance is at the least allowed


def one_factor(covariance: Floats) -> OneFactor:
    """Fit covariance = λλ' + Ψ by maximum likelihood (Jöreskog 1967, Psychometrika 32, 443–482).

    Newton steps on ln Ψ of the likelihood with λ already maximised, the second derivatives approximated by
    Jöreskog's; does not depend on the units of the items. Needs three items or more.
    """
    sd = np.sqrt(np.diag(covariance))
    r = covariance / np.outer(sd, sd)
    log = np.log(np.clip(1 / np.diag(np.linalg.inv(r)) * (1 - 0.5 / len(r)), LEAST, 1.0))
    value, gradient, hessian = _likelihood(log, r)
    converged = False
    for _ in range(STEPS):
        edge = (log <= np.log(LEAST)) & (gradient > 0)
        free = ~edge
        if not free.any() or np.abs(gradient[free]).max() < SMALL:
            converged = True
            break
        step = np.zeros(len(log))
        step[free] = np.linalg.solve(hessian[np.ix_(free, free)] + 1e-12 * np.eye(free.sum()), gradient[free])
        size = min(1.0, 2.0 / np.abs(step).max())
        while True:
            trial = np.clip(log - size * step, np.log(LEAST), 0.0)
            found = _likelihood(trial, r)
            if found[0] <= value + 1e-14 or size < 1e-8:
                break
            size /= 2
        converged = bool(np.abs(trial - log).max() < 1e-10)
        log, (value, gradient, hessian) = trial, found
        if converged:
            break
    unique = np.exp(log)
    loadings = _loadings(unique, r)
    return OneFactor(loadings * sd, unique * sd**2, converged, log <= np.log(LEAST) + 1e-9)


def _likelihood(log: Floats, r: Floats) -> tuple[float, Floats, Floats]:
    """The function to be made small, its first and (nearly) second derivatives by ln ψ."""
    scale = np.exp(-log / 2)
    values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
    rest, others = values[:-1], vectors[:, :-1]
    value = float((rest - np.log(np.maximum(rest, 1e-300)) - 1).sum())
    gradient = ((1 - rest) * others**2).sum(axis=1)
    hessian = (others @ others.T) ** 2
    return value, gradient, hessian


def _loadings(unique: Floats, r: Floats) -> Floats:
    scale = 1 / np.sqrt(unique)
    values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
    found = np.sqrt(unique) * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0))
    return np.asarray(found if found.sum() >= 0 else -found)
