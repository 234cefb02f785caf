"""The codebook: what the codes and column names of a data file mean, in every language it was asked in."""

from __future__ import annotations

from collections.abc import Iterator

from openhall.surveys.questionnaire import Answer, Questionnaire


def codebook(asked: Questionnaire) -> Iterator[list[Answer]]:
    """A header, then one row an answer of each question; a question without options has one row."""
    languages = asked.languages
    yield [
        *("column", "name", "kind", "role", "section"),
        *(f"question_{language}" for language in languages),
        *("code", "score"),
        *(f"answer_{language}" for language in languages),
    ]
    for section in asked.sections:
        for question in section.questions:
            head = [question.key, question.name, question.kind.value, question.role.value, section.key]
            head += [question.text.get(language, "") for language in languages]
            for option in question.options:
                yield [
                    *head,
                    option.value,
                    option.score,
                    *(option.label.get(language, "") for language in languages),
                ]
            if not question.options:
                yield [*head, None, None, *("" for _ in languages)]
