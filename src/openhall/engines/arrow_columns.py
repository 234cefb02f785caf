"""Columns of Arrow, of whatever type, as the narrow columns of `stats.rows`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openhall.engines.columns import Spec, none_of
from openhall.errors import N_, BadInput, Problem


def text_of(value: Any) -> str:
    """An office or a reason as text; nothing and false are none."""
    return "" if value is None or value is False else "other" if value is True else str(value)


def named(column: pa.Array, spec: Spec) -> NDArray[Any]:
    """The places of an office or a reason."""
    coded = pc.dictionary_encode(column, null_encoding="encode")
    places = [
        spec.codes.index(text) + 1 if (text := text_of(value)) in spec.codes else 0
        for value in coded.dictionary.to_pylist()
    ]
    at = coded.indices.to_numpy(zero_copy_only=False)
    return np.asarray(np.array(places or [0], spec.dtype)[at])


def is_text(kind: pa.DataType) -> bool:
    return any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary))


def no_whole(column: pa.Array) -> Iterator[str]:
    """The values of a column that are no whole numbers."""
    for value in column.to_pylist():
        if value is not None and not (isinstance(value, int | float) and float(value).is_integer()):
            yield str(value)
    yield str(column.type)


def filled(column: pa.Array, none: int, dtype: str) -> NDArray[Any]:
    whole = column.fill_null(none) if column.null_count else column
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype)


def marked(column: pa.Array) -> NDArray[np.bool_]:
    """Whether something stands in a cell: any text, a number that is not 0, a list that is not empty."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return marked(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return np.asarray(column.fill_null("").to_numpy(zero_copy_only=False) != "", dtype=bool)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return np.array([bool(cell) for cell in column.to_pylist()], dtype=bool)
    if pa.types.is_boolean(kind) or is_number(kind):
        numbers = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return np.asarray((numbers != 0) & ~np.isnan(numbers))
    return np.asarray(column.is_valid())


def scaled(column: pa.Array, spec: Spec) -> NDArray[Any]:
    """Numbers times 10 to the decimals, whole, halves to the even one. OverflowError of one that is too large."""
    if not pa.types.is_integer(column.type):
        numbers = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        with np.errstate(over="ignore"):
            numbers = np.rint(numbers * 10**spec.decimals)
        if (np.abs(numbers) >= 2.0**63).any():
            raise OverflowError
        whole = pa.array(numbers, from_pandas=True).cast(pa.int64())
    else:
        whole = pc.multiply_checked(column.cast(pa.int64()), pa.scalar(10**spec.decimals, pa.int64()))
    return filled(whole, none_of(spec), spec.dtype)


def weights(path: Path, name: str, column: pa.Array) -> NDArray[Any]:
    """Whole numbers; 0 of none."""
    from openhall.engines.pushed import bad_weight

    try:
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), None, column)
        return filled(column.cast(pa.int64()), 0, "<i8")
    except pa.ArrowException:
        raise bad_weight(path.name, name) from None


def plain(column: pa.Array) -> pa.Array:
    """Texts of whatever kind as text; bytes that are none stay bytes."""
    kind = column.type
    if kind in (pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()):
        try:
            return column.cast(pa.string())
        except pa.ArrowException:
            return column
    return column


def is_number(kind: pa.DataType) -> bool:
    return any(test(kind) for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal))


def unusable(path: Path, name: str, column: pa.Array) -> BadInput:
    message = N_("its values, of type {type}, are not what the question asks for.")
    cure = N_("Give numbers as numbers, dates as dates, and nothing where there is no answer.")
    values = {"file": path.name, "column": name, "type": str(column.type)}
    return BadInput(Problem(N_("File {file}, column {column}"), message, cure, values))


def table_of(spec: Spec) -> NDArray[Any]:
    table = np.zeros(256, spec.dtype)
    for place, code in enumerate(spec.codes, 1):
        if isinstance(code, int) and 0 < code < 256:
            table[code] = place
    return table


def looked_up(codes: NDArray[Any], spec: Spec) -> NDArray[Any]:
    known = np.array([code for code in spec.codes if isinstance(code, int)], np.int64)
    order = np.argsort(known)
    at = np.clip(np.searchsorted(known[order], codes), 0, len(known) - 1)
    return np.where(known[order][at] == codes, order[at] + 1, 0).astype(spec.dtype)
