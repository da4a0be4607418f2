# machine.sh FOLDER: a machine of its own on this one, until SIGTERM. Its root is this
# machine's, and what it changes there is its own and lies in FOLDER/upper; its init is
# systemd. It has processes, users, units and packages of its own, and shares the network
# and the folder FOLDER/shared, which it has as /srv/shared. When it is told to reboot, it does.
# machine.sh FOLDER in COMMAND…: runs a command there.
set -eu
case ${2-} in
'')
  cd "$1"
  groups=/sys/fs/cgroup
  [ -e $groups/cgroup.procs ] || groups=$groups/unified
  group=$groups/machine-$$
  mkdir -p upper work root shared "$group"
  gone() { kill -9 "$child" 2>/dev/null || :; wait "$child" 2>/dev/null || :; until find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.05; done; exit; }
  trap gone TERM
  while :; do
    cat /proc/sys/kernel/random/uuid >boot
    sh -c 'echo $$ >"$1/cgroup.procs" && exec unshare -m -p -C -u -i --fork --kill-child sh "$2" . on' - "$group" "$0" &
    child=$!
    until [ -s init.new ]; do sleep 0.02; cat "/proc/$child/task/$child/children" >init.new 2>/dev/null || :; done
    mv init.new init
    ended=0
    wait "$child" || ended=$?
    [ $ended = 129 ] || gone # init that is to begin anew ends by SIGHUP: pid_namespaces(7)
  done
  ;;
on)
  mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
  mkdir -p root/srv/shared root/.outside
  mount --bind shared root/srv/shared
  mount --rbind /dev root/dev
  mount -t proc proc root/proc
  mount --bind boot root/proc/sys/kernel/random/boot_id
  mount -t sysfs -o ro sys root/sys
  mount -t tmpfs cgroup root/sys/fs/cgroup
  mount -t cgroup2 cgroup root/sys/fs/cgroup
  mount -t tmpfs -o mode=755 run root/run
  mount -t tmpfs tmp root/tmp
  mkdir root/run/sshd
  cd root
  pivot_root . .outside
  cd /
  umount -l /.outside
  exec env -i container=machine SYSTEMD_UNIT_PATH=/etc/systemd/system PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system
  ;;
in)
  init=$(tr -d " " <"$1/init")
  shift 2
  exec nsenter -t "$init" -m -u -i -p -C env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
  ;;
esac
