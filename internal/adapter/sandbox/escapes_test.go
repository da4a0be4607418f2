package sandbox_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice/internal/adapter/sandbox"
	"prentice/internal/kit/listedtest"
	"prentice/internal/kit/needtest"
)

// How an attempt ends outside of a sandbox, where it is tried as well: what fails there,
// too, proves nothing. Anything else is why it is not tried there.
const (
	succeeds = ""                          // for every user
	asRoot   = "as root"                   // for root; others are not asked
	perhaps  = "where the machine can"     // there are machines without it
	harms    = "it would harm the machine" // not tried
)

// An attempt ends with code 0 if it succeeds.
type attempt struct{ name, outside, script string }

// python is a script for python3; errno ends with success unless the kernel refused with
// "not permitted": what else is wrong with a call is only what it was given.
func python(script string) string { return "python3 -c '" + script + "'" }
func answered(call string) string {
	return python("import ctypes,sys; l=ctypes.CDLL(None,use_errno=True); r=l.syscall(" + call + "); sys.exit(0 if r!=-1 or ctypes.get_errno() not in (1,13,38) else 1)")
}

// attempts are what a job tries. $DIR is a folder of the machine that everyone may write,
// $SOCKET a socket in it, $SECRET a file, $PORT and $ABSTRACT where the machine listens,
// $PID a process of it, $SHARED and $SEGMENT are in the memory that its processes share.
var attempts = []attempt{
	// Files of the machine.
	{"write to a folder of the machine", succeeds, `echo x >"$DIR/planted"`},
	{"make that folder and look whether it is the machine's", succeeds, `mkdir -p "$DIR" && cat "$SECRET"`},
	{"write to the system", harms, `echo x >/usr/bin/planted`},
	{"write to the system's libraries", harms, `echo x >/lib/planted`},
	{"write over what it sees of /etc", harms, `echo x >/etc/ssl/openssl.cnf`},
	{"passwords of the machine", asRoot, `cat /etc/shadow`},
	{"homes of the machine", asRoot, `ls /root || ls -d /home/*`},
	{"the run folder of the machine", perhaps, `[ -n "$(ls -A /run)" ]`},
	{"what others left in /tmp", succeeds, `[ -n "$(ls -A /tmp)" ]`},
	{"the number of the machine", perhaps, `cat /etc/machine-id || cat /var/lib/dbus/machine-id`},
	{"a link that it makes to a file of the machine", succeeds, `ln -s "$SECRET" ./l && cat ./l; code=$?; rm -f ./l; exit $code`},
	{"a file of the machine by its handle, past all folders", asRoot, answered("304,-1,0,0")},

	// Mounts, roots and name spaces of its own.
	{"remount the system writable", harms, `mount -o remount,rw /usr`},
	{"mount a file system", harms, `mount -t tmpfs none /usr/local`},
	{"mount by a user name space of its own", succeeds, `unshare -Ur true`},
	{"a name space of mounts", asRoot, `unshare -m true`},
	{"a user name space by clone", succeeds, python(`import ctypes,os,sys; l=ctypes.CDLL(None); r=l.syscall(56,0x10000011,0,0,0,0); os._exit(0) if r==0 else sys.exit(0 if r>0 else 1)`)},
	{"a user name space by clone3", perhaps, python(`import ctypes,os,struct,sys; l=ctypes.CDLL(None); b=ctypes.create_string_buffer(struct.pack("=8Q",0x10000000,0,0,0,17,0,0,0)); r=l.syscall(435,b,64); os._exit(0) if r==0 else sys.exit(0 if r>0 else 1)`)},
	{"enter the name spaces of process 1", perhaps, `nsenter -t 1 -m true`},
	{"enter those of a process of the machine", asRoot, `nsenter -t "$PID" -n true && [ "$(cat /proc/"$PID"/comm)" = sleep ]`},
	{"unmount what hides", harms, `umount /usr`},
	{"chroot", asRoot, `chroot / true || exit 1`},
	{"a mount by the calls that are new", asRoot, python(`import ctypes,sys; l=ctypes.CDLL(None); sys.exit(0 if l.syscall(430,b"tmpfs",0)>=0 else 1)`)},
	{"a tree of mounts by the calls that are new", asRoot, python(`import ctypes,sys; l=ctypes.CDLL(None); sys.exit(0 if l.syscall(428,-100,b"/",1)>=0 else 1)`)},

	// What the kernel shows of processes.
	{"the root of process 1", perhaps, `cat /proc/1/root"$SECRET"`},
	{"the root of the one before", succeeds, `cat /proc/self/root/../.."$SECRET"`},
	{"the folder that prentice is in", "where process 1 of the machine stands is not known", `cat /proc/1/cwd"$SECRET"`},
	{"the root of a process of the machine", asRoot, `cat /proc/"$PID"/root"$SECRET"`},
	{"the program of process 1, to write over it", harms, `echo x >/proc/1/exe`},
	// bwrap's process 1 begins the job first, and gives itself the filter right after: a job that
	// looks at once may be quicker, and can do nothing to it meanwhile.
	{"rights that process 1 has", succeeds, `n=0; until grep -q "^Seccomp:.2" /proc/1/status; do n=$((n+1)); [ $n -lt 30 ] || exit 0; sleep 0.1; done; grep -q "^CapEff:.*[1-9a-f]" /proc/1/status`},
	{"see processes of the machine", succeeds, `cat /proc/[0-9]*/cmdline | tr '\0' ' ' | grep -q 'sleep [6]00'`},
	{"the environment of what began it", succeeds, `cat /proc/*/environ | tr '\0' '\n' | grep -q OF_THE_MACHINE`},
	{"its own environment", succeeds, `env | grep -q OF_THE_MACHINE`},

	// What was left open, and the terminal.
	{"files that were left open", succeeds, `for f in /proc/self/fd/* /proc/1/fd/*; do case "$(readlink "$f")" in *filter.bpf*|*secret*) exit 0;; esac; done; exit 1`},
	{"write by what was left open", succeeds, `for n in 3 4 5 6 7 8 9; do ( echo x >&$n ) 2>/dev/null && exit 0; done; exit 1`},
	{"type into the terminal", asRoot, python(`import os,pty,fcntl; pid,fd=pty.fork(); (fcntl.ioctl(0,0x5412,b"x"),os._exit(0)) if pid==0 else os._exit(os.waitstatus_to_exitcode(os.waitpid(pid,0)[1]))`)},

	// Sockets and the network.
	{"a socket of the machine", succeeds, python(`import socket,os; s=socket.socket(socket.AF_UNIX); s.connect(os.environ["SOCKET"])`)},
	{"a socket of the machine by a link that it makes", succeeds, python(`import socket,os; os.symlink(os.environ["SOCKET"],"k"); s=socket.socket(socket.AF_UNIX); s.connect("k")`) + `; code=$?; rm -f k; exit $code`},
	{"a socket of the machine by the root of process 1", perhaps, python(`import socket,os; s=socket.socket(socket.AF_UNIX); s.connect("/proc/1/root"+os.environ["SOCKET"])`)},
	{"an abstract socket of the machine", succeeds, python(`import socket,os; s=socket.socket(socket.AF_UNIX); s.connect("\0"+os.environ["ABSTRACT"])`)},
	{"the list of sockets of the machine", succeeds, `grep -F "$SOCKET" /proc/net/unix || grep -F "$ABSTRACT" /proc/net/unix`},
	{"the list of ports of the machine", succeeds, `grep -i ":$HEXPORT " /proc/net/tcp`},
	{"a port of the machine", succeeds, python(`import socket,os; socket.create_connection(("127.0.0.1",int(os.environ["PORT"])),2)`)},
	{"a port of the machine by IPv6", succeeds, python(`import socket,os; socket.create_connection(("::ffff:127.0.0.1",int(os.environ["PORT"])),2)`)},
	{"an address in the world", "nothing is sent into the world", python(`import socket; socket.create_connection(("192.0.2.1",80),1)`)},
	{"the address at which clouds tell secrets", "nothing is sent into the world", python(`import socket; socket.create_connection(("169.254.169.254",80),1)`)},
	{"a name in the world", "nothing is sent into the world", python(`import socket; socket.getaddrinfo("example.com",80)`)},
	{"a packet without a connection", "nothing is sent into the world", python(`import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x",("192.0.2.1",53))`)},
	{"raw packets", asRoot, python(`import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)`)},
	{"sockets of virtual machines", perhaps, python(`import socket; socket.socket(40, socket.SOCK_STREAM)`)},
	{"the kernel's own algorithms by socket", perhaps, python(`import socket; socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)`)},
	{"a network interface of its own", harms, `ip link add planted type dummy`},
	{"the socket of an engine of containers", perhaps, `[ -e /var/run/docker.sock ] || [ -e /run/docker.sock ] || [ -e /run/podman/podman.sock ]`},
	{"the message bus and the service manager", perhaps, `[ -e /run/dbus/system_bus_socket ] || [ -e /run/systemd/private ] || systemd-run --user true`},
	{"the daemon of Nix, which builds outside", perhaps, `[ -e /nix/var/nix/daemon-socket/socket ]`},

	// Processes of the machine.
	{"a signal to a process of the machine", succeeds, `kill -0 "$PID" && [ "$(cat /proc/"$PID"/comm)" = sleep ]`},
	{"a signal to all that it may", harms, `kill -9 -1; exit 1`},
	{"a handle on a process of the machine", perhaps, python(`import os,sys; os.pidfd_open(int(os.environ["PID"])); sys.exit(0 if open("/proc/"+os.environ["PID"]+"/comm").read()=="sleep\n" else 1)`)},
	{"read the memory of a process of the machine", asRoot, python(`import ctypes,os,sys; l=ctypes.CDLL(None,use_errno=True); n=ctypes.c_ulong; i=(n*2)(8,8); l.process_vm_readv(int(os.environ["PID"]),i,n(1),i,n(1),n(0)); sys.exit(0 if ctypes.get_errno()==14 else 1)`)},
	{"the limits of a process of the machine", succeeds, `prlimit --pid "$PID" --nofile && [ "$(cat /proc/"$PID"/comm)" = sleep ]`},
	{"a debugger on process 1", harms, python(`import ctypes,sys; l=ctypes.CDLL(None); sys.exit(0 if l.ptrace(16,1,0,0)==0 else 1)`)},
	{"a debugger at all", succeeds, python(`import ctypes,sys; l=ctypes.CDLL(None); sys.exit(0 if l.ptrace(0,0,0,0)==0 else 1)`)},
	{"a file in the shared memory of the machine", succeeds, `cat "$SHARED"`},
	{"a segment of the shared memory of the machine", succeeds, python(`import ctypes,os,sys; l=ctypes.CDLL(None); sys.exit(0 if l.shmget(int(os.environ["SEGMENT"]),0,0)>=0 else 1)`)},
	{"go before all others in time", asRoot, `nice -n -20 true 2>&1 | grep -q . && exit 1; chrt -f 99 true`},
	{"be the last that is killed where memory ends", perhaps, `echo -1000 >/proc/self/oom_score_adj`},

	// Devices and the kernel.
	{"a disk, or the memory of the machine", perhaps, `ls /dev/sda || ls /dev/vda || ls /dev/loop0 || ls /dev/mem || ls /dev/kmsg`},
	{"virtual machines and tunnels", perhaps, `[ -e /dev/kvm ] || [ -e /dev/net/tun ] || [ -e /dev/fuse ]`},
	{"make a device", perhaps, `mknod ./d b 254 0 || mknod ./m c 1 1; code=$?; rm -f ./d ./m; exit $code`},
	{"put something into /dev", harms, `touch /dev/planted`},
	{"settings of the kernel", harms, `echo 1 >/proc/sys/kernel/core_pattern || echo 1 >/proc/sysrq-trigger`},
	{"a program that the kernel begins for a kind of file", harms, `echo ":planted:M::PLANT::/bin/sh:" >/proc/sys/fs/binfmt_misc/register`},
	{"what the kernel knows of devices", succeeds, `ls /sys/kernel`},
	{"the control groups", succeeds, `ls /sys/fs/cgroup`},
	{"load a filter of its own into the kernel", asRoot, answered("321,0,0,0")},
	{"count what the processor does", asRoot, answered("298,0,0,0,0,0")},
	{"answer page faults of others", perhaps, answered("323,0")},
	{"io_uring", perhaps, answered("425,1,ctypes.create_string_buffer(256)")},
	{"the keys of the kernel", perhaps, answered("250,0,-3,0")},
	{"a key for others in the kernel", perhaps, answered(`248,b"user",b"planted",b"x",1,-3`)},
	{"the clock", harms, `date -s 2001-01-01`},
	{"the name of the machine", harms, `hostname planted`},

	// Rights and limits.
	{"rights by a program that is root's", perhaps, `su -c true || sudo -n true || ping -c1 127.0.0.1`},
	{"become root", asRoot, python(`import os; os.setuid(0)`)},
	{"a file that makes root", asRoot, `cp /bin/sh ./s && chmod 4755 ./s && ./s -p -c '[ "$(id -u)" = 0 ]'; code=$?; rm -f ./s; exit $code`},
	{"raise its limits", perhaps, `ulimit -n 1048576`},
	{"a core file that a handler of the machine takes", perhaps, `[ "$(ulimit -c)" != 0 ]`},
}

// tries says whether an attempt is to succeed outside, and whether it is tried there.
func (a attempt) tries() (tried, must bool) {
	switch a.outside {
	case succeeds:
		return true, true
	case asRoot:
		return os.Geteuid() == 0, true
	case perhaps:
		return true, false
	}
	return false, false
}

func TestNothingOfTheMachineIsReached(t *testing.T) {
	needtest.Program(t, "python3")
	o := newOutside(t)
	o.leaveOpen(t)
	s := made(t)
	t.Setenv("OF_THE_MACHINE", "secret")
	for _, a := range attempts {
		t.Run(a.name, func(t *testing.T) {
			if tried, must := a.tries(); tried {
				if said, err := o.perform(t, a.script); err != nil && must {
					t.Errorf("it fails without a sandbox, too, so that it proves nothing: %v: %s", err, said)
				}
			}
			os.Remove(filepath.Join(o.dir, "planted")) //nolint:errcheck // most make none
			o.reached.Store(false)
			var said bytes.Buffer
			exit, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", a.script}, Out: &said, Limits: sandbox.Limits{Time: 20 * time.Second}, Env: o.env()})
			switch {
			case err != nil:
				t.Fatal(err)
			case exit.OK():
				t.Errorf("it succeeded: %s", said.String())
			case strings.Contains(said.String(), "a-secret-of-the-machine"):
				t.Errorf("it read the secret: %s", said.String())
			case exit.Code == 125 || exit.TimedOut || strings.Contains(said.String(), "bwrap:") || strings.Contains(said.String(), "SyntaxError"):
				t.Errorf("it was not tried: %s: %s", exit, said.String())
			case o.reached.Load():
				t.Error("it reached a listener of the machine")
			}
			if left, _ := filepath.Glob(filepath.Join(o.dir, "planted")); len(left) > 0 {
				t.Error("left on the machine: ", left)
			}
		})
	}
	if err := o.process.Process.Signal(syscall.Signal(0)); err != nil {
		t.Error("a process of the machine is gone: ", err)
	}
}

const page = "../../../book/reference/escapes.md"

func TestTheBookListsEveryEscapeThatIsTried(t *testing.T) {
	var names []string
	for _, a := range attempts {
		names = append(names, a.name)
	}
	listedtest.Section(t, page, "From within a job", names)
	names = nil
	for _, l := range lies {
		names = append(names, l.name)
	}
	listedtest.Section(t, page, "In what a job brings back", names)
	if n := listedtest.Count(t, page); n < 40 {
		t.Errorf("%d attempts, and at least 40 are asked for", n)
	}
}
