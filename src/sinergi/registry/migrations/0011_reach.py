"""How a person is reached: for whoever queues a message the channel alone, for the sender of messages the address. Hidden ones never."""
from django.db import migrations

from sinergi.kernel.guard import app_role, sql

REACH = """
CREATE FUNCTION sinergi_survivor(who uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE chain AS (SELECT id, merged_into_id, 0 AS step FROM registry_person WHERE id = who
    UNION ALL SELECT p.id, p.merged_into_id, chain.step + 1 FROM registry_person p JOIN chain ON p.id = chain.merged_into_id WHERE chain.step < 20)
  SELECT id FROM chain WHERE merged_into_id IS NULL
$$;
CREATE FUNCTION sinergi_reach(who uuid) RETURNS TABLE (phone boolean, email boolean, language text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF sinergi_actor() = '' OR coalesce(current_setting('sinergi.verb', true), '') = '' THEN
    RAISE EXCEPTION 'outside an action' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT
    EXISTS (SELECT 1 FROM registry_contactpoint c WHERE c.person_id = p.id AND c.kind = 'phone' AND NOT c.hidden AND c.ended_at IS NULL),
    EXISTS (SELECT 1 FROM registry_contactpoint c WHERE c.person_id = p.id AND c.kind = 'email' AND NOT c.hidden AND c.ended_at IS NULL),
    p.language::text FROM registry_person p WHERE p.id = sinergi_survivor(who) AND p.erased_at IS NULL;
END $$;
CREATE FUNCTION sinergi_address(who uuid, contact text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF sinergi_actor() <> 'command:notify' OR coalesce(current_setting('sinergi.verb', true), '') <> 'message.send' THEN
    RAISE EXCEPTION 'outside message.send' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN (SELECT c.value FROM registry_contactpoint c JOIN registry_person p ON p.id = c.person_id
    WHERE p.id = sinergi_survivor(who) AND p.erased_at IS NULL AND c.kind = contact AND NOT c.hidden AND c.ended_at IS NULL ORDER BY c.id DESC LIMIT 1);
END $$;
"""
# The functions run as the owner, whom forced row security binds too: these policies let that login read while they run.
READS = "CREATE POLICY reaching ON {0} FOR SELECT TO CURRENT_USER USING (coalesce(current_setting('sinergi.verb', true), '') <> '');"
FUNCTIONS = ("sinergi_survivor(uuid)", "sinergi_reach(uuid)", "sinergi_address(uuid, text)")


class Migration(migrations.Migration):
    """Reaching a person."""

    dependencies = [("registry", "0010_opened")]
    operations = [sql(REACH, *(READS.format(table) for table in ("registry_person", "registry_contactpoint")),
                      *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in FUNCTIONS))]
