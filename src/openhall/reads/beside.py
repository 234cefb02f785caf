"""What stands beside a request: like earlier cases and their answers, articles, rules that apply, the party's earlier
requests. Only what this person may see. Seed 5.3.2; row C4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openhall.models import Article, ListItem, Party, ServiceRequest, User
from openhall.reads import precedents
from openhall.reads.suggestions import alike, text_of
from openhall.rules.workflow import Outcome

MOST = 5
ANSWERED = (Outcome.RESOLVED, Outcome.EXPLAINED, Outcome.UNABLE, Outcome.NOT_RESPONSIBLE, Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Beside:
    """Something that may help, and the words that made it come up (none where the service brought it)."""

    what: ServiceRequest | Article | ListItem
    words: tuple[str, ...] = ()


def earlier(case: ServiceRequest, user: User) -> list[ServiceRequest]:
    """Other requests of the same party, the latest first; none for an anonymous one."""
    if case.party_id is None:
        return []
    rows = ServiceRequest.objects.visible_to(user).filter(party__in=_cluster(case.party)).exclude(pk=case.pk)
    return list(rows.select_related("service").order_by("-created_at")[:MOST])


def _cluster(party: Party) -> list[int]:
    """All records of the party; most parties have one, which is asked in one query."""
    alone = party.merged_into_id is None and not party.merged.exists()
    return [party.pk] if alone else party.cluster()


def like(case: ServiceRequest, user: User) -> list[Beside]:
    """Closed requests said alike with their answers, the most alike first; never a confidential one."""
    found = {one.pk: one.shared_words for one in alike(case) if one.pk != case.pk}
    rows = ServiceRequest.objects.visible_to(user).filter(
        pk__in=found, confidential=False, is_open=False, outcome__in=ANSWERED
    )
    near = rows.exclude(reply="").select_related("service", "lead").in_bulk()
    return [Beside(near[pk], words) for pk, words in found.items() if pk in near][:MOST]


def rules_and_articles(case: ServiceRequest) -> tuple[list[Beside], list[Beside]]:
    """Items of the three lists and articles: those of the service first, then those said alike."""
    found = precedents.like(text_of(case), kinds=("article", "rule"), most=4 * MOST)
    words = {(one.kind, one.pk): one.shared_words for one in found}
    articles = _these(Article.objects.filter(retired=False), [pk for kind, pk in words if kind == "article"])
    if case.service_id:
        of_service = Article.objects.filter(retired=False, service=case.service_id).order_by("-used")[:MOST]
        articles = dict.fromkeys([*articles, *of_service])
    rules = _these(ListItem.objects.filter(active=True), [pk for kind, pk in words if kind == "rule"])
    if case.service_id and case.service.power_id:
        rules = dict.fromkeys([case.service.power, *rules])
    return (
        [Beside(one, words.get(("rule", one.pk), ())) for one in rules][:MOST],
        [Beside(one, words.get(("article", one.pk), ())) for one in articles][:MOST],
    )


def _these(rows: object, pks: Iterable[int]) -> dict[ListItem | Article, None]:
    """The rows in the order of their keys."""
    pks = list(pks)
    found = rows.in_bulk(pks) if pks else {}
    return dict.fromkeys(found[pk] for pk in pks if pk in found)


def taken(case: ServiceRequest, user: User, take: str) -> tuple[str, list[int]]:
    """The text of `article-12` or `request-NUMBER` for the reply box, and the articles it uses; nothing where this
    person may not take it.
    """
    kind, _, key = take.replace("\0", "").partition("-")
    if kind == "article" and key.isdecimal() and len(key) < 19:
        article = Article.objects.filter(pk=int(key), retired=False).first()
        return (article.text, [article.pk]) if article else ("", [])
    if kind == "request":
        row = (
            ServiceRequest.objects.visible_to(user)
            .filter(number=key, confidential=False, is_open=False)
            .first()
        )
        return (row.reply if row else "", [])
    return "", []
