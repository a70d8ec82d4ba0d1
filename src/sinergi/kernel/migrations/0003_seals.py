"""Seals of the audit: blocks of entries, chained; and two doors through which one person's entries are found quickly."""
import django.utils.timezone
from django.db import migrations, models

from sinergi.kernel.guard import app_role, append_only, need_action, sql

CHAIN = """
-- An entry belongs to the chain that the next seal will continue. In another cluster (a restored dump), or where transaction numbers
-- stand behind the last seal, numbers of transactions begin anew: so does the chain.
CREATE FUNCTION sinergi_chain() RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE last record;
BEGIN
  SELECT s.chain, s.cluster, s.to_xid INTO last FROM kernel_auditseal s ORDER BY s.block DESC LIMIT 1;
  IF NOT FOUND THEN RETURN 1; END IF;
  IF pg_current_xact_id()::text::numeric > last.to_xid AND last.cluster = (pg_control_system()).system_identifier::text THEN
    RETURN last.chain;
  END IF;
  RETURN last.chain + 1;
END $$;
ALTER TABLE kernel_auditentry ADD COLUMN chain int NOT NULL DEFAULT sinergi_chain();
DROP INDEX audit_xid;
CREATE INDEX audit_order ON kernel_auditentry (chain, xid, id);
CREATE INDEX audit_agency ON kernel_auditentry (agency, id);
CREATE OR REPLACE FUNCTION sinergi_entry_hash(a kernel_auditentry) RETURNS bytea LANGUAGE sql STABLE AS $$ SELECT sha256(convert_to(
  jsonb_build_array(a.id, a.chain, a.xid::text, extract(epoch FROM a.at)::text, a.actor, a.agency, a.purpose, a.verb, a.subject, a.persons,
                    a.changes, a.request)::text, 'UTF8')) $$;
"""

# The index over persons cannot be used below row security (`@>` is not leakproof), so two functions of the owner look, and check the right.
DOORS = """
CREATE POLICY by_owner ON kernel_auditentry FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION sinergi_entries_of(person uuid) RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM kernel_auditentry WHERE persons @> ARRAY[person]
     AND (sinergi_national('audit.read') OR (sinergi_right('audit.read') AND agency = sinergi_agency())) $$;
CREATE FUNCTION sinergi_looks(person uuid, before bigint, most int)
  RETURNS TABLE (id bigint, at timestamptz, actor text, agency text, purpose text, verb text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.id, a.at, a.actor, a.agency, a.purpose, a.verb FROM kernel_auditentry a WHERE a.persons @> ARRAY[person] AND a.id < before
     AND sinergi_actor() <> '' AND (sinergi_right('person.read') OR sinergi_right('request.read') OR sinergi_right('audit.read'))
   ORDER BY a.id DESC LIMIT most $$;
"""


class Migration(migrations.Migration):
    """Seals."""

    dependencies = [("kernel", "0002_guard")]
    operations = [
        migrations.CreateModel("AuditSeal", [
            ("block", models.PositiveIntegerField(primary_key=True, serialize=False)),
            ("chain", models.PositiveIntegerField()),
            ("cluster", models.CharField(max_length=20)),
            ("from_xid", models.BigIntegerField()),
            ("from_id", models.BigIntegerField()),
            ("to_xid", models.BigIntegerField()),
            ("to_id", models.BigIntegerField()),
            ("entries", models.PositiveIntegerField()),
            ("leaves", models.BinaryField()),
            ("prior", models.BinaryField()),
            ("root", models.BinaryField()),
            ("at", models.DateTimeField(default=django.utils.timezone.now)),
        ], options={"ordering": ["block"]}),
        sql(f"GRANT SELECT, INSERT ON kernel_auditseal TO {app_role()};", need_action("kernel_auditseal", "INSERT")),
        append_only("kernel_auditseal"),
        sql(CHAIN, DOORS),
    ]
