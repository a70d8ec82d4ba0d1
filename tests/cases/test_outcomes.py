"""The person's word closes a case: by a link used once, a code, or at the counter; no and silence open it again."""
from __future__ import annotations

import datetime as dt

import pytest
from case_stage import AT, ON, opened, partners, seen
from django.utils import timezone

from sinergi.cases import actions, queries, tasks
from sinergi.cases.models import Outcome
from sinergi.kernel import links
from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry
from tests.registry.registry_stage import family, somebody

pytestmark = pytest.mark.usefixtures("published_law")
WEEK = dt.timedelta(days=7)


def served(actor, channel: str = "letter", case=None, **given) -> actions.Asked:
    case = case or opened(actor)
    return actions.record_outcome(case.pk, actor=actor, purpose="follow", channel=channel, **({"served_on": ON, "on": ON, "at": AT} | given))


def answers(token: str, received: bool = True, solved: bool = True, on: dt.date = ON) -> Outcome:
    with acting(actions.PERSON, purpose="follow"):
        return actions.person_answers(token, received=received, solved=solved, on=on, at=AT)


def code(function, *arguments, **given) -> str:
    with pytest.raises(Refused) as caught:
        function(*arguments, **given)
    return caught.value.code


def entries(owner, verb: str) -> int:
    return owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]


def test_yes_to_both_closes_and_the_state_is_helped(owner):
    irm, _ = partners()
    case = opened(irm)
    asked = served(irm, case=case)
    assert owner.execute("SELECT standing FROM registry_person").fetchone() == ("being_helped",)
    answers(asked.token)
    assert (seen(case, irm).state, seen(case, irm).closed_as) == ("closed", "confirmed")
    assert owner.execute("SELECT standing FROM registry_person").fetchone() == ("helped",)
    assert [entries(owner, verb) for verb in ("outcome.record", "outcome.confirm")] == [1, 1]


def test_looking_spends_nothing_and_answering_once_does():
    irm, _ = partners()
    asked = served(irm)
    for _ in range(3):
        with acting(actions.PERSON, purpose="follow"):
            view = queries.asked(asked.token, on=ON)
            assert view is not None and view.used_at is None and not view.over and view.need == "funeral"
    answers(asked.token)
    assert code(answers, asked.token) == "outcome.link_used"


def test_a_link_that_is_over_changed_or_invented_answers_nothing():
    irm, _ = partners()
    asked = served(irm)
    assert code(answers, asked.token, on=asked.expires_on + dt.timedelta(days=1)) == "outcome.link_over"
    changed = asked.token[:-1] + ("A" if asked.token[-1] != "A" else "B")
    assert code(answers, changed) == "link.broken"
    assert code(answers, links.signed(asked.outcome_id)) == "link.broken"
    assert code(answers, "x") == "link.broken"
    answers(asked.token)


def test_no_opens_the_work_again_with_a_date():
    irm, _ = partners()
    case = opened(irm)
    answers(served(irm, case=case).token, received=False, solved=False)
    after = seen(case, irm)
    assert (after.state, after.next_step, after.reopened, after.standing) == ("open", "call_person", 1, "yet_to_be_helped")
    assert after.next_on == ON + dt.timedelta(days=2)
    with acting(irm, purpose="follow"):
        assert [o.state for _, o in queries.my_day(irm, on=ON).answers] == ["no"]


def test_silence_after_two_tries_opens_it_again(owner):
    irm, _ = partners()
    case = opened(irm)
    served(irm, case=case)
    for round_, left in ((1, ("waiting", 2)), (2, ("silent", 2))):
        set_day(owner, "cases_outcome", "ask_again_on", timezone.localdate())
        assert tasks.queue_due() == 1
        run(tasks.ask, owner)
        assert owner.execute("SELECT state, tries FROM cases_outcome").fetchone() == left, round_
    assert seen(case, irm).next_step == "call_person"


def set_day(owner, table: str, column: str, day: dt.date) -> None:
    """Let time pass: as the owner, with a pen."""
    owner.execute("SELECT set_config('sinergi.actor', 'command:stage', false), set_config('sinergi.verb', 'try.stage', false)")
    owner.execute(f"UPDATE {table} SET {column} = %s", [day])


def run(job, owner) -> None:
    """The job as the worker runs it."""
    (found,) = owner.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id DESC LIMIT 1", [job.name]).fetchone()
    job.run(attempts=0, **found)


def test_a_referral_nobody_answers_goes_back(owner):
    from case_stage import sent

    irm, _ = partners()
    case = opened(irm)
    sent(case, irm)
    set_day(owner, "cases_referral", "answer_by", timezone.localdate() - WEEK)
    assert tasks.queue_due() == 1
    run(tasks.expire, owner)
    assert owner.execute("SELECT state FROM cases_referral").fetchone() == ("expired",)
    assert (seen(case, irm).agency, seen(case, irm).next_step) == ("irm", "refer_on") and entries(owner, "referral.expire") == 1


def test_at_the_counter_who_asked_is_named():
    irm, _ = partners()
    asked = served(irm, "counter")
    given = {"actor": irm, "purpose": "follow", "received": True, "solved": False, "how": "counter", "on": ON, "at": AT}
    assert code(actions.confirm_outcome, asked.outcome_id, **given) == "outcome.asked_by"
    made = actions.confirm_outcome(asked.outcome_id, asked_by="Puan Rokiah", **given)
    assert (made.state, made.asked_by) == ("no", "Puan Rokiah")
    assert code(actions.confirm_outcome, asked.outcome_id, asked_by="Puan Rokiah", **given) == "outcome.answered"
    assert code(answers, asked.token) == "outcome.link_used"


def test_a_code_finds_its_asking_and_guesses_are_counted():
    irm, _ = partners()
    asked = served(irm)
    with acting(actions.PERSON, purpose="follow"):
        assert queries.asking_by_code(actions.fingerprint(asked.code.lower())) == asked.asking_id
        assert queries.asking_by_code(actions.fingerprint("AAAAAAAA")) is None
        for _ in range(12):
            actions.may_guess("10.0.0.1", AT)
            actions.note_guess("10.0.0.1", AT)
        assert code(actions.may_guess, "10.0.0.1", AT) == "outcome.too_many_codes"
        actions.may_guess("10.0.0.2", AT)
        actions.may_guess("10.0.0.1", AT + dt.timedelta(hours=2))


def test_a_minor_is_asked_through_his_guardian_and_a_hidden_number_is_never_used(owner):
    irm, _ = partners()
    home = family(irm)
    child = home.people[2]
    served(irm, case=opened(irm, "schooling", who=child))
    assert owner.execute("SELECT asked_of_id FROM cases_outcome").fetchone() == (home.person_id,)
    hidden = somebody(irm, phone="019-000 0111")
    registry.protect_address(hidden, actor=irm, purpose="register")
    case = opened(irm, who=hidden)
    assert [code(served, irm, channel, case) for channel in ("sms", "email", "letter")] == ["outcome.hidden"] * 3
    assert served(irm, "counter", case).channel == "counter"
    assert code(served, irm, "sms", opened(irm, who=somebody(irm, "Orang Tanpa Telefon", "000110-17-0159"))) == "outcome.no_reach"


def test_a_minor_without_a_guardian_is_not_asked_and_only_his_own_may_answer(owner):
    irm, _ = partners()
    alone = family(irm).people[2]
    owner.execute("SELECT set_config('sinergi.actor', 'command:stage', false), set_config('sinergi.verb', 'try.stage', false)")
    owner.execute("DELETE FROM registry_guardianship")
    case = opened(irm, "schooling", who=alone)
    assert code(served, irm, case=case) == "outcome.no_guardian"
    stranger = somebody(irm)
    asked = served(irm, "counter", opened(irm, who=stranger))
    given = {"received": True, "solved": True, "how": "counter", "asked_by": "Puan Rokiah", "on": ON, "at": AT}
    assert code(actions.confirm_outcome, asked.outcome_id, actor=irm, purpose="follow", answered_by=alone, **given) == "outcome.not_his_answer"


def test_who_is_hidden_meanwhile_is_asked_again_at_the_counter(owner):
    irm, _ = partners()
    case = opened(irm)
    served(irm, case=case)
    registry.protect_address(case.person_id, actor=irm, purpose="register")
    set_day(owner, "cases_outcome", "ask_again_on", timezone.localdate())
    tasks.queue_due()
    run(tasks.ask, owner)
    assert owner.execute("SELECT channel FROM cases_asking ORDER BY sent_at").fetchall() == [("letter",), ("counter",)]


def test_served_tomorrow_or_asked_twice_is_refused():
    irm, maim = partners()
    case = opened(irm)
    assert code(served, irm, case=case, served_on=ON + WEEK) == "outcome.day"
    assert code(served, maim, case=case) == "not_allowed"
    served(irm, case=case)
    assert code(served, irm, case=case) == "outcome.waits"
