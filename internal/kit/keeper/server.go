package keeper

import (
	"bufio"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Main answers what is asked on standard input, until there is nothing more or no one
// reads the answers, and then goes on until its scripts have ended. Shell is the number of the
// shell that began it, pipes says of shells whether they fail a pipe with any of its commands, where
// that is known.
func Main(shell int, pipes map[string]bool) {
	runtime.GOMAXPROCS(1) // threads that look for work cost more than all that there is to do
	// What ends a session does not end this. Signals that are caught are as usual again in
	// the scripts; those that are ignored would not be.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE)
	syscall.Setsid() //nolint:errcheck // it may lead one already
	closed()
	s := &server{out: os.Stdout, home: os.Getenv("HOME"), boot: bootID(), began: beginning(shell), pipes: pipes, runs: map[string]*run{}, gone: make(chan struct{})}
	asks := make(chan ask)
	go func() {
		defer close(s.gone)
		for in := bufio.NewReader(os.Stdin); ; {
			a, err := read(in)
			if err != nil {
				return
			}
			asks <- a
		}
	}()
	for there := true; there && s.lost == nil; {
		select {
		case a := <-asks:
			s.answer(a)
			there = a.action != "start" || s.said != "refuse" && s.said != "over" // one that came late is asked nothing more
		case <-s.gone:
			there = false
		case <-time.After(idleTime): // anyone who asks has a lane for a shorter time than this
			there = false
		}
	}
	s.bequeath()
	letLoose()
	over := make(chan struct{})
	go func() { s.work.Wait(); close(over) }()
	select {
	case <-over:
	case <-time.After(50 * time.Millisecond):
		if os.Getppid() == shell { // it waits for this process, and its session for it
			syscall.Kill(shell, syscall.SIGTERM) //nolint:errcheck // it may have gone
		}
		<-over
	}
}

// idleTime is how long this process waits to be asked something more.
const idleTime = 2 * time.Minute

// server answers.
type server struct {
	out       io.Writer
	lost      error         // why no one hears it any more
	gone      chan struct{} // closed when no one asks any more
	nonce     string
	said      string // the first word of the last line of the answer
	home      string
	boot      string
	began     int64           // when this process did, in seconds after the boot; -1 if no one can tell
	pipes     map[string]bool // by shell: whether it fails a pipe with any of its commands
	runs      map[string]*run // by the folder of their claim
	spare     string          // a folder that is ready to be that of a claim; "" if there is none
	inherited bool            // it was looked for one that an earlier helper left
	work      sync.WaitGroup  // scripts that go on, and output that someone holds open
}

// say writes a line of an answer.
func (s *server) say(words ...string) {
	if s.said = words[0]; s.lost == nil {
		_, s.lost = io.WriteString(s.out, "@"+s.nonce+" "+strings.Join(words, " ")+"\n")
	}
}

// answer performs an ask.
func (s *server) answer(a ask) {
	s.nonce = a.nonce
	if a.base == "" && s.home != "" {
		a.base = s.home + "/.prentice"
	}
	c := claim{base: a.base, key: a.key, dir: a.base + "/claim-" + a.key, new: a.base + "/spare-" + a.nonce, boot: s.boot, good: a.good, bad: a.bad}
	s.say("hello")
	switch a.action {
	case "start":
		s.start(c, a)
	case "follow":
		s.follow(c, a)
	case "look":
		s.look(c)
	case "glance":
		s.glance(a)
	case "stop":
		s.stop(c, a)
	case "anew":
		s.anew(c)
	case "forget":
		s.forget(c, a)
	default:
		s.say("refuse", "action", a.action)
	}
}

// look says how a claim stands.
func (s *server) look(c claim, told ...string) {
	if words := c.settled(told...); words != nil {
		s.say(words...)
		return
	}
	s.say("running")
}

// start makes the claim, begins the script and follows it; where the claim is there
// already it only follows.
func (s *server) start(c claim, a ask) {
	loose, why := private(a.base)
	if why != "" {
		s.say("refuse", "home", plain(why))
		return
	}
	shell := "/bin/sh"
	if a.shell != "" {
		if shell = program(a.shell); shell == "" {
			s.say("refuse", "shell", a.shell)
			return
		}
	}
	if s.late(a) {
		s.say("refuse", "late")
		return
	}
	if a.sweep {
		now := time.Now()
		os.Chtimes(c.base+"/"+helperName(), now, now) //nolint:errcheck // it is put there anew when it was swept
		loose = c.sweep(now, a.days) || loose
	}
	if loose {
		s.say("loose")
	}
	if s.inherit(c); s.spare == "" { // the folder of one that goes can be that of this one
		s.letGo(c, a.old)
		a.old = nil
	}
	ours, reused, err := true, s.reuse(c, a), error(nil)
	if !reused {
		ours, err = c.make(a)
	}
	switch {
	case err != nil:
		s.say("refuse", "full", plain(err.Error()))
		return
	case ours && c.taken():
		c.drop()
		if there(c.left("void")) {
			s.say("refuse", "void")
		} else {
			s.say("over")
		}
		return
	case ours:
		s.say("claim", a.token) // before the script can do anything, so that it is known whatever becomes of the claim
		s.launch(c, a, shell)
		s.letGo(c, a.old)
	}
	s.follow(c, a)
}

// helperName is the name of this program's own file.
func helperName() string {
	path, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return "helper-"
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

// stop tells the script's group to end. Where there is no claim, there is going to be
// none: one of ours that comes late finds that the right to begin it was taken away.
func (s *server) stop(c claim, a ask) {
	if !c.has("begun") {
		if _, why := private(a.base); why != "" {
			s.say("refuse", "home", plain(why))
			return
		}
		if !there(c.left("over")) && touch(c.left("void")) != nil {
			s.say("refuse", "full")
			return
		}
	}
	if words := c.settled(); words != nil {
		s.say(words...)
		return
	}
	var told []string
	if c.signal(syscall.SIGTERM) {
		told = []string{"stopped"}
	}
	c.over(max(a.grace, time.Second))
	c.signal(syscall.SIGKILL)
	c.over(5 * time.Second)
	s.look(c, told...)
}

// over waits until the script is not under way any more, but not longer than that.
func (c claim) over(most time.Duration) {
	for until := time.Now().Add(most); c.underWay() && time.Now().Before(until); {
		time.Sleep(20 * time.Millisecond)
	}
}

// anew lets go of a claim whose script is known not to have done it, so that it can
// be begun once more.
func (s *server) anew(c claim) {
	if _, ended := c.status(); !ended && there(c.dir) && c.underWay() {
		s.say("running")
		return
	}
	c.drop() // a start says otherwise that it is there
	s.say("none")
}

func (s *server) forget(c claim, a ask) {
	if _, ended := c.ended(); !ended && there(c.dir) && c.underWay() {
		s.say("running")
		return
	}
	s.letGo(c, append([]string{c.key}, a.old...))
	s.say("none")
}

// plain is a text that fits into a line of an answer.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// program is where a program is; "" if there is none.
func program(name string) string {
	for _, folder := range strings.Split(os.Getenv("PATH"), ":") {
		if folder == "" {
			folder = "."
		}
		file := folder + "/" + name
		if about, err := os.Stat(file); err == nil && about.Mode().IsRegular() && syscall.Access(file, 1) == nil {
			return file
		}
	}
	return ""
}

func text(n int64) string { return strconv.FormatInt(n, 10) }
