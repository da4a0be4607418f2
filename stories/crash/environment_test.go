package crash

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db"
)

// TestAnEnvironmentIsWholeOrGoneWhereverPrenticeIsKilled makes an environment, lets it last
// longer, takes a shared place and gives it back, opens a preview and shares it by a link that
// is taken back, and stops it; and kills prentice at every commit and between any two effects
// on the way. Those who asked look first, and ask again, as a careful client does. In the end
// all of it has happened once, and nothing of the environment is on the machine.
func TestAnEnvironmentIsWholeOrGoneWhereverPrenticeIsKilled(t *testing.T) {
	for _, program := range []string{"bwrap", "busybox"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: there is no %s", program)
		}
	}
	p := build(t, "1")
	t.Run("sqlite", func(t *testing.T) { provesEnvironments(t, &template{program: p, data: t.TempDir()}, 1) })
	t.Run("postgres", func(t *testing.T) { provesEnvironments(t, onPostgres(t, p, ""), 3) })
}

// provesEnvironments kills at every place, or at every third one.
func provesEnvironments(t *testing.T, tpl *template, every int) {
	begun := time.Now()
	if tpl.olga == "" {
		tpl.make(t)
	}
	y := &yard{forge{tpl: tpl}}
	y.lay(t)
	points, err := y.stands(t.TempDir(), "")
	if err != nil {
		t.Fatal("not killed: ", err)
	}
	if *everywhere {
		every = 1
	} else if testing.Short() {
		every *= 4
	}
	k, n := shareOf(t)
	next := make(chan string, 2*len(points))
	for i, what := range points {
		if i%(every*n) == every*k {
			next <- fmt.Sprintf("before:%d", i+1)
		}
		if strings.HasPrefix(what, "commit ") && (i+every/2)%(every*n) == every*k { // after a moment it is as before what comes next
			next <- fmt.Sprintf("after:%d", i+1)
		}
	}
	tried := len(next)
	close(next)
	var mu sync.Mutex
	died, wrong := 0, 0
	var all sync.WaitGroup
	for range landers {
		dir := t.TempDir()
		all.Go(func() {
			for kill := range next {
				reached, err := y.stands(filepath.Join(dir, strings.ReplaceAll(kill, ":", "-")), kill)
				mu.Lock()
				if reached != nil {
					died++
				}
				if err != nil {
					wrong++
					t.Errorf("killed %s: %v", kill, err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	line := fmt.Sprintf("crash proof of environments: %d points, killed at %d of %d places, %d wrong (%s, %s)", len(points), died, tried, wrong, t.Name(), time.Since(begun).Round(time.Second))
	t.Log(line)
	fmt.Fprintln(os.Stderr, line)
	if died < tried*2/3 {
		t.Errorf("prentice died at %d of %d places", died, tried)
	}
}

// yard is an installation that makes environments, and is copied for each trial.
type yard struct{ forge }

const (
	shopCompose = `services:
  seed:
    command: ["sh", "-c", "echo hello >/data/index.html"]
    volumes: [data:/data]
    x-prentice: {sandbox: true}
  web:
    command: ["busybox", "httpd", "-f", "-p", "8080", "-h", "/data"]
    expose: ["8080"]
    stop_grace_period: 200ms
    volumes: [data:/data]
    x-prentice: {sandbox: true}
    depends_on:
      seed: {condition: service_completed_successfully}
volumes:
  data: {}
`
	shopPlaces = "limits: {ttl: 2h, disk: 100, memory: 100}\nplaces:\n  - {name: stage, kind: stage, max_lease: 8h, queue: 2}\n"
)

// lay makes the repository from which the environment is made, and the shared place.
func (y *yard) lay(t *testing.T) {
	w := where{data: y.tpl.data, team: filepath.Join(y.tpl.data, "team"), database: y.tpl.database}
	if err := os.WriteFile(filepath.Join(w.team, "environments.yaml"), []byte(shopPlaces), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := up(y.tpl.program, w, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.end(syscall.SIGTERM)
	if err := s.answers(); err != nil {
		t.Fatal(err, s.said.String())
	}
	if err := y.as(s, y.tpl.olga).call("repository.create", "", map[string]any{"name": "shop"}, nil); err != nil {
		t.Fatal(err)
	}
	y.work = filepath.Join(t.TempDir(), "work")
	if out, err := git("init", "-q", "-b", "main", y.work); err != nil {
		t.Fatal(err, out)
	}
	if err := os.WriteFile(filepath.Join(y.work, "compose.yaml"), []byte(shopCompose), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"add", "."}, {"commit", "-q", "-m", "a shop"}, {"push", "-q", y.at(s), "HEAD:refs/heads/main"}} {
		if out, err := git(append([]string{"-C", y.work}, args...)...); err != nil {
			t.Fatal(err, out)
		}
	}
}

// stands is one trial: all of an environment's life, with a kill on the way. It says at which
// points it could be killed, or nothing where the kill was not reached.
func (y *yard) stands(dir, kill string) (points []string, err error) {
	w := where{data: filepath.Join(dir, "data"), team: filepath.Join(dir, "data", "team"), database: y.tpl.database, of: "environments"}
	if err := y.copyTo(w.data); err != nil {
		return nil, err
	}
	if y.tpl.database != "" {
		var drop func()
		if w.database, drop, err = y.tpl.copyDatabase(); err != nil {
			return nil, err
		}
		defer drop()
	}
	wish := filepath.Join(dir, "wish")
	if err := os.WriteFile(wish, []byte(kill+" "), 0o600); err != nil {
		return nil, err
	}
	var told strings.Builder
	v := &visit{yard: y}
	for life := 0; life < 3; life++ {
		s, err := up(y.tpl.program, w, wish)
		if err != nil {
			return nil, err
		}
		over, err := v.drive(s)
		if err == nil && (over && life == 0 && s.killed || kill == "") {
			points = point.FindAllString(s.said.String(), -1)
		}
		fmt.Fprintf(&told, "life %d (%v, %v):%s\n", life, over, err, indented(s.said.String()))
		if over && err == nil && s.killed {
			if err = os.WriteFile(wish, []byte("nowhere "), 0o600); err == nil {
				continue
			}
		}
		s.end(syscall.SIGTERM)
		if err == nil {
			err = errors.Join(v.judge(w), nothingOf(filepath.Join(w.data, "environments")))
		}
		if err != nil {
			return points, fmt.Errorf("%w\n%s", err, told.String())
		}
		return points, nil
	}
	return points, fmt.Errorf("it does not come to rest:\n%s", told.String())
}

// visit is who asks, with what they remember over the deaths of the server.
type visit struct {
	*yard
	leased, seen, followed, shared bool
	link                           string
}

type envSeen struct {
	ID, State, Says string
	Asked, Ends     time.Time
}

// drive goes on with what is to be done next, until the environment is stopped or the server gone.
func (v *visit) drive(s *server) (over bool, err error) {
	if err := s.answers(); err != nil {
		return errors.Is(err, errEnded), unless(err, errEnded)
	}
	olga := v.as(s, v.tpl.olga)
	var last error
	for give := time.Now().Add(2 * most); time.Now().Before(give); time.Sleep(30 * time.Millisecond) {
		if s.over() {
			return true, nil
		}
		var list struct {
			Envs   []envSeen
			Places []struct{ State string }
		}
		if last = olga.call("env.list", "", map[string]any{"all": true}, &list); last != nil {
			continue
		}
		switch {
		case len(list.Envs) == 0:
			last = olga.call("env.create", "", map[string]any{"repository": "shop", "backend": "sandbox"}, nil)
			continue
		case len(list.Envs) > 1:
			return false, fmt.Errorf("there are %d environments", len(list.Envs))
		}
		e := list.Envs[0]
		switch e.State {
		case "failed":
			return false, fmt.Errorf("it failed: %s", e.Says)
		case "stopped":
			return false, nil
		case "ready":
			last = v.next(s, olga, e, list.Places[0].State)
		default:
			last = fmt.Errorf("it is %s: %s", e.State, e.Says)
		}
	}
	return false, fmt.Errorf("it is not stopped in the end: %w", last)
}

// next does what is to be done next with one that is ready, as far as can be seen.
func (v *visit) next(s *server, olga caller, e envSeen, place string) error {
	switch v.leased = v.leased || place == "held"; {
	case e.Ends.Sub(e.Asked) < 3*time.Hour:
		return olga.call("env.extend", "", map[string]any{"env": e.ID, "for": "1h"}, nil)
	case e.Ends.Sub(e.Asked) > 3*time.Hour:
		return fmt.Errorf("it lasts until %s, and was asked for at %s", e.Ends, e.Asked)
	case !v.leased:
		return olga.call("env.lease", "", map[string]any{"place": "stage", "purpose": "look"}, nil)
	case place == "held":
		return olga.call("env.release", "", map[string]any{"place": "stage"}, nil)
	case !v.seen:
		return v.look(s, olga, e)
	case !v.shared:
		return v.share(s, olga, e)
	}
	return olga.call("env.stop", "", map[string]any{"env": e.ID}, nil)
}

// look opens the preview as someone who is signed in.
func (v *visit) look(s *server, olga caller, e envSeen) error {
	var opened struct{ URL string }
	if err := olga.call("preview.open", "", map[string]any{"env": e.ID}, &opened); err != nil {
		return err
	}
	entered, err := visits(s, opened.URL, "", "")
	if err != nil || entered.StatusCode != http.StatusSeeOther || len(entered.Cookies()) == 0 {
		return fmt.Errorf("the code does not let in: %+v %w", entered, err)
	}
	c := entered.Cookies()[0]
	page, err := visits(s, opened.URL, "Cookie", c.Name+"="+c.Value)
	v.seen = err == nil && page.StatusCode == http.StatusOK
	return err
}

// share makes a link, follows it and takes it back. Of one whose address did not come, there is
// no address: it is taken back, and another is made.
func (v *visit) share(s *server, olga caller, e envSeen) error {
	var list struct{ Links []struct{ Number int } }
	if err := olga.call("link.list", "", map[string]any{}, &list); err != nil {
		return err
	}
	switch {
	case len(list.Links) == 0 && v.link == "":
		var made struct{ URL string }
		err := olga.call("link.create", "", map[string]any{"env": e.ID}, &made)
		v.link = made.URL
		return err
	case len(list.Links) == 1 && v.link == "":
		return olga.call("link.revoke", "", map[string]any{"id": list.Links[0].Number}, nil)
	case len(list.Links) > 1:
		return fmt.Errorf("there are %d links", len(list.Links))
	}
	_, token, _ := strings.Cut(v.link, "/link/")
	page, err := visits(s, v.link, "Prentice-Link", token)
	if err != nil {
		return err
	}
	switch v.followed = v.followed || page.StatusCode == http.StatusOK; {
	case len(list.Links) == 0 && page.StatusCode != http.StatusUnauthorized:
		return fmt.Errorf("a link that was taken back lets in: %+v", page)
	case len(list.Links) == 0:
		v.shared = true
		return nil
	case !v.followed:
		return fmt.Errorf("the link does not let in: %+v", page)
	}
	return olga.call("link.revoke", "", map[string]any{"id": list.Links[0].Number}, nil)
}

// visits asks for a preview by its name: for the address itself, or, with a header that lets in,
// for its first page.
func visits(s *server, address, header, value string) (*http.Response, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	at, query := s.url+u.Path, u.RawQuery
	if header != "" {
		at, query = s.url+"/", ""
	}
	r, err := http.NewRequest(http.MethodGet, at+"?"+query, nil)
	if err != nil {
		return nil, err
	}
	r.Host = u.Host
	if header != "" {
		r.Header.Set(header, value)
	}
	t := &http.Transport{DisableKeepAlives: true}
	res, err := t.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	return res, res.Body.Close()
}

// judge looks at what is known of it in the end.
func (v *visit) judge(w where) error {
	d, err := db.Open(ctx(), w.address())
	if err != nil {
		return err
	}
	defer d.Close()
	var wrong []error
	for query, n := range map[string]string{
		`SELECT COUNT(*) FROM environment`:                                                  "1",
		`SELECT COUNT(*) FROM environment WHERE state = 'stopped' AND ended > 0`:            "1",
		`SELECT COUNT(*) FROM environment_place`:                                            "1",
		`SELECT COUNT(*) FROM preview_link WHERE revoked = 0`:                               "0",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.asked'`:                 "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.making'`:                "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.ready'`:                 "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.extended'`:              "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.leased'`:                "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.released'`:              "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.stopping'`:              "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.stopped'`:               "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'environment.failed'`:                "0",
		`SELECT COUNT(*) FROM inbox_events WHERE type = 'environment.ready'`:                "1",
		`SELECT COUNT(*) FROM inbox_events WHERE type = 'environment.stopped'`:              "1",
		`SELECT COUNT(*) FROM inbox_events WHERE type = 'environment.leased'`:               "1",
		`SELECT COUNT(*) FROM inbox_events WHERE type = 'environment.released'`:             "1",
		`SELECT COUNT(*) FROM (SELECT number FROM preview_link WHERE used > 0) AS followed`: "0", // programs that show a link use none up
	} {
		got, err := column[string](d, strings.Replace(query, "COUNT(*)", "CAST(COUNT(*) AS TEXT)", 1))
		if err != nil || len(got) != 1 || got[0] != n {
			wrong = append(wrong, fmt.Errorf("%s is %v, and not %s: %w", query, got, n, err))
		}
	}
	made, err := column[string](d, `SELECT CAST(COUNT(*) AS TEXT) FROM ledger_line WHERE kind = 'link.created'`)
	back, not := column[string](d, `SELECT CAST(COUNT(*) AS TEXT) FROM ledger_line WHERE kind = 'link.revoked'`)
	if err != nil || not != nil || made[0] != back[0] || made[0] != "1" && made[0] != "2" {
		wrong = append(wrong, fmt.Errorf("links were made %v times, and taken back %v times: %w", made, back, errors.Join(err, not)))
	}
	book, err := ledger.Open(d, filepath.Join(w.data, "keys"))
	if err != nil {
		return errors.Join(append(wrong, err)...)
	}
	report, err := book.VerifyChain(ctx())
	if err != nil || !report.OK {
		wrong = append(wrong, fmt.Errorf("the ledger does not verify: %v %v", report.Faults, err))
	}
	return errors.Join(wrong...)
}

// nothingOf looks for what is left on the machine of the environments of a folder, once the
// server has ended: processes, control groups, mounts, files. It can look on Linux only.
func nothingOf(folder string) error {
	sum := sha256.Sum256([]byte(folder))
	marker := "prentice-env-" + hex.EncodeToString(sum[:4]) + "-"
	var wrong []error
	files, err := os.ReadDir(folder)
	for _, f := range files {
		if f.IsDir() {
			wrong = append(wrong, fmt.Errorf("the folder %s is left", f.Name()))
		}
	}
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		for _, file := range []string{"cmdline", "cgroup"} {
			if text, _ := os.ReadFile(filepath.Join(p, file)); strings.Contains(string(text), marker) { // it may have gone
				wrong = append(wrong, fmt.Errorf("a process is left: %s of %s has %q", file, p, text))
			}
		}
	}
	for _, pattern := range []string{"/sys/fs/cgroup/" + marker + "*", "/sys/fs/cgroup/*/" + marker + "*"} {
		if groups, _ := filepath.Glob(pattern); len(groups) > 0 {
			wrong = append(wrong, fmt.Errorf("control groups are left: %s", groups))
		}
	}
	if mounts, _ := os.ReadFile("/proc/self/mountinfo"); strings.Contains(string(mounts), folder) {
		wrong = append(wrong, errors.New("mounts are left"))
	}
	return errors.Join(append(wrong, err)...)
}
