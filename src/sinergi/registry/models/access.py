"""Who may open a person, on what ground; the person's consent; and his requests about his own data."""
import uuid

from django.db import models
from django.db.models import Q

GROUNDS = ("registered", "consent", "emergency", "request", "referral")
HOW_GIVEN = ("signed", "thumb_print", "spoken_with_witness")
REQUEST_KINDS = ("access", "correct", "object", "erase", "portability")


class Consent(models.Model):
    """The person's own act: one agency, one purpose, until a day, withdrawn at any time. A minor's is given by his guardian."""

    PERSONAL = ("witness",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="consents")
    given_by = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16)
    how = models.CharField(max_length=20)
    witness = models.CharField(max_length=160, blank=True)
    language = models.CharField(max_length=2)
    given_at = models.DateTimeField()
    until_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    paper = models.ForeignKey("registry.Paper", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="consent_how", condition=Q(how__in=HOW_GIVEN)),
            models.CheckConstraint(name="consent_spoken_has_witness", condition=~Q(how="spoken_with_witness") | ~Q(witness="")),
            models.UniqueConstraint(name="consent_once", fields=["person", "agency", "purpose", "until_on"], nulls_distinct=False,
                                    condition=Q(withdrawn_at=None)),
        ]


class Access(models.Model):
    """An agency (or one user of it) may open a person, from registration, consent, a written reason or the person's own request.

    `holder` is the agency that registered him: it is shown what was opened by written reason; `opened_by` is the agency that opened it.
    Row security of `Person` asks these rows.
    """

    PERSONAL = ("reason",)

    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="accesses")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    holder = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    opened_by = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    user = models.ForeignKey("kernel.User", models.CASCADE, null=True, related_name="+")
    ground = models.CharField(max_length=12)
    consent = models.ForeignKey(Consent, models.CASCADE, null=True, related_name="accesses")
    reason = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    finding = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["agency", "person"], name="access_of_agency"), models.Index(fields=["person"], name="access_of_person")]
        constraints = [
            models.CheckConstraint(name="access_ground", condition=Q(ground__in=GROUNDS)),
            models.CheckConstraint(name="access_emergency_says_why",
                                   condition=~Q(ground="emergency") | (~Q(reason="") & Q(until_at__isnull=False, user__isnull=False))),
        ]


class DataRequest(models.Model):
    """A person asks about his own data; 21 days to answer, 14 more at most (Act 709 s.31). The protection officer answers."""

    PERSONAL = ("words", "answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="data_requests")
    kind = models.CharField(max_length=12)
    words = models.CharField(max_length=1000, blank=True)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="request_kind", condition=Q(kind__in=REQUEST_KINDS))]
