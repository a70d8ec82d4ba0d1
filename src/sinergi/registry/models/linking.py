"""Runs of linkage: a list against the register, the register against itself, or weights learnt from it; resumable by chunk, shown before applied."""
import uuid

from django.db import models
from django.db.models import Q

from sinergi.kernel.flow import flow, states

LINKING = flow("linkage_run", {
    "extend": (frozenset({"received"}), "received"),
    "map": (frozenset({"received", "stopped"}), "comparing"),
    "shown": (frozenset({"comparing"}), "compared"),
    "approve": (frozenset({"compared"}), "applying"),
    "finish": (frozenset({"applying"}), "applied"),
    "adopt": (frozenset({"compared"}), "applied"),
    "stop": (frozenset({"comparing", "applying"}), "stopped"),
    "resume": (frozenset({"stopped"}), "comparing"),
    "cancel": (frozenset({"received", "comparing", "compared", "stopped"}), "cancelled"),
    "undo": (frozenset({"applied", "applying", "stopped"}), "undone"),
})
ZONES = ("waiting", "auto", "review", "new", "wrong")


class LinkageRun(models.Model):
    """One run; `kind`: list, register, or learn. `report`: candidates, keys and what each alone found, blocks over the cap, zones, fairness.

    `applied`: how many rows were applied.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    file = models.CharField(max_length=64, blank=True)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="received")
    model = models.ForeignKey("registry.LinkageModel", models.PROTECT, null=True, related_name="+")
    rows = models.IntegerField(default=0)
    report = models.JSONField(default=dict)
    applied = models.IntegerField(default=0)
    on = models.DateField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=64)
    approved_by = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)
    drop_on = models.DateField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="linkage_run_kind", condition=Q(kind__in=["list", "register", "learn"])),
            models.CheckConstraint(name="linkage_run_state", condition=Q(state__in=sorted({"received", *states(LINKING)}))),
        ]


class LinkageChunk(models.Model):
    """One piece of a run's work, done or not: a killed run carries on with those that are not. `found`: its pairs, until they are weighed."""

    UNAUDITED = ("found",)

    run = models.ForeignKey(LinkageRun, models.CASCADE, related_name="chunks")
    key = models.CharField(max_length=24)
    chunk = models.IntegerField()
    pairs = models.IntegerField(default=0)
    found = models.BinaryField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="linkage_chunk_once", fields=["run", "key", "chunk"])]


class LinkageRow(models.Model):
    """A row of a partner's list: its own key, what it says (dropped after the agreed days), and the zone it fell into with the best person.

    Of a run of the register against itself: a pair, `record` and `other`. `other`: the record of the register that is nearest; `record`: the row's
    own once it is applied; `others`: up to two more persons who are near, as {other, bits, levels, keys, vetoes}, for an officer to choose among.
    """

    UNAUDITED = ("cells",)

    run = models.ForeignKey(LinkageRun, models.CASCADE, related_name="lines")
    row = models.IntegerField()
    key = models.CharField(max_length=80)
    cells = models.JSONField(default=dict)
    zone = models.CharField(max_length=8, default="waiting")
    errors = models.JSONField(default=list)
    person = models.ForeignKey("registry.Person", models.SET_NULL, null=True, related_name="+")
    bits = models.FloatField(null=True)
    levels = models.JSONField(default=list)
    keys = models.JSONField(default=list)
    vetoes = models.JSONField(default=list)
    others = models.JSONField(default=list)
    decision = models.ForeignKey("registry.IdentityDecision", models.PROTECT, null=True, related_name="+")
    record = models.ForeignKey("registry.SourceRecord", models.SET_NULL, null=True, related_name="+")
    other = models.ForeignKey("registry.SourceRecord", models.SET_NULL, null=True, related_name="+")
    applied = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["run", "zone", "row"], name="linkage_row_zone")]
        constraints = [
            models.UniqueConstraint(name="linkage_row_once", fields=["run", "row"]),
            models.CheckConstraint(name="linkage_row_zone_known", condition=Q(zone__in=ZONES)),
        ]


class LinkageAgreement(models.Model):
    """What is agreed with a partner about its lists: after how many days rows that met nobody are dropped, and whether the state is told too."""

    agency = models.OneToOneField("kernel.Agency", models.CASCADE, primary_key=True, related_name="+")
    days = models.IntegerField(default=30)
    standing = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(name="linkage_agreement_days", condition=Q(days__gte=1, days__lte=365))]


class LinkageRegister(models.Model):
    """The register as it is compared: made every night in pieces, used once `ready_at`. `words`: how many records bear each word of a name."""

    UNAUDITED = ("words",)

    total = models.IntegerField(default=0)
    words = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)


class LinkagePiece(models.Model):
    """Some thousand records of the register as what is compared: `features` and `keys` are Parquet. Personal data, gone with the records."""

    UNAUDITED = ("features", "keys")

    register = models.ForeignKey(LinkageRegister, models.CASCADE, related_name="pieces")
    number = models.IntegerField()
    records = models.IntegerField()
    last_at = models.DateTimeField()
    last_id = models.UUIDField()
    features = models.BinaryField()
    keys = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="linkage_piece_once", fields=["register", "number"])]
