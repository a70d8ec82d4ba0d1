"""Who sees runs of linkage and their rows; and what a run may ask of the whole register: only while its verb runs, and no page shows it.

`sinergi_linkage_records` gives the records of the register piece by piece to the nightly preparation; `sinergi_linkage_bearers` tells whose a record
is today. Both run as the owner, whom forced row security binds too: the policies `linking` let that login read while those verbs run.
"""
import json
from pathlib import Path
from typing import Any

from django.db import migrations

from sinergi.kernel.guard import app_role, protected, sql

OF_RUN = "EXISTS (SELECT 1 FROM registry_linkagerun r WHERE r.id = run_id)"
RUNNING = "current_setting('sinergi.verb', true) IN ('linkage.refresh', 'linkage.compare', 'linkage.apply')"
PREPARING = "current_setting('sinergi.verb', true) = 'linkage.refresh'"
FUNCTIONS = f"""
CREATE FUNCTION sinergi_linkage_records(last_at timestamptz, last_id uuid, most int)
RETURNS TABLE (record uuid, received timestamptz, payload jsonb, numbers jsonb) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.id, s.received_at, s.payload, (SELECT jsonb_agg(jsonb_build_array(i.kind, i.country, i.value) ORDER BY i.id)
      FROM registry_recordidentifier i WHERE i.record_id = s.id AND i.quality <> 'generic')
    FROM registry_sourcerecord s WHERE {PREPARING} AND s.emptied_at IS NULL AND (s.received_at, s.id) > (last_at, last_id)
      AND EXISTS (SELECT 1 FROM registry_belonging b WHERE b.record_id = s.id AND b.to_at IS NULL)
    ORDER BY s.received_at, s.id LIMIT most $$;
CREATE FUNCTION sinergi_linkage_bearers(records uuid[]) RETURNS TABLE (record uuid, person uuid, died boolean, members bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.record_id, p.id, p.died_on IS NOT NULL, (SELECT count(*) FROM registry_belonging m WHERE m.person_id = p.id AND m.to_at IS NULL)
    FROM registry_belonging b JOIN registry_person p ON p.id = sinergi_survivor(b.person_id)
    WHERE {RUNNING} AND b.record_id = ANY (records) AND b.to_at IS NULL AND p.erased_at IS NULL $$;
CREATE FUNCTION sinergi_linkage_apart(records uuid[]) RETURNS TABLE (first uuid, second uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.first_id, c.second_id FROM registry_cannotlink c
    WHERE {RUNNING} AND c.lifted_by_id IS NULL AND (c.first_id = ANY (records) OR c.second_id = ANY (records)) $$;
-- The published state of those whom a list found for certain, for its own agency and only where its agreement says so.
CREATE FUNCTION sinergi_linkage_standings(which uuid) RETURNS TABLE (person uuid, standing text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT l.person_id, p.standing FROM registry_linkagerun r JOIN registry_linkageagreement a ON a.agency_id = r.agency_id AND a.standing
      JOIN registry_linkagerow l ON l.run_id = r.id AND l.zone = 'auto' JOIN registry_person p ON p.id = sinergi_survivor(l.person_id)
    WHERE r.id = which AND r.agency_id = sinergi_agency() AND sinergi_right('linkage.read') $$;
"""
NAMED = ("sinergi_linkage_records(timestamptz, uuid, int)", "sinergi_linkage_bearers(uuid[])", "sinergi_linkage_apart(uuid[])",
         "sinergi_linkage_standings(uuid)")
READ = ("registry_sourcerecord", "registry_recordidentifier", "registry_belonging", "registry_cannotlink")
FIRST, FIRST_VERSION = Path(__file__).parents[1] / "first_model.json", "first-2026-11"
BEGIN_WITH = """INSERT INTO registry_linkagemodel (version, parameters, trained_at, registry_size, origin, trained_by, approved_by) VALUES (%s, %s, now(), 0, 'comes with the platform: first_model.json', '', '')
  ON CONFLICT DO NOTHING"""


def begin_with_a_model(apps: Any, editor: Any) -> None:
    """Until the register has taught its own weights, pairs are weighed by those that come with the programme."""
    parameters = {name: value for name, value in json.loads(FIRST.read_text("utf-8")).items() if name != "made"}
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sinergi.actor', 'command:migrate', true), set_config('sinergi.verb', 'linkage.refresh', true)")
        cursor.execute(BEGIN_WITH, [FIRST_VERSION, json.dumps(parameters)])
        cursor.execute("SELECT set_config('sinergi.actor', '', true), set_config('sinergi.verb', '', true)")


class Migration(migrations.Migration):
    """The guard."""

    dependencies = [("registry", "0013_identity_guard")]
    operations = [
        protected("registry_linkagerun", "(agency_id = sinergi_agency() AND sinergi_right('linkage.read')) OR sinergi_national('identity.review')"),
        protected("registry_linkagechunk", OF_RUN),
        protected("registry_linkagerow", OF_RUN),
        protected("registry_linkageagreement", "agency_id = sinergi_agency() OR sinergi_national('agency.read')"),
        protected("registry_linkageregister", RUNNING, writable=PREPARING),
        protected("registry_linkagepiece", RUNNING, writable=PREPARING),
        sql(FUNCTIONS, *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in NAMED),
            *(f"CREATE POLICY linking ON {table} FOR SELECT TO CURRENT_USER USING ({RUNNING});" for table in READ),
            *(f"CREATE POLICY by_owner ON registry_linkage{table} FOR SELECT TO CURRENT_USER USING (true);" for table in ("run", "row", "agreement")),
            "CREATE INDEX record_received ON registry_sourcerecord (received_at, id) WHERE emptied_at IS NULL;"),
        migrations.RunPython(begin_with_a_model, migrations.RunPython.noop),
    ]
