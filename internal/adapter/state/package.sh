what="package $name"
if quiet command -v apt-get; then manager=apt; needs dpkg-query
elif quiet command -v dnf; then manager=dnf; needs rpm
elif quiet command -v apk; then manager=apk
else fail "there is none of apt-get, dnf and apk on this host"; fi
has_now() {
  case $manager in
  apt) dpkg-query -W -f='${db:Status-Status} ${Version}\n' -- "$name" 2>/dev/null | sed -n 's/^installed //p' | head -n 1 ;;
  dnf) rpm -q --qf '%{VERSION}-%{RELEASE}\n' -- "$name" 2>/dev/null | grep -v 'not installed' | tail -n 1 ;;
  apk) apk list --installed -- "$name" 2>/dev/null | sed -n "s/^$name-\([0-9][^ ]*\) .*/\1/p" | head -n 1 ;;
  esac || :
}
offered() { if [ "$manager" = apt ]; then apt-cache policy -- "$name" 2>/dev/null | sed -n 's/^ *Candidate: //p'; fi; }
look() {
  has=$(has_now)
  if [ -n "$has" ]; then now="installed $has"; else now=absent; fi
  so=no
  case $state,$now in
  absent,absent) so=yes says="$name is not installed" ;;
  absent,*) says="remove $name $has" ;;
  *,absent) says="install $name ${version:-$( [ "$how" != look ] || offered)}" ;;
  *) if [ -n "$version" ] && [ "$has" != "$version" ]; then says="change $name from $has to $version"; else so=yes says="$name $has is installed"; fi ;;
  esac
}
keep() { :; }
apt() { DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" </dev/null; }
install() { # a version, or "" for the one that is offered
  case $manager in
  apt) apt install --allow-downgrades -- "$name${1:+=$1}" ;;
  dnf) if [ -n "$1" ]; then dnf -y install -- "$name-$1" || dnf -y downgrade -- "$name-$1"; else dnf -y install -- "$name"; fi ;;
  apk) apk add -- "$name${1:+=$1}" ;;
  esac
}
remove() {
  case $manager in
  apt) apt remove -- "$name" ;;
  dnf) dnf -y remove -- "$name" ;;
  apk) apk del -- "$name" ;;
  esac
}
make() {
  if [ "$state" = absent ]; then remove || fail "$name could not be removed"
  else install "$version" || fail "$name could not be installed"; fi
}
restore() {
  case $was in
  absent) remove || fail "$name could not be removed again" ;;
  *) install "${was#installed }" || fail "$name ${was#installed } could not be installed again" ;;
  esac
}
