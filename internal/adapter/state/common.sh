# Every kind of state gives look, keep, make and restore. look says what is there in
# $now, in a form that can be compared, whether that is what is wanted in $so, and what
# would change in $says. What was there before a run is kept in $kept until it is put back.
# One that makes more than that gives tidy, which removes it, whatever a crash has left.
fail() { echo "$*" >&2; exit 1; }
quiet() { "$@" >/dev/null 2>&1; }
needs() { for tool; do quiet command -v "$tool" || fail "there is no $tool on this host"; done; }
one_line() { printf '%s' "$1" | tr '\n\r\t' '   '; }
report() { printf 'now=%s\nso=%s\nsays=%s\n' "$(one_line "$now")" "$so" "$(one_line "$says")"; }
# remember: what is there now is kept, unless an earlier try of this run has kept it.
remember() {
  room=${kept%/*}
  [ -d "$room" ] || mkdir -m 700 "$room" 2>/dev/null || [ -d "$room" ] || fail "$room cannot be made, where what is replaced is kept"
  if [ -L "$room" ] || [ ! -O "$room" ]; then fail "$room is not a folder of $(id -un) alone"; fi
  find "$room" -mindepth 1 -maxdepth 1 -type d -mtime +7 -exec rm -rf {} + 2>/dev/null || :
  [ ! -d "$kept" ] || return 0
  rm -rf "$kept.new"
  mkdir -m 700 "$kept.new"
  printf '%s\n' "$now" >"$kept.new/was"
  keep "$kept.new"
  mv "$kept.new" "$kept"
}
made() {
  look
  if [ "$so" = yes ]; then echo "nothing to change: $says"; return; fi
  if [ -n "$planned" ] && [ "$now" != "$planned" ]; then
    fail "$what is not as it was when this was planned (now: $now; then: $planned); nothing was changed"
  fi
  remember
  doing=$says
  make
  look
  [ "$so" = yes ] || fail "$what did not become as it should: $now"
  printf '%s\n' "$now" >"$kept/made"
  echo "$doing"
}
# untouched: it is as we made it. What crashes by itself is put back however it is.
untouched() {
  [ -z "${crashes-}" ] || return 0
  [ "$so" = yes ] || return 1
  [ ! -e "$kept/made" ] || [ "$now" = "$(cat "$kept/made")" ]
}
tidy() { :; }
put_back() {
  rm -rf "$kept.new"
  if [ ! -d "$kept" ]; then echo "nothing was changed here"; return; fi
  look
  was=$(cat "$kept/was")
  if [ "$now" != "$was" ]; then
    untouched || fail "$what was changed by others since (now: $now); what was there is kept in $kept"
    restore "$kept"
    look
    [ "$now" = "$was" ] || fail "$what did not become again what it was: $now; wanted: $was"
  fi
  tidy
  rm -rf "$kept"
  echo "$what is as it was before"
}
case $how in
look) look; report ;;
so) look; report; [ "$so" = yes ] ;;
make) made ;;
undone) [ ! -d "$kept" ] ;;
undo) put_back ;;
esac
