"""What is known of a person or household: value, the days it holds for, who said so, on what evidence, and when we learned it."""
import uuid

from django.db import models
from django.db.models import Q

FACT_SOURCES = ("self", "household_member", "guardian", "officer", "agency", "neighbour")
EVIDENCE = ("declared", "document_seen", "agency_record")


class AnyFact(models.Model):
    """Two time axes: `valid_from`–`valid_to` is when it was so; `recorded_at`–`replaced_at` is when we believed it.

    Never edited: a correction replaces the row and leaves it, so that a past answer is recomputed with what was known then.
    `value` is the fact as law/vocabulary types it: money in sen, dates as ISO text, months as a list of 'YYYY-MM', null = said not to be known.
    """

    PERSONAL = ("value",)

    name = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    said_by = models.CharField(max_length=20, default="self")
    evidence = models.CharField(max_length=16, default="declared")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, null=True, related_name="+")
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(name="%(class)s_said_by", condition=Q(said_by__in=FACT_SOURCES)),
            models.CheckConstraint(name="%(class)s_evidence", condition=Q(evidence__in=EVIDENCE)),
            models.CheckConstraint(name="%(class)s_days", condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from"))),
        ]


class Fact(AnyFact):
    """A fact of one person, or (person empty) of a household. `held` (a benefit received from anyone) may stand several times."""

    person = models.ForeignKey("registry.Person", models.CASCADE, null=True, related_name="facts")
    household = models.ForeignKey("registry.Household", models.CASCADE, null=True, related_name="facts")

    @property
    def UNAUDITED(self) -> tuple[str, ...]:
        """A household has no key to lock its values with, so the audit names the fact and leaves the value to this row."""
        return ("value",) if self.person_id is None else ()

    class Meta(AnyFact.Meta):
        constraints = [
            *AnyFact.Meta.constraints,
            models.CheckConstraint(name="fact_of_one", condition=Q(person=None, household__isnull=False) | Q(household=None, person__isnull=False)),
            models.UniqueConstraint(name="fact_one_present_person", fields=["person", "name", "valid_from"],
                                    condition=Q(replaced_at=None) & Q(person__isnull=False) & ~Q(name="held")),
            models.UniqueConstraint(name="fact_one_present_household", fields=["household", "name", "valid_from"],
                                    condition=Q(replaced_at=None) & Q(household__isnull=False) & ~Q(name="held")),
        ]


class SensitiveFact(AnyFact):
    """Religion, health, offences, biometrics: a table of their own under the right `sensitive.read`."""

    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="sensitive_facts")

    class Meta(AnyFact.Meta):
        constraints = [
            *AnyFact.Meta.constraints,
            models.UniqueConstraint(name="sensitive_one_present", fields=["person", "name", "valid_from"], condition=Q(replaced_at=None)),
        ]


class Paper(models.Model):
    """A document seen or kept: the encrypted file lies in the file store under `file`; empty when only seen."""

    PERSONAL = ("title",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=160, blank=True)
    file = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=60, blank=True)
    size = models.IntegerField(default=0)
    stored_at = models.DateTimeField()
    stored_by = models.CharField(max_length=64)
    removed_at = models.DateTimeField(null=True)
