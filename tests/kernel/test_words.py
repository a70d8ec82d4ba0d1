"""Refusals, flows, roles and actors: each list is complete and agrees with what the code uses."""
from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path
from string import Formatter

import pytest
from kernel_stage import an_actor, make_agency

import sinergi
from sinergi.kernel import flow
from sinergi.kernel.acting import acting
from sinergi.kernel.action import VERBS, writing
from sinergi.kernel.actors import Actor, actor_of, command
from sinergi.kernel.errors import Refused, sentences
from sinergi.kernel.models import Grant, User
from sinergi.kernel.roles import AREAS, PLATFORM, PURPOSES, READS, ROLES

SOURCE = Path(sinergi.__file__).parent
FACTS_OF_FORMS = {"field"}


def refusals() -> dict[str, tuple[Path, set[str] | None]]:
    """Every `Refused("code", facts…)` written in src: code -> (file, names of facts, or None where they are spread from a mapping)."""
    found: dict[str, tuple[Path, set[str] | None]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Refused" and node.args:
                names = None if any(k.arg is None for k in node.keywords) else {str(k.arg) for k in node.keywords} - FACTS_OF_FORMS
                for code in (x.value for x in ast.walk(node.args[0]) if isinstance(x, ast.Constant) and isinstance(x.value, str)):
                    found[code] = (path, names)
    return found


def mentioned() -> set[str]:
    """The codes that any text of src names, wholly or, as `{name}.unknown` does, by their pattern."""
    nodes = [node for path in SOURCE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    composed = {"".join(re.escape(part.value) if isinstance(part, ast.Constant) else r"[a-z_]+" for part in node.values)
                for node in nodes if isinstance(node, ast.JoinedStr)}
    patterns = [re.compile(one) for one in composed if re.fullmatch(r"(\[a-z_\]\+|[a-z_]|\\?\.)+", one) and "." in one]
    return words | {code for code in sentences() if any(pattern.fullmatch(code) for pattern in patterns)}


def placeholders(text: str) -> set[str]:
    """The names in {braces}."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def without_language(names: set[str]) -> set[str]:
    """`mend_ms` and `mend_en` are one fact in two languages."""
    return {re.sub("_(ms|en)$", "", name) for name in names}


def test_every_refusal_has_a_sentence_in_both_languages_with_the_same_facts():
    for code, words in sentences().items():
        assert set(words) == {"ms", "en"} and all(words.values()), code
        assert without_language(placeholders(words["ms"])) == without_language(placeholders(words["en"])), code
        assert words["ms"] != words["en"], code


def test_every_refusal_used_stands_in_the_catalogue_and_brings_the_facts_its_sentence_needs():
    for code, (path, names) in refusals().items():
        assert code in sentences(), f"{path}: {code} has no sentence"
        if names is not None:
            assert placeholders(sentences()[code]["en"]) | placeholders(sentences()[code]["ms"]) <= names, f"{path}: {code}"


def test_every_sentence_is_used():
    assert set(sentences()) - mentioned() == set()


def test_a_refusal_speaks_both_languages():
    refused = Refused("flow.wrong_state", field="state", state="closed", verb="x", allowed="open")
    assert "“closed”" in refused.sentence("en") and "“closed”" in refused.sentence("ms") and refused.field == "state"


LIFE = {"case.close": (frozenset({"open", "waiting"}), "closed"), "case.reopen": (frozenset({"closed"}), "open")}


def test_a_flow_moves_by_its_table_and_refuses_everything_else():
    class Case:
        state = "open"

    case = Case()
    flow.move(case, LIFE, "case.close")
    assert case.state == "closed"
    with pytest.raises(Refused) as refused:
        flow.move(case, LIFE, "case.close")
    assert refused.value.code == "flow.wrong_state" and refused.value.facts["allowed"] == "open, waiting" and case.state == "closed"
    assert flow.states(LIFE) == ["open", "waiting", "closed"]


def all_verbs() -> set[str]:
    """The verbs of every action of src, after importing every module that is written so far."""
    for module in pkgutil.walk_packages([str(SOURCE)], "sinergi."):
        if re.search(r"\.(actions|kernel)\b", module.name) and ".migrations" not in module.name and ".management" not in module.name:
            importlib.import_module(module.name)
    return {verb.name for verb in VERBS.values() if verb.module.startswith("sinergi.")}


def test_every_action_is_in_a_role_and_every_verb_of_a_role_is_an_action_or_a_read():
    held = frozenset().union(*ROLES.values())
    verbs = all_verbs()
    assert verbs - held - PLATFORM == set(), "actions that no role holds"
    assert held - verbs - set(READS) == set(), "verbs of roles that are neither an action nor a read"
    assert PLATFORM - verbs == set() and not PLATFORM & held
    assert set(READS) <= held and not set(READS) & verbs


def test_verbs_and_purposes_are_written_alike():
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", verb) for verb in all_verbs() | set(READS))
    assert all(re.fullmatch(r"[a-z]+", purpose) and len(purpose) <= 16 for purpose in PURPOSES)
    assert all(verb.says.endswith(".") and verb.may for verb in VERBS.values() if verb.module.startswith("sinergi."))


def test_a_grant_counts_while_it_lasts_and_while_its_user_is_there(own_db):
    with acting(an_actor("administrator"), purpose="administer"), writing("try.make"):
        user = User.objects.create(email="a@b.my", name="A", agency=None)
        Grant.objects.create(user=user, role="coordinator", area_kind="state", area="perak", given_by="x")
        ended = Grant.objects.create(user=user, role="auditor", area_kind="national", given_by="x")
    assert actor_of(user).nationwide("audit.read") and actor_of(user).states("person.read") == {"perak"}
    with acting(an_actor("administrator"), purpose="administer"), writing("try.make"):
        ended.ended_at = user.invited_at
        ended.save()
    who = actor_of(user)
    assert not who.holds("audit.read") and who.holds("person.register") and who.verbs == ROLES["coordinator"]
    for change in ({"is_active": False}, {"left_at": user.invited_at}):
        gone = User(pk=user.pk, email="a@b.my", **change)
        assert actor_of(gone).verbs == frozenset()


def test_areas():
    own, all_over = an_actor("officer", "aim"), an_actor("officer", "aim", national=True)
    assert own.reaches("person.read", "aim") and not own.reaches("person.read", "tekun") and all_over.reaches("person.read", "tekun")
    assert not own.nationwide("person.read") and all_over.nationwide("person.read") and not own.reaches("law.publish", "aim")
    both = Actor("x", areas={"person.read": frozenset({("state", "perak"), ("agency", "aim")})})
    assert both.states("person.read") == frozenset() and own.states("nothing.here") == frozenset()
    assert {kind for kind, _ in both.areas["person.read"]} <= set(AREAS)


def test_a_command_is_named_in_the_audit_and_holds_its_verbs_nationwide():
    who = command("seal", "audit.read")
    assert who.id == "command:seal" and who.nationwide("audit.read") and not who.holds("person.read")


def test_agencies_are_made_for_tests_by_the_pen_of_an_action(own_db):
    assert make_agency("tekun").code == "tekun"
