"""What is held: entitlements, whom they reach, and the locks that keep two of them apart."""
import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

SOURCES = ("award", "file")
PAYS = ("once", "daily", "monthly", "yearly", "in_kind")
STATES = ("active", "ended", "undone")


class Entitlement(models.Model):
    """A benefit that an agency gives a person (or, through him, his household) from a day, to a day or until ended.

    `source`: awarded here, or told by the partner's own list. `ended_on`: the last day it was held, when it ended before `to_on`.
    `clashes`: it stood in a partner's list beside another that forbids it. `discreet`: others learn neither programme nor agency.
    """

    PERSONAL = ("programme", "need", "amount", "end_reason")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.CharField(max_length=60)
    need = models.CharField(max_length=12)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    household = models.ForeignKey("registry.Household", models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=8, default="award")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    pay = models.CharField(max_length=8)
    state = models.CharField(max_length=8, default="active")
    discreet = models.BooleanField(default=False)
    clashes = models.BooleanField(default=False)
    application_id = models.UUIDField(null=True)
    batch_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=60, blank=True)
    law_version = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    ended_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "from_on"], name="entitlement_of_person"),
                   models.Index(fields=["agency", "made_at"], name="entitlement_of_agency")]
        constraints = [
            models.CheckConstraint(name="entitlement_source", condition=Q(source__in=SOURCES)),
            models.CheckConstraint(name="entitlement_pay", condition=Q(pay__in=PAYS)),
            models.CheckConstraint(name="entitlement_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="entitlement_days", condition=Q(to_on=None) | Q(to_on__gte=F("from_on"))),
            models.CheckConstraint(name="entitlement_amount", condition=Q(amount=None) | Q(amount__gt=0)),
            models.CheckConstraint(name="entitlement_in_kind", condition=~Q(pay="in_kind") | Q(amount=None)),
            models.CheckConstraint(name="entitlement_ended", condition=Q(state="active", ended_at=None, ended_on=None) |
                                   Q(state="ended", ended_at__isnull=False, ended_on__isnull=False) | Q(state="undone", ended_at__isnull=False)),
            models.UniqueConstraint(name="entitlement_once_an_application", fields=["application_id"], condition=Q(application_id__isnull=False)),
            models.UniqueConstraint(name="entitlement_once_in_lists", fields=["agency", "reference", "person", "programme", "from_on"],
                                    condition=~Q(state="undone") & ~Q(reference="")),
        ]


class Beneficiary(models.Model):
    """Whom an entitlement reaches: the person, or everybody of his household on the day it was given."""

    entitlement = models.ForeignKey(Entitlement, models.CASCADE, related_name="beneficiaries")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="beneficiary_once", fields=["person", "entitlement"])]


class Lock(models.Model):
    """A lock of one person under a key (core.overlap.keys) for some days. Two rows of one key with different shares cannot meet on a day.

    `share` is the entitlement's own id where it shares the key with no other. A lock is taken away when its entitlement ends.
    """

    UNAUDITED = ("share",)

    entitlement = models.ForeignKey(Entitlement, models.CASCADE, related_name="locks")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    share = models.CharField(max_length=40)
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(name="lock_once", expressions=[
                (F("person"), RangeOperators.EQUAL), (F("key"), RangeOperators.EQUAL), (F("share"), RangeOperators.NOT_EQUAL),
                (F("during"), RangeOperators.OVERLAPS)]),
        ]
