package cell

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Place is where the folder of a cell is for its keeper and what that begins: an empty folder of every system.
const Place = "/mnt"

// A keeper is known before anything else of this program begins, in every program that this
// package is linked into, so that what is tested is what is shipped.
func init() {
	if len(os.Args) == 3 && os.Args[1] == keeperWord && os.Getpid() == 1 {
		err := keep()
		fmt.Fprintf(os.Stderr, "%v\n", err) //nolint:errcheck // the code says it too
		os.Exit(1)
	}
	if len(os.Args) == 3 && os.Args[1] == enterWord {
		err := entered(os.Args[2])
		fmt.Fprintf(os.Stderr, "prentice: the program cannot be begun: %v\n", err) //nolint:errcheck // so does it here
		os.Exit(126)
	}
}

// folderVariable is where a keeper finds the path of its folder.
const folderVariable = "PRENTICE_CELL"

// keeper keeps one cell.
type keeper struct {
	hub  *os.File // the network that joins those of the services
	self *os.File // this program, in a mount that no one can write to

	mu       sync.Mutex
	networks map[string]*network // guarded by mu, as what follows
	bridges  map[string]string
	pairs    int
	services map[string]*kept
}

func keep() error {
	runtime.GOMAXPROCS(2)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE) // what is ignored would be ignored by services, too
	syscall.CloseOnExec(3)
	syscall.CloseOnExec(4)
	k := &keeper{networks: map[string]*network{}, bridges: map[string]string{}, services: map[string]*kept{}}
	if err := k.settle(); err != nil {
		return err
	}
	asks, err := joined(os.NewFile(3, "asks"))
	if err != nil {
		return err
	}
	debug.FreeOSMemory() // what this program needs to begin, it needs no longer
	for {
		files, err := taken(asks)
		if err != nil { // who made the cell is gone, and so is the cell
			os.Exit(0)
		}
		if len(files) > 0 {
			go k.serve(files)
		}
	}
}

// settle makes the mounts of a cell its own.
func (k *keeper) settle() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts of its own: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("processes of its own: %w: give it an unmasked /proc", err)
	}
	k.self = sealed()
	if err := unix.MoveMount(4, "", unix.AT_FDCWD, Place, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		if err := unix.Mount(os.Getenv(folderVariable), Place, "", unix.MS_BIND|unix.MS_REC, ""); err != nil { // the same user may go there
			return fmt.Errorf("its folder at %s: %w", Place, err)
		}
	}
	unix.Close(4) //nolint:errcheck // it is mounted
	var err error
	k.hub, err = own()
	return err
}

// sealed is this program as a file that a service cannot write to, even where it is of the
// same user and finds it as the program of a process beside it.
func sealed() *os.File {
	var running, named unix.Stat_t
	path, err := os.Readlink("/proc/self/exe")
	if err == nil {
		err = errors.Join(unix.Stat("/proc/self/exe", &running), unix.Stat(path, &named))
	}
	if err == nil && running.Dev == named.Dev && running.Ino == named.Ino {
		fd, err := unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
		if err == nil {
			if err := unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}); err == nil {
				return os.NewFile(uintptr(fd), path)
			}
			unix.Close(fd) //nolint:errcheck // it is not used
		}
	}
	return nil
}

// serve answers one request.
func (k *keeper) serve(files []*os.File) {
	conn, err := joined(files[0])
	files = files[1:]
	defer func() { closeAll(files) }()
	if err != nil {
		return
	}
	defer conn.Close() //nolint:errcheck // all is said
	var r request
	if err := receive(conn, &r); err != nil {
		return
	}
	var a answer
	var out *os.File
	switch r.Do {
	case doStart:
		err = k.start(r.Service, files, r.Groups)
	case doStop:
		err = k.stop(r.Name, syscall.Signal(r.Signal), r.Grace)
	case doStates:
		a.States = k.states()
	case doUse:
		a.Use = used()
	case doEnter:
		a.Code, err = k.enter(conn, r, files)
	case doDial:
		out, err = k.dial(r.Name, r.Port)
	case doListen:
		out, err = k.listen(r.Service, r.Port, r.Others)
	default:
		err = fmt.Errorf("no one can do %q", r.Do)
	}
	if err != nil {
		a.Error = err.Error()
		if errors.Is(err, syscall.ECONNREFUSED) {
			a.Kind = "refused"
		}
	}
	if r.Do == doDial || r.Do == doListen {
		var list []*os.File
		if out != nil {
			list = append(list, out)
			defer out.Close() //nolint:errcheck // it was handed out
		}
		if hand(conn, list...) != nil {
			return
		}
	}
	send(conn, a) //nolint:errcheck // who asked may be gone
}
