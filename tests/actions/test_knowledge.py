"""Articles: written from an answer, with no personal data unless somebody vouches, found while they are offered."""

from __future__ import annotations

import pytest
from tests import cases

from openhall.actions import close, knowledge
from openhall.errors import BadInput, NotAllowed, NotPermitted
from openhall.models import Event
from openhall.reads.precedents import like

GIVEN = {
    "title": "A lamp that is out",
    "text": "A broken street lamp is replaced within two days.",
    "language": "en",
}


def found(text="broken street lamp"):
    return [one.pk for one in like(text, kinds=("article",))]


def test_an_article_is_written_found_changed_retired_and_brought_back(desk):
    article = knowledge.write(**GIVEN, service=desk.light, by=desk.handler)
    assert found() == [article.pk]
    seen = article.changed_at
    article = knowledge.change(
        article, **{**GIVEN, "text": "Ring the lamp line."}, public=True, by=desk.dispatcher, seen=seen
    )
    assert article.public and found("lamp line") == [article.pk]
    with pytest.raises(NotAllowed, match="Somebody else"):
        knowledge.change(article, **GIVEN, by=desk.handler, seen=seen)
    knowledge.retire(article, by=desk.handler)
    assert not found("lamp line")
    with pytest.raises(NotAllowed):
        knowledge.retire(article, by=desk.handler)
    knowledge.retire(article, by=desk.handler, back=True)
    assert found("lamp line") == [article.pk]
    kinds = Event.objects.filter(subject_type="article").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["article.written", "article.changed", "article.retired", "article.changed"]


def test_a_retired_article_that_is_changed_stays_out_of_the_search(desk):
    article = knowledge.write(**GIVEN, by=desk.handler)
    knowledge.retire(article, by=desk.handler)
    knowledge.change(article, **GIVEN, by=desk.handler)
    assert not found()


@pytest.mark.parametrize("person", ["clerk", "leader", "auditor", "administrator", "supervisor"])
def test_who_may_not_write_does_not(desk, person):
    with pytest.raises(NotPermitted):
        knowledge.write(**GIVEN, by=getattr(desk, person))


@pytest.mark.parametrize("wrong", [{"title": " "}, {"text": ""}, {"language": "xx"}, {"title": "x" * 300}])
def test_an_article_that_lacks_something_is_not_kept(desk, wrong):
    with pytest.raises(BadInput):
        knowledge.write(**{**GIVEN, **wrong}, by=desk.handler)
    assert not Event.objects.filter(kind="article.written").exists()


@pytest.mark.parametrize(
    "text",
    ["Dear Mr Ming, it is done.", "Write to li@example.org.", "Ring 0123 456789.", "At the School gate."],
)
def test_what_points_to_the_person_of_the_request_is_named_and_needs_a_word(desk, text):
    case = cases.signed(desk)
    close.close(case, outcome="resolved", reply=cases.REPLY, by=desk.handler)
    given = {**GIVEN, "text": text, "source": case, "by": desk.handler}
    with pytest.raises(BadInput, match="may point to a person"):
        knowledge.write(**given)
    article = knowledge.write(**given, sure=True)
    assert article.source == case and case.events.filter(kind="article.written").exists()


def test_nothing_of_a_confidential_request_is_kept(desk):
    with pytest.raises(NotAllowed):
        knowledge.write(**GIVEN, source=cases.report(desk), by=desk.dispatcher)


def test_nobody_keeps_the_answer_of_a_request_they_may_not_see(desk):
    with pytest.raises(NotPermitted):
        knowledge.write(**GIVEN, source=cases.signed(desk), by=desk.water_handler)
