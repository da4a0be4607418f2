package crash

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// outcome is what became of a trial.
type outcome struct {
	died    bool // at every kill
	dark    bool // the last kill ended a step in the middle
	ended   bool // every run, in a known state
	states  []prentice.State
	doubled int
	commits []string // of the last life
}

func isCommit(kill string) bool {
	return strings.HasPrefix(kill, "before:") || strings.HasPrefix(kill, "after:")
}

// trial plays a scenario with its kills and judges what is left. A kill that is
// not reached ends it: the run has come to its end before. Whatever goes wrong
// ends the installation, so that no other trial inherits it.
func (l *lane) trial(sc scenario, kills ...string) (out outcome, err error) {
	p := &play{lane: l, scenario: sc, base: -1}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, p.story.String())
		}
		if err != nil || sc.alone {
			l.close()
		}
	}()
	if err := l.begin(sc); err != nil {
		return out, fmt.Errorf("begin: %w", err)
	}
	if err := l.arrange(sc); err != nil {
		return out, fmt.Errorf("arrange: %w", err)
	}
	out.died = len(kills) > 0
	for i, kill := range append(kills, "") {
		died, err := p.life(i, kill)
		if err != nil {
			return out, err
		}
		if kill != "" && !died {
			out.died = false
			if i < len(sc.first) {
				return out, fmt.Errorf("kill %s was not reached", kill)
			}
			break
		}
	}
	if n := len(kills); n > 0 {
		out.dark = out.died && !isCommit(kills[n-1]) && !strings.HasSuffix(kills[n-1], "+")
	}
	out.commits = p.commits()
	return out, p.judge(&out)
}

// play is a trial under way.
type play struct {
	lane     *lane
	scenario scenario
	base     int64           // the last run that there was before; -1 until that is known
	crashed  bool            // the life before ended by a kill
	looked   bool            // it was seen in this life that what no person started is held
	resumed  bool            // it was told in this life to go on, whatever the answer: the disk may be full
	told     bool            // someone was told that the fault or the wish is known
	asked    int             // keys that a wish was sent with
	before   int             // what the server had said before this trial
	story    strings.Builder // of what happened, for anyone who reads a failure
}

func (p *play) say(format string, args ...any) {
	fmt.Fprintf(&p.story, "  "+time.Now().Format("05.000")+" "+format+"\n", args...)
}

// life is the trial's part in the life of a server: until it dies, or until
// everything has come to rest.
func (p *play) life(n int, kill string) (died bool, err error) {
	l := p.lane
	if err := l.arm(kill, n); err != nil {
		return false, err
	}
	if p.scenario.stop && n > 0 {
		if err := os.WriteFile(filepath.Join(l.where.data, "STOP"), nil, 0o600); err != nil {
			return false, err
		}
	}
	p.before = 0
	if l.server != nil {
		p.before = len(l.server.said.String())
	}
	if p.scenario.bad != nil && n > 0 {
		if err := p.scenario.bad.restart(p); err != nil {
			return false, fmt.Errorf("start again: %w", err)
		}
	}
	if err := l.up(); err != nil {
		return false, err
	}
	s := l.server
	p.crashed, p.looked, p.resumed = n > 0, false, false
	over := func() error { return nil }
	if p.scenario.bad != nil {
		over = p.scenario.bad.during(p, s)
	}
	died, err = p.drive(s)
	err = errors.Join(err, over())
	p.say("life with kill %q: died %v; prentice said: %s", kill, died, indented(s.said.String()[p.before:]))
	if !died {
		return false, err
	}
	l.server = nil
	if kill == "" || !s.killed {
		err = errors.New("prentice ended by itself")
	}
	return true, err
}

// commits is what the server has told of its commits in this trial.
func (p *play) commits() (list []string) {
	for line := range strings.Lines(p.lane.server.said.String()[p.before:]) {
		if strings.HasPrefix(line, "commit ") {
			list = append(list, line)
		}
	}
	return list
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		fmt.Fprintf(&b, "\n    %.150s", strings.TrimSpace(line))
	}
	return b.String()
}

// drive tells the server what has happened, approves, and waits for rest or
// death.
func (p *play) drive(s *server) (died bool, err error) {
	if err := s.answers(); err != nil {
		return errors.Is(err, errEnded), unless(err, errEnded)
	}
	t := &http.Transport{}
	defer t.CloseIdleConnections()
	client := &http.Client{Transport: t, Timeout: most}
	olga, ann := caller{s.url, p.lane.tpl.olga, client}, caller{s.url, p.lane.tpl.ann, client}
	last := ""
	for give := time.Now().Add(most); time.Now().Before(give); time.Sleep(25 * time.Millisecond) {
		if s.over() {
			return true, nil
		}
		rest, seen, err := p.round(olga, ann)
		if rest && err == nil {
			return false, nil
		}
		if err != nil {
			seen = err.Error()
		}
		if seen != last {
			p.say("%s", seen)
			last = seen
		}
	}
	return false, fmt.Errorf("nothing came to rest within %s: %s", most, last)
}

func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// round is one look at the server. An error may pass: the server may be dying.
func (p *play) round(olga, ann caller) (rest bool, seen string, err error) {
	runs, err := p.runs(olga)
	if err != nil {
		return false, "", err
	}
	if !p.told {
		if err := p.tell(olga, len(runs)); err != nil {
			return false, "", err
		}
	}
	if seen, err := p.resume(olga, runs); seen != "" || err != nil {
		return false, seen, err
	}
	rest = len(runs) > 0
	for _, r := range runs {
		seen += fmt.Sprintf("run/%d is %s: %s; ", r.Number, r.State, r.Says)
		rest = rest && r.State.Ended()
		if r.State == prentice.Waiting {
			word := "run.approve"
			if strings.HasPrefix(r.Says, "waits for a person") {
				word = "run.confirm"
			}
			if err := ann.call(word, "", map[string]any{"number": string(r.Ref()), "reason": "the probe is right"}, nil); err != nil {
				return false, seen, err
			}
		}
	}
	if !rest {
		return false, seen, nil
	}
	var faults struct {
		Incidents []struct{ State, Summary string }
	}
	if err := olga.call("incident.list", "", map[string]any{}, &faults); err != nil {
		return false, seen, err
	}
	for _, in := range faults.Incidents {
		seen += "incident is " + in.State + "; "
		rest = rest && in.State != "fixing"
	}
	return rest, seen, nil
}

// resume looks whether all that no person started is held after a crash, and
// then lets it go on. It says what it still waits for, or "".
func (p *play) resume(olga caller, runs []prentice.Run) (string, error) {
	if p.looked {
		return "", nil
	}
	var is run.LimitState
	if err := olga.call("limit.show", "", map[string]any{}, &is); err != nil {
		return "", err
	}
	if is.Pause == nil {
		if p.crashed && len(runs) > 0 && !p.lane.twins && !p.resumed { // with two, one lived to see it
			return "prentice was killed with a run of its own, and came up without a pause", nil
		}
		p.looked = true
		return "", nil
	}
	for _, r := range runs {
		under := !r.State.Ended() && r.State != prentice.Waiting && r.Requester.Kind() != string(prentice.Person)
		if under && (r.Hold == nil || r.Hold.Code != prentice.HoldPaused) {
			return fmt.Sprintf("run/%d is %s and not held", r.Number, r.State), nil
		}
	}
	p.resumed = true
	if err := olga.call("resume", "", map[string]any{"reason": "it is known what happened"}, nil); err != nil {
		return "", err
	}
	p.looked = true
	return "", nil
}

// runs are those of this trial.
func (p *play) runs(olga caller) ([]prentice.Run, error) {
	var now struct{ Runs []prentice.Run }
	if err := olga.call("run.list", "", map[string]any{}, &now); err != nil {
		return nil, err
	}
	if p.base < 0 {
		p.base = 0
		if len(now.Runs) > 0 {
			p.base = now.Runs[0].Number
		}
	}
	var mine []prentice.Run
	for _, r := range now.Runs {
		if r.Number > p.base {
			mine = append(mine, r)
		}
	}
	return mine, nil
}

// tell sends the event, or asks for the procedure, until an answer comes: as a
// careful sender does, with the same id or key each time.
func (p *play) tell(olga caller, runs int) (err error) {
	sc, n := p.scenario, p.lane.trials
	if sc.of != "" {
		err = olga.call("event.send", "", map[string]any{"type": "probe.failed", "subject": "service/" + sc.of, "source": "story", "id": fmt.Sprint(n),
			"data": map[string]any{"consecutive": 2000, "service": sc.of, "trial": n}}, nil)
		p.told = err == nil
		return err
	}
	err = olga.call("run.start", fmt.Sprintf("trial-%d-%d", n, p.asked), map[string]any{"procedure": sc.procedure, "reason": "it is time"}, nil)
	if no, ok := errors.AsType[*refusal](err); ok && no.status == http.StatusConflict {
		// No one knows how it ended: one looks, and asks again if it has not happened.
		p.told = runs > 0
		p.asked++
		return nil
	}
	p.told = err == nil
	return err
}
