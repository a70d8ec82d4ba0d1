"""Partners' lists of what they already give: one encrypted file, a check that names each bad row, then a job that loads the good ones."""
import uuid

from django.db import models
from django.db.models import Q

from sinergi.kernel.flow import flow, states

AWARD_LIST = flow("award_list", {
    "award_list.map": (frozenset({"received", "checked", "stopped"}), "checking"),
    "award_list.check": (frozenset({"checking"}), "checked"),
    "award_list.start": (frozenset({"checked", "stopped"}), "running"),
    "award_list.load": (frozenset({"running"}), "finished"),
    "award_list.stop": (frozenset({"checking", "running"}), "stopped"),
    "award_list.undo": (frozenset({"finished", "stopped"}), "undone"),
})
ROW_OUTCOMES = ("waiting", "good", "refused", "loaded", "known", "undone")


class AwardList(models.Model):
    """A list of one agency. `columns`: column number -> field. How far its job is tells its Progress, whose subject is the list."""

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
        constraints = [models.CheckConstraint(name="award_list_state", condition=Q(state__in=sorted({"received", *states(AWARD_LIST)})))]


class AwardRow(models.Model):
    """One row: its cells as they stand in the file, what they mean once read, and what became of it. `errors`: [{field, code, value, words}].

    `beside`: when it was checked, other help that forbids it ran; it is loaded all the same, for the agency gives it already.
    """

    award_list = models.ForeignKey(AwardList, models.CASCADE, related_name="lines")
    row = models.IntegerField()
    cells = models.JSONField()
    read = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, default="waiting")
    beside = models.BooleanField(default=False)
    errors = models.JSONField(default=list)
    person = models.ForeignKey("registry.Person", models.SET_NULL, null=True, related_name="+")
    entitlement = models.ForeignKey("benefits.Entitlement", models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["award_list", "outcome", "row"], name="award_row_outcome_order")]
        constraints = [models.UniqueConstraint(name="award_row_once", fields=["award_list", "row"]),
                       models.CheckConstraint(name="award_row_outcome", condition=Q(outcome__in=ROW_OUTCOMES))]
