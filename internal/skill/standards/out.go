package standards

import (
	"fmt"
	"strings"
	"unicode"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

type basis = claims.Basis

// Checked is what a check found.
type Checked struct {
	Repository string   `json:"repository"`
	What       string   `json:"what"`
	Digest     string   `json:"digest"` // of what was looked at
	Files      int      `json:"files"`
	Verdict    string   `json:"verdict"` // pass, fail or unknown
	Rules      []Ruled  `json:"rules"`
	Passed     int      `json:"passed"`
	Failed     int      `json:"failed"`
	Unknown    int      `json:"unknown"`
	Old        int      `json:"old_findings"`
	Waived     int      `json:"waived_findings"`
	Quarantine []Known  `json:"quarantined,omitempty"` // test cases that failed and may
	Gone       int      `json:"gone_findings"`         // of the baseline, which can be made shorter
	Reused     int      `json:"reused"`
	Notes      []string `json:"notes,omitempty"`
	Took       string   `json:"took"`

	Controls []Control `json:"controls,omitempty"` // of the baseline that was asked for

	as string
}

// Known is a test case that did not pass, and may.
type Known struct {
	Name string           `json:"name"`
	Says string           `json:"says"`
	By   check.Quarantine `json:"quarantine"`
}

// Ruled is a rule and how it stands.
type Ruled struct {
	ID       string          `json:"id"`
	Says     string          `json:"says"`
	Why      string          `json:"why,omitempty"`
	Truth    prentice.Truth  `json:"truth"`
	Reason   string          `json:"reason,omitempty"`
	Severity claims.Severity `json:"severity"`
	Blocks   bool            `json:"blocks"`
	Unproven []string        `json:"unproven,omitempty"`
	Reused   bool            `json:"reused"`
	Detected bool            `json:"detected,omitempty"` // no one wrote it: it is made of what the repository is made of
	Source   string          `json:"source,omitempty"`
	Remedy   string          `json:"remedy,omitempty"`
	Kind     string          `json:"kind"`
	Findings []Found         `json:"findings,omitempty"`
	Cites    []check.Cite    `json:"cites,omitempty"`
}

// Found is a finding, and whether it counts.
type Found struct {
	check.Finding
	Fingerprint string        `json:"fingerprint"`
	Excuse      check.Excuse  `json:"excuse,omitempty"` // baseline or waived; none counts
	Waiver      *check.Waiver `json:"waiver,omitempty"`

	Quarantine *check.Quarantine `json:"quarantine,omitempty"` // where it is of a test case that may fail
}

// At is where it was found, as editors read it.
func (f Found) At() string { return strings.TrimSuffix(at(f.Finding), ": ") }

func (c *Checked) note(err error) {
	if err != nil {
		c.Notes = append(c.Notes, oneLine(err))
	}
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// fill counts.
func (c *Checked) fill(list []check.Standing, gone int) {
	c.Gone = gone
	c.Rules = []Ruled{}
	var fail, unknown bool
	for _, s := range list {
		r := ruled(s)
		c.Rules = append(c.Rules, r)
		for _, f := range r.Findings {
			switch f.Excuse {
			case check.Before:
				c.Old++
			case check.Waived:
				c.Waived++
			case check.Quarantined:
				c.Quarantine = append(c.Quarantine, Known{f.Case, f.Says, *f.Quarantine})
			}
		}
		if r.Reused {
			c.Reused++
		}
		switch r.Truth {
		case prentice.Pass:
			c.Passed++
		case prentice.Fail:
			c.Failed++
			fail = fail || r.Blocks
		default:
			c.Unknown++
			unknown = unknown || r.Blocks && !r.Detected
		}
	}
	switch c.Verdict = string(prentice.Pass); {
	case fail:
		c.Verdict = string(prentice.Fail)
	case unknown || c.Passed+c.Failed == 0:
		c.Verdict = string(prentice.NotSeen)
	}
}

func ruled(s check.Standing) Ruled {
	r := Ruled{ID: s.Rule.ID, Says: s.Rule.Says, Why: s.Rule.Why, Truth: s.Truth(), Reason: s.Outcome.Reason, Severity: s.Rule.Severity, Blocks: s.Blocks, Reused: s.Reused, Detected: s.Rule.Detected,
		Source: s.Rule.Source, Remedy: s.Rule.Remedy, Kind: s.Rule.Kind, Cites: s.Rule.Cites}
	if s.Unproven() {
		r.Unproven = s.Wrong
	}
	for i, f := range s.Outcome.Findings {
		if f.Remedy == "" {
			f.Remedy = s.Rule.Remedy
		}
		r.Findings = append(r.Findings, Found{Finding: f, Fingerprint: f.Fingerprint(), Excuse: s.Excuses[i], Waiver: s.Waiver[i], Quarantine: s.Case[i]})
	}
	return r
}

// ExitCode implements op.Ender.
func (c Checked) ExitCode() int {
	switch prentice.Truth(c.Verdict) {
	case prentice.Pass:
		return 0
	case prentice.Fail:
		return op.NotWell
	}
	return op.NotKnown
}

// mostShown is how many findings of a rule people are shown at once.
const mostShown = 10

// Text implements op.Texter.
func (c Checked) Text() string {
	var b strings.Builder
	if len(c.Controls) > 0 {
		_, text := ofBaseline(c.Controls)
		return text
	}
	for _, r := range c.Rules {
		if r.Truth != prentice.Pass {
			r.write(&b)
		}
	}
	for _, n := range c.Notes {
		fmt.Fprintf(&b, "▲ %s\n", n)
	}
	c.summary(&b)
	return b.String()
}

func (r Ruled) write(b *strings.Builder) {
	sign := "■"
	switch {
	case r.Truth == prentice.NotSeen:
		sign = "◇"
	case !r.Blocks:
		sign = "▲"
	}
	fmt.Fprintf(b, "%s %s: %s%s\n", sign, r.ID, r.Says, detected(r.Detected))
	if r.Truth == prentice.NotSeen || len(r.Findings) == 0 {
		fmt.Fprintf(b, "    %s: %s\n", r.Truth, orText(r.Reason, "it is broken"))
	}
	for _, why := range r.Unproven {
		fmt.Fprintf(b, "    unproven, so it does not block: %s\n", why)
	}
	shown, last := 0, ""
	for _, f := range r.Findings {
		if f.Excuse != check.None {
			continue
		}
		if shown++; shown > mostShown {
			continue
		}
		fmt.Fprintf(b, "    %s%s\n", at(f.Finding), line(f.Says))
		if f.Saw != "" {
			fmt.Fprintf(b, "        %s\n", line(f.Saw))
		}
		for _, printed := range f.Printed {
			fmt.Fprintf(b, "        │ %s\n", term.Line(printed))
		}
		f.writePlaces(b)
		if f.Remedy != "" && f.Remedy != last {
			fmt.Fprintf(b, "        → %s\n", line(f.Remedy))
			last = f.Remedy
		}
	}
	if shown > mostShown {
		fmt.Fprintf(b, "    and %d more: prentice check explain %s\n", shown-mostShown, r.ID)
	}
	if r.Why != "" {
		fmt.Fprintf(b, "    why: %s\n", line(r.Why))
	}
}

// detected says behind a rule that no one wrote it.
func detected(is bool) string {
	if is {
		return " (detected)"
	}
	return ""
}

// writePlaces says where in the history a finding is.
func (f Found) writePlaces(b *strings.Builder) {
	const most = 5
	for i, p := range f.Places {
		if i == most {
			fmt.Fprintf(b, "        and %s\n", op.Count(len(f.Places)-most, "more place", "more places"))
			return
		}
		if p.In != "" {
			fmt.Fprintf(b, "        line %d of %s\n", p.Line, p.In.Says(p.Commit))
			continue
		}
		fmt.Fprintf(b, "        %s in commit %s\n", prentice.Pos{File: shown(p.Path), Line: p.Line}, short(p.Commit))
	}
}

// at is where a finding is, as editors read it, and a colon.
func at(f check.Finding) string {
	path := f.Path
	if len(f.Bytes) > 0 {
		path = string(f.Bytes)
	}
	place := prentice.Pos{File: shown(path), Line: f.Line, Column: f.Column}.String()
	if place == "" {
		return ""
	}
	return place + ": "
}

// summary is how it ended, in a few lines.
func (c Checked) summary(b *strings.Builder) {
	sign, word := "●", "passed"
	switch prentice.Truth(c.Verdict) {
	case prentice.Fail:
		sign, word = "■", "did not pass"
	case prentice.NotSeen:
		sign, word = "◇", "unknown"
	}
	fmt.Fprintf(b, "%s %s %s: %d passed, %d failed, %d unknown of %s on %s, %s, in %s\n", sign, shown(c.Repository), word, c.Passed, c.Failed, c.Unknown, op.Count(len(c.Rules), "rule", "rules"), op.Count(c.Files, "file", "files"), c.What, c.Took)
	if len(c.Rules) == 0 {
		b.WriteString("  there is no rule that applies: nothing was checked\n")
	}
	if c.Reused > 0 && c.Reused == len(c.Rules) {
		b.WriteString("  nothing was run: it was judged before, and nothing has changed since\n")
	} else if c.Reused > 0 {
		fmt.Fprintf(b, "  %s judged before\n", op.Count(c.Reused, "rule was", "rules were"))
	}
	if c.Old+c.Waived > 0 {
		fmt.Fprintf(b, "  %s in the baseline, %d waived\n", op.Count(c.Old, "finding is", "findings are"), c.Waived)
	}
	for i, k := range c.Quarantine {
		if i == mostShown {
			fmt.Fprintf(b, "  and %d more: prentice check tests\n", len(c.Quarantine)-i)
			break
		}
		fmt.Fprintf(b, "  ▲ quarantined until %s, of %s: %s\n", k.By.Last(), k.By.Owner, line(clip.To(k.Says, 300)))
	}
	if c.Gone > 0 {
		fmt.Fprintf(b, "  %s gone: make it shorter with prentice check baseline --write\n", op.Count(c.Gone, "finding of the baseline is", "findings of the baseline are"))
	}
}

func orText(text, other string) string {
	if text != "" {
		return text
	}
	return other
}

// line is a text on one line.
func line(s string) string {
	return strings.Join(strings.Fields(term.Line(strings.ToValidUTF8(s, "?"))), " ")
}

// shown is a name as people can be shown it: what steers or breaks a line is escaped.
func shown(name string) string {
	q := fmt.Sprintf("%+q", name)
	if q == `"`+name+`"` {
		return name
	}
	if strings.ToValidUTF8(name, "") == name && !strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f || r >= 0x80 && !isPlain(r) }) && !strings.ContainsAny(name, "\"\\") {
		return name
	}
	return fmt.Sprintf("%q", name)
}

func noRule(rules []check.Rule, name string) error {
	var known []string
	for _, r := range rules {
		standard, _, _ := strings.Cut(r.ID, "/")
		known = append(known, r.ID, standard)
	}
	e := prentice.Errorf(prentice.NotFound, "no rule or standard %q", shown(name))
	if near := nearest.Of(name, known); near != "" {
		return e.Try("did you mean %s?", near)
	}
	return e.Try("list them with: prentice check list")
}

var (
	_ op.Texter = Checked{}
	_ op.Ender  = Checked{}
)

// isPlain says whether a character outside of ASCII is one that people see.
func isPlain(r rune) bool { return unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) }
