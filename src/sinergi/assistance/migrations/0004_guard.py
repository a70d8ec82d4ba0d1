"""Who sees applications: the two agencies named in them; others only that one exists, of a person they may open, unless it is discreet."""
from django.db import migrations

from sinergi.kernel.guard import protected, sql

PARTY = "sinergi_right('application.read') AND (agency_id = sinergi_agency() OR from_agency_id = sinergi_agency())"
# The platform's own jobs and subscribers, and the protection officer while a request of the person is open.
PLATFORM = "sinergi_national('application.read') AND sinergi_actor() LIKE 'command:%'"
OF_PERSON = "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"
ASKED_FOR = f"sinergi_national('request.read') AND {OF_PERSON}"
APPLICATION = f"({PARTY}) OR ({PLATFORM}) OR ({ASKED_FOR}) OR (sinergi_right('application.read') AND NOT discreet AND {OF_PERSON})"
# Standing in functions they are planned once; each runs with the rights and the row security of whoever asks.
PARTIES = f"""
CREATE FUNCTION sinergi_application_party(which uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM assistance_application WHERE id = which AND (({PARTY}) OR ({PLATFORM}) OR sinergi_national('request.read')));
END $$;
CREATE FUNCTION sinergi_application_decider(which uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM assistance_application WHERE id = which
    AND ((sinergi_right('application.read') AND agency_id = sinergi_agency()) OR ({PLATFORM}) OR sinergi_national('request.read')));
END $$;
-- The packet: the agency that sent it; the one that decides while the consent stands, and after it has decided.
CREATE FUNCTION sinergi_application_packet(which uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM assistance_application a WHERE a.id = which AND (({PLATFORM}) OR sinergi_national('request.read')
    OR (sinergi_right('application.read') AND (a.from_agency_id = sinergi_agency() OR (a.agency_id = sinergi_agency()
      AND (a.state IN ('approved', 'refused') OR EXISTS (SELECT 1 FROM registry_consent c WHERE c.id = a.consent_id
        AND c.withdrawn_at IS NULL AND (c.until_on IS NULL OR c.until_on >= (now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date))))))));
END $$;
"""
# Asked by the subscriber that takes applications back with their consent; it runs as the owner, whom the policy lets read.
ENDED = """
CREATE FUNCTION sinergi_consent_ended(which uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT EXISTS (SELECT 1 FROM registry_consent WHERE id = which AND withdrawn_at IS NOT NULL) $$;
CREATE POLICY by_owner ON registry_consent FOR SELECT TO CURRENT_USER USING (true);
"""
PACKET = "sinergi_application_packet(application_id) AND (NOT sensitive OR sinergi_right('sensitive.read') OR sinergi_national('request.read'))"
PARTS = "sinergi_application_party(application_id)"
WRITE_ONCE = "SELECT, INSERT, DELETE"


class Migration(migrations.Migration):
    """The guard of applications. Packets and decisions are written once, and deleted only with the person."""

    dependencies = [("assistance", "0003_applications"), ("assistance", "0002_guard"), ("registry", "0010_opened")]
    operations = [
        protected("assistance_application", APPLICATION, writable=f"({PARTY}) OR ({PLATFORM}) OR ({ASKED_FOR})"),
        sql(PARTIES, ENDED),
        protected("assistance_packet", PACKET, grant=WRITE_ONCE),
        protected("assistance_attachment", PARTS),
        protected("assistance_attachmentfile", "EXISTS (SELECT 1 FROM assistance_attachment t WHERE t.id = attachment_id AND "
                  "sinergi_application_decider(t.application_id))",
                  writable="EXISTS (SELECT 1 FROM assistance_attachment t WHERE t.id = attachment_id)", grant=WRITE_ONCE),
        protected("assistance_question", PARTS),
        protected("assistance_clockrun", PARTS),
        protected("assistance_decision", PARTS, grant=WRITE_ONCE),
    ]
