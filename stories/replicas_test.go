package stories

import (
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/kit/db/pgtest"
)

// twin is one of several servers that share a database.
type twin struct {
	process *exec.Cmd
	ended   chan struct{}
	url     string
}

// postgres raises a database server of the story's own.
func postgres(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 0, "postgres")
	server, err := pgtest.Start()
	ts.Check(err)
	ts.Defer(server.Stop)
	address, err := server.Create("story")
	ts.Check(err)
	of(ts).database = server
	ts.Setenv("PRENTICE_DATABASE", address)
}

// standby raises a server that follows the story's.
func standby(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 0 && of(ts).database != nil, "standby, after postgres")
	follows, err := of(ts).database.Standby()
	ts.Check(err)
	ts.Defer(follows.Stop)
	of(ts).standby = follows
	ts.Setenv("PRENTICE_STANDBY", follows.Address("story"))
}

// lag lets the standby hear nothing more.
func lag(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 0 && of(ts).standby != nil, "lag, after standby")
	ts.Check(of(ts).standby.Lag())
}

// failOver ends the story's server, and the standby takes its place.
func failOver(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 0 && of(ts).standby != nil, "fail-over, after standby")
	s := of(ts)
	s.database.Stop()
	ts.Check(s.standby.Promote())
	s.database, s.standby = s.standby, nil
	ts.Setenv("PRENTICE_DATABASE", s.database.Address("story"))
}

// replica starts prentice up --replica NAME, waits until it is ready, and lets the
// story go on at it.
func replica(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) > 0, "replica NAME [ARG…]")
	s, t := of(ts), begin(ts, args[0], args[1:]...)
	if ready := t.ready(); ready == neg {
		ts.Fatalf("replica %s is ready: %v\n%s", args[0], ready, s.said)
	}
	if neg {
		s.code = t.process.ProcessState.ExitCode()
		return
	}
	s.twins[args[0]] = t
	at(ts, false, args[:1])
}

// together starts several at the same moment, and lets the story go on at the last.
func together(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) > 1, "together NAME NAME…")
	s := of(ts)
	for _, name := range args {
		s.twins[name] = begin(ts, name)
	}
	for _, name := range args {
		if !s.twins[name].ready() {
			ts.Fatalf("replica %s is not ready\n%s", name, s.said)
		}
		at(ts, false, []string{name})
	}
}

// begin starts prentice up --replica NAME.
func begin(ts *testscript.TestScript, name string, args ...string) *twin {
	s := of(ts)
	port, err := freePort()
	ts.Check(err)
	t := &twin{url: "http://127.0.0.1:" + port, ended: make(chan struct{})}
	t.process = prentice(ts, append([]string{"up", "--replica", name, "--listen", "127.0.0.1:" + port}, args...)...)
	t.process.Stdout, t.process.Stderr = s.said, s.said
	ts.Check(t.process.Start())
	go func() { t.process.Wait(); close(t.ended) }() //nolint:errcheck // how it ended is the story's to say
	ts.Defer(func() { t.end(syscall.SIGKILL) })
	return t
}

func (t *twin) ready() bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		select {
		case <-t.ended:
			return false
		case <-time.After(20 * time.Millisecond):
		}
		if res, err := http.Get(t.url + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return true
			}
		}
	}
	return false
}

// end sends a signal and waits for the end.
func (t *twin) end(sig syscall.Signal) {
	t.process.Process.Signal(sig) //nolint:errcheck // it may have gone already
	select {
	case <-t.ended:
	case <-time.After(patience):
		t.process.Process.Kill() //nolint:errcheck // as above
		<-t.ended
	}
}

// at lets the story go on at one of the replicas.
func at(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).twins[args[0]] != nil, "at REPLICA")
	url := of(ts).twins[args[0]].url
	ts.Setenv("URL", url)
	ts.Setenv("PORT", url[strings.LastIndexByte(url, ':')+1:])
	ts.Setenv("PRENTICE_SERVER", url)
	ts.Setenv("PRENTICE_TOKEN", tokenOf(ts, "olga"))
}

// lose kills a replica, freezes it, lets it go on or stops it in order.
func lose(sig syscall.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		usage(ts, len(args) == 1 && of(ts).twins[args[0]] != nil, "…-replica NAME")
		t := of(ts).twins[args[0]]
		if sig == syscall.SIGSTOP || sig == syscall.SIGCONT {
			ts.Check(t.process.Process.Signal(sig))
			return
		}
		t.end(sig)
	}
}

// killLead ends the replica that leads with SIGKILL, and lets the story go on at
// another that lives.
func killLead(ts *testscript.TestScript, _ bool, _ []string) {
	var found []string
	eventually(ts, func() (bool, string) { // one that was killed a moment ago may still be taken for the one that leads
		out, err := prentice(ts, "replica", "list").Output()
		ts.Check(err)
		found = regexp.MustCompile(`(?m)^(\S+) +● lives +leads`).FindStringSubmatch(string(out))
		return found != nil && of(ts).twins[found[1]] != nil, string(out)
	})
	lose(syscall.SIGKILL)(ts, false, found[1:])
	delete(of(ts).twins, found[1])
	for name := range of(ts).twins {
		at(ts, false, []string{name})
	}
}

// hasPostgres says whether a database server can be raised here.
func hasPostgres() bool { return strings.TrimSpace(pgtest.Programs()) != "" }
