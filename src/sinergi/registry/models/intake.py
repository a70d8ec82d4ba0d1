"""How people come in: drafts on the server, submissions as received, and lists of partners (batches)."""
import uuid

from django.db import models
from django.db.models import Q

from sinergi.kernel.flow import flow, states

BATCH = flow("batch", {
    "map": (frozenset({"received", "mapped"}), "mapped"),
    "start": (frozenset({"mapped"}), "running"),
    "finish": (frozenset({"running"}), "finished"),
    "fail": (frozenset({"running"}), "stopped"),
    "resume": (frozenset({"stopped"}), "running"),
    "undo": (frozenset({"finished", "stopped"}), "undone"),
})


class Draft(models.Model):
    """A form somebody has begun, saved as he goes, on the server and never on the device. His alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("kernel.User", models.CASCADE, related_name="+")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    body = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()


class Submission(models.Model):
    """What an agency sent about a household, as received and never edited. `household` is filled once it is registered."""

    PERSONAL = ("body",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10)
    body = models.JSONField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=64)
    household = models.ForeignKey("registry.Household", models.PROTECT, null=True, related_name="submissions")
    person = models.ForeignKey("registry.Person", models.CASCADE, null=True, related_name="submissions")

    class Meta:
        constraints = [models.CheckConstraint(name="submission_channel", condition=Q(channel__in=["counter", "group", "api", "demo"]))]


class ColumnMapping(models.Model):
    """Which column of an agency's spreadsheet means what: mapped by hand once, remembered for the same header."""

    agency = models.ForeignKey("kernel.Agency", models.CASCADE, related_name="+")
    header = models.CharField(max_length=64)
    columns = models.JSONField()
    mapped_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="mapping_once", fields=["agency", "header"])]


class Batch(models.Model):
    """A list of a partner: one file, a preview that names each bad row, then a job. Counts are facts of its rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    file = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="received")
    rows = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    result = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=64)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="batch_state", condition=Q(state__in=["received", *states(BATCH)]))]


class BatchRow(models.Model):
    """One row of a list and what became of it. `errors`: [{field, code, value}]."""

    PERSONAL = ("body",)

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="lines")
    row = models.IntegerField()
    body = models.JSONField(null=True)
    outcome = models.CharField(max_length=12)
    errors = models.JSONField(default=list)
    person = models.ForeignKey("registry.Person", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="batch_row_once", fields=["batch", "row"]),
            models.CheckConstraint(name="batch_row_outcome", condition=Q(outcome__in=["registered", "known", "refused", "undone"])),
        ]
