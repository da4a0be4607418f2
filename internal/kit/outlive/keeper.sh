trap : HUP INT TERM
ident() {
  boot=- start=- stat=
  { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot=-
  if { read -r stat <"/proc/$1/stat"; } 2>/dev/null; then
    set -- "$1" ${stat##*")"}
    start=${21}
    [ "$2" = Z ] && start=ended
  fi
  echo "$1 $boot $start"
}
pause() { sleep 0.05 2>/dev/null || sleep 1; }
empty() {
  n=0
  while kill -0 "-$g" 2>/dev/null; do
    [ "$n" -ge "$1" ] && return 1
    n=$((n + 1)); pause
  done
}
d=$1
read -r good bad
exec </dev/null
cd -- "$6" 2>/dev/null || cd /
ident "$$" 1<>"$d/keeper"
n=0 # no script begins before what it prints is kept: who keeps it may be ended on its way into a session of its own
while :; do
  word=
  { read -r word rest <"$d/relay"; } 2>/dev/null
  [ "$word" != keeps ] || break
  [ "$n" -lt 500 ] && [ -d "$d" ] || exit 0
  n=$((n + 1))
  sleep 0.01 2>/dev/null || sleep 1
done
set -C
{ true >"$d/begun"; } 2>/dev/null || exit 0 # someone gave it up, or nothing can be kept
set +C
pipes= # a pipe fails with any of its commands, where the shell can
case $7 in
  /bin/sh) (set -o pipefail) 2>/dev/null && pipes='-o pipefail' ;; # which is this one
  *) "$7" -o pipefail -c : </dev/null >/dev/null 2>&1 && pipes='-o pipefail' ;;
esac
(umask "$4"; exec "$3" "$7" -eu $pipes "$d/s/$2.sh") 2>&1 </dev/null &
g=$!
ident "$g" 1<>"$d/group"
while :; do
  wait "$g"; code=$?
  kill -0 "$g" 2>/dev/null || break
done
left=none
if ! empty 40; then
  left=strays
  kill -TERM "-$g" 2>/dev/null
  empty "$(($5 * 20))" || kill -KILL "-$g" 2>/dev/null
fi
full=room
echo test >"$d/room" 2>/dev/null || full=full
[ "$code" = 0 ] || good=$bad
echo "end $code $left $full $good" 1<>"$d/status"
