"""The town and its offices."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language

from openhall.language import say


class Jurisdiction(models.Model):
    """The local government that runs this hall (Open311's word). One row."""

    code = models.SlugField(unique=True)
    name = models.JSONField()  # wording: {"en": …, "zh": …}
    contact = models.JSONField(default=dict)  # wording: how to reach a person

    def __str__(self) -> str:
        return say(self.name, get_language() or "en")


class Office(models.Model):
    """A place where citizens are served: a service hall or a general office."""

    code = models.SlugField(unique=True)
    name = models.JSONField()  # wording
    position = models.PositiveSmallIntegerField(default=0)  # order in tables

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return say(self.name, get_language() or "en")
