"""How many things do the items measure, and which belong together? KMO, Bartlett's test, parallel analysis,
principal axis factoring with varimax and promax (seed 4.3 “validity”; SPSS FACTOR)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openhall.errors import N_, BadInput
from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Patterns, Weights, patterns
from openhall.stats.products import invertible, products
from openhall.stats.results import ChiSquare, chi_square
from openhall.stats.rotation import promax, varimax

Rotation = Literal["varimax", "promax", "none"]
Floats = NDArray[np.float64]
KMO = 0.6  # below this the items are usually not factored (Kaiser 1974: mediocre)
STEPS, SMALL = 5000, 1e-9  # of principal axis factoring: the largest change of a communality


@dataclass(frozen=True, slots=True)
class Factorability:
    """Whether the correlations are worth factoring: KMO of all items, MSA of each, Bartlett's test."""

    keys: tuple[str, ...]
    kmo: float
    msa: tuple[float, ...]
    bartlett: ChiSquare
    determinant: float
    correlations: Floats
    n: int
    missing: int
    method: str = "kmo"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Parallel:
    """Eigenvalues of the data beside those of random data of the same size; `factors` are above them."""

    eigenvalues: tuple[float, ...]  # of the correlation matrix: the scree plot
    random_mean: tuple[float, ...]
    random_percentile: tuple[float, ...]
    percentile: float
    factors: int
    draws: int
    seed: int
    n: int
    missing: int
    method: str = "horn_components"
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorAnalysis:
    """Principal axis factors. Tables have one row an item, one column a factor, largest factor first.

    `loadings` is the rotated (pattern) table, `structure` its correlations with the items (equal unless
    promax); `explained_percent` is of the variance of all items, from `structure`.
    """

    keys: tuple[str, ...]
    factors: int
    rotation: Rotation
    eigenvalues: tuple[float, ...]
    initial_communalities: tuple[float, ...]  # squared multiple correlations
    communalities: tuple[float, ...]
    unrotated: Floats
    loadings: Floats
    structure: Floats
    factor_correlations: Floats
    sums_of_squares: tuple[float, ...]
    explained_percent: tuple[float, ...]
    iterations: int
    converged: bool
    n: int
    missing: int
    method: str = "principal_axis"
    cautions: tuple[Caution, ...] = ()


def factorability(
    items: NDArray[np.float64], keys: Sequence[str], *, weights: Weights = None
) -> Factorability:
    """KMO and Bartlett's test of `items` (cases × items), complete cases only.

    KMO = Σ r² / (Σ r² + Σ a²) over the pairs, a the partial correlation given all other items; MSA the same
    over the pairs of one item (Kaiser & Rice 1974). Bartlett (1950): χ² = −(n − 1 − (2p + 5) / 6) ln |R|,
    p (p − 1) / 2 degrees of freedom.

    >>> rows = np.array([[1, 2, 1], [2, 1, 2], [3, 4, 2], [4, 3, 5], [5, 5, 4.0]])
    >>> found = factorability(rows, ("a", "b", "c"))
    >>> round(found.kmo, 3), round(found.bartlett.value, 3), found.bartlett.df
    (0.436, 6.71, 3)
    """
    data, names = _complete(items, keys, weights), tuple(keys)
    r = products(data).correlation if data.n > 1 else np.full((len(names), len(names)), np.nan)
    if not invertible(r) or len(names) < 2:
        empty = tuple(nan for _ in names)
        cautions = _why_not(data, names)
        return Factorability(names, nan, empty, ChiSquare(), nan, r, data.n, data.missing, cautions=cautions)
    inverse = np.linalg.inv(r)
    size = np.sqrt(np.diag(inverse))
    apart = ~np.eye(len(names), dtype=bool)
    squares, partials = (
        np.where(apart, r**2, 0.0),
        np.where(apart, (inverse / np.outer(size, size)) ** 2, 0.0),
    )
    whole = float(squares.sum())
    kmo = whole / (whole + float(partials.sum())) if whole else nan
    both = squares.sum(axis=0) + partials.sum(axis=0)
    msa = np.where(both > 0, squares.sum(axis=0) / np.where(both > 0, both, 1.0), np.nan)
    sign, logarithm = np.linalg.slogdet(r)
    p = len(names)
    bartlett = chi_square(max(-(data.n - 1 - (2 * p + 5) / 6) * float(logarithm), 0.0), p * (p - 1) // 2)
    cautions = _missing(data)
    if kmo < KMO:
        cautions = (*cautions, Caution(Code.LOW_KMO, {"kmo": kmo, "limit": KMO}))
    return Factorability(
        names, kmo, tuple(msa.tolist()), bartlett, float(sign * np.exp(logarithm)), r, data.n, data.missing,
        cautions=cautions,
    )  # fmt: skip


def parallel_analysis(
    items: NDArray[np.float64],
    keys: Sequence[str],
    *,
    draws: int = 1000,
    percentile: float = 95.0,
    seed: int = 20180601,
    weights: Weights = None,
) -> Parallel:
    """How many components stand out from those of unrelated normal data with the same n and items.

    Horn (1965), Psychometrika 30, 179–185; the 95th percentile as Glorfeld (1995) advises. Random
    correlation matrices are drawn as Wishart matrices (Bartlett's decomposition), so the work does not
    grow with n. The same seed gives the same figures.

    >>> rng = np.random.default_rng(1)
    >>> trait = rng.normal(size=(200, 1))
    >>> rows = trait + rng.normal(size=(200, 5))
    >>> parallel_analysis(rows, "abcde").factors
    1
    """
    data = _complete(items, keys, weights)
    k = len(keys)
    if data.n <= k + 1 or np.isnan(r := products(data).correlation).any():
        cautions = _why_not(data, tuple(keys))
        return Parallel((), (), (), percentile, 0, draws, seed, data.n, data.missing, cautions=cautions)
    own = np.linalg.eigvalsh(r)[::-1]
    chance = _random_eigenvalues(data.n, k, draws, seed)
    limit = np.percentile(chance, percentile, axis=0)
    above = own > limit
    factors = int(above.argmin()) if not above.all() else k
    return Parallel(
        tuple(own.tolist()),
        tuple(chance.mean(axis=0).tolist()),
        tuple(limit.tolist()),
        percentile,
        factors,
        draws,
        seed,
        data.n,
        data.missing,
        cautions=_missing(data),
    )


def _random_eigenvalues(n: int, k: int, draws: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    root = np.tril(rng.standard_normal((draws, k, k)), -1)
    places = np.arange(k)
    root[:, places, places] = np.sqrt(rng.chisquare(n - 1 - places, size=(draws, k)))
    size = np.sqrt((root**2).sum(axis=2))
    unit = root / size[:, :, None]
    return np.asarray(np.linalg.eigvalsh(unit @ unit.transpose(0, 2, 1))[:, ::-1])


def principal_axis(
    items: NDArray[np.float64],
    keys: Sequence[str],
    factors: int | None = None,
    *,
    rotation: Rotation = "varimax",
    weights: Weights = None,
) -> FactorAnalysis:
    """Factor `items` (cases × items), complete cases only; `factors` None: what `parallel_analysis` finds.

    Communalities start as squared multiple correlations and are put into the diagonal again and again until
    no one moves by more than 1e-9 (SPSS stops at .001). Varimax with Kaiser's normalisation (1958); promax
    with power 4 (Hendrickson & White 1964), as SPSS does it. Signs: each factor's loadings add up to more
    than 0. More factors than items raise BadInput.

    >>> rng = np.random.default_rng(2)
    >>> two = np.repeat(rng.normal(size=(300, 2)), 3, axis=1)
    >>> rows = two + 0.5 * rng.normal(size=(300, 6))
    >>> found = principal_axis(rows, "abcdef")
    >>> (np.abs(found.loadings) > 0.7).sum(axis=0).tolist(), found.converged
    ([3, 3], True)
    """
    names = tuple(keys)
    data = _complete(items, keys, weights)
    if factors is not None and not 1 <= factors <= len(names):
        raise BadInput(
            N_("{factors} factors cannot be found in {items} items."), factors=factors, items=len(names)
        )
    r = products(data).correlation if data.n > 1 else np.full((len(names), len(names)), np.nan)
    if not invertible(r) or len(names) < 2:
        return _nothing(data, names, rotation)
    many = factors or max(1, parallel_analysis(items, keys, weights=weights).factors)
    initial = 1 - 1 / np.diag(np.linalg.inv(r))
    unrotated, iterations, converged = _axes(r, initial, many)
    pattern, phi = _rotated(unrotated, rotation)
    structure = pattern @ phi
    order = np.argsort(-(structure**2).sum(axis=0), kind="stable")
    pattern, structure, phi = pattern[:, order], structure[:, order], phi[np.ix_(order, order)]
    communalities = (unrotated**2).sum(axis=1)
    squares = (structure**2).sum(axis=0)
    return FactorAnalysis(
        keys=names,
        factors=many,
        rotation=rotation if many > 1 else "none",
        eigenvalues=tuple(np.linalg.eigvalsh(r)[::-1].tolist()),
        initial_communalities=tuple(initial.tolist()),
        communalities=tuple(communalities.tolist()),
        unrotated=unrotated,
        loadings=pattern,
        structure=structure,
        factor_correlations=phi,
        sums_of_squares=tuple(squares.tolist()),
        explained_percent=tuple((100 * squares / len(names)).tolist()),
        iterations=iterations,
        converged=converged,
        n=data.n,
        missing=data.missing,
        cautions=_solution_cautions(data, names, communalities, iterations, converged),
    )


def _axes(r: Floats, communalities: Floats, factors: int) -> tuple[Floats, int, bool]:
    loadings = np.zeros((len(r), factors))
    for step in range(1, STEPS + 1):
        reduced = r.copy()
        np.fill_diagonal(reduced, communalities)
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, ::-1][:, :factors] * np.sqrt(np.maximum(values[::-1][:factors], 0.0))
        found = (loadings**2).sum(axis=1)
        moved, communalities = float(np.abs(found - communalities).max()), found
        if moved < SMALL:
            return _upright(loadings), step, True
        if found.max() > 2:  # runs away: a Heywood case
            break
    return _upright(loadings), step, False


def _upright(loadings: Floats) -> Floats:
    return np.where(loadings.sum(axis=0) < 0, -loadings, loadings)


def _rotated(unrotated: Floats, rotation: Rotation) -> tuple[Floats, Floats]:
    """Pattern and correlations of the factors."""
    same = np.eye(unrotated.shape[1])
    if rotation == "none" or unrotated.shape[1] < 2:
        return unrotated, same
    turned = _upright(varimax(unrotated))
    return (turned, same) if rotation == "varimax" else promax(turned)


def _complete(items: NDArray[np.float64], keys: Sequence[str], weights: Weights) -> Patterns:
    return patterns(np.asarray(items, dtype=np.float64).reshape(len(items), len(keys)), weights)


def _missing(data: Patterns) -> tuple[Caution, ...]:
    return (Caution(Code.MISSING, {"missing": data.missing, "n": data.n}),) if data.missing else ()


def _why_not(data: Patterns, keys: tuple[str, ...]) -> tuple[Caution, ...]:
    if not data.n:
        return (Caution(Code.NO_DATA),)
    if len(keys) < 2:
        return (*_missing(data), Caution(Code.TWO_ITEMS_NEEDED, {"items": len(keys)}))
    if data.n <= len(keys) + 1:
        return (*_missing(data), Caution(Code.FEW_CASES, {"n": data.n, "needed": len(keys) + 2}))
    still = [key for key, reach in zip(keys, np.ptp(data.rows, axis=0), strict=True) if reach == 0]
    told = Caution(Code.CONSTANT_ITEM, {"items": listed(still)}) if still else Caution(Code.SINGULAR)
    return (*_missing(data), told)


def _solution_cautions(
    data: Patterns, keys: tuple[str, ...], communalities: Floats, iterations: int, converged: bool
) -> tuple[Caution, ...]:
    found = list(_missing(data))
    if over := [key for key, share in zip(keys, communalities, strict=True) if share >= 1]:
        found.append(Caution(Code.HEYWOOD, {"items": listed(over)}))
    if not converged:
        found.append(Caution(Code.NOT_CONVERGED, {"iterations": iterations}))
    return tuple(found)


def _nothing(data: Patterns, keys: tuple[str, ...], rotation: Rotation) -> FactorAnalysis:
    table = np.full((len(keys), 0), np.nan)
    empty = tuple(nan for _ in keys)
    return FactorAnalysis(
        keys=keys,
        factors=0,
        rotation=rotation,
        eigenvalues=(),
        initial_communalities=empty,
        communalities=empty,
        unrotated=table,
        loadings=table,
        structure=table,
        factor_correlations=np.zeros((0, 0)),
        sums_of_squares=(),
        explained_percent=(),
        iterations=0,
        converged=False,
        n=data.n,
        missing=data.missing,
        cautions=_why_not(data, keys),
    )
