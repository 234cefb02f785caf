"""The index of like texts: one row of words per request, article or rule, and how common a word is.

Actions call `put` and `drop` in the transaction that changes a text; the worker calls `refresh` about once a day. The
database keeps the inverted index behind the rows up to date itself (FTS5 with triggers on SQLite, GIN on PostgreSQL:
migration 0004), also when rows are deleted in bulk. Reading: `openhall.reads.precedents`. Serves section 5.3.2.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import models, transaction

from openhall.rules.words import LONGEST, tokens

KINDS = ("request", "article", "rule")
MOST_WORDS = 1000  # indexed of one text
SAMPLE = 20_000  # texts looked at to tell how common a word is
LEAST = 5  # texts of the sample a word must be in to count as common
BATCH = 500


class SearchDocument(models.Model):
    """The words of one text, in order and separated by blanks. The id grows with time: later texts have higher ones."""

    kind = models.CharField(max_length=8)
    object_id = models.BigIntegerField()
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="one_document_per_object")]


class SearchWord(models.Model):
    """A common word and the share of texts that have it, as far as a sample tells. Other words are rare. A kind is a
    word too: “=article”.
    """

    word = models.CharField(max_length=LONGEST, primary_key=True)
    share = models.FloatField()


def put(kind: str, pk: int, text: str) -> None:
    """Index `text` for the object `pk` of this kind, instead of what was indexed for it. ValueError for other kinds."""
    if kind not in KINDS:
        raise ValueError(f"kind is {kind}; use one of {', '.join(KINDS)}")
    words = " ".join(tokens(text)[:MOST_WORDS])
    if not words:
        drop(kind, pk)
    elif not SearchDocument.objects.filter(kind=kind, object_id=pk).update(words=words):
        SearchDocument.objects.bulk_create(
            [SearchDocument(kind=kind, object_id=pk, words=words)],
            update_conflicts=True,
            unique_fields=["kind", "object_id"],
            update_fields=["words"],
        )


def drop(kind: str, pk: int) -> None:
    """Forget the text of this object, if one was indexed."""
    SearchDocument.objects.filter(kind=kind, object_id=pk).delete()


def rebuild(texts: Iterable[tuple[str, int, str]]) -> int:
    """Index all `texts` (kind, pk, text) anew and forget objects that are not among them. How many are indexed.

    For after a change of `rules.words` or a restored backup. In short transactions, so that the hall works on
    meanwhile; what actions put in the meantime stays.
    """
    last = SearchDocument.objects.aggregate(last=models.Max("pk"))["last"] or 0
    seen: set[tuple[str, int]] = set()
    rest = iter(texts)
    while batch := list(islice(rest, BATCH)):
        with transaction.atomic():
            for kind, pk, text in batch:
                put(kind, pk, text)
        seen.update((kind, pk) for kind, pk, _ in batch)
    old = SearchDocument.objects.filter(pk__lte=last).values_list("pk", "kind", "object_id")
    gone = [pk for pk, kind, object_id in old.iterator() if (kind, object_id) not in seen]
    for start in range(0, len(gone), BATCH):
        SearchDocument.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    refresh()
    return len(seen)


def refresh() -> int:
    """Look again how common words are, in a random sample. How many common words there are.

    A few seconds at a million texts, in short transactions. Until it has run once, answers come more slowly and are
    ranked less well.
    """
    counts: Counter[str] = Counter()
    looked = 0
    for kind, words in _sample():
        counts.update({"=" + kind, *words.split()})
        looked += 1
    shares = {word: count / looked for word, count in counts.items() if count >= LEAST}
    rows = [SearchWord(word=word, share=shares[word]) for word in sorted(shares)]
    for start in range(0, len(rows), BATCH):
        SearchWord.objects.bulk_create(
            rows[start : start + BATCH],
            update_conflicts=True,
            unique_fields=["word"],
            update_fields=["share"],
        )
    rare = [word for word in SearchWord.objects.values_list("word", flat=True) if word not in shares]
    for start in range(0, len(rare), BATCH):
        SearchWord.objects.filter(word__in=rare[start : start + BATCH]).delete()
    return len(rows)


def _sample() -> Iterator[tuple[str, str]]:
    """Kind and words of about SAMPLE texts, chosen by random ids; of all texts where there are not many more."""
    ends = SearchDocument.objects.aggregate(first=models.Min("pk"), last=models.Max("pk"))
    ids: Sequence[int] = range(ends["first"] or 1, (ends["last"] or 0) + 1)
    if len(ids) > 2 * SAMPLE:
        ids = random.sample(ids, SAMPLE)
    for start in range(0, len(ids), BATCH):
        found = SearchDocument.objects.filter(pk__in=ids[start : start + BATCH])
        yield from found.values_list("kind", "words")
