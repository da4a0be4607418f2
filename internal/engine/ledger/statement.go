package ledger

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"prentice"
)

// What an exported file is: an in-toto Statement
// (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) in a
// DSSE envelope, with a predicate of our own.
const (
	StatementType = "https://in-toto.io/Statement/v1"
	PayloadType   = "application/vnd.in-toto+json"
	PredicateType = "https://prentice.dev/evidence/v1"
)

const predicateFormat = 1

// Statement says what the evidence is about and holds it.
type Statement struct {
	Type          string    `json:"_type"`
	Predicate     Predicate `json:"predicate"`
	PredicateType string    `json:"predicateType"`
	Subject       []Subject `json:"subject"`
}

// Subject names what the evidence is about. The digest of a run is the hash of
// its plan, which is what people approved; of anything else it is the hash of
// the last line.
type Subject struct {
	Digest map[string]string `json:"digest"`
	Name   string            `json:"name"`
}

// Predicate is the evidence: the thread of Ref, or all lines from From to To.
// Every line is whole, so that its hash can be worked out again.
type Predicate struct {
	Checkpoint Checkpoint          `json:"checkpoint"` // signed at the last line or later
	Cut        bool                `json:"cut"`        // older lines of the thread were left out
	Format     int                 `json:"format"`
	From       int64               `json:"from"`
	Lines      []prentice.Evidence `json:"lines"`
	Ref        prentice.Ref        `json:"ref"`
	To         int64               `json:"to"`
}

func statementOf(p Predicate) Statement {
	return Statement{Type: StatementType, Predicate: p, PredicateType: PredicateType, Subject: []Subject{subjectOf(p)}}
}

// subjectOf follows from the lines alone, so that anyone who verifies can work it
// out again.
func subjectOf(p Predicate) Subject {
	name, hash := "ledger", p.Lines[len(p.Lines)-1].Hash
	if p.Ref != "" {
		name = string(p.Ref)
		if plan := planOf(p.Ref, p.Lines); plan != "" {
			hash = plan
		}
	}
	return Subject{Name: name, Digest: map[string]string{"sha256": strings.TrimPrefix(hash, "sha256:")}}
}

var digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// planOf is the hash of the plan that a run's own lines name, or "".
func planOf(ref prentice.Ref, lines []prentice.Evidence) string {
	if ref.Kind() != "run" {
		return ""
	}
	for _, e := range lines {
		var data struct {
			Plan string `json:"plan"`
		}
		if contains(e.Refs, ref) && json.Unmarshal(e.Data, &data) == nil && digest.MatchString(data.Plan) {
			return data.Plan
		}
	}
	return ""
}

// about names what a predicate is about, for people.
func (p Predicate) about() string {
	if p.Ref != "" {
		return string(p.Ref)
	}
	return fmt.Sprintf("lines %d to %d of the ledger", p.From, p.To)
}
