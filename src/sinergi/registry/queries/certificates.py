"""What certificates say: which threshold holds today for which pairs, how far the labels of each carry, and who has what to label."""

import datetime as dt
from dataclasses import dataclass
from hashlib import md5
from uuid import UUID

from django.db.models import F, Q

from sinergi.core.linkage.certificate import RECENT, Draw, Step, Walk, Watch, settled, walk_down, watched
from sinergi.kernel.actors import Actor

from ..models import Candidate, Certificate, Label, LinkageModel, LinkageRun, ReviewAnswer
from .linking import present_model

REGISTER = "register"
NO_VETOES = ("no_certificate", "below_threshold")  # why a run did not link by itself; they say nothing about the pair


@dataclass(frozen=True)
class CertificateView:
    """A certificate with how far its walk came: labels settled of those wanted for the next step, the steps taken, the weeks since."""

    certificate: Certificate
    walk: Walk
    settled: int
    drawn: int
    weeks: tuple[tuple[dt.date, int, int, int], ...]
    watch: Watch | None


def sources_of(found_by: str, run_id: UUID | None) -> str:
    """Which pair of sources a candidate is of: 'list:AGENCY', or 'register' for the register against itself."""
    if found_by != "list" or run_id is None:
        return REGISTER
    agency = LinkageRun.objects.filter(pk=run_id).values_list("agency_id", flat=True).first()
    return f"list:{agency}" if agency else REGISTER


def valid(version: str | None, sources: str, on: dt.date) -> Certificate | None:
    """The certificate by which pairs of these sources, scored by this model, may be linked without a further look on the day.

    Weights that others took the place of link nothing by themselves any more, whatever was promised of them.
    """
    present = present_model()
    if present is None or present.version != version:
        return None
    return Certificate.objects.filter(model_id=version, sources=sources, state="valid", from_on__lte=on, to_on__gte=on).order_by("-from_on").first()


def certified_threshold(version: str | None, found_by: str, run_id: UUID | None, on: dt.date) -> float | None:
    """Bits from which such pairs are certified today; None: nothing is."""
    found = valid(version, sources_of(found_by, run_id), on)
    return None if found is None else found.threshold


def drawn_of(certificate: Certificate) -> tuple[tuple[Draw, ...], dict[int, bool], list[Label]]:
    """The draws as they were made, the truth as far as it is labelled, and the labels; a pair is its place among the labels. One query."""
    labels = list(Label.objects.filter(certificate=certificate, week=None).order_by("step", "id"))
    draws = tuple(Draw(threshold, above, tuple(place for place, label in enumerate(labels) if step in label.steps))
                  for step, (threshold, above) in enumerate(certificate.thresholds))
    said = {place: settled(label.first, label.second, label.third) for place, label in enumerate(labels)}
    return draws, {place: truth for place, truth in said.items() if truth is not None}, labels


def walk_of(certificate: Certificate) -> Walk:
    """How far the labels carry the walk today."""
    draws, truth, _ = drawn_of(certificate)
    return walk_down(draws, truth, certificate.target)


def certified_step(certificate: Certificate) -> Step | None:
    """The step that was certified."""
    return walk_of(certificate).certified


def weeks_of(certificate: Certificate) -> tuple[tuple[dt.date, int, int, int], ...]:
    """(week, right, labelled, drawn) of each weekly sample, oldest first."""
    weeks: dict[dt.date, list[int]] = {}
    for label in Label.objects.filter(certificate=certificate, week__isnull=False).order_by("week"):
        assert label.week is not None, "asked for so"
        row, truth = weeks.setdefault(label.week, [0, 0, 0]), settled(label.first, label.second, label.third)
        row[0] += truth is True
        row[1] += truth is not None
        row[2] += 1
    return tuple((week, row[0], row[1], row[2]) for week, row in weeks.items())


def watch_of(certificate: Certificate, step: Step) -> Watch:
    """Whether the promise is still believed, were every label of a sample that is missing right: a sample that is lost already is seen at once."""
    return watched(step, [(right + drawn - labelled, drawn) for _, right, labelled, drawn in weeks_of(certificate)], certificate.target)


def certificates() -> tuple[CertificateView, ...]:
    """Every certificate, newest first, with how far it came. Three queries each; there are few."""
    return tuple(view(certificate) for certificate in Certificate.objects.select_related("model").order_by("-drawn_at"))


def view(certificate: Certificate) -> CertificateView:
    """One certificate."""
    draws, truth, labels = drawn_of(certificate)
    walk, weeks = walk_down(draws, truth, certificate.target), weeks_of(certificate)
    watch = watch_of(certificate, walk.certified) if weeks and walk.certified else None
    return CertificateView(certificate, walk, len(truth), len(labels), weeks[-RECENT:], watch)


def next_label(actor: Actor) -> Label | None:
    """The next drawn pair the actor may label: not labelled by him, not answered by him in the queue, wanted by its walk or its week.

    Officers go through them in orders of their own, so that two at once do not meet. One query for each certificate in work, and one more.
    """
    answered = ReviewAnswer.objects.filter(by=actor.id, candidate__isnull=False).values("candidate")
    for certificate in Certificate.objects.filter(state__in=["drawing", "valid"]).order_by("state", "drawn_at"):
        wanted = Label.objects.filter(certificate=certificate).exclude(first_by=actor.id).exclude(second_by=actor.id).exclude(candidate__in=answered)
        wanted = wanted.filter(Q(first="") | Q(second="") | Q(third="") & ~Q(first=F("second")))
        if certificate.state == "drawing":
            draws, truth, labels = drawn_of(certificate)
            wanted = wanted.filter(pk__in=[labels[place].pk for place in walk_down(draws, truth, certificate.target).wanted])
        else:
            wanted = wanted.filter(week__isnull=False)
        found = list(wanted.values_list("pk", flat=True))
        if found:
            own = int.from_bytes(md5(actor.id.encode(), usedforsecurity=False).digest())
            return Label.objects.select_related("candidate__first", "candidate__second").get(pk=min(found, key=lambda pk: pk.int ^ own))
    return None


def labelled_by(actor: Actor) -> int:
    """How many labels of drawings in work the actor has given."""
    mine = Q(first_by=actor.id) | Q(second_by=actor.id) | Q(third_by=actor.id)
    return Label.objects.filter(mine, certificate__state__in=["drawing", "valid"]).count()


def models() -> tuple[str, ...]:
    """Versions of the models, newest first."""
    return tuple(LinkageModel.objects.order_by("-trained_at").values_list("version", flat=True))


def model(version: str) -> LinkageModel | None:
    """A model by its version."""
    return LinkageModel.objects.filter(pk=version).first()


def certificate(certificate_id: UUID) -> Certificate | None:
    """A certificate, for its actions."""
    return Certificate.objects.filter(pk=certificate_id).first()


def labels_exist() -> bool:
    """Whether anybody has labelled anything yet."""
    return Label.objects.exclude(first="").exists()


def candidates_drawable(version: str, sources: str) -> list[tuple[UUID, float]]:
    """Pairs of a model and of these sources without a veto, whatever became of them: (candidate, bits). What is linked by itself has no veto."""
    found = Candidate.objects.filter(model_id=version, vetoes__contained_by=list(NO_VETOES)).exclude(state="stale")
    if sources == REGISTER:
        found = found.exclude(found_by="list")
    else:
        runs = LinkageRun.objects.filter(agency_id=sources.removeprefix("list:")).values("id")
        found = found.filter(found_by="list", run_id__in=runs)
    return list(found.order_by("id").values_list("id", "bits"))
