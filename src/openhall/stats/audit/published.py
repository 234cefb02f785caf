"""What a published report printed, before anything is judged: tables, tests, sizes and claims.

These shapes are the audit's only input; docs/audit.md describes the file they are read from. A table is
known by its `key` (its number in the report). A cell left blank is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from openhall.stats.audit.printed import Printed

Cell = Printed | None
Line = tuple[Cell, ...]


class Base(StrEnum):
    """What the percentages of a table are of."""

    ROW = "row"
    COLUMN = "column"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: the table's number or the part of the text, then row and column."""

    table: str
    row: str = ""
    column: str = ""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """A table of counts (rows × columns), with what else is printed of percentages and totals.

    `percents` has the shape of `counts` or is empty, so `row_totals` and `column_totals`. `scores` of the
    columns where they are steps of a scale. `weighted`: counts are rounded sums of weights.
    `small_expected_noted`: the report says how many expected counts are below 5.
    """

    key: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[Line, ...]
    title: str = ""
    percents: tuple[Line, ...] = ()
    base: Base = Base.ROW
    row_variable: str = ""
    column_variable: str = ""
    row_totals: Line = ()
    column_totals: Line = ()
    total: Cell = None
    scores: tuple[float, ...] = ()
    weighted: bool = False
    several_answers: bool = False  # each person may stand in several columns
    small_expected_noted: bool = False


class Kind(StrEnum):
    """The test a statistic belongs to."""

    CHI2 = "chi2"
    F = "F"
    T = "t"
    R = "r"
    Z = "z"


@dataclass(frozen=True, kw_only=True)
class Test:
    """One test: statistic, degrees of freedom, p; `table` is the key of the counts it was made from."""

    place: Place
    kind: Kind
    statistic: Printed
    df1: Cell = None
    df2: Cell = None
    p: Cell = None
    one_tailed: bool = False
    n: int | None = None
    table: str = ""
    significant: bool | None = None  # what the text concludes


@dataclass(frozen=True, kw_only=True)
class Alpha:
    """Cronbach's alpha of `items` items; the rest where it is printed."""

    place: Place
    alpha: Printed
    key: str = ""
    items: int | None = None
    mean_correlation: Cell = None
    item_sds: tuple[Printed, ...] = ()
    scale_sd: Cell = None


@dataclass(frozen=True, kw_only=True)
class ItemMeans:
    """The means of a dimension's items and their mean; `expected` items belong to it."""

    place: Place
    key: str
    items: tuple[Printed, ...]
    mean: Cell = None
    expected: int | None = None


@dataclass(frozen=True, kw_only=True)
class TotalMean:
    """A mean over the dimensions of one table of means; `overall_variable`: the question that asks it
    directly.
    """

    place: Place
    mean: Printed
    overall_variable: str = ""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Mean and sd (or a percentage) of `n` people. `items`: questions averaged for each; `whole`: they were
    answered in whole numbers; `binary`: 0 or 1."""

    place: Place
    n: int
    mean: Cell = None
    sd: Cell = None
    percent: Cell = None
    items: int = 1
    whole: bool = False
    binary: bool = False
    scale: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Group sizes, means and sds with the F (or t) made from them; `total_mean` where printed."""

    place: Place
    groups: tuple[Moment, ...]
    f: Cell = None
    t: Cell = None
    total_mean: Cell = None
    total_n: int | None = None


@dataclass(frozen=True, kw_only=True)
class Anova:
    """F and p of each dependent (row) by each factor (column), without degrees of freedom.

    `groups` of each factor, where known; `key` is the table's.
    """

    key: str
    dependents: tuple[str, ...]
    factors: tuple[str, ...]
    f: tuple[Line, ...]
    p: tuple[Line, ...]
    groups: tuple[int | None, ...] = ()
    n: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Group sizes (or their percentages) of a variable as the text gives them, in the order of the table
    unless `labels` say otherwise.
    """

    place: Place
    variable: str
    labels: tuple[str, ...] = ()
    sizes: Line = ()
    percents: Line = ()
    parts_only: bool = False  # shares of something else (a census), not of this sample


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Parts and the total said of them; a part may be subtracted by its minus sign."""

    place: Place
    labels: tuple[str, ...]
    parts: tuple[Printed, ...]
    total: Printed


@dataclass(frozen=True, kw_only=True)
class Midpoint:
    """The middle the text claims for a scale from `low` to `high`."""

    place: Place
    low: float
    high: float
    claimed: Printed


@dataclass(frozen=True, kw_only=True)
class Published:
    """All that is audited. `n`: the number of respondents the report claims."""

    name: str
    title: str = ""
    n: Cell = None
    alpha: float = 0.05
    scale: tuple[float, float] | None = None
    counts: tuple[Counts, ...] = ()
    tests: tuple[Test, ...] = ()
    alphas: tuple[Alpha, ...] = ()
    means: tuple[ItemMeans, ...] = ()
    totals: tuple[TotalMean, ...] = ()
    moments: tuple[Moment, ...] = ()
    groups: tuple[Groups, ...] = ()
    anovas: tuple[Anova, ...] = ()
    samples: tuple[Sample, ...] = ()
    sums: tuple[Sum, ...] = ()
    midpoints: tuple[Midpoint, ...] = ()
    claimed_n: tuple[tuple[Place, Printed], ...] = ()
    notes: tuple[str, ...] = field(default=())  # codes: what the reader of the file added

    def table(self, key: str) -> Counts | None:
        """The counts with this key."""
        return next((table for table in self.counts if table.key == key), None)
