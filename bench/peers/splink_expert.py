"""Splink 5 on the same prepared columns with our keys and role-aware levels, as one who knows both would set it. A child of bench linkage.

Arguments: OUT FILE [REGISTER]. u is estimated on a million random pairs: ten million cost several times as much and change nothing.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import duckdb  # noqa: E402
import splink.comparison_level_library as cll  # noqa: E402
import splink.comparison_library as cl  # noqa: E402
from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: E402

from bench.peers import peak_gb  # noqa: E402

SPENT: dict[str, float] = {"start": round(time.process_time(), 2)}
LEVEL, FIXED = cll.CustomLevel, {"fix_m_probability": True}
COLUMNS = """unique_id, nm, own, father, given, given1, fold_sorted, skels, nric, document, dob, sex, phone, postcode, addr, year(dob) y,
  substr(postcode, 1, 3) pc3, string_split(father, ' ')[1] f1,
  CASE WHEN length(nric) = 12 THEN substr(nric, 3, 4) || substr(nric, 7, 6) END k1,
  CASE WHEN length(nric) = 12 THEN substr(nric, 1, 2) || substr(nric, 5, 8) END k2,
  CASE WHEN length(nric) = 12 THEN substr(nric, 1, 4) || substr(nric, 7, 6) END k3,
  CASE WHEN length(nric) = 12 THEN substr(nric, 1, 6) || substr(nric, 9, 4) END k4,
  list_aggregate(list_sort(string_split(nric, '')), 'string_agg', '') k5"""
RULES = ("nric", "k1", "k2", "k3", "k4", "k5 given1", "document", "dob given1", "dob phone", "dob f1", "dob addr", "phone given1", "addr given1",
         "fold_sorted", "skels y", "skels pc3", "phone y")
WHOLE, GIVEN = "jaro_winkler_similarity(fold_sorted_l, fold_sorted_r)", "jaro_winkler_similarity(given_l, given_r)"
PARTLY = """(year(dob_l) = year(dob_r) AND (month(dob_l) = month(dob_r) OR day(dob_l) = day(dob_r)))
  OR (month(dob_l) = month(dob_r) AND day(dob_l) = day(dob_r)) OR (year(dob_l) = year(dob_r) AND month(dob_l) = day(dob_r))"""
BOTH = "nric_l IS NOT NULL AND nric_r IS NOT NULL"


@contextmanager
def phase(name: str) -> Iterator[None]:
    """CPU seconds of a phase."""
    before = time.process_time()
    yield
    SPENT[name] = round(time.process_time() - before, 2)


def unknown(sql: str):
    """The level at which one side tells nothing."""
    return LEVEL(sql).configure(is_null_level=True)


def named(sql: str, column: str):
    """A level whose weight depends on how common the value is."""
    return LEVEL(sql).configure(tf_adjustment_column=column)


def name_comparison():
    """Same name, same folds, same own names, near ones."""
    return cl.CustomComparison(output_column_name="name", comparison_levels=[
        unknown(f"{WHOLE} = -100 OR {GIVEN} = -100 OR given_l IS NULL OR given_r IS NULL"), named("nm_l = nm_r", "nm"),
        named("fold_sorted_l = fold_sorted_r", "fold_sorted"), named("given_l = given_r", "given"), LEVEL(f"{GIVEN} >= 0.92 AND {WHOLE} >= 0.9"),
        named("given1_l = given1_r", "given1"), LEVEL(f"{GIVEN} >= 0.92"), LEVEL(f"{WHOLE} >= 0.9"), cll.ElseLevel()])


def identity_comparison():
    """Number, document and birth as one piece, with the chance of each among matches given from outside."""
    levels = ((f"damerau_levenshtein(nric_l, nric_r) <= 2 AND {BOTH}", .012), (f"{BOTH} AND dob_l = dob_r", .003), (BOTH, .0003),
              ("document_l = document_r", .023), ("dob_l = dob_r", .20), (PARTLY, .012))
    first = (("nric_l = nric_r", .76), ("damerau_levenshtein(nric_l, nric_r) = 1 AND dob_l = dob_r", .012))
    return cl.CustomComparison(output_column_name="nricdob", comparison_levels=[
        unknown("(nric_l IS NULL OR nric_r IS NULL) AND (dob_l IS NULL OR dob_r IS NULL) AND (document_l IS NULL OR document_r IS NULL)"),
        *(LEVEL(sql).configure(m_probability=chance, **FIXED) for sql, chance in first + levels),
        cll.ElseLevel().configure(m_probability=.0007, **FIXED)])


def settings(kind: str) -> SettingsCreator:
    """Six comparisons and seventeen blocking rules. `kind`: dedupe_only or link_only."""
    father = cl.CustomComparison(output_column_name="father", comparison_levels=[
        unknown("father_l IS NULL OR father_r IS NULL"), named("father_l = father_r", "father"),
        LEVEL("jaro_winkler_similarity(father_l, father_r) >= 0.9"), cll.ElseLevel()])
    address = cl.CustomComparison(output_column_name="addr", comparison_levels=[
        unknown("jaro_winkler_similarity(addr_l, addr_r) = -100 OR addr_l IS NULL OR addr_r IS NULL"),
        LEVEL("addr_l = addr_r AND postcode_l = postcode_r"), LEVEL("jaro_winkler_similarity(addr_l, addr_r) >= 0.92"),
        named("postcode_l = postcode_r", "postcode"), LEVEL("substr(postcode_l, 1, 2) = substr(postcode_r, 1, 2)"), cll.ElseLevel()])
    return SettingsCreator(
        link_type=kind, retain_intermediate_calculation_columns=False, retain_matching_columns=False,
        blocking_rules_to_generate_predictions=[block_on(*rule.split()) for rule in RULES],
        comparisons=[name_comparison(), identity_comparison(), cl.ExactMatch("sex"), cl.LevenshteinAtThresholds("phone", [1]), father, address])


def main(out: str, file: str, register: str | None = None) -> int:
    """Write the scored pairs to OUT and print the phases as JSON."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET enable_progress_bar = false; SET memory_limit = '10GB'")
    with phase("read"):
        for name, source in (("a", file), ("b", register)):
            if source:
                connection.execute(f"CREATE TABLE {name} AS SELECT {COLUMNS} FROM read_parquet('{source}')")
    api = DuckDBAPI(connection=connection)
    tables = [api.register(name, dataset_display_name=name) for name in ("a", "b")[: 2 if register else 1]]
    linker = Linker(tables if register else tables[0], settings("link_only" if register else "dedupe_only"))
    with phase("prior"):
        linker.training.estimate_probability_two_random_records_match([block_on("nric", "given1"), block_on("fold_sorted", "dob")], recall=.7)
    with phase("u"):
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    with phase("m"):
        for rule in (block_on("nric"), block_on("dob", "given1")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True, max_pairs=3e6)
    with phase("predict"):
        found = linker.inference.predict(threshold_match_weight=-10)
    with phase("write"):
        connection.execute(f"""COPY (SELECT unique_id_l i, unique_id_r j, match_weight bits FROM {found.physical_name}) TO '{out}'
          (FORMAT parquet, COMPRESSION uncompressed)""")
    print(json.dumps({"phases": SPENT, "peak_gb": peak_gb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
