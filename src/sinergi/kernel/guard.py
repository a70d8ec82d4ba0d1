"""What PostgreSQL itself enforces, as migration operations: row security, no write outside an action, append-only.

A table is either `protected` (personal data: no context, no rows), `open_table` (no personal data: read freely, written by actions)
or on the written list UNPROTECTED with its reason. A test walks pg_class and accepts nothing else.
"""
from django.conf import settings
from django.db import migrations

UNPROTECTED: dict[str, str] = {
    "kernel_agency": "partners are public",
    "kernel_user": "staff accounts: sign-in reads them before anybody is known; created and removed by actions alone",
    "kernel_grant": "the actor himself is built from it before there is a context; written by actions alone",
    "kernel_clientsecret": "hashes of machine clients' tokens: asked before anybody is known; written by actions alone",
    "kernel_lawdocument": "the law is public",
    "kernel_lawversion": "the law is public",
    "kernel_auditseal": "hashes only",
    "registry_linkagemodel": "weights of evidence: no person",
    "registry_certificate": "thresholds and bounds: no person",
    "django_content_type": "framework: names of tables",
    "django_migrations": "framework: names of migrations",
    "django_session": "framework: session of staff, opaque",
    "auth_group": "framework: unused",
    "auth_permission": "framework: names of permissions",
    "auth_group_permissions": "framework: unused",
    "account_emailaddress": "framework, sign-in: addresses of staff",
    "account_emailconfirmation": "framework, sign-in",
    "socialaccount_socialaccount": "framework, sign-in: staff",
    "socialaccount_socialapp": "framework, sign-in: configuration",
    "socialaccount_socialtoken": "framework, sign-in: staff",
    "mfa_authenticator": "framework, sign-in: second factors of staff, encrypted",
    "axes_accessattempt": "framework, sign-in: failed attempts by address",
    "axes_accessattemptexpiration": "framework, sign-in",
    "axes_accessfailurelog": "framework, sign-in",
    "axes_accesslog": "framework, sign-in",
    "procrastinate_jobs": "framework, jobs: ids only",
    "procrastinate_events": "framework, jobs: ids only",
    "procrastinate_periodic_defers": "framework, jobs: ids only",
    "procrastinate_workers": "framework, jobs: ids only",
}
FRAMEWORK = frozenset(t for t, why in UNPROTECTED.items() if why.startswith("framework"))


def app_role() -> str:
    """The login the application uses, quoted."""
    return '"' + settings.APP_ROLE.replace('"', '""') + '"'


def finder_role() -> str:
    """The login that may read the search table and nothing else, quoted."""
    return '"' + settings.FINDER_ROLE.replace('"', '""') + '"'


def need_action(table: str, on: str = "INSERT OR UPDATE OR DELETE") -> str:
    """SQL: refuse a write to `table` when no action is running."""
    return f"CREATE TRIGGER need_action BEFORE {on} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION sinergi_need_action();"


def sql(*statements: str) -> migrations.RunSQL:
    """One operation; what it makes is dropped with its table, so there is nothing to undo."""
    return migrations.RunSQL("\n".join(statements), migrations.RunSQL.noop)


def protected(table: str, visible: str, *, writable: str = "", grant: str = "SELECT, INSERT, UPDATE, DELETE") -> migrations.RunSQL:
    """Row security, forced, with one policy: rows where `visible` is true (`writable`: for new and changed rows, if it differs)."""
    return sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;",
               f"CREATE POLICY by_context ON {table} USING (sinergi_actor() <> '' AND ({visible}))"
               f" WITH CHECK (sinergi_actor() <> '' AND ({writable or visible}));",
               f"GRANT {grant} ON {table} TO {app_role()};", need_action(table))


def open_table(table: str, on: str = "INSERT OR UPDATE OR DELETE") -> migrations.RunSQL:
    """No personal data: anybody reads, actions write."""
    return sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app_role()};", need_action(table, on))


def append_only(table: str) -> migrations.RunSQL:
    """No change, no removal, by anybody who does not switch triggers off."""
    return sql(f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
               " FOR EACH STATEMENT EXECUTE FUNCTION sinergi_append_only();")


def grant_framework(**_: object) -> None:
    """After migrating: the application's login may use the framework's tables and every sequence. Runs as the owner."""
    from django.db import connections

    if "owner" not in connections.databases:
        return
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")
        there = sorted(FRAMEWORK & {row[0] for row in cursor.fetchall()})
        if there:
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(there)} TO {app_role()}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {app_role()}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {app_role()}, {finder_role()}")
