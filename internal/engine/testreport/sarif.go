package testreport

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// The bounds of a report in SARIF.
const (
	mostSARIF   = 32 << 20
	mostResults = 1000
)

// Result is something that an analyser found.
type Result struct {
	Rule, Says, Path string
	Line, Column     int
}

// Analysis is what a report in SARIF says.
type Analysis struct {
	Results    []Result // those that count: errors and warnings that are not suppressed
	More       int      // that were counted and not kept
	Suppressed int
	Broken     int // analysers that say of themselves that they did not end well
}

// The parts of SARIF 2.1.0 that are read.
type (
	sarif struct {
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver struct {
				Rules []sarifRule `json:"rules"`
			} `json:"driver"`
		} `json:"tool"`
		Invocations []struct {
			Successful *bool `json:"executionSuccessful"`
		} `json:"invocations"`
		Results []sarifResult `json:"results"`
	}
	sarifRule struct {
		ID      string `json:"id"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifResult struct {
		Rule    string `json:"ruleId"`
		Kind    string `json:"kind"`
		Level   string `json:"level"`
		State   string `json:"baselineState"`
		Message struct {
			Text string `json:"text"`
		} `json:"message"`
		Suppressions []struct {
			Status string `json:"status"`
		} `json:"suppressions"`
		Locations []struct {
			Physical struct {
				Artifact struct {
					URI string `json:"uri"`
				} `json:"artifactLocation"`
				Region struct {
					Line   int `json:"startLine"`
					Column int `json:"startColumn"`
				} `json:"region"`
			} `json:"physicalLocation"`
		} `json:"locations"`
	}
)

// SARIF reads a report of analysers.
func SARIF(in io.Reader) (Analysis, error) {
	raw, err := io.ReadAll(io.LimitReader(in, mostSARIF+1))
	switch {
	case err != nil:
		return Analysis{}, err
	case len(raw) > mostSARIF:
		return Analysis{}, prentice.Errorf(prentice.Limited, "the report has more than %d bytes", mostSARIF).Try("leave out what is not a result")
	}
	var s sarif
	if err := json.Unmarshal(raw, &s); err != nil {
		return Analysis{}, prentice.Errorf(prentice.Invalid, "the report is not SARIF: %w", err).Try("see whether the program that wrote it was ended before it was done")
	}
	if !strings.HasPrefix(s.Version, "2.1.") || s.Runs == nil {
		return Analysis{}, prentice.Errorf(prentice.Invalid, "the report is of version %q, and has %d runs", clip.Text(s.Version), len(s.Runs)).Try("have it written as SARIF 2.1.0")
	}
	var a Analysis
	for _, run := range s.Runs {
		a.take(run)
	}
	return a, nil
}

func (a *Analysis) take(run sarifRun) {
	for _, i := range run.Invocations {
		if i.Successful != nil && !*i.Successful {
			a.Broken++
		}
	}
	levels := map[string]string{}
	for _, r := range run.Tool.Driver.Rules {
		levels[r.ID] = r.Default.Level
	}
	for _, r := range run.Results {
		level := r.Level
		if level == "" {
			level = levels[r.Rule]
		}
		switch {
		case level == "note" || level == "none" || r.State == "absent" || r.Kind != "" && r.Kind != "fail" && r.Kind != "open" && r.Kind != "review":
		case r.suppressed():
			a.Suppressed++
		case len(a.Results) >= mostResults:
			a.More++
		default:
			a.Results = append(a.Results, r.result())
		}
	}
}

// suppressed says whether someone accepted the result. A suppression that is under
// review, or was rejected, is none.
func (r sarifResult) suppressed() bool {
	for _, s := range r.Suppressions {
		if s.Status == "" || s.Status == "accepted" {
			return true
		}
	}
	return false
}

func (r sarifResult) result() Result {
	out := Result{Rule: Name(r.Rule), Says: Name(r.Message.Text)}
	if out.Says == "" {
		out.Says = "it says nothing of what it found"
	}
	if out.Rule != "" {
		out.Says = fmt.Sprintf("%s: %s", out.Rule, out.Says)
	}
	if len(r.Locations) > 0 {
		at := r.Locations[0].Physical
		out.Path, out.Line, out.Column = inTree(at.Artifact.URI), max(at.Region.Line, 0), max(at.Region.Column, 0)
	}
	return out
}

// inTree is the path in the tree that a URI means, as a check finds the tree.
func inTree(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	name := path.Clean("/" + u.Path)
	return strings.TrimPrefix(strings.TrimPrefix(name, "/work/"), "/")
}
