"""The second half of the story: the best lawful package, an application, a decision and one award; and somebody whom another partner can help.

Each step looks first whether it was done before, so the story may be told again, or be told to its end where it broke off.
"""
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sinergi.assistance import actions as assistance
from sinergi.assistance import queries as sheets
from sinergi.assistance.packets import as_json
from sinergi.benefits import actions as benefits
from sinergi.benefits import queries as held
from sinergi.cases import actions as cases
from sinergi.cases import queries as followed
from sinergi.cli.package import printed
from sinergi.kernel import law
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry
from sinergi.registry import queries as people

from .steps import carry_news, must, short, user

Say = Callable[[str], None]
HOUSING, NEED = "maiwp.housing", "rent"
DEBTOR: dict[str, Any] = {
    "person": {
        "name": "Lokman bin Hassan", "relation": "head", "mykad": "790922-17-0197", "phone": "019-000 0197", "sex": "male",
        "facts": {"citizenship": "citizen", "marital": "single", "religion": "islam", "work": "employee", "income": "RM2,600", "has_debt": "yes",
                  "bankruptcy": "none", "advanced_suit": "no", "bnm_lender": "yes", "total_debt": "RM31,000", "disposable_income": "RM300"}},
    "address": {"postcode": "54200", "state": "kuala_lumpur"}, "household": {"stratum": "urban", "ekasih": "none"}, "needs": ["debt"],
    "held_known": True, "language": "ms"}


def tell(say: Say, mother: registry.Registered, on: dt.date, now: dt.datetime) -> None:
    """From the package to the person's own word; raises StoryBroken."""
    irm, akpk = user("penyelaras", "irm"), user("penyelaras", "akpk")
    carry_news()
    package(say, irm, mother, on)
    application_id = applied(say, irm, mother, on, now)
    decided(say, user("pegawai", "maiwp"), application_id, on, now)
    consented(irm, mother.person_id, "maim", "decide", now)
    award_once(say, user("pegawai", "maim"), mother, on, now)
    case_id, person = referred(say, irm, akpk, on, now)
    ask_and_close(say, akpk, case_id, person, on, now)


def package(say: Say, actor: Actor, mother: registry.Registered, on: dt.date) -> None:
    """The best lawful package, printed."""
    say("\n6. The package. Which programmes together, in which order, what is left out and by which rule.")
    with acting(actor, purpose="screen", page="demo"):
        plan = sheets.plan(mother.household_id, on=on, actor=actor)
        names = people.people(plan.live.document.people)
        helped = held.helped_until(mother.person_id, NEED)
    chosen = {step.offer.programme for step in plan.package.steps}
    must(HOUSING in chosen or helped is not None, "the council's housing aid must be proposed")
    for line in printed(plan.package, tuple(names[who].name for who in plan.live.document.people), "ms"):
        say("   " + line)


def consented(actor: Actor, person: UUID, agency: str, purpose: str, now: dt.datetime) -> UUID:
    """The person's consent to a partner: the one that stands, or one spoken now before a witness."""
    with acting(actor, purpose="refer", page="demo"):
        for given in people.consents(person):
            if (given.agency, given.purpose, given.withdrawn_at) == (agency, purpose, None):
                return given.id
        spoken = registry.ConsentGiven("spoken_with_witness", "ms", (purpose,), witness="Puan Rokiah")
        return registry.give_consent(person, actor=actor, agencies=[agency], consent=spoken, at=now)[0]


def applied(say: Say, actor: Actor, mother: registry.Registered, on: dt.date, now: dt.datetime) -> UUID:
    """Her application to the council that decides; gives its id."""
    say("\n7. Application. She agrees that MAIWP sees and decides; IRM sends her application for help with the rent, with what its rules read.")
    consent = consented(actor, mother.person_id, "maiwp", "decide", now)
    with acting(actor, purpose="refer", page="demo"):
        there = [row for row in sheets.applications(actor, "sent", person_id=mother.person_id) if row.programme == HOUSING]
        facts = sheets.facts_to_send(mother.household_id, HOUSING, None, on=on, actor=actor)
        must(bool(facts), "the facts must be shown before they are sent")
        made = there[0].id if there else UUID(str(assistance.apply(
            mother.household_id, actor=actor, programme=HOUSING, subject=None, need=NEED, consent_id=consent, on=on, at=now).pk))
    carry_news()
    say(f"   {short(made)}: {'sent before' if there else f'sent with {len(facts)} facts'}; her consent by word of mouth, witness Puan Rokiah")
    return made


def decided(say: Say, officer: Actor, application_id: UUID, on: dt.date, now: dt.datetime) -> None:
    """The council's officer finds it in his inbox and decides; the award is born of the approval."""
    say("\n8. Decision. MAIWP's officer finds it in his inbox, with facts, evidence and what is missing; he approves RM350 a month for a year.")
    with acting(officer, purpose="decide", page="demo"):
        waiting = {row.id for row in sheets.applications(officer, "decide", most=500)}
        view = sheets.application(application_id, actor=officer, on=on)
        must(view is not None and (application_id in waiting or view.row.state == "approved"), "the officer must find it")
        if application_id in waiting:
            terms = assistance.AwardTerms(on, until := on + dt.timedelta(days=364), Decimal(350), "monthly")
            assistance.decide(application_id, actor=officer, outcome="approve", award=terms, text="Diluluskan setahun.", on=on, at=now)
            say(f"   approved until {until:%d/%m/%Y}; the letter and a message go to her")
        else:
            say("   decided before")
    carry_news()


def award_once(say: Say, officer: Actor, mother: registry.Registered, on: dt.date, now: dt.datetime) -> None:
    """Another partner's award for the same need is refused, with the day until when she is helped."""
    say("\n9. Once, and only once. In Melaka, her home town, she asks MAIM too and agrees that it looks; the lock answers before it pays twice.")
    refused: Refused | None = None
    try:
        with acting(officer, purpose="pay", page="demo"):
            benefits.award(mother.person_id, actor=officer, programme="maim.zakat", need=NEED, from_on=on, to_on=on + dt.timedelta(days=180),
                           pay="monthly", amount=Decimal(300), law=law.current(), on=on, at=now)
    except Refused as why:
        refused = why
    must(refused is not None and refused.code in ("overlap.held", "overlap.held_by"), f"a second award must be refused, not {refused}")
    with acting(officer, purpose="follow", page="demo"):
        until = held.helped_until(mother.person_id, NEED)
        lines = [row for row in held.timeline(mother.person_id, actor=officer) if row.need == NEED and row.state == "active"]
    must(until is not None and until > on and len(lines) == 1, "she must hold one award for the need")
    say(f"   refused: {refused.sentence('ms') if refused else ''}")


def referred(say: Say, irm: Actor, akpk: Actor, on: dt.date, now: dt.datetime) -> tuple[UUID, UUID]:
    """A man in debt, whom IRM cannot help, goes to the agency that can; gives his case and himself."""
    say("\n10. No wrong door. Lokman stands at the same counter, in debt. IRM has nothing for that; the sheet names who has, and he agrees.")
    with acting(irm, purpose="register", page="demo"):
        done = registry.take_in(DEBTOR, actor=irm, on=on, channel="counter", at=now)
    carry_news()
    consent = consented(irm, done.person_id, "akpk", "refer", now)
    with acting(irm, purpose="refer", page="demo"):
        case = next(one for one in followed.cases_of(done.person_id) if one.need == "debt")
        sent = followed.referrals_of(case.id)
        if not sent:
            able = followed.able_agencies(done.household_id, "debt", on=on, actor=irm)
            must(bool(able) and able[0].agency == "akpk", "AKPK must be named first for a debt")
            shown = sheets.facts_to_send(done.household_id, able[0].programme, 0, on=on, actor=irm)
            facts = [as_json(fact) for fact in shown if fact.raw is not None]
            cases.refer(case.id, actor=irm, to_agency="akpk", programme=able[0].programme, facts=facts, consent_id=consent, on=on, at=now,
                        note="Perlu pelan bayaran balik.")
            say(f"   referred to AKPK with {len(facts)} facts, as shown to him")
    with acting(akpk, purpose="follow", page="demo"):
        box = [row for row in followed.referrals(akpk, "answer", most=500) if row.person_id == done.person_id]
        for row in box:
            cases.accept(row.id, actor=akpk, next_on=on + dt.timedelta(days=5), on=on, at=now)
        case = next(one for one in followed.cases_of(done.person_id) if one.need == "debt")
    must(case.agency == "akpk" and (case.state == "closed" or case.next_on is not None), "AKPK must be responsible, with a next date")
    say("   accepted by AKPK: responsible from now on, next date set" if box else "   referred and accepted before")
    return case.id, done.person_id


def ask_and_close(say: Say, akpk: Actor, case_id: UUID, person: UUID, on: dt.date, now: dt.datetime) -> None:
    """Served; asked by a link; closed by his own word."""
    say("\n11. His word. AKPK says it has served him; he gets a link by SMS. Opening it spends nothing, his answer closes the case.")
    with acting(akpk, purpose="follow", page="demo"):
        case = followed.case(case_id)
        must(case is not None, "AKPK must see its case")
        asked = cases.record_outcome(case_id, actor=akpk, served_on=on, channel="sms", words="Pelan bayaran balik dimulakan.", on=on, at=now) \
            if case is not None and case.state == "open" else None
    if asked is not None:
        with acting(cases.PERSON, purpose="follow", page="demo"):
            must(followed.asked(asked.token, on=on) is not None, "the link must show what it asks")
            cases.person_answers(asked.token, received=True, solved=True, said="Terima kasih.", on=on, at=now)
    with acting(akpk, purpose="follow", page="demo"):
        case, who = followed.case(case_id), people.person(person)
    must(case is not None and (case.state, case.closed_as) == ("closed", "confirmed"), "the case must be closed by the person's own word")
    must(who is not None and who.standing == "helped", "he must stand as helped")
    say("   he answered: received, and solved. Closed as confirmed; he stands as helped." if asked else "   closed by his own word before")
