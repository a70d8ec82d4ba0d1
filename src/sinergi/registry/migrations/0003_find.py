"""How the finder looks: a function of the owner, because row security keeps array operators (they are not leakproof) away from their indexes.

Without an actor it gives nothing, as the table's own policy does. A name is looked up together with one more fact, so each of its words is
indexed together with the year of birth and with the last four digits of each number: even the commonest word meets few people.
"""
from django.db import migrations

from sinergi.kernel.guard import finder_role, sql

COLUMNS = "person_id, name, birth_date, birth_year, identifiers, phones, state, agency, standing"
# fastupdate off: a list of rows waiting to be indexed would be read through by every search.
PAIRS = """
CREATE FUNCTION sinergi_pairs(tokens text[], born int, tails text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS
  $$ SELECT ARRAY(SELECT t || ':' || born FROM unnest(tokens) t WHERE born IS NOT NULL
                  UNION SELECT t || '#' || e FROM unnest(tokens) t, unnest(tails) e) $$;
ALTER TABLE registry_personsearch ADD COLUMN pairs text[] NOT NULL GENERATED ALWAYS AS (sinergi_pairs(name_tokens, birth_year, tails)) STORED;
DROP INDEX search_tokens;
DROP INDEX search_birth;
CREATE INDEX search_pairs ON registry_personsearch USING gin (pairs) WITH (fastupdate = off);
ALTER INDEX search_identifiers SET (fastupdate = off);
ALTER INDEX search_phones SET (fastupdate = off);
"""
FIND = f"""
CREATE FUNCTION sinergi_find(typed_numbers text[], typed_phones text[], typed_tokens text[], typed_year int, typed_tail text, most int)
RETURNS TABLE (person_id uuid, name text, birth_date date, birth_year int, identifiers text[], phones text[], state text, agency text, standing text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
  SELECT {COLUMNS} FROM (
    (SELECT s.* FROM registry_personsearch s WHERE s.identifiers && typed_numbers LIMIT most)
    UNION ALL (SELECT s.* FROM registry_personsearch s WHERE s.phones && typed_phones LIMIT most)
    UNION ALL (SELECT s.* FROM registry_personsearch s WHERE s.pairs && sinergi_pairs(typed_tokens, typed_year, ARRAY[typed_tail])
      ORDER BY cardinality(ARRAY(SELECT unnest(s.name_tokens) INTERSECT SELECT unnest(typed_tokens))) DESC LIMIT most)
  ) found WHERE sinergi_actor() <> '';
$$;
REVOKE ALL ON FUNCTION sinergi_find(text[], text[], text[], int, text, int) FROM public;
"""


class Migration(migrations.Migration):
    """The finder's function."""

    dependencies = [("registry", "0002_guard")]
    operations = [sql(PAIRS, FIND, f"GRANT EXECUTE ON FUNCTION sinergi_find(text[], text[], text[], int, text, int) TO {finder_role()};")]
