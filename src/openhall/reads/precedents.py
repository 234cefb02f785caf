"""Like earlier cases, articles and rules beside the case in hand, with the words that make them like. Section 5.3.2.

The documents that may be meant come from `openhall.reads.nearest`; here they are ranked by BM25. Who may see what is
found is for the caller to say: ask for more (`most`) and leave out. Design and measurement: docs/decisions/0014.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from heapq import nlargest

from django.db.models import Max

from openhall.models.search import KINDS, MOST_WORDS, SearchDocument, SearchWord
from openhall.reads.nearest import Frequencies, nearest
from openhall.rules.words import shown, tokens

MOST = 50  # found at once
TERMS = 48  # words looked for, the rarest of the text
READ = 200  # documents read, of each kind where kinds are chosen
SHOWN = 12  # words said to be shared
K1, B = 1.2, 0.5  # BM25: how soon repeats stop counting; how much long documents lose
SHARED_BY_MOST = 0.9  # a kind is not worth looking for in the index


@dataclass(frozen=True, slots=True)
class Found:
    """Something like the text asked with. `score`: 1 for the same words, towards 0 for few and frequent ones."""

    kind: str
    pk: int
    score: float
    shared_words: tuple[str, ...]  # as they stand in the text asked with


@dataclass(frozen=True, slots=True)
class _Document:
    number: int
    kind: str
    pk: int
    words: list[str]


def like(text: str, *, kinds: Collection[str] = KINDS, most: int = 5) -> list[Found]:
    """Up to `most` (50 at the utmost) indexed objects of these kinds most like `text`, the most like first.

    What shares no word is never found; the object the text belongs to is found like any other. ValueError for an
    unknown kind.
    """
    if unknown := set(kinds) - set(KINDS):
        raise ValueError(f"kinds has {', '.join(sorted(unknown))}; use {', '.join(KINDS)}")
    asked = Counter(tokens(text)[:MOST_WORDS])
    known = _frequencies(asked)
    terms = sorted(asked, key=lambda word: (known.of(word), word))[:TERMS]
    near: set[int] = set()
    seen: Counter[str] = Counter()
    for mark in _marks(kinds, known):
        numbers, counts = nearest(terms, mark, known, READ)
        near |= numbers
        seen.update(counts)
    weight = {word: known.weight(word, seen[word]) for word in terms}
    ranked = _ranked({word: asked[word] for word in terms}, weight, list(_documents(near, kinds)))
    return [
        Found(document.kind, document.pk, score, shown(text, _heaviest(document, weight)))
        for score, document in ranked[: max(0, min(most, MOST))]
    ]


def _frequencies(words: Iterable[str]) -> Frequencies:
    size = SearchDocument.objects.aggregate(last=Max("pk"))["last"] or 0
    wanted = [*words, *("=" + kind for kind in KINDS)]
    return Frequencies(size, dict(SearchWord.objects.filter(word__in=wanted).values_list("word", "share")))


def _marks(kinds: Collection[str], known: Frequencies) -> list[str]:
    """What to look for beside the words: nothing where all kinds are asked for or nearly all documents are of one."""
    if set(kinds) == set(KINDS):
        return [""]
    return ["" if known.of("=" + kind) > SHARED_BY_MOST else "=" + kind for kind in kinds]


def _documents(numbers: Collection[int], kinds: Collection[str]) -> Iterable[_Document]:
    # By id alone: asked for kinds too, SQLite goes through the index of kinds.
    rows = SearchDocument.objects.filter(pk__in=numbers)
    for number, kind, pk, words in rows.values_list("pk", "kind", "object_id", "words"):
        if kind in kinds:
            yield _Document(number, kind, pk, words.split())


def _ranked(
    asked: Mapping[str, int], weight: Mapping[str, float], documents: list[_Document]
) -> list[tuple[float, _Document]]:
    """The documents with their scores, the best first, of equals the latest. The score is BM25, as a share of what the
    text itself would get.
    """
    usual = sum(len(document.words) for document in documents) / max(1, len(documents))
    utmost = sum(weight[word] * times / (times + K1) for word, times in asked.items())

    def score(document: _Document) -> float:
        times = Counter(document.words)
        slow = K1 * (1 - B + B * len(document.words) / usual)
        got = sum(weight[word] * times[word] / (times[word] + slow) for word in asked.keys() & times.keys())
        return min(1.0, got / utmost)

    scored = ((score(document), document) for document in documents)
    return sorted(scored, key=lambda one: (one[0], one[1].number), reverse=True)


def _heaviest(document: _Document, weight: Mapping[str, float]) -> set[str]:
    """The shared words that say most."""
    return set(nlargest(SHOWN, weight.keys() & document.words, key=weight.__getitem__))
