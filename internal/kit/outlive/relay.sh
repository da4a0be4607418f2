# It keeps what the script prints, in pieces of some megabytes, and no more of it
# than so much ahead of who reads it: then the script waits. It goes on until no one
# holds the output open any more.
trap '' HUP INT TERM
umask 077
d=$1 limit=$2
echo "keeps " 1<>"$d/relay"
nap() { sleep "$1" 2>/dev/null || sleep 1; }
status() {
  word=
  { read -r word rest <"$d/status"; } 2>/dev/null
  [ "$word" = end ]
}
# keep: writes down what comes, in at most 128 reads. False at the end.
keep() {
  said=$(LC_ALL=C dd bs=65536 count=128 2>&1 >>"$d/out-$at") || { spill; return; }
  said=${said%% *}
  case $said in
    *[!0-9+]* | +* | *+ | *+*+* | '') # a dd that tells no numbers of reads
      n=$grown grown=$at$(LC_ALL=C ls -ln "$d/out-$at" 2>/dev/null)
      [ "$n" != "$grown" ] ;;
    *) [ $((${said%+*} + ${said#*+})) -ge 128 ] ;;
  esac
}
# ahead: what is kept is too far ahead of who reads it.
ahead() {
  got=0
  { read -r got rest <"$d/read"; } 2>/dev/null
  case $got in '' | *[!0-9]*) got=0 ;; esac
  [ $((at - got)) -gt "$limit" ]
}
# room: waits until it is not; false when no one has read for a minute, and of a
# daemon that prints on when the script has ended.
room() {
  n=0 was=
  while ahead; do
    [ "$got" = "$was" ] || { was=$got; n=0; }
    if status; then past=$((past + 1)); [ "$past" -le 4 ]; return; fi
    [ "$n" -lt 300 ] && [ -d "$d" ] || return 1
    n=$((n + 1))
    nap 0.2
  done
}
# spill: leaves out what comes until someone reads again and there is room, and
# writes how much that was. False at the end.
spill() {
  part=0
  while :; do
    n=$(dd bs=65536 count=64 2>/dev/null | wc -c)
    part=$((part + n)) missing=$((missing + n))
    echo "$missing " 1<>"$d/left"
    over=no
    [ "$n" -ge 64 ] || over=yes
    if [ "$over" = yes ] || ! ahead; then
      if { printf '\nprentice: at least %s bytes were left out here\n' "$part" >>"$d/out-$at"; } then
        part=0
        [ "$over" = no ]
        return
      fi
    fi
    [ "$over" = no ] || return 1
  done
}
at=0 missing=0 past=0 grown=
while keep; do
  set -- $(LC_ALL=C ls -ln "$d/out-$at" 2>/dev/null)
  [ "${5:-0}" -lt 8388608 ] || { true >"$d/more"; at=$((at + $5)); }
  room || spill || break
done
true >"$d/drained"
