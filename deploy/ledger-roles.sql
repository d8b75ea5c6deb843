-- The ledger's two roles and its database (docs/postgresql.md), made by PostgreSQL's administrator (14 or newer). It may
-- be run again at any time, and after the first `frontrow migrate` it has to be, once: the API's user can change the
-- schema's version until then. deploy/restore.sh runs it by itself, with another name for the database.
--   LEDGER_OWNER_PASSWORD=... LEDGER_PASSWORD=... psql -f deploy/ledger-roles.sql
-- frontrow_owner has the schema, for `frontrow migrate`; frontrow_app reads and writes rows, for `frontrow serve`.
\set ON_ERROR_STOP on
\getenv owner_password LEDGER_OWNER_PASSWORD
\getenv password LEDGER_PASSWORD
\if :{?database}
\else
  \set database frontrow
\endif

SELECT 'CREATE ROLE frontrow_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontrow_owner') \gexec
SELECT 'CREATE ROLE frontrow_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontrow_app') \gexec
ALTER ROLE frontrow_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE frontrow_app LOGIN PASSWORD :'password';

SELECT 'CREATE DATABASE ' || :'database' || ' OWNER frontrow_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :database FROM PUBLIC;
GRANT CONNECT ON DATABASE :database TO frontrow_app;

\connect :database
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO frontrow_owner;
GRANT USAGE ON SCHEMA public TO frontrow_app;
ALTER DEFAULT PRIVILEGES FOR ROLE frontrow_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO frontrow_app;
ALTER DEFAULT PRIVILEGES FOR ROLE frontrow_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO frontrow_app;
SELECT 'REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM frontrow_app'
WHERE to_regclass('public.alembic_version') IS NOT NULL \gexec
