"""How identity treats groups of people, in numbers alone: no row of a person leaves, and only facts that the register holds make a group."""
from django.db import migrations

from sinergi.kernel.guard import app_role, sql

BANDS = """CASE WHEN {born} IS NULL THEN 'unknown' WHEN {born} > {on} - interval '18 years' THEN 'child'
  WHEN {born} > {on} - interval '40 years' THEN 'young' WHEN {born} > {on} - interval '60 years' THEN 'middle' ELSE 'old' END"""
GROUPED = f"""
  SELECT p.id, CASE WHEN p.sex = '' THEN 'unknown' ELSE p.sex::text END AS sex, {BANDS.format(born="p.birth_date", on="day")} AS age,
    CASE WHEN EXISTS (SELECT 1 FROM registry_identifier i WHERE i.person_id = p.id AND i.ended_at IS NULL) THEN 'paper' ELSE 'no_paper' END AS paper
   FROM registry_person p WHERE p.merged_into_id IS NULL AND p.erased_at IS NULL
     AND (sinergi_national('identity.oversee') OR p.registered_by_id = sinergi_agency())"""
FAIRNESS = f"""
CREATE FUNCTION sinergi_fairness(day date) RETURNS TABLE (dimension text, grp text, people bigint, waiting bigint, alone bigint, joined bigint, apart bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF NOT sinergi_right('identity.oversee') THEN RAISE EXCEPTION 'without identity.oversee' USING ERRCODE = 'insufficient_privilege'; END IF;
  PERFORM set_config('sinergi.looking', 'fairness', true);
  RETURN QUERY WITH who AS MATERIALIZED ({GROUPED}),
    open_pairs AS (SELECT DISTINCT b.person_id FROM registry_candidate c
      JOIN registry_belonging b ON b.record_id IN (c.first_id, c.second_id) AND b.to_at IS NULL WHERE c.state = 'open'),
    kept_apart AS (SELECT DISTINCT b.person_id FROM registry_cannotlink c
      JOIN registry_belonging b ON b.record_id IN (c.first_id, c.second_id) AND b.to_at IS NULL WHERE c.lifted_by_id IS NULL),
    opened AS (SELECT b.person_id, bool_or(d.verb = 'auto_link') AS alone, bool_or(d.verb <> 'auto_link') AS joined FROM registry_identitydecision d
      JOIN registry_belonging b ON b.opened_by_id = d.id AND b.to_at IS NULL WHERE d.verb IN ('auto_link', 'link', 'merge') GROUP BY b.person_id),
    told AS (SELECT w.*, o.person_id IS NOT NULL AS waiting, coalesce(d.alone, false) AS alone, coalesce(d.joined, false) AS joined,
        a.person_id IS NOT NULL AS apart
      FROM who w LEFT JOIN open_pairs o ON o.person_id = w.id LEFT JOIN opened d ON d.person_id = w.id LEFT JOIN kept_apart a ON a.person_id = w.id)
    SELECT CASE WHEN grouping(t.sex) = 0 THEN 'sex' WHEN grouping(t.age) = 0 THEN 'age' WHEN grouping(t.paper) = 0 THEN 'paper' ELSE 'all' END,
      coalesce(t.sex, t.age, t.paper, 'all'), count(*), count(*) FILTER (WHERE t.waiting), count(*) FILTER (WHERE t.alone),
      count(*) FILTER (WHERE t.joined), count(*) FILTER (WHERE t.apart)
     FROM told t GROUP BY GROUPING SETS ((t.sex), (t.age), (t.paper), ());
  PERFORM set_config('sinergi.looking', '', true);
END $$;
-- Labels that are drawn, with the groups of either person.
CREATE FUNCTION sinergi_fairness_labels(day date) RETURNS TABLE (label uuid, certificate uuid, bits float8, steps int[], weekly boolean, first text,
  second text, third text, sexes text[], ages text[], papers text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF NOT sinergi_right('identity.oversee') THEN RAISE EXCEPTION 'without identity.oversee' USING ERRCODE = 'insufficient_privilege'; END IF;
  PERFORM set_config('sinergi.looking', 'fairness', true);
  RETURN QUERY WITH who AS ({GROUPED}
     AND p.id IN (SELECT b.person_id FROM registry_label l JOIN registry_candidate c ON c.id = l.candidate_id
       JOIN registry_belonging b ON b.record_id IN (c.first_id, c.second_id) AND b.to_at IS NULL))
    SELECT l.id, l.certificate_id, l.bits, ARRAY(SELECT s::int FROM jsonb_array_elements_text(l.steps) s), l.week IS NOT NULL, l.first::text, l.second::text, l.third::text,
      array_agg(DISTINCT w.sex), array_agg(DISTINCT w.age), array_agg(DISTINCT w.paper)
     FROM registry_label l JOIN registry_candidate c ON c.id = l.candidate_id
     JOIN registry_belonging b ON b.record_id IN (c.first_id, c.second_id) AND b.to_at IS NULL JOIN who w ON w.id = b.person_id
    GROUP BY l.id;
  PERFORM set_config('sinergi.looking', '', true);
END $$;
REVOKE ALL ON FUNCTION sinergi_fairness(date), sinergi_fairness_labels(date) FROM public;
"""
LOOKED_AT = ("person", "identifier", "candidate", "belonging", "cannotlink", "identitydecision", "label")


class Migration(migrations.Migration):
    """The report of fairness."""

    dependencies = [("registry", "0017_proposals_guard")]
    operations = [
        sql(FAIRNESS, f"GRANT EXECUTE ON FUNCTION sinergi_fairness(date), sinergi_fairness_labels(date) TO {app_role()};",
            *(f"CREATE POLICY fairness_looks ON registry_{table} FOR SELECT TO CURRENT_USER "
              "USING (current_setting('sinergi.looking', true) = 'fairness');" for table in LOOKED_AT)),
    ]
