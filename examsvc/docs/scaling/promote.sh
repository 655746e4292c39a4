#!/bin/sh
# Make this standby the primary, as the user postgres. FIRST make sure that the old primary is off or cut off:
# it could not acknowledge anything without its standby, but two primaries are two histories.
# Usage: promote.sh PGDATA [alone]
# "alone" stops waiting for another standby: saves go on at once, on one machine's disk, until a new one is made.
set -eu
pg_ctl promote --pgdata="$1" --wait
if [ "${2:-}" = alone ]; then
    psql --quiet --dbname=postgres --command="ALTER SYSTEM SET synchronous_standby_names = ''"
    psql --quiet --dbname=postgres --command="SELECT pg_reload_conf()" > /dev/null
fi
