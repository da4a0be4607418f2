base=${BASE:-$HOME/.prentice}
d=$base/claim-$KEY new=$base/spare-$NONCE
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
# ended: something says how it ended. status: its keeper says so, and not the script.
ended() {
  word='' code='' left='' room='' seal=
  { read -r word code left room seal <"$d/status"; } 2>/dev/null
  [ "$word" = end ]
}
status() {
  ended || return
  [ -n "$GOOD" ] || return 0
  case $code in 0) [ "$seal" = "$GOOD" ] ;; *) [ "$seal" = "$BAD" ] ;; esac || { word=; return 1; }
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
  [ -e "$base" ] || [ -L "$base" ] || why=$(mkdir "$base" 2>&1) || [ -d "$base" ] || { say refuse home "$why"; return 1; }
  if [ -L "$base" ] || [ ! -d "$base" ] || [ ! -O "$base" ]; then say refuse home "$base is not a folder of this user"; return 1; fi
}
# settled: what can be said of a claim without waiting. The one who begins it says who it is
# before, so that it is known to all who find it begun.
settled() {
  [ -d "$d" ] || { none; return 0; }
  known && return "$is"
  if once "$d/begun"; then
    if [ -e "$d/armed" ] && unbegun; then drop; none never; return 0; fi # no one can begin it any more
  elif known; then
    return "$is"
  fi
  [ -d "$d/." ] || { none; return 0; }
  [ -e "$d/armed" ] && [ -e "$d/group" ] || { say lost gone; return 0; }
  was=-
  { read -r pid was start <"$d/keeper"; } 2>/dev/null
  if [ "$boot" = "$was" ]; then say lost ended; else say lost rebooted; fi
}
# known: how it ended, or that it is under way, by what its keeper has written.
known() {
  is=0
  status && { say end "$code" "$left" "$room" $told; return 0; }
  under_way && { is=1; return 0; }
  status && say end "$code" "$left" "$room" $told
}
# unbegun: no script has been begun, as far as the rest of the claim tells: one of
# which only a part is left tells nothing.
unbegun() {
  g=
  { read -r g rest <"$d/group"; } 2>/dev/null
  case $g in --*) ;; *) return 1 ;; esac
}
# unkept: its keeper has not said yet who it is.
unkept() {
  pid=
  { read -r pid rest <"$d/keeper"; } 2>/dev/null
  case $pid in --*) ;; *) return 1 ;; esac
}
# drop: a claim loses its name first. Of one that is taken away file by file, a keeper that
# comes late could find the mark gone by which it was given up, and begin it.
drop() { mv -f "$d" "$new" 2>/dev/null && rm -rf "$new"; }
# none: there is no claim. What it leaves when it goes says why; never is said of one
# that was seen, and not begun.
none() {
  if [ -e "$base/over-$KEY" ]; then say over; else say none "$@"; fi
}
look() { settled || say running; }
# pieces: finds the piece of the output that holds the byte to go on from.
pieces() {
  [ -z "$seg" ] || [ ! -e "$d/out-$off" ] || { seg=$off; return; }
  [ -z "$seg" ] || return 0
  seg='' first=
  for piece in "$d"/out-*; do
    piece=${piece##*/out-}
    case $piece in '' | *[!0-9]*) continue ;; esac
    [ "$piece" -gt "$off" ] || [ "$piece" -lt "${seg:-0}" ] || seg=$piece
    [ -n "$first" ] && [ "$piece" -ge "$first" ] || first=$piece
  done
  [ -n "$seg" ] || [ -z "$first" ] || { seg=$first; off=$first; } # what came before has been read, and is gone
  [ -n "$seg" ] || [ ! -e "$d/out" ] || ln "$d/out" "$d/out-0" 2>/dev/null # of an earlier version
}
# measure: the size of the piece.
measure() { set -- $(LC_ALL=C ls -ln "$d/out-$seg" 2>/dev/null); size=${5:-0}; }
emit() {
  at=$((off - seg))
  block=$((at / 1048576)) skip=$((at % 1048576))
  top=$(((block + 1) * 1048576))
  [ "$top" -gt "$size" ] && top=$size
  say out "$off" "$((top - at))"
  dd if="$d/out-$seg" bs=1048576 skip="$block" count=1 2>/dev/null | tail -c "+$((skip + 1))" | head -c "$((top - at))"
  off=$((seg + top))
  echo "$off " 1<>"$d/read"
  [ "$seg" -lt "$back" ] || trim
}
# trim: lets go of the pieces that were read so long ago that they are not asked for
# again: what is on its way when a connection is lost is less than the 8 MiB that stay.
trim() {
  for piece in "$d"/out-*; do
    piece=${piece##*/out-}
    [ "$piece" -gt $((seg - 25165824)) ] || rm -f "$d/out-$piece"
  done 2>/dev/null
  back=$((seg + 8388608))
}
# whole: all the output of a script that has ended, up to a line of ours.
whole() {
  say all "$off"
  at=$((off - seg))
  while [ -e "$d/out-$seg" ]; do
    if [ "$at" = 0 ]; then cat "$d/out-$seg"; else tail -c "+$((at + 1))" "$d/out-$seg"; fi
    [ -e "$d/more" ] || break
    measure
    seg=$((seg + size)) at=0
    [ "$size" -gt 0 ] || break
  done
  echo
}
# drained: all that a script which has ended has printed is kept. A daemon that it
# started may hold its output open for ever, so that this is not waited for long.
drained() {
  [ ! -e "$d/drained" ] && [ ! -e "$d/out" ] && [ "$dry" -lt 50 ] || return 0
  dry=$((dry + 1))
  nap 0.02
  return 1
}
follow() {
  token=-
  { read -r token <"$d/claim"; } 2>/dev/null
  [ -d "$d" ] && say claim "$token"
  off=$FROM quiet=0 fresh=0 early=4 soon=0.01 dry=0 last=no seg='' back=25165824
  while :; do
    pieces
    if status && drained; then
      [ -z "$seg" ] || [ ! -s "$d/out-$seg" ] || whole
      gap=0
      { read -r gap rest <"$d/left"; } 2>/dev/null
      say end "$code" "$left" "$room" - "$gap"
      return
    fi
    size=0 # most scripts are over before it pays to send what they have printed so far
    [ "$quiet" -lt "$early" ] || [ -z "$seg" ] || [ ! -s "$d/out-$seg" ] || measure
    if [ "$((seg + size))" -gt "$off" ]; then emit; quiet=0 early=0; continue; fi
    [ "$word" != end ] || continue
    if [ "$quiet" -ge 40 ] || ! under_way; then
      if [ -e "$d/armed" ] && [ ! -e "$d/begun" ] && [ "$fresh" -lt 100 ] && unbegun && unkept; then
        fresh=$((fresh + 1)) # the keeper is about to begin
      elif [ "$early" -gt 0 ]; then
        early=0 # what it printed comes first
        continue
      elif [ "$last" = no ] && ! status; then
        ! drained || last=yes
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
  set -- "$setsid" "$KEEPER" "$d" "$NAME" "$mask" "$GRACE" "${DIR:-$HOME}" "$shell" "$GOOD $BAD"
  ( # what signs the end goes where the script cannot read it: neither an argument nor a variable of the keeper
    environment
    exec "$1" /bin/sh -c "$2" prentice "$3" "$4" "$1" "$5" "$6" "$7" "$8" 2>/dev/null <<END
$9
END
  ) | (relay "$1" "$3" "$AHEAD") >/dev/null 2>&1 &
}
# relay: where this shell has a session of its own, the relay stays in it: a shell
# more costs as much as all else that it does for most scripts. It is called in
# brackets, because a shell that calls a function keeps what it redirects open.
relay() {
  [ "$OWN" = yes ] || exec "$1" /bin/sh -c "$RELAY" prentice "$2" "$3"
  shift
  eval "$RELAY"
}
# sweep: what is long over goes, and no one else gets into the folder.
sweep() {
  find "$base" \( \( -name "claim-*" -o -name "spare*" \) -prune -type d -mtime +"$DAYS" -print \) \
    -o \( ! -name "claim-*" -type d \( -perm -040 -o -perm -020 -o -perm -004 -o -perm -002 \) -print \) \
    -o \( -type f \( -name "over-*" -o -name "void-*" -o -name "helper-*" \) -mtime +"$DAYS" -print \) 2>/dev/null | while read -r old; do
    case $old in
      */claim-* | */spare*) alive "$old/keeper" || alive "$old/group" || rm -rf "$old" ;;
      */over-* | */void-* | */helper-*) rm -f "$old" ;;
      *) chmod 700 "$old" && say loose ;;
    esac
  done
}
# late: this shell began so long ago that no one waits for it. Its age is that of
# the process, which the machine's own clock tells; a sudo above it is older.
late() {
  { read -r up rest </proc/uptime; } 2>/dev/null || return 1
  up=${up%.*} who=$$ deep=0 stat=
  while { read -r stat <"/proc/$who/stat"; } 2>/dev/null; do
    name=${stat#*"("}
    name=${name%")"*}
    set -- ${stat##*")"}
    [ "$deep" = 0 ] || [ "$name" = sudo ] || return 1
    [ $((up - ${20} / 100)) -le "$LATEST" ] || return 0
    who=$2 deep=$((deep + 1))
    [ "$deep" -lt 4 ] || return 1
  done
  return 1
}
# make: a claim has its name when it is whole, so that one that was not finished is none.
# made is other where another has the name, and no where there can be none.
make() {
  made=other
  [ ! -d "$d" ] || return 0
  why=$(mkdir "$new" "$new/s" 2>&1) && arm 2>/dev/null && why=$(mv -f "$new" "$d" 2>&1) && made=yes
  if [ "$made" != yes ]; then
    rm -rf "$new"
    [ -d "$d" ] || made=no
  elif [ -d "$d/spare-$NONCE" ]; then # another was there first, and mv went into it
    rm -rf "$d/spare-$NONCE"
    made=other
  fi
}
arm() {
  line=----------------------------------------------------------------
  for file in status keeper group relay; do echo "$line$line" >"$new/$file" || return 1; done
  for file in read left; do echo "0 $line" >"$new/$file" || return 1; done
  echo "$TOKEN" >"$new/claim" && true >"$new/out-0" && script "$new/s/$NAME.sh" && true >"$new/armed"
}
# script: a printf that is no builtin is not used, because its arguments can be seen.
script() {
  { PATH=/dev/null printf '%s\n' "$SCRIPT" >"$1"; } 2>/dev/null || cat >"$1" <<END
$SCRIPT
END
}
# taken: the right to begin it has been used up, or taken away. That is looked at
# when the claim is made: anyone who takes the claim away has left this before.
taken() { [ -e "$base/over-$KEY" ] || [ -e "$base/void-$KEY" ]; }
start() {
  private || return
  setsid=$(command -v setsid 2>/dev/null) || { say refuse setsid; return; }
  shell=/bin/sh
  [ -z "$SHELL_OF" ] || shell=$(command -v "$SHELL_OF" 2>/dev/null) || { say refuse shell "$SHELL_OF"; return; }
  if late; then say refuse late; return; fi
  [ "$SWEEP" = no ] || sweep
  make
  case $made in
  no)
    say refuse full "$why"
    return
    ;;
  yes)
    if taken; then
      drop
      if [ -e "$base/void-$KEY" ]; then say refuse void; else say over; fi
      return
    fi
    say claim "$TOKEN" # before the script can do anything, so that it is known whatever becomes of the claim
    launch
    let_go
    ;;
  esac
  follow
  [ ! -e "$d/drained" ] || wait # for what it has launched: no one else would
}
signal() {
  g='' was=
  { read -r g was <"$d/group"; } 2>/dev/null
  case $g in '' | 0 | 1 | *[!0-9]*) return 1 ;; esac
  under_way && kill "-$1" "-$g" 2>/dev/null
}
# stop: where there is no claim, there is going to be none: a shell that comes late
# finds that the right to begin it was taken away.
stop() {
  if [ ! -e "$d/begun" ]; then
    private || return
    [ -e "$base/over-$KEY" ] || { true >"$base/void-$KEY"; } 2>/dev/null || { say refuse full; return; }
  fi
  settled && return
  signal TERM && told=stopped
  n=0
  while under_way && [ "$n" -lt "$((GRACE * 20))" ]; do n=$((n + 1)); pause; done
  signal KILL
  n=0
  while under_way && [ "$n" -lt 100 ]; do n=$((n + 1)); pause; done
  look
}
# anew: lets go of a claim whose script is known not to have done it, so that it can
# be begun once more.
anew() {
  if [ -d "$d" ] && ! status && under_way; then say running; return; fi
  drop
  say none
}
forget() {
  if [ -d "$d" ] && ! ended && under_way; then say running; return; fi
  OLD="claim-$KEY $OLD"
  let_go
  say none
}
# let_go: the claims whose proof is written, but for what still goes on. What stays
# of each is its name, so that a shell of ours which comes late does not begin it
# again. Where not even that can be kept, the claim stays instead.
let_go() {
  mine=$d
  set --
  for old in $OLD; do
    d=$base/$old
    if ended || ! under_way; then
      { true >"$base/over-${old#claim-}"; } 2>/dev/null || { rm -f "$d"/out-*; { true >"$base/over-${old#claim-}"; } 2>/dev/null; } || continue
      set -- "$@" "$d"
    fi
  done
  d=$mine
  [ $# = 0 ] || rm -rf "$@"
}
