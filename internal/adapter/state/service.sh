what="service $name"
crashes=yes
if [ -d /run/systemd/system ] || [ -n "${SYSTEMD_UNIT_PATH-}" ]; then manager=systemd
elif quiet command -v rc-service; then manager=openrc
elif quiet command -v systemctl; then manager=systemd
else fail "there is neither systemd nor OpenRC on this host"; fi
look() {
  running=no boots=no
  case $manager in
  systemd)
    needs systemctl
    told=$(systemctl show --property=LoadState --property=ActiveState --property=SubState --property=UnitFileState -- "$name") || fail "systemctl does not say how $name is"
    value() { printf '%s\n' "$told" | sed -n "s/^$1=//p"; }
    loaded=$(value LoadState) active=$(value ActiveState) unit_file=$(value UnitFileState)
    # One that has fallen and waits to be started again is not running.
    case $(value SubState) in auto-restart*) active=failed ;; esac
    case $active in active | activating | reloading) running=yes ;; esac
    case $unit_file in enabled | enabled-runtime | static | alias | indirect | generated) boots=yes ;; esac
    if [ "$loaded" = not-found ]; then now=absent; else now="running=$running enabled=$boots"; fi
    if [ "$loaded" = masked ]; then now=masked; fi
    ;;
  openrc)
    if ! quiet rc-service --exists "$name"; then now=absent; else
      if quiet rc-service "$name" status; then running=yes; fi
      if rc-update show default 2>/dev/null | grep -q "^ *$name "; then boots=yes; fi
      now="running=$running enabled=$boots"
    fi
    ;;
  esac
  so=yes says=
  case $state,$running in running,no) says="start $name" ;; stopped,yes) says="stop $name" ;; esac
  case $enabled,$boots in yes,no) says="${says:+$says, }enable $name" ;; no,yes) says="${says:+$says, }disable $name" ;; esac
  case $now in
  absent) if [ -z "$says" ]; then says="there is no service $name"; else says="$says; there is no such service now"; fi ;;
  esac
  if [ -n "$says" ] && [ "$now" != absent ]; then so=no; fi
  if [ "$now" = absent ] && { [ "$state" = running ] || [ "$enabled" = yes ]; }; then so=no; fi
  if [ "$now" = masked ] && [ "$so" = no ] && [ "$state" = running ]; then fail "$name is masked: unmask it first"; fi
  if [ -z "$says" ]; then says="$name is as it should be"; fi
}
keep() { :; }
# again: one that fell too often in a row is not refused another start.
again() { if [ "$active" = failed ]; then quiet systemctl reset-failed -- "$name" || :; fi; }
to() { # running or stopped, then enabled yes or no; "" is as it is
  case $manager in
  systemd)
    case $2 in yes) systemctl enable -- "$name" ;; no) systemctl disable -- "$name" ;; esac
    case $1 in running) again; systemctl start -- "$name" ;; stopped) systemctl stop -- "$name" ;; esac
    ;;
  openrc)
    case $2 in yes) rc-update add "$name" default ;; no) rc-update del "$name" default ;; esac
    case $1 in running) rc-service "$name" start ;; stopped) rc-service "$name" stop ;; esac
    ;;
  esac
}
make() {
  [ "$now" != absent ] || fail "there is no service $name on this host"
  start= boot=
  case $state,$running in running,no | stopped,yes) start=$state ;; esac
  case $enabled,$boots in yes,no | no,yes) boot=$enabled ;; esac
  to "$start" "$boot" || fail "$name could not be changed: $doing"
}
restore() {
  start=stopped boot=no
  case $was in *running=yes*) start=running ;; esac
  case $was in *enabled=yes*) boot=yes ;; esac
  [ "$state" ] || start=
  [ "$enabled" ] || boot=
  to "$start" "$boot" || fail "$name could not be put back to $was"
}
