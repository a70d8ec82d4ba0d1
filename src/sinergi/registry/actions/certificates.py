"""Certificates: pairs drawn at random, labelled blind by two, decided by a third, walked down, signed by a named person; watched every week.

Who labels sees neither the score nor what anybody else said. The walk goes down while the labels come; where it ends without a step that holds,
the certificate has failed. What is linked by itself is sampled every week, and a bound below the target suspends the certificate at once.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
from django.utils import timezone

from sinergi.core.linkage.certificate import SEQUENCE, WEEKLY, Draw, draws, labels_needed, settled
from sinergi.kernel import notify
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Grant
from sinergi.kernel.policy import anyone

from .. import policy
from ..models import Candidate, Certificate, Label, LinkageModel, ReviewAnswer
from ..queries.certificates import candidates_drawable, certified_step, drawn_of, walk_of, watch_of
from .rows import user_id

LABELS = ("same", "different", "unsure")
FOR = timedelta(days=180)
LONGEST = timedelta(days=366)
SPARE = 2
TARGETS = (0.99, 0.995, 0.998, 0.999)


@action("certificate.draw", policy.of_an_agency)
def draw_certificate(model: LinkageModel, *, actor: Actor, sources: str, target: float, chance: np.random.Generator, each: int | None = None,
                     sequence: Sequence[float] = SEQUENCE, at: datetime | None = None) -> Certificate:
    """Draw the pairs whose labels may certify a threshold (bits) for a model and a pair of sources. `each`: pairs above each threshold.

    Refused: `certificate.target`, `certificate.drawing_already`, `certificate.too_few` (fewer pairs above every threshold than labels wanted).
    """
    if target not in TARGETS:
        raise Refused("certificate.target", field="target")
    if Certificate.objects.filter(model=model, sources=sources, state="drawing").exists():
        raise Refused("certificate.drawing_already")
    wanted = each or labels_needed(target, SPARE)
    there = candidates_drawable(model.pk, sources)
    drawn = draws(np.array([bits for _, bits in there], np.float64), wanted, chance, sequence)
    if not drawn:
        raise Refused("certificate.too_few", wanted=wanted, there=sum(bits >= min(sequence) for _, bits in there))
    made = Certificate.objects.create(model=model, sources=sources, target=target, thresholds=[[draw.threshold, draw.above] for draw in drawn],
                                      drawn_each=wanted, drawn_at=at or timezone.now(), drawn_by=actor.id)
    Label.objects.bulk_create(labels_of(made, drawn, there))
    return made


def labels_of(made: Certificate, drawn: Sequence[Draw], there: Sequence[tuple[UUID, float]]) -> list[Label]:
    """One label a pair, however many thresholds drew it."""
    steps: dict[int, list[int]] = {}
    for step, draw in enumerate(drawn):
        for place in draw.pairs:
            steps.setdefault(place, []).append(step)
    return [Label(certificate=made, candidate_id=there[place][0], bits=there[place][1], step=those[0], steps=those) for place, those in steps.items()]


@action("certificate.label", policy.of_an_agency)
def label_pair(label_id: UUID, *, actor: Actor, answer: str, at: datetime | None = None) -> Label:
    """Label a drawn pair blind: same, different or unsure. The second is another person, the third is asked where the two differ.

    A walk that ends without a step that holds fails its certificate; a weekly sample that is lost suspends its own, and tells the administrators.
    Refused: `certificate.label_unknown`, `certificate.labelled_already`, `certificate.not_blind`, `certificate.not_labelling`.
    """
    if answer not in LABELS:
        raise Refused("certificate.label_unknown")
    label = Label.objects.select_for_update().filter(pk=label_id).first()
    if label is None:
        raise Refused("certificate.label_unknown")
    certificate = Certificate.objects.select_for_update().get(pk=label.certificate_id)
    if certificate.state != ("drawing" if label.week is None else "valid"):
        raise Refused("certificate.not_labelling")
    if actor.id in (label.first_by, label.second_by) or ReviewAnswer.objects.filter(candidate_id=label.candidate_id, by=actor.id).exists():
        raise Refused("certificate.not_blind")
    place = place_of(label)
    changes().watch(label, certificate)
    setattr(label, place, answer)
    setattr(label, f"{place}_by", actor.id)
    label.save(update_fields=[place, f"{place}_by"])
    if settled(label.first, label.second, label.third) is not None:
        certificate.labels += 1
        certificate.save(update_fields=["labels"])
        judge(certificate, label, actor, at or timezone.now())
    return label


def place_of(label: Label) -> str:
    """Whose label is missing: first, second, or third where the two differ. Refused: `certificate.labelled_already`."""
    if not label.first:
        return "first"
    if not label.second:
        return "second"
    if label.first == label.second or label.third:
        raise Refused("certificate.labelled_already")
    return "third"


def judge(certificate: Certificate, label: Label, actor: Actor, now: datetime) -> None:
    """What one more settled label means for the certificate."""
    if label.week is None:
        walk = walk_of(certificate)
        if not walk.wanted and walk.certified is None:
            state(certificate, "failed")
        return
    step = certified_step(certificate)
    watch = None if step is None else watch_of(certificate, step)
    if watch is not None and not watch.holds:
        certificate.lower_bound = min(watch.bound, watch.recent)
        put_off(certificate, actor, now, why=f"{label.week:%Y-%m-%d}: {watch.bound:.4f} / {watch.recent:.4f} < {certificate.target}")


def state(certificate: Certificate, word: str, **more: object) -> None:
    """A certificate's state, kept and audited."""
    changes().watch(certificate)
    certificate.state = word
    for name, value in more.items():
        setattr(certificate, name, value)
    certificate.save(update_fields=["state", "lower_bound", *more])


@action("certificate.sign", policy.of_an_agency)
def sign_certificate(certificate: Certificate, *, actor: Actor, to_on: date | None = None, at: datetime | None = None) -> Certificate:
    """Sign what the labels prove: from today, for half a year or until `to_on`, pairs from the certified threshold may be linked without a look.

    The certificate of the same model and sources that was valid until now ends. Refused: `certificate.named_person`, `certificate.not_drawn`,
    `certificate.labels_missing`, `certificate.own_labels` (who labelled does not sign), `certificate.period`.
    """
    now = at or timezone.now()
    today = timezone.localdate(now)
    lock(certificate)
    if user_id(actor) is None:
        raise Refused("certificate.named_person")
    if certificate.state != "drawing":
        raise Refused("certificate.not_drawn")
    walk = walk_of(certificate)
    if walk.wanted or walk.certified is None:
        raise Refused("certificate.labels_missing", wanted=len(walk.wanted))
    if any(actor.id in (label.first_by, label.second_by, label.third_by) for label in drawn_of(certificate)[2]):
        raise Refused("certificate.own_labels")
    until = to_on or today + FOR
    if not today <= until <= today + LONGEST:
        raise Refused("certificate.period", field="to_on")
    for before in Certificate.objects.filter(model_id=certificate.model_id, sources=certificate.sources, state="valid"):
        state(before, "expired", to_on=today)
    step = walk.certified
    state(certificate, "valid", threshold=step.threshold, lower_bound=step.bound, signed_by=actor.id, from_on=today, to_on=until)
    return certificate


@action("certificate.suspend", policy.of_an_agency)
def suspend_certificate(certificate: Certificate, *, actor: Actor, why: str, at: datetime | None = None) -> Certificate:
    """Nothing is linked by it from now on. Refused: `certificate.not_valid`, `certificate.why_missing`."""
    lock(certificate)
    if certificate.state != "valid":
        raise Refused("certificate.not_valid")
    if not why.strip():
        raise Refused("certificate.why_missing", field="why")
    put_off(certificate, actor, at or timezone.now(), why=" ".join(why.split()))
    return certificate


def lock(certificate: Certificate) -> None:
    """Wait for whoever labels or signs it, then see how it stands."""
    certificate.refresh_from_db(from_queryset=Certificate.objects.select_for_update())


def put_off(certificate: Certificate, actor: Actor, now: datetime, *, why: str) -> None:
    """Suspended from this transaction on, and the national administrators are told."""
    state(certificate, "suspended", suspended_at=now, why=why[:400])
    for grant in Grant.objects.filter(role="administrator", area_kind="national", ended_at=None, user__is_active=True).select_related("user"):
        notify.queue("certificate.suspended", to=grant.user, actor=actor, language=grant.user.language, model=certificate.model_id,
                     sources=certificate.sources, why=certificate.why)


@action("certificate.sample", anyone)
def sample_week(certificate: Certificate, *, actor: Actor, week: date, chance: np.random.Generator, most: int = WEEKLY) -> int:
    """Draw this week's sample of what was linked by itself in the seven days before `week`, once. Gives how many pairs are to be labelled blind."""
    lock(certificate)
    if certificate.state != "valid" or Label.objects.filter(certificate=certificate, week=week).exists():
        return 0
    ours = {candidate for candidate, _ in candidates_drawable(certificate.model_id, certificate.sources)}
    linked = [row for row in Candidate.objects.filter(
        state="auto", model_id=certificate.model_id, decision__verb="auto_link", decision__decided_at__date__gte=week - timedelta(days=7),
        decision__decided_at__date__lt=week).order_by("id").values_list("id", "bits") if row[0] in ours]
    chosen = [int(i) for i in chance.choice(len(linked), min(most, len(linked)), replace=False)] if linked else []
    Label.objects.bulk_create(Label(certificate=certificate, candidate_id=linked[i][0], bits=linked[i][1], step=0, week=week) for i in chosen)
    return len(chosen)


@action("certificate.expire", anyone)
def expire_certificates(subject: None, *, actor: Actor, on: date) -> int:
    """Certificates whose period is over are so called. Gives how many."""
    over = list(Certificate.objects.select_for_update().filter(state="valid", to_on__lt=on))
    for certificate in over:
        state(certificate, "expired")
    return len(over)
