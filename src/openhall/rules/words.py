"""The words of a text by which like texts are found: English words cut to their stems, Chinese in pairs of characters.

No dictionary and no Django. Stems are for comparing, never for showing: `shown` says them in the text's own words.
Serves section 5.3.2 of the seed study: earlier cases, rules and knowledge beside the case in hand. Why pairs of
characters: docs/decisions/0014.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

LONGEST = 32  # characters of a word; the rest of a longer one is cut off
_UNSPACED = "\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Han and kana
_WORD = re.compile(rf"([{_UNSPACED}]+)|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")
_PRIVATE = re.compile(  # mail addresses; telephone, identity and case numbers: they liken people, not cases
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|\d(?:[ -]?\d){6,}", re.ASCII
)
_VOWEL = re.compile("[aeiouy]")
_PLURAL = re.compile("(?:[sxz]|[cs]h)es$")

_STOP = frozenset(
    [
        "a",
        "about",
        "after",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "but",
        "by",
        "can",
        "could",
        "dear",
        "did",
        "do",
        "does",
        "doing",
        "dont",
        "down",
        "each",
        "for",
        "from",
        "further",
        "get",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "hello",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "if",
        "im",
        "in",
        "into",
        "is",
        "it",
        "its",
        "ive",
        "just",
        "me",
        "more",
        "most",
        "my",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "please",
        "same",
        "she",
        "should",
        "so",
        "some",
        "such",
        "thank",
        "thanks",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)
_PARTICLES = frozenset("的了吗呢吧啊呀嘛么这那我你您他她它们很也")  # a run of Chinese is cut at these
_STOP_CHINESE = frozenset(
    [
        "好",
        "什",
        "怎",
        "你好",
        "请问",
        "谢谢",
        "现在",
        "已经",
        "没有",
        "可以",
        "因为",
        "所以",
        "但是",
        "如果",
        "就是",
        "希望",
        "反映",
    ]
)


def tokens(text: str) -> list[str]:
    """The words of `text` in order, repeats and all, ready to be compared: letters and digits only.

    Forms are unified (NFKC, case folding), English plurals and -ing and -ed cut, words without content left out;
    Chinese and Japanese become overlapping pairs of characters, a character alone stays. Mail addresses and numbers
    of seven digits and more are left out.

    >>> tokens("The street lights at No. 12 are broken")
    ['street', 'light', '12', 'broken']
    >>> tokens("我家楼下的路灯坏了")
    ['家楼', '楼下', '路灯', '灯坏']
    """
    return [word for word, _, _ in _found(_plain(text))]


def shown(text: str, wanted: Collection[str]) -> tuple[str, ...]:
    """The words of `text` whose tokens are `wanted`, as they stand there: in order, each once, pairs joined again.

    >>> shown("The Street Lights are broken: 小区路灯坏了", {"street", "light", "路灯", "灯坏"})
    ('Street', 'Lights', '路灯坏')
    """
    plain = _plain(text)
    spans: list[tuple[int, int]] = []
    for word, start, end in _found(plain):
        if word not in wanted:
            continue
        if spans and start < spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    once: dict[str, str] = {}
    for start, end in spans:
        once.setdefault(plain[start:end].casefold(), plain[start:end])
    return tuple(once.values())


def _plain(text: str) -> str:
    """One form of each character, and blanks where something private stood."""
    return _PRIVATE.sub(lambda found: " " * len(found[0]), unicodedata.normalize("NFKC", text))


def _found(plain: str) -> Iterator[tuple[str, int, int]]:
    """Each token and where it stands."""
    for run in _WORD.finditer(plain):
        if run[1]:
            yield from _pairs(run[1], run.start())
        elif (word := _folded(run[0])) and word not in _STOP:
            yield _stem(word)[:LONGEST], run.start(), run.end()


def _folded(run: str) -> str:
    """Lower case, without the possessive and without apostrophes."""
    word = run.casefold().replace("’", "'").removesuffix("'s").replace("'", "")
    return word if word.isalnum() else "".join(filter(str.isalnum, word))


def _pairs(run: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Overlapping pairs of a run of Chinese, cut at particles."""
    begin = 0
    for end in range(len(run) + 1):
        if end < len(run) and run[end] not in _PARTICLES:
            continue
        for first in range(begin, max(begin + 1, end - 1)):
            if (word := run[first : min(first + 2, end)]) and word not in _STOP_CHINESE:
                yield word, start + first, start + first + len(word)
        begin = end + 1


def _stem(word: str) -> str:
    """An English word without plural, -ed, -ing and a last e; others, and words with a digit, as they are.

    The same for all forms of a regular word, which need not be a word itself: "closes", "closing" and "close" give
    "clos".
    """
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y" if len(word) > 4 else word[:-1]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if len(word) > 4 and _PLURAL.search(word) else word[:-1]
    if word.endswith("ied") and len(word) > 4:
        word = word[:-3] + "y"
    elif not word.endswith("eed"):
        word = _without(word, "ing") or _without(word, "ed") or word
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _without(word: str, ending: str) -> str:
    """The word without this ending and without a consonant doubled before it, if a word remains; else nothing."""
    rest = word.removesuffix(ending)
    if rest == word or len(rest) < 3 or not _VOWEL.search(rest):
        return ""
    double = rest[-1] == rest[-2] and rest[-1] not in "aeiouylsz"
    return rest[:-1] if double else rest
