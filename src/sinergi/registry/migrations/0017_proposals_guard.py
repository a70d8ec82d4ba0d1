"""What PostgreSQL holds of proposed households: doors and phones as numbers that may meet, never a hidden one; both people seen, or nothing."""
from django.db import migrations

from sinergi.kernel.guard import app_role, sql

# One number for one door: postcode, its numbers, and the beginning of its longest telling word. It only brings people together to be looked at;
# core.linkage.together decides. Null for hidden addresses and for those without postcode or number.
DOORS = r"""
CREATE FUNCTION sinergi_door(lines text, postcode text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN postcode <> '' AND numbers <> '' AND word <> '' THEN hashtextextended(postcode || '|' || numbers || '|' || word, 0) END FROM (
    SELECT string_agg(w, ' ' ORDER BY w COLLATE "C") FILTER (WHERE w ~ '[0-9]' AND w <> postcode) AS numbers,
      (array_agg(left(w, 4) ORDER BY length(w) DESC, w COLLATE "C") FILTER (WHERE w !~ '[0-9]' AND w <> '' AND w <> ALL
        ('{NO,LOT,UNIT,BLOK,BLOCK,TINGKAT,JALAN,JLN,LORONG,LRG,KAMPUNG,KG,KPG,TAMAN,TMN,BANDAR,BDR,RUMAH,FLAT,PPR,PANGSAPURI}')))[1] AS word
    FROM regexp_split_to_table(upper(lines), '[^A-Z0-9]+') w) parts $$;
ALTER TABLE registry_address ADD COLUMN door bigint
  GENERATED ALWAYS AS (CASE WHEN NOT hidden THEN sinergi_door(lines, postcode) END) STORED;
CREATE INDEX address_door ON registry_address (door) WHERE to_on IS NULL AND door IS NOT NULL;
ALTER TABLE registry_contactpoint ADD COLUMN line bigint
  GENERATED ALWAYS AS (CASE WHEN kind = 'phone' AND NOT hidden THEN hashtextextended(value, 0) END) STORED;
CREATE INDEX contact_line ON registry_contactpoint (line) WHERE ended_at IS NULL AND line IS NOT NULL;
"""
# Who hides his address, was forgotten or became another is in no proposal; and a proposal of which one sees a single person tells nothing.
SEEN = """EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id AND NOT p.safe_address AND p.merged_into_id IS NULL AND p.erased_at IS NULL)"""
GUARD = f"""
ALTER POLICY by_context ON registry_proposalmember USING (sinergi_actor() <> '' AND {SEEN}) WITH CHECK (sinergi_actor() <> '' AND {SEEN});
ALTER POLICY by_context ON registry_householdproposal
  USING (sinergi_actor() <> '' AND sinergi_right('person.read')
         AND (SELECT count(*) FROM registry_proposalmember m WHERE m.proposal_id = registry_householdproposal.id) > 1)
  WITH CHECK (sinergi_actor() <> '' AND sinergi_right('person.read'));
"""


class Migration(migrations.Migration):
    """The guard of proposals."""

    dependencies = [("registry", "0016_finding")]
    operations = [sql(DOORS, f"GRANT EXECUTE ON FUNCTION sinergi_door(text, text) TO {app_role()};", GUARD)]
