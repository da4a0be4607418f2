package stories

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/oauth2-proxy/mockoidc"
	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/adapter/forge/forgetest"
	"prentice/internal/kit/db/pgtest"

	"prentice/internal/kit/freeport"
)

// patience is how long a story waits for something that must come true. It is
// long, because machines that run tests are busy: checks of a whole repository that
// take seconds on a quiet one took longer than a minute beside the other stories.
var patience = 3 * time.Minute

// scene is what a story has going on.
type scene struct {
	far      map[string]*exec.Cmd        // the other machines
	nets     map[string]*toxiproxy.Proxy // between prentice and some of them
	twins    map[string]*twin            // the servers that share a database
	database *pgtest.Server              // of PostgreSQL, when there is one
	standby  *pgtest.Server              // that follows it
	provider *mockoidc.MockOIDC          // that signs people in
	storage  *storage                    // that speaks S3
	gitForge *forgetest.Server           // that keeps a repository elsewhere
	server   *exec.Cmd
	ended    chan struct{}
	said     *spoken
	before   strings.Builder // what servers that are gone have said
	tokens   map[string]string
	code     int    // exit code of the last command
	status   int    // of the last answer over HTTP
	unlock   func() // lets go of the database, while a story holds it
}

// spoken is what a process has printed so far.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// String is all of it.
func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

type sceneKey struct{}

func of(ts *testscript.TestScript) *scene { return ts.Value(sceneKey{}).(*scene) }

func setup(env *testscript.Env) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	env.Vars = append(env.Vars,
		"PRENTICE_DATA="+filepath.Join(env.WorkDir, "data"),
		"PRENTICE_TEAM="+filepath.Join(env.WorkDir, "team"),
		"PRENTICE_LISTEN=127.0.0.1:"+port,
		"PRENTICE_OWNER=olga",
		"PACKAGING="+packaging,
		"PRENTICE_ENROLMENT=trusted", // olga lets everyone in; a story about that says closed
		"URL=http://127.0.0.1:"+port,
		"NO_COLOR=1",
		"TZ=UTC",
		"SOON="+time.Now().UTC().AddDate(0, 1, 0).Format(time.DateOnly),
		"QUIET="+quietHour(time.Now().UTC()),
	)
	s := &scene{far: map[string]*exec.Cmd{}, nets: map[string]*toxiproxy.Proxy{}, twins: map[string]*twin{}, tokens: map[string]string{"olga": ""}, said: &spoken{}}
	env.Values[sceneKey{}] = s
	env.Defer(func() {
		s.end(syscall.SIGKILL)
		endClaims(filepath.Join(env.WorkDir, "*", "claims")) //nolint:errcheck // what is left is seen by no one
	})
	return nil
}

// quietHour is an hour of the day, of two digits, that is not near now.
func quietHour(now time.Time) string {
	if now.Hour() >= 11 && now.Hour() <= 15 {
		return "20"
	}
	return "13"
}

func freePort() (string, error) {
	port, err := freeport.Give()
	return strconv.Itoa(port), err
}

// end ends the server, if there is one, and waits for it.
func (s *scene) end(sig syscall.Signal) {
	if s.server == nil {
		return
	}
	s.server.Process.Signal(sig) //nolint:errcheck // it may have gone already
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.server.Process.Kill() //nolint:errcheck // it may have gone already
		<-s.ended
	}
	s.code = s.server.ProcessState.ExitCode()
	s.server = nil
}

// prentice is the program in a story's environment.
func prentice(ts *testscript.TestScript, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], "prentice"), args...)
	c.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "PRENTICE_DATA", "PRENTICE_TEAM", "PRENTICE_LISTEN", "PRENTICE_OWNER", "PRENTICE_ENROLMENT", "PRENTICE_HELPER", "PRENTICE_STORY_HELPER", "PRENTICE_HOSTS", "PRENTICE_DATABASE", "PRENTICE_BLOBS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "PRENTICE_SERVER", "PRENTICE_TOKEN", "NO_COLOR", "WORK", "TZ", "SSH_AUTH_SOCK", "DOCKER_HOST"} {
		if v := ts.Getenv(name); v != "" {
			c.Env = append(c.Env, name+"="+v)
		}
	}
	return c
}

func up(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	s.end(syscall.SIGTERM)
	s.before.WriteString(s.said.String())
	s.said = &spoken{}
	c := prentice(ts, append([]string{"up"}, args...)...)
	c.Stdout, c.Stderr = s.said, s.said
	ts.Check(c.Start())
	s.server, s.ended = c, make(chan struct{})
	go func(ended chan struct{}) { c.Wait(); close(ended) }(s.ended) //nolint:errcheck // its exit code is kept
	ready := s.ready(ts.Getenv("URL"))
	if !ready {
		s.code = c.ProcessState.ExitCode()
		s.server = nil
		fmt.Fprint(ts.Stdout(), s.said)
	}
	if ready == neg {
		ts.Fatalf("prentice up is ready: %v\n%s", ready, s.said)
	}
}

// ready waits until the server answers and says that it is ready, or has ended. One
// that is neither in time is ended. /readyz is not asked: a story may be about what it
// says.
func (s *scene) ready(url string) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		select {
		case <-s.ended:
			return false
		case <-time.After(20 * time.Millisecond):
		}
		res, err := http.Get(url + "/healthz")
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK && strings.Contains(s.said.String(), "ready at "+url) {
			return true
		}
	}
	s.server.Process.Kill() //nolint:errcheck // it may have gone already
	<-s.ended
	return false
}

func down(ts *testscript.TestScript, _ bool, _ []string)  { of(ts).end(syscall.SIGTERM) }
func kill9(ts *testscript.TestScript, _ bool, _ []string) { of(ts).end(syscall.SIGKILL) }

// blackout ends the server and all that it has begun on this machine, as when the
// power fails.
func blackout(ts *testscript.TestScript, _ bool, _ []string) {
	of(ts).end(syscall.SIGKILL)
	ts.Check(endClaims(filepath.Join(ts.Getenv("PRENTICE_DATA"), "claims")))
}

// endClaims ends what goes on without a server: the keepers first, so that none of
// them lives to write down how its script ended.
func endClaims(folders string) error {
	for _, name := range []string{"keeper", "group"} {
		files, err := filepath.Glob(filepath.Join(folders, "claim-*", name))
		if err != nil {
			return err
		}
		for _, file := range files {
			raw, _ := os.ReadFile(file)                                    // it may go at this moment
			pid, _ := strconv.Atoi(strings.SplitN(string(raw), " ", 2)[0]) // most are no numbers
			switch {
			case pid < 2:
			case name == "keeper":
				syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // it may have ended
			default:
				syscall.Kill(-pid, syscall.SIGKILL) //nolint:errcheck // as above
			}
		}
	}
	return nil
}

func said(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) == 1, "said PATTERN")
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	s := of(ts)
	if neg {
		if pattern.MatchString(s.said.String()) {
			ts.Fatalf("the server said %s:\n%s", args[0], s.said)
		}
		return
	}
	eventually(ts, func() (bool, string) { return pattern.MatchString(s.said.String()), s.said.String() })
}

func rss(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).server != nil, "rss MB, while the server runs")
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", of(ts).server.Process.Pid))
	ts.Check(err)
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(raw)
	if found == nil {
		ts.Fatalf("no VmHWM in %s", raw)
	}
	kb, err := strconv.Atoi(string(found[1]))
	ts.Check(err)
	if kb > most<<10 {
		ts.Fatalf("the server had %d MB of memory, wants at most %d", kb>>10, most)
	}
}

func usage(ts *testscript.TestScript, ok bool, text string) {
	if !ok {
		ts.Fatalf("usage: %s", text)
	}
}

// eventually waits until something is true; otherwise it says what was last
// seen, and what the server said.
func eventually(ts *testscript.TestScript, look func() (is bool, seen string)) {
	var seen string
	begun := time.Now()
	for time.Since(begun) < patience {
		var is bool
		if is, seen = look(); is {
			return
		}
		time.Sleep(pause(time.Since(begun)))
	}
	ts.Fatalf("it does not come true; last seen: %s\n%s", seen, of(ts).said)
}

// pause is how long a story that has waited so long waits until it looks again. Most
// looks are a process of their own: what is long in coming is looked for less often, so
// that stories that wait leave the machine to those that work.
func pause(waited time.Duration) time.Duration {
	return min(max(waited/8, 50*time.Millisecond), 500*time.Millisecond)
}

// soon is the word soon.
func soon(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) == 1 && !neg, "soon SHELL")
	eventually(ts, func() (bool, string) {
		err := ts.Exec("sh", "-c", args[0])
		return err == nil, ts.ReadFile("stdout") + ts.ReadFile("stderr")
	})
}

// freePortWord gives a story a port.
func freePortWord(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "freeport NAME")
	port, err := freePort()
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// atEnd runs a command when the story ends, however it does: what a story starts in a
// session of its own would outlive it.
func atEnd(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) > 0, "at-end COMMAND…")
	c := prentice(ts, args[1:]...)
	switch found, err := exec.LookPath(args[0]); {
	case args[0] == "prentice":
	case strings.Contains(args[0], "/"):
		c.Path = ts.MkAbs(args[0])
	default:
		ts.Check(err)
		c.Path, c.Args[0] = found, args[0]
	}
	ts.Defer(func() {
		c.Run() //nolint:errcheck // it may not have started
	})
}
