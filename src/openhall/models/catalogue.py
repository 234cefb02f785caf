"""What the town does and on what ground: services, who is competent for them, and the three lists. Seed 3.4.3, 5.2."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language

from openhall.errors import N_
from openhall.language import say


class ListItem(models.Model):
    """An item of the power list (what we may do), the responsibility list (must), the negative list (not ours)."""

    class Kind(models.TextChoices):
        POWER = "power", N_("Power list")
        RESPONSIBILITY = "responsibility", N_("Responsibility list")
        NEGATIVE = "negative", N_("Negative list")

    code = models.SlugField(unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    title = models.JSONField()  # wording
    text = models.JSONField(default=dict)  # wording: the rule itself, in words
    basis = models.JSONField(default=dict)  # wording: the law it rests on
    refer_to = models.JSONField(default=dict)  # wording: whose it is, where it is not ours
    office = models.ForeignKey(
        "Office", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return f"{self.code} {say(self.title, get_language() or 'en')}"


class Service(models.Model):
    """A service of the catalogue (Open311: service_code, service_name, group, keywords)."""

    code = models.SlugField(unique=True)
    name = models.JSONField()  # wording
    description = models.JSONField(default=dict)  # wording
    group = models.JSONField(default=dict)  # wording
    keywords = models.JSONField(default=list)  # in any language
    needs_place = models.BooleanField(default=False)  # ask where
    demand = models.CharField(max_length=12, blank=True)  # usual class: rules.demand.DemandClass
    power = models.ForeignKey(
        ListItem, null=True, blank=True, on_delete=models.PROTECT, related_name="services"
    )
    skills = models.JSONField(default=list)  # what whoever handles it should know
    resolve_days = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # working days, where law sets them
    renew_days = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # a recurring duty, every so many days
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return say(self.name, get_language() or "en")


class Competence(models.Model):
    """Which office has a service, in an area or everywhere: as lead or assisting."""

    class Part(models.TextChoices):
        LEAD = "lead", N_("Lead")
        ASSISTING = "assisting", N_("Assisting")

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="competences")
    area = models.ForeignKey("Area", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    office = models.ForeignKey("Office", on_delete=models.PROTECT, related_name="competences")
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.LEAD)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "area", "office"], name="one_competence"),
            models.UniqueConstraint(
                fields=["service", "office"], condition=models.Q(area=None), name="one_competence_everywhere"
            ),
        ]


class UrgencyRules(models.Model):
    """One edition of the hall's rules of urgency: a draft, or published and then never changed."""

    number = models.PositiveIntegerField(unique=True)
    book = models.JSONField()  # rules.urgency.RuleBook
    published_at = models.DateTimeField(null=True)
    by = models.ForeignKey("User", null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "urgency rules"


class Article(models.Model):
    """A knowledge article: an answer worth giving again. Row C4."""

    title = models.CharField(max_length=200)
    text = models.TextField()
    language = models.CharField(max_length=12)
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    source = models.ForeignKey(
        "ServiceRequest", null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )
    public = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)
    used = models.PositiveIntegerField(default=0)  # times taken into a reply
    by = models.ForeignKey("User", null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return self.title
