#!/bin/sh
# After an installation or an upgrade: the user, the data folder, and a running
# service takes the new version. A new service is not started: the team folder
# has to be there first.
set -e
[ "$1" != abort-upgrade ] || exit 0

if ! getent passwd prentice >/dev/null; then
  if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers /usr/lib/sysusers.d/prentice.conf
  else
    useradd --system --user-group --home-dir /var/lib/prentice --no-create-home --shell /usr/sbin/nologin prentice
  fi
fi
[ -d /var/lib/prentice ] || install -d -m 700 -o prentice -g prentice /var/lib/prentice

if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart prentice.service
fi
case "$1" in
  configure) new=${2:-first} ;; # Debian: the version before, if any
  *) new=$([ "${1:-1}" = 1 ] && echo first || echo again) ;; # RPM: how many versions there are
esac
if [ "$new" = first ]; then
  echo "prentice is installed. Put the team folder to /etc/prentice/team, then: systemctl enable --now prentice"
fi
