"""Functions and triggers of the guard, the audit table, and what the kernel's own tables allow."""
from django.db import migrations

from sinergi.kernel.guard import app_role, append_only, need_action, open_table, protected, sql

CONTEXT = """
CREATE FUNCTION sinergi_actor() RETURNS text LANGUAGE sql STABLE AS $$ SELECT coalesce(current_setting('sinergi.actor', true), '') $$;
CREATE FUNCTION sinergi_agency() RETURNS text LANGUAGE sql STABLE AS $$ SELECT coalesce(current_setting('sinergi.agency', true), '') $$;
-- A right held anywhere, and one held over all agencies ('person.read@national').
CREATE FUNCTION sinergi_right(verb text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT position(',' || verb || ',' IN coalesce(current_setting('sinergi.rights', true), '')) > 0
         OR position(',' || verb || '@national,' IN coalesce(current_setting('sinergi.rights', true), '')) > 0 $$;
CREATE FUNCTION sinergi_national(verb text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT position(',' || verb || '@national,' IN coalesce(current_setting('sinergi.rights', true), '')) > 0 $$;
-- An actor limited to states sees rows of those states; others see any.
CREATE FUNCTION sinergi_in_states(state text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('sinergi.states', true), '') = ''
         OR state = ANY (string_to_array(current_setting('sinergi.states', true), ',')) $$;
CREATE FUNCTION sinergi_need_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('sinergi.actor', true), '') = '' OR coalesce(current_setting('sinergi.verb', true), '') = '' THEN
    RAISE EXCEPTION 'write to % outside an action', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION sinergi_append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
"""

AUDIT = """
CREATE TABLE kernel_auditentry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL CHECK (actor <> ''), agency text NOT NULL, purpose text NOT NULL CHECK (purpose <> ''), verb text NOT NULL CHECK (verb <> ''),
  subject text NOT NULL, persons uuid[] NOT NULL, changes jsonb NOT NULL, request text NOT NULL);
CREATE INDEX audit_xid ON kernel_auditentry (xid, id);
CREATE INDEX audit_persons ON kernel_auditentry USING gin (persons);
CREATE INDEX audit_actor ON kernel_auditentry (actor, id);
CREATE INDEX audit_verb ON kernel_auditentry (verb, id);
ALTER TABLE kernel_auditentry ENABLE ROW LEVEL SECURITY;
ALTER TABLE kernel_auditentry FORCE ROW LEVEL SECURITY;
-- Everybody writes his own entries. An auditor reads all, or those of his agency.
CREATE POLICY own_entry ON kernel_auditentry FOR INSERT WITH CHECK (actor = sinergi_actor());
CREATE POLICY auditor ON kernel_auditentry FOR SELECT
  USING (sinergi_national('audit.read') OR (sinergi_right('audit.read') AND agency = sinergi_agency()));
-- Canonical text: not row::text, which follows DateStyle and TimeZone. jsonb_build_array quotes each field, so none can run into the next.
CREATE FUNCTION sinergi_entry_hash(a kernel_auditentry) RETURNS bytea LANGUAGE sql STABLE AS $$ SELECT sha256(convert_to(
  jsonb_build_array(a.id, a.xid::text, extract(epoch FROM a.at)::text, a.actor, a.agency, a.purpose, a.verb, a.subject, a.persons, a.changes, a.request)::text, 'UTF8')) $$;
"""


class Migration(migrations.Migration):
    """The guard."""

    dependencies = [("kernel", "0001_initial")]
    operations = [
        sql(CONTEXT),
        sql(AUDIT, f"GRANT SELECT, INSERT ON kernel_auditentry TO {app_role()};"),
        append_only("kernel_auditentry"),
        protected("kernel_event", "true"),
        protected("kernel_personkey", "true"),
        open_table("kernel_agency"),
        open_table("kernel_lawdocument"),
        open_table("kernel_lawversion"),
        open_table("kernel_grant"),
        sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON kernel_user TO {app_role()};", need_action("kernel_user", "INSERT OR DELETE")),
    ]
