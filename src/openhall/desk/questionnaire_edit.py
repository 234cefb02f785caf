"""The editor of a draft: its outline, its cover, its sections. Every button saves; what cannot be saved
stays on the page with the reason. One question: `questionnaire_question`. Seed: appendix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from openhall.access import staff
from openhall.actions import questionnaires as actions
from openhall.desk.questionnaire_forms import CoverForm, SectionForm
from openhall.desk.questionnaire_question_form import KIND_NAMES
from openhall.desk.questionnaires import posted, version_or_404
from openhall.errors import BadInput, NotAllowed
from openhall.models import Version
from openhall.reads import questionnaires as reads
from openhall.surveys import editing
from openhall.surveys.questionnaire import Questionnaire as Asked
from openhall.surveys.questionnaire import Section

View = Callable[..., HttpResponse]


def of_draft(view: View) -> View:
    """The view gets the version; a frozen one is sent to the page that offers a new draft."""

    @wraps(view)
    def found(request: HttpRequest, key: str, number: int) -> HttpResponse:
        version = version_or_404(key, number)
        if version.frozen and request.method != "POST":
            return redirect("desk:questionnaire_edit", key, number)
        return view(request, version)

    return found


def save(request: HttpRequest, version: Version, asked: Asked) -> list[str]:
    """Save the draft; [] when it is saved, else why it is not, in the person's language."""
    try:
        actions.save_draft(version, asked, stamp=request.POST.get("stamp", ""), by=request.user)
    except BadInput as error:
        return error.lines(gettext)
    except NotAllowed as error:
        return [error.say(gettext), gettext("What you typed is still on this page.")]
    return []


def page(request: HttpRequest, name: str, version: Version, **context: Any) -> HttpResponse:
    """A page of the editor; every one carries the stamp of the state it shows."""
    context |= {"section": "questionnaires", "version": version, "asked": version.asked}
    context["tongues"] = reads.tongues(version.asked, request.LANGUAGE_CODE)
    return render(
        request, f"desk/questionnaires/{name}.html", {**context, "stamp": actions.stamp_of(version)}
    )


def to_outline(version: Version, anchor: str = "") -> HttpResponse:
    response = redirect("desk:questionnaire_edit", version.questionnaire.key, version.number)
    response["Location"] += f"#{anchor}" if anchor else ""
    return response


@staff("questionnaire.edit")
def outline(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Sections and questions in their order, each with its buttons."""
    version = version_or_404(key, number)
    errors: list[str] = []
    if request.method == "POST":
        errors = save(request, version, _moved(version.asked, request))
        if not errors and not request.headers.get("HX-Request"):
            return to_outline(version, "outline")
        version = version_or_404(key, number)
    if version.frozen:
        return page(request, "frozen", version, errors=errors)
    return page(request, "outline", version, errors=errors, kinds=KIND_NAMES)


def _moved(asked: Asked, request: HttpRequest) -> Asked:
    """What the pressed button asks for: `question_up` with a key, `section_down` with a key, and so on."""
    for name, move in (("question", editing.moved_question), ("section", editing.moved_section)):
        for direction, step in (("up", -1), ("down", 1)):
            if key := request.POST.get(f"{name}_{direction}"):
                asked = move(asked, key, step)
    return asked


@staff("questionnaire.edit")
@of_draft
def cover(request: HttpRequest, version: Version) -> HttpResponse:
    """Title, introduction and languages."""
    asked = version.asked
    form = CoverForm(posted(request), others=asked.languages, initial=CoverForm.initial_of(asked))
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        changed = replace(
            asked,
            title=form.wording("title", asked.title),
            introduction=form.wording("introduction", asked.introduction),
            languages=tuple(form.cleaned_data["languages"]),
        )
        errors = save(request, version, changed)
        if not errors:
            messages.success(request, gettext("Saved."))
            return to_outline(version)
    return page(request, "cover", version, form=form, errors=errors)


@staff("questionnaire.edit")
@of_draft
def section(request: HttpRequest, version: Version) -> HttpResponse:
    """One section, `?section=KEY`, or a new one; its questions are on the outline."""
    asked, original = version.asked, request.POST.get("original", request.GET.get("section", ""))
    old = editing.section_of(asked, original)
    if request.method == "GET" and original and old is None:
        raise Http404
    start = old or Section(key=editing.free_key("section", (section.key for section in asked.sections)))
    form = SectionForm(posted(request), asked=asked, initial=SectionForm.initial_of(start))
    errors: list[str] = []
    if request.method == "POST":
        changed = _section_changed(request, asked, form, old)
        errors = save(request, version, changed) if changed else []
        if changed and not errors:
            messages.success(request, gettext("Saved."))
            return to_outline(version)
    return page(request, "section", version, form=form, errors=errors, old=old)


def _section_changed(
    request: HttpRequest, asked: Asked, form: SectionForm, old: Section | None
) -> Asked | None:
    """The questionnaire with the section saved or deleted; None while the form has errors."""
    if request.POST.get("step") == "delete" and old:
        return editing.without_section(asked, old.key)
    if not form.is_valid():
        return None
    return editing.with_section(asked, form.section(old), original=old.key if old else "")
