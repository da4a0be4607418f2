package policy

import (
	"prentice"
)

// CaseResults is what came of a team's table of cases.
type CaseResults struct {
	Cases     []CaseResult `json:"cases"`
	Failed    int          `json:"failed"`
	Unreached []string     `json:"unreached"` // rules of the team that decided no case
}

// CaseResult is one case of the table.
type CaseResult struct {
	Name string            `json:"name"`
	Pass bool              `json:"pass"`
	Want string            `json:"want"`
	Got  prentice.Decision `json:"got"`
	Says string            `json:"says,omitempty"` // what is wrong
	At   prentice.Pos      `json:"at"`
}
