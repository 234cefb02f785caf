"""Does the mean differ between groups? One-way analysis of variance with everything needed to trust it
(seed 4.6, table 4-10; SPSS ONEWAY /STATISTICS=ALL
/POSTHOC /ES=OVERALL, NPAR TESTS /K-W)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code, listed
from openhall.stats.counting import Column, Spread, Weights, spread
from openhall.stats.intervals import noncentral_f
from openhall.stats.means import GroupMeans, Moments, group_means_of, moments, together
from openhall.stats.posthoc import Classic, PostHoc, classic, games_howell, tukey_kramer
from openhall.stats.ranks import RankPair, dunn, kruskal_wallis
from openhall.stats.results import NO_INTERVAL, ChiSquare, FTest, Interval, Source, f_test
from openhall.stats.robust import brown_forsythe, group_variances, levene_mean, levene_median, welch

Floats = NDArray[np.float64]
LEVENE = 0.05  # below this p the variances are taken to differ
RATIO = 1.5  # largest over smallest group: beyond this the classic F is not robust


@dataclass(frozen=True, kw_only=True)
class Oneway:
    """One-way ANOVA of a dependent by a factor. What cannot be computed is nan, and a caution says why.

    Comparisons of pairs are worked out when they are asked for, because few of many analyses need them.
    Levene's test, `levene_mean`, centres on the mean (what SPSS prints), `levene_median` on the median
    (Brown–Forsythe's version of Levene); `brown_forsythe` is their robust test of the means.
    """

    groups: GroupMeans
    n: int
    missing: int
    between: Source
    within: Source
    total: Source
    anova: FTest
    levene_mean: FTest
    levene_median: FTest
    welch: FTest
    brown_forsythe: FTest
    eta2: float
    eta2_interval: Interval  # of the population value, noncentral F
    epsilon2: float  # may be negative
    omega2: float  # may be negative
    kruskal: ChiSquare
    kruskal_epsilon2: float
    recommended: Literal["anova", "welch"]
    counted: Spread = field(repr=False, compare=False)  # of the groups with cases
    confidence: float = 0.95
    method: str = "oneway"
    cautions: tuple[Caution, ...] = ()

    @cached_property
    def tukey(self) -> PostHoc:
        """Tukey–Kramer comparisons."""
        return tukey_kramer(*self._pairs, self.confidence)

    @cached_property
    def games_howell(self) -> PostHoc:
        """Games–Howell comparisons, each pair with its own variances."""
        found = moments(self.counted)
        sizes = found.sizes.astype(np.float64)
        return games_howell(self.counted.levels, sizes, found.means, group_variances(found), self.confidence)

    @cached_property
    def classic(self) -> Classic:
        """The comparisons by LSD, Bonferroni, Šidák and Scheffé."""
        return classic(*self._pairs, self.confidence)

    @property
    def lsd(self) -> PostHoc:
        return self.classic.lsd

    @property
    def bonferroni(self) -> PostHoc:
        return self.classic.bonferroni

    @property
    def sidak(self) -> PostHoc:
        return self.classic.sidak

    @property
    def scheffe(self) -> PostHoc:
        return self.classic.scheffe

    @cached_property
    def dunn(self) -> tuple[RankPair, ...]:
        """Comparisons of ranks after Kruskal–Wallis."""
        return dunn(self.counted)

    @property
    def _pairs(self) -> tuple[tuple[int, ...], Floats, Floats, float, float]:
        """Levels, sizes, means, mean square within and its degrees of freedom."""
        found = moments(self.counted)
        sizes = found.sizes.astype(np.float64)
        return self.counted.levels, sizes, found.means, self.within.mean_square, self.within.df

    @property
    def epsilon2_interval(self) -> Interval:
        """That of eta²: all three estimate one value of the population, λ / (λ + N) (Steiger 2004)."""
        return self.eta2_interval

    @property
    def omega2_interval(self) -> Interval:
        """That of eta²: all three estimate one value of the population, λ / (λ + N) (Steiger 2004)."""
        return self.eta2_interval

    @property
    def test(self) -> FTest:
        """The recommended test of the means."""
        return self.welch if self.recommended == "welch" else self.anova

    @property
    def posthoc(self) -> PostHoc:
        """The recommended comparisons: Games–Howell with Welch, Tukey–Kramer with the classic F."""
        return self.games_howell if self.recommended == "welch" else self.tukey


def oneway(
    dependent: Column,
    factor: Column,
    levels: Sequence[int],
    confidence: float = 0.95,
    *,
    weights: Weights = None,
) -> Oneway:
    """Analyse `dependent` (scores) by `factor` (codes); a code outside `levels` raises BadInput.

    `recommended` is "welch" when Levene's test on the mean has p < .05 or the largest group has more than
    1.5 times the cases of the smallest, and Welch can be computed. Effect sizes: eta² = SSb / SSt with the
    interval of the noncentral F (Steiger 2004), epsilon² = (SSb − dfb MSw) / SSt, omega² = (SSb − dfb MSw)
    / (SSt + MSw).

    >>> found = oneway(np.array([1, 2, 3, 2, 3, 4]), np.array([1, 1, 1, 2, 2, 2]), (1, 2))
    >>> found.anova.value, found.anova.df1, found.anova.df2, found.eta2, found.recommended
    (1.5, 1, 4, 0.2727272727272727, 'anova')
    """
    return oneway_of(spread(dependent, factor, levels, weights), confidence)


def oneway_of(data: Spread, confidence: float = 0.95) -> Oneway:
    """The analysis of counts already made."""
    groups = group_means_of(data, confidence)
    used = data.occupied()
    found = moments(used)
    between, within, total = _sources(used, found)
    anova = _anova(between, within)
    equal, robust = levene_mean(used, found), welch(found)
    kruskal, kruskal_epsilon2 = kruskal_wallis(used)
    sizes = found.sizes.astype(np.float64)
    gain = between.sum_of_squares - between.df * within.mean_square
    return Oneway(
        groups=groups,
        n=data.n,
        missing=data.missing,
        between=between,
        within=within,
        total=total,
        anova=anova,
        levene_mean=equal,
        levene_median=levene_median(used),
        welch=robust,
        brown_forsythe=brown_forsythe(found),
        eta2=_ratio(between.sum_of_squares, total.sum_of_squares) if len(sizes) > 1 else nan,
        eta2_interval=_eta2_interval(anova, data.n, confidence),
        epsilon2=_ratio(gain, total.sum_of_squares),
        omega2=_ratio(gain, total.sum_of_squares + within.mean_square),
        kruskal=kruskal,
        kruskal_epsilon2=kruskal_epsilon2,
        recommended="welch" if robust.p == robust.p and _unsafe(equal, sizes) else "anova",
        counted=used,
        confidence=confidence,
        cautions=(*groups.cautions, *_cautions(used, equal, robust, within)),
    )


def _sources(used: Spread, found: Moments) -> tuple[Source, Source, Source]:
    """Sums of squares about means taken off first, so values far from zero lose no digits."""
    n, k = used.n, len(used.levels)
    if n == 0:
        return Source(nan, 0, nan), Source(nan, 0, nan), Source(nan, 0, nan)
    centre = found.sizes @ found.means / n
    one_value = len(used.values) == 1
    between = 0.0 if one_value else float(found.sizes @ (found.means - centre) ** 2)
    within = float(found.squares.sum())
    total = float(moments(together(used)).squares[0])
    return _source(between, k - 1), _source(within, n - k), Source(total, n - 1, nan)


def _source(squares: float, df: int) -> Source:
    return Source(squares, df, squares / df if df > 0 else nan)


def _anova(between: Source, within: Source) -> FTest:
    if between.df < 1 or not within.mean_square > 0:
        return FTest()
    return f_test(between.mean_square / within.mean_square, between.df, within.df)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else nan


def _eta2_interval(anova: FTest, n: int, confidence: float) -> Interval:
    """Noncentrality λ gives eta² = λ / (λ + n)."""
    if anova.value != anova.value:
        return NO_INTERVAL
    found = noncentral_f(anova.value, anova.df1, anova.df2, confidence)
    return Interval(found.low / (found.low + n), found.high / (found.high + n), confidence)


def _unsafe(equal: FTest, sizes: NDArray[np.float64]) -> bool:
    return bool(equal.p < LEVENE or sizes.max() > RATIO * sizes.min())


def _cautions(used: Spread, equal: FTest, robust: FTest, within: Source) -> tuple[Caution, ...]:
    sizes = used.sizes
    if not len(sizes):
        return ()
    if len(sizes) < 2:
        return (Caution(Code.ONE_GROUP, {"groups": len(sizes)}),)
    if len(used.values) == 1:
        return (Caution(Code.CONSTANT, {"value": float(used.values[0])}),)
    found = []
    if not within.mean_square > 0:
        found.append(Caution(Code.NO_WITHIN_VARIANCE))
    if equal.p < LEVENE:
        found.append(Caution(Code.UNEQUAL_VARIANCES, {"p": equal.p}))
    if (ratio := float(sizes.max() / sizes.min())) > RATIO:
        found.append(Caution(Code.UNEQUAL_SIZES, {"ratio": ratio, "limit": RATIO}))
    if robust.p != robust.p:
        still = (used.counts > 0).sum(axis=1) == 1
        levels = [level for level, flat in zip(used.levels, still, strict=True) if flat]
        found.append(Caution(Code.NO_WELCH, {"levels": listed(levels)}))
    return tuple(found)
