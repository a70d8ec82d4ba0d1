"""Who sees which rows of the registry, and the search table with the triggers that keep it."""
from django.db import migrations

from sinergi.kernel.guard import finder_role, protected, sql

# His own agency, an agency (or one user of it) he was opened to, or the national protection officer while a request of his own is open.
SERVED = """sinergi_right('person.read') AND sinergi_in_states(state) AND (registered_by_id = sinergi_agency() OR EXISTS (
  SELECT 1 FROM registry_access a WHERE a.person_id = registry_person.id AND (a.until_at IS NULL OR a.until_at > now())
    AND ((a.agency_id = sinergi_agency() AND (a.user_id IS NULL OR a.user_id::text = sinergi_actor()))
      OR (a.ground = 'request' AND sinergi_national('request.read')))))"""
OF_PERSON = "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"
OF_HOUSEHOLD = "EXISTS (SELECT 1 FROM registry_household h WHERE h.id = household_id)"


def unhidden(table: str) -> str:
    """Rows not hidden for safety, or hidden ones for who is named or holds the right."""
    return (f"{OF_PERSON} AND (NOT hidden OR sinergi_right('address.read_safe') OR sinergi_national('request.read') OR EXISTS "
            f"(SELECT 1 FROM registry_safereader r WHERE r.person_id = {table}.person_id AND r.user_id::text = sinergi_actor()))")


# `identifiers` holds each number twice: bare, as it is typed into the search box, and as kind:country:number, which is unique.
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
CREATE INDEX search_birth ON registry_personsearch (birth_year);
CREATE FUNCTION sinergi_refresh_search(who uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO registry_personsearch (person_id, name, name_key, name_tokens, birth_date, birth_year, identifiers, tails, phones, state, agency, standing)
  SELECT p.id, p.name, p.name_key, string_to_array(p.name_key, ' '), p.birth_date, extract(year FROM p.birth_date)::int,
    ARRAY(SELECT unnest(ARRAY[i.value, i.kind || ':' || i.country || ':' || i.value]) FROM registry_identifier i WHERE i.person_id = p.id AND i.ended_at IS NULL),
    ARRAY(SELECT right(i.value, 4) FROM registry_identifier i WHERE i.person_id = p.id AND i.ended_at IS NULL),
    ARRAY(SELECT c.value FROM registry_contactpoint c WHERE c.person_id = p.id AND c.kind = 'phone' AND NOT c.hidden AND c.ended_at IS NULL),
    CASE WHEN p.safe_address THEN '' ELSE p.state END, p.registered_by_id, p.standing
  FROM registry_person p WHERE p.id = ANY (who) AND p.merged_into_id IS NULL AND p.erased_at IS NULL
  ON CONFLICT (person_id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, name_tokens = excluded.name_tokens,
    birth_date = excluded.birth_date, birth_year = excluded.birth_year, identifiers = excluded.identifiers, tails = excluded.tails,
    phones = excluded.phones, state = excluded.state, agency = excluded.agency, standing = excluded.standing;
  DELETE FROM registry_personsearch s USING registry_person p
    WHERE s.person_id = ANY (who) AND p.id = s.person_id AND (p.merged_into_id IS NOT NULL OR p.erased_at IS NOT NULL);
END $$;
REVOKE ALL ON FUNCTION sinergi_refresh_search(uuid[]) FROM public;
"""
FOLLOW = """
CREATE FUNCTION sinergi_search_{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ BEGIN PERFORM sinergi_refresh_search(ARRAY({rows})); RETURN NULL; END $$;
"""
TRIGGER = "CREATE TRIGGER search_follows_{when} AFTER {when} ON {table} REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION sinergi_search_{name}();"
FRESH, GONE = "NEW TABLE AS fresh", "OLD TABLE AS gone"
# A person's row in the search table follows himself, his numbers and his phones: once a statement, so that a list of thousands stays quick.
FOLLOWS = [
    FOLLOW.format(name="persons", rows="SELECT id FROM fresh"),
    FOLLOW.format(name="parts", rows="SELECT person_id FROM fresh"),
    FOLLOW.format(name="parts_gone", rows="SELECT person_id FROM gone"),
    FOLLOW.format(name="parts_changed", rows="SELECT person_id FROM gone UNION SELECT person_id FROM fresh"),
    *(TRIGGER.format(when=when, table="registry_person", rows=FRESH, name="persons") for when in ("INSERT", "UPDATE")),
    *(TRIGGER.format(when=when, table=table, rows=rows, name=name) for table in ("registry_identifier", "registry_contactpoint")
      for when, rows, name in (("INSERT", FRESH, "parts"), ("UPDATE", f"{GONE} {FRESH}", "parts_changed"), ("DELETE", GONE, "parts_gone"))),
]

# A leaver's drafts and a leaving partner's persons pass on inside those two verbs alone; whoever runs them sees no person by it.
PASSING = """
CREATE FUNCTION sinergi_pass_drafts(leaver uuid, successor uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE moved int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'user.leave' THEN RAISE EXCEPTION 'outside user.leave' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE registry_draft d SET user_id = successor WHERE d.user_id = leaver;
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;
CREATE FUNCTION sinergi_pass_persons(leaving text, successor text, moment timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE moved int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'agency.leave' THEN RAISE EXCEPTION 'outside agency.leave' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE registry_access SET until_at = moment WHERE agency_id = leaving AND (until_at IS NULL OR until_at > moment);
  UPDATE registry_access SET holder_id = successor WHERE holder_id = leaving;
  UPDATE registry_consent SET withdrawn_at = moment WHERE agency_id = leaving AND withdrawn_at IS NULL;
  UPDATE registry_household SET registered_by_id = successor WHERE registered_by_id = leaving;
  UPDATE registry_person SET registered_by_id = successor WHERE registered_by_id = leaving;
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;
"""


def while_verb(table: str, verb: str) -> str:
    """The owner's own functions may touch the table while the verb runs."""
    running = f"current_setting('sinergi.verb', true) = '{verb}'"
    return f"CREATE POLICY passing ON {table} TO CURRENT_USER USING ({running}) WITH CHECK ({running});"


class Migration(migrations.Migration):
    """The registry's guard."""

    dependencies = [("registry", "0001_initial"), ("kernel", "0002_guard")]
    operations = [
        protected("registry_access", "agency_id = sinergi_agency() OR holder_id = sinergi_agency() OR opened_by_id = sinergi_agency() "
                  "OR sinergi_national('access.read')", grant="SELECT, INSERT, UPDATE"),
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
        protected("registry_sensitivefact", f"(sinergi_right('sensitive.read') OR sinergi_national('request.read')) AND {OF_PERSON}"),
        protected("registry_paper", OF_PERSON),
        protected("registry_consent", f"agency_id = sinergi_agency() OR {OF_PERSON}"),
        protected("registry_datarequest", f"{OF_PERSON} OR sinergi_national('request.read')"),
        protected("registry_submission", "(agency_id = sinergi_agency() AND sinergi_right('person.read')) OR "
                  f"(sinergi_national('request.read') AND {OF_HOUSEHOLD})", grant="SELECT, INSERT, UPDATE"),
        protected("registry_draft", "user_id::text = sinergi_actor()"),
        protected("registry_columnmapping", "agency_id = sinergi_agency()"),
        protected("registry_batch", "agency_id = sinergi_agency() AND sinergi_right('batch.read')"),
        protected("registry_batchrow", "EXISTS (SELECT 1 FROM registry_batch b WHERE b.id = batch_id) "
                  f"OR (sinergi_national('request.read') AND {OF_PERSON})"),
        sql(SEARCH, *FOLLOWS, f"CREATE POLICY finder ON registry_personsearch FOR SELECT TO {finder_role()} USING (sinergi_actor() <> '');",
            f"GRANT SELECT ON registry_personsearch TO {finder_role()};"),
        sql(PASSING, while_verb("registry_draft", "user.leave"), *(while_verb(f"registry_{name}", "agency.leave")
                                                                   for name in ("access", "consent", "household", "person"))),
        # Whoever serves a person sees who was shown him; the auditor's own policy stands beside it.
        sql("CREATE POLICY of_served_persons ON kernel_auditentry FOR SELECT USING (sinergi_right('person.read') AND EXISTS "
            "(SELECT 1 FROM registry_person p WHERE p.id = ANY (persons)));"),
    ]
