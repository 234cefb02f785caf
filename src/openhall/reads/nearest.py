"""Which documents have most words in common with some given ones, as the database's inverted index knows it.

Reading every entry of a word like “street” takes too long among a million documents, and no document is found by it
alone. So rare words are looked up one by one, common ones only together, and where even that is too much, among the
latest documents. Only ids are read here; `openhall.reads.precedents` ranks them. Measured: docs/decisions/0014.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate, combinations

from django.db import connection, transaction

ENTRIES = {"sqlite": 8_000, "postgresql": 3_000}  # of the index, for rare words and again for common ones
PASSED = 100_000  # entries passed over for common words
POOL, TOGETHER, GROUPS = 8, 4, 24  # common words that are combined, at most so many, in at most so many ways
ENOUGH = 50  # entries: if the latest documents have fewer, all are looked at
RAREST = 0.01  # share of a kind: of a rarer one every entry may be taken
SPAN = 14  # bits: ids in one span of the PostgreSQL index (migration 0004)

Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How many documents there are (the highest id), and the share of them that has a word; rare ones are unknown."""

    size: int
    shares: Mapping[str, float]

    def of(self, word: str) -> float:
        return self.shares.get(word, 0.0)

    def weight(self, word: str, seen: int = 0) -> float:
        """What a word says about a document that has it (BM25's inverse frequency), `seen` in so many at least."""
        return math.log1p(self.size / (max(seen, self.of(word) * self.size) + 0.5))

    def expected(self, group: Group) -> float:
        """About how many documents have all these words: between chance and always together."""
        shares = [self.of(word) for word in group]
        return self.size * math.sqrt(math.prod(shares) * min(shares))


@dataclass(frozen=True, slots=True)
class _Look:
    """Look for documents with all words of the group, among those with ids from `since`."""

    group: Group
    since: int = 0

    @property
    def alone(self) -> bool:
        return len(self.group) == 1


def nearest(
    terms: Sequence[str], mark: str, known: Frequencies, most: int
) -> tuple[set[int], dict[str, int]]:
    """The ids of `most` documents that weigh most by the `terms` they have (rarest first), and in how many each rare
    term is. `mark`: only documents that have this word of the index too, such as “=article”; or empty.
    """
    looks = list(_looks(terms, known.of(mark) if mark else 1.0, known))
    rows = _entries(looks, mark, known.size)
    if len(rows) < ENOUGH and any(look.since for look in looks):  # snow, asked for in summer
        looks = [_Look(look.group) for look in looks]
        rows = _entries(looks, mark, known.size)
    entries: dict[int, list[int]] = defaultdict(list)
    for place, number in rows:
        entries[place].append(number)
    counts = {looks[place].group[0]: len(found) for place, found in entries.items() if looks[place].alone}
    weight = {word: known.weight(word, counts.get(word, 0)) for word in terms}
    weights: dict[int, float] = defaultdict(float)
    together: dict[int, set[str]] = defaultdict(set)
    for place, found in entries.items():
        look = looks[place]
        if look.alone:
            gain = weight[look.group[0]]
            for number in found:
                weights[number] += gain
        else:
            for number in found:
                together[number].update(look.group)
    for number, words in together.items():
        weights[number] += sum([weight[word] for word in words])
    return set(nlargest(most, weights, key=weights.__getitem__)), counts


def _looks(terms: Sequence[str], among: float, known: Frequencies) -> Iterator[_Look]:
    """First single words as long as they are rare, then pairs (or more) of the next ones; `among` such a share of all
    documents.
    """
    limit = ENTRIES[connection.vendor] / max(among, RAREST)
    rare = _rarest([(term,) for term in terms], known, limit)
    yield from map(_Look, rare)
    if pool := terms[len(rare) :][:POOL]:
        groups = _together(pool, known, limit)
        taken = sum(map(known.expected, groups))
        passed = sum(min(map(known.of, group)) for group in groups) * known.size
        part = min(limit / max(1.0, taken), PASSED / max(1.0, passed))
        since = int(known.size * (1 - part)) if part < 0.5 else 0
        yield from (_Look(group, since) for group in groups)


def _together(pool: Sequence[str], known: Frequencies, limit: float) -> list[Group]:
    """Pairs of common words; three or four where pairs are too common; at worst one group that is."""
    most = min(TOGETHER, len(pool))
    for count in range(min(2, most), most + 1):
        if groups := _rarest(combinations(pool, count), known, limit)[:GROUPS]:
            return groups
    return [tuple(pool[:most])]


def _rarest(groups: Iterable[Group], known: Frequencies, limit: float) -> list[Group]:
    """The groups with the fewest documents, as long as these are not more than `limit` in all."""
    counted = sorted((known.expected(group), group) for group in groups)
    sums = accumulate(expected for expected, _ in counted)
    return [group for (_, group), total in zip(counted, sums, strict=True) if total <= limit]


def _entries(looks: Sequence[_Look], mark: str, size: int) -> list[tuple[int, int]]:
    """The place of a look and the id of a document it found, for all of them in one question."""
    if not looks:
        return []
    one, asked = (_SQLITE, _sqlite) if connection.vendor == "sqlite" else (_POSTGRESQL, _postgresql)
    limit = ENTRIES[connection.vendor]
    parts, values = [], []
    for place, look in enumerate(looks):
        parts.append(one.format(place=place, limit=limit))
        values += asked(look, mark, size)
    question = " UNION ALL ".join(parts)
    if connection.vendor == "sqlite":  # where a transaction, even to read, would wait for writers
        with connection.cursor() as cursor:
            return cursor.execute(question, values).fetchall()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")  # compiling the question takes longer than answering it
        cursor.execute(question, values)
        return cursor.fetchall()


_SQLITE = (
    "SELECT * FROM (SELECT {place}, rowid FROM openhall_search"
    " WHERE openhall_search MATCH %s AND rowid >= %s ORDER BY rowid DESC LIMIT {limit})"
)
_POSTGRESQL = (
    "(SELECT {place}, id FROM openhall_searchdocument"
    " WHERE openhall_search_words(words, kind, id) @@ %s::tsquery LIMIT {limit})"
)


def _sqlite(look: _Look, mark: str, _size: int) -> list[object]:
    return [" AND ".join(f'"{word}"' for word in (mark, *look.group) if word), look.since]


def _postgresql(look: _Look, mark: str, size: int) -> list[object]:
    asked = " & ".join(f"'{word}'" for word in (mark, *look.group) if word)
    if look.since:
        spans = range(look.since >> SPAN, (size >> SPAN) + 1)
        asked += " & (" + " | ".join(f"'<{span}'" for span in spans) + ")"
    return [asked]
