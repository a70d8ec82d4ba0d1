"""Exceptions to the overlap lock: asked for by one, approved by another, used once, ended by a day."""
import uuid

from django.db import models
from django.db.models import F, Q

from sinergi.kernel.flow import flow, states

CODES = {
    "not_enough": {"ms": "Bantuan yang ada tidak mencukupi keperluan", "en": "The help there is does not cover the need"},
    "not_received": {"ms": "Bantuan yang direkod tidak sampai kepadanya", "en": "The recorded help does not reach him"},
    "other_cost": {"ms": "Kos yang lain daripada yang dibayar", "en": "Another cost than the one that is paid"},
    "emergency": {"ms": "Kecemasan: nyawa atau kesihatan", "en": "Emergency: life or health"},
    "wrong_record": {"ms": "Rekod yang menghalang adalah silap", "en": "The record that stands in the way is wrong"},
}
OVERRIDE = flow("override", {
    "override.approve": (frozenset({"asked"}), "approved"),
    "override.refuse": (frozenset({"asked"}), "refused"),
    "entitlement.award": (frozenset({"approved"}), "used"),
    "override.expire": (frozenset({"asked", "approved"}), "expired"),
})


class Override(models.Model):
    """One exception, for one programme and need of one person. Who approves is not who asked; it ends on a day at the latest."""

    PERSONAL = ("programme", "need", "reason", "finding")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    programme = models.CharField(max_length=60)
    need = models.CharField(max_length=12)
    code = models.CharField(max_length=16)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, default="asked")
    until_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)
    entitlement = models.ForeignKey("benefits.Entitlement", models.SET_NULL, null=True, related_name="overrides")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    finding = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-asked_at"], name="override_by_state")]
        constraints = [
            models.CheckConstraint(name="override_code", condition=Q(code__in=sorted(CODES))),
            models.CheckConstraint(name="override_state", condition=Q(state__in=sorted({"asked", *states(OVERRIDE)}))),
            models.CheckConstraint(name="override_second_person", condition=Q(decided_by="") | ~Q(decided_by=F("asked_by"))),
            models.CheckConstraint(name="override_decided", condition=~Q(state__in=["approved", "refused", "used"]) | ~Q(decided_by="")),
            models.CheckConstraint(name="override_used", condition=~Q(state="used") | Q(entitlement__isnull=False)),
            models.UniqueConstraint(name="override_one_open", fields=["person", "agency", "programme", "need"],
                                    condition=Q(state__in=["asked", "approved"])),
        ]
