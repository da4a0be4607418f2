what=$path
dir=${path%/*}
dir=${dir:-/}
tmp=$dir/.${path##*/}.prentice-$key
needs stat sha256sum base64 find
digest_of() { set -- "$(sha256sum <"$1")"; printf '%s' "${1%% *}"; }
# What is copied may have gone since: who has its content keeps it.
if [ -n "$copy" ]; then content() { if [ "$has" = "$digest" ]; then cat -- "$path"; else cat -- "$copy"; fi; }; fi
# copied: what is copied is there, and is what it must be.
copied() { [ -f "$copy" ] && [ -r "$copy" ] && [ "$(digest_of "$copy")" = "$digest" ]; }
look() {
  [ ! -L "$path" ] || fail "$path is a symbolic link to $(readlink "$path"): name the file itself"
  [ ! -d "$path" ] || fail "$path is a folder"
  now=absent has= user= group_of=
  if [ -e "$path" ]; then
    [ -f "$path" ] || fail "$path is not a plain file"
    [ -r "$path" ] || fail "$(id -un) cannot read $path"
    set -- $(stat -c '%a %u %g %s' -- "$path")
    mode_now=$1 uid=$2 gid=$3 size=$4 user=$(stat -c %U -- "$path") group_of=$(stat -c %G -- "$path")
    has=$(digest_of "$path")
    now="file sha256:$has mode $mode_now $user:$group_of $size bytes"
  elif [ -e "$dir" ] && [ ! -x "$dir" ]; then fail "$(id -un) cannot look into $dir"
  fi
  wanted
}
wanted() {
  so=yes says=
  if [ "$state" = absent ]; then
    if [ "$now" != absent ]; then so=no says="remove $path"; else says="$path is not there"; fi
    return
  fi
  if [ "$now" = absent ]; then so=no says="make $path"; lacking; return; fi
  [ "$has" = "$digest" ] || says="replace the content of $path"
  if [ -n "$mode" ] && [ "$mode" != "$mode_now" ]; then says="${says:+$says, }set its mode $mode_now to $mode"; fi
  if [ -n "$owner" ] && [ "$owner" != "$user" ] && [ "$owner" != "$uid" ]; then says="${says:+$says, }set its owner $user to $owner"; fi
  if [ -n "$group" ] && [ "$group" != "$group_of" ] && [ "$group" != "$gid" ]; then says="${says:+$says, }set its group $group_of to $group"; fi
  if [ -n "$says" ]; then so=no; else says="$path is as it should be"; fi
  lacking
}
lacking() {
  if [ "$how" = look ] && [ "$so" = no ] && [ -n "$copy" ] && [ "$has" != "$digest" ] && ! copied; then says="$says; $copy is not what it must be now"; fi
}
# shown: the content, for those who approve; of what others may not read only if it is asked for.
shown() {
  if [ -n "$copy" ] && copied && [ "$(stat -c %s -- "$copy")" -le 65536 ]; then
    case $diff,$(stat -c %a -- "$copy") in yes,* | ,*[4567]) printf 'after=%s\n' "$(base64 <"$copy" | tr -d '\n')" ;; esac
  fi
  [ "$now" != absent ] && [ "$size" -le 65536 ] || return 0
  case $diff,$mode_now in yes,* | ,*[4567]) ;; *) return 0 ;; esac
  printf 'content='
  base64 <"$path" | tr -d '\n'
  echo
}
report() {
  printf 'now=%s\nso=%s\nsays=%s\n' "$(one_line "$now")" "$so" "$(one_line "$says")"
  if [ "$how" = look ]; then shown; fi
}
keep() { [ "$now" = absent ] || cp -p -- "$path" "$1/file"; }
# fresh: nothing of an earlier try is left, and nothing of this one will be.
fresh() {
  [ -d "$dir" ] || fail "there is no folder $dir: make it in an earlier step"
  find "$dir" -maxdepth 1 -name ".${path##*/}.prentice-*" -mmin +60 -exec rm -f {} + 2>/dev/null || :
  trap 'rm -f -- "$tmp"' EXIT
  trap 'exit 143' TERM HUP INT
  rm -f -- "$tmp"
}
on_disk() { sync "$1" 2>/dev/null || sync; }
# place: the finished file takes the place of what is there, at once or not at all.
place() {
  on_disk "$tmp"
  before=$now
  look
  [ "$now" = "$before" ] || fail "$path was changed by others while it was being replaced; nothing was changed"
  mv -fT -- "$tmp" "$path"
  on_disk "$dir"
}
make() {
  fresh
  if [ "$state" = absent ]; then rm -f -- "$path"; on_disk "$dir"; return; fi
  if [ -n "$copy" ] && [ "$has" != "$digest" ] && ! copied; then fail "$copy is not there, or is not sha256:$digest; nothing was changed"; fi
  (umask 077; set -C; content >"$tmp") || fail "the new content of $path could not be written; nothing was changed"
  [ "$(digest_of "$tmp")" = "$digest" ] || fail "the new content of $path was not written whole; nothing was changed"
  belongs
  validated
  backed_up
  place
}
validated() {
  [ -n "$validate" ] || return 0
  sh -eu -c "$validate" validate "$tmp" || fail "validate refused the new content of $path (exit code $?); nothing was changed"
  [ "$(digest_of "$tmp")" = "$digest" ] || fail "validate has changed the file that it was to look at; nothing was changed"
}
backed_up() { if [ -n "$backup" ] && [ "$now" != absent ]; then cp -p -- "$path" "$path.before-$run"; fi; }
# belongs: whose the new file is. Without owner and group it is whose the old one was.
belongs() {
  to=
  if [ "$now" != absent ]; then
    if [ "$uid" != "$(id -u)" ]; then to=$uid; fi
    case " $(id -G) " in "$gid "* | *" $gid "*) ;; *) to=$to:$gid ;; esac
    [ -n "$group" ] || chgrp "$gid" -- "$tmp" 2>/dev/null || :
  fi
  if [ -n "$owner$group" ]; then to=$owner${group:+:$group}; fi
  if [ -n "$to" ]; then chown -- "$to" "$tmp" || fail "$(id -un) cannot give $path to $to; nothing was changed"; fi
  if [ -n "$mode" ]; then chmod "$mode" "$tmp"
  elif [ "$now" != absent ]; then chmod "$mode_now" "$tmp"
  else chmod 644 "$tmp"; fi
  if quiet command -v selinuxenabled && selinuxenabled && [ "$now" != absent ]; then chcon --reference="$path" "$tmp" 2>/dev/null || :; fi
}
restore() {
  fresh
  if [ -e "$1/file" ]; then
    (umask 077; set -C; cat "$1/file" >"$tmp") || fail "what was in $path could not be written; it is kept in $1"
    set -- "$1" $(stat -c '%a %u:%g' -- "$1/file")
    [ "$(stat -c '%u:%g' -- "$tmp")" = "$3" ] || chown "$3" "$tmp" || fail "$(id -un) cannot give $path back to $3; it is kept in $1"
    chmod "$2" "$tmp"
    place
  else
    rm -f -- "$path"
    on_disk "$dir"
  fi
}
tidy() {
  rm -f -- "$tmp"
  if [ -n "$backup" ]; then rm -f -- "$path.before-$run"; fi
}
