"""Results as plain values for JSON: field names as keys, nothing rounded, null for what cannot be computed.

Described in docs/command-line.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from openhall.report.procedures.data import Variable


def plain(value: Any) -> Any:
    """A result, or any part of one, as dicts, lists, texts and numbers; its cautions are said apart, and what
    is not part of its representation is left out.

    >>> from openhall.stats.results import Interval
    >>> plain(Interval(0.25, math.nan))
    {'low': 0.25, 'high': None, 'confidence': 0.95}
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        shown = [one.name for one in fields(value) if one.repr and one.name != "cautions"]
        return {name: plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    raise TypeError(type(value).__name__)


def codebook(variables: Sequence[Variable]) -> dict[str, Any]:
    """What the codes in the figures mean."""
    return {
        variable.key: {
            "label": variable.label,
            "levels": {str(code): label for code, label in variable.levels.items()},
        }
        for variable in variables
    }
