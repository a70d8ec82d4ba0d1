"""Certificates over the database: drawn, labelled blind by two, decided by a third, walked, signed, watched, suspended; the promise in a drill."""
from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from registry_stage import officer, somebody
from review_stage import AT, LEVELS, STAGE, model, record_of, reviewer
from test_review import refused

from sinergi.core.linkage.certificate import labels_needed
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import Grant, Message, User
from sinergi.registry import review_tasks
from sinergi.registry.actions import certificates as actions
from sinergi.registry.models import Candidate, Certificate, Label, SourceRecord
from sinergi.registry.queries import certificates as queries
from sinergi.registry.queries.review import blind

DAY = AT.date()
STEPS = (9.0, 6.0, 3.0)


def boss(name: str = "") -> Actor:
    """Who draws and signs."""
    return officer("perkeso", "supervisor", national=True, name=name)


def platform() -> Actor:
    """The nightly command."""
    verbs = ("identity.review", "certificate.sample", "certificate.expire")
    return Actor("command:certificates", "certificates", "", {verb: frozenset({("national", "")}) for verb in verbs})


@pytest.fixture
def many(own_db) -> Callable[[Sequence[float]], list[Candidate]]:
    """many(scores): a candidate for each score, between records of a list that nobody must open."""
    def make(scores: Sequence[float], **more: Any) -> list[Candidate]:
        anchor, chosen = record_of(somebody(officer("aim"))), model()
        with acting(STAGE, purpose="administer"), writing("try.stage"):
            records = SourceRecord.objects.bulk_create(SourceRecord(id=uuid.UUID(int=2**127 + i), agency_id="aim", source="officer", key=f"x{i}",
                                                                    payload={"name": f"Orang {i}"}, received_at=AT) for i in range(len(scores)))
            pairs = [sorted((anchor, record.pk)) for record in records]
            return Candidate.objects.bulk_create(Candidate(
                first_id=first, second_id=second, model=chosen, bits=bits, levels=LEVELS, found_at=AT, state="stale" if bits > 90 else "open", **more)
                for (first, second), bits in zip(pairs, scores, strict=True))

    return make


def drawn(each: int, *, seed: int = 1, target: float = 0.99, who: Actor | None = None, sequence: Sequence[float] = STEPS, **more: Any) -> Certificate:
    """Draw a certificate."""
    return actions.draw_certificate(model(), actor=who or boss(), purpose="register", sources="register", target=target, each=each,
                                    chance=np.random.default_rng(seed), sequence=sequence, at=AT, **more)


def label(who: Actor, answer: str | Callable[[Label], str], most: int = 10_000) -> int:
    """An officer labels whatever he is given; how many."""
    for done in range(most):
        with acting(who, purpose="register"):
            given = queries.next_label(who)
        if given is None:
            return done
        said = answer if isinstance(answer, str) else answer(given)
        actions.label_pair(given.pk, actor=who, purpose="register", answer=said, at=AT)
    return most


def now(certificate: Certificate) -> Certificate:
    """The certificate as it stands."""
    return Certificate.objects.get(pk=certificate.pk)


def sign(certificate: Certificate, who: Actor | None = None, **more: Any) -> Certificate:
    """Sign it."""
    return actions.sign_certificate(now(certificate), actor=who or boss("Puan Ketua"), purpose="register", at=AT, **more)


def test_a_draw_takes_each_pair_once_and_finds_each_step_again(many):
    many([10.0] * 40 + [7.0] * 40 + [1.0] * 40 + [99.0] * 5)
    certificate = drawn(30)
    assert certificate.thresholds == [[9.0, 40], [6.0, 80]] or certificate.thresholds == [[9.0, 40], [6.0, 80], [3.0, 80]]
    with acting(STAGE, purpose="administer"):
        draws, truth, labels = queries.drawn_of(certificate)
    assert truth == {} and len({row.candidate_id for row in labels}) == len(labels)
    for draw in draws:
        assert len(draw.pairs) == 30 and all(labels[place].bits >= draw.threshold for place in draw.pairs)


def test_a_draw_is_refused(many):
    many([10.0] * 5)
    with refused("certificate.too_few"):
        drawn(30)
    with refused("certificate.target"):
        drawn(5, target=0.5)
    drawn(5)
    with refused("certificate.drawing_already"):
        drawn(5)
    with refused("not_allowed"):
        drawn(5, who=reviewer())


def test_two_label_blind_a_third_decides_and_a_named_person_signs(many):
    many([10.0] * 310)
    certificate = drawn(labels_needed(0.99), sequence=(9.0,))
    who = reviewer("A")
    with acting(who, purpose="register"):
        given = queries.next_label(who)
        shown = blind(given.candidate, given.pk, who)
    assert shown.explanation is None and shown.vetoes == () and "10.0" not in repr(shown)
    odd = given.pk
    assert label(who, lambda row: "different" if row.pk == odd else "same") == 299
    assert queries_walk(certificate).wanted and label(who, "same") == 0, "never twice"
    with refused("certificate.labels_missing"):
        sign(certificate)
    assert label(reviewer("B"), "same") == 299
    assert label(reviewer("C"), "same") == 1, "a third only where they differ"
    with refused("certificate.labelled_already"):
        actions.label_pair(odd, actor=reviewer("D"), purpose="register", answer="same")
    with refused("certificate.not_blind"):
        actions.label_pair(odd, actor=reviewer("B"), purpose="register", answer="same")
    with refused("certificate.named_person"):
        actions.sign_certificate(now(certificate), actor=replace(boss(), id="command:x"), purpose="register", at=AT)
    with refused("certificate.period"):
        sign(certificate, to_on=DAY + dt.timedelta(days=400))
    signed = sign(certificate)
    assert (signed.state, signed.threshold, signed.labels, signed.from_on) == ("valid", 9.0, 299, DAY) and signed.lower_bound >= 0.99
    assert queries.valid("m1", "register", DAY) == signed and queries.valid("m1", "list:aim", DAY) is None
    assert queries.certified_threshold("m1", "search", None, DAY) == 9.0
    assert queries.certified_threshold("m1", "search", None, DAY.replace(2028)) is None
    with refused("certificate.not_drawn"):
        sign(certificate)


def queries_walk(certificate: Certificate) -> Any:
    """How far the walk came."""
    with acting(STAGE, purpose="administer"):
        return queries.walk_of(certificate)


def test_who_labelled_does_not_sign(many):
    many([10.0] * 10)
    certificate = drawn(1, sequence=(9.0,), target=0.99)
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        Certificate.objects.filter(pk=certificate.pk).update(target=0.01)
    both = officer("perkeso", "identity_officer", national=True, name="both")
    both = replace(both, areas={**both.areas, **boss().areas})
    label(both, "same")
    label(reviewer("B"), "same")
    with refused("certificate.own_labels"):
        sign(certificate, both)
    assert sign(certificate).state == "valid"


def test_a_walk_that_ends_without_a_step_fails(many):
    many([10.0] * 40)
    certificate = drawn(30)
    label(reviewer("A"), "unsure")
    label(reviewer("B"), "unsure")
    assert now(certificate).state == "failed"
    with acting(STAGE, purpose="administer"):
        one = Label.objects.filter(certificate=certificate)[0].pk
    with refused("certificate.not_labelling"):
        actions.label_pair(one, actor=reviewer("C"), purpose="register", answer="same")
    assert drawn(30, seed=2).state == "drawing", "it may be drawn again"


@pytest.mark.parametrize("answer", ["cannot_tell", ""])
def test_a_label_is_one_of_three(many, answer):
    many([10.0] * 10)
    drawn(5, sequence=(9.0,))
    with refused("certificate.label_unknown"):
        label(reviewer("A"), answer)
    with refused("certificate.label_unknown"):
        actions.label_pair(uuid.uuid4(), actor=reviewer("A"), purpose="register", answer="same")


def test_who_answered_a_pair_in_the_queue_is_not_asked_to_label_it(many):
    from sinergi.registry.actions import review

    many([10.0] * 3, vetoes=[])
    drawn(3, sequence=(9.0,))
    who = reviewer("A")
    (turn,) = review.take_pairs(1, actor=who, purpose="register", at=AT)
    review.answer_pair(turn, actor=who, purpose="register", answer="cannot_tell", asked="call", at=AT)
    assert label(who, "same") == 2
    with acting(STAGE, purpose="administer"):
        left = Label.objects.get(first="").pk
    with refused("certificate.not_blind"):
        actions.label_pair(left, actor=who, purpose="register", answer="same")


@pytest.fixture
def valid(many) -> Certificate:
    """A signed certificate over 400 pairs, target .99."""
    many([10.0] * 400)
    certificate = drawn(320, sequence=(9.0,))
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        Label.objects.filter(certificate=certificate).update(first="same", first_by="x", second="same", second_by="y")
    return sign(certificate)


def linked(most: int, at: dt.datetime) -> list[uuid.UUID]:
    """Some of the pairs were linked by themselves at that moment."""
    from sinergi.registry.models import IdentityDecision

    with acting(STAGE, purpose="administer"), writing("try.stage"):
        rows = list(Candidate.objects.filter(state="open").order_by("id")[:most])
        for row in rows:
            row.decision = IdentityDecision.objects.create(verb="settle", actor=STAGE.id, decided_at=at)
            row.state = "auto"
            row.save()
    return [row.pk for row in rows]


def sampled(certificate: Certificate, week: dt.date) -> int:
    """The weekly sample."""
    return actions.sample_week(now(certificate), actor=platform(), purpose="administer", week=week, chance=np.random.default_rng(3))


@pytest.fixture
def auto_linked(monkeypatch, valid, owner) -> Certificate:
    """The certificate, and 60 pairs linked by it in the last days: written by the owner, behind the guard that weighs such decisions."""
    ids = linked(60, AT - dt.timedelta(days=1))
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE registry_identitydecision SET verb = 'auto_link' "
                  "WHERE id IN (SELECT decision_id FROM registry_candidate WHERE id = ANY (%s))", [ids])
    return valid


def test_fifty_of_a_weeks_links_are_labelled_and_a_bound_below_the_target_suspends_and_tells(auto_linked):
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        chief = User.objects.create(email="ketua@perkeso.example", name="Ketua", agency_id="perkeso")
        Grant.objects.create(user=chief, role="administrator", area_kind="national", area="", given_by="x")
    assert sampled(auto_linked, DAY) == 50 and sampled(auto_linked, DAY) == 0, "once a week"
    wrong: list[uuid.UUID] = []

    def tells(row: Label) -> str:
        if len(wrong) < 3 and row.pk not in wrong:
            wrong.append(row.pk)
        return "different" if row.pk in wrong else "same"

    label(reviewer("A"), tells)
    assert now(auto_linked).state == "valid", "one label proves nothing"
    label(reviewer("B"), tells)
    found = now(auto_linked)
    assert found.state == "suspended" and found.suspended_at == AT and found.lower_bound < 0.99
    assert queries.valid("m1", "register", DAY) is None
    with acting(replace(boss(), areas={**boss().areas, "message.read": frozenset({("national", "")})}), purpose="administer"):
        (told,) = Message.objects.filter(template="certificate.suspended")
    assert told.user_id == chief.pk and told.facts["model"] == "m1"


def test_a_good_week_leaves_it_valid_and_is_told(auto_linked):
    assert sampled(auto_linked, DAY) == 50
    label(reviewer("A"), "same")
    label(reviewer("B"), "same")
    with acting(boss(), purpose="register"):
        (view,) = queries.certificates()
    assert view.certificate.state == "valid" and view.weeks == ((DAY, 50, 50, 50),) and view.watch.holds


def test_the_standing_work_ends_samples_and_orders(valid):
    assert review_tasks.sample_all(DAY) == 0
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        Certificate.objects.update(to_on=DAY - dt.timedelta(days=3))
    review_tasks.review_nightly(0)
    review_tasks.review_weekly(0)
    assert now(valid).state == "expired"


def test_a_week_without_links_draws_nothing(valid):
    assert sampled(valid, DAY) == 0
    with acting(boss(), purpose="register"):
        (view,) = queries.certificates()
    assert view.watch is None and view.settled == view.drawn == 320


def test_it_is_suspended_by_hand_expires_and_gives_way_to_the_next(valid, many):
    with refused("certificate.why_missing"):
        actions.suspend_certificate(now(valid), actor=boss(), purpose="register", why=" ")
    second = drawn(320, sequence=(9.0,), seed=5)
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        Label.objects.filter(certificate=second).update(first="same", first_by="x", second="same", second_by="y")
    sign(second)
    assert (now(valid).state, now(valid).to_on) == ("expired", DAY)
    late = DAY + actions.FOR + dt.timedelta(days=1)
    assert actions.expire_certificates(None, actor=platform(), purpose="administer", on=late) == 1 and now(second).state == "expired"
    with refused("certificate.not_valid"):
        actions.suspend_certificate(now(second), actor=boss(), purpose="register", why="x")


def test_an_administrator_suspends(valid):
    chief = officer("perkeso", "administrator", national=True)
    found = actions.suspend_certificate(now(valid), actor=chief, purpose="administer", why="Sumber  baharu")
    assert (found.state, found.why) == ("suspended", "Sumber baharu")


def test_lists_of_an_agency_have_certificates_of_their_own(many):
    many([10.0] * 10, found_by="list")
    with acting(STAGE, purpose="administer"):
        assert queries.candidates_drawable("m1", "register") == [] == queries.candidates_drawable("m1", "list:aim")
    assert queries.sources_of("list", None) == queries.sources_of("list", uuid.uuid4()) == queries.sources_of("search", uuid.uuid4()) == "register"


def test_the_promise_is_kept_in_the_drill(many):
    """Twenty registers of labels from a known truth, drawn and walked over the tables: what is certified is as good as promised."""
    chance = np.random.default_rng(20261124)
    rows = many(np.repeat([12.0, 8.0, 5.0], 400).tolist())
    shares = {12.0: 1.0, 8.0: 0.985, 5.0: 0.9}
    broken = held = 0
    for seed in range(20):
        truth = {row.pk: bool(chance.random() < shares[row.bits]) for row in rows}
        certificate = drawn(320, seed=seed, sequence=(11.0, 7.0, 4.0))
        with acting(STAGE, purpose="administer"), writing("try.stage"):
            labels = list(Label.objects.filter(certificate=certificate))
            for one in labels:
                one.first = one.second = "same" if truth[one.candidate_id] else "different"
            Label.objects.bulk_update(labels, ["first", "second"])
            step = queries.walk_of(certificate).certified
            Label.objects.all().delete()
            certificate.delete()
        if step is not None:
            held += 1
            broken += bool(np.mean([truth[row.pk] for row in rows if row.bits >= step.threshold]) < 0.99)
    assert held == 20 and broken <= 1
