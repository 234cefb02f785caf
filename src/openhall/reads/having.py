"""Which requests have all the words somebody looks for: the latest of them, out of the index of like texts.

The index knows no confidential requests. Ranking by likeness is `openhall.reads.precedents`. Row C3.
"""

from __future__ import annotations

import math

from django.db import connection
from django.db.models import Max

from openhall.models.search import SearchDocument, SearchWord
from openhall.rules.words import tokens

MOST = 500  # requests found at once, the latest
TERMS = 8  # words looked for, the first of the text
SPAN = 14  # bits: ids in one span of the PostgreSQL index (migration 0004)
SPANS = 8  # asked for at once; with more of them the index is slower than with none


def having(text: str) -> list[int]:
    """Row ids of up to `MOST` latest requests that have every word of `text`; none where it has no word to look for."""
    words = list(dict.fromkeys(tokens(text)))[:TERMS]
    if not words:
        return []
    if connection.vendor == "sqlite":
        return _found(*_sqlite(words))
    spans = _spans(words)
    found = _found(*_postgresql(words, spans)) if spans else []
    return found if len(found) == MOST else _found(*_postgresql(words))


def _found(sql: str, values: list[object]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [pk for (pk,) in cursor]


def _sqlite(words: list[str]) -> tuple[str, list[object]]:
    asked = " AND ".join(f'"{word}"' for word in ("=request", *words))
    sql = (
        "SELECT object_id FROM openhall_searchdocument WHERE id IN (SELECT rowid FROM openhall_search"
        " WHERE openhall_search MATCH %s ORDER BY rowid DESC LIMIT %s)"
    )
    return sql, [asked, MOST]


def _postgresql(words: list[str], spans: range = range(0)) -> tuple[str, list[object]]:
    parts = [f"'{word}'" for word in ("=request", *words)]
    if spans:
        parts.append("(" + " | ".join(f"'<{span}'" for span in spans) + ")")
    sql = (
        "SELECT object_id FROM openhall_searchdocument"
        " WHERE openhall_search_words(words, kind, id) @@ %s::tsquery ORDER BY id DESC LIMIT %s"
    )
    return sql, [" & ".join(parts), MOST]


def _spans(words: list[str]) -> range:
    """The latest spans of ids, likely enough to find `MOST` where all the words are common; else none."""
    shares = dict(SearchWord.objects.filter(word__in=words).values_list("word", "share"))
    if len(shares) < len(words):
        return range(0)
    size = SearchDocument.objects.aggregate(last=Max("pk"))["last"] or 0
    wanted = 2 * MOST / math.prod(shares.values())
    spans = range(max(0, int(size - wanted)) >> SPAN, (size >> SPAN) + 1)
    return spans if wanted < size and len(spans) <= SPANS else range(0)
