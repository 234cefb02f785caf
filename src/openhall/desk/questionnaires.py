"""The shelf of questionnaires, one with its versions and remarks, a new one, its preview and its files.
Changing a draft: `questionnaire_edit` and `questionnaire_question`; files coming in: `questionnaire_files`.
Seed: appendix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from openhall.access import post_only, staff
from openhall.actions import questionnaires as actions
from openhall.desk.questionnaire_forms import NewForm
from openhall.desk.questionnaire_question_form import KIND_NAMES
from openhall.errors import BadInput, NotAllowed
from openhall.language import LANGUAGES, say
from openhall.models import Version
from openhall.reads import questionnaires as reads
from openhall.reads.forms import draw, first_field, spoken
from openhall.surveys import ready_made
from openhall.surveys.checking import check_answers
from openhall.surveys.questionnaire import Questionnaire as Asked
from openhall.surveys.toml_format import builtin, write_toml
from openhall.surveys.xlsform import write_xlsform

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS: dict[str, tuple[Callable[[Asked], str | bytes], str]] = {
    "toml": (write_toml, "application/toml"),
    "xlsx": (write_xlsform, WORKBOOK),
}


def posted(request: HttpRequest) -> QueryDict | None:
    """What was submitted, None where nothing was: a form is bound by the method, not by what was typed."""
    return request.POST if request.method == "POST" else None


def version_or_404(key: str, number: int) -> Version:
    return get_object_or_404(reads.versions_to_choose(), questionnaire__key=key, number=number)


@staff("questionnaire.view")
@require_safe
def shelf(request: HttpRequest) -> HttpResponse:
    return render(
        request, "desk/questionnaires/shelf.html", {"section": "questionnaires", "shelf": reads.shelf()}
    )


@staff("questionnaire.view")
@require_safe
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One questionnaire; `?version=2` shows that version instead of the newest."""
    shelved = reads.shelved(key)
    if shelved is None:
        raise Http404
    number = request.GET.get("version", str(shelved.version.number))
    version = next((version for version in shelved.versions if str(version.number) == number), None)
    if version is None:
        raise Http404
    context = {"shelved": shelved, "version": version, "asked": version.asked, "kinds": KIND_NAMES}
    context |= {"parts": reads.parts(version.asked), "remarks": reads.remarks(version.asked)}
    context["tongues"] = reads.tongues(version.asked, request.LANGUAGE_CODE)
    context["draft"] = None if shelved.version.frozen else shelved.version
    return render(request, "desk/questionnaires/one.html", {"section": "questionnaires", **context})


@staff("questionnaire.edit")
def new(request: HttpRequest) -> HttpResponse:
    study = builtin()
    form = NewForm(posted(request), study=study, initial={"languages": list(LANGUAGES)})
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            version = actions.create(_started(form, study), key=form.cleaned_data["key"], by=request.user)
        except BadInput as error:
            errors = error.lines(gettext)
        else:
            messages.success(request, gettext("The questionnaire is made. Now add and change its questions."))
            return redirect("desk:questionnaire_edit", version.questionnaire.key, version.number)
    return render(
        request, "desk/questionnaires/new.html", {"section": "questionnaires", "form": form, "errors": errors}
    )


def _started(form: NewForm, study: Asked) -> Asked:
    """The questionnaire to begin with, as the form says."""
    title, introduction = form.wording("title"), form.wording("introduction")
    languages = tuple(form.cleaned_data["languages"])
    if form.cleaned_data["start"] == "study":
        introduction = introduction or dict(study.introduction)
        return replace(
            study, title=title or study.title, introduction=introduction, languages=languages, fieldwork=None
        )
    first = ready_made.first(say(title, "en"), title, languages)
    return replace(first, introduction=introduction)


@staff("questionnaire.edit")
@post_only("desk:questionnaire", "key")
def draft(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """A new draft from this version, then to its editor."""
    version = version_or_404(key, number)
    try:
        made = actions.new_draft(version, by=request.user)
    except NotAllowed as error:
        messages.error(request, error.say(gettext))
        return redirect("desk:questionnaire", key)
    messages.success(
        request, gettext("Version %(number)s is a draft you can change.") % {"number": made.number}
    )
    return redirect("desk:questionnaire_edit", key, made.number)


@staff("questionnaire.edit")
def delete(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Asks first; then the draft is gone."""
    version = version_or_404(key, number)
    if request.method == "POST":
        try:
            actions.delete_draft(version, by=request.user)
        except NotAllowed as error:
            messages.error(request, error.say(gettext))
            return redirect("desk:questionnaire", key)
        messages.success(request, gettext("The draft is deleted."))
        return redirect("desk:questionnaire", key) if reads.shelved(key) else redirect("desk:questionnaires")
    return render(
        request, "desk/questionnaires/delete.html", {"section": "questionnaires", "version": version}
    )


@staff("questionnaire.view")
def preview(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The questionnaire as citizens see it; what is tried in it is checked and thrown away."""
    version = version_or_404(key, number)
    asked = version.asked
    language = spoken(asked, request.GET.get("language", request.LANGUAGE_CODE))
    context = {"version": version, "asked": asked, "language": language, "phone": "phone" in request.GET}
    context |= {"title": say(asked.title, language), "introduction": say(asked.introduction, language)}
    context["languages_shown"] = [(code, LANGUAGES.get(code, code)) for code in asked.languages]
    answers, problems = None, {}
    if request.method == "POST":
        answers = dict(request.POST.lists())
        problems = check_answers(asked, answers).problems
        context["tried"] = True
        context["errors"] = [
            {"text": problem.say(gettext), "href": f"#{first_field(asked[name])}"}
            for name, problem in problems.items()
        ]
    context["form_html"] = draw(asked, language, answers=answers, problems=problems)
    return render(request, "desk/questionnaires/preview.html", {"section": "questionnaires", **context})


@staff("questionnaire.view")
@require_safe
def export(request: HttpRequest, key: str, number: int, kind: str) -> HttpResponse:
    """The version as a file other programs and other halls read."""
    if kind not in WRITERS:
        raise Http404
    version = version_or_404(key, number)
    write, media = WRITERS[kind]
    name = f"{key}-{number}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write(version.asked), content_type=media, headers=headers)
