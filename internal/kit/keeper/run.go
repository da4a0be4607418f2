package keeper

import (
	"os"
	"strings"
	"syscall"
	"time"
)

// run is a script that this process keeps.
type run struct {
	claim   claim
	group   int           // the process group of the script
	grew    chan struct{} // told when there is more output
	ended   chan struct{} // closed when it is written how the script ended
	drained chan struct{} // closed when no one holds its output open any more
}

// launch begins the script in a session of its own, unless someone gave it up.
func (s *server) launch(c claim, a ask, shell string) {
	if over(c.file("keeper"), ident(os.Getpid(), s.boot)) != nil || !c.once("begun") {
		return
	}
	r := &run{claim: c, grew: make(chan struct{}, 1), ended: make(chan struct{}), drained: make(chan struct{})}
	s.runs[c.dir] = r
	from, to, err := os.Pipe()
	if err != nil {
		over(c.file("status"), "end 126 none room "+a.bad)                   //nolint:errcheck // it is lost otherwise
		over(c.file("keeper"), text(int64(os.Getpid()))+" "+s.boot+" "+gone) //nolint:errcheck // as above
		close(r.ended)
		close(r.drained)
		return
	}
	script, err := s.begin(c, a, shell, to)
	if err != nil {
		to.WriteString("prentice: the script cannot be run: " + plain(err.Error()) + "\n") //nolint:errcheck // what counts is its code
	} else {
		r.group = script.Pid
		over(c.file("group"), ident(r.group, s.boot)) //nolint:errcheck // it has its room, and a stop finds the keeper otherwise
	}
	to.Close() //nolint:errcheck // the script has it
	s.work.Add(2)
	go func() { defer s.work.Done(); r.relay(from, a) }()
	go func() { defer s.work.Done(); r.keep(script, a, s.boot) }()
}

// begin starts the shell that runs the script.
func (s *server) begin(c claim, a ask, shell string, out *os.File) (*os.Process, error) {
	none, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer none.Close()
	argv := []string{shell, "-eu"}
	if s.piped(shell) {
		argv = append(argv, "-o", "pipefail")
	}
	how := &os.ProcAttr{Dir: a.dir, Env: environment(a), Files: []*os.File{none, out, out}, Sys: &syscall.SysProcAttr{Setsid: true}}
	if how.Dir == "" {
		how.Dir = s.home
	}
	if about, err := os.Stat(how.Dir); err != nil || !about.IsDir() || syscall.Access(how.Dir, 1) != nil {
		how.Dir = "/"
	}
	return os.StartProcess(shell, append(argv, c.file("s/"+a.name+".sh")), how)
}

// piped asks a shell, once, whether it fails a pipe with any of its commands.
func (s *server) piped(shell string) bool {
	can, known := s.pipes[shell]
	if !known {
		asked, err := os.StartProcess(shell, []string{shell, "-o", "pipefail", "-c", ":"}, &os.ProcAttr{Files: []*os.File{nil, nil, nil}})
		if err == nil {
			how, err := asked.Wait()
			can = err == nil && how.Success()
		}
		s.pipes[shell] = can
	}
	return can
}

// environment is that of the script: this process's own, but for what was asked.
func environment(a ask) []string {
	list := os.Environ()
	set := func(name, value string) {
		for i, e := range list {
			if strings.HasPrefix(e, name+"=") {
				list[i] = name + "=" + value
				return
			}
		}
		list = append(list, name+"="+value)
	}
	for _, e := range a.env {
		name, value, _ := strings.Cut(e, "=")
		set(name, value)
	}
	if len(a.path) > 0 {
		path := strings.Join(a.path, ":")
		for _, e := range list {
			if old, is := strings.CutPrefix(e, "PATH="); is && old != "" {
				path += ":" + old
			}
		}
		set("PATH", path)
	}
	return list
}

// keep waits for the script's end, ends what it has left behind, and writes down how
// it ended. No script is one that could not be run.
func (r *run) keep(script *os.Process, a ask, boot string) {
	code, left, room := 126, "none", "room"
	if script != nil {
		code = wait(script)
		if !empty(r.group, 2*time.Second) {
			left = "strays"
			syscall.Kill(-r.group, syscall.SIGTERM) //nolint:errcheck // it may be gone by now
			if !empty(r.group, max(a.grace, time.Second)) {
				syscall.Kill(-r.group, syscall.SIGKILL) //nolint:errcheck // as above
			}
		}
	}
	if write(r.claim.file("room"), "test\n", os.O_CREATE|os.O_TRUNC) != nil {
		room = "full"
	}
	seal := a.good
	if code != 0 {
		seal = a.bad
	}
	over(r.claim.file("status"), "end "+text(int64(code))+" "+left+" "+room+" "+seal) //nolint:errcheck // it has its room; without a word it is lost
	over(r.claim.file("keeper"), text(int64(os.Getpid()))+" "+boot+" "+gone)          //nolint:errcheck // this process goes on, and keeps it no more
	close(r.ended)
}

// wait is the code that a script ended with, as shells say it.
func wait(script *os.Process) int {
	how, err := script.Wait()
	if err != nil {
		return 126
	}
	if status, ok := how.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return how.ExitCode()
}
