#!/bin/sh
# Make this host a synchronous standby, as the user postgres, into an empty data directory.
# Usage: PGPASSWORD=... make-standby.sh PRIMARY_ADDRESS OWN_NAME PGDATA      OWN_NAME: db1, db2 or db3
set -eu
pg_basebackup --dbname="host=$1 user=replicator application_name=$2" --pgdata="$3" --slot="$2" --create-slot \
    --write-recovery-conf --wal-method=stream --checkpoint=fast
