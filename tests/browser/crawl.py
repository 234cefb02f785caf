"""A visitor who looks at every page once: follows each link a person of this role can see, and checks what is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"wide": (1280, 900), "phone": (360, 740)}


@dataclass
class Crawl:
    """Pages seen, by the name of their address, and what was wrong with them."""

    page: Page
    base: str
    starts: list[str]
    axe_at: str = "wide"  # the size at which axe looks; sideways scroll is looked for at both
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def visit(self, most: int = 120) -> None:
        waiting = list(self.starts)
        while waiting and len(self.seen) < most:
            address = waiting.pop(0)
            name = page_name(address)
            if name is None or name in self.seen:
                continue
            self.seen.add(name)
            answer = self.page.goto(self.base + address, wait_until="load")
            if answer is None or "html" not in answer.headers.get("content-type", ""):
                continue
            if answer.status >= 400:
                self.faults.append(f"{name} {address}: status {answer.status}")
                continue
            waiting += self.links()
            self.check(name)

    def links(self) -> list[str]:
        hrefs = self.page.eval_on_selector_all(
            "a[href]:not([download])", "links => links.map(link => link.getAttribute('href'))"
        )
        here = [urlsplit(urljoin(self.page.url, href)) for href in hrefs]
        return [
            part.path + (f"?{part.query}" if part.query else "")
            for part in here
            if self.base.endswith(part.netloc)
        ]

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
                "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
            )
            for violation in found["violations"]:
                where = [node["target"][0] for node in violation["nodes"]][:3]
                self.faults.append(f"{name} ({size}): {violation['id']} at {where}")


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
