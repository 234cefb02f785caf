"""People of the small town at their browsers, for the journeys: each does what pages offer and reads what they show.

An act goes to the address of its form on the page, with what a person fills in; a refusal is a failed step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.core import mail
from django.test import Client, override_settings

from openhall import flow
from openhall.models import ServiceRequest, User
from openhall.surveys.codes import normalise


def words(answer: Any) -> str:
    """A page as it reads: what stands between its header and its footer, without marks."""
    html = re.sub(r"<(script|style|svg|noscript).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    main = re.search(r"<main.*?</main>", html, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main[0] if main else html)).split())


def hidden(answer: Any) -> dict[str, list[str]]:
    """The hidden fields of a page, as a browser sends them back."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode()
    ):
        found.setdefault(name, []).append(unescape(value))
    return found


def the_worker_works() -> None:
    """Everything that follows from what happened so far; mail is sent."""
    flow.catch_up()
    with override_settings(MAIL_READY=True):
        flow.send_out()


class Citizen:
    """Somebody at home, without an account."""

    def __init__(self) -> None:
        self.browser = Client()
        self.number = self.code = ""

    def bring(self, text: str, **form: Any) -> str:
        """Fill in the form, look at it, send it; the receipt as it reads."""
        form = {"demand": "", "who": "anonymous", "listed": "on", "text": text, **form}
        first = hidden(self.browser.get("/requests/new"))
        look = self.browser.post("/requests/new", {**first, **form})
        assert look.status_code == 200, words(look)
        receipt = self.browser.post("/requests/new", {**hidden(look), "step": "send"})
        self.number, self.code = re.findall(
            r'class="app-resume-code"[^>]*>([^<]+)<', receipt.content.decode()
        )
        return words(receipt)

    def follow(self) -> str:
        """Type number and code; the own page as it reads."""
        self.browser.post("/track", {"number": self.number, "code": self.code})
        return words(self.browser.get("/track/request"))

    def act(self, key: str, **form: Any) -> str:
        """Answer, add, reopen, appeal or withdraw."""
        self.follow()
        answer = self.browser.post(f"/track/request/{key}", form, follow=True)
        assert answer.status_code == 200, words(answer)
        return words(answer)

    def rate(self, overall: int, remark: str = "", **form: Any) -> str:
        self.follow()
        answer = self.browser.post("/rate", {"overall": overall, "remark": remark, **form}, follow=True)
        assert answer.status_code == 200, words(answer)
        return words(answer)

    def mail(self, address: str) -> list[str]:
        """What has come to this address, the newest last."""
        return [f"{one.subject}\n{one.body}" for one in mail.outbox if address in one.to]


@dataclass
class Colleague:
    """Somebody of the staff, signed in."""

    user: User
    browser: Client

    @classmethod
    def of(cls, user: User) -> Colleague:
        browser = Client()
        browser.force_login(user)
        return cls(user, browser)

    def look(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return words(answer)

    def sees(self, case: ServiceRequest) -> bool:
        return self.browser.get(f"/desk/requests/{case.number}/").status_code == 200

    def page(self, case: ServiceRequest) -> str:
        """The request page as it reads."""
        return self.look(f"/desk/requests/{case.number}/")

    def offered(self, case: ServiceRequest) -> set[str]:
        """The keys of the acts that the request page offers."""
        html = self.browser.get(f"/desk/requests/{case.number}/").content.decode()
        return set(re.findall(r'(?:/do/|data-key=")([a-z_-]+)', html))

    def do(self, case: ServiceRequest, key: str, *, seen: int | None = None, **form: Any) -> str:
        """Carry out an act the page offers; the next page as it reads, with what it says was done."""
        assert key in self.offered(case), f"{self.user} is not offered “{key}”: {sorted(self.offered(case))}"
        answer = self.try_to(case, key, seen=seen, **form)
        assert answer.redirect_chain, words(answer)
        return words(answer)

    def try_to(self, case: ServiceRequest, key: str, *, seen: int | None = None, **form: Any) -> Any:
        """Send the form of an act whether or not it is offered."""
        case.refresh_from_db()
        address = f"/desk/requests/{case.number}/do/{key}"
        return self.browser.post(address, {"seen": seen or case.edition, **form}, follow=True)

    def step(self, rectification: Any, key: str, **form: Any) -> str:
        """A step of a rectification, on its own page."""
        rectification.request.refresh_from_db()
        address = f"/desk/ratings/rectifications/{rectification.pk}/"
        assert f"/do/{key}" in self.browser.get(address).content.decode(), (
            f"{self.user} is not offered “{key}”"
        )
        form = {"seen": rectification.request.edition, **form}
        answer = self.browser.post(f"{address}do/{key}", form, follow=True)
        assert answer.redirect_chain, words(answer)
        return words(answer)


def case_of(citizen: Citizen) -> ServiceRequest:
    """The request this citizen has a receipt for."""
    return ServiceRequest.objects.get(number=normalise(citizen.number))


def colleagues(*users: User) -> Iterable[Colleague]:
    return [Colleague.of(user) for user in users]
