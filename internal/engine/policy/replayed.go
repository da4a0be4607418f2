package policy

import (
	"time"

	"prentice"
)

// Replay is past decisions judged again by other rules.
type Replay struct {
	Since       time.Time          `json:"since"`
	Policy      string             `json:"policy"` // the digest of the rules that judge now
	Decisions   int                `json:"decisions"`
	Identical   int                `json:"identical"`
	Changed     []VerdictChange    `json:"changed"`
	Differences []ReplayDifference `json:"differences"` // the first ones, oldest first
	Then        []Count            `json:"then"`        // the policies that decided then
	Unread      int                `json:"unread,omitempty"`
	UnreadRuns  []prentice.Ref     `json:"unread_runs,omitempty"` // the first of those whose decision cannot be read
}

// VerdictChange counts the decisions that went one way and would go another.
type VerdictChange struct {
	Was   string `json:"was"`
	Would string `json:"would"`
	Count int    `json:"count"`
}

// ReplayDifference is one decision that would be another.
type ReplayDifference struct {
	Run       prentice.Ref      `json:"run"`
	Procedure string            `json:"procedure"`
	Subject   prentice.Ref      `json:"subject"`
	Requester prentice.Ref      `json:"requester"`
	Time      time.Time         `json:"time"`
	Was       prentice.Decision `json:"was"`
	Would     prentice.Decision `json:"would"`
}

// Count is a policy and how many decisions it made. The empty digest is
// that of decisions from before digests were kept.
type Count struct {
	Policy    string `json:"policy"`
	Decisions int    `json:"decisions"`
}
