what="cron job $name"
needs crontab awk
mark="# prentice: $name"
table() {
  if [ -n "$user" ]; then crontab -u "$user" -l 2>"${TMPDIR:-/tmp}/cron-$key"; else crontab -l 2>"${TMPDIR:-/tmp}/cron-$key"; fi || {
    case $(cat "${TMPDIR:-/tmp}/cron-$key") in *"no crontab"* | '') ;; *) cat "${TMPDIR:-/tmp}/cron-$key" >&2; rm -f "${TMPDIR:-/tmp}/cron-$key"; return 1 ;; esac
  }
  rm -f "${TMPDIR:-/tmp}/cron-$key"
}
write() { if [ -n "$user" ]; then crontab -u "$user" -; else crontab -; fi; }
# others: the table without the job.
others() { table_now="$1" mark="$mark" awk 'BEGIN { n = split(ENVIRON["table_now"], l, "\n"); for (i = 1; i <= n; i++) { if (l[i] == ENVIRON["mark"]) { i++; continue } if (i < n || l[i] != "") print l[i] } }'; }
entry() { table_now="$1" mark="$mark" awk 'BEGIN { n = split(ENVIRON["table_now"], l, "\n"); for (i = 1; i < n; i++) if (l[i] == ENVIRON["mark"]) { print l[i + 1]; exit } }'; }
look() {
  all= missing=
  if [ -n "$user" ] && ! quiet id -u -- "$user"; then missing="; there is no user $user now"; else all=$(table) || fail "the crontab${user:+ of $user} cannot be read"; fi
  has=$(entry "$all
")
  now=absent
  if [ -n "$has" ]; then now="job $has"; fi
  so=no
  case $state,$now in
  absent,absent) so=yes says="there is no cron job $name" ;;
  absent,*) says="remove cron job $name: $has" ;;
  *,absent) says="add cron job $name: $schedule $command$missing" ;;
  *) if [ "$has" = "$schedule $command" ]; then so=yes says="cron job $name is as it should be"; else says="change cron job $name from $has to $schedule $command"; fi ;;
  esac
}
keep() { printf '%s\n' "$has" >"$1/entry"; }
put() { # the line of the job, or ""
  rest=$(others "$all
")
  { if [ -n "$rest" ]; then printf '%s\n' "$rest"; fi; if [ -n "$1" ]; then printf '%s\n%s\n' "$mark" "$1"; fi; } | write || fail "the crontab${user:+ of $user} could not be written"
}
make() { if [ "$state" = absent ]; then put ''; else put "$schedule $command"; fi; }
restore() { put "$(cat "$1/entry")"; }
