package prototype

import (
	"strings"
	"time"

	"prentice"
)

// Prototype is one, with what became of it.
type Prototype struct {
	Number      int64
	Name        string
	Revision    int64
	Title       string
	Question    string
	Technique   string
	Owner       prentice.Ref
	Repository  string // "" is none
	Source      string // the file that declares it; "" is none
	Tasks       []Task
	Begun       time.Time
	By          prentice.Ref
	DecideBy    time.Time // a day, to its end
	Extended    int64
	Overdue     time.Time    // since when it is undecided past its day; zero is not at all
	Scaffold    prentice.Ref // the change that brings what it begins with; "" is none
	Environment prentice.Ref
	Stopped     time.Time // when its environment was stopped
	Decided     time.Time
	DecidedBy   prentice.Ref
	Decision    string
	Reason      string
	Learned     string
	Otherwise   string
	Promoted    time.Time // when it became real code
	PromotedBy  prentice.Ref
	Commit      string // that did
}

// Ref names it.
func (p Prototype) Ref() prentice.Ref { return prentice.NewRef("prototype", p.Name) }

// The states of a prototype.
const (
	Open      = "trying"
	Undecided = "undecided" // its day is over and no one decided
	Adopted   = "adopted"
	Dropped   = "dropped"
	Changed   = "changed" // another question is asked instead
)

// State is how it stands at a time. What was once undecided past its day stays that, also
// when a clock is set back, until it is decided or extended.
func (p Prototype) State(now time.Time) string {
	switch {
	case p.Decision == "adopt":
		return Adopted
	case p.Decision == "drop":
		return Dropped
	case p.Decision == "change":
		return Changed
	case !p.Overdue.IsZero() || p.Past(now):
		return Undecided
	}
	return Open
}

// Past says whether the day is over by which it was to be decided.
func (p Prototype) Past(now time.Time) bool { return !now.Before(p.Ends()) }

// Ends is the moment at which its day is over.
func (p Prototype) Ends() time.Time { return p.DecideBy.AddDate(0, 0, 1) }

// Took is how long it went on, up to a time.
func (p Prototype) Took(now time.Time) time.Duration {
	if !p.Decided.IsZero() {
		now = p.Decided
	}
	return max(now.Sub(p.Begun), 0)
}

// The furthest that a day lies ahead, and how often it is put off.
const (
	furthest     = 180 * 24 * time.Hour
	mostExtended = 3
)

// Fit refuses what is not enough to begin with.
func (p Prototype) Fit(now time.Time) error {
	switch {
	case !ValidName(p.Name):
		return prentice.Errorf(prentice.Invalid, "%q cannot name a prototype", p.Name).Try("use lower-case letters, digits and dashes, at most 60")
	case !strings.HasSuffix(p.Question, "?"):
		return prentice.Errorf(prentice.Invalid, "%q is no question", p.Question).Try("ask one that ends with a question mark, such as: Do people finish on one page?")
	case p.Owner == "":
		return prentice.Errorf(prentice.Invalid, "prototype %s has no owner", p.Name).Try("say who decides: --owner group/NAME")
	}
	if _, ok := Find(p.Technique); !ok {
		return prentice.Errorf(prentice.Invalid, "%q is not a technique", p.Technique).Try("use one of %s; prentice prototype advise recommends one", strings.Join(Keys(), ", "))
	}
	return FitDay(p.DecideBy, now)
}

// FitDay refuses a day that is over, and one that is so far away that no one waits for it.
func FitDay(day, now time.Time) error {
	switch {
	case !now.Before(day.AddDate(0, 0, 1)):
		return prentice.Errorf(prentice.Invalid, "%s is over: no one can decide by then", day.Format(time.DateOnly)).Try("name a day to come")
	case day.Sub(now) > furthest:
		return prentice.Errorf(prentice.Invalid, "%s is more than 180 days away: that is no prototype", day.Format(time.DateOnly)).Try("ask a smaller question, and decide by a nearer day")
	}
	return nil
}

// Extend puts the day off.
func (p Prototype) Extend(day, now time.Time) (Prototype, error) {
	switch {
	case !p.Decided.IsZero():
		return p, p.over()
	case p.Extended >= mostExtended:
		return p, prentice.Errorf(prentice.Conflict, "%s was extended %d times already", p.Ref(), p.Extended).Try("decide it: prentice prototype decide %s --decision drop --reason '…'", p.Name)
	case !day.After(p.DecideBy):
		return p, prentice.Errorf(prentice.Invalid, "%s is no later than %s", day.Format(time.DateOnly), p.DecideBy.Format(time.DateOnly)).Try("name a later day")
	}
	if err := FitDay(day, now); err != nil {
		return p, err
	}
	p.DecideBy, p.Overdue, p.Extended = day, time.Time{}, p.Extended+1
	return p, nil
}

// Decide ends it. A second decision is refused, so that the first is never lost.
func (p Prototype) Decide(decision, reason string, by prentice.Ref, now time.Time) (Prototype, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case !p.Decided.IsZero():
		return p, p.over()
	case decision != "adopt" && decision != "drop" && decision != "change":
		return p, prentice.Errorf(prentice.Invalid, "%q is no decision", decision).Try("say adopt, drop or change")
	case reason == "":
		return p, prentice.Errorf(prentice.Invalid, "the decision has no reason").Try("say why, in one sentence: --reason '…'")
	}
	if now.Before(p.Begun) { // a clock was set back
		now = p.Begun
	}
	p.Decision, p.Reason, p.DecidedBy, p.Decided, p.Overdue = decision, reason, by, now, time.Time{}
	return p, nil
}

// Promote says that a commit of it is real code from now on.
func (p Prototype) Promote(commit string, by prentice.Ref, now time.Time) (Prototype, error) {
	if !p.Promoted.IsZero() {
		return p, prentice.Errorf(prentice.Conflict, "%s was promoted on %s by %s, as commit %.12s", p.Ref(), p.Promoted.UTC().Format(time.DateOnly), p.PromotedBy, p.Commit).Try("look at it: prentice prototype show %s", p.Name)
	}
	p.Promoted, p.PromotedBy, p.Commit = now, by, commit
	return p, nil
}

func (p Prototype) over() error {
	return prentice.Errorf(prentice.Conflict, "%s was decided on %s by %s: %s", p.Ref(), p.Decided.UTC().Format(time.DateOnly), p.DecidedBy, p.Decision).Try("begin another one that asks the new question: prentice prototype new")
}

// Refs are what evidence of it is about.
func (p Prototype) Refs() []prentice.Ref {
	refs := []prentice.Ref{p.Ref()}
	if p.Repository != "" {
		refs = append(refs, prentice.NewRef("repository", p.Repository))
	}
	if p.Environment != "" {
		refs = append(refs, p.Environment)
	}
	return refs
}
