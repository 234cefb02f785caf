"""Does a share differ from a known one? The exact binomial test (SPSS NPAR TESTS /BINOMIAL)."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from openhall.errors import N_, BadInput
from openhall.stats.cautions import Caution, Code
from openhall.stats.intervals import clopper_pearson, wilson
from openhall.stats.loading import special
from openhall.stats.results import Interval

SLACK = 1e-7  # relative: as probable as what was observed


@dataclass(frozen=True, slots=True)
class Binomial:
    """An exact test of `observed` = successes / n against `share`; shares and intervals 0 to 1.

    `p` is two-sided: the probability of all counts no more probable than the one observed (as R does).
    `p_lower` and `p_upper` are one-sided; SPSS prints the smaller one, or, for a share of .5, twice it.
    """

    successes: int
    n: int
    observed: float
    share: float
    p: float
    p_lower: float
    p_upper: float
    interval: Interval  # Clopper–Pearson
    wilson: Interval
    method: str = "exact"
    cautions: tuple[Caution, ...] = ()


def binomial(successes: int, n: int, share: float = 0.5, *, confidence: float = 0.95) -> Binomial:
    """Test `successes` out of `n` against `share`. Counts or a share that cannot be raise BadInput.

    P(X = x) = C(n, x) share^x (1 − share)^(n − x); Clopper & Pearson (1934), Biometrika 26, 404–413.

    >>> found = binomial(8, 10)
    >>> round(found.p, 4), round(found.p_upper, 4), round(found.interval.low, 4)
    (0.1094, 0.0547, 0.4439)
    """
    if not 0 <= successes <= n or not 0 <= share <= 1:
        raise BadInput(
            N_("Of {n} cases {successes} cannot be tested against {share}."),
            n=n,
            successes=successes,
            share=share,
        )
    if n == 0:
        empty = Interval(nan, nan, confidence)
        return Binomial(0, 0, nan, share, nan, nan, nan, empty, empty, cautions=(Caution(Code.NO_DATA),))
    counts = np.arange(n + 1)
    log = special.xlogy(counts, share) + special.xlog1py(n - counts, -share)
    chance = np.exp(
        special.gammaln(n + 1) - special.gammaln(counts + 1) - special.gammaln(n - counts + 1) + log
    )
    as_rare = chance <= chance[successes] * (1 + SLACK)
    return Binomial(
        successes,
        n,
        successes / n,
        share,
        min(1.0, float(np.sort(chance[as_rare]).sum())),
        float(special.bdtr(successes, n, share)),
        float(special.bdtrc(successes - 1, n, share)) if successes else 1.0,
        clopper_pearson(successes, n, confidence),
        wilson(successes, n, confidence),
    )
