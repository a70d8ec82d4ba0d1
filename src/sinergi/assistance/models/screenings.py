"""Screenings and their determinations: evidence, written once, deleted only when the person is forgotten."""
import uuid

from django.db import models
from django.db.models import Q

OUTCOMES = ("entitled", "not_entitled", "unknown", "human_review", "cannot_be_computed", "not_in_force")


class Screening(models.Model):
    """One household against the whole law on one day, with the facts as they were known then (`document`) and the law's version.

    `sensitive`: the facts hold religion, health or offences, so that reading asks the right `sensitive.read`.
    """

    PERSONAL = UNAUDITED = ("document",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey("registry.Household", models.CASCADE, related_name="+")
    person = models.ForeignKey("registry.Person", models.CASCADE, null=True, related_name="+")
    as_of = models.DateField()
    known_at = models.DateTimeField()
    law_version = models.CharField(max_length=64)
    document = models.JSONField()
    sensitive = models.BooleanField()
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["household", "-made_at"], name="screening_newest")]


class Determination(models.Model):
    """The answer of one programme for one person of the household, or (`person` empty) for the household. It informs; it never binds.

    `answer` is the canonical text of core.rules, byte for byte what a replay gives.
    """

    PERSONAL = UNAUDITED = ("answer",)

    screening = models.ForeignKey(Screening, models.CASCADE, related_name="determinations")
    programme = models.CharField(max_length=60)
    subject = models.IntegerField(null=True)
    person = models.ForeignKey("registry.Person", models.CASCADE, null=True, related_name="+")
    outcome = models.CharField(max_length=20)
    likely = models.BooleanField()
    answer = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="determination_once", fields=["screening", "programme", "subject"], nulls_distinct=False),
            models.CheckConstraint(name="determination_outcome", condition=Q(outcome__in=OUTCOMES)),
        ]
