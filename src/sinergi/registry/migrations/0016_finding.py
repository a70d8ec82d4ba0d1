"""How the finder looks: hashed keys of every living name, number and phone of a person in one array, and the words of all names beside them.

A key is 63 bits of an md5 (`sinergi_key`; core.linkage.finding makes the same from what is typed). Of each word of a name there is one key; two
words together, or a word with a year of birth, are the exclusive or of theirs, so that even the commonest word meets few people. `name_key` is
what the registry's actions keep; a merged person's names, numbers and phones stand with his survivor.

`registry_nameword` holds each word once, with every form that one letter less makes of it: a mistyped word meets it. How many bear it is counted
nightly. It has no unique index, for that would make one registration wait for another; what stands twice goes with the next count. The empty word counts everybody.
"""
from typing import Any

from django.db import migrations

from sinergi.core.linkage.names import name_key
from sinergi.kernel.guard import app_role, finder_role, sql

MOST_WORDS = 8
TABLE = """
DROP FUNCTION sinergi_find(text[], text[], text[], int, text, int);
ALTER TABLE registry_personsearch DROP COLUMN pairs, DROP COLUMN name_tokens, DROP COLUMN tails, DROP COLUMN identifiers, DROP COLUMN birth_year,
  ADD COLUMN other_names text[], ADD COLUMN numbers text[] NOT NULL DEFAULT '{}', ADD COLUMN keys bigint[] NOT NULL DEFAULT '{}';
DROP FUNCTION sinergi_pairs(text[], int, text[]);
DROP INDEX search_phones;
CREATE INDEX search_keys ON registry_personsearch USING gin (keys) WITH (fastupdate = off);
"""
KEYS = f"""
CREATE FUNCTION sinergi_key(said text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
  $$ SELECT ('x' || left(md5(said), 16))::bit(64)::bigint & 9223372036854775807 $$;
CREATE FUNCTION sinergi_name_keys(name_key text, born int) RETURNS SETOF bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH words AS (SELECT sinergi_key('w ' || w) AS k, n FROM unnest(string_to_array(name_key, ' ')) WITH ORDINALITY AS t (w, n) WHERE n <= {MOST_WORDS})
  SELECT sinergi_key('f ' || name_key) WHERE name_key <> '' UNION ALL SELECT k FROM words
  UNION ALL SELECT k # sinergi_key('y ' || born) FROM words WHERE born IS NOT NULL
  UNION ALL SELECT a.k # b.k FROM words a JOIN words b ON a.n < b.n
$$;
CREATE FUNCTION sinergi_slips(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT array_agg(DISTINCT left(word, i - 1) || substr(word, i + 1)) || word FROM generate_series(1, length(word)) i
$$;
CREATE FUNCTION sinergi_skeleton(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
  $$ SELECT left(word, 1) || translate(substr(word, 2), 'AIUHW', '') $$;
"""
WORDS = """
CREATE TABLE registry_nameword (word text COLLATE "C" NOT NULL, people int NOT NULL DEFAULT 0,
  slips text[] NOT NULL GENERATED ALWAYS AS (sinergi_slips(word)) STORED);
CREATE INDEX nameword_word ON registry_nameword (word);
CREATE INDEX nameword_skeleton ON registry_nameword (sinergi_skeleton(word));
CREATE INDEX nameword_slips ON registry_nameword USING gin (slips) WITH (fastupdate = off);
ALTER TABLE registry_nameword ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_nameword FORCE ROW LEVEL SECURITY;
CREATE POLICY by_context ON registry_nameword USING (false);
CREATE POLICY written_by_trigger ON registry_nameword TO CURRENT_USER USING (true) WITH CHECK (true);
"""
# A person's row: his own name and those of whom he was merged with, or as agencies wrote them (`name_key` in the payload of a record of his).
REFRESH = """
CREATE FUNCTION sinergi_all_of(who uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE all_of AS (SELECT who AS id UNION SELECT p.id FROM registry_person p JOIN all_of a ON p.merged_into_id = a.id)
  SELECT array_agg(id) FROM all_of
$$;
CREATE FUNCTION sinergi_search_rows(who uuid[]) RETURNS SETOF registry_personsearch LANGUAGE sql STABLE AS $$
  SELECT p.id, p.name, p.name_key, p.birth_date, borne.phones, CASE WHEN p.safe_address THEN '' ELSE p.state END, p.registered_by_id, p.standing,
    named.others, borne.numbers, ARRAY(SELECT k FROM unnest(named.keys) k UNION SELECT sinergi_key('d ' || p.birth_date) WHERE p.birth_date IS NOT NULL
      UNION SELECT sinergi_key(x) FROM unnest(borne.numbers) n, LATERAL (VALUES ('n ' || split_part(n, ':', 3)), ('t ' || right(n, 4))) v (x)
      UNION SELECT sinergi_key('p ' || right(c, 9)) FROM unnest(borne.phones) c)
  FROM registry_person p
    CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (SELECT 1 FROM registry_person m WHERE m.merged_into_id = p.id) THEN sinergi_all_of(p.id)
      ELSE ARRAY[p.id] END AS ids) everybody
    CROSS JOIN LATERAL (SELECT ARRAY(SELECT i.kind || ':' || i.country || ':' || i.value FROM registry_identifier i
        WHERE i.person_id = ANY (everybody.ids) AND i.ended_at IS NULL ORDER BY i.id) AS numbers,
      ARRAY(SELECT DISTINCT c.value::text FROM registry_contactpoint c
        WHERE c.person_id = ANY (everybody.ids) AND c.kind = 'phone' AND NOT c.hidden AND c.ended_at IS NULL) AS phones) borne
    CROSS JOIN LATERAL (SELECT array_agg(DISTINCT v.name) FILTER (WHERE v.name <> p.name) AS others, array_agg(DISTINCT k) AS keys FROM (
        SELECT m.name::text, m.name_key::text, m.birth_date FROM registry_person m WHERE m.id = ANY (everybody.ids) AND m.erased_at IS NULL
        UNION SELECT s.payload ->> 'name', s.payload ->> 'name_key', p.birth_date FROM registry_belonging b JOIN registry_sourcerecord s ON s.id = b.record_id
          WHERE b.person_id = ANY (everybody.ids) AND b.to_at IS NULL AND s.payload ->> 'name_key' <> p.name_key) v
      LEFT JOIN LATERAL sinergi_name_keys(v.name_key, extract(year FROM v.birth_date)::int) k ON true) named
  WHERE p.id = ANY (who) AND p.merged_into_id IS NULL AND p.erased_at IS NULL
$$;
CREATE OR REPLACE FUNCTION sinergi_refresh_search(who uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_seqscan = off AS $$
DECLARE living uuid[] := ARRAY(SELECT id FROM registry_person WHERE id = ANY (who) AND merged_into_id IS NULL UNION
  SELECT sinergi_survivor(id) FROM registry_person WHERE id = ANY (who) AND merged_into_id IS NOT NULL);
BEGIN
  INSERT INTO registry_personsearch SELECT * FROM sinergi_search_rows(living)
  ON CONFLICT (person_id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, birth_date = excluded.birth_date, phones = excluded.phones,
    state = excluded.state, agency = excluded.agency, standing = excluded.standing, other_names = excluded.other_names,
    numbers = excluded.numbers, keys = excluded.keys;
  DELETE FROM registry_personsearch s USING registry_person p
    WHERE s.person_id = ANY (who) AND p.id = s.person_id AND (p.merged_into_id IS NOT NULL OR p.erased_at IS NOT NULL);
  INSERT INTO registry_nameword (word) SELECT DISTINCT w FROM registry_personsearch s, unnest(string_to_array(s.name_key, ' ')) w
    WHERE s.person_id = ANY (living) AND NOT EXISTS (SELECT 1 FROM registry_nameword n WHERE n.word = w);
END $$;
REVOKE ALL ON FUNCTION sinergi_all_of(uuid), sinergi_search_rows(uuid[]) FROM public;
CREATE FUNCTION sinergi_search_persons_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ BEGIN PERFORM sinergi_refresh_search(ARRAY(SELECT id FROM fresh UNION SELECT merged_into_id FROM gone WHERE merged_into_id IS NOT NULL)); RETURN NULL; END $$;
DROP TRIGGER search_follows_UPDATE ON registry_person;
CREATE TRIGGER search_follows_update AFTER UPDATE ON registry_person REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION sinergi_search_persons_changed();
-- A record matters here when it brings another name than the person's own.
CREATE FUNCTION sinergi_search_belongings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ BEGIN PERFORM sinergi_refresh_search(ARRAY(SELECT f.person_id FROM fresh f JOIN registry_sourcerecord s ON s.id = f.record_id
       JOIN registry_person p ON p.id = f.person_id WHERE s.payload ->> 'name_key' <> p.name_key)); RETURN NULL; END $$;
CREATE TRIGGER search_follows_insert AFTER INSERT ON registry_belonging REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION sinergi_search_belongings();
CREATE TRIGGER search_follows_update AFTER UPDATE ON registry_belonging REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION sinergi_search_belongings();
CREATE FUNCTION sinergi_search_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ BEGIN PERFORM sinergi_refresh_search(ARRAY(SELECT b.person_id FROM registry_belonging b JOIN fresh f ON f.id = b.record_id WHERE b.to_at IS NULL));
     RETURN NULL; END $$;
CREATE TRIGGER search_follows_update AFTER UPDATE ON registry_sourcerecord REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION sinergi_search_records();
"""
# These functions run as the owner, whom forced row security binds too: they read what is written while an action runs.
READS = "CREATE POLICY finding ON {} FOR SELECT TO CURRENT_USER USING (coalesce(current_setting('sinergi.verb', true), '') <> '');"
READ = ("registry_identifier", "registry_sourcerecord", "registry_belonging")
# A branch is a key, or two that must both be there; each gives at most `most` rows, in the order of the branches, all together at most ROWS.
ROWS = 500
FIND = f"""
CREATE FUNCTION sinergi_near_words(typed text[], exact text[], begun text) RETURNS TABLE (meant text, word text, people int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF sinergi_actor() = '' THEN RETURN; END IF;
  RETURN QUERY
    SELECT t, f.word::text, f.people FROM unnest(typed) t, LATERAL (
      (SELECT n.word, n.people FROM registry_nameword n WHERE length(t) > 2 AND n.slips && sinergi_slips(t) ORDER BY n.people DESC LIMIT 40)
      UNION (SELECT n.word, n.people FROM registry_nameword n WHERE sinergi_skeleton(n.word) = sinergi_skeleton(t) ORDER BY n.people DESC LIMIT 8)
      UNION (SELECT n.word, n.people FROM registry_nameword n WHERE (t = begun OR length(t) = 1) AND n.word >= t AND n.word < t || '[' ORDER BY n.people DESC LIMIT 12)) f
    UNION ALL SELECT t, t, max(n.people) FROM unnest(exact || typed || ARRAY['']) t JOIN registry_nameword n ON n.word = t GROUP BY t;
END $$;
CREATE FUNCTION sinergi_find(one_of bigint[], firsts bigint[], seconds bigint[], mosts int[])
RETURNS TABLE (branch int, person_id uuid, name text, other_names text[], name_key text, birth_date date, numbers text[], phones text[],
  state text, agency text, standing text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF sinergi_actor() = '' THEN RETURN; END IF;
  RETURN QUERY
    SELECT f.n, f.person_id, f.name, f.other_names, f.name_key, f.birth_date, f.numbers, f.phones, f.state, f.agency, f.standing FROM (
      SELECT 0 AS n, s.* FROM registry_personsearch s WHERE s.keys && one_of AND cardinality(one_of) > 0
      UNION ALL (SELECT b.n::int, s.* FROM unnest(firsts, seconds, mosts) WITH ORDINALITY AS b (first, second, most, n), LATERAL (
        SELECT * FROM registry_personsearch r WHERE r.keys @> CASE WHEN b.second = 0 THEN ARRAY[b.first] ELSE ARRAY[b.first, b.second] END LIMIT b.most) s
        LIMIT {ROWS})
    ) f;
END $$;
"""
COUNT = """
CREATE FUNCTION sinergi_count_words() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE words int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'search.count' THEN RAISE EXCEPTION 'outside search.count' USING ERRCODE = 'insufficient_privilege'; END IF;
  DELETE FROM registry_nameword;
  INSERT INTO registry_nameword (word, people) SELECT w, count(*) FROM registry_personsearch s, unnest(string_to_array(s.name_key, ' ')) w GROUP BY w
    UNION ALL SELECT '', count(*) FROM registry_personsearch;
  GET DIAGNOSTICS words = ROW_COUNT;
  RETURN words;
END $$;
"""
# Searches of each user by the hour, and how many of them he settled by opening or registering somebody. Whoever looks through many and settles
# nothing is told to his agency's administrators (`search.alarm`).
PACE = """
CREATE TABLE registry_searchcount (actor text NOT NULL, agency text NOT NULL, hour timestamptz NOT NULL, searches int NOT NULL DEFAULT 0,
  settled int NOT NULL DEFAULT 0, alarmed_at timestamptz, PRIMARY KEY (actor, hour));
ALTER TABLE registry_searchcount ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_searchcount FORCE ROW LEVEL SECURITY;
CREATE POLICY by_context ON registry_searchcount USING (sinergi_actor() <> '' AND actor = sinergi_actor());
CREATE POLICY written_by_functions ON registry_searchcount TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION sinergi_count_search(more int, done int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE counted int := 0;
BEGIN
  IF sinergi_actor() = '' THEN RETURN 0; END IF;
  INSERT INTO registry_searchcount AS c (actor, agency, hour, searches, settled)
    VALUES (sinergi_actor(), sinergi_agency(), date_trunc('hour', now()), more, done)
    ON CONFLICT (actor, hour) DO UPDATE SET searches = c.searches + more, settled = c.settled + done RETURNING searches INTO counted;
  RETURN counted;
END $$;
CREATE FUNCTION sinergi_walkers(enough int, moment timestamptz) RETURNS TABLE (actor text, agency text, searches int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'search.alarm' THEN RAISE EXCEPTION 'outside search.alarm' USING ERRCODE = 'insufficient_privilege'; END IF;
  DELETE FROM registry_searchcount c WHERE c.hour < moment - interval '90 days';
  RETURN QUERY UPDATE registry_searchcount c SET alarmed_at = moment WHERE c.searches >= enough AND c.settled = 0 AND c.alarmed_at IS NULL
    RETURNING c.actor, c.agency, c.searches;
END $$;
"""
# A pair that looks alike needs the records of both, though one of them may be another agency's.
SUSPECT = """
CREATE FUNCTION sinergi_latest_record(who uuid) RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'identity.suspect' THEN RAISE EXCEPTION 'outside identity.suspect' USING ERRCODE = 'insufficient_privilege'; END IF;
  RETURN (SELECT b.record_id FROM registry_belonging b WHERE b.person_id = who AND b.to_at IS NULL ORDER BY b.id DESC LIMIT 1);
END $$;
"""
COUNTERS = ("sinergi_latest_record(uuid)", "sinergi_count_words()", "sinergi_count_search(int, int)", "sinergi_walkers(int, timestamptz)")
FINDERS = ("sinergi_near_words(text[], text[], text)", "sinergi_find(bigint[], bigint[], bigint[], int[])")
AT_ONCE = 5000


def rekey(apps: Any, editor: Any) -> None:
    """Names are read otherwise than before: whoever is there gets the key that the same name gets today, and his row in the search table."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sinergi.actor', 'command:migrate', true), set_config('sinergi.verb', 'search.count', true)")
        cursor.execute("CREATE POLICY rekeying ON registry_person TO CURRENT_USER USING (true) WITH CHECK (true)")
        cursor.execute("SELECT id, name FROM registry_person WHERE erased_at IS NULL ORDER BY id")
        people = cursor.fetchall()
        for begin in range(0, len(people), AT_ONCE):
            some = people[begin : begin + AT_ONCE]
            cursor.execute("UPDATE registry_person p SET name_key = n.key FROM unnest(%s::uuid[], %s::text[]) AS n (id, key) WHERE p.id = n.id",
                           [[who for who, _ in some], [name_key(name)[:200] for _, name in some]])
        cursor.execute("DROP POLICY rekeying ON registry_person")
        cursor.execute("SELECT set_config('sinergi.actor', '', true), set_config('sinergi.verb', '', true)")


class Migration(migrations.Migration):
    """The search table by hashed keys."""

    dependencies = [("registry", "0015_review_guard")]
    operations = [
        sql(KEYS, TABLE, WORDS, f"GRANT SELECT ON registry_nameword TO {app_role()};", REFRESH, *(READS.format(table) for table in READ), FIND, COUNT,
            PACE, SUSPECT, f"GRANT SELECT ON registry_searchcount TO {app_role()};",
            *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in COUNTERS),
            *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {finder_role()};" for f in FINDERS)),
        migrations.RunPython(rekey, migrations.RunPython.noop),
    ]
