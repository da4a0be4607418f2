what="user $name"
needs getent id
look() {
  now=absent has_uid= has_gid= has_home= has_shell= has_comment= has_groups=
  entry=$(getent passwd -- "$name") || entry=
  if [ -n "$entry" ]; then
    rest=${entry#*:*:}
    has_uid=${rest%%:*} rest=${rest#*:}
    has_gid=${rest%%:*} rest=${rest#*:}
    has_comment=${rest%%:*} rest=${rest#*:}
    has_home=${rest%%:*} has_shell=${rest#*:}
    has_groups=$(id -nG -- "$name" | tr ' ' '\n' | sort | tr '\n' ',')
    now="uid=$has_uid gid=$has_gid home=$has_home shell=$has_shell groups=${has_groups%,} comment=$has_comment"
  fi
  so=yes says=
  if [ "$state" = absent ]; then
    if [ "$now" = absent ]; then says="there is no user $name"; else so=no says="remove user $name (uid $has_uid); their files stay"; fi
    return
  fi
  if [ "$now" = absent ]; then so=no says="make user $name${groups:+ in $groups}"; return; fi
  differs() { if [ -n "$2" ] && [ "$2" != "$3" ]; then says="${says:+$says, }$1 $3 to $2"; fi; }
  differs uid "$uid" "$has_uid"
  differs home "$home" "$has_home"
  differs shell "$shell" "$has_shell"
  differs comment "$comment" "$has_comment"
  for one in $(printf '%s' "$groups" | tr ',' ' '); do
    case ",$has_groups" in *",$one,"*) ;; *) says="${says:+$says, }add to $one" ;; esac
  done
  if [ -n "$says" ]; then so=no says="change user $name: $says"; else says="user $name is as it should be"; fi
}
keep() {
  if [ "$now" = absent ]; then
    [ ! -d "${home:-/home/$name}" ] || : >"$1/home-was-there"
  else
    (umask 077; getent shadow -- "$name" | cut -d: -f2 >"$1/password") 2>/dev/null || :
  fi
}
make() {
  if [ "$state" = absent ]; then needs userdel; userdel -- "$name" || fail "user $name could not be removed"; return; fi
  needs useradd usermod
  if [ "$now" = absent ]; then
    set -- ${uid:+-u "$uid"} ${home:+-d "$home"} ${shell:+-s "$shell"} ${groups:+-G "$groups"}
    if [ -n "$comment" ]; then set -- "$@" -c "$comment"; fi
    if [ "$system" = yes ]; then set -- "$@" -r; else set -- "$@" -m; fi
    useradd "$@" -- "$name" || fail "user $name could not be made"
    return
  fi
  set --
  if [ -n "$uid" ]; then set -- "$@" -u "$uid"; fi
  if [ -n "$home" ]; then set -- "$@" -d "$home"; fi
  if [ -n "$shell" ]; then set -- "$@" -s "$shell"; fi
  if [ -n "$comment" ]; then set -- "$@" -c "$comment"; fi
  if [ -n "$groups" ]; then set -- "$@" -a -G "$groups"; fi
  usermod "$@" -- "$name" || fail "user $name could not be changed"
}
part() { printf ' %s\n' "${was%% comment=*}" | sed -n "s/^.* $1=\([^ ]*\).*$/\1/p"; }
restore() {
  if [ "$was" = absent ]; then
    if [ -e "$1/home-was-there" ] || [ "$system" = yes ]; then userdel -- "$name"; else userdel -r -- "$name" 2>/dev/null; fi || fail "user $name could not be removed again"
    return
  fi
  set -- "$1" -u "$(part uid)" -g "$(part gid)" -d "$(part home)" -s "$(part shell)" -c "${was#*comment=}" -G "$(part groups)"
  kept_in=$1
  shift
  if [ "$now" = absent ]; then
    quiet getent group "$(part gid)" || groupadd -g "$(part gid)" -- "$name"
    useradd -M "$@" -- "$name" || fail "user $name could not be made again"
  else
    usermod "$@" -- "$name" || fail "user $name could not be put back to $was"
  fi
  if [ -s "$kept_in/password" ]; then usermod -p "$(cat "$kept_in/password")" -- "$name"; fi
}
