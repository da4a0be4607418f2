package cell

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// enterWord is the first argument by which this program knows that it is about to become a
// program where a service runs.
const enterWord = "prentice-enter"

// inside is what is told to it, in a file in memory.
type inside struct {
	Enter
	Filter int // the descriptor of the filter of system calls
}

// enter performs a program where a service runs: nsenter joins the namespaces, and this very
// program gives up what a service has not, and becomes the program. Who asked hears its code;
// when they close, it is ended.
func (k *keeper) enter(conn net.Conn, r request, files []*os.File) (int, error) {
	s := k.service(r.Name)
	s.mu.Lock()
	main, running := s.main, s.state.Running
	s.mu.Unlock()
	if !running || main == 0 {
		return 0, fmt.Errorf("the service %s does not run", r.Name)
	}
	first := 3
	if r.Enter.Terminal {
		first = 1
	}
	if len(files) != first+1+r.Groups || r.Groups > 5 {
		return 0, fmt.Errorf("%d descriptors are not what was said", len(files))
	}
	self := k.self
	if self == nil {
		var err error
		if self, err = k.copied(); err != nil {
			return 0, fmt.Errorf("a copy of this program that cannot be written to: %w", err)
		}
	}
	stdio, filter, groups := files[:first], files[first], files[first+1:]
	if r.Enter.Terminal {
		stdio = []*os.File{files[0], files[0], files[0]}
	}
	// Descriptors: the groups, for the shell; then the filter, what is told, and this program.
	at := 3 + len(groups)
	text, err := json.Marshal(inside{r.Enter, at})
	if err != nil {
		return 0, err
	}
	told, err := InMemory("enter", text)
	if err != nil {
		return 0, err
	}
	defer told.Close() //nolint:errcheck // the program has its own
	argv := []string{
		"nsenter", "-t", strconv.Itoa(main), "-U", "-m", "-p", "-n", "-i", "-u",
		"--preserve-credentials", "--wd=/", "--", // the one user that a cell has is who the service is within
		"/proc/self/fd/" + strconv.Itoa(at+2), enterWord, strconv.Itoa(at + 1),
	}
	argv = wrapped(len(groups), r.Enter.Open, r.Enter.File, argv)
	c := &exec.Cmd{Path: argv[0], Args: argv, Dir: "/", Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		Stdin: stdio[0], Stdout: stdio[1], Stderr: stdio[2],
		ExtraFiles: append(append([]*os.File{}, groups...), filter, told, self), SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	n := k.networks[r.Name]
	if n == nil {
		return 0, errors.New("it has no network")
	}
	if err := c.Start(); err != nil {
		return 0, err
	}
	closeAll(files)
	done := make(chan struct{})
	defer close(done)
	go func() {
		conn.Read(make([]byte, 1)) //nolint:errcheck // it only ends
		select {
		case <-done:
		default:
			if child := firstChild(c.Process.Pid); child > 0 {
				syscall.Kill(child, syscall.SIGKILL) //nolint:errcheck // it may have ended
			}
			syscall.Kill(-c.Process.Pid, syscall.SIGKILL) //nolint:errcheck // so may it here
		}
	}()
	return codeOf(c.Wait()), nil
}

// copied is this program in memory, where the file it was begun from is no more.
func (k *keeper) copied() (*os.File, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.self != nil {
		return k.self, nil
	}
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	defer from.Close() //nolint:errcheck // it was only read
	fd, err := unix.MemfdCreate("prentice", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "prentice")
	if _, err := io.Copy(f, from); err != nil {
		f.Close() //nolint:errcheck // the first error says it all
		return nil, err
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SEAL|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE); err != nil {
		f.Close() //nolint:errcheck // so is it here
		return nil, err
	}
	k.self = f
	return f, nil
}

// entered is this program where a service runs: it has its user and its namespaces, and no
// capabilities. It takes the filter upon it and becomes the program.
func entered(fd string) error {
	n, err := strconv.Atoi(fd)
	if err != nil {
		return err
	}
	told := os.NewFile(uintptr(n), "told")
	var e inside
	if _, err := told.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := json.NewDecoder(told).Decode(&e); err != nil {
		return err
	}
	filter := os.NewFile(uintptr(e.Filter), "filter")
	program, err := readFilter(filter)
	if err != nil {
		return fmt.Errorf("the filter of system calls: %w", err)
	}
	for i := 3; i < n+2; i++ {
		syscall.CloseOnExec(i)
	}
	if e.Terminal {
		if _, err := syscall.Setsid(); err == nil {
			unix.IoctlSetInt(0, unix.TIOCSCTTY, 0) //nolint:errcheck // then it has no job control
		}
	}
	if err := os.Chdir(e.Dir); err != nil {
		return err
	}
	path, err := find(e.Argv[0], e.Env)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	if err := powerless(); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	for limit, most := range map[int]int64{unix.RLIMIT_AS: e.Memory, unix.RLIMIT_NPROC: int64(e.Processes)} {
		if most > 0 {
			if err := unix.Setrlimit(limit, &unix.Rlimit{Cur: uint64(most), Max: uint64(most)}); err != nil {
				return err
			}
		}
	}
	if err := confine(program); err != nil {
		return fmt.Errorf("the filter of system calls: %w", err)
	}
	return syscall.Exec(path, e.Argv, e.Env)
}

// find looks for a program on the PATH that it will have.
func find(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, e := range env {
		path, is := strings.CutPrefix(e, "PATH=")
		if !is {
			continue
		}
		for folder := range strings.SplitSeq(path, ":") {
			file := folder + "/" + name
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return file, nil
			}
		}
	}
	return "", fmt.Errorf("there is no program %q", name)
}

// InMemory is a file with a content, that is nowhere on a disk and read from its beginning.
func InMemory(name string, content []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	if _, err = f.Write(content); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close() //nolint:errcheck // the first error says it all
		return nil, err
	}
	return f, nil
}
