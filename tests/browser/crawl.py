"""A visitor who looks at every page once: follows each link a person of this role can see, and checks what is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page, Response

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"wide": (1280, 900), "phone": (360, 740)}


@dataclass
class Crawl:
    """Pages seen, by the name of their address, and what was wrong with them.

    The starts are all looked at, though several be the same page in different states; of the pages they lead to one
    of a name. `within`: beginnings of the addresses that are looked at; other links are somebody else's.
    """

    page: Page
    base: str
    starts: list[str]
    within: tuple[str, ...] = ("/",)
    axe_at: str = "wide"  # the size at which axe looks; sideways scroll is looked for at both
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def visit(self, most: int = 150) -> None:
        waiting = [(address, True) for address in self.starts]
        while waiting and len(self.seen) < most:
            address, wanted = waiting.pop(0)
            name = page_name(address)
            if name is None or (name in self.seen and not wanted):
                continue
            if not wanted and not address.startswith(self.within):
                continue
            self.seen.add(name)
            answer = self.opened(address)
            if answer is None or "html" not in answer.headers.get("content-type", ""):
                continue
            if answer.status >= 400:
                self.faults.append(f"{name} {address}: status {answer.status}")
                continue
            waiting += [(link, False) for link in self.links()]
            self.check(f"{name} {address}" if wanted else name)

    def opened(self, address: str) -> Response | None:
        """The page; None where it is a file to keep."""
        try:
            return self.page.goto(self.base + address, wait_until="load")
        except Error as error:
            if "Download is starting" in error.message:
                return None
            raise

    def links(self) -> list[str]:
        hrefs = self.page.eval_on_selector_all(
            "a[href]:not([download])", "links => links.map(link => link.getAttribute('href'))"
        )
        return own_links(self.page.url, hrefs)

    def check(self, name: str) -> None:
        """Sideways scroll at both sizes, axe at one; the other language's crawl takes the other."""
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            sideways = self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if sideways > 0:
                self.faults.append(f"{name} ({size}): scrolls sideways by {sideways} px")
            if size != self.axe_at:
                continue
            self.page.evaluate(AXE)
            found = self.page.evaluate(
                "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
                RULES,
            )
            for violation in found["violations"]:
                where = [node["target"][0] for node in violation["nodes"]][:3]
                self.faults.append(f"{name} ({size}): {violation['id']} at {where}")


class Links(HTMLParser):
    """The addresses a page links to, without a browser."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href") and "download" not in given:
            self.hrefs.append(given["href"])


def walk(client: Client, starts: list[str]) -> tuple[set[str], list[str]]:
    """Names of the pages that links lead to, one of each, and the links that lead nowhere. Nothing is drawn."""
    seen: set[str] = set()
    faults: list[str] = []
    waiting, wanted = list(starts), set(starts)
    while waiting:
        address = waiting.pop(0)
        name = page_name(address)
        if name is None or (name in seen and address not in wanted):
            continue
        wanted.discard(address)
        seen.add(name)
        answer = client.get(address, follow=True)
        answer.close()  # a file that is handed out
        if answer.status_code >= 400:
            faults.append(f"{name} {address}: status {answer.status_code}")
        elif "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            here = answer.request["PATH_INFO"]
            waiting += own_links(f"http://testserver{here}", Links(answer.content.decode()).hrefs)
    return seen, faults


def own_links(here: str, hrefs: list[str]) -> list[str]:
    """Path and query of those that stay on the server of the page `here`."""
    found = [urlsplit(urljoin(here, href)) for href in hrefs]
    mine = urlsplit(here).netloc
    return [part.path + (f"?{part.query}" if part.query else "") for part in found if part.netloc == mine]


def page_name(address: str) -> str | None:
    """The name of the view behind an address, None where the address is no page of ours or signs the person out."""
    parts = urlsplit(address)
    if "lang=" in parts.query:
        return None
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    return None if match.view_name in {"desk:sign_out"} else match.view_name
