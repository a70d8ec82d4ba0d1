-- The database of a real deployment and its four logins. Run as a superuser of the server; safe to repeat.
--
--   OWNER_PASSWORD=… APP_PASSWORD=… FINDER_PASSWORD=… BACKUP_PASSWORD=… psql -v ON_ERROR_STOP=1 -f deploy/roles.sql
--
-- sinergi_owner   owns the tables and runs migrations, nothing else
-- sinergi_app     the web server and the worker: neither owner nor superuser, so row security binds it
-- sinergi_finder  may read the table of search keys and nothing else
-- sinergi_backup  may copy the cluster as a whole and reads no table
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv finder_password FINDER_PASSWORD
\getenv backup_password BACKUP_PASSWORD
SET log_statement = 'none';  -- passwords do not belong in the server's log
SET password_encryption = 'scram-sha-256';

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['sinergi_owner', 'sinergi_app', 'sinergi_finder', 'sinergi_backup']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE sinergi_owner NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'owner_password';
ALTER ROLE sinergi_app NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'app_password';
ALTER ROLE sinergi_finder NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'finder_password';
ALTER ROLE sinergi_backup NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE REPLICATION PASSWORD :'backup_password';
-- A statement that fails carries what somebody typed: the server's log keeps the fault alone.
SELECT format('ALTER ROLE %I SET log_min_error_statement = panic; ALTER ROLE %1$I SET log_error_verbosity = terse;'
              ' ALTER ROLE %1$I SET log_min_duration_statement = -1; ALTER ROLE %1$I SET log_statement = none', name)
FROM unnest(ARRAY['sinergi_owner', 'sinergi_app', 'sinergi_finder']) AS name \gexec
ALTER ROLE sinergi_app SET idle_in_transaction_session_timeout = '5min';
ALTER ROLE sinergi_finder SET statement_timeout = '10s';

SELECT 'CREATE DATABASE sinergi OWNER sinergi_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'sinergi') \gexec

REVOKE ALL ON DATABASE sinergi FROM PUBLIC;
GRANT CONNECT ON DATABASE sinergi TO sinergi_owner, sinergi_app, sinergi_finder, sinergi_backup;
