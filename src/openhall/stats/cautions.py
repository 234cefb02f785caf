"""What a reader must be told beside a figure: codes and their values, no prose.

Every code a procedure can attach to a result stands in `Code`, once, with the values it carries. The report
turns each into a sentence (and has a test that none is forgotten).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Code(StrEnum):
    """Every caution. The comment names the values it carries; `{}` means none."""

    # the data
    NO_DATA = "no_data"  # {}: nothing valid to compute from; the figures are nan
    MISSING = "missing"  # {missing, n}: cases left out because a value is missing; n are left
    EMPTY_LEVELS = "empty_levels"  # {levels: codes as "1, 4"}: levels nobody has; left out of the test
    EMPTY_ROWS = "empty_rows"  # {levels}: rows of a cross table without a case; left out of the test
    EMPTY_COLUMNS = "empty_columns"  # {levels}: columns of a cross table without a case; left out of the test
    SMALL_GROUPS = "small_groups"  # {levels, limit: 30}: groups with 5 to 29 cases
    TINY_GROUPS = "tiny_groups"  # {levels, limit: 5}: groups with 1 to 4 cases
    CONSTANT = "constant"  # {value}: every valid value is the same
    ONE_GROUP = "one_group"  # {groups}: fewer than two groups have cases
    REPEATED_ROWS = "repeated_rows"  # {n, distinct, repeated}: rows equal in every column
    EVERY_ROW_TWICE = "every_row_twice"  # {n, distinct}: every row occurs an even number of times

    # chi-square
    SPARSE = (
        "sparse"  # {cells, below, share (per cent), minimum}: over 20 % of expected counts < 5, or one < 1
    )
    ONE_LINE = "one_line"  # {}: fewer than two rows or columns are left, so there is nothing to test
    FINITE_POPULATION = "finite_population"  # {n, population}: the sample is a large part of the population

    # reliability
    ALPHA_BELOW_STANDARD = (
        "alpha_below_standard"  # {alpha, standard: .7}: the study's .35 is no accepted standard
    )
    ALPHA_NEGATIVE = "alpha_negative"  # {alpha}: items contradict each other
    REVERSED_ITEM = "reversed_item"  # {items: keys as "s3, s4"}: negative corrected item-total correlation
    ALPHA_RISES_WITHOUT = "alpha_rises_without"  # {item, alpha}: leaving this item out raises alpha
    TWO_ITEMS_NEEDED = "two_items_needed"  # {items}: alpha needs two items or more
    CONSTANT_ITEM = "constant_item"  # {items}: these items do not vary
    OMEGA_AT_EDGE = "omega_at_edge"  # {items}: an item's own variance is estimated as (nearly) nothing

    # factors, regression, correlation
    SINGULAR = "singular"  # {}: some columns follow exactly from others, so the matrix cannot be inverted
    LOW_KMO = "low_kmo"  # {kmo, limit: .6}: correlations too scattered for factors
    FEW_CASES = "few_cases"  # {n, needed}: fewer cases than the procedure needs
    HEYWOOD = "heywood"  # {items}: communality of 1 or more; the solution cannot be trusted
    NOT_CONVERGED = "not_converged"  # {iterations}: the last step still moved the figures
    COLLINEAR = "collinear"  # {items}: left out, since they follow exactly from those before
    HIGH_VIF = "high_vif"  # {items, limit: 10}: hardly to be told apart from the other predictors

    # survey weights
    WEIGHTS_TRIMMED = "weights_trimmed"  # {cases}: weights cut off at the limits given
    UNEQUAL_WEIGHTS = "unequal_weights"  # {deff, n, effective}: weighting costs precision
    LONELY_STRATA = "lonely_strata"  # {levels}: strata with one sampling unit; they add no variance

    # one-way analysis of variance
    UNEQUAL_VARIANCES = "unequal_variances"  # {p}: Levene's test on the mean below .05
    UNEQUAL_SIZES = "unequal_sizes"  # {ratio, limit: 1.5}: largest group over smallest
    NO_WITHIN_VARIANCE = "no_within_variance"  # {}: nobody differs inside a group, so there is no F
    NO_WELCH = "no_welch"  # {levels}: groups of one case or without variance; Welch cannot be computed


@dataclass(frozen=True, slots=True)
class Caution:
    """One caution: its code and the values its sentence needs."""

    code: Code
    values: Mapping[str, float | int | str] = field(default_factory=dict)


def listed(codes: object) -> str:
    """Codes or keys as a caution carries them.

    >>> listed([1, 4])
    '1, 4'
    """
    return ", ".join(str(code) for code in codes)  # type: ignore[attr-defined]
