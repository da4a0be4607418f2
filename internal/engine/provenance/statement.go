package provenance

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/dsse"
)

// The types of what is signed.
const (
	PayloadType   = "application/vnd.in-toto+json"
	StatementType = "https://in-toto.io/Statement/v1"
	LinkType      = "https://prentice.dev/landing/v1"
	SummaryType   = "https://slsa.dev/verification_summary/v1"
	verifierID    = "https://prentice.dev/queue"
)

// The levels of the source track of SLSA 1.2, and one of ours.
const (
	Controlled = "SLSA_SOURCE_LEVEL_2" // its history is kept, and said who changed it
	Enforced   = "SLSA_SOURCE_LEVEL_3" // and what the branch asks for was held to
	Reviewed   = "SLSA_SOURCE_LEVEL_4" // and another person agreed to each change
	Tested     = "PRENTICE_TESTED_AS_LANDED"
)

// Change is one that landed.
type Change struct {
	Change    int64          `json:"change"`
	PatchSet  int            `json:"patchSet"`
	Head      string         `json:"head"`   // its commit, as it was reviewed
	Commit    string         `json:"commit"` // with which it is in the branch
	QueuedBy  prentice.Ref   `json:"queuedBy"`
	Reviewers []prentice.Ref `json:"reviewers"`
}

// Link is what is said of a landing.
type Link struct {
	Number     int64     `json:"number"` // of the branch, from 1
	Repository string    `json:"repository"`
	Ref        string    `json:"ref"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	Tree       string    `json:"tree"`   // that was checked, and is that of To
	Before     string    `json:"before"` // digest of the link before it
	Rules      string    `json:"rules"`  // digest of the files at From that say what the branch asks for
	Policy     string    `json:"policy"` // digest of all that was asked for, and how each stood
	Held       int       `json:"held"`   // how many of those that block were held
	Checks     []int64   `json:"checks"` // the attempts that were made with the tree
	Flaky      bool      `json:"flaky"`  // one of them failed, of the same tree
	Changes    []Change  `json:"changes"`
	Bill       string    `json:"bill,omitempty"`     // digest of the bill of materials of To
	BillSays   string    `json:"billSays,omitempty"` // why there is none
	Glass      *Glass    `json:"breakGlass,omitempty"`
	At         time.Time `json:"at"`
}

// Glass is that someone let it land without what it lacked.
type Glass struct {
	By     prentice.Ref `json:"by"`
	Reason string       `json:"reason"`
	Lacked []string     `json:"lacked"`
}

// Levels are what the landing shows, and nothing more.
func (l Link) Levels() []string {
	if l.Glass != nil || len(l.Checks) == 0 || l.Held == 0 {
		return []string{Controlled}
	}
	for _, c := range l.Changes {
		if !slices.ContainsFunc(c.Reviewers, func(r prentice.Ref) bool { return r != c.QueuedBy }) && len(c.Reviewers) < 2 {
			return []string{Enforced, Tested}
		}
	}
	return []string{Reviewed, Tested}
}

type subject struct {
	Digest      map[string]string   `json:"digest"`
	Annotations map[string][]string `json:"annotations,omitempty"`
}

type statement[P any] struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     P         `json:"predicate"`
}

type summary struct {
	Verifier    map[string]string `json:"verifier"`
	Time        time.Time         `json:"timeVerified"`
	Resource    string            `json:"resourceUri"`
	Policy      resource          `json:"policy"`
	Inputs      []resource        `json:"inputAttestations"`
	Result      string            `json:"verificationResult"`
	Levels      []string          `json:"verifiedLevels"`
	SlsaVersion string            `json:"slsaVersion"`
}

type resource struct {
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

func (l Link) subjects() []subject {
	return []subject{{Digest: map[string]string{"gitCommit": l.To, "gitTree": l.Tree}, Annotations: map[string][]string{"sourceRefs": {l.Ref}}}}
}

// Statement is the payload of a link.
func (l Link) Statement() []byte {
	return payload(statement[Link]{StatementType, l.subjects(), LinkType, l})
}

// Summary is the payload of the summary of a link, whose envelope has that digest.
func (l Link) Summary(digest string) []byte {
	inputs := []resource{{LinkFile, map[string]string{"sha256": bare(digest)}}}
	if l.Bill != "" {
		inputs = append(inputs, resource{BillFile, map[string]string{"sha256": bare(l.Bill)}})
	}
	return payload(statement[summary]{StatementType, l.subjects(), SummaryType, summary{
		Verifier: map[string]string{"id": verifierID}, Time: l.At, Resource: "git+prentice:" + l.Repository,
		Policy: resource{"prentice:policy", map[string]string{"sha256": bare(l.Policy)}},
		Inputs: inputs, Result: "PASSED", Levels: l.Levels(), SlsaVersion: "1.2"}})
}

func payload(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a statement always has a JSON form: %v", err))
	}
	return raw
}

func bare(digest string) string {
	if len(digest) > 7 && digest[:7] == "sha256:" {
		return digest[7:]
	}
	return digest
}

// Peek reads the link of an envelope, and believes no one.
func Peek(file []byte) (Link, error) {
	e, err := dsse.Decode(file)
	if err != nil {
		return Link{}, err
	}
	var s statement[Link]
	err = json.Unmarshal(e.Payload, &s)
	return s.Predicate, err
}
