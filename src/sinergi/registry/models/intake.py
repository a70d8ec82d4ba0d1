"""How people come in: drafts on the server, submissions as received, and lists of partners (batches)."""
import uuid

from django.db import models
from django.db.models import Q

from sinergi.kernel.flow import flow, states

BATCH = flow("batch", {
    "map": (frozenset({"received", "checked", "stopped"}), "checking"),
    "check": (frozenset({"checking"}), "checked"),
    "start": (frozenset({"checked", "stopped"}), "running"),
    "finish": (frozenset({"running"}), "finished"),
    "stop": (frozenset({"checking", "running"}), "stopped"),
    "undo": (frozenset({"finished", "stopped"}), "undone"),
})


OUTCOMES = ["waiting", "good", "refused", "registered", "known", "undone"]


class Draft(models.Model):
    """A form somebody has begun, saved as he goes, on the server and never on the device. His alone."""

    UNAUDITED = ("body",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("kernel.User", models.CASCADE, related_name="+")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    body = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()


class Submission(models.Model):
    """What an agency sent about a household, as received and never edited. `household` is filled once it is registered."""

    UNAUDITED = ("body",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10)
    body = models.JSONField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=64)
    household = models.ForeignKey("registry.Household", models.PROTECT, null=True, related_name="submissions")
    person = models.ForeignKey("registry.Person", models.SET_NULL, null=True, related_name="submissions")

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
    """A list of a partner: one encrypted file, a check that names each bad row, then a job that registers the good ones.

    `columns`: column number -> field. How far the job is tells its Progress, whose subject is the list.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    file = models.CharField(max_length=64)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="received")
    rows = models.IntegerField(default=0)
    on = models.DateField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=64)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="batch_state", condition=Q(state__in=sorted({"received", *states(BATCH)})))]


class BatchRow(models.Model):
    """One row of a list and what became of it. `cells`: as they stand in the file; `errors`: [{field, code, value, words}]."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="lines")
    row = models.IntegerField()
    cells = models.JSONField()
    outcome = models.CharField(max_length=12, default="waiting")
    errors = models.JSONField(default=list)
    person = models.ForeignKey("registry.Person", models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["batch", "outcome", "row"], name="batch_row_outcome_order")]
        constraints = [
            models.UniqueConstraint(name="batch_row_once", fields=["batch", "row"]),
            models.CheckConstraint(name="batch_row_outcome", condition=Q(outcome__in=OUTCOMES)),
        ]
