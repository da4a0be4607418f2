package egress

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// openingWord is the first argument by which this program knows that it is an opening.
const openingWord = "prentice-opening"

// openFile begins the path of a program that is begun by an open file.
const openFile = "/proc/self/fd/"

// Opening is how a program begins whose network is its own: this very program, at a path or
// by an open file, becomes it when it has handed a socket out over to, which is the number
// of a descriptor that is a Unix socket, or the path of one.
func Opening(program, to string, argv []string) []string {
	return append([]string{program, openingWord, to, "--"}, argv...)
}

// An opening is known before anything else of this program begins, in every program that this
// package is linked into, so that what is tested is what is shipped.
func init() {
	if len(os.Args) < 5 || os.Args[1] != openingWord || os.Args[3] != "--" {
		return
	}
	err := open(os.Args[2], os.Args[4:])
	fmt.Fprintf(os.Stderr, "prentice: the way to the network cannot be made: %v\n", err) //nolint:errcheck // the code says it too
	os.Exit(125)
}

func open(to string, argv []string) error {
	if own, is := strings.CutPrefix(os.Args[0], openFile); is {
		if fd, err := strconv.Atoi(own); err == nil {
			syscall.CloseOnExec(fd)
		}
	}
	out, err := strconv.Atoi(to)
	if err != nil {
		if out, err = reach(to); err != nil {
			return err
		}
	}
	syscall.CloseOnExec(out)
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("a socket: %w", err)
	}
	if err := syscall.Bind(s, &syscall.SockaddrInet4{Port: openingPort, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return fmt.Errorf("port %d: %w", openingPort, err)
	}
	if err := syscall.Listen(s, 128); err != nil {
		return err
	}
	if err := syscall.Sendmsg(out, []byte{1}, syscall.UnixRights(s), nil, 0); err != nil {
		return fmt.Errorf("hand it out: %w", err)
	}
	program, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	return syscall.Exec(program, argv, Environment(os.Environ()))
}

func reach(path string) (int, error) {
	s, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	return s, syscall.Connect(s, &syscall.SockaddrUnix{Name: path})
}
