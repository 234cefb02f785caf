"""Stored answers, JSON arrays in question order, as columns; many at once.

Where every question is a single choice, which most are, whole numbers are read straight from the text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.engines.columns import CHOICES, Column, Spec, encode, specs_of
from openhall.surveys.questionnaire import Questionnaire

PLAIN = b"0123456789,-"


def encode_stored(questionnaire: Questionnaire, texts: Sequence[str]) -> dict[str, Column]:
    """The columns of these answers, each as `surveys.checking.encode` wrote it: what `columns.encode` makes of
    them.

    >>> from openhall.surveys.toml_format import builtin
    >>> texts = ["[" + ",".join(["1"] * 22) + "]", "[[1,2]," + ",".join(["null"] * 21) + "]"]
    >>> encode_stored(builtin(), texts)["q1"].tolist()
    [1, 255]
    """
    if not texts or any(question.kind not in CHOICES for question in questionnaire.questions):
        return _slowly(questionnaire, texts)
    nested = np.array(["[" in text[1:] for text in texts])
    if not nested.any():
        return _numbers(questionnaire, texts) or _slowly(questionnaire, texts)
    odd = np.flatnonzero(nested)
    plain = [text for text, other in zip(texts, nested.tolist(), strict=True) if not other]
    parts = (
        encode_stored(questionnaire, plain),
        _slowly(questionnaire, [texts[place] for place in odd.tolist()]),
    )
    block = {}
    for key, column in parts[1].items():
        block[key] = np.empty(len(texts), column.dtype)
        block[key][nested], block[key][~nested] = column, parts[0][key]
    return block


def _slowly(questionnaire: Questionnaire, texts: Sequence[str]) -> dict[str, Column]:
    stored: list[list[Any]] = json.loads(f"[{','.join(texts)}]")
    return encode(
        questionnaire,
        [tuple(tuple(mark) if type(mark) is list else mark for mark in row) for row in stored],
    )


def _numbers(questionnaire: Questionnaire, texts: Sequence[str]) -> dict[str, Column] | None:
    """Whole numbers and blanks only; None where there is anything else."""
    specs = specs_of(questionnaire)
    blank = 1 + max(int(code) for spec in specs for code in spec.codes)
    line = ",".join(texts).replace("[", "").replace("]", "").replace("null", str(blank)).encode()
    if line.translate(None, PLAIN):
        return None
    found = np.fromstring(line, np.int64, sep=",")
    if len(found) != len(texts) * len(specs):
        return None
    table = found.reshape(len(texts), len(specs))
    return {spec.key: _places(spec, table[:, place]) for place, spec in enumerate(specs)}


def _places(spec: Spec, given: NDArray[np.int64]) -> Column:
    """Places of codes; 0 for what is no code."""
    codes = np.array(spec.codes, np.int64)
    order = np.argsort(codes)
    at = np.minimum(np.searchsorted(codes[order], given), len(codes) - 1)
    ranked = codes[order][at]
    return np.where(ranked == given, order[at] + 1, 0).astype(spec.dtype)
