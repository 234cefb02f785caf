"""Knowledge at the desk: search, read, write, change, retire. Row C4."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.access import post_only, staff
from openhall.actions import knowledge as actions
from openhall.errors import NotAllowed, OpenHallError
from openhall.language import LANGUAGES
from openhall.models import Article, Service, ServiceRequest
from openhall.reads import knowledge as reads


class ArticleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=actions.LONGEST_TITLE)
    text = forms.CharField(label=_("Text"), max_length=actions.LONGEST, widget=forms.Textarea({"rows": 12}))
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGES.items()))
    service = forms.ModelChoiceField(
        Service.objects.filter(active=True), label=_("Service"), required=False, empty_label=_("Any")
    )
    public = forms.BooleanField(
        label=_("Everyone may read it"),
        required=False,
        help_text=_("It stands on the hall’s public page of answers."),
    )
    sure = forms.BooleanField(
        label=_("I have read it: nothing in it points to a person, or it may stay"), required=False
    )


@staff("knowledge.view")
def articles(request: HttpRequest) -> HttpResponse:
    asked, service = request.GET.get("q", "")[:200], request.GET.get("service", "")
    retired = request.GET.get("retired") == "1"
    context = {"asked": asked, "service": service, "retired": retired, "services": reads.services()}
    context["hits"] = reads.search(asked, reads.chosen(service=service, retired=retired))
    return render(request, "desk/knowledge/list.html", {"section": "knowledge", **context})


@staff("knowledge.view")
def article(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Article.objects.select_related("service", "by"), pk=pk)
    context = {"article": found, "source": reads.seen_source(found, request.user)}
    return render(request, "desk/knowledge/article.html", {"section": "knowledge", **context})


@staff("knowledge.write")
def article_new(request: HttpRequest) -> HttpResponse:
    """A blank one, or with `?from=NUMBER` a draft of that request's answer."""
    source, initial = reads.draft(request.GET.get("from", ""), request.user)
    form = ArticleForm(request.POST if request.method == "POST" else None, initial=initial)
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.write(**form.cleaned_data, source=source, by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(request, gettext("The article is kept."))
            return redirect("desk:article", made.pk)
    return _form(request, form, errors, source=source, pointing=_pointing(form, source))


@staff("knowledge.write")
def article_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Article.objects.select_related("source"), pk=pk)
    first = {name: getattr(found, name) for name in ("title", "text", "language", "public")}
    initial = {**first, "service": found.service_id}
    form = ArticleForm(request.POST if request.method == "POST" else None, initial=initial)
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            seen = parse_datetime(request.POST.get("seen", ""))
            actions.change(found, **form.cleaned_data, by=request.user, seen=seen)
        except (OpenHallError, ValueError) as error:
            errors = (
                error.lines(gettext)
                if isinstance(error, OpenHallError)
                else [gettext("Load the page again.")]
            )
        else:
            messages.success(request, gettext("The article is changed."))
            return redirect("desk:article", pk)
    return _form(request, form, errors, article=found, pointing=_pointing(form, found.source))


@staff("knowledge.write")
@post_only("desk:article", "pk")
def article_retire(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Article, pk=pk)
    back = request.POST.get("back") == "1"
    try:
        actions.retire(found, by=request.user, back=back)
    except NotAllowed as error:
        messages.error(request, error.say(gettext))
    else:
        done = (
            gettext("The article is offered again.") if back else gettext("The article is no longer offered.")
        )
        messages.success(request, done)
    return redirect("desk:article", pk)


def _pointing(form: ArticleForm, source: ServiceRequest | None) -> tuple[str, ...]:
    """What in the text as it stands may point to a person."""
    return actions.pointing(str(form["title"].value() or ""), str(form["text"].value() or ""), source)


def _form(request: HttpRequest, form: ArticleForm, errors: list[str], **context: Any) -> HttpResponse:
    return render(
        request,
        "desk/knowledge/form.html",
        {"section": "knowledge", "form": form, "errors": errors, **context},
    )
