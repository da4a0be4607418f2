package standards

import (
	"bytes"
	"encoding/json"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
)

// The parts of SARIF 2.1.0 (errata 01) that a report has.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Automation  sarifID           `json:"automationDetails"`
		Results     []sarifResult     `json:"results"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
	}
	sarifID struct {
		ID string `json:"id"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID      string      `json:"id"`
		Short   sarifText   `json:"shortDescription"`
		Full    *sarifText  `json:"fullDescription,omitempty"`
		Help    *sarifText  `json:"help,omitempty"`
		HelpURI string      `json:"helpUri,omitempty"`
		Default sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Kind         string             `json:"kind"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Baseline     string             `json:"baselineState,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	sarifRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification,omitempty"`
	}
	sarifInvocation struct {
		OK            bool                `json:"executionSuccessful"`
		ExitCode      int                 `json:"exitCode"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
)

// sarif is the report as SARIF 2.1.0: one run, whose results that are old or waived are
// marked and not left out, or those who read it would close and open them again.
func (c Checked) sarif() []byte {
	run := sarifRun{Automation: sarifID{"prentice/check/" + c.Repository}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
		Tool:        sarifTool{sarifDriver{Name: "prentice", Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{OK: c.Verdict != string(prentice.NotSeen), ExitCode: c.ExitCode()}}}
	run.Automation.ID = strings.ToValidUTF8(run.Automation.ID, "?")
	for i, r := range c.Rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, r.sarif())
		for _, f := range r.Findings {
			run.Results = append(run.Results, f.sarif(r, i))
		}
		if r.broken() {
			run.Results = append(run.Results, sarifResult{RuleID: r.ID, RuleIndex: i, Kind: "fail", Level: r.level(), Message: sarifText{orText(line(r.Reason), r.Says)}})
		}
		if r.Truth == prentice.NotSeen {
			run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{"warning", sarifText{r.ID + " is unknown: " + line(r.Reason)}})
		}
	}
	for _, n := range c.Notes {
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{"note", sarifText{n}})
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetIndent("", " ")
	if err := e.Encode(sarifLog{"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", "2.1.0", []sarifRun{run}}); err != nil {
		panic("a report always has a JSON form: " + err.Error())
	}
	return out.Bytes()
}

func (r Ruled) sarif() sarifRule {
	s := sarifRule{ID: r.ID, Short: sarifText{r.Says}, Default: sarifConfig{r.level()}}
	if r.Why != "" {
		s.Full = &sarifText{r.Why}
	}
	if r.Remedy != "" {
		s.Help = &sarifText{r.Remedy}
	}
	for _, cite := range r.Cites {
		if s.HelpURI == "" && strings.HasPrefix(cite.URL, "https://") {
			s.HelpURI = cite.URL
		}
	}
	return s
}

func (f Found) sarif(r Ruled, index int) sarifResult {
	s := sarifResult{RuleID: r.ID, RuleIndex: index, Kind: "fail", Level: r.level(), Message: sarifText{f.message()},
		Fingerprints: map[string]string{"prentice/v1": f.Fingerprint}, Baseline: "new"}
	if f.Path != "" {
		at := sarifPhysical{Artifact: sarifArtifact{uri(f.Path), "%SRCROOT%"}}
		if f.Line > 0 {
			at.Region = &sarifRegion{f.Line, f.Column}
		}
		s.Locations = []sarifLocation{{at}}
	}
	switch f.Excuse {
	case check.Before:
		s.Baseline = "unchanged"
		s.Suppressions = []sarifSuppression{{"external", "accepted", "it is in the baseline"}}
	case check.Quarantined:
		s.Suppressions = []sarifSuppression{{"external", "accepted", f.Quarantine.Reason + " (until " + f.Quarantine.Last() + ", " + string(f.Quarantine.Owner) + ")"}}
	case check.Waived:
		s.Suppressions = []sarifSuppression{{"external", "accepted", f.Waiver.Reason + " (until " + f.Waiver.Last() + ", " + string(f.Waiver.Owner) + ")"}}
	}
	return s
}
