package checkrun_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/kit/container/containertest"
	"prentice/internal/kit/needtest"
)

// The service of most tests: it answers at a port what it was told, and writes to its volume.
const answering = `#!/bin/sh
echo "begun as $(id -u) with $WORD"
echo "$WORD" >/data/word || exit 3
while :; do nc -l -p 7070 -e /bin/cat /data/word; done
`

func imaged(t *testing.T) (*repository, *containertest.Engine) {
	t.Helper()
	e := containertest.Podman(t)
	e.Image("localhost/box", containertest.Made{Files: map[string]string{"etc/of-the-image": "1\n"}})
	e.Image("localhost/answers", containertest.Made{Files: map[string]string{"bin/answers": answering}, Changes: []string{"CMD /bin/answers", "EXPOSE 7070", "VOLUME /data"}})
	r := &repository{t: t, keep: filepath.Join(t.TempDir(), "prentice"), files: map[string]string{}}
	return r, e
}

func TestACheckIsPerformedInItsImageWithItsServicesBesideIt(t *testing.T) {
	r, e := imaged(t)
	r.files["text"] = "of the tree\n"
	r.has("in", "image: localhost/box\nartifacts: out\n", "cat text /etc/of-the-image; echo made >out; [ \"$HOME\" != / ]; echo x >~/y").
		has("fails", "image: localhost/box\n", "echo left >state; false").
		has("time", "image: localhost/box\ntimeout: 1s\n", "echo begun; sleep 641").
		has("with", "image: localhost/box\nservices: {db: {image: localhost/answers, env: {WORD: hello}}}\n", "until [ \"$(nc db 7070 </dev/null)\" = hello ]; do sleep 0.1; done; until [ \"$(nc 127.0.0.1 7070 </dev/null)\" = hello ]; do sleep 0.1; done; ! nc -w 1 192.0.2.1 80 </dev/null").
		has("composed", "image: localhost/box\nservices: [store]\npaths: [text]\n", "[ \"$(nc store 7070 </dev/null)\" = composed ]")
	r.files["compose.yaml"] = "services:\n  store: {image: localhost/answers, environment: {WORD: composed}, ports: [\"7070:7070\"], healthcheck: {test: [CMD, test, -s, /data/word]}}\n  other: {build: .}\n"
	by := r.judged(t.Context())
	for name, want := range map[string]prentice.Truth{"in": prentice.Pass, "fails": prentice.Fail, "time": prentice.Fail, "with": prentice.Pass, "composed": prentice.Pass} {
		if by[name].Truth != want {
			log, _ := checkrun.Log(r.keep, name)
			t.Errorf("%s: %+v\n%s", name, by[name], log.Text)
		}
	}
	if reason := by["in"].Reason; !strings.Contains(reason, "in localhost/box@sha256:") {
		t.Errorf("no digest: %q", reason)
	}
	if says := by["time"].Findings[0].Says; !strings.Contains(says, "its time was up after 1s") {
		t.Error(says)
	}
	if log, err := checkrun.Log(r.keep, "with"); err != nil || !strings.Contains(log.Text, "── Service db\nbegun as 0 with hello") {
		t.Errorf("%q %v", log.Text, err)
	}
	if text, err := os.ReadFile(filepath.Join(checkrun.Runs(r.keep, "in")[0].Dir, "files", "out")); string(text) != "made\n" {
		t.Error(string(text), err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	exit, err := r.desk.Enter(t.Context(), checkrun.Entry{Keep: r.keep, Check: "fails", Argv: []string{"sh", "-c", "cat state /etc/of-the-image"}, Out: out})
	if text, _ := os.ReadFile(out.Name()); !exit.OK() || err != nil || string(text) != "left\n1\n" {
		t.Errorf("%v %v %q", exit, err, text)
	}
	if left := e.Left(); len(left) > 0 {
		t.Error("left: ", left)
	}
	nothingGoesOn(t, "sleep 641")
}

func TestWhatAnImageOrAServiceLacksIsUnknownForThatReason(t *testing.T) {
	r, e := imaged(t)
	e.Image("localhost/bare", containertest.Made{Bare: true, Files: map[string]string{"x": "x"}})
	e.Image("localhost/untarred", containertest.Made{Bare: true, Programs: []string{"/usr/bin/dash"}, Links: map[string]string{"bin/sh": "dash"}})
	e.Image("localhost/dies", containertest.Made{Files: map[string]string{"bin/dies": "#!/bin/sh\necho it cannot\nexit 4\n"}, Changes: []string{"CMD /bin/dies", "EXPOSE 1"}})
	e.Image("localhost/volumes", containertest.Made{Changes: []string{"VOLUME /proc"}})
	r.has("gone", "image: localhost/gone:7\n", "true").
		has("bare", "image: localhost/bare\n", "true").
		has("untarred", "image: localhost/untarred\n", "true").
		has("volumes", "image: localhost/volumes\n", "true").
		has("dies", "image: localhost/box\nservices: {db: {image: localhost/dies}}\n", "true").
		has("unsaid", "image: localhost/box\nservices: {db: {image: localhost/box}}\n", "true").
		has("twice", "image: localhost/box\nservices: {a: {image: localhost/answers}, b: {image: localhost/answers, health: \"false\", command: [sleep, \"1\"]}}\n", "true").
		has("composed", "image: localhost/box\nservices: [other]\n", "true").
		has("beside", "services: {db: {image: localhost/answers}}\n", "true")
	r.files["compose.yaml"] = "services:\n  other: {build: .}\n"
	by := r.judged(t.Context())
	for name, says := range map[string]string{
		"gone": "podman pull localhost/gone:7", "bare": "no shell at /bin/sh", "untarred": "the image has no tar", "volumes": `a volume at "/proc"`, "dies": "the service db ended with code 4 before it was healthy: it printed: it cannot",
		"unsaid": "no one says when it is healthy", "twice": "the service b ended", "composed": "has build, which is not understood here", "beside": "write image: NAME",
	} {
		if o := by[name]; o.Truth != prentice.NotSeen || !strings.Contains(o.Reason, says) {
			t.Errorf("%s: %s %q", name, o.Truth, o.Reason)
		}
	}
	r.desk.Pull = true
	if o := r.one("gone"); o.Truth != prentice.NotSeen || !strings.Contains(o.Reason, "cannot pull it") {
		t.Errorf("%+v", o)
	}
	if left := e.Left(); len(left) > 0 {
		t.Error("left: ", left)
	}
	t.Setenv("DOCKER_HOST", "unix:///nowhere/s")
	if o := r.one("bare"); o.Truth != prentice.NotSeen || !strings.Contains(o.Reason, "apt-get install podman") {
		t.Errorf("%+v", o)
	}
}

func TestABadDayInAnImageIsAVerdictAndLeavesNothing(t *testing.T) {
	r, e := imaged(t)
	e.Image("localhost/forks", containertest.Made{Files: map[string]string{"bin/forks": "#!/bin/sh\nnc -l -p 9 >/dev/null & f() { f | f & }; f; sleep 642\n"}, Changes: []string{"CMD /bin/forks", "EXPOSE 9"}})
	e.Image("localhost/fills", containertest.Made{Files: map[string]string{"bin/fills": "#!/bin/sh\nnc -l -p 9 >/dev/null & cat /dev/zero >/data/x; cat /dev/zero >/run/x; cat /dev/zero >/x; sleep 643\n"}, Changes: []string{"CMD /bin/fills", "EXPOSE 9", "VOLUME /data"}})
	r.has("forks", "image: localhost/box\ntimeout: 5s\nservices: {db: {image: localhost/forks}}\n", "true").
		has("fills", "image: localhost/box\ntimeout: 30s\nservices: {db: {image: localhost/fills}}\n", "sleep 2").
		has("kills", "image: localhost/box\n", "kill -9 -1; kill -9 1; kill -9 $$").
		has("daemon", "image: localhost/box\n", "setsid sh -c 'trap \"\" TERM; sleep 644' >/dev/null 2>&1 & exit 0").
		has("listens", "image: localhost/box\n", "nc -l -p 8088 & sleep 1; exit 3")
	by := r.judged(t.Context())
	for name, want := range map[string]prentice.Truth{"kills": prentice.Fail, "daemon": prentice.Pass, "listens": prentice.Fail, "fills": prentice.NotSeen} {
		if by[name].Truth != want && (name != "fills" || by[name].Truth != prentice.Pass) {
			t.Errorf("%s: %+v", name, by[name])
		}
	}
	if o := by["forks"]; o.Truth != prentice.Pass && o.Truth != prentice.NotSeen { // as the service comes to listen
		t.Errorf("%+v", o)
	}
	if left := e.Left(); len(left) > 0 {
		t.Error("left: ", left)
	}
	nothingGoesOn(t, "sleep 64[234]")
}

func TestACheckInAnImageThatIsInterruptedOrLosesItsEngineIsUnknown(t *testing.T) {
	r, e := imaged(t)
	r.has("long", "image: localhost/box\nservices: {db: {image: localhost/answers}}\n", "echo begun; setsid sleep 645 & sleep 646")
	for i := range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(50+i*250)*time.Millisecond)
		if o := r.judged(ctx)["long"]; o.Truth != prentice.NotSeen && o.Truth != "" {
			t.Errorf("%+v", o)
		}
		cancel()
		if left := e.Left(); len(left) > 0 {
			t.Error("left: ", left)
		}
	}
	nothingGoesOn(t, "sleep 64[56]")
	gone := make(chan struct{})
	began := func(line string) {
		if strings.HasSuffix(line, "begun") {
			e.Process.Signal(syscall.SIGKILL) //nolint:errcheck // it is there
			close(gone)
		}
	}
	r.desk.Tell = began
	o := r.one("long")
	<-gone
	if o.Truth != prentice.NotSeen || !strings.Contains(o.Reason, "Podman") {
		t.Errorf("%+v", o)
	}
	nothingGoesOn(t, "sleep 64[56]")
}

func TestAVerdictBelongsToTheImageThatANameMeans(t *testing.T) {
	r, e := imaged(t)
	r.has("in", "image: localhost/box\n", "true")
	tree := func() string {
		j := r.desk.Judge()
		return j.Images([]string{"localhost/box"})
	}
	before := tree()
	e.Image("localhost/box", containertest.Made{Files: map[string]string{"etc/of-the-image": "2\n"}})
	if after := tree(); after == before || !strings.Contains(after, "sha256:") {
		t.Errorf("%q and then %q", before, after)
	}
}

func TestTwoChecksInImagesAtOnceHaveServicesOfTheirOwn(t *testing.T) {
	r, e := imaged(t)
	for i := range 4 {
		word := fmt.Sprint("word", i)
		r.has(word, "image: localhost/box\nservices: {db: {image: localhost/answers, env: {WORD: "+word+"}}}\n", "[ \"$(nc db 7070 </dev/null)\" = "+word+" ]")
	}
	for name, o := range r.judged(t.Context()) {
		if o.Truth != prentice.Pass {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if left := e.Left(); len(left) > 0 {
		t.Error("left: ", left)
	}
}

func TestRedisServesACheck(t *testing.T) {
	r, e := imaged(t)
	needtest.Program(t, "redis-server")
	e.Image("localhost/redis", containertest.Made{Programs: []string{"redis-server", "redis-cli"}, Changes: []string{"CMD redis-server --dir /data", "EXPOSE 6379", "VOLUME /data"}})
	r.has("with", "image: localhost/redis\nservices: {cache: {image: localhost/redis, health: redis-cli ping}}\n", "redis-cli -h cache set a b; [ \"$(redis-cli -h 127.0.0.1 get a)\" = b ]; redis-cli -h cache save")
	if o := r.one("with"); o.Truth != prentice.Pass {
		log, _ := checkrun.Log(r.keep, "with")
		t.Errorf("%+v\n%s", o, log.Text)
	}
}

func TestASecretThatAStepTellsAServiceIsNotInItsLog(t *testing.T) {
	r, e := imaged(t)
	e.Image("localhost/listens", containertest.Made{Files: map[string]string{"bin/listens": "#!/bin/sh\nwhile :; do nc -l -p 7070; done\n"}, Changes: []string{"CMD /bin/listens", "EXPOSE 7070"}})
	r.secret = given
	r.has("a", "image: localhost/box\nsecrets: deploy-key\nservices: {db: {image: localhost/listens}}\n", "for i in 1 2 3 4 5 6; do echo \"told $DEPLOY_KEY\" | nc db 7070 || true; sleep 0.5; done") // what is told between two listeners is lost
	o := r.one("a")
	log, err := checkrun.Log(r.keep, "a")
	if err != nil || o.Truth != prentice.Pass || !strings.Contains(log.Text, "── Service db\ntold •••") {
		t.Errorf("%+v %v\n%s", o, err, log.Text)
	}
	for _, run := range checkrun.Runs(r.keep, "a") {
		if text, err := os.ReadFile(filepath.Join(run.Dir, "service-db")); err != nil || strings.Contains(string(text), hidden) {
			t.Errorf("%s %v", text, err)
		}
	}
}
