"""Who is the same person: what agencies wrote (source records), whose they are from when to when, and every decision about it.

A person is a set of records at an instant. Records are never edited, decisions never removed; a merge moves records and an unmerge moves
exactly those back. The golden record (the columns of Person) is computed from the records by the order of trust.
"""
import uuid

from django.db import models
from django.db.models import F, Q

APPROVAL_STATES = ("asked", "approved", "refused")
IDENTITY_VERBS = ("create", "auto_link", "link", "not_same", "merge", "unmerge", "move", "settle")
RECORD_QUALITIES = ("asserted", "verified", "odd", "typo", "borrowed", "generic")
CANDIDATE_STATES = ("open", "auto", "same", "different", "stale")


class SourceRecord(models.Model):
    """What an agency wrote about somebody, as received, under its own key; a correction is a new version. Retention empties `payload`, the row stays.

    `payload`: {name, birth_date, birth_year, sex, phones, address, postcode, state, language} as read; numbers stand in RecordIdentifier.
    """

    UNAUDITED = ("payload",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    source = models.CharField(max_length=24, default="officer")
    key = models.CharField(max_length=80)
    version = models.IntegerField(default=1)
    payload = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="record_once", fields=["agency", "key", "version"])]


class RecordIdentifier(models.Model):
    """A number that a record bears; none is the key of the person. `quality` says what it is worth: a borrowed or generic one nearly nothing."""

    PERSONAL = ("value",)

    record = models.ForeignKey(SourceRecord, models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=20)
    country = models.CharField(max_length=2, default="MY")
    value = models.CharField(max_length=40)
    quality = models.CharField(max_length=10, default="asserted")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["value"], name="record_identifier_value")]
        constraints = [
            models.UniqueConstraint(name="record_identifier_once", fields=["record", "kind", "country", "value"]),
            models.CheckConstraint(name="record_identifier_quality", condition=Q(quality__in=RECORD_QUALITIES)),
        ]


class LinkageModel(models.Model):
    """How pairs are weighed: parameters as trained, on how many records; adopted by a named person who is not the one that had them learnt."""

    version = models.CharField(primary_key=True, max_length=40)
    parameters = models.JSONField()
    trained_at = models.DateTimeField()
    registry_size = models.IntegerField()
    origin = models.CharField(max_length=200)
    trained_by = models.CharField(max_length=64, blank=True)
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="linkage_model_by_another", condition=Q(approved_by="") | ~Q(approved_by=F("trained_by")))]


class IdentityDecision(models.Model):
    """One decision about who is who; append-only. `evidence`: score, levels, keys, papers seen; `moved` in it: [[record, from person, to person]].

    It outlives what it names: a list that is undone takes its persons and records away, the decisions stay.
    """

    PERSONAL = ("reason",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    verb = models.CharField(max_length=10)
    actor = models.CharField(max_length=64)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=400, blank=True)
    person = models.ForeignKey("registry.Person", models.DO_NOTHING, null=True, related_name="identity_decisions", db_constraint=False)
    other = models.ForeignKey("registry.Person", models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    first = models.ForeignKey(SourceRecord, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    second = models.ForeignKey(SourceRecord, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    model = models.ForeignKey(LinkageModel, models.PROTECT, null=True, related_name="+")
    bits = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by")
    run_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["run_id"], name="identity_decision_run", condition=Q(run_id__isnull=False))]
        constraints = [
            models.CheckConstraint(name="identity_decision_verb", condition=Q(verb__in=IDENTITY_VERBS)),
            models.UniqueConstraint(name="identity_decision_undone_once", fields=["undoes"], condition=Q(undoes__isnull=False)),
        ]


class Belonging(models.Model):
    """A record belongs to a person from one instant until another. An exclusion constraint keeps it to one person at any instant."""

    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="belongings")
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="belongings")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(IdentityDecision, models.PROTECT, related_name="opened")
    closed_by = models.ForeignKey(IdentityDecision, models.PROTECT, null=True, related_name="closed")

    class Meta:
        indexes = [models.Index(fields=["person"], name="belonging_present", condition=Q(to_at=None))]
        constraints = [models.UniqueConstraint(name="belonging_one_present", fields=["record"], condition=Q(to_at=None))]


class Approval(models.Model):
    """A merge or unmerge that one login may not do alone: asked by one, approved or refused by another; what is approved is done at once."""

    PERSONAL = ("reason",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    verb = models.CharField(max_length=10)
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    other = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    undoes = models.ForeignKey(IdentityDecision, models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=400)
    why = models.JSONField(default=list)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="asked")
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="approval_verb", condition=Q(verb__in=["merge", "unmerge"])),
            models.CheckConstraint(name="approval_state", condition=Q(state__in=APPROVAL_STATES)),
            models.CheckConstraint(name="approval_by_another", condition=~Q(decided_by=F("asked_by"))),
            models.UniqueConstraint(name="approval_asked_once", fields=["verb", "person", "other", "undoes"], condition=Q(state="asked"),
                                    nulls_distinct=False),
        ]


class CannotLink(models.Model):
    """Two records that somebody called different: no later proposal, and no merge that would join them. `lifted_by`: a later decision."""

    first = models.ForeignKey(SourceRecord, models.PROTECT, related_name="+")
    second = models.ForeignKey(SourceRecord, models.PROTECT, related_name="+")
    decision = models.ForeignKey(IdentityDecision, models.PROTECT, related_name="+")
    lifted_by = models.ForeignKey(IdentityDecision, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="cannot_link_once", fields=["first", "second"], condition=Q(lifted_by=None)),
            models.CheckConstraint(name="cannot_link_ordered", condition=Q(first__lt=F("second"))),
        ]


class Candidate(models.Model):
    """A pair of records that may be one person, with its score, levels, the keys that met, and what became of it; kept after the decision.

    `weight` (what hangs on it) and `block` (whose household) are the database's; `aside_until`, `sent_to`: who waits for an answer from outside.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(SourceRecord, models.PROTECT, related_name="+")
    second = models.ForeignKey(SourceRecord, models.PROTECT, related_name="+")
    model = models.ForeignKey(LinkageModel, models.PROTECT, related_name="+")
    bits = models.FloatField()
    levels = models.JSONField()
    keys = models.JSONField(default=list)
    vetoes = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="open")
    found_by = models.CharField(max_length=10, default="search")
    run_id = models.UUIDField(null=True)
    weight = models.FloatField(default=0)
    block = models.UUIDField(null=True)
    aside_until = models.DateField(null=True)
    sent_to = models.ForeignKey("kernel.Agency", models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField()
    decision = models.ForeignKey(IdentityDecision, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-weight", "id"], name="candidate_open", condition=Q(state="open")),
                   models.Index(fields=["block"], name="candidate_block", condition=Q(state="open", block__isnull=False))]
        constraints = [
            models.UniqueConstraint(name="candidate_once", fields=["first", "second", "model"], condition=~Q(found_by="objection")),
            models.CheckConstraint(name="candidate_ordered", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(name="candidate_state", condition=Q(state__in=CANDIDATE_STATES)),
            models.CheckConstraint(name="candidate_found_by", condition=Q(found_by__in=["search", "list", "register", "objection"])),
        ]


class Objection(models.Model):
    """A person says that he was joined with somebody wrongly: it opens a review (`candidate`), and is answered with words when that is settled."""

    UNAUDITED = ("words", "answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="objections")
    decision = models.ForeignKey(IdentityDecision, models.PROTECT, related_name="+")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="objections")
    words = models.CharField(max_length=2000)
    raised_by = models.CharField(max_length=64)
    raised_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=2000, blank=True)
