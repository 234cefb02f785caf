"""Visitors for a benchmark, in a process of their own: each opens a fresh connection, fetches the form, fills
it in at random, posts it with its cookie and tokens, and counts when the server has said that it is
stored.

    python benchmarks/visitors.py http://127.0.0.1:8000/s/KEY/ --clients 8 --seconds 5
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

PATIENCE = 15  # seconds until a visitor gives up
HIDDEN = re.compile(rb'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CHOICE = re.compile(rb'type="radio" name="([^"]+)" value="([^"]+)"')


@dataclass
class Visitors:
    """What all visitors together saw: latencies in seconds, keys of the forms the server acknowledged,
    failures.
    """

    host: str
    port: int
    path: str
    took: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    failed: int = 0
    choices: dict[str, list[str]] = field(default_factory=dict)

    async def one(self) -> None:
        """One visit from connection to confirmation."""
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                once = await self._visit()
        except (OSError, EOFError, TimeoutError, ValueError):
            self.failed += 1
            await asyncio.sleep(0.01)
        else:
            self.took.append(time.perf_counter() - begun)
            self.acknowledged.append(once)

    async def _visit(self) -> str:
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        try:
            status, head, page = await self._ask(reader, writer, b"GET", b"")
            if status != 200:
                raise ValueError(status)
            form = {name.decode(): value.decode() for name, value in HIDDEN.findall(page)}
            cookie = head.split(b"set-cookie: ", 1)[1].split(b";", 1)[0] if b"set-cookie: " in head else b""
            body = urlencode({**form, **self._answers(page)}).encode()
            status, _, _ = await self._ask(reader, writer, b"POST", body, cookie)
            if status != 302:
                raise ValueError(status)
            return form["_once"]
        finally:
            writer.close()

    def _answers(self, page: bytes) -> dict[str, str]:
        if not self.choices:
            for name, value in CHOICE.findall(page):
                self.choices.setdefault(name.decode(), []).append(value.decode())
        return {name: random.choice(values) for name, values in self.choices.items()}

    async def _ask(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        method: bytes,
        body: bytes,
        cookie: bytes = b"",
    ) -> tuple[int, bytes, bytes]:
        lines = [
            method + b" " + self.path.encode() + b" HTTP/1.1",
            b"Host: " + f"{self.host}:{self.port}".encode(),
        ]
        if cookie:
            lines.append(b"Cookie: " + cookie)
        if body:
            lines += [b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: %d" % len(body)]
        writer.write(b"\r\n".join([*lines, b"", body]) if body else b"\r\n".join([*lines, b"", b""]))
        head = await reader.readuntil(b"\r\n\r\n")
        status, length = int(head[9:12]), re.search(rb"(?i)content-length: (\d+)", head)
        return (
            status,
            re.sub(rb"(?i)set-cookie:", b"set-cookie:", head),
            await reader.readexactly(int(length[1]) if length else 0),
        )


async def closed_loop(visitors: Visitors, clients: int, seconds: float) -> None:
    """So many visitors at a time, each followed by the next."""
    end = time.perf_counter() + seconds

    async def line() -> None:
        while time.perf_counter() < end:
            await visitors.one()

    await asyncio.gather(*(line() for _ in range(clients)))


async def open_loop(visitors: Visitors, rate: float, seconds: float) -> None:
    """So many new visitors a second, however long the others take."""
    begun, tasks = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(visitors.one()))
    await asyncio.gather(*tasks)


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rate", type=float, help="arrivals a second instead of a fixed number of clients")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--keys", action="store_true", help="list the acknowledged forms too")
    asked = parser.parse_args()
    parts = urlsplit(asked.url)
    visitors = Visitors(parts.hostname or "127.0.0.1", parts.port or 80, parts.path)
    run: Callable[..., Awaitable[None]] = open_loop if asked.rate else closed_loop
    begun = time.perf_counter()
    asyncio.run(run(visitors, asked.rate or asked.clients, asked.seconds))
    spent = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "stored": len(visitors.took),
                "failed": visitors.failed,
                "per_second": len(visitors.took) / spent,
                "p50": quantile(visitors.took, 0.50),
                "p99": quantile(visitors.took, 0.99),
                "keys": visitors.acknowledged if asked.keys else [],
            }
        )
    )


if __name__ == "__main__":
    main()
