package preview

import (
	"strconv"
	"strings"
	"time"

	"prentice"
)

// Link lets anyone who has its address into one environment, until its end. What Env has is an
// ID, which is one environment for ever; or change-42, which is what that change has at the
// time, also after another patch set.
type Link struct {
	Number  int64        `json:"number"`
	Env     string       `json:"env"`            // e12xk3qa, or change-42
	Note    string       `json:"note,omitempty"` // for whom it is
	By      prentice.Ref `json:"by"`
	Made    time.Time    `json:"made"`
	Ends    time.Time    `json:"ends"`
	Uses    int          `json:"uses,omitempty"` // browsers that may follow it; 0 is any number
	Used    int          `json:"used"`           // browsers that followed it
	Plain   bool         `json:"plain,omitempty"`
	Revoked time.Time    `json:"revoked,omitzero"`
}

// How long links last.
const (
	UsualLink   = 7 * 24 * time.Hour
	LongestLink = 90 * 24 * time.Hour
)

// Of is what a link is of.
func (l Link) Of() prentice.Ref {
	if number, is := strings.CutPrefix(l.Env, "change-"); is {
		return prentice.NewRef("change", number)
	}
	return prentice.NewRef("env", l.Env)
}

// State is how a link stands: good, revoked, ended, or used up. Who came by it stays until
// it is revoked or over.
func (l Link) State(now time.Time) string {
	switch {
	case !l.Revoked.IsZero():
		return "revoked"
	case !now.Before(l.Ends):
		return "ended"
	case l.Uses > 0 && l.Used >= l.Uses:
		return "used up"
	}
	return "good"
}

// Holds says whether who came by it may still look.
func (l Link) Holds(now time.Time) bool { return l.Revoked.IsZero() && now.Before(l.Ends) }

// NumberOf is the number of the link that a token says it is of.
func NumberOf(token string) (int64, bool) {
	text, _, found := strings.Cut(token, ".")
	n, err := strconv.ParseInt(text, 10, 64)
	return n, found && err == nil && n > 0 && strconv.FormatInt(n, 10) == text && len(token) < 100
}
