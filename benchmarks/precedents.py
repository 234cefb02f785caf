"""How fast like earlier cases are found among a million, how well, and what a new one costs.

    python -m benchmarks.precedents [--cases 1000000] [--questions 300] [--database postgresql://…] [--folder DIR]

Makes cases of 10 to 60 words, the same every time (half English, two fifths Chinese, the rest both; words, topics and
places by Zipf's law, “street” in most and “light” in a tenth of all cases that could have them), puts them into a fresh
SQLite database, and into an empty PostgreSQL database where --database names one, and asks with new cases. How well:
compared with BM25 over every word of every case, counted without an index. Beside a million cases there are a thousand
articles and a thousand rules. With --folder the cases and databases are kept for the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from openhall.rules.words import tokens

SEED = 4
CHUNK = 10_000  # cases made at a time
TOPICS = 200
COMMON = [
    ["street", "light", "broken", "lamp", "dark", "night", "pole", "repair"],
    ["路灯", "小区", "损坏", "晚上", "维修", "道路", "照明", "居民"],
]


def zipf(count: int, power: float) -> np.ndarray:
    """Shares that fall with the rank."""
    shares = 1 / np.arange(1, count + 1) ** power
    return shares.cumsum() / shares.sum()


@cache
def vocabulary() -> dict[str, list]:
    """Made-up words of both languages: of everyday use, of topics, and the names of places."""
    chance = random.Random(SEED)
    sounds = [a + b for a in "bcdfghjklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ar", "en", "or")]
    characters = [chr(code) for code in chance.sample(range(0x4E00, 0x8FFF), 2500)]
    weights = [1 / rank**0.6 for rank in range(1, 2501)]
    english = list({"".join(chance.choices(sounds, k=chance.choice((2, 3, 3, 4)))) for _ in range(70_000)})
    chinese = list({"".join(chance.choices(characters, weights, k=2)) for _ in range(30_000)})
    english.sort()
    chinese.sort()
    chance.shuffle(english)
    chance.shuffle(chinese)
    topics = [[words[100 * topic :][:80] for topic in range(TOPICS)] for words in (english, chinese)]
    for language, common in enumerate(COMMON):
        topics[language][0][: len(common)] = common
    return {"all": [english, chinese], "topics": topics, "places": [english[-5000:], chinese[-5000:]]}


def texts(chunk: int, count: int = CHUNK) -> Iterator[str]:
    """The cases of one chunk; chunk -1 and below are asked with and not among the indexed."""
    chance = np.random.default_rng([SEED, chunk % 2**32])
    known = vocabulary()
    shares = {
        "all": [zipf(len(words), 1.05) for words in known["all"]],
        "topics": zipf(80, 1.0),
        "places": zipf(5000, 0.8),
        "topic": zipf(TOPICS, 1.0),
    }
    for _ in range(count):
        topic = int(np.searchsorted(shares["topic"], chance.random()))
        languages = ([0], [1], [0, 1])[int(np.searchsorted([0.5, 0.9], chance.random()))]
        parts = []
        for language in languages:
            length = int(chance.integers(10, 61)) // len(languages)
            own = np.searchsorted(shares["topics"], chance.random(round(length * 0.45)))
            general = np.searchsorted(shares["all"][language], chance.random(round(length * 0.5)))
            words = [known["topics"][language][topic][rank] for rank in own]
            words += [known["all"][language][rank] for rank in general]
            order = chance.permutation(len(words))
            place = known["places"][language][int(np.searchsorted(shares["places"], chance.random()))]
            number = str(int(chance.integers(1, 200)))
            words = [words[rank] for rank in order]
            parts.append(
                f"{' '.join(words)}, {number} {place} street"
                if language == 0
                else f"{''.join(words)}，{place}{number}号"
            )
        yield ". ".join(parts)


def words_of(chunk: int) -> list[str]:
    return [" ".join(tokens(text)) for text in texts(chunk)]


def questions(count: int) -> list[str]:
    return list(texts(-1, count))


def write_cases(file: Path, count: int) -> None:
    """The words of all cases, a line each."""
    with Pool(os.cpu_count()) as pool, file.open("w", encoding="utf-8") as target:
        for lines in pool.imap(words_of, range(-(-count // CHUNK))):
            target.writelines(line + "\n" for line in lines)


def best(file: Path, asked: list[str], most: int) -> list[dict[int, float]]:
    """For each question the `most` highest scores among all cases, by their numbers from 1, counted one by one."""
    wanted = [Counter(tokens(text)) for text in asked]
    column = {word: place for place, word in enumerate(sorted(set().union(*wanted)))}
    seen, length, size = np.zeros(len(column)), 0, 0
    chunks = []
    with file.open(encoding="utf-8") as lines:
        while chunk := [line.split() for line in islice(lines, 50_000)]:
            counted = [Counter(word for word in case if word in column) for case in chunk]
            lengths = np.array([len(case) for case in chunk])
            starts = np.cumsum([0, *map(len, counted)])
            places = np.array([column[word] for case in counted for word in case])
            times = np.array([number for case in counted for number in case.values()], dtype=np.float32)
            chunks.append((starts, places, times, lengths))
            seen += np.bincount(places, minlength=len(column))
            length, size = length + lengths.sum(), size + len(chunk)
    weight = np.log1p(size / (seen + 0.5))
    asks = csr_array(
        (
            [weight[column[word]] for question in wanted for word in question],
            (
                [column[word] for question in wanted for word in question],
                [number for number, question in enumerate(wanted) for _ in question],
            ),
        ),
        shape=(len(column), len(wanted)),
    )
    utmost = [sum(weight[column[word]] * t / (t + 1.2) for word, t in one.items()) for one in wanted]
    top: list[dict[int, float]] = [{} for _ in wanted]
    first = 1
    for starts, places, times, lengths in chunks:
        slow = np.repeat(1.2 * (0.5 + 0.5 * lengths / (length / size)), np.diff(starts))
        cases = csr_array((times / (times + slow), places, starts), shape=(len(lengths), len(column)))
        scores = (cases @ asks).toarray()
        for number in range(len(wanted)):
            rows = np.argpartition(scores[:, number], -most)[-most:]
            top[number] |= {first + int(row): float(scores[row, number] / utmost[number]) for row in rows}
        first += len(lengths)
    return [dict(sorted(one.items(), key=lambda item: -item[1])[:most]) for one in top]


def kind_of(number: int) -> str:
    """A thousand articles and a thousand rules in a million; the rest are requests."""
    return {0: "article", 500: "rule"}.get(number % 1000, "request")


def load(file: Path, count: int) -> float:
    """Put the cases into the database, a thousand a transaction. Seconds taken; 0 where they are there already."""
    from openhall.models.search import SearchDocument, refresh

    if SearchDocument.objects.count() >= count:
        return 0.0
    started = time.perf_counter()
    with file.open(encoding="utf-8") as lines:
        numbered = enumerate(islice(lines, count), 1)
        while part := list(islice(numbered, 1000)):
            SearchDocument.objects.bulk_create(
                SearchDocument(kind=kind_of(number), object_id=number, words=line.rstrip("\n"))
                for number, line in part
            )
    taken = time.perf_counter() - started
    refresh()
    return taken


def times_of(run: Callable[[str], object], texts: list[str]) -> dict[str, float]:
    """Milliseconds of each text by the clock (middle, 95th and 99th in a hundred, longest), the same of the CPU time of
    this process, which on PostgreSQL leaves out the server's, and the load meanwhile.
    """
    taken, cpu = [], []
    for text in texts:
        started, worked = time.perf_counter(), time.process_time()
        run(text)
        taken.append(1000 * (time.perf_counter() - started))
        cpu.append(1000 * (time.process_time() - worked))
    middle, late, last = np.percentile(taken, [50, 95, 99])
    own, own_late = np.percentile(cpu, [50, 95])
    load = os.getloadavg()[0]
    return {
        "p50": middle,
        "p95": late,
        "p99": last,
        "longest": max(taken),
        "cpu50": own,
        "cpu95": own_late,
        "load": load,
    }


def measure(folder: Path, asked: list[str], count: int) -> dict[str, object]:
    """Everything about the database of the settings."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.db.models import Max

    from openhall.models import search
    from openhall.reads.precedents import like

    call_command("migrate", verbosity=0)
    loaded = load(folder / "cases.txt", count)
    right = [
        {int(number): score for number, score in one.items()}
        for one in json.loads((folder / "best.json").read_text())
    ]
    for text in texts(-2, 20):
        like(text)
    runs = {"like, all kinds": times_of(like, asked)}
    runs["like, articles only"] = times_of(lambda text: like(text, kinds=["article"]), asked)
    runs["like, three words"] = times_of(like, [" ".join(tokens(text)[:3]) for text in asked])
    found = [[one.pk for one in like(text)] for text in asked]
    new = search.SearchDocument.objects.aggregate(last=Max("object_id"))["last"]

    def put(text: str) -> None:
        nonlocal new
        new += 1
        with transaction.atomic():
            search.put("request", new, text)

    runs["put, new case"] = times_of(put, list(texts(-3, 2000)))
    new -= 2000
    runs["put, changed case"] = times_of(put, list(texts(-4, 2000)))
    started = time.perf_counter()
    common = search.refresh()
    return {
        "vendor": {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor],
        "loaded": loaded,
        "refreshed": time.perf_counter() - started,
        "common": common,
        "runs": runs,
        "same": float(
            np.mean(
                [len(set(ours) & set(list(best)[:5])) / 5 for ours, best in zip(found, right, strict=True)]
            )
        ),
        "reached": float(
            np.mean(
                [
                    sum(best.get(number, 0.0) for number in ours) / sum(list(best.values())[:5])
                    for ours, best in zip(found, right, strict=True)
                ]
            )
        ),
    }


def measured_apart(folder: Path, url: str, arguments: argparse.Namespace) -> dict[str, object]:
    """`measure` in a process of its own, whose settings name this database."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "openhall.settings",
        "OPENHALL_DATA_DIR": str(folder),
        "OPENHALL_DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "benchmarks.precedents", "--measure", "--folder", str(folder)]
    command += ["--cases", str(arguments.cases), "--questions", str(arguments.questions)]
    done = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    )
    return json.loads(done.stdout.splitlines()[-1])


def table(results: list[dict]) -> str:
    lines = [
        "| database | what | p50 ms | p95 ms | p99 ms | longest ms | CPU p50 ms | CPU p95 ms | load |",
        "|---|---|" + "---:|" * 7,
    ]
    for result in results:
        for what, run in result["runs"].items():
            figures = " | ".join(f"{run[name]:.1f}" for name in run)
            lines.append(f"| {result['vendor']} | {what} | {figures} |")
    lines.append("")
    for result in results:
        lines.append(
            f"{result['vendor']}: {100 * result['same']:.0f} % of the five best of all found, "
            f"{100 * result['reached']:.0f} % of their scores reached; loaded in {result['loaded']:.0f} s, "
            f"frequencies of {result['common']} common words refreshed in {result['refreshed']:.1f} s."
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--database", help="an empty PostgreSQL database to measure as well")
    parser.add_argument("--folder", type=Path, help="where the cases and the SQLite database are kept")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.folder, questions(asked.questions), asked.cases)))
        return
    with tempfile.TemporaryDirectory(prefix="openhall-benchmark-") as fresh:
        folder = (asked.folder or Path(fresh)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "best.json").exists():
            write_cases(folder / "cases.txt", asked.cases)
            right = best(folder / "cases.txt", questions(asked.questions), 100)
            (folder / "best.json").write_text(json.dumps(right))
        urls = [f"sqlite:///{folder}/hall.sqlite3", *filter(None, [asked.database])]
        print(table([measured_apart(folder, url, asked) for url in urls]))
    print(f"\n{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
