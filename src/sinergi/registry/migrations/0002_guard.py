"""Who sees which rows of the registry, and the search table with the triggers that keep it."""
from django.db import migrations

from sinergi.kernel.guard import finder_role, protected, sql

SERVED = """sinergi_right('person.read') AND sinergi_in_states(state) AND (registered_by_id = sinergi_agency() OR EXISTS (
  SELECT 1 FROM registry_access a WHERE a.person_id = registry_person.id AND a.agency_id = sinergi_agency()
    AND (a.user_id IS NULL OR a.user_id::text = sinergi_actor()) AND (a.until_at IS NULL OR a.until_at > now())))"""
OF_PERSON = "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"
OF_HOUSEHOLD = "EXISTS (SELECT 1 FROM registry_household h WHERE h.id = household_id)"


def unhidden(table: str) -> str:
    """Rows not hidden for safety, or hidden ones for who is named or holds the right."""
    return (f"{OF_PERSON} AND (NOT hidden OR sinergi_right('address.read_safe') OR EXISTS "
            f"(SELECT 1 FROM registry_safereader r WHERE r.person_id = {table}.person_id AND r.user_id::text = sinergi_actor()))")


SEARCH = """
CREATE TABLE registry_personsearch (
  person_id uuid PRIMARY KEY REFERENCES registry_person (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  name text NOT NULL, name_key text NOT NULL, name_tokens text[] NOT NULL, birth_date date, birth_year int,
  identifiers text[] NOT NULL, tails text[] NOT NULL, phones text[] NOT NULL,
  state text NOT NULL, agency text NOT NULL, standing text NOT NULL DEFAULT 'yet_to_be_helped');
CREATE INDEX search_tokens ON registry_personsearch USING gin (name_tokens);
CREATE INDEX search_identifiers ON registry_personsearch USING gin (identifiers);
CREATE INDEX search_phones ON registry_personsearch USING gin (phones);
-- The finder reads with an actor set; the owner's trigger function writes.
ALTER TABLE registry_personsearch ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_personsearch FORCE ROW LEVEL SECURITY;
CREATE POLICY written_by_trigger ON registry_personsearch TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION sinergi_refresh_search(who uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM registry_personsearch WHERE person_id = who;
  INSERT INTO registry_personsearch (person_id, name, name_key, name_tokens, birth_date, birth_year, identifiers, tails, phones, state, agency)
  SELECT p.id, p.name, p.name_key, string_to_array(p.name_key, ' '), p.birth_date, extract(year FROM p.birth_date)::int,
    ARRAY(SELECT i.value FROM registry_identifier i WHERE i.person_id = p.id AND i.ended_at IS NULL),
    ARRAY(SELECT right(i.value, 4) FROM registry_identifier i WHERE i.person_id = p.id AND i.ended_at IS NULL),
    ARRAY(SELECT c.value FROM registry_contactpoint c WHERE c.person_id = p.id AND c.kind = 'phone' AND NOT c.hidden AND c.ended_at IS NULL),
    CASE WHEN p.safe_address THEN '' ELSE p.state END, p.registered_by_id
  FROM registry_person p WHERE p.id = who AND p.merged_into_id IS NULL;
END $$;
REVOKE ALL ON FUNCTION sinergi_refresh_search(uuid) FROM public;
-- A person's row follows himself, his numbers and his phones.
CREATE FUNCTION sinergi_search_of_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ BEGIN PERFORM sinergi_refresh_search(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION sinergi_search_of_part() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM sinergi_refresh_search(OLD.person_id); END IF;
  IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR NEW.person_id <> OLD.person_id) THEN PERFORM sinergi_refresh_search(NEW.person_id); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER search_follows AFTER INSERT OR UPDATE ON registry_person FOR EACH ROW EXECUTE FUNCTION sinergi_search_of_person();
CREATE TRIGGER search_follows AFTER INSERT OR UPDATE OR DELETE ON registry_identifier FOR EACH ROW EXECUTE FUNCTION sinergi_search_of_part();
CREATE TRIGGER search_follows AFTER INSERT OR UPDATE OR DELETE ON registry_contactpoint FOR EACH ROW EXECUTE FUNCTION sinergi_search_of_part();
"""


class Migration(migrations.Migration):
    """The registry's guard."""

    dependencies = [("registry", "0001_initial"), ("kernel", "0002_guard")]
    operations = [
        protected("registry_access", "agency_id = sinergi_agency() OR holder_id = sinergi_agency() OR sinergi_national('access.read')",
                  grant="SELECT, INSERT, UPDATE"),
        protected("registry_person", SERVED),
        protected("registry_membership", OF_PERSON),
        protected("registry_household", "sinergi_right('person.read') AND (registered_by_id = sinergi_agency() OR EXISTS "
                  "(SELECT 1 FROM registry_membership m WHERE m.household_id = registry_household.id))"),
        protected("registry_identifier", OF_PERSON),
        protected("registry_safereader", OF_PERSON),
        protected("registry_contactpoint", unhidden("registry_contactpoint"), writable=OF_PERSON),
        protected("registry_address", unhidden("registry_address"), writable=OF_PERSON),
        protected("registry_guardianship", f"{OF_PERSON} OR EXISTS (SELECT 1 FROM registry_person p WHERE p.id = guardian_id)"),
        protected("registry_fact", f"({OF_PERSON}) OR ({OF_HOUSEHOLD})"),
        protected("registry_sensitivefact", f"sinergi_right('sensitive.read') AND {OF_PERSON}"),
        protected("registry_paper", OF_PERSON),
        protected("registry_consent", f"agency_id = sinergi_agency() OR {OF_PERSON}"),
        protected("registry_datarequest", f"{OF_PERSON} OR sinergi_national('request.read')"),
        protected("registry_submission", "agency_id = sinergi_agency() AND sinergi_right('person.read')", grant="SELECT, INSERT, UPDATE"),
        protected("registry_draft", "user_id::text = sinergi_actor()"),
        protected("registry_columnmapping", "agency_id = sinergi_agency()"),
        protected("registry_batch", "agency_id = sinergi_agency() AND sinergi_right('batch.read')"),
        protected("registry_batchrow", "EXISTS (SELECT 1 FROM registry_batch b WHERE b.id = batch_id)"),
        sql(SEARCH, f"CREATE POLICY finder ON registry_personsearch FOR SELECT TO {finder_role()} USING (sinergi_actor() <> '');",
            f"GRANT SELECT ON registry_personsearch TO {finder_role()};"),
        # Whoever serves a person sees who was shown him; the auditor's own policy stands beside it.
        sql("CREATE POLICY of_served_persons ON kernel_auditentry FOR SELECT USING (sinergi_right('person.read') AND EXISTS "
            "(SELECT 1 FROM registry_person p WHERE p.id = ANY (persons)));"),
    ]
