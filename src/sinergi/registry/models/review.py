"""What officers decide: answers in the queue, planted pairs, labels that certify a threshold, and households proposed from shared facts."""
import uuid

from django.db import models
from django.db.models import Q

ANSWERS = ("same", "different", "cannot_tell")
ASKED = ("", "person", "call", "agency")


class ReviewTurn(models.Model):
    """Whose turn it is at a pair, until when he holds it, and when he answered. It says nothing of the answer, so all reviewers may see it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey("registry.Candidate", models.PROTECT, null=True, related_name="turns")
    planted = models.ForeignKey("registry.PlantedPair", models.PROTECT, null=True, related_name="turns")
    place = models.IntegerField(default=1)
    by = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()
    until_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["by", "answered_at"], name="review_turn_of")]
        constraints = [
            models.CheckConstraint(name="review_turn_of_one", condition=Q(candidate__isnull=True) ^ Q(planted__isnull=True)),
            models.UniqueConstraint(name="review_turn_place", fields=["candidate", "place"]),
            models.UniqueConstraint(name="review_turn_one_holds", fields=["candidate"], condition=Q(answered_at=None)),
            models.UniqueConstraint(name="review_turn_once", fields=["candidate", "by"]),
            models.UniqueConstraint(name="review_turn_planted_once", fields=["planted", "by"]),
        ]


class ReviewAnswer(models.Model):
    """One officer's answer to a candidate (`place` 1, 2, or 3 where two differ), or to a planted pair. Undone answers stay, marked.

    `asked`: whom he asks when he cannot tell (the person, by telephone, the agency `sent_to` that has the paper).
    """

    UNAUDITED = ("reason",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey("registry.Candidate", models.PROTECT, null=True, related_name="answers")
    planted = models.ForeignKey("registry.PlantedPair", models.PROTECT, null=True, related_name="answers")
    place = models.IntegerField(default=1)
    answer = models.CharField(max_length=12)
    reason = models.CharField(max_length=400, blank=True)
    asked = models.CharField(max_length=6, blank=True)
    sent_to = models.ForeignKey("kernel.Agency", models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=64)
    answered_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="review_answer_known", condition=Q(answer__in=ANSWERS)),
            models.CheckConstraint(name="review_answer_asked", condition=Q(asked__in=ASKED)),
            models.CheckConstraint(name="review_answer_of_one", condition=Q(candidate__isnull=True) ^ Q(planted__isnull=True)),
            models.UniqueConstraint(name="review_answer_place", fields=["candidate", "place"], condition=Q(undone_at=None, candidate__isnull=False)),
            models.UniqueConstraint(name="review_answer_another", fields=["candidate", "by"], condition=Q(undone_at=None, candidate__isnull=False)),
        ]


class PlantedPair(models.Model):
    """Two invented records whose answer is known, shown now and then among the real ones.

    `first`, `second`: {payload, numbers: [[kind, country, value]], source, agency}; `bits`, `levels`, `vetoes` as of a candidate.
    """

    UNAUDITED = ("first", "second", "truth")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.JSONField()
    second = models.JSONField()
    truth = models.CharField(max_length=12)
    model = models.ForeignKey("registry.LinkageModel", models.PROTECT, null=True, related_name="+")
    bits = models.FloatField(default=0)
    levels = models.JSONField(default=list)
    vetoes = models.JSONField(default=list)
    planted_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="planted_truth", condition=Q(truth__in=["same", "different"]))]


class Certificate(models.Model):
    """The promise that what is linked by itself above `threshold` is right at least `target` of the time: one model, one pair of sources, a period.

    `state`: drawing (labels missing), valid, failed, suspended (a weekly sample fell below), expired. `lower_bound`: exact, 95 %.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey("registry.LinkageModel", models.PROTECT, related_name="certificates")
    sources = models.CharField(max_length=60)
    target = models.FloatField()
    thresholds = models.JSONField()
    drawn_each = models.IntegerField()
    threshold = models.FloatField(null=True)
    lower_bound = models.FloatField(null=True)
    labels = models.IntegerField(default=0)
    state = models.CharField(max_length=10, default="drawing")
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=64, blank=True)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    suspended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="certificate_state", condition=Q(state__in=["drawing", "valid", "failed", "suspended", "expired"])),
            models.CheckConstraint(name="certificate_target", condition=Q(target__gt=0, target__lt=1)),
            models.CheckConstraint(name="certificate_holds", condition=~Q(state="valid") | ~Q(signed_by="")
                                   & Q(threshold__isnull=False, lower_bound__gte=models.F("target"))),
        ]


class Label(models.Model):
    """One drawn pair to be judged blind by two officers, by a third where they differ. `week`: part of the sample of that week, not of the draw.

    `step`: the strictest threshold that drew it, `steps`: all that did (0 is the strictest of all): a pair is labelled once for all of them.
    """

    UNAUDITED = ("bits", "first", "second", "third")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="drawn")
    candidate = models.ForeignKey("registry.Candidate", models.PROTECT, related_name="+")
    step = models.IntegerField()
    steps = models.JSONField(default=list)
    bits = models.FloatField()
    week = models.DateField(null=True)
    first = models.CharField(max_length=12, blank=True)
    first_by = models.CharField(max_length=64, blank=True)
    second = models.CharField(max_length=12, blank=True)
    second_by = models.CharField(max_length=64, blank=True)
    third = models.CharField(max_length=12, blank=True)
    third_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="label_once", fields=["certificate", "candidate", "step", "week"], nulls_distinct=False)]


class HouseholdProposal(models.Model):
    """Two people who may live together, be a family, or support each other: proposed with evidence, never a fact until they say so.

    `evidence`: {codes: of core.linkage.together}; `mark`: a hash of kind and members, so that what was answered is not asked again;
    `said_by`: who of the people answered, a code of SAID_BY.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=14)
    mark = models.CharField(max_length=32)
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="open")
    proposed_at = models.DateTimeField()
    said_by = models.CharField(max_length=16, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="proposal_kind", condition=Q(kind__in=["lives_together", "family", "supports"])),
            models.CheckConstraint(name="proposal_state", condition=Q(state__in=["open", "accepted", "refused", "stale"])),
            models.CheckConstraint(name="proposal_said", condition=~Q(state__in=["accepted", "refused"]) | ~Q(said_by="")),
            models.UniqueConstraint(name="proposal_once", fields=["mark"], condition=~Q(state="stale")),
        ]


class ProposalMember(models.Model):
    """Somebody a proposal names."""

    proposal = models.ForeignKey(HouseholdProposal, models.CASCADE, related_name="members")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="proposal_member_once", fields=["proposal", "person"])]
