#!/bin/sh
# Before a removal the service ends. An upgrade leaves it running until the new
# version is there.
set -e
case "$1" in remove | 0) ;; *) exit 0 ;; esac
[ ! -d /run/systemd/system ] || systemctl disable --now prentice.service
