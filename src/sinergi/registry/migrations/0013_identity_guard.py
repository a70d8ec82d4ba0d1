"""Who sees source records, belongings and decisions; and what PostgreSQL itself refuses, whichever way a decision comes.

One person a record at any instant; records and decisions are never edited. A decision that joins two persons is weighed when it is written: two
records that somebody called different, more than ten records, benefits that run, the dead, and a certificate that does not hold stand in its way.
The refusals carry SQLSTATE SN001 and a code of the catalogue, which the actions hand on as Refused.

While persons are one, who may open any of them may open all: the small table `registry_bearer` (merged person -> survivor, written by trigger)
tells row security so, and by it the opening ends with the merge.
"""
from django.db import migrations

from sinergi.kernel.guard import app_role, append_only, open_table, protected, sql

OF_PERSON = "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"
OF_PERSONS = "EXISTS (SELECT 1 FROM registry_person p WHERE p.id IN (person_id, other_id))"
OF_RECORDS = "EXISTS (SELECT 1 FROM registry_sourcerecord s WHERE s.id IN (first_id, second_id))"
# Whoever reads persons of his agency, and the platform's own hand in a run of linkage.
OWN = ("(agency_id = sinergi_agency() AND (sinergi_right('person.read') OR sinergi_right('linkage.apply') OR sinergi_right('linkage.undo')"
       " OR sinergi_right('linkage.refresh') OR sinergi_right('identity.review')))")
REVIEWER = "sinergi_national('identity.review')"
TAKING_BACK = "current_setting('sinergi.verb', true) IN ('batch.undo', 'linkage.undo')"

BEARER = """
CREATE TABLE registry_bearer (
  person_id uuid PRIMARY KEY REFERENCES registry_person (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, survivor_id uuid NOT NULL);
CREATE INDEX bearer_survivor ON registry_bearer (survivor_id);
CREATE FUNCTION sinergi_bearers_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE root uuid;
BEGIN
  WITH RECURSIVE up AS (SELECT id, merged_into_id FROM registry_person WHERE id = NEW.id
    UNION SELECT p.id, p.merged_into_id FROM registry_person p JOIN up ON p.id = up.merged_into_id)
  SELECT id INTO root FROM up WHERE merged_into_id IS NULL;
  WITH RECURSIVE down AS (SELECT NEW.id AS id UNION SELECT p.id FROM registry_person p JOIN down ON p.merged_into_id = down.id)
  INSERT INTO registry_bearer (person_id, survivor_id) SELECT id, root FROM down WHERE id <> root
    ON CONFLICT (person_id) DO UPDATE SET survivor_id = excluded.survivor_id;
  DELETE FROM registry_bearer WHERE person_id = root;
  RETURN NULL;
END $$;
CREATE TRIGGER bearers_follow AFTER UPDATE OF merged_into_id ON registry_person FOR EACH ROW
  WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id) EXECUTE FUNCTION sinergi_bearers_follow();
-- All ids that stand for the same person as these, these included.
CREATE FUNCTION sinergi_bearers(who uuid[]) RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(DISTINCT found.id) FROM (
    SELECT unnest(who) AS id
    UNION SELECT b.survivor_id FROM registry_bearer b WHERE b.person_id = ANY (who)
    UNION SELECT o.person_id FROM registry_bearer o WHERE o.survivor_id = ANY (who)
      OR o.survivor_id IN (SELECT b.survivor_id FROM registry_bearer b WHERE b.person_id = ANY (who))) found
$$;
"""
# Of a merged person: is any other of those who are one with him open to the actor? Asked only of persons who are not open by themselves.
OPENED = """
CREATE FUNCTION sinergi_open_beside(who uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM registry_person p WHERE p.id = ANY (sinergi_bearers(ARRAY[who])) AND p.id <> who AND sinergi_in_states(p.state)
    AND (p.registered_by_id = sinergi_agency() OR sinergi_opened(p.id)));
END $$;
CREATE FUNCTION sinergi_opened_by_merge(who uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM registry_bearer b WHERE b.person_id = who OR b.survivor_id = who) THEN RETURN false; END IF;
  RETURN sinergi_open_beside(who);
END $$;
-- Who reviews identity for the nation may work on any person while such a verb runs; no page shows him one by it.
CREATE FUNCTION sinergi_identity_work() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('sinergi.verb', true), '') LIKE 'identity.%' AND sinergi_national('identity.review') $$;
"""
SERVED = ("sinergi_actor() <> '' AND sinergi_right('person.read') AND ((sinergi_in_states(state) AND (registered_by_id = sinergi_agency() "
          "OR sinergi_opened(id))) OR sinergi_opened_by_merge(id))")
WORKED_ON = ("registry_person", "registry_identifier", "registry_contactpoint", "registry_address", "registry_safereader")

VETOES = """
CREATE FUNCTION sinergi_veto(code text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', code USING ERRCODE = 'SN001'; END $$;
CREATE FUNCTION sinergi_benefits_run(who uuid[]) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF to_regclass('benefits_entitlement') IS NULL THEN RETURN false; END IF;
  RETURN EXISTS (SELECT 1 FROM benefits_entitlement e JOIN benefits_beneficiary b ON b.entitlement_id = e.id
    WHERE b.person_id = ANY (sinergi_bearers(who)) AND e.state = 'active'
      AND (e.to_on IS NULL OR e.to_on >= (now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date));
END $$;
-- Records by the agency's own key: versions of one count once.
CREATE FUNCTION sinergi_record_count(who uuid[]) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(DISTINCT (s.agency_id, s.key)) FROM registry_belonging b JOIN registry_sourcerecord s ON s.id = b.record_id
   WHERE b.person_id = ANY (who) AND b.to_at IS NULL $$;
CREATE FUNCTION sinergi_kept_apart(one uuid, other uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM registry_belonging a JOIN registry_cannotlink c ON c.lifted_by_id IS NULL AND a.record_id IN (c.first_id, c.second_id)
    JOIN registry_belonging b ON b.record_id = CASE WHEN c.first_id = a.record_id THEN c.second_id ELSE c.first_id END
   WHERE a.person_id = one AND b.person_id = other AND a.to_at IS NULL AND b.to_at IS NULL) $$;
-- Two logins stand behind it: one asked and another approved, or two reviewers found the pair to be the same.
CREATE FUNCTION sinergi_two_agree(d registry_identitydecision) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM registry_approval a WHERE a.id::text = d.evidence ->> 'approval' AND a.state = 'approved' AND a.decided_by <> a.asked_by
      AND ((a.person_id = d.person_id AND a.other_id = d.other_id) OR a.undoes_id = d.undoes_id))
    OR (SELECT count(DISTINCT r.by) FROM registry_reviewanswer r JOIN registry_candidate c ON c.id = r.candidate_id
      LEFT JOIN registry_belonging one ON one.record_id = c.first_id AND one.to_at IS NULL
      LEFT JOIN registry_belonging two ON two.record_id = c.second_id AND two.to_at IS NULL
      WHERE c.id::text = d.evidence ->> 'candidate' AND r.answer = 'same' AND r.undone_at IS NULL
        AND ((one.person_id, two.person_id) IN ((d.person_id, d.other_id), (d.other_id, d.person_id))
          OR (d.other_id IS NULL AND d.person_id IN (one.person_id, two.person_id)))) >= 2 $$;
CREATE FUNCTION sinergi_is_dead(who uuid[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM registry_person p WHERE p.id = ANY (sinergi_bearers(who)) AND p.died_on IS NOT NULL) $$;
-- The first thing that stands in the way of joining two persons, '' without one. What only `cannot_link` forbids for ever, two logins may do.
CREATE FUNCTION sinergi_join_veto(one uuid, other uuid, agreed boolean) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF sinergi_kept_apart(one, other) THEN RETURN 'identity.cannot_link'; END IF;
  IF agreed THEN RETURN ''; END IF;
  IF sinergi_is_dead(ARRAY[one, other]) THEN RETURN 'identity.dead'; END IF;
  IF sinergi_record_count(ARRAY[one, other]) > 10 THEN RETURN 'identity.too_many_records'; END IF;
  IF sinergi_benefits_run(ARRAY[one, other]) THEN RETURN 'identity.benefits_run'; END IF;
  RETURN '';
END $$;
-- What a pair's six levels bar from being linked by a model alone, as core/linkage/vetoes.py has it ('' for none); without levels nothing is linked.
CREATE FUNCTION sinergi_level_veto(levels jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE name int; father int; number int; sex int;
BEGIN
  IF jsonb_typeof(levels) IS DISTINCT FROM 'array' OR jsonb_array_length(levels) <> 6 THEN RETURN 'identity.vetoed'; END IF;
  SELECT levels ->> 0, levels ->> 1, levels ->> 2, levels ->> 3 INTO name, father, number, sex;
  RETURN CASE WHEN number = 1 AND name >= 10 THEN 'identity.number_without_name'
    WHEN number = 3 AND (father = 1 OR name >= 8) THEN 'identity.twin_pattern'
    WHEN father = 4 THEN 'identity.father_son_swap'
    WHEN number = 1 AND sex = 2 THEN 'identity.sex_contradicts' ELSE '' END;
END $$;
-- Which pairs of sources a decision is of, by its run: the run is at work, with this model, for this agency, and joins what such a run joins.
CREATE FUNCTION sinergi_sources_of(d registry_identitydecision) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE r.kind WHEN 'register' THEN 'register' ELSE 'list:' || r.agency_id END FROM registry_linkagerun r
   WHERE r.id = d.run_id AND r.model_id = d.model_id AND r.state = 'applying' AND r.agency_id = d.agency_id AND (r.kind = 'list') = (d.other_id IS NULL) $$;
-- What stands in the way of a link that no human made.
CREATE FUNCTION sinergi_auto_veto(d registry_identitydecision) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE promise registry_certificate;
BEGIN
  SELECT * INTO promise FROM registry_certificate c WHERE c.id::text = d.evidence ->> 'certificate' AND c.model_id = d.model_id
    AND c.sources = sinergi_sources_of(d);
  IF promise.id IS NULL OR promise.state <> 'valid' OR promise.suspended_at IS NOT NULL
      OR NOT daterange(promise.from_on, promise.to_on, '[]') @> (now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date THEN RETURN 'identity.no_certificate'; END IF;
  IF d.bits IS NULL OR d.bits < promise.threshold THEN RETURN 'identity.below_threshold'; END IF;
  IF jsonb_array_length(coalesce(d.evidence -> 'vetoes', '[]')) > 0 THEN RETURN 'identity.vetoed'; END IF;
  IF sinergi_level_veto(d.evidence -> 'levels') <> '' THEN RETURN sinergi_level_veto(d.evidence -> 'levels'); END IF;
  IF sinergi_is_dead(ARRAY[d.person_id, d.other_id]) THEN RETURN 'identity.dead'; END IF;
  IF d.other_id IS NULL THEN
    RETURN CASE WHEN sinergi_record_count(ARRAY[d.person_id]) >= 10 THEN 'identity.too_many_records' ELSE '' END; END IF;
  IF sinergi_kept_apart(d.person_id, d.other_id) THEN RETURN 'identity.cannot_link'; END IF;
  IF sinergi_record_count(ARRAY[d.person_id, d.other_id]) > 10 THEN RETURN 'identity.too_many_records'; END IF;
  IF sinergi_benefits_run(ARRAY[d.person_id]) AND sinergi_benefits_run(ARRAY[d.other_id]) THEN RETURN 'identity.benefits_run'; END IF;
  RETURN '';
END $$;
-- A pair that a veto sent to review is confirmed by two; what an objection had parted is only joined again.
CREATE FUNCTION sinergi_candidate_veto(d registry_identitydecision) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT 'identity.two_needed' FROM registry_candidate c WHERE c.id::text = d.evidence ->> 'candidate'
    AND c.found_by <> 'objection' AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(c.vetoes) v WHERE v NOT IN ('no_certificate', 'below_threshold'))), '') $$;
CREATE FUNCTION sinergi_weigh_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE veto text := '';
BEGIN
  IF NEW.actor <> sinergi_actor() THEN RAISE EXCEPTION 'a decision is its actor''s own' USING ERRCODE = 'insufficient_privilege'; END IF;
  IF NEW.verb = 'auto_link' THEN veto := sinergi_auto_veto(NEW);
  ELSIF NEW.verb IN ('merge', 'link') THEN
    IF NEW.other_id IS NOT NULL THEN veto := sinergi_join_veto(NEW.person_id, NEW.other_id, sinergi_two_agree(NEW)); END IF;
    IF veto = '' AND sinergi_candidate_veto(NEW) <> '' AND NOT sinergi_two_agree(NEW) THEN veto := sinergi_candidate_veto(NEW); END IF;
  ELSIF NEW.verb = 'unmerge' AND NOT sinergi_two_agree(NEW)
      AND EXISTS (SELECT 1 FROM registry_identitydecision m WHERE m.id = NEW.undoes_id AND m.decided_at < now() - interval '30 days') THEN
    veto := 'identity.long_ago';
  END IF;
  IF veto <> '' THEN PERFORM sinergi_veto(veto); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER weighed BEFORE INSERT ON registry_identitydecision FOR EACH ROW WHEN (NEW.verb <> 'create') EXECUTE FUNCTION sinergi_weigh_decision();
"""
BELONGING = """
-- What records that a model alone gives to a person say themselves, whatever levels the decision claims: a death, an equal number with another sex.
CREATE FUNCTION sinergi_weigh_records(records uuid[], who uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM registry_sourcerecord s WHERE s.id = ANY (records) AND s.payload ->> 'died_on' <> '') THEN PERFORM sinergi_veto('identity.dead'); END IF;
  IF EXISTS (SELECT 1 FROM registry_recordidentifier n JOIN registry_sourcerecord came ON came.id = n.record_id
      JOIN registry_recordidentifier m ON m.value = n.value AND m.kind = n.kind AND m.country = n.country AND m.record_id <> ALL (records)
      JOIN registry_belonging b ON b.record_id = m.record_id AND b.person_id = who AND b.to_at IS NULL
      JOIN registry_sourcerecord there ON there.id = m.record_id
      WHERE n.record_id = ANY (records) AND nullif(came.payload ->> 'sex', '') <> nullif(there.payload ->> 'sex', '')) THEN PERFORM sinergi_veto('identity.sex_contradicts'); END IF;
END $$;
-- A belonging is opened by a decision that names the record, and never joins records that somebody called different.
CREATE FUNCTION sinergi_weigh_belongings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fresh f LEFT JOIN registry_identitydecision d ON d.id = f.opened_by_id WHERE d.id IS NULL OR d.actor <> sinergi_actor()
      OR d.verb NOT IN ('create', 'auto_link', 'link', 'merge', 'unmerge', 'move')
      OR (d.verb IN ('create', 'auto_link', 'link', 'merge') AND d.person_id <> f.person_id)
      OR (d.first_id IS DISTINCT FROM f.record_id
        AND NOT coalesce(d.evidence -> 'moved' @> jsonb_build_array(jsonb_build_array(f.record_id::text)), false))) THEN
    RAISE EXCEPTION 'a belonging needs its decision' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT 1 FROM fresh f JOIN registry_identitydecision d ON d.id = f.opened_by_id WHERE d.verb = 'auto_link') THEN
    PERFORM sinergi_weigh_records(array_agg(f.record_id), f.person_id) FROM fresh f GROUP BY f.person_id;
  END IF;
  IF EXISTS (SELECT 1 FROM (
        SELECT f.person_id, c.second_id AS other FROM fresh f JOIN registry_cannotlink c ON c.first_id = f.record_id AND c.lifted_by_id IS NULL
        UNION ALL SELECT f.person_id, c.first_id FROM fresh f JOIN registry_cannotlink c ON c.second_id = f.record_id AND c.lifted_by_id IS NULL) apart
      JOIN registry_belonging b ON b.record_id = apart.other AND b.person_id = apart.person_id AND b.to_at IS NULL) THEN
    PERFORM sinergi_veto('identity.cannot_link');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER weighed AFTER INSERT ON registry_belonging REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sinergi_weigh_belongings();
CREATE FUNCTION sinergi_belonging_closed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.to_at IS NOT NULL OR NEW.to_at IS NULL OR NEW.closed_by_id IS NULL
      OR (NEW.record_id, NEW.person_id, NEW.from_at, NEW.opened_by_id) IS DISTINCT FROM (OLD.record_id, OLD.person_id, OLD.from_at, OLD.opened_by_id) THEN
    RAISE EXCEPTION 'a belonging is closed once, never rewritten' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER closed_once BEFORE UPDATE ON registry_belonging FOR EACH ROW EXECUTE FUNCTION sinergi_belonging_closed_once();
-- A record is kept as received: nothing but its emptying, under retention or at the person's own wish, or of the address that is hidden for his safety.
CREATE FUNCTION sinergi_record_as_received() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') IN ('person.protect_address', 'address.record') AND NEW.emptied_at IS NOT DISTINCT FROM OLD.emptied_at
      AND NEW.payload = OLD.payload - ARRAY['address', 'postcode', 'district', 'state', 'phones', 'emails'] THEN
    NEW := OLD;
    NEW.payload := OLD.payload - ARRAY['address', 'postcode', 'district', 'state', 'phones', 'emails'];
  ELSIF NEW.payload <> '{}' OR NEW.emptied_at IS NULL OR (NEW.id, NEW.agency_id, NEW.source, NEW.key, NEW.version, NEW.received_at)
      IS DISTINCT FROM (OLD.id, OLD.agency_id, OLD.source, OLD.key, OLD.version, OLD.received_at) THEN
    RAISE EXCEPTION 'a source record is never edited' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER as_received BEFORE UPDATE ON registry_sourcerecord FOR EACH ROW EXECUTE FUNCTION sinergi_record_as_received();
"""
# Two counters at once: who was registered a moment ago under the same name and day of birth, without a number, whoever registered him; of a member of
# a household only who lives at the same address or answers the same phone (`near`).
MOMENT_AGO = """
CREATE INDEX person_born_registered ON registry_person (birth_date, registered_at);
CREATE FUNCTION sinergi_registered_since(moment timestamptz, asked jsonb) RETURNS TABLE (key text, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') NOT IN ('person.register', 'household.add_member') THEN
    RAISE EXCEPTION 'outside person.register' USING ERRCODE = 'insufficient_privilege'; END IF;
  RETURN QUERY SELECT DISTINCT ON (k.key) k.key, p.id FROM jsonb_to_recordset(asked) AS k(key text, name text, born date, near text)
    JOIN registry_person p ON p.birth_date = k.born AND p.registered_at >= moment AND p.name_key = k.name
    WHERE p.merged_into_id IS NULL AND p.erased_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM registry_identifier i WHERE i.person_id = p.id AND i.ended_at IS NULL)
      AND (k.near IS NULL OR EXISTS (SELECT 1 FROM registry_membership m JOIN registry_membership o ON o.household_id = m.household_id AND o.to_on IS NULL
        WHERE m.person_id = p.id AND m.to_on IS NULL
          AND (EXISTS (SELECT 1 FROM registry_contactpoint c WHERE c.person_id = o.person_id AND c.ended_at IS NULL AND c.value = k.near)
            OR EXISTS (SELECT 1 FROM registry_address a WHERE a.person_id = o.person_id AND a.to_on IS NULL
              AND btrim(upper(regexp_replace(a.lines || ' ' || a.postcode, '[^0-9A-Za-z]+', ' ', 'g'))) = k.near))))
    ORDER BY k.key, p.registered_at;
END $$;
"""
LOOKED_BACK = "coalesce(current_setting('sinergi.verb', true), '') IN ('person.register', 'household.add_member')"
# What was written on persons while they were one, and its move to one of them. Each room has its own two functions; only ids leave them.
BETWEEN = """
CREATE FUNCTION sinergi_between_registry(who uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (kind text, key text, agency text, made_at timestamptz, person uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.kind, m.key, m.agency, m.made_at, m.person FROM (
    SELECT 'consent' AS kind, id::text AS key, agency_id AS agency, given_at AS made_at, person_id AS person FROM registry_consent WHERE person_id = ANY (who)
    UNION ALL SELECT 'fact', f.id::text, coalesce(u.agency_id, ''), f.recorded_at, f.person_id FROM registry_fact f
      LEFT JOIN kernel_user u ON u.id::text = f.recorded_by WHERE f.person_id = ANY (who) AND f.name NOT IN ('birth_date', 'sex')
    UNION ALL SELECT 'sensitive_fact', f.id::text, coalesce(u.agency_id, ''), f.recorded_at, f.person_id FROM registry_sensitivefact f
      LEFT JOIN kernel_user u ON u.id::text = f.recorded_by WHERE f.person_id = ANY (who)
    UNION ALL SELECT 'paper', p.id::text, coalesce(u.agency_id, ''), p.stored_at, p.person_id FROM registry_paper p
      LEFT JOIN kernel_user u ON u.id::text = p.stored_by WHERE p.person_id = ANY (who)
    UNION ALL SELECT 'address', id::text, '', recorded_at, person_id FROM registry_address WHERE person_id = ANY (who)
    UNION ALL SELECT 'contact', id::text, '', recorded_at, person_id FROM registry_contactpoint WHERE person_id = ANY (who)
    UNION ALL SELECT 'number', id::text, '', recorded_at, person_id FROM registry_identifier WHERE person_id = ANY (who)
    UNION ALL SELECT 'record', s.id::text, s.agency_id, s.received_at, b.person_id FROM registry_belonging b JOIN registry_sourcerecord s ON s.id = b.record_id
      WHERE b.person_id = ANY (who) AND b.to_at IS NULL) m
  WHERE m.made_at > since AND m.made_at <= until AND sinergi_right('identity.read') $$;
CREATE FUNCTION sinergi_settle_registry(kind text, key text, origin uuid, target uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE place text := CASE kind WHEN 'consent' THEN 'registry_consent' WHEN 'fact' THEN 'registry_fact' WHEN 'sensitive_fact' THEN 'registry_sensitivefact'
  WHEN 'paper' THEN 'registry_paper' WHEN 'address' THEN 'registry_address' WHEN 'contact' THEN 'registry_contactpoint' WHEN 'number' THEN 'registry_identifier' END;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'identity.settle' OR place IS NULL THEN
    RAISE EXCEPTION 'outside identity.settle' USING ERRCODE = 'insufficient_privilege'; END IF;
  EXECUTE format('UPDATE %I SET person_id = $1 WHERE id::text = $2 AND person_id = $3', place) USING target, key, origin;
  IF kind = 'consent' THEN
    UPDATE registry_access SET person_id = target WHERE consent_id::text = key AND person_id = origin;
    UPDATE registry_consent SET given_by_id = target WHERE id::text = key AND given_by_id = origin;
  END IF;
END $$;
-- What the audit tells of both from the merge until this undoing of it, counted by who did it; the entries of the two decisions themselves are left out.
CREATE FUNCTION sinergi_audit_between(unmerge uuid) RETURNS TABLE (actor text, agency text, verb text, entries bigint, first_at timestamptz,
  last_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.actor, a.agency, a.verb, count(*), min(a.at), max(a.at) FROM registry_identitydecision u JOIN registry_identitydecision m ON m.id = u.undoes_id
    JOIN kernel_auditentry a ON a.persons && sinergi_bearers(ARRAY[u.person_id, u.other_id])
   WHERE u.id = unmerge AND u.verb = 'unmerge' AND m.verb IN ('merge', 'link', 'auto_link') AND sinergi_right('identity.read')
     AND a.at > m.decided_at AND a.at <= u.decided_at AND coalesce(a.changes ->> 'decision', '') NOT IN (u.id::text, m.id::text)
   GROUP BY a.actor, a.agency, a.verb ORDER BY min(a.at), a.verb, a.actor $$;
-- The published state is computed by a room that comes later; without it there is none to compute.
CREATE FUNCTION sinergi_restand_all(who uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF to_regprocedure('sinergi_restand(uuid)') IS NOT NULL THEN PERFORM sinergi_restand(p) FROM unnest(who) p; END IF;
END $$;
"""
SETTLED = ("consent", "fact", "sensitivefact", "paper", "address", "contactpoint", "identifier", "access")
SETTLING = "coalesce(current_setting('sinergi.verb', true), '') = 'identity.settle'"
LISTED = "sinergi_right('identity.read')"
READ_BY_OWNER = ("registry_person", "registry_identifier", "registry_sourcerecord", "registry_belonging", "registry_identitydecision", "registry_cannotlink",
                 "registry_candidate", "registry_approval", "registry_reviewanswer", "registry_certificate", "registry_recordidentifier")
CALLED = ("sinergi_open_beside(uuid)", "sinergi_benefits_run(uuid[])", "sinergi_is_dead(uuid[])", "sinergi_record_count(uuid[])", "sinergi_kept_apart(uuid, uuid)",
          "sinergi_join_veto(uuid, uuid, boolean)", "sinergi_registered_since(timestamptz, jsonb)",
          "sinergi_between_registry(uuid[], timestamptz, timestamptz)", "sinergi_audit_between(uuid)", "sinergi_settle_registry(text, text, uuid, uuid)")


class Migration(migrations.Migration):
    """The guard."""

    dependencies = [("registry", "0012_identity")]
    operations = [
        sql("CREATE EXTENSION IF NOT EXISTS btree_gist;",
            "ALTER TABLE registry_belonging ADD CONSTRAINT belonging_one_person EXCLUDE USING gist "
            "(record_id WITH =, tstzrange(from_at, to_at) WITH &&);"),
        sql(BEARER),
        protected("registry_bearer", "true", grant="SELECT"),
        sql("CREATE POLICY by_owner ON registry_bearer TO CURRENT_USER USING (true) WITH CHECK (true);"),
        protected("registry_belonging", f"{REVIEWER} OR {OF_PERSON}"),
        protected("registry_sourcerecord", f"{OWN} OR {REVIEWER} OR EXISTS "
                  "(SELECT 1 FROM registry_belonging b WHERE b.record_id = registry_sourcerecord.id AND b.to_at IS NULL)"),
        protected("registry_recordidentifier", "EXISTS (SELECT 1 FROM registry_sourcerecord s WHERE s.id = record_id)"),
        open_table("registry_linkagemodel"),
        protected("registry_identitydecision", f"{OWN} OR {REVIEWER} OR {OF_PERSONS}", grant="SELECT, INSERT"),
        append_only("registry_identitydecision"),
        protected("registry_approval", f"{OWN} OR {REVIEWER} OR {OF_PERSONS}"),
        protected("registry_cannotlink", OF_RECORDS),
        protected("registry_candidate", OF_RECORDS),
        protected("registry_objection", f"{REVIEWER} OR {OF_PERSON}"),
        sql(*(f"CREATE POLICY taken_back ON {table} AS RESTRICTIVE FOR DELETE USING ({TAKING_BACK});"
              for table in ("registry_belonging", "registry_sourcerecord", "registry_approval"))),
        sql(OPENED, f"ALTER POLICY by_context ON registry_person USING ({SERVED}) WITH CHECK ({SERVED});",
            *(f"CREATE POLICY identity_work ON {table} USING (sinergi_identity_work()) WITH CHECK (sinergi_identity_work());" for table in WORKED_ON)),
        sql(*(f"CREATE POLICY by_owner ON {table} FOR SELECT TO CURRENT_USER USING (true);" for table in READ_BY_OWNER)),
        sql(*(f"CREATE POLICY listed ON registry_{name} FOR SELECT TO CURRENT_USER USING ({LISTED});" for name in SETTLED),
            *(f"CREATE POLICY settling ON registry_{name} FOR UPDATE TO CURRENT_USER USING ({SETTLING}) WITH CHECK ({SETTLING});" for name in SETTLED)),
        sql(*(f"CREATE POLICY moment_ago ON registry_{name} FOR SELECT TO CURRENT_USER USING ({LOOKED_BACK});"
              for name in ("membership", "contactpoint", "address"))),
        sql(VETOES, BELONGING, MOMENT_AGO, BETWEEN,
            *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in CALLED)),
    ]
