"""Users and roles on their pages: found, invited, given and ended, reset, let go; who may not reads who can."""
from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect

from sinergi.kernel.acting import acting
from sinergi.kernel.action import VERBS, writing
from sinergi.kernel.actors import actor_of, command
from sinergi.kernel.models import Grant, User
from sinergi.kernel.roles import OFFERED, PURPOSES, ROLES
from sinergi.registry.actions import save_draft
from sinergi.web import role_words
from tests.web.conftest import check

SENTENCE = "a long sentence for tests"


@pytest.fixture
def administrator(make_user):
    return make_user("administrator", "perkeso", area="", email="admin@perkeso.example", name="Ong Wei Jian")


@pytest.fixture
def local(make_user):
    return make_user("administrator", "aim", email="admin@aim.example", name="Noraini binti Sulaiman")


def audited(owner, verb: str) -> int:
    return owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# ---- what the words say

def test_every_role_verb_and_purpose_has_its_words():
    held = frozenset().union(*ROLES.values())
    assert set(role_words.VERBS) == held and set(role_words.ROLES) == set(ROLES)
    assert set(role_words.PURPOSES) == set(PURPOSES) and set(role_words.PURPOSES_SAY) == set(OFFERED) <= set(PURPOSES)
    assert set(OFFERED.values()) <= held and set(VERBS)


# ---- the list

def test_the_list_shows_whom_one_may_see(client, administrator, local, make_user):
    make_user("coordinator", "aim", name="Zainab")
    client.force_login(administrator)
    assert all(name in words(client.get("/pengguna/")) for name in ("Ong Wei Jian", "Noraini", "Zainab"))
    assert "Zainab" in words(client.get("/pengguna/?agency=aim")) and "Noraini" not in words(client.get("/pengguna/?q=zai"))
    assert "Zainab" in words(client.get("/pengguna/?q=COORDINATOR@aim"))
    client.force_login(local)
    page = words(client.get("/pengguna/"))
    assert "Zainab" in page and "Ong Wei Jian" not in page
    assert client.get(f"/pengguna/{administrator.pk}/").status_code == 404


def test_pages_of_the_list_follow_one_another(client, administrator, make_user):
    with acting(command("tests", "user.invite"), purpose="administer"), writing("try.make"):
        User.objects.bulk_create(User(email=f"u{n}@perkeso.example", name=f"Pengguna {n % 3}", agency=administrator.agency) for n in range(60))
    client.force_login(administrator)
    first = client.get("/pengguna/")
    following = re.search(r'href="(\?after=[^"]+)"', first.content.decode()).group(1)
    second = client.get(f"/pengguna/{following}")
    seen = [re.findall(r'href="/pengguna/([0-9a-f-]{36})/"', page.content.decode()) for page in (first, second)]
    assert [len(ids) for ids in seen] == [50, 11] and not set(seen[0]) & set(seen[1])
    assert client.get("/pengguna/?after=nobody").status_code == 404


@pytest.mark.parametrize("address", ["/pengguna/", "/pengguna/?q=u"])
def test_the_list_asks_as_often_for_three_as_for_one(client, administrator, make_user, address):
    counts = []
    for many in (1, 3):
        while User.objects.exclude(pk=administrator.pk).count() < many:
            make_user("officer", "aim", email=f"u{User.objects.count()}@aim.example")
        client.force_login(administrator)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_one_user_asks_as_often_for_three_roles_as_for_one(client, administrator, make_user):
    user = make_user("officer", "aim")
    counts = []
    for roles in (["coordinator"], ["supervisor", "auditor"]):
        client.force_login(administrator)
        for role in roles:
            assert client.post(f"/pengguna/{user.pk}/peranan/", {"role": role, "area": "agency"}).status_code == 302
        client.get(f"/pengguna/{user.pk}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/pengguna/{user.pk}/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


# ---- the steps

INVITED = {"agency": "aim", "name": "Siti", "email": "siti@aim.example", "language": "ms", "role": "coordinator", "area": "agency"}


def test_an_invitation_makes_a_user_with_a_role_and_sends_a_message(client, local, owner):
    client.force_login(local)
    answer = client.post("/pengguna/jemput/", INVITED, follow=True)
    made = User.objects.get(email="siti@aim.example")
    assert answer.redirect_chain[-1][0] == f"/pengguna/{made.pk}/" and "siti@aim.example" in words(answer)
    assert made.grants.get().role == "coordinator" and (audited(owner, "user.invite"), audited(owner, "grant.give")) == (1, 1)
    assert owner.execute("SELECT template, state FROM kernel_message").fetchall() == [("user.invited", "queued")]
    link = re.search(r'href="([^"]*/akaun/lupa/[^"]+)"', answer.content.decode()).group(1).removeprefix("http://127.0.0.1:8000")
    other = Client()
    other.post(other.get(link)["Location"], {"password1": "my very own sentence", "password2": "my very own sentence"})
    assert other.post("/masuk/?next=/akaun/", {"login": made.email, "password": "my very own sentence", "next": "/akaun/"})["Location"] == "/akaun/"
    assert client.post(f"/pengguna/{made.pk}/jemput-semula/", follow=True).status_code == 200 and audited(owner, "user.remind") == 0


def test_an_invitation_that_cannot_be_says_why_and_writes_nothing(client, local, owner):
    client.force_login(local)
    for change, said in (({"email": "admin@aim.example"}, "sudah mempunyai akaun"), ({"area": "national"}, "pilihan"),
                         ({"agency": "perkeso"}, "pilihan"), ({"email": "not an address"}, "emel"), ({"role": ""}, "perlu")):
        answer = client.post("/pengguna/jemput/", {**INVITED, **change})
        assert answer.status_code == 422 and said in words(answer)
    assert User.objects.count() == 1 and audited(owner, "user.invite") == 0


def test_a_role_ends_and_is_given_again(client, administrator, make_user, owner):
    user = make_user("officer", "aim")
    client.force_login(administrator)
    grant = user.grants.get()
    address = f"/pengguna/{user.pk}/peranan/{grant.pk}/"
    assert client.get(f"{address}tamat/").status_code == 200 and audited(owner, "grant.end") == 0
    assert "Beri semula" in words(client.post(f"{address}tamat/", follow=True))
    assert client.post(f"{address}tamat/").status_code == 422 and audited(owner, "grant.end") == 1
    assert client.get(f"{address}semula/").status_code == 405
    client.post(f"{address}semula/")
    assert user.grants.filter(ended_at=None).get().role == "officer" and audited(owner, "grant.give") == 1
    client.post(f"{address}semula/")
    assert audited(owner, "grant.give") == 1
    assert client.post(f"/pengguna/{administrator.pk}/peranan/{grant.pk}/tamat/").status_code == 404


def test_a_second_factor_is_reset_with_a_written_reason(client, administrator, make_user, owner):
    user = make_user("officer", "aim")
    Authenticator.objects.create(user=user, type="totp", data={})
    client.force_login(administrator)
    address = f"/pengguna/{user.pk}/langkah-kedua/"
    assert client.post(address, {"reason": "hilang"}).status_code == 422 and audited(owner, "second_factor.reset") == 0
    assert client.post(address, {"reason": "Telefon hilang, disahkan di kaunter"}).status_code == 302
    assert audited(owner, "second_factor.reset") == 1 and not Authenticator.objects.exists()
    assert client.post(f"/pengguna/{administrator.pk}/langkah-kedua/", {"reason": "Telefon saya hilang semalam"}).status_code == 422


def test_a_user_leaves_with_a_successor(client, administrator, make_user, owner):
    user, colleague = make_user("officer", "aim", name="Ain"), make_user("coordinator", "aim", name="Badrul")
    draft = save_draft(None, actor=actor_of(user), purpose="register", body={"person": {"name": "Aminah"}})
    client.force_login(administrator)
    address = f"/pengguna/{user.pk}/berhenti/"
    assert "Badrul" in words(client.get(address)) and client.post(address, {"successor": ""}).status_code == 422
    assert client.post(address, {"successor": str(administrator.pk)}).status_code == 422
    answer = client.post(address, {"successor": str(colleague.pk)}, follow=True)
    assert "Badrul" in words(answer) and audited(owner, "user.leave") == 1 and not User.objects.get(pk=user.pk).is_active
    assert owner.execute("SELECT user_id FROM registry_draft WHERE id = %s", [draft]).fetchone() == (colleague.pk,)
    assert "Ain" in words(client.get("/pengguna/?left=1")) and "Ain" not in words(client.get("/pengguna/"))


def test_a_name_is_corrected(client, administrator, make_user, owner):
    user = make_user("officer", "aim")
    client.force_login(administrator)
    assert client.post(f"/pengguna/{user.pk}/ubah/", {"name": "", "language": "en"}).status_code == 422
    assert client.post(f"/pengguna/{user.pk}/ubah/", {"name": "Ain", "language": "en"}).status_code == 302
    assert User.objects.get(pk=user.pk).name == "Ain" and audited(owner, "user.change") == 1


def test_an_administrator_of_an_agency_does_not_touch_who_stands_above(client, local, make_user, owner):
    auditor = make_user("auditor", "aim", area="", email="auditor@aim.example")
    client.force_login(local)
    page = client.get(f"/pengguna/{auditor.pk}/").content.decode()
    assert not re.search(r'href="[^"]*/(langkah-kedua|berhenti|tamat)/"', page)
    assert client.post(f"/pengguna/{auditor.pk}/peranan/{auditor.grants.get().pk}/tamat/").status_code == 422
    assert client.post(f"/pengguna/{auditor.pk}/langkah-kedua/", {"reason": "Telefon hilang di pejabat"}).status_code == 422
    assert audited(owner, "grant.end") == audited(owner, "second_factor.reset") == 0 and Grant.objects.filter(ended_at=None).count() == 2


@pytest.mark.parametrize(("role", "address", "who"), [
    ("coordinator", "/pengguna/", "Penyelia, Pentadbir atau Juruaudit"), ("auditor", "/pengguna/jemput/", "Pentadbir"),
    ("officer", "/rakan/", "Pentadbir")])
def test_who_may_not_reads_who_can(client, make_user, role, address, who):
    client.force_login(make_user(role))
    answer = client.get(address)
    assert answer.status_code == 403 and who in words(answer)
    assert Client().get(address)["Location"].startswith("/masuk/?next=")


# ---- purpose

def test_the_purpose_is_chosen_kept_and_shown(client, make_user):
    client.force_login(make_user("coordinator"))
    assert "Tujuan: pendaftaran · tukar" in words(client.get("/program/"))
    assert client.post("/tujuan/", {"purpose": "screen", "next": "/program/?q=a"})["Location"] == "/program/?q=a"
    assert "Tujuan: saringan · tukar" in words(client.get("/program/"))
    assert client.post("/tujuan/", {"purpose": "audit", "next": ""}).status_code == 422
    assert client.post("/tujuan/", {"purpose": "screen", "next": "https://evil.example/"})["Location"] == "/tujuan/"


def test_a_purpose_of_another_role_is_not_kept(client, administrator):
    client.force_login(administrator)
    session = client.session
    session["purpose"] = "register"
    session.save()
    assert "Tujuan:" not in words(client.get("/pengguna/"))


# ---- the first administrator

def test_the_first_administrator_is_made_once_and_his_link_works_in_a_browser(page, capsys, site):
    call_command("first_administrator", "ketua@perkeso.example", "Ketua Pentadbir", "perkeso")
    link = capsys.readouterr().out.split(" at ")[1].strip().removeprefix("http://127.0.0.1:8000")
    page.goto(link)
    page.locator("input[name=password1]").fill(SENTENCE)
    page.locator("input[name=password2]").fill(SENTENCE)
    page.get_by_role("button", name="Simpan kata laluan").click()
    page.goto("/masuk/?next=/pengguna/")
    page.get_by_label("E-mel kerja").fill("ketua@perkeso.example")
    page.get_by_label("Kata laluan").fill(SENTENCE)
    page.get_by_role("button", name="Teruskan").click()
    expect(page.get_by_role("link", name="Ketua Pentadbir")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Pautan ini tidak lagi berfungsi")
    with pytest.raises(CommandError, match="administrator already"):
        call_command("first_administrator", "second@perkeso.example", "Lain", "perkeso")


# ---- the pages as one sees them

def test_the_pages_are_clean(page: Page, sign_in, administrator, make_user):
    user = make_user("officer", "aim", name="Puteri Nur Amirah Balqis binti Megat Abdul Rahman Shah")
    make_user("coordinator", "aim")
    sign_in(page, administrator)
    one = f"/pengguna/{user.pk}/"
    for address in ("/pengguna/", "/pengguna/?q=tiada", "/pengguna/jemput/", one, f"{one}langkah-kedua/", "/peranan/", "/tujuan/"):
        page.goto(address)
        check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="English").click()
    check(page)


@pytest.mark.without_javascript
def test_by_form_alone_a_role_is_given_ended_and_given_again(page: Page, sign_in, administrator, make_user):
    user = make_user("officer", "aim")
    sign_in(page, administrator)
    page.goto(f"/pengguna/{user.pk}/")
    page.get_by_role("button", name="Beri peranan ini").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#id_role").select_option("supervisor")
    page.get_by_label("Di mana ia berlaku").select_option("state:perak")
    page.get_by_role("button", name="Beri peranan ini").click()
    page.get_by_role("link", name="Tamatkan Penyelia, Perak").click()
    page.get_by_role("button", name="Ya, tamatkan").click()
    page.get_by_role("button", name="Beri semula Penyelia, Perak").click()
    expect(page.get_by_role("link", name="Tamatkan Penyelia, Perak")).to_be_visible()


def test_by_keyboard_alone_a_user_is_found(page: Page, sign_in, administrator, make_user):
    make_user("officer", "aim", name="Zulaikha")
    sign_in(page, administrator)
    page.goto("/pengguna/")
    page.locator("#q").focus()
    page.keyboard.type("zulai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Ong Wei Jian")).to_have_count(0)
    link = page.get_by_role("link", name="Zulaikha")
    for _ in range(40):
        page.keyboard.press("Tab")
        if link.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zulaikha")
