"""Knowledge at the desk and on the public page."""

from __future__ import annotations

from django.urls import reverse
from tests import cases
from tests.town import sign_in

from openhall.actions import close, knowledge
from openhall.models import Article

GIVEN = {
    "title": "A lamp that is out",
    "text": "A broken street lamp is replaced within two days.",
    "language": "en",
}


def kept(desk, **more):
    return knowledge.write(**{**GIVEN, **more}, by=desk.handler)


def test_the_answer_of_a_request_becomes_an_article(client, desk):
    case = cases.signed(desk)
    case = close.close(case, outcome="resolved", reply="Dear Mr Ming, the lamp is new.", by=desk.handler)
    sign_in(client, desk.handler)
    url = reverse("desk:article_new") + f"?from={case.number}"
    first = client.get(url)
    assert first.context["form"]["text"].value() == case.reply and "“Ming”" in first.content.decode()
    given = {"title": "Lamps", "text": case.reply, "language": "en", "service": desk.light.pk}
    refused = client.post(url, given)
    assert "may point to a person: Ming" in refused.content.decode() and not Article.objects.exists()
    done = client.post(url, {**given, "text": "The lamp is new."})
    article = Article.objects.get()
    assert done["Location"] == reverse("desk:article", args=[article.pk]) and article.source == case
    assert case.number in client.get(done["Location"]).content.decode()
    hidden = sign_in(client, desk.water_handler).get(done["Location"]).content.decode()
    assert case.number not in hidden


def test_a_draft_is_not_made_of_what_one_may_not_see_or_of_a_report(client, desk):
    case = cases.signed(desk)
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    sign_in(client, desk.water_handler)
    page = client.get(reverse("desk:article_new") + f"?from={case.number}")
    assert cases.REPLY not in page.content.decode()


def test_articles_are_found_in_both_languages_and_by_service(client, desk):
    lamp = kept(desk, service=desk.light)
    water = kept(desk, title="停水通知", text="自来水停水时请拨打热线。", language="zh")
    sign_in(client, desk.clerk)
    url = reverse("desk:knowledge")
    assert [hit.article for hit in client.get(url, {"q": "street lamps broken"}).context["hits"]] == [lamp]
    assert [hit.article for hit in client.get(url, {"q": "家里停水了"}).context["hits"]] == [water]
    assert [hit.article for hit in client.get(url, {"q": "repla"}).context["hits"]] == [lamp]
    assert [hit.article for hit in client.get(url, {"service": "street-light"}).context["hits"]] == [lamp]
    assert not client.get(url, {"q": "zebra\0"}).context["hits"]


def test_an_article_is_changed_and_the_second_of_two_is_told(client, desk):
    article = kept(desk)
    sign_in(client, desk.dispatcher)
    url = reverse("desk:article_edit", args=[article.pk])
    seen = article.changed_at.isoformat()
    assert client.post(url, {**GIVEN, "title": "Lamps", "public": "on", "seen": seen}).status_code == 302
    again = client.post(url, {**GIVEN, "title": "Street lamps", "seen": seen}).content.decode()
    assert "Somebody else has changed this article" in again and "Street lamps" in again
    assert client.post(url, {**GIVEN, "seen": "2026-13-45T99:00"}).status_code == 200
    article.refresh_from_db()
    assert article.title == "Lamps" and article.public


def test_an_article_is_retired_and_offered_again(client, desk):
    article = kept(desk)
    sign_in(client, desk.handler)
    url = reverse("desk:article_retire", args=[article.pk])
    for back, retired in (("", True), ("", True), ("1", False)):
        client.post(url, {"back": back})
        article.refresh_from_db()
        assert article.retired is retired
    sign_in(client, desk.clerk)
    assert client.post(url).status_code == 403
    assert client.get(reverse("desk:article_new")).status_code == 403


def test_the_public_page_has_public_articles_only(client, desk):
    public, inside = kept(desk, public=True), kept(desk, title="A lamp inside")
    answers = reverse("portal:answers")
    for query in ({}, {"q": "street lamp"}, {"q": "lamp"}):
        assert [hit.article for hit in client.get(answers, query).context["hits"]] == [public]
    assert GIVEN["text"] in client.get(reverse("portal:answer_article", args=[public.pk])).content.decode()
    assert client.get(reverse("portal:answer_article", args=[inside.pk])).status_code == 404
    knowledge.retire(public, by=desk.handler)
    assert client.get(reverse("portal:answer_article", args=[public.pk])).status_code == 404
    assert client.get(answers, {"q": "zebra"}).status_code == 200
