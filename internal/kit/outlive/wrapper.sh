base=${BASE:-$HOME/.prentice}
d=$base/$KEY
mask=$(umask) told=
umask 077
say() { echo "@$NONCE $*"; }
pause() { sleep 0.05 2>/dev/null || sleep 1; }
nap() { sleep "$1" 2>/dev/null || sleep 1; }
{ read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot=-
# ident: what keeper.sh calls a process, in $id: forks cost more than all the rest.
ident() {
  start=- stat=
  if { read -r stat <"/proc/$1/stat"; } 2>/dev/null; then
    set -- "$1" ${stat##*")"}
    start=${21}
    [ "$2" = Z ] && start=ended
  fi
  id="$1 $boot $start"
}
# alive: the process that a file names is there, and is still that process.
alive() {
  pid='' was=
  { read -r pid was <"$1"; } 2>/dev/null
  case $pid in '' | 0 | 1 | *[!0-9]*) return 1 ;; esac
  case $was in *ended) return 1 ;; esac
  ident "$pid"
  [ "$id" = "$pid $was" ] && kill -0 "$pid" 2>/dev/null
}
under_way() { alive "$d/keeper" || alive "$d/group"; }
status() {
  word='' code='' left='' room=
  { read -r word code left room <"$d/status"; } 2>/dev/null
  [ "$word" = end ]
}
# once: true for one of all who ask for the same file.
once() {
  set -C
  { true >"$1"; } 2>/dev/null
  set +C -- $?
  return "$1"
}
# private: the folder of claims is there, is ours alone and can be written.
private() {
  case $base in /*) ;; *) say refuse home no home folder; return 1 ;; esac
  [ -e "$base" ] || [ -L "$base" ] || why=$(mkdir "$base" 2>&1) || { say refuse home "$why"; return 1; }
  if [ -L "$base" ] || [ ! -d "$base" ] || [ ! -O "$base" ]; then say refuse home "$base is not a folder of this user"; return 1; fi
}
# settled: what can be said of a claim without waiting.
settled() {
  [ -d "$d" ] || { say none; return 0; }
  status && { say end "$code" "$left" "$room" $told; return 0; }
  under_way && return 1
  status && { say end "$code" "$left" "$room" $told; return 0; }
  if once "$d/begun"; then rm -rf "$d"; say none; return 0; fi # nobody can begin it any more
  [ -d "$d/." ] || { say none; return 0; }
  was=-
  { read -r pid was start <"$d/keeper"; } 2>/dev/null
  if [ "$boot" = "$was" ]; then say lost ended; else say lost rebooted; fi
}
look() { settled || say running; }
emit() {
  block=$((off / 1048576)) skip=$((off % 1048576))
  top=$(((block + 1) * 1048576))
  [ "$top" -gt "$size" ] && top=$size
  say out "$off" "$((top - off))"
  dd if="$d/out" bs=1048576 skip="$block" count=1 2>/dev/null | tail -c "+$((skip + 1))" | head -c "$((top - off))"
  off=$top
}
# whole: all the output of a script that has ended, up to a line of ours.
whole() {
  say all "$off"
  if [ "$off" = 0 ]; then cat "$d/out"; else tail -c "+$((off + 1))" "$d/out"; fi
  echo
}
follow() {
  token=-
  { read -r token <"$d/claim"; } 2>/dev/null
  [ -d "$d" ] && say claim "$token"
  off=$FROM quiet=0 fresh=0 early=4 soon=0.01
  while :; do
    if status; then
      [ ! -s "$d/out" ] || whole
      say end "$code" "$left" "$room"
      return
    fi
    size=0 # most scripts are over before it pays to send what they have printed so far
    [ "$quiet" -lt "$early" ] || [ ! -s "$d/out" ] || { set -- $(LC_ALL=C ls -ln "$d/out" 2>/dev/null); size=${5:-0}; }
    if [ "$size" -gt "$off" ]; then emit; quiet=0 early=0; continue; fi
    if [ "$quiet" -ge 40 ] || ! under_way; then
      if [ -e "$d/armed" ] && [ ! -e "$d/begun" ] && [ "$fresh" -lt 100 ]; then
        fresh=$((fresh + 1)) # the keeper is about to begin
      elif [ "$early" -gt 0 ]; then
        early=0 # what it printed comes first
        continue
      elif ! status; then
        settled && return
      fi
    fi
    quiet=$((quiet + 1))
    [ $((quiet % 10)) = 0 ] && say alive
    if [ "$quiet" -lt 20 ]; then nap "$soon"; else nap 0.5; fi
    case $soon in 0.01) soon=0.02 ;; 0.02) soon=0.04 ;; 0.04) soon=0.08 ;; *) soon=0.1 ;; esac
  done
}
launch() {
  set -- "$setsid" "$KEEPER" "$d" "$NAME" "$mask" "$GRACE" "${DIR:-$HOME}"
  (
    environment
    exec "$1" /bin/sh -c "$2" prentice "$3" "$4" "$1" "$5" "$6" "$7" </dev/null >/dev/null 2>&1
  ) &
}
sweep() {
  chmod 700 "$base"
  find "$base" -name "claim-*" -prune -type d -mtime +30 -print 2>/dev/null | while read -r old; do
    alive "$old/keeper" || alive "$old/group" || rm -rf "$old"
  done
}
arm() {
  line=----------------------------------------------------------------
  for file in status keeper group; do echo "$line$line" >"$d/$file" || return 1; done
  echo "$TOKEN" >"$d/claim" && true >"$d/out" && script "$d/$NAME.sh" && true >"$d/armed"
}
# script: a printf that is no builtin is not used, because its arguments can be seen.
script() {
  { PATH=/dev/null printf '%s\n' "$SCRIPT" >"$1"; } 2>/dev/null || cat >"$1" <<END
$SCRIPT
END
}
start() {
  private || return
  setsid=$(command -v setsid 2>/dev/null) || { say refuse setsid; return; }
  [ "$SWEEP" = no ] || sweep
  if why=$(mkdir "$d" 2>&1); then
    arm 2>/dev/null || { rm -rf "$d"; say refuse full; return; }
    launch
    let_go
  elif [ ! -d "$d" ]; then
    say refuse full "$why"
    return
  fi
  follow
  wait # for a keeper that it has launched: nobody else would
}
signal() {
  g='' was=
  { read -r g was <"$d/group"; } 2>/dev/null
  case $g in '' | 0 | 1 | *[!0-9]*) return 1 ;; esac
  under_way && kill "-$1" "-$g" 2>/dev/null
}
stop() {
  settled && return
  signal TERM && told=stopped
  n=0
  while under_way && [ "$n" -lt "$((GRACE * 20))" ]; do n=$((n + 1)); pause; done
  signal KILL
  n=0
  while under_way && [ "$n" -lt 100 ]; do n=$((n + 1)); pause; done
  look
}
forget() {
  if [ -d "$d" ] && ! status && under_way; then say running; return; fi
  rm -rf "$d"
  let_go
  say none
}
# let_go: the claims whose proof is written, but for what still goes on.
let_go() {
  mine=$d
  set --
  for old in $OLD; do
    d=$base/$old
    if status || ! under_way; then set -- "$@" "$d"; fi
  done
  d=$mine
  [ $# = 0 ] || rm -rf "$@"
}
