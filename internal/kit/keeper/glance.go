package keeper

import (
	"os"
	"syscall"
	"time"
)

// straysTime is how long what a look has left behind may hold its output open.
const straysTime = 2 * time.Second

// glance runs a text in /bin/sh, whose output and code are the answer. It is for what only
// looks: there is no claim, and it ends with anyone who asked.
func (s *server) glance(a ask) {
	g, err := s.lookIn(a)
	if err != nil {
		s.say("refuse", "shell", plain(err.Error()))
		return
	}
	defer g.from.Close() //nolint:errcheck // it was read, or no one hears it
	code, left, said := -1, "none", time.NewTicker(sign)
	defer said.Stop()
	var at int64
	var late <-chan time.Time
	for pieces, ended := g.pieces, g.code; s.lost == nil && (pieces != nil || ended != nil); {
		select {
		case p, more := <-pieces:
			if !more {
				pieces = nil
				continue
			}
			s.say("out", text(at), text(int64(len(p))))
			if s.lost == nil {
				_, s.lost = s.out.Write(p)
			}
			at += int64(len(p))
		case code = <-ended:
			ended, late = nil, time.After(straysTime)
		case <-late:
			if g.end(a.grace) {
				left = "strays"
			}
			time.AfterFunc(straysTime, func() { g.from.Close() }) //nolint:errcheck // who holds it open then is not heard
		case <-said.C:
			s.say("alive")
		case <-s.gone:
			g.end(a.grace)
			return
		}
	}
	if s.lost != nil {
		g.end(a.grace)
		return
	}
	s.say("end", text(int64(code)), left, "room")
}

// look is a shell that looks.
type look struct {
	group  int
	from   *os.File
	pieces chan []byte
	code   chan int
}

// lookIn begins the shell, and hands over what it prints and how it ends.
func (s *server) lookIn(a ask) (*look, error) {
	in, feed, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	from, to, err := os.Pipe()
	if err != nil {
		feed.Close() //nolint:errcheck // no one reads it
		return nil, err
	}
	defer to.Close()
	how := &os.ProcAttr{Dir: s.home, Files: []*os.File{in, to, to}, Sys: &syscall.SysProcAttr{Setsid: true}}
	if syscall.Access(how.Dir, 1) != nil {
		how.Dir = "/"
	}
	shell, err := os.StartProcess("/bin/sh", []string{"/bin/sh"}, how)
	if err != nil {
		feed.Close() //nolint:errcheck // as above
		from.Close() //nolint:errcheck // as above
		return nil, err
	}
	g := &look{group: shell.Pid, from: from, pieces: make(chan []byte), code: make(chan int, 1)}
	over := s.gone
	go func() { feed.WriteString(a.script); feed.Close() }() //nolint:errcheck // a shell that does not read it says so
	go func() { g.code <- wait(shell) }()
	go func() {
		defer close(g.pieces)
		for {
			p := make([]byte, 32<<10)
			n, err := from.Read(p)
			if n > 0 {
				select {
				case g.pieces <- p[:n]:
				case <-over:
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return g, nil
}

// end ends the shell's group, and says whether someone was in it.
func (g *look) end(grace time.Duration) bool {
	if syscall.Kill(-g.group, syscall.SIGTERM) != nil {
		return false
	}
	if !empty(g.group, max(grace, time.Second)) {
		syscall.Kill(-g.group, syscall.SIGKILL) //nolint:errcheck // it may be gone by now
		empty(g.group, 5*time.Second)
	}
	return true
}
