package policy

import (
	"prentice"
)

// PolicyTest is what came of a team's table of cases.
type CaseResults struct {
	Cases     []CaseResult `json:"cases"`
	Failed    int          `json:"failed"`
	Unreached []string     `json:"unreached"` // rules of the team that decided no case
}

// PolicyCase is one case of the table.
type CaseResult struct {
	Name string            `json:"name"`
	Pass bool              `json:"pass"`
	Want string            `json:"want"`
	Got  prentice.Decision `json:"got"`
	Says string            `json:"says,omitempty"` // what is wrong
	At   prentice.Pos      `json:"at"`
}
