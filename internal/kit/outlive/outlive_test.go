package outlive_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice/internal/kit/outlive"
	"prentice/internal/kit/outlive/helpertest"
)

// shells are those that the wrapper is promised to work in.
func shells(t *testing.T, do func(t *testing.T, h *host)) {
	for _, argv := range [][]string{{"dash"}, {"busybox", "sh"}, {"bash", "--posix"}} {
		t.Run(argv[0], func(t *testing.T) {
			path, err := exec.LookPath(argv[0])
			if err != nil {
				t.Skipf("SKIPPED: no %s on this machine", argv[0])
			}
			do(t, &host{t: t, argv: append([]string{path}, argv[1:]...), home: home(t)})
		})
	}
}

// both is shells, with the wrapper and with the helper.
func both(t *testing.T, do func(t *testing.T, h *host)) {
	t.Run("wrapper", func(t *testing.T) { shells(t, do) })
	t.Run("helper", func(t *testing.T) { shells(t, func(t *testing.T, h *host) { h.put(); do(t, h) }) })
}

// ways is both, where the wrapper has a session of its own for the relay, and where it
// shares that of the shell that is asked.
func ways(t *testing.T, do func(t *testing.T, h *host)) {
	both(t, do)
	t.Run("together", func(t *testing.T) { shells(t, func(t *testing.T, h *host) { h.joined = true; do(t, h) }) })
}

// put puts the helper on the host.
func (h *host) put() {
	h.t.Helper()
	h.helpers = helpertest.Build(h.t)
	if err := os.Mkdir(filepath.Join(h.home, ".prentice"), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.helper(), h.helpers[0].Program, 0o700); err != nil {
		h.t.Fatal(err)
	}
}

// helper is the helper's file on the host.
func (h *host) helper() string {
	return filepath.Join(h.home, ".prentice", "helper-"+h.helpers[0].Digest)
}

// home is a folder that goes when what still ends in it has ended.
func home(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "outlive-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		until := time.Now().Add(time.Minute)
		for err = os.RemoveAll(folder); err != nil && time.Now().Before(until); err = os.RemoveAll(folder) {
			time.Sleep(10 * time.Millisecond)
		}
		if err != nil {
			t.Error(err)
		}
	})
	return folder
}

// host is a home folder and a shell: the far side of a connection.
type host struct {
	t       *testing.T
	argv    []string
	home    string
	path    string
	joined  bool            // the relay shares the session of the shell that is asked
	helpers outlive.Helpers // that do what is asked; none is the wrapper
	known   outlive.Host    // what is known of it
}

const nonce = "0123456789abcdef"

func (h *host) command(a outlive.Ask) (*exec.Cmd, string) {
	h.t.Helper()
	if a.Key == "" {
		a.Key = "k1"
	}
	a.Nonce, a.Token, a.Own = nonce, "t1", h.joined
	text, err := outlive.Program(a)
	argv := h.argv
	if len(h.helpers) > 0 {
		var frame []byte
		frame, err = outlive.Request(a, 0)
		text, argv = string(frame), append(slices.Clone(argv), "-c", h.helpers.Begin("w1", h.known))
	}
	if err != nil {
		h.t.Fatal(err)
	}
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = []string{"HOME=" + h.home, "PATH=" + h.path}
	if h.path == "" {
		c.Env = []string{"HOME=" + h.home, "PATH=/usr/local/bin:/usr/bin:/bin"}
	}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return c, text
}

func (h *host) ask(a outlive.Ask) (outlive.Report, string) {
	h.t.Helper()
	c, text := h.command(a)
	c.Stdin = strings.NewReader(text)
	var wrong bytes.Buffer
	c.Stderr = &wrong
	raw, err := c.Output()
	if err != nil {
		h.t.Fatalf("%v: %s", err, wrong.String())
	}
	var out bytes.Buffer
	r, err := outlive.NewAnswer(bytes.NewReader(raw), nonce).Report(func(_ int64, p []byte) error { _, err := out.Write(p); return err })
	if err != nil || wrong.Len() > 0 {
		h.t.Fatalf("%v, stderr %q, answer %q", err, wrong.String(), raw)
	}
	return r, out.String()
}

// begin starts a script and leaves when it has printed something, as a
// connection does that is cut.
func (h *host) begin(script string) {
	h.t.Helper()
	c, text := h.command(outlive.Ask{Action: outlive.Start, Script: script, Grace: time.Second})
	c.Stdin = strings.NewReader(text)
	from, err := c.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	enough := errors.New("enough")
	_, err = outlive.NewAnswer(from, nonce).Report(func(int64, []byte) error { return enough })
	if !errors.Is(err, enough) {
		h.t.Fatalf("it ended before it printed: %v", err)
	}
	h.cut(c.Process)
	c.Wait() //nolint:errcheck // it was killed
}

// cut ends the shell that was asked, with all of its session that listens to that: the
// relay must not, or is not in it.
func (h *host) cut(shell *os.Process) {
	signals := []syscall.Signal{syscall.SIGKILL}
	if h.joined {
		signals = []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM}
	}
	for _, s := range signals {
		syscall.Kill(-shell.Pid, s) //nolint:errcheck // it may be gone
	}
	shell.Kill() //nolint:errcheck // it is ours
}

func (h *host) await(what string, is func() bool) {
	h.t.Helper()
	for range 6000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.t.Fatalf("it does not come true: %s", what)
}

func (h *host) leader() int {
	h.t.Helper()
	raw, err := os.ReadFile(filepath.Join(h.home, ".prentice", "claim-k1", "group"))
	if err != nil {
		h.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(raw))[0])
	if err != nil {
		h.t.Fatal(err)
	}
	return pid
}

func TestAScriptRunsOnceAndSaysHowItEnded(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, h *host) {
		ask := outlive.Ask{Action: outlive.Start, Script: "echo one >>\"$HOME/effect\"\nprintf '%s ' \"$A\"; echo $0; echo wrong >&2; printf 'no line end'; exit 7", Name: "gild", Env: []string{"A=a'b $(touch pwned) \\n"}}
		for range 3 {
			r, out := h.ask(ask)
			if r.State != outlive.Ended || r.Code != 7 || r.Token != "t1" || r.Strays {
				t.Errorf("got %+v", r)
			}
			if !strings.Contains(out, "a'b $(touch pwned) \\n ") || !strings.Contains(out, "gild.sh\nwrong\nno line end") {
				t.Errorf("printed %q", out)
			}
		}
		if raw, err := os.ReadFile(filepath.Join(h.home, "effect")); err != nil || string(raw) != "one\n" {
			t.Errorf("the effect is %q, %v", raw, err)
		}
		if r, _ := h.ask(outlive.Ask{Action: outlive.Forget}); r.State != outlive.None {
			t.Errorf("forgotten: %+v", r)
		}
		if r, _ := h.ask(outlive.Ask{Action: outlive.Look}); r.State != outlive.Over {
			t.Errorf("looked: %+v", r)
		}
	})
}

func TestAScriptOutlivesTheConnectionAndIsFollowedFromAByteOn(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, h *host) {
		h.begin("echo first\nwhile test ! -e \"$HOME/go\"; do sleep 0.02; done\necho second")
		if r, _ := h.ask(outlive.Ask{Action: outlive.Look}); r.State != outlive.Running {
			t.Fatalf("looked: %+v", r)
		}
		if r, _ := h.ask(outlive.Ask{Action: outlive.Forget}); r.State != outlive.Running {
			t.Fatalf("what is under way was forgotten: %+v", r)
		}
		if err := os.WriteFile(filepath.Join(h.home, "go"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if r, out := h.ask(outlive.Ask{Action: outlive.Follow, From: 3}); r.State != outlive.Ended || r.Code != 0 || out != "st\nsecond\n" {
			t.Errorf("got %+v, %q", r, out)
		}
	})
}

func TestLongOutputComesWhole(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, h *host) {
		r, out := h.ask(outlive.Ask{Action: outlive.Start, Script: "head -c 3000001 /dev/zero | tr '\\0' x; printf '@" + nonce + " end 0'"})
		if r.Code != 0 || len(out) != 3000001+len("@"+nonce+" end 0") {
			t.Errorf("%+v, %d bytes", r, len(out))
		}
	})
}

func TestStoppingReachesTheWholeGroup(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		h.begin("trap '' TERM\nsleep 300 &\necho begun\nsleep 300")
		pid := h.leader()
		r, _ := h.ask(outlive.Ask{Action: outlive.Stop, Grace: time.Second})
		if r.State != outlive.Ended || r.Code != 137 {
			t.Errorf("got %+v", r)
		}
		h.await("the group is gone", func() bool { return !there(pid) })
	})
}

// there says whether anyone in the group still lives; those who only wait to
// be reaped do not.
func there(group int) bool {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if fields[2] == strconv.Itoa(group) && fields[0] != "Z" {
			return true
		}
	}
	return false
}

func TestWhatIsLeftBehindIsEndedAndTold(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, h *host) {
		if r, _ := h.ask(outlive.Ask{Action: outlive.Start, Script: "sleep 300 &", Grace: time.Second}); r.State != outlive.Ended || r.Code != 0 || !r.Strays {
			t.Errorf("got %+v", r)
		}
	})
}

func TestWhereTheKeeperIsGoneWithoutAWordTheScriptIsLost(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		h.begin("echo begun\nsleep 300")
		folder := filepath.Join(h.home, ".prentice", "claim-k1")
		raw, err := os.ReadFile(filepath.Join(folder, "keeper"))
		if err != nil {
			t.Fatal(err)
		}
		keeper, err := strconv.Atoi(strings.Fields(string(raw))[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range []int{keeper, -h.leader()} {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		if r, out := h.ask(outlive.Ask{Action: outlive.Start, Script: "echo again"}); r.State != outlive.Lost || r.Why != "ended" || out != "begun\n" {
			t.Errorf("got %+v, %q", r, out)
		}
		// The same after the machine was started anew: its number is another.
		fields := strings.Fields(string(raw))
		if err := os.WriteFile(filepath.Join(folder, "keeper"), []byte(fields[0]+" another-boot "+fields[2]+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, _ := h.ask(outlive.Ask{Action: outlive.Look}); r.State != outlive.Lost || r.Why != "rebooted" {
			t.Errorf("got %+v", r)
		}
		if r, _ := h.ask(outlive.Ask{Action: outlive.Stop}); r.State != outlive.Lost {
			t.Errorf("stopped: %+v", r)
		}
	})
}

func TestAProgramThatWasCutOffDoesNothing(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		_, text := h.command(outlive.Ask{Action: outlive.Start, Script: "touch \"$HOME/effect\"\n# end"})
		for _, n := range []int{10, len(text) / 2, len(text) - len("main\nexit 0\n"), len(text) - 10} {
			c, _ := h.command(outlive.Ask{Action: outlive.Look})
			c.Stdin = strings.NewReader(text[:n])
			c.Run() //nolint:errcheck // half a program is an error to most shells
		}
		if left, err := os.ReadDir(h.home); err != nil || len(left) > 0 {
			t.Errorf("it did something: %v %v", left, err)
		}
	})
}

func TestWhereItCannotBeKeptItIsNotBegun(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		script := outlive.Ask{Action: outlive.Start, Script: "touch \"$HOME/effect\""}
		h.path = t.TempDir()
		for _, tool := range []string{"mkdir", "chmod"} {
			path, err := exec.LookPath(tool)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(path, filepath.Join(h.path, tool)); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(h.argv[0], "busybox") { // which brings a setsid of its own
			if r, _ := h.ask(script); r.State != outlive.Refused || r.Why != "setsid" {
				t.Errorf("without setsid: %+v", r)
			}
		}
		h.path = ""
		if err := os.RemoveAll(filepath.Join(h.home, ".prentice")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/tmp", filepath.Join(h.home, ".prentice")); err != nil {
			t.Fatal(err)
		}
		if r, _ := h.ask(script); r.State != outlive.Refused || r.Why != "home" {
			t.Errorf("a link in the way: %+v", r)
		}
		h.home = "/proc/self"
		if r, _ := h.ask(script); r.State != outlive.Refused || r.Why != "home" {
			t.Errorf("no home: %+v", r)
		}
	})
}

func TestASecretIsNeverAnArgument(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		_, out := h.ask(outlive.Ask{Action: outlive.Start, Env: []string{"TOKEN=planted-secret"}, Script: "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'planted[-]secret' || true\ntest \"$TOKEN\" = \"planted-\"secret && echo given"})
		if out != "0\ngiven\n" {
			t.Errorf("got %q", out)
		}
		if r, _ := h.ask(outlive.Ask{Action: outlive.Look}); r.State != outlive.Ended {
			t.Errorf("got %+v", r)
		}
		filepath.WalkDir(h.home, func(path string, _ os.DirEntry, _ error) error { //nolint:errcheck // what cannot be read holds nothing
			if raw, err := os.ReadFile(path); err == nil && bytes.Contains(raw, []byte("planted-secret")) {
				t.Errorf("%s holds the secret", path)
			}
			return nil
		})
	})
}

func TestWhatCannotBeAProgramIsRefused(t *testing.T) {
	t.Parallel()
	good := outlive.Ask{Action: outlive.Look, Key: "k", Nonce: "n", Token: "t"}
	for name, spoil := range map[string]func(*outlive.Ask){
		"a key with a path":       func(a *outlive.Ask) { a.Key = "../x" },
		"an empty key":            func(a *outlive.Ask) { a.Key = "" },
		"a token with a command":  func(a *outlive.Ask) { a.Token = "$(id)" },
		"a variable with a space": func(a *outlive.Ask) { a.Env = []string{"A B=c"} },
		"a variable without name": func(a *outlive.Ask) { a.Env = []string{"=c"} },
		"a zero byte":             func(a *outlive.Ask) { a.Script = "a\x00b" },
	} {
		ask := good
		spoil(&ask)
		if _, err := outlive.Program(ask); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestClaimsGoWithTheNextStepButForWhatGoesOn(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		h.ask(outlive.Ask{Action: outlive.Start, Key: "over", Script: "echo over"})
		h.begin("echo begun\nsleep 300")
		h.ask(outlive.Ask{Action: outlive.Start, Key: "next", Script: "echo next", Old: []string{"over", "k1", "never"}})
		left, err := filepath.Glob(filepath.Join(h.home, ".prentice", "claim-*"))
		if err != nil || len(left) != 2 || !strings.HasSuffix(left[0], "k1") || !strings.HasSuffix(left[1], "next") {
			t.Errorf("left are %v %v", left, err)
		}
		h.ask(outlive.Ask{Action: outlive.Stop, Grace: time.Second})
		if r, _ := h.ask(outlive.Ask{Action: outlive.Forget, Old: []string{"next"}}); r.State != outlive.None {
			t.Errorf("got %+v", r)
		}
		if left, _ := filepath.Glob(filepath.Join(h.home, ".prentice", "claim-*")); len(left) != 0 {
			t.Errorf("left are %v", left)
		}
	})
}
