"""The forms of the questionnaire pages: cover, section, a new questionnaire, a file. The rows of
answers of a question are not a form: `questionnaire_options`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from openhall.language import LANGUAGES, Wording
from openhall.surveys.questionnaire import Questionnaire, Section
from openhall.surveys.soundness import LONGEST_WORDING


def language_name(code: str) -> str:
    return LANGUAGES.get(code, code)


class WordingForm(forms.Form):
    """A form with texts in several languages: one field a language, called `text_en`, `text_zh`."""

    def add_wording(
        self, name: str, label: str, languages: Iterable[str], *, long: bool = False, needed: str = ""
    ) -> None:
        """The fields of one wording; `needed` is the message when the first language's is empty."""
        for place, code in enumerate(languages):
            attrs = {"lang": code} | ({"rows": 3} if long else {})
            required = bool(needed) and place == 0
            self.fields[f"{name}_{code}"] = forms.CharField(
                label=gettext("%(what)s in %(language)s") % {"what": label, "language": language_name(code)},
                max_length=LONGEST_WORDING,
                required=required,
                error_messages={"required": needed} if required else None,
                widget=forms.Textarea(attrs) if long else forms.TextInput(attrs),
            )

    def wording(self, name: str, old: Wording | None = None) -> dict[str, str]:
        """What was typed, over what `old` says in languages that are not on the form."""
        typed = {field[len(name) + 1 :]: self.cleaned_data[field] for field in self.names(name)}
        return {code: text for code, text in {**(old or {}), **typed}.items() if text}

    def names(self, name: str) -> list[str]:
        return [field for field in self.fields if field.startswith(f"{name}_")]

    def bound(self, name: str) -> list[forms.BoundField]:
        return [self[field] for field in self.names(name)]

    @property
    def titles(self) -> list[forms.BoundField]:
        return self.bound("title")

    @property
    def introductions(self) -> list[forms.BoundField]:
        return self.bound("introduction")

    @property
    def texts(self) -> list[forms.BoundField]:
        return self.bound("text")

    @property
    def hints(self) -> list[forms.BoundField]:
        return self.bound("hint")

    def typed(self) -> dict[str, Any]:
        """What is in the fields, as the start of a form that finds no fault with it yet."""
        return {name: self[name].value() for name in self.fields}


def wording_initial(name: str, wording: Wording) -> dict[str, str]:
    return {f"{name}_{code}": text for code, text in wording.items()}


class CoverForm(WordingForm):
    """Title, introduction and languages."""

    def __init__(self, *args: Any, others: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = list(dict.fromkeys([*LANGUAGES, *others]))
        self.add_wording("title", gettext("Title"), codes)
        self.add_wording("introduction", gettext("Introduction"), codes, long=True)
        self.fields["languages"] = forms.MultipleChoiceField(
            label=gettext("Languages citizens can choose"),
            choices=[(code, language_name(code)) for code in codes],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": gettext("Choose at least one language.")},
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for code in data.get("languages", ())[:1]:
            if not data.get(f"title_{code}") and self.title_needed(data):
                message = gettext("Write the title in %(language)s.") % {"language": language_name(code)}
                self.add_error(f"title_{code}", message)
        return data

    def title_needed(self, data: Mapping[str, Any]) -> bool:
        return True

    @classmethod
    def initial_of(cls, asked: Questionnaire) -> dict[str, Any]:
        return {
            **wording_initial("title", asked.title),
            **wording_initial("introduction", asked.introduction),
            "languages": list(asked.languages),
        }


class NewForm(CoverForm):
    """A questionnaire that does not exist yet."""

    def __init__(self, *args: Any, study: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        starts = {
            "first": gettext("With one question about overall satisfaction, to which you add your own"),
            "study": gettext(
                "With the study's questionnaire: %(questions)s questions on service hall satisfaction"
            )
            % {"questions": len(study.questions)},
        }
        self.fields["start"] = forms.ChoiceField(
            label=gettext("How should it start?"),
            choices=list(starts.items()),
            widget=forms.RadioSelect,
            initial="first",
        )
        self.fields["key"] = forms.SlugField(
            label=gettext("Key"),
            required=False,
            max_length=50,
            help_text=gettext("A short name for files. Leave it empty to have one made."),
        )

    def title_needed(self, data: Mapping[str, Any]) -> bool:
        return data.get("start") != "study"


class SectionForm(WordingForm):
    """A section without its questions."""

    def __init__(self, *args: Any, asked: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_wording("title", gettext("Title"), asked.languages)
        self.add_wording("introduction", gettext("Introduction"), asked.languages, long=True)
        self.fields["dimension"] = forms.BooleanField(
            label=gettext("The rating questions of this section measure one thing together (a dimension)"),
            required=False,
            help_text=gettext(
                "Their mean is then the score of the dimension, and its reliability is reported."
            ),
        )
        self.fields["key"] = forms.CharField(
            label=gettext("Key"),
            max_length=64,
            help_text=gettext("Names the section in files and in tables of results, for example SE."),
            error_messages={"required": gettext("Give the section a key, for example SE.")},
        )

    @classmethod
    def initial_of(cls, section: Section) -> dict[str, Any]:
        return {
            **wording_initial("title", section.title),
            **wording_initial("introduction", section.introduction),
            "dimension": section.dimension,
            "key": section.key,
        }

    def section(self, old: Section | None) -> Section:
        """The section as typed; its questions are put in by `editing.with_section`."""
        return Section(
            key=self.cleaned_data["key"],
            title=self.wording("title", old and old.title),
            introduction=self.wording("introduction", old and old.introduction),
            dimension=self.cleaned_data["dimension"],
        )


class ImportForm(forms.Form):
    """A file or pasted text, and the key it is kept under."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,  # answered by the reader, with a cure
        help_text=gettext_lazy("TOML (.toml), XLSForm (.xlsx) or LimeSurvey (.lss)"),
        widget=forms.FileInput({"accept": ".toml,.xlsx,.lss"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the text"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "app-code"}),
        help_text=gettext_lazy("TOML or LimeSurvey's .lss"),
    )
    key = forms.SlugField(
        label=gettext_lazy("Key"),
        required=False,
        max_length=50,
        help_text=gettext_lazy(
            "Leave it empty to make a new questionnaire named after the file. With the key of a questionnaire"
            " that is here, the file becomes its next version."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and bool(data.get("file")) == bool(data.get("text", "").strip()):
            message = gettext("Choose a file or paste a text.")
            if data.get("file"):
                message = gettext("Choose a file or paste a text, not both.")
            self.add_error("file", message)
        return data
