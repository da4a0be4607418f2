#!/bin/sh
# The data folder stays, also on a purge: it holds the evidence and its keys.
set -e
case "$1" in remove | purge | 0) ;; *) exit 0 ;; esac
[ ! -d /run/systemd/system ] || systemctl daemon-reload
[ ! -d /var/lib/prentice ] || echo "The data of prentice, with its evidence, stays in /var/lib/prentice."
