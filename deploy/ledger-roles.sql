-- The ledger's two users and its database, made by PostgreSQL's administrator (14 or newer); run it as often as you like:
--   LEDGER_OWNER_PASSWORD=... LEDGER_PASSWORD=... psql -f deploy/ledger-roles.sql
-- frontrow_owner has the schema, for `frontrow migrate`; frontrow reads and writes rows, for `frontrow serve`.
\set ON_ERROR_STOP on
\getenv owner_password LEDGER_OWNER_PASSWORD
\getenv password LEDGER_PASSWORD

SELECT 'CREATE ROLE frontrow_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontrow_owner') \gexec
SELECT 'CREATE ROLE frontrow' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontrow') \gexec
ALTER ROLE frontrow_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE frontrow LOGIN PASSWORD :'password';

SELECT 'CREATE DATABASE frontrow OWNER frontrow_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'frontrow') \gexec
REVOKE ALL ON DATABASE frontrow FROM PUBLIC;
GRANT CONNECT ON DATABASE frontrow TO frontrow;

\connect frontrow
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO frontrow;
ALTER DEFAULT PRIVILEGES FOR ROLE frontrow_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO frontrow;
ALTER DEFAULT PRIVILEGES FOR ROLE frontrow_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO frontrow;
