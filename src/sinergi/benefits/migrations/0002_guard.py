"""Who sees benefits, who may bring one into being, and what is known to all: that a need is helped, and until when."""
from django.db import migrations

from sinergi.kernel.guard import app_role, protected, sql

BIRTH = "current_setting('sinergi.verb', true) IN ('entitlement.award', 'award_list.load')"
CHECKED = ("current_setting('sinergi.verb', true) IN ('entitlement.award', 'award_list.load', 'award_list.check', 'override.ask', 'override.approve')")
PLATFORM = "sinergi_national('entitlement.read') AND sinergi_actor() LIKE 'command:%'"
OF_PERSON = "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"
OWN = "(agency_id = sinergi_agency() AND sinergi_right('entitlement.read'))"
SEEN = f"""{OWN} OR sinergi_national('overlap.read') OR ({PLATFORM}) OR (NOT discreet AND sinergi_right('entitlement.read')
  AND EXISTS (SELECT 1 FROM benefits_beneficiary b WHERE b.entitlement_id = benefits_entitlement.id))
  OR (sinergi_national('request.read') AND {OF_PERSON})"""
# Rights that no action stands for are the only ones PostgreSQL is told of (kernel.acting.told).
# Whoever removes a person nobody has worked on asks these tables too (a list undone): the right is there, and no row ever goes by it.
OVERRIDE = f"(agency_id = sinergi_agency() AND sinergi_right('entitlement.read')) OR sinergi_national('overlap.read') OR ({PLATFORM})"
TODAY = "(now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date"  # current_date would be the day in the connection's zone
RUNNING = f"e.state = 'active' OR (e.state = 'ended' AND e.ended_on >= {TODAY})"

FUNCTIONS = f"""
CREATE POLICY by_owner ON benefits_entitlement FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY by_owner ON benefits_beneficiary FOR SELECT TO CURRENT_USER USING (true);
-- All that persons hold, for the check inside the few verbs that must know it; nobody is shown its rows.
CREATE FUNCTION sinergi_holdings(who uuid[]) RETURNS TABLE (id uuid, programme text, need text, from_on date, last_on date, amount numeric, pay text,
  source text, agency text, discreet boolean, reaches uuid[]) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.id, e.programme, e.need, e.from_on, coalesce(e.ended_on, e.to_on), e.amount, e.pay, e.source, e.agency_id, e.discreet,
    ARRAY(SELECT b.person_id FROM benefits_beneficiary b WHERE b.entitlement_id = e.id)
  FROM benefits_entitlement e WHERE {CHECKED} AND e.state <> 'undone'
    AND e.id IN (SELECT b.entitlement_id FROM benefits_beneficiary b WHERE b.person_id = ANY (who)) $$;
-- What every partner may know of a person: which need is helped today, and until when.
CREATE FUNCTION sinergi_helped(who uuid) RETURNS TABLE (need text, until date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.need, CASE WHEN bool_or(coalesce(e.ended_on, e.to_on) IS NULL) THEN NULL ELSE max(coalesce(e.ended_on, e.to_on)) END
  FROM benefits_entitlement e JOIN benefits_beneficiary b ON b.entitlement_id = e.id AND b.person_id = who
  WHERE sinergi_right('entitlement.read') AND ({RUNNING}) AND e.from_on <= {TODAY}
    AND (e.to_on IS NULL OR e.to_on >= {TODAY}) GROUP BY e.need $$;
REVOKE ALL ON FUNCTION sinergi_holdings(uuid[]), sinergi_helped(uuid) FROM public;
"""
# A partner that leaves hands on what it gives; whoever runs that verb sees no person by it.
PASSING = """
CREATE FUNCTION sinergi_pass_entitlements(leaving text, successor text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE moved int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'agency.leave' THEN RAISE EXCEPTION 'outside agency.leave' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE benefits_entitlement SET agency_id = successor WHERE agency_id = leaving AND state = 'active';
  GET DIAGNOSTICS moved = ROW_COUNT;
  UPDATE benefits_override SET agency_id = successor WHERE agency_id = leaving AND state IN ('asked', 'approved');
  RETURN moved;
END $$;
"""
LEAVING = "current_setting('sinergi.verb', true) = 'agency.leave'"


class Migration(migrations.Migration):
    """The guard of benefits."""

    dependencies = [("benefits", "0001_initial"), ("registry", "0010_opened")]
    operations = [
        protected("benefits_beneficiary", f"{OF_PERSON} OR sinergi_national('overlap.read') OR ({PLATFORM})", writable=BIRTH, grant="SELECT, INSERT, DELETE"),
        protected("benefits_entitlement", SEEN, writable=f"{OWN} OR ({PLATFORM}) OR (sinergi_national('request.read') AND {OF_PERSON})"),
        sql(f"CREATE POLICY born_by_award ON benefits_entitlement AS RESTRICTIVE FOR INSERT WITH CHECK ({BIRTH});"),
        protected("benefits_lock", "EXISTS (SELECT 1 FROM benefits_entitlement e WHERE e.id = entitlement_id)", grant="SELECT, INSERT, UPDATE, DELETE"),
        sql(f"CREATE POLICY born_by_award ON benefits_lock AS RESTRICTIVE FOR INSERT WITH CHECK ({BIRTH});"),
        protected("benefits_override", OVERRIDE, grant="SELECT, INSERT, UPDATE, DELETE"),
        sql(*(f"CREATE POLICY kept ON {table} AS RESTRICTIVE FOR DELETE USING (false);" for table in ("benefits_beneficiary", "benefits_override"))),
        sql(FUNCTIONS, f"GRANT EXECUTE ON FUNCTION sinergi_holdings(uuid[]), sinergi_helped(uuid) TO {app_role()};"),
        sql(PASSING, *(f"CREATE POLICY passing ON {table} TO CURRENT_USER USING ({LEAVING}) WITH CHECK ({LEAVING});"
                       for table in ("benefits_entitlement", "benefits_override")),
            f"GRANT EXECUTE ON FUNCTION sinergi_pass_entitlements(text, text) TO {app_role()};"),
    ]


