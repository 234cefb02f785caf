"""Knowledge articles: found by their words, the most used first where nothing is asked; for staff and, where public,
for everyone. Row C4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from openhall.language import short
from openhall.models import Article, Service, ServiceRequest, User
from openhall.reads import precedents

MOST = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """An article, and the words of the question it shares."""

    article: Article
    words: tuple[str, ...] = ()


def search(asked: str, rows: QuerySet[Article]) -> list[Hit]:
    """Those of `rows` most like what is asked, then those that contain it; without a question, the most used ones,
    of these first what is in the page's language.
    """
    rows, asked = rows.select_related("service"), asked.replace("\0", "")
    if not asked.strip():
        lang = short(get_language() or "en")
        return [
            Hit(one)
            for one in sorted(rows.order_by("-used", "-pk")[:MOST], key=lambda one: one.language != lang)
        ]
    words = {one.pk: one.shared_words for one in precedents.like(asked, kinds=("article",), most=MOST)}
    near = rows.in_bulk(list(words))
    hits = [Hit(near[pk], words[pk]) for pk in words if pk in near]
    text = asked.strip()[:100]
    containing = rows.filter(Q(title__icontains=text) | Q(text__icontains=text)).exclude(pk__in=near)
    return [*hits, *(Hit(one) for one in containing.order_by("-used", "-pk")[: MOST - len(hits)])]


def offered() -> QuerySet[Article]:
    return Article.objects.filter(retired=False)


def public() -> QuerySet[Article]:
    """What everyone may read."""
    return offered().filter(public=True)


def chosen(*, service: str = "", retired: bool = False) -> QuerySet[Article]:
    """Articles of a service by its code; the retired ones instead, where these are asked for."""
    rows = Article.objects.filter(retired=retired)
    return rows.filter(service__code=service.replace("\0", "")) if service else rows


def services() -> list[Service]:
    """Services that have articles, for the filter."""
    return list(Service.objects.filter(articles__isnull=False).distinct())


def seen_source(article: Article, user: User) -> ServiceRequest | None:
    """The request an article comes from, where this person may see it."""
    if article.source_id is None:
        return None
    return ServiceRequest.objects.visible_to(user).filter(pk=article.source_id).first()


def draft(number: str, user: User) -> tuple[ServiceRequest | None, dict[str, Any]]:
    """What a new article begins with: subject and answer of a closed request this person may see."""
    found = ServiceRequest.objects.visible_to(user).filter(
        number=number.replace("\0", ""), is_open=False, confidential=False
    )
    case = found.exclude(reply="").select_related("service").first()
    if case is None:
        return None, {"language": short(get_language() or "en")}
    first = {"title": case.subject, "text": case.reply, "language": short(case.language)}
    return case, {**first, "service": case.service_id}
