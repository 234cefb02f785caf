"""A field for several files at once."""

from __future__ import annotations

from typing import Any

from django import forms


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Gives a list of files, an empty one where none was chosen. What may be kept is for the action to say."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            super().clean(None, initial)
        return [super(FilesField, self).clean(file, initial) for file in given]
