"""Does the mean differ between groups? One-way analysis of variance with everything needed to trust it (seed 4.6,
table 4-10; SPSS ONEWAY, NPAR TESTS /K-W)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openhall.stats.cautions import Caution, Code
from openhall.stats.counting import Spread, spread
from openhall.stats.homogeneity import levene_mean, levene_median, mean_difference
from openhall.stats.intervals import noncentral_f
from openhall.stats.means import GroupMeans, Moments, group_means_of, moments, together
from openhall.stats.posthoc import PostHoc, games_howell, tukey_kramer
from openhall.stats.ranks import kruskal_wallis
from openhall.stats.results import NO_INTERVAL, ChiSquare, FTest, Interval, f_test
from openhall.stats.sample import Column

LEVENE = 0.05  # below this p the variances are taken to differ
RATIO = 1.5  # largest over smallest group: beyond this the classic F is not robust


@dataclass(frozen=True, slots=True)
class Source:
    """One line of the analysis of variance table. The total line has no mean square (nan)."""

    sum_of_squares: float
    df: int
    mean_square: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Oneway:
    """One-way ANOVA of a dependent by a factor. Figures that cannot be computed are nan, and a caution says why.

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
    tukey: PostHoc
    games_howell: PostHoc
    recommended: Literal["anova", "welch"]
    method: str = "oneway"
    cautions: tuple[Caution, ...] = ()

    @property
    def test(self) -> FTest:
        """The recommended test of the means."""
        return self.welch if self.recommended == "welch" else self.anova

    @property
    def posthoc(self) -> PostHoc:
        """The recommended comparisons: Games–Howell with Welch, Tukey–Kramer with the classic F."""
        return self.games_howell if self.recommended == "welch" else self.tukey


def oneway(dependent: Column, factor: Column, levels: Sequence[int], confidence: float = 0.95) -> Oneway:
    """Analyse `dependent` (scores) by `factor` (codes); a code outside `levels` raises BadInput.

    `recommended` is "welch" when Levene's test on the mean has p < .05 or the largest group has more than 1.5 times
    the cases of the smallest, and Welch can be computed.
    """
    raise NotImplementedError
