"""The report of a run in words and bars: what each key found, what stood above its cap, who fell into which zone; numbers in a table beside it."""
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sinergi.registry.queries import linking as queries

ROW, LEFT, WIDE = 28, 310, 480
KEYS = {
    "number": gettext_lazy("the same number"), "month_day": gettext_lazy("number, the year left out"),
    "year_day": gettext_lazy("number, the month left out"), "year_month": gettext_lazy("number, the day left out"),
    "date_serial": gettext_lazy("number, the place left out"),
    "document": gettext_lazy("the same other document"), "born_word": gettext_lazy("birth date and a rare word of the name"),
    "phone": gettext_lazy("the same phone"), "address_word": gettext_lazy("address and a rare word of the name"),
    "skeletons_area": gettext_lazy("consonants of the name and area"), "name": gettext_lazy("the whole name"),
    "rare_area": gettext_lazy("two rare words and area"), "rare": gettext_lazy("two rare words"), "born_area": gettext_lazy("birth date and area"),
    "rare_year": gettext_lazy("two rare words and birth year"), "told_before": gettext_lazy("told before by the agency")}
VETOES = {
    "number_without_name": gettext_lazy("same number, but no part of the name agrees"), "twin_pattern": gettext_lazy("may be twins"),
    "father_son_swap": gettext_lazy("may be father and son"), "sex_contradicts": gettext_lazy("same number, but another sex"),
    "too_many_records": gettext_lazy("more than ten records in one person"), "two_persons": gettext_lazy("two people fit equally well"),
    "dead": gettext_lazy("one of them has died"), "cluster_cut": gettext_lazy("the weakest link of a group that contradicts itself"),
    "cannot_link": gettext_lazy("somebody said they are two people"), "no_certificate": gettext_lazy("no certificate covers it"),
    "below_threshold": gettext_lazy("below what is certified"), "benefits_run": gettext_lazy("both hold help that runs"),
    "vetoed": gettext_lazy("something stands against it"), "two_numbers": gettext_lazy("two valid numbers"),
    "births_apart": gettext_lazy("births five years apart"), "two_sexes": gettext_lazy("two sexes"),
    "key_taken": gettext_lazy("this key was sent before for somebody else")}
GROUPS = {"sex": gettext_lazy("Sex"), "age": gettext_lazy("Age"), "paper": gettext_lazy("Number or document")}
MEMBERS = {
    "male": gettext_lazy("men"), "female": gettext_lazy("women"), "unknown": gettext_lazy("not told"), "with": gettext_lazy("with"),
    "without": gettext_lazy("without"), "0": gettext_lazy("under 18"), "18": gettext_lazy("18 to 39"), "40": gettext_lazy("40 to 59"),
    "60": gettext_lazy("60 and older")}
ZONES = {"auto": (pgettext_lazy("rows", "matched"), "c-yes"), "review": (pgettext_lazy("rows", "to review"), "c-gold"),
         "new": (pgettext_lazy("rows", "not found"), "c-off"), "wrong": (pgettext_lazy("rows", "to mend"), "c-bad")}
ANSWERS = {"open": gettext_lazy("waiting in the queue"), "auto": gettext_lazy("linked by the platform"),
           "same": gettext_lazy("said to be one person"), "different": gettext_lazy("said to be two people"),
           "stale": gettext_lazy("no longer asked")}


def report_of(found: Any, view: queries.RunView) -> dict[str, Any]:
    """Numbers and lists of a run's report."""
    told = found.report
    silver = told.get("silver", 0)
    return {
        "candidates": told.get("candidates", 0), "likely": told.get("likely", 0), "silver": silver,
        "ceiling": round(100 * told.get("silver_met", 0) / silver, 1) if silver else None,
        "vetoes": [(VETOES.get(code, code), n) for code, n in queries.vetoes_met(found).items()],
        "cut": [(VETOES.get(code, code), n) for code, n in told.get("cut", {}).items() if n],
        "over": over(told.get("keys", {})), "answered": [(ANSWERS[state], n) for state, n in sorted(queries.answered(found).items())],
        "groups": groups_table(told.get("groups", {})), "model": view.model}


def over(keys: Mapping[str, Mapping[str, int]]) -> list[tuple[Any, int, int]]:
    """Keys that more shared than may: (words, how many blocks, how many records in them)."""
    return [(KEYS.get(name, name), told["over"], told["over_records"]) for name, told in keys.items() if told.get("over")]


def keys_table(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Bars of the pairs that each key brought, and in the table also what it alone found; None where nothing was compared."""
    keys, alone = told.get("keys") or {}, told.get("alone") or {}
    if not any(one["pairs"] for one in keys.values()):
        return None
    lines = [(str(KEYS.get(name, name)), one["pairs"], alone.get(name, 0), one["over"]) for name, one in keys.items()]
    most = max(pairs for _name, pairs, _alone, _over in lines)
    bars = []
    for place, (name, pairs, _alone, _over) in enumerate(lines):
        width = round(WIDE * pairs / most)
        bars.append({"name": name, "y": ROW * place + 6, "text_y": ROW * place + 19, "x": LEFT, "width": width, "end": LEFT + width + 8,
                     "total": pairs})
    return {"bars": bars, "height": ROW * len(lines) + 4, "lines": lines}


def groups_table(told: Mapping[str, Mapping[str, Mapping[str, int]]]) -> list[dict[str, Any]]:
    """By sex, age and paper: how many rows fell into each zone, and the share that is left to people."""
    return [{"title": GROUPS[name], "lines": [group_line(member, counts) for member, counts in sorted(members.items())]}
            for name, members in told.items()]


def group_line(member: str, counts: Mapping[str, int]) -> dict[str, Any]:
    """One group."""
    total = sum(counts.values()) or 1
    share = round(100 * counts.get("review", 0) / total)
    return {"name": MEMBERS.get(member, member), "cells": [counts.get(zone, 0) for zone in ZONES], "review": share}


def zone_words() -> Sequence[str]:
    """The zones, as the heads of a table."""
    return [str(words) for words, _shape in ZONES.values()]


def key_words(names: Sequence[str]) -> str:
    """Keys that met, in a row of words."""
    return ", ".join(str(KEYS.get(name, name)) for name in names) or _("nothing")


def veto_words(codes: Sequence[str]) -> str:
    """What stands in the way, in a row of words."""
    return ", ".join(str(VETOES.get(code, code)) for code in codes)
