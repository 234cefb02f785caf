"""Knowledge articles: an answer worth giving again is written, changed, retired and brought back. Row C4.

An article outlives the request it comes from and may be public, so nothing in it may point to a person: what looks
like it is shown, and stays only if the writer says that it may.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from openhall.actions import permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.language import LANGUAGES
from openhall.models import Article, Party, Service, ServiceRequest, User, record
from openhall.models.search import drop, put
from openhall.rules.handling import personal, text_problems

LONGEST_TITLE = 200
LONGEST = 20_000


@transaction.atomic
def write(
    *,
    title: str,
    text: str,
    language: str,
    service: Service | None = None,
    public: bool = False,
    source: ServiceRequest | None = None,
    sure: bool = False,
    by: User | None,
) -> Article:
    """A new article; `source` is the request whose answer it keeps. `sure`: what looks personal may stay.

    NotAllowed for a confidential source, BadInput for what is missing or looks personal.
    """
    permit(by, "knowledge.write")
    if source is not None:
        permit(by, "request.view", source)
        if source.confidential:
            raise NotAllowed(N_("Nothing of a confidential request is kept as an article."))
    article = Article(service=service, public=public, source=source, by=by)
    _fill(article, title, text, language, sure)
    article.save()
    _index(article)
    record("article.written", article, by=by, request=source, article=article.pk, public=public)
    return article


@transaction.atomic
def change(
    article: Article,
    *,
    title: str,
    text: str,
    language: str,
    service: Service | None = None,
    public: bool = False,
    sure: bool = False,
    by: User | None,
    seen: datetime | None = None,
) -> Article:
    """Other words, service or readers. `seen`: when what the person read was written."""
    permit(by, "knowledge.write")
    article = Article.objects.select_for_update(of=("self",)).select_related("source").get(pk=article.pk)
    if seen is not None and seen != article.changed_at:
        raise NotAllowed(
            N_("Somebody else has changed this article since you opened it. Compare it, then save again.")
        )
    article.service, article.public = service, public
    _fill(article, title, text, language, sure)
    article.save()
    _index(article)
    record("article.changed", article, by=by, article=article.pk, public=public)
    return article


@transaction.atomic
def retire(article: Article, *, by: User | None, back: bool = False) -> Article:
    """Offer an article no more; with `back`, offer it again. It is kept, as replies were made of it."""
    permit(by, "knowledge.write")
    article = Article.objects.select_for_update().get(pk=article.pk)
    if article.retired is not back:
        raise NotAllowed(N_("Somebody else has already done this."))
    article.retired = not back
    article.save()
    _index(article)
    record("article.changed" if back else "article.retired", article, by=by, article=article.pk)
    return article


def pointing(title: str, text: str, source: ServiceRequest | None) -> tuple[str, ...]:
    """What in an article may point to a person: numbers, e-mail addresses, the names the request knows."""
    return personal(f"{title}\n{text}", _known(source) if source else ())


def _fill(article: Article, title: str, text: str, language: str, sure: bool) -> None:
    problems = [
        *text_problems(title, N_("Title"), most=LONGEST_TITLE),
        *text_problems(text, N_("Text"), most=LONGEST),
    ]
    if language not in LANGUAGES:
        problems.append(Problem(N_("Language"), N_("this is not one of the hall’s."), N_("Choose one.")))
    if (found := pointing(title, text, article.source)) and not sure:
        problems.append(
            Problem(
                N_("Text"),
                N_("this may point to a person: {found}."),
                N_("Take it out, or confirm below that it may stay."),
                {"found": list(found)},
            )
        )
    if problems:
        raise BadInput(N_("The article cannot be kept like this."), problems=problems)
    article.title, article.text, article.language = title.strip(), text.strip(), language


def _known(source: ServiceRequest) -> Iterator[str]:
    """Names of the people of a request, whole and in parts, and how they are reached."""
    people = Party.objects.filter(pk__in=[source.party_id, source.reported_by_id]).prefetch_related(
        "contacts"
    )
    for party in people:
        yield party.name
        yield from (part for part in party.name.split() if len(part) > 2)
        yield from (contact.value for contact in party.contacts.all())
    if source.place:
        yield source.place


def _index(article: Article) -> None:
    if article.retired:
        drop("article", article.pk)
    else:
        put("article", article.pk, f"{article.title}\n{article.text}")
