group=- boot=- start=- stat=
{ read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot=-
if { read -r stat <"/proc/$$/stat"; } 2>/dev/null; then
  set -- ${stat##*")"}
  start=${20}
  case $3 in $$ | "$2") group=$3 ;; esac # its own, or that of the sudo above it
elif kill -0 "-$$" 2>/dev/null; then
  group=$$
fi
echo "@$NONCE hello $$ $group $boot $start $pipes" || exit 1
[ "$pipes" != pipefail ] || command set -o pipefail 2>/dev/null || :
[ "$group" != $$ ] || trap 'code=$?; trap "" TERM; kill -TERM "-'"$group"'" 2>/dev/null; exit $code' EXIT # a script may have a variable of that name
unset NONCE boot start stat pipes
set --
exec </dev/null 2>&1
