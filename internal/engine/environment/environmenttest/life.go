package environmenttest

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"prentice/internal/engine/environment"
)

func twice(t *testing.T, b *bench) {
	s := b.spec(t, b.web("web"))
	for range 2 {
		b.makes(t, s)
	}
	b.ready(t, s.ID, "web", 8080)
	if got := b.says(t, s.ID, "web", `busybox wc -l </tmp/begun`); got != "1[0]" {
		t.Errorf("begun twice it runs %s times", got)
	}
	if st := b.state(t, s.ID, "web"); !st.Running || st.Restarts != 0 || st.Since.IsZero() {
		t.Errorf("%+v", st)
	}
	for range 2 {
		if err := b.Stop(t.Context(), s, "web"); err != nil {
			t.Fatal(err)
		}
		if st := b.state(t, s.ID, "web"); st.Running {
			t.Error("it goes on after it was stopped")
		}
	}
	if err := b.Start(t.Context(), s, "web"); err != nil {
		t.Fatal(err)
	}
	b.ready(t, s.ID, "web", 8080)
	if u, err := b.Use(t.Context(), s.ID); err != nil || u.Processes == 0 || u.Memory == 0 {
		t.Errorf("%+v %v", u, err)
	}
}

func again(t *testing.T, b *bench) {
	sv := b.Service("keeps", `echo "$(cat /data/n 2>/dev/null)x" >/data/n; mkdir -p /tmp/www; cp /data/n /tmp/www/index.html; exec busybox httpd -f -p 8080 -h /tmp/www`)
	sv.Mounts = []environment.Mount{{Volume: "data", To: "/data"}}
	s := b.spec(t, sv)
	s.Volumes = []string{"data"}
	b.makes(t, s)
	if got := b.ready(t, s.ID, "keeps", 8080); got != "x" {
		t.Fatalf("%q", got)
	}
	b.Backend = b.Open(t)
	all, err := b.All(t.Context())
	if err != nil || !strings.Contains(" "+strings.Join(all, " ")+" ", " "+s.ID+" ") {
		t.Fatalf("it is not among all: %v %v", all, err)
	}
	if st := b.state(t, s.ID, "keeps"); st.Since.IsZero() {
		t.Errorf("that it was begun is not known: %+v", st)
	}
	if b.state(t, s.ID, "keeps").Running {
		if err := b.Stop(t.Context(), s, "keeps"); err != nil {
			t.Fatal(err)
		}
	}
	b.makes(t, s)
	if got := b.ready(t, s.ID, "keeps", 8080); got != "xx" {
		t.Errorf("what was in its volume is not there: %q", got)
	}
	b.Backend = b.Open(t)
	if err := b.Remove(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	b.gone(t, s.ID)
}

func exec(t *testing.T, b *bench) {
	s := b.spec(t, b.web("web"))
	b.makes(t, s)
	b.ready(t, s.ID, "web", 8080)
	for script, want := range map[string]string{
		`echo out; exit 7`:        "out[7]",
		`echo err >&2`:            "err[0]",
		`echo "$ME"`:              "web[0]",
		`cat /tmp/www/index.html`: "this is web[0]",
		`kill -9 $$`:              "[137]",
	} {
		if got := b.says(t, s.ID, "web", script); got != want {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
	var out safe
	code, err := b.Exec(t.Context(), s.ID, "web", environment.Program{Argv: []string{"/bin/sh", "-c", `read line; echo "$line $MORE"`}, Env: map[string]string{"MORE": "more"}, In: strings.NewReader("given\n"), Out: &out})
	if err != nil || code != 0 || out.String() != "given more\n" {
		t.Errorf("%q %d %v", out.String(), code, err)
	}
	if _, err := b.Exec(t.Context(), s.ID, "other", environment.Program{Argv: []string{"true"}}); err == nil {
		t.Error("a program was performed in a service that is not there")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Exec(ctx, s.ID, "web", environment.Program{Argv: []string{"/bin/sh", "-c", `: >/tmp/began; exec busybox sleep 987654`}})
	}()
	until(t, "the program to begin", func() bool { return b.says(t, s.ID, "web", `ls /tmp/began 2>/dev/null`) == "/tmp/began[0]" })
	cancel()
	<-done
	until(t, "the program to be gone", func() bool { return b.says(t, s.ID, "web", `busybox ps | busybox grep -c 'sleep [9]87654'`) == "0[1]" })
}

func logs(t *testing.T, b *bench) {
	sv := b.Service("talks", `echo first; until [ -e /tmp/go ]; do busybox sleep 0.1; done; echo second; printf half; busybox sleep 3600`)
	s := b.spec(t, sv)
	b.makes(t, s)
	until(t, "the first line", func() bool { return b.printed(t, s.ID, "talks") == "first" })
	between := time.Now()
	busy := time.Now().Add(1100 * time.Millisecond)
	until(t, "a second to go by", func() bool { return time.Now().After(busy) }) // some engines know the time of a line by the second
	from, err := b.Logs(t.Context(), s.ID, "talks", time.Time{}, true)
	if err != nil {
		t.Fatal(err)
	}
	var followed safe
	over := make(chan struct{})
	go func() { defer close(over); io.Copy(&followed, from) }()
	b.says(t, s.ID, "talks", `: >/tmp/go`)
	until(t, "what is followed", func() bool { return strings.HasPrefix(followed.String(), "first\nsecond\n") })
	since, err := b.Logs(t.Context(), s.ID, "talks", between.Add(500*time.Millisecond), false)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(since)
	if err != nil || !strings.HasPrefix(string(text), "second\n") {
		t.Errorf("since the first line: %q %v", text, err)
	}
	if err := b.Remove(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	select {
	case <-over:
	case <-time.After(patience):
		t.Error("the logs of an environment that is gone are followed still")
	}
}

func stop(t *testing.T, b *bench) {
	good := b.Service("good", `trap 'echo ended; exit 3' TERM; echo ready; while :; do busybox sleep 0.1; done`)
	other := b.Service("other", `trap 'echo other; exit 4' USR1; echo ready; while :; do busybox sleep 0.1; done`)
	other.StopSignal = "SIGUSR1"
	deaf := b.Service("deaf", `trap '' TERM; echo ready; while :; do busybox sleep 0.1; done`)
	deaf.StopGrace = 300 * time.Millisecond
	s := b.spec(t, good, other, deaf)
	b.makes(t, s)
	for _, sv := range s.Services {
		until(t, sv.Name+" to be ready", func() bool { return b.printed(t, s.ID, sv.Name) == "ready" })
	}
	for name, code := range map[string]int{"good": 3, "other": 4, "deaf": 137} {
		if err := b.Stop(t.Context(), s, name); err != nil {
			t.Fatal(err)
		}
		if st, there := b.state(t, s.ID, name), true; !there || st.Running || st.Code != code || st.Killed {
			t.Errorf("%s: %+v, want code %d", name, st, code)
		}
	}
	if got := b.printed(t, s.ID, "good"); got != "ready\nended" {
		t.Errorf("its last words are %q", got)
	}
}

func ends(t *testing.T, b *bench) {
	well, badly := b.Service("well", `exit 0`), b.Service("badly", `echo no >&2; exit 7`)
	well.Once, badly.Once = true, true
	s := b.spec(t, well, badly)
	b.makes(t, s)
	if st := b.ended(t, s.ID, "well"); st.Code != 0 || st.Said != "" {
		t.Errorf("%+v", st)
	}
	if st := b.ended(t, s.ID, "badly"); st.Code != 7 || st.Killed || st.Said != "" {
		t.Errorf("%+v", st)
	}
	if got := b.printed(t, s.ID, "badly"); got != "no" {
		t.Errorf("%q", got)
	}
	none := b.Service("none", `true`)
	none.Entrypoint, none.Command = []string{"/no/such/program"}, nil
	u := b.spec(t, none)
	if err := b.Prepare(t.Context(), u, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context(), u, "none"); err == nil {
		if st := b.ended(t, u.ID, "none"); st.Said == "" {
			t.Errorf("why it could not begin is not said: %+v", st)
		}
	}
}

func files(t *testing.T, b *bench) {
	sv := b.Service("web", `echo ready; busybox sleep 3600`)
	sv.Files = []environment.File{{Path: "/etc/app/app.conf", Mode: 0o444, Content: []byte("setting\n")}, {Path: "/run/secrets/word", Mode: 0o400, Content: []byte("hidden")}}
	sv.Mounts = []environment.Mount{{Path: "src", To: "/src", ReadOnly: true}, {Path: "src", To: "/own"}, {Path: ".", To: "/all", ReadOnly: true}}
	sv.Tmpfs = []string{"/scratch"}
	s := b.spec(t, sv)
	s.Tree = fstest.MapFS{"src/a.txt": {Data: []byte("of the tree\n"), Mode: 0o644}, "src/run.sh": {Data: []byte("#!/bin/sh\necho ran\n"), Mode: 0o755}, "top.txt": {Data: []byte("top\n"), Mode: 0o644}}
	b.makes(t, s)
	until(t, "it to begin", func() bool { return b.printed(t, s.ID, "web") == "ready" })
	for script, want := range map[string]string{
		`cat /etc/app/app.conf`:                "setting[0]",
		`cat /run/secrets/word`:                "hidden[0]",
		`cat /src/a.txt`:                       "of the tree[0]",
		`cat /all/top.txt`:                     "top[0]",
		`/src/run.sh`:                          "ran[0]",
		`echo x >/scratch/x && cat /scratch/x`: "x[0]",
		`(echo x >>/etc/app/app.conf) 2>/dev/null || echo refused`: "refused[0]",
		`(echo x >>/src/a.txt) 2>/dev/null || echo refused`:        "refused[0]",
		`echo more >>/own/a.txt && cat /own/a.txt`:                 "of the tree\nmore[0]",
	} {
		if got := b.says(t, s.ID, "web", script); got != want {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
	if got := b.says(t, s.ID, "web", `cat /src/a.txt`); got != "of the tree[0]" {
		t.Errorf("what it wrote to its own copy is in the tree: %q", got)
	}
}

func secrets(t *testing.T, b *bench) {
	sv := b.Service("web", `echo "$WORD" >/tmp/word; echo ready; busybox sleep 3600`)
	const word = "correct-horse-battery-staple"
	sv.Secret = map[string]string{"WORD": word}
	s := b.spec(t, sv)
	b.makes(t, s)
	until(t, "it to begin", func() bool { return b.printed(t, s.ID, "web") == "ready" })
	if got := b.says(t, s.ID, "web", `cat /tmp/word`); got != word+"[0]" {
		t.Errorf("it has not its secret: %q", got)
	}
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range lines {
		if text, _ := os.ReadFile(file); bytes.Contains(text, []byte(word)) {
			t.Errorf("a secret is on the command line of %s: %q", filepath.Dir(file), bytes.ReplaceAll(text, []byte{0}, []byte{' '}))
		}
	}
}

func removedTwice(t *testing.T, b *bench) {
	s := b.spec(t, b.web("web"))
	b.makes(t, s)
	b.ready(t, s.ID, "web", 8080)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := b.Remove(context.Background(), s.ID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	b.gone(t, s.ID)
	if err := b.Remove(t.Context(), s.ID); err != nil {
		t.Error(err)
	}
	if _, err := b.Dial(t.Context(), s.ID, "web", 8080); err == nil {
		t.Error("what was removed answers")
	}
	if _, err := b.Exec(t.Context(), s.ID, "web", environment.Program{Argv: []string{"true"}}); err == nil {
		t.Error("a program was performed in what was removed")
	}
}

func removedMeanwhile(t *testing.T, b *bench) {
	for i := range 8 {
		s := b.spec(t, b.web("web"), b.web("more"))
		made := make(chan struct{})
		go func() {
			defer close(made)
			if b.Prepare(context.Background(), s, io.Discard) == nil {
				b.Start(context.Background(), s, "web")
				b.Start(context.Background(), s, "more")
			}
		}()
		time.Sleep(time.Duration(i) * 5 * time.Millisecond) // at another step each time
		if err := b.Remove(t.Context(), s.ID); err != nil {
			t.Error(err)
		}
		<-made
		if err := b.Remove(t.Context(), s.ID); err != nil {
			t.Error(err)
		}
		b.gone(t, s.ID)
	}
}

func hostile(t *testing.T, b *bench) {
	keep := b.spec(t, b.web("web"))
	b.makes(t, keep)
	for _, id := range []string{"", "..", "../" + keep.ID, "a/b", "A", "-a", "a b", "a\x00", strings.Repeat("a", 300), "*", keep.ID + "*"} {
		s := environment.Spec{ID: id, Services: []environment.Service{b.web("web")}}
		if err := b.Can(t.Context(), s); err == nil {
			t.Errorf("the ID %q can be made", id)
		}
		if err := b.Prepare(t.Context(), s, io.Discard); err == nil {
			t.Errorf("the ID %q was made", id)
		}
		b.Remove(t.Context(), id) // it may be an error, and must be nothing else
	}
	for _, name := range []string{"", "../web", "a b", "-web", strings.Repeat("a", 100), "web\n127.0.0.1 other"} {
		sv := b.web("web")
		sv.Name = name
		if err := b.Can(t.Context(), environment.Spec{ID: "good", Services: []environment.Service{sv}}); err == nil {
			t.Errorf("a service can be called %q", name)
		}
	}
	if got := b.ready(t, keep.ID, "web", 8080); got != "this is web" {
		t.Errorf("what was there before is harmed: %q", got)
	}
}
