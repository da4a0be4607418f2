# One look at a machine: it reads, and changes nothing.
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
first() { head -c "$2" "$1" 2>/dev/null; echo; }
printf '== date\n%s\n' "$(date +%s.%N)" # the first word comes after its moment
echo '== stat'; first /proc/stat 16384 | grep '^cpu'
echo '== meminfo'; first /proc/meminfo 4096
echo '== loadavg'; first /proc/loadavg 200
echo '== uptime'; first /proc/uptime 200
echo '== files'; first /proc/sys/fs/file-nr 200
echo '== connections'; first /proc/sys/net/netfilter/nf_conntrack_count 40; first /proc/sys/net/netfilter/nf_conntrack_max 40
echo '== sockets'; first /proc/net/sockstat 1000
echo '== mounts'; first /proc/mounts 65536
echo '== disks'; { df -P -k -l 2>/dev/null || df -P -k 2>/dev/null; } | head -c 65536; echo
echo '== inodes'; { df -P -i -l 2>/dev/null || df -P -i 2>/dev/null; } | head -c 65536; echo
if test -n "${UPDATES-}"; then
	echo '== updates'
	if command -v apt-get >/dev/null; then
		echo "apt $(apt-get -s -o Debug::NoLocking=true upgrade 2>/dev/null | grep -c '^Inst ')"
	elif command -v dnf >/dev/null; then
		echo "dnf $(dnf -q -C check-update 2>/dev/null | grep -c '^[a-zA-Z0-9]')"
	elif command -v apk >/dev/null; then
		echo "apk $(apk --no-network version -l '<' 2>/dev/null | grep -c ' < ')"
	fi
	if test -e /run/reboot-required || test -e /var/run/reboot-required; then echo 'restart 1'; else echo 'restart 0'; fi
fi
echo '== end'
