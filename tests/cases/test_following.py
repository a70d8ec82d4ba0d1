"""Cases follow what other rooms do: a registration, an application, an award; and what becomes of them when somebody leaves or is forgotten."""
from __future__ import annotations

import pytest
from case_stage import AT, ON, opened, partners, seen, sent

from sinergi.benefits.actions import lists as award_lists
from sinergi.kernel import events
from sinergi.kernel import partners as kernel_partners
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import Agency
from sinergi.registry import actions as registry
from tests.registry.registry_stage import family, officer

pytestmark = pytest.mark.usefixtures("published_law")


def carried() -> None:
    """Every event at its subscribers."""
    while events.deliver():
        pass


def rows(owner) -> list[tuple[str, str, str]]:
    return owner.execute("SELECT need, agency_id, next_step FROM cases_case WHERE state = 'open' ORDER BY need").fetchall()


def test_a_registered_household_has_a_case_for_each_need_it_said(owner):
    irm, _ = partners()
    home = family(irm)
    carried()
    assert rows(owner) == [("food", "irm", "screen"), ("schooling", "irm", "screen")]
    assert owner.execute("SELECT count(*) FROM cases_case WHERE person_id = %s AND next_on IS NOT NULL", [home.person_id]).fetchone() == (2,)
    assert owner.execute("SELECT count(*) FROM kernel_delivery WHERE fault <> ''").fetchone() == (0,)


def test_an_award_moves_the_published_state(owner):
    from tests.benefits.benefit_stage import award, kamarul

    maiwp = officer("maiwp", "officer")
    who = kamarul(maiwp)
    award(who, maiwp)
    carried()
    assert owner.execute("SELECT standing FROM registry_person WHERE id = %s", [who]).fetchone() == ("being_helped",)


def test_a_list_of_awards_moves_the_published_state_and_its_undoing_moves_it_back(owner):
    from tests.benefits.benefit_stage import kamarul
    from tests.benefits.test_award_lists import loaded, row
    from tests.registry.registry_stage import somebody

    irm = officer("irm", "officer")
    past = somebody(irm, "Awang bin Daud", "050203-17-5117")
    now = kamarul(irm)
    found = loaded(irm, row(), row(**{"No KP": "050203-17-5117", "Nama": "", "Mula": "1/1/2025", "Hingga": "31/1/2025"}))
    carried()

    def standing() -> dict[object, str]:
        return dict(owner.execute("SELECT id, standing FROM registry_person").fetchall())

    assert standing() == {now: "being_helped", past: "yet_to_be_helped"}
    assert owner.execute("SELECT count(*), max(cardinality(persons)) FROM kernel_auditentry WHERE verb = 'case.follow_award'").fetchone() == (1, 2)
    award_lists.undo_list(found, actor=irm, purpose="pay", at=AT)
    carried()
    assert standing() == {now: "yet_to_be_helped", past: "yet_to_be_helped"}
    assert owner.execute("SELECT count(*) FROM kernel_delivery WHERE fault <> ''").fetchone() == (0,)


def test_a_partner_that_leaves_hands_its_cases_on(owner):
    irm, maim = partners()
    officer("akpk")
    held, waiting = opened(irm, "food"), None
    waiting = opened(irm, "funeral", who=held.person_id)
    sent(waiting, irm)
    nation = Actor("command:stage", "stage", "", {"agency.leave": frozenset({("national", "")})})
    kernel_partners.leave_agency(Agency.objects.get(pk="irm"), actor=nation, purpose="administer", successor=Agency.objects.get(pk="akpk"), at=AT)
    assert [(n, a) for n, a, _ in rows(owner)] == [("food", "akpk"), ("funeral", "akpk")]
    assert owner.execute("SELECT state FROM cases_referral").fetchone() == ("expired",)
    assert maim.agency == "maim"


def test_who_is_forgotten_leaves_no_words_behind(owner):
    irm, _ = partners()
    case = opened(irm)
    referral = sent(case, irm, note="Suaminya meninggal semalam")
    registry.open_request(case.person_id, actor=irm, purpose="request", kind="erase", words="Padam", on=ON, at=AT)
    dpo = officer("perkeso", "protection_officer", national=True)
    registry.erase_person(case.person_id, actor=dpo, purpose="request", at=AT)
    assert owner.execute("SELECT note, state FROM cases_referral WHERE id = %s", [referral.pk]).fetchone() == ("", "withdrawn")
    assert owner.execute("SELECT count(*) FROM cases_referralpacket").fetchone() == (0,)
    assert owner.execute("SELECT state, closed_as FROM cases_case").fetchone() == ("closed", "forgotten")


def test_a_household_read_by_who_serves_it_shows_its_case():
    irm, _ = partners()
    case = opened(irm)
    with acting(irm, purpose="follow"):
        assert seen(case, irm).name == "Rohani binti Salleh"
