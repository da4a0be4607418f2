package experiment

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"prentice"
)

// Experiment is one, with what was found out so far.
type Experiment struct {
	Number    int64
	Name      string
	Revision  int64
	Question  string
	Flag      string
	Control   string // a variant of the flag
	Treatment string
	Outcome   string // what is counted, in words
	Owner     prentice.Ref
	Design    Design
	Pinned    string // the digest of the assignment, once it began
	Salt      string
	Created   time.Time
	By        prentice.Ref
	Began     time.Time
	Ends      time.Time // at the latest
	Stopped   time.Time
	StoppedBy prentice.Ref
	Reason    string // why it was stopped
	P, Skew   float64
	Result    Result // of the last look
}

// Ref names it.
func (e Experiment) Ref() prentice.Ref { return prentice.NewRef("experiment", e.Name) }

// Refs are what evidence of it is about.
func (e Experiment) Refs() []prentice.Ref {
	return []prentice.Ref{e.Ref(), prentice.NewRef("flag", e.Flag)}
}

// The states of an experiment.
const (
	Drafted = "designed"
	Running = "counting"
	Ended   = "ended"
)

// State is how it stands.
func (e Experiment) State() string {
	switch {
	case !e.Stopped.IsZero():
		return Ended
	case !e.Began.IsZero():
		return Running
	}
	return Drafted
}

// Longest is how long an experiment counts.
const Longest = 90 * 24 * time.Hour

// Fit refuses what is not enough to begin with.
func (e Experiment) Fit() error {
	switch {
	case !validName(e.Name):
		return prentice.Errorf(prentice.Invalid, "%q cannot name an experiment", e.Name).Try("use lower-case letters, digits and dashes, at most 60")
	case !strings.HasSuffix(e.Question, "?"):
		return prentice.Errorf(prentice.Invalid, "%q is no question", e.Question).Try("ask one that ends with a question mark, such as: Do more people buy when they pay on one page?")
	case e.Control == e.Treatment:
		return prentice.Errorf(prentice.Invalid, "control and treatment are both %q", e.Control).Try("name two variants of the flag")
	}
	return nil
}

func validName(s string) bool {
	return s != "" && len(s) <= 60 && s[0] != '-' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Begin starts it, with the assignment as it is now. From here on its rule stays.
func (e Experiment) Begin(pinned, salt string, last time.Duration, now time.Time) (Experiment, error) {
	if e.State() != Drafted {
		return e, prentice.Errorf(prentice.Conflict, "%s is %s already", e.Ref(), e.State()).Try("look at it: prentice experiment show %s", e.Name)
	}
	if last <= 0 || last > Longest {
		return e, prentice.Errorf(prentice.Invalid, "an experiment counts at most 90 days, and this one %s", last).Try("choose a larger effect, or more users")
	}
	e.Pinned, e.Salt, e.Began, e.Ends, e.P, e.Skew = pinned, salt, now, now.Add(last), 1, 1
	return e, nil
}

// Stop ends it. What was counted by then is its result.
func (e Experiment) Stop(by prentice.Ref, reason string, now time.Time) (Experiment, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case e.State() == Ended:
		return e, prentice.Errorf(prentice.Conflict, "%s was stopped on %s by %s: %s", e.Ref(), e.Stopped.UTC().Format(time.DateOnly), e.StoppedBy, e.Reason).Try("look at what came of it: prentice experiment show %s", e.Name)
	case e.State() == Drafted:
		return e, prentice.Errorf(prentice.Conflict, "%s has not begun", e.Ref()).Try("begin it: prentice experiment start %s", e.Name)
	case reason == "":
		return e, prentice.Errorf(prentice.Invalid, "it is stopped without a reason").Try("say why, in one sentence: --reason '…'")
	}
	if now.Before(e.Began) { // a clock was set back
		now = e.Began
	}
	e.Stopped, e.StoppedBy, e.Reason = now, by, reason
	return e, nil
}

// Look takes in what was counted, and says whether the rule ends it.
func (e Experiment) Look(c Counts) (Experiment, Result) {
	r := e.Design.Judge(c, e.P, e.Skew)
	if r.Told {
		e.P = r.P
	}
	e.Skew, e.Result = r.Skew, r
	return e, r
}

// Unit is what is kept of a user: a digest that no one can turn back, and that is another
// one in each experiment.
func (e Experiment) Unit(user string) string {
	h := hmac.New(sha256.New, []byte(e.Salt))
	h.Write([]byte(user))
	return hex.EncodeToString(h.Sum(nil)[:16])
}
