"""What the audit hands over: findings with a code, a place, the arithmetic, a likely explanation and a
repair.

No prose: `report/audit_words.py` turns each code into a sentence (and has a test that none is forgotten). A
finding says that printed figures do not fit together, never why somebody printed them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from openhall.stats.audit.published import Place

Value = float | int | str | tuple[str, ...]
Values = Mapping[str, Value]


class Severity(StrEnum):
    """How much a finding weighs, the heaviest first. A note accuses nothing: the figures may be right."""

    DECISION_ERROR = "decision_error"  # the right figure is on the other side of the level of significance
    ERROR = "error"  # the printed figures cannot all be true
    WARNING = "warning"  # they are unlikely, or true only under a condition that is not said
    NOTE = "note"  # a reader should know it


class Code(StrEnum):
    """Every finding. The comment names the values its sentence needs."""

    # counts and percentages
    PERCENTS = "percents"  # {cells, wrong: of them, of: cells of the line, base}
    PERCENTS_CUT_OFF = "percents_cut_off"  # {cells, wrong, of, base}
    PERCENTS_NEAR = "percents_near"  # {cells, wrong, of, base}: off by less than one in the last digit
    PERCENT_SUM = "percent_sum"  # {sum}: percentages without counts do not reach 100
    BLANK_CELL = "blank_cell"  # {}
    LINE_TOTAL = "line_total"  # {sum}: a printed row or column total is not the sum of its cells
    GRAND_TOTAL = "grand_total"  # {sum}
    ROWS_EQUAL = "rows_equal"  # {other}: two rows have the same counts

    # across tables and text
    MARGINS_DIFFER = "margins_differ"  # {columns, here, there, tables}: the same answers, other totals
    TABLE_N = "table_n"  # {total, n}
    CLAIMED_N = "claimed_n"  # {n}: another number of respondents elsewhere
    GROUP_SIZE = "group_size"  # {size, row, table}: the text gives another size than the table
    GROUP_PERCENT = "group_percent"  # {size, n, percent: the right one}
    GROUPS_SUM = "groups_sum"  # {sum, n, missing}
    SUM = "sum"  # {sum}
    SHARES_SUM = "shares_sum"  # {sum}

    # tests
    P = "p"  # {kind, statistic, df, p: the right one}
    P_CUT_OFF = "p_cut_off"  # {kind, statistic, df, p}
    P_NEAR = "p_near"  # {kind, statistic, df, p}
    P_ZERO = "p_zero"  # {p}: printed as 0; should be < .001
    P_RANGE = "p_range"  # {}: below 0 or above 1
    STATISTIC_RANGE = "statistic_range"  # {kind}: a value this statistic cannot have
    CONCLUSION = "conclusion"  # {p, alpha, significant: 0 or 1}: what the text concludes does not follow
    CHI2 = "chi2"  # {table, chi2, n, p: with that chi2, ratio, as_printed: before repairs, repairs: how many}
    DF = "df"  # {rows, columns, df, table}
    OTHER_N = "other_n"  # {n, tests, of, claimed, tables}: one other N explains several chi-squares
    EXPECTED = "expected"  # {table, below, cells, percent, n, smallest, other_n: 0 for none, below_other}
    ANOVA_P = "anova_p"  # {f, df1, df2, p, n}
    ANOVA_SWAPPED = "anova_swapped"  # {follow, of, usual, wrong, n, dependents, dfs}
    GROUPS_F = "groups_f"  # {kind, low, high}
    GROUPS_MEAN = "groups_mean"  # {low, high}
    GROUPS_N = "groups_n"  # {sum}

    # means, reliability
    ITEM_MISSING = "item_missing"  # {printed, items}
    MEAN_OF_ITEMS = "mean_of_items"  # {mean, low, high, items}
    MEAN_BY_ROUNDING = "mean_by_rounding"  # {mean, low, high, items}: looks wrong, but rounding explains it
    AVERAGE_OF_AVERAGES = "average_of_averages"  # {parts, mean, weighted, direct or "", low, high}
    TOTAL_MEAN = "total_mean"  # {parts, mean, weighted, direct, low, high}
    MEAN_RANGE = "mean_range"  # {low, high}: outside the scale
    MIDPOINT = "midpoint"  # {low, high, midpoint, between: means between the claimed and the true middle, of}
    ALPHA_RANGE = "alpha_range"  # {}
    ALPHA_ITEMS = "alpha_items"  # {low, high, correlation, items}: from the mean correlation
    ALPHA_VARIANCES = "alpha_variances"  # {low, high}

    # possible for so many people
    GRIM = "grim"  # {n, items, below, above: nearest possible means}
    GRIMMER = "grimmer"  # {n, items, mean}
    DEBIT = "debit"  # {n, sd, mean}
    SD_RANGE = "sd_range"  # {most}: too large for the scale
    PERCENT_GRIM = "percent_grim"  # {n, below, above}

    # patterns of digits
    COMMON_FACTOR = "common_factor"  # {counts, cells, blank, factor, free, chance}
    LAST_DIGITS = "last_digits"  # {counts, chi2, p}


class Why(StrEnum):
    """Every explanation an audit can propose, with the values of its sentence."""

    OTHER_N = "other_n"  # {n, claimed}
    CHANGE = "change"  # {row, column, old, new, checks}
    FILL = "fill"  # {row, column, new, checks}
    SWAP = "swap"  # {row, first, second, old_first, old_second, new_first, new_second, checks}
    BELONGS = "belongs"  # {row, value, first (where it stands), second (where it belongs), checks}
    TOTAL = "total"  # {old, new}: the printed total itself
    PERCENTS_OF = "percents_of"  # {row, table}: they are those of another row
    OTHER_BASE = "other_base"  # {base}
    SEVERAL = "several"  # {options}: several repairs would do, so none is proposed
    UNEXPLAINED = "unexplained"  # {}: no single repair satisfies everything
    NOT_SEARCHED = "not_searched"  # {}: too much to try, so the search for a repair was given up
    AFTER_REPAIRS = "after_repairs"  # {tables}: the repairs of these cells restore it
    ONE_TAILED = "one_tailed"  # {p}
    ROLES_SWAPPED = "roles_swapped"  # {df, n}
    IMPLIED_DF = "implied_df"  # {dependent, df, scores}
    ITEM_IMPLIED = "item_implied"  # {low, high, mean}: what the missing item's mean must be
    DIGITS_EXCHANGED = "digits_exchanged"  # {label, old, new}
    LEFT_OUT = "left_out"  # {labels}: groups the text does not mention
    TABLE_RIGHT = "table_right"  # {size}: the table's figure fits everything else
    ADJUSTED = "adjusted"  # {}: adjusted to reach 100, or rounded twice
    COUNTED_TIMES = "counted_times"  # {factor, n}: every answer counted so many times


@dataclass(frozen=True, slots=True)
class Step:
    """One line of arithmetic without words: `formula` holds the figures, `result` what comes out."""

    formula: str
    result: float | str


@dataclass(frozen=True, slots=True)
class Explanation:
    why: Why
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repair:
    """New text for one cell; a swap is two of them. `old` is empty where the cell was blank."""

    place: Place
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not fit. `expected`: the interval the figure should lie in, where there is one."""

    code: Code
    severity: Severity
    place: Place
    printed: str = ""
    expected: tuple[float, float] | None = None
    values: Values = field(default_factory=dict)
    arithmetic: tuple[Step, ...] = ()
    explanation: tuple[Explanation, ...] = ()
    repair: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class Audit:
    """All findings on one report, in the order of the rules; `checked` counts what was looked at."""

    name: str
    title: str
    findings: tuple[Finding, ...]
    checked: Mapping[str, int]

    @property
    def serious(self) -> tuple[Finding, ...]:
        """Findings heavier than a note; these decide the exit status."""
        return tuple(found for found in self.findings if found.severity is not Severity.NOTE)

    @property
    def notes(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if found.severity is Severity.NOTE)

    def of(self, code: Code) -> tuple[Finding, ...]:
        """The findings with this code."""
        return tuple(found for found in self.findings if found.code is code)
