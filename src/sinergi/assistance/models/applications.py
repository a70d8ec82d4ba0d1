"""An application to the agency that decides: what was sent, its papers, what was asked, its clocks, and the one decision."""
import uuid

from django.db import models
from django.db.models import Q

from .screenings import OUTCOMES, Determination

STATES = ("lodged", "asked", "approved", "refused", "withdrawn", "lapsed")
OPEN = ("lodged", "asked")
SCANS = ("clean", "unscanned")


class Application(models.Model):
    """One programme asked for one person, or (`for_household`) for a household in the name of its head. `agency` decides, `from_agency` sent it.

    `screened` is what the screening said when it was sent; it informs. `due_on`: the next day a clock ends, by which the inbox is sorted.
    `papers_until_on`: from this day on its papers are removed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey("registry.Household", models.CASCADE, related_name="+")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    for_household = models.BooleanField()
    programme = models.CharField(max_length=60)
    need = models.CharField(max_length=12)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    from_agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    consent = models.ForeignKey("registry.Consent", models.CASCADE, related_name="+")
    determination = models.ForeignKey(Determination, models.SET_NULL, null=True, related_name="+")
    screened = models.CharField(max_length=20)
    likely = models.BooleanField()
    law_version = models.CharField(max_length=64)
    discreet = models.BooleanField(default=False)
    region = models.CharField(max_length=20, blank=True)
    event_on = models.DateField(null=True)
    state = models.CharField(max_length=10, default="lodged")
    due_on = models.DateField(null=True)
    applied_on = models.DateField()
    applied_at = models.DateTimeField()
    applied_by = models.CharField(max_length=64)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=24, blank=True)
    papers_until_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["agency", "state", "due_on"], name="application_inbox"),
            models.Index(fields=["from_agency", "-applied_at"], name="application_sent"),
            models.Index(fields=["papers_until_on"], name="application_papers", condition=Q(papers_until_on__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="application_one_open_person", fields=["person", "programme"],
                                    condition=Q(state__in=OPEN, for_household=False)),
            models.UniqueConstraint(name="application_one_open_household", fields=["household", "programme"],
                                    condition=Q(state__in=OPEN, for_household=True)),
            models.CheckConstraint(name="application_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="application_screened", condition=Q(screened__in=OUTCOMES)),
            models.CheckConstraint(name="application_closed",
                                   condition=Q(state__in=OPEN, closed_at=None) | (~Q(state__in=OPEN) & Q(closed_at__isnull=False))),
        ]


class Packet(models.Model):
    """What was sent: facts with their origins, and the reasons of the answer. Evidence: written once. What is sensitive lies in a row of its own."""

    PERSONAL = UNAUDITED = ("facts", "reasons")

    application = models.ForeignKey(Application, models.CASCADE, related_name="packets")
    sensitive = models.BooleanField()
    facts = models.JSONField()
    reasons = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(name="packet_once", fields=["application", "sensitive"])]


class Attachment(models.Model):
    """A paper of an application as both sides may know it: name, type, size, when, and what the scanner said. Its file stands apart."""

    PERSONAL = ("name",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="attachments")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=60)
    size = models.IntegerField()
    scan = models.CharField(max_length=10)
    attached_at = models.DateTimeField()
    attached_by = models.CharField(max_length=64)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="attachment_scan", condition=Q(scan__in=SCANS))]


class AttachmentFile(models.Model):
    """Where the content of a paper lies in the encrypted store: a row only the deciding agency sees."""

    attachment = models.OneToOneField(Attachment, models.CASCADE, primary_key=True, related_name="kept")
    file = models.UUIDField()


class Question(models.Model):
    """What the deciding agency asked before deciding, by when, and the answer."""

    PERSONAL = ("words", "answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="questions")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    words = models.CharField(max_length=1000)
    by_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    answer = models.CharField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="question_one_open", fields=["application"], condition=Q(answered_at=None))]


class ClockRun(models.Model):
    """One clock of an application: when it began, when it ends, when it was reminded of, and how it ended (`met`, `lapsed`, `closed`)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="clocks")
    clock = models.CharField(max_length=40)
    side = models.CharField(max_length=6)
    began_on = models.DateField()
    due_on = models.DateField()
    on_lapse = models.CharField(max_length=6)
    reminded_on = models.DateField(null=True)
    overdue_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_as = models.CharField(max_length=6, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_on"], name="clock_running", condition=Q(ended_on=None))]
        constraints = [
            models.UniqueConstraint(name="clock_once", fields=["application", "clock"], condition=Q(ended_on=None)),
            models.CheckConstraint(name="clock_days", condition=Q(due_on__gte=models.F("began_on"))),
            models.CheckConstraint(name="clock_side", condition=Q(side__in=["person", "agency", "sender"])),
            models.CheckConstraint(name="clock_on_lapse", condition=Q(on_lapse__in=["remind", "lapse"])),
            models.CheckConstraint(name="clock_ended", condition=Q(ended_on=None, ended_as="") |
                                   Q(ended_on__isnull=False, ended_as__in=["met", "lapsed", "closed"])),
        ]


class Decision(models.Model):
    """The agency's decision under its own Act: one an application, never changed.

    `reasons`: ids of the programme's criteria or codes of assistance.words; `against`: why it differs from the screening, where it does.
    """

    PERSONAL = ("text", "against")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.OneToOneField(Application, models.CASCADE, related_name="decision")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8)
    reasons = models.JSONField()
    text = models.CharField(max_length=2000, blank=True)
    against = models.CharField(max_length=1000, blank=True)
    basis = models.JSONField()
    law_version = models.CharField(max_length=64)
    entitlement_id = models.UUIDField(null=True)
    appeal_by_on = models.DateField(null=True)
    decided_on = models.DateField()
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(name="decision_outcome", condition=Q(outcome__in=["approve", "refuse"])),
            models.CheckConstraint(name="decision_awarded", condition=Q(outcome="approve", entitlement_id__isnull=False) |
                                   Q(outcome="refuse", entitlement_id=None)),
        ]
