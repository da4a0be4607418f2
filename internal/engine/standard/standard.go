package standard

import (
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

// Standard is one file of rules.
type Standard struct {
	Name     string          `json:"name"`
	Title    string          `json:"title"`
	Owner    prentice.Ref    `json:"owner"`
	ReviewBy time.Time       `json:"review_by"`
	Reason   string          `json:"reason"`
	Severity claims.Severity `json:"severity"`
	Applies  []string        `json:"applies,omitempty"` // which files its rules look at, where a rule says nothing
	Source   string          `json:"source"`            // "built in", or where its file lies
	Text     string          `json:"-"`
	Rules    []check.Rule    `json:"-"`
}

// BuiltIn is the source of a standard that comes with the program.
const BuiltIn = "built in"

// Kind is the name under which all rules of standards are judged.
const Kind = "standard"

// Folder is where a repository keeps standards of its own.
const Folder = ".prentice/standards"
