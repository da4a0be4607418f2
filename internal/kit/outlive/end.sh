now=- stat= who=$PID
{ read -r now </proc/sys/kernel/random/boot_id; } 2>/dev/null || now=-
[ "$now" = "$BOOT" ] || { echo "@$NONCE none"; exit 0; }
if { read -r stat <"/proc/$PID/stat"; } 2>/dev/null; then
  set -- ${stat##*")"}
  [ "${20}" = "$START" ] || { echo "@$NONCE none"; exit 0; } # its number was given anew
fi
[ "$GROUP" = - ] || who=-$GROUP
kill -TERM "$who" 2>/dev/null || { echo "@$NONCE none"; exit 0; }
empty() {
  n=0
  while kill -0 "$who" 2>/dev/null; do
    [ "$n" -lt "$1" ] || return 1
    n=$((n + 1))
    sleep 0.05 2>/dev/null || sleep 1
  done
}
empty $((GRACE * 20)) || { kill -KILL "$who" 2>/dev/null; empty 100; } || { echo "@$NONCE running"; exit 0; }
echo "@$NONCE end 0"
