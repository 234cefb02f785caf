"""The form of one question on the editor's page: what is asked, how it is answered, its part in the analysis.

Its rows of answers are not a form: `questionnaire_options`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from openhall.desk.questionnaire_forms import WordingForm, language_name, wording_initial
from openhall.language import say
from openhall.surveys.questionnaire import Kind, Question, Questionnaire, Role
from openhall.surveys.soundness import KEY

KIND_NAMES = {
    Kind.SCALE: gettext_lazy("Rating: one step of a scale"),
    Kind.SINGLE: gettext_lazy("Choice: one answer"),
    Kind.MULTIPLE: gettext_lazy("Choice: several answers"),
    Kind.NUMBER: gettext_lazy("Number"),
    Kind.DATE: gettext_lazy("Date"),
    Kind.TEXT: gettext_lazy("Text in own words"),
}
ROLE_NAMES = {
    Role.BACKGROUND: gettext_lazy("Background: who answers, to compare groups by"),
    Role.ITEM: gettext_lazy("Item: one of the questions that measure this section's dimension"),
    Role.OVERALL: gettext_lazy("Overall judgement"),
    Role.OTHER: gettext_lazy("None of these"),
}


class NumberField(forms.FloatField):
    """A number, also as typed with a Chinese keyboard's full-width digits."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(unicodedata.normalize("NFKC", value) if isinstance(value, str) else value)


class QuestionForm(WordingForm):
    """A question without its answers."""

    def __init__(self, *args: Any, asked: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = {"language": language_name(asked.languages[0])}
        needed = gettext("Write what is asked in %(language)s.") % first
        self.add_wording("text", gettext("Question"), asked.languages, long=True, needed=needed)
        self.add_wording("hint", gettext("Hint"), asked.languages)
        sections = [
            (section.key, say(section.title, asked.languages[0]) or section.key) for section in asked.sections
        ]
        self.fields |= {
            "kind": forms.ChoiceField(label=gettext("Kind of answer"), choices=list_of(KIND_NAMES)),
            "section": forms.ChoiceField(
                label=gettext("Section"),
                choices=sections,
                error_messages={
                    "invalid_choice": gettext("This section is no longer there. Choose another one.")
                },
            ),
            "required": forms.BooleanField(label=gettext("An answer is required"), required=False),
            "role": forms.ChoiceField(label=gettext("Part in the analysis"), choices=list_of(ROLE_NAMES)),
            "ordered": forms.BooleanField(
                label=gettext("The answers are ranks, as age groups or income are"), required=False
            ),
            "share": forms.BooleanField(
                label=gettext("Use these answers for all rating questions of this section"), required=False
            ),
            "minimum": NumberField(label=gettext("Smallest number allowed"), required=False, widget=_short()),
            "maximum": NumberField(label=gettext("Largest number allowed"), required=False, widget=_short()),
            "decimals": forms.IntegerField(
                label=gettext("Digits after the point"),
                required=False,
                min_value=0,
                max_value=15,
                widget=_short(),
            ),
            "key": forms.RegexField(
                rf"\A{KEY.pattern}\Z",
                label=gettext("Key"),
                help_text=gettext("Names the column in data files, for example q7."),
                error_messages={
                    "required": gettext("Give the question a key, for example q7."),
                    "invalid": gettext(
                        "Begin the key with a letter; go on with letters, digits or underscores."
                    ),
                },
                strip=True,
            ),
            "name": forms.CharField(
                label=gettext("Short name"),
                required=False,
                max_length=64,
                help_text=gettext("A word for tables and variables, for example age."),
            ),
        }

    @classmethod
    def initial_of(cls, question: Question, section: str, *, share: bool) -> dict[str, Any]:
        plain = ("required", "ordered", "minimum", "maximum", "decimals", "key", "name")
        return {
            **wording_initial("text", question.text),
            **wording_initial("hint", question.hint),
            **{name: getattr(question, name) for name in plain},
            "kind": question.kind.value,
            "role": question.role.value,
            "section": section,
            "share": share,
        }

    def question(self, old: Question | None, **answers: Any) -> Question:
        """The question as typed; `answers` are its options and population."""
        data, number = self.cleaned_data, self.cleaned_data["kind"] == Kind.NUMBER
        return Question(
            key=data["key"],
            kind=Kind(data["kind"]),
            role=Role(data["role"]),
            name=data["name"],
            text=self.wording("text", old and old.text),
            hint=self.wording("hint", old and old.hint),
            required=data["required"],
            ordered=data["ordered"],
            minimum=data["minimum"] if number else None,
            maximum=data["maximum"] if number else None,
            decimals=(data["decimals"] or 0) if number else 0,
            **answers,
        )


def list_of(names: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(word.value, name) for word, name in names.items()]


def _short() -> forms.TextInput:
    return forms.TextInput({"class": "govuk-input--width-5", "inputmode": "decimal"})
