package pipeline

import (
	"time"

	"prentice"
)

// Folder is where a repository keeps its checks.
const Folder = ".prentice/checks"

// Bounds of a check.
const (
	MaxBytes       = 1 << 20
	MostChecks     = 1000
	mostSteps      = 100
	DefaultTimeout = 10 * time.Minute
	MostTimeout    = 6 * time.Hour
)

// Check is one job of a repository.
type Check struct {
	Name      string        `json:"name"`
	Summary   string        `json:"summary"`
	File      string        `json:"file"`                // in the repository
	Needs     []string      `json:"needs,omitempty"`     // the checks that must have passed before it begins
	Paths     []string      `json:"paths,omitempty"`     // what its verdict depends on; none is all of the tree
	Network   []string      `json:"network,omitempty"`   // the hosts that it may reach, as egress.ParseRule reads them; none is no network
	Services  []Service     `json:"services,omitempty"`  // what goes on beside it
	Image     string        `json:"image,omitempty"`     // the image that it is performed in; "" is this machine's system
	Cache     []string      `json:"cache,omitempty"`     // folders that are kept: of the tree, or of the home by ~/
	Reports   Reports       `json:"reports,omitzero"`    // files that its steps write
	Artifacts []string      `json:"artifacts,omitempty"` // files that are kept when it has ended
	Timeout   time.Duration `json:"timeout"`             // of all its steps together
	Secrets   []string      `json:"secrets,omitempty"`   // names; each is given as a variable and as a file
	Steps     []Step        `json:"steps"`
	Title     string        `json:"title,omitempty"`
	Text      string        `json:"-"`      // the file
	Digest    string        `json:"digest"` // of it
}

// Reports are the files, or patterns of files, in which its steps say what they found.
type Reports struct {
	JUnit    []string `json:"junit,omitempty"`
	SARIF    []string `json:"sarif,omitempty"`
	Coverage []string `json:"coverage,omitempty"`
}

// All are the patterns of all its reports.
func (r Reports) All() []string {
	return append(append(append([]string{}, r.JUnit...), r.SARIF...), r.Coverage...)
}

// Step is one block of a check.
type Step struct {
	Name  string `json:"name"`  // the heading above it
	Shell string `json:"shell"` // sh or bash
	Body  string `json:"body"`
	Line  int    `json:"line"` // of its first line in the file
}

// Unread is a file of the folder that is no check, and why.
type Unread struct {
	Name     string // the name of the file without its ending
	File     string
	Findings []prentice.Finding
}
