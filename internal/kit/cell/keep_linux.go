package cell

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// kept is a service of a cell.
type kept struct {
	begin sync.Mutex // held while it is begun or stopped
	mu    sync.Mutex
	state State // guarded by mu, as what follows
	main  int   // its first process, in the keeper's count; 0 is none
	over  chan struct{}
}

func (k *keeper) service(name string) *kept {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.services[name]
	if s == nil {
		s = &kept{}
		k.services[name] = s
	}
	return s
}

// enterGroups takes its place in control groups and limits itself before it becomes the
// program that follows: no descriptor of a group stays open.
const enterGroups = `for f in $1; do echo 0 >&$f || exit 125; eval "exec $f>&-"; done; [ -z "$3" ] || echo "$3" >/proc/self/oom_score_adj; ulimit -c 0 && ulimit -n "$2" || exit 125; [ -z "$4" ] || ulimit -f "$4" || exit 125; shift 4; exec "$@"`

// wrapped is a command that enters groups first, which are descriptors from 3 on, and may
// make no larger file.
func wrapped(groups, open int, file int64, argv []string) []string {
	var list []string
	for i := range groups {
		list = append(list, strconv.Itoa(3+i))
	}
	blocks := ""
	if file > 0 {
		blocks = strconv.FormatInt(file/512, 10)
	}
	return append([]string{"/bin/sh", "-c", enterGroups, "enter", strings.Join(list, " "), strconv.Itoa(open), "500", blocks}, argv...)
}

// start begins a service unless it runs. The groups are the first descriptors that its shell
// has, which names no number above 9; see Service for what follows.
func (k *keeper) start(sv Service, files []*os.File, groups int) error {
	if groups > 5 || groups > len(files) {
		return fmt.Errorf("%d control groups are too many", groups)
	}
	s := k.service(sv.Name)
	s.begin.Lock()
	defer s.begin.Unlock()
	s.mu.Lock()
	running := s.state.Running
	s.mu.Unlock()
	if running {
		return nil
	}
	n, err := k.networkOf(sv)
	if err != nil {
		return err
	}
	status, told, err := os.Pipe()
	if err != nil {
		return err
	}
	log, err := newLog(filepath.Join(Place, "logs", sv.Name), sv.Log)
	if err != nil {
		closeAll([]*os.File{told, status})
		return err
	}
	prints, printed, err := os.Pipe()
	if err != nil {
		closeAll([]*os.File{told, status})
		log.Close() //nolint:errcheck // nothing was written
		return err
	}
	own, enters := files[:len(files)-groups], files[len(files)-groups:]
	argv := wrapped(groups, sv.Open, sv.File, sv.Argv)
	extra := append(append(append([]*os.File{}, enters...), told), own...)
	c := &exec.Cmd{Path: argv[0], Args: argv, Dir: "/", Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		Stdout: printed, Stderr: printed, ExtraFiles: extra, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	err = k.within(n.space, c.Start)
	told.Close()    //nolint:errcheck // the service has its own
	printed.Close() //nolint:errcheck // so has it here
	if err != nil {
		closeAll([]*os.File{prints, status})
		log.Close() //nolint:errcheck // so is it here
		return err
	}
	pumped := make(chan struct{})
	go func() {
		defer close(pumped)
		io.Copy(log, prints) //nolint:errcheck // a full disk must not stop it: see log
		prints.Close()       //nolint:errcheck // all is read
		log.Close()          //nolint:errcheck // what could be kept is kept
	}()
	said := json.NewDecoder(status)
	main := childOf(said)
	begun(main)
	s.mu.Lock()
	s.state = State{Running: true, Began: time.Now(), Begun: max(s.state.Begun, written(sv.Name).Begun) + 1}
	s.main, s.over = main, make(chan struct{})
	over := s.over
	s.keep(sv.Name)
	s.mu.Unlock()
	go func() {
		defer status.Close() //nolint:errcheck // it is read
		code := codeOf(c.Wait())
		unmade := main == 0 || code != 0 && !hasEnded(said, status)
		if main > 0 {
			syscall.Kill(main, syscall.SIGKILL) //nolint:errcheck // mostly it has ended
			for {
				if _, err := syscall.Wait4(main, nil, 0, nil); !errors.Is(err, syscall.EINTR) {
					break
				}
			}
		}
		select {
		case <-pumped:
		case <-time.After(5 * time.Second): // all who could write are gone
		}
		s.mu.Lock()
		s.state.Running, s.state.Code, s.state.Ended, s.state.Unmade, s.main = false, code, time.Now(), unmade, 0
		s.keep(sv.Name)
		s.mu.Unlock()
		close(over)
	}()
	return nil
}

// childOf is the first process of a service, as bubblewrap says it; 0 is that it could not begin.
func childOf(status *json.Decoder) int {
	var said struct {
		Child int `json:"child-pid"`
	}
	if status.Decode(&said) != nil {
		return 0
	}
	return said.Child
}

// hasEnded says whether the program of a service was begun, and so has ended: bubblewrap says
// with what code, and does not where it could not begin it.
func hasEnded(said *json.Decoder, status *os.File) bool {
	status.SetReadDeadline(time.Now().Add(time.Second)) //nolint:errcheck // a pipe has deadlines
	var end struct {
		Code *int `json:"exit-code"`
	}
	return said.Decode(&end) == nil && end.Code != nil
}

// keep writes how a service is to where its next keeper, and who looks after a kill, find it.
func (s *kept) keep(name string) {
	text, _ := json.Marshal(s.state) // it can always be written
	path := filepath.Join(Place, "state", name)
	if os.WriteFile(path+".new", text, 0o600) == nil {
		os.Rename(path+".new", path) //nolint:errcheck // a full disk must not stop a service
	}
}

func written(name string) (s State) {
	text, _ := os.ReadFile(filepath.Join(Place, "state", name)) // mostly there is none
	json.Unmarshal(text, &s)                                    //nolint:errcheck // then it is a first one
	return s
}

func codeOf(err error) int {
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ended):
		if w, is := ended.Sys().(syscall.WaitStatus); is && w.Signaled() {
			return 128 + int(w.Signal())
		}
		return ended.ExitCode()
	}
	return 125
}

// stop sends the program of a service a signal and waits; then it ends all that is left.
func (k *keeper) stop(name string, signal syscall.Signal, grace time.Duration) error {
	s := k.service(name)
	s.begin.Lock()
	defer s.begin.Unlock()
	s.mu.Lock()
	running, main, over := s.state.Running, s.main, s.over
	s.mu.Unlock()
	if !running {
		return nil
	}
	if program := firstChild(main); program > 0 && grace > 0 {
		syscall.Kill(program, signal) //nolint:errcheck // it may have ended
		select {
		case <-over:
			return nil
		case <-time.After(grace):
		}
	}
	if main > 0 {
		syscall.Kill(main, syscall.SIGKILL) //nolint:errcheck // so may it here
	}
	select {
	case <-over:
		return nil
	case <-time.After(30 * time.Second):
		return fmt.Errorf("the service %s does not end, 30 s after SIGKILL", name)
	}
}

// firstChild is the program of a service: the process that bubblewrap's first process began.
func firstChild(main int) int {
	if main <= 0 {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", main, main)) // one that is gone has none
	if err != nil && hasProcess(main) {
		text = childrenOf(main)
	}
	least := 0
	for _, f := range strings.Fields(string(text)) {
		if pid, err := strconv.Atoi(f); err == nil && (least == 0 || pid < least) {
			least = pid
		}
	}
	return least
}

func hasProcess(pid int) bool { return syscall.Kill(pid, 0) == nil }

// childrenOf finds them where the kernel keeps no list (CONFIG_PROC_CHILDREN).
func childrenOf(parent int) (list []byte) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, _ := os.ReadFile(file) // one that has ended has none
		_, rest, _ := bytes.Cut(text, []byte(") "))
		if f := strings.Fields(string(rest)); len(f) > 1 && f[1] == strconv.Itoa(parent) {
			list = append(list, filepath.Base(filepath.Dir(file))+" "...)
		}
	}
	return list
}

// begun waits until what a service sees is made and its program begins, or none will: from
// then on it can be entered.
func begun(main int) {
	for wait := time.Millisecond; main > 0 && firstChild(main) == 0 && hasProcess(main) && !hasExited(main); wait = min(2*wait, 20*time.Millisecond) {
		time.Sleep(wait)
	}
}

// hasExited says whether a process is only remembered.
func hasExited(pid int) bool {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // one that is gone has none
	_, state, _ := bytes.Cut(text, []byte(") "))
	return len(state) == 0 || state[0] == 'Z' || state[0] == 'X'
}

func (k *keeper) states() map[string]State {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := map[string]State{}
	for name, s := range k.services {
		s.mu.Lock()
		if s.state.Begun > 0 {
			all[name] = s.state
		}
		s.mu.Unlock()
	}
	return all
}

// used adds up what the processes of the cell say of themselves, the keeper's own apart.
func used() (u Use) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	const tick = time.Second / 100 // USER_HZ, which is 100 everywhere
	page := int64(os.Getpagesize())
	for _, file := range files {
		if file == "/proc/1/stat" {
			continue
		}
		text, _ := os.ReadFile(file) // one that has ended has none
		_, rest, _ := bytes.Cut(text, []byte(") "))
		f := strings.Fields(string(rest))
		if len(f) < 22 {
			continue
		}
		user, _ := strconv.ParseInt(f[11], 10, 64)
		system, _ := strconv.ParseInt(f[12], 10, 64)
		resident, _ := strconv.ParseInt(f[21], 10, 64)
		u.CPU += time.Duration(user+system) * tick
		u.Memory += resident * page
		u.Processes++
	}
	return u
}
