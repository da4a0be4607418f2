package pipeline

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// MostSARIF is the longest report that is read, in bytes.
const MostSARIF = 32 << 20

// mostSaid is how many of its results are findings.
const mostSaid = 500

// sarif is what is read of SARIF 2.1.0
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
type sarif struct {
	Version string `json:"version"`
	Runs    []struct {
		Results []struct {
			RuleID       string            `json:"ruleId"`
			Kind         string            `json:"kind"`
			Level        string            `json:"level"`
			Suppressions []json.RawMessage `json:"suppressions"`
			Message      struct {
				Text string `json:"text"`
			} `json:"message"`
			Locations []struct {
				Physical struct {
					Artifact struct {
						URI string `json:"uri"`
					} `json:"artifactLocation"`
					Region struct {
						Line int `json:"startLine"`
					} `json:"region"`
				} `json:"physicalLocation"`
			} `json:"locations"`
		} `json:"results"`
	} `json:"runs"`
}

// SARIF is what a report finds: its results of level error that nothing suppresses. A
// report that cannot be read is an error, and never an empty one.
func SARIF(text []byte) ([]check.Finding, error) {
	var report sarif
	switch err := json.Unmarshal(text, &report); {
	case len(text) > MostSARIF:
		return nil, prentice.Errorf(prentice.Limited, "it has %d bytes, and at most %d are read", len(text), MostSARIF)
	case err != nil:
		return nil, fmt.Errorf("it is no SARIF: %w", err)
	case report.Version != "2.1.0":
		return nil, prentice.Errorf(prentice.Invalid, "it is SARIF %q, and 2.1.0 is read", clip.Text(report.Version))
	}
	var list []check.Finding
	for _, run := range report.Runs {
		for _, r := range run.Results {
			if r.Level != "error" || r.Kind != "" && r.Kind != "fail" || len(r.Suppressions) > 0 || len(list) == mostSaid {
				continue
			}
			f := check.Finding{Says: clip.Text(strings.Join(strings.Fields(r.Message.Text), " ")), Key: r.RuleID + " " + r.Message.Text}
			if r.RuleID != "" {
				f.Says = clip.Text(r.RuleID) + ": " + f.Says
			}
			if len(r.Locations) > 0 {
				f.Path, f.Line = placeOf(r.Locations[0].Physical.Artifact.URI), max(0, r.Locations[0].Physical.Region.Line)
			}
			list = append(list, f)
		}
	}
	return list, nil
}

// placeOf is a path of the tree that a report names; "" is none.
func placeOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host != "" || u.Scheme != "" && u.Scheme != "file" {
		return ""
	}
	name := strings.TrimPrefix(path.Clean(u.Path), "/work/")
	if !inTree(name) {
		return ""
	}
	return name
}
