-- Once, on the primary, as postgres: psql -f roles.sql
CREATE ROLE examsvc LOGIN PASSWORD 'change-me';
CREATE ROLE replicator LOGIN REPLICATION PASSWORD 'change-me';
CREATE DATABASE examsvc OWNER examsvc ENCODING 'UTF8' TEMPLATE template0;
