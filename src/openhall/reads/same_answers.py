"""The sheets of a wave with the same answers as some of them, without reading the others. Seed 4.1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhall.engines.store import ABOUT, StoreChanged, StoreDamaged
from openhall.engines.stored import encode_stored
from openhall.models import Response, Unextracted, Wave
from openhall.reads import extracted
from openhall.reads.screening_large import parts

FEW = 20_000  # changed answers that are compared one by one


def same_answers(wave: Wave, texts: Sequence[str]) -> list[int]:
    """The complete sheets with exactly these stored answers. In a wave with an extract the extract says which to look
    at, so that nobody waits until millions of texts are read."""
    ids = _candidates(wave, texts)
    sheets = Response.objects.filter(wave=wave).complete()
    if ids is None:
        return list(sheets.filter(answers__in=texts).values_list("pk", flat=True))
    wanted = set(texts)
    found: list[int] = []
    for few in parts(ids.tolist()):
        answers = Response.objects.filter(pk__in=few, wave=wave).complete().values_list("pk", "answers")
        found += [pk for pk, text in answers if text in wanted]
    return found


def _candidates(wave: Wave, texts: Sequence[str]) -> NDArray[np.int64] | None:
    """The ids the extract has for these answers, and those that changed since; None where it does not help."""
    marked = list(Unextracted.objects.filter(wave=wave.pk).values_list("response", flat=True)[: FEW + 1])
    store = extracted.opened(wave, extracted.known(wave))
    if store is None or len(marked) > FEW:
        return None
    keys = [spec.key for spec in extracted.specs(wave) if spec.key not in ABOUT]
    wanted = encode_stored(wave.version.asked, texts)
    found = [np.array(marked, np.int64)]
    try:
        with store.reading():
            for segment in store.segments:
                for place in range(len(texts)):
                    there = np.arange(segment.rows)
                    for key in keys:
                        column = store.column(segment, key)
                        there = there[_equal(column[there], wanted[key][place])]
                    found.append(store.column(segment, "id")[there])
    except (StoreChanged, StoreDamaged):
        return None
    return np.unique(np.concatenate(found))


def _equal(column: NDArray[Any], value: Any) -> NDArray[np.bool_]:
    return (column == value) | ((column != column) & (value != value))
