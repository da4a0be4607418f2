package standards

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/op"
)

//go:embed osps.yaml
var ospsFile []byte

// control is one of the OSPS Baseline, and what shows that it is kept.
type control struct {
	ID    string
	Level int
	Says  string
	Asks  []struct {
		ID            string
		Rules, Breaks []string
		Where, Unseen string
	}
}

var osps = sync.OnceValue(func() []control {
	var file struct {
		Version  string
		Controls []control
	}
	d := yaml.NewDecoder(bytes.NewReader(ospsFile))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		panic("osps.yaml is a part of the program: " + err.Error())
	}
	return file.Controls
})

// Control is how a control of a baseline stands.
type Control struct {
	ID    string         `json:"id"`
	Level int            `json:"level"`
	Says  string         `json:"says"`
	Truth prentice.Truth `json:"truth"`
	Asks  []Asked        `json:"asks"`
	URL   string         `json:"url"`
}

// Asked is one thing that a control asks for.
type Asked struct {
	ID    string         `json:"id"`
	Truth prentice.Truth `json:"truth"`
	By    []string       `json:"by,omitempty"`     // the rules that say so
	Why   string         `json:"reason,omitempty"` // it is unknown
}

// baseline answers each control from what the rules say of a tree.
func baseline(t *check.Tree, rules []Ruled) []Control {
	var list []Control
	for _, c := range osps() {
		id := "OSPS-" + c.ID
		out := Control{ID: id, Level: c.Level, Says: c.Says, Truth: prentice.Pass, URL: standard.Baseline + "#" + strings.ToLower(id) + "01"}
		for _, a := range c.Asks {
			one := Asked{ID: id + "." + a.ID}
			switch {
			case len(a.Rules) > 0:
				one.Truth, one.By, one.Why = held(rules, a.Rules)
				if one.Truth == prentice.Pass && a.Where != "" && !anyFile(t, a.Where) {
					one.Truth, one.By, one.Why = prentice.NotSeen, nil, "there is no file "+a.Where+" here"
				}
			default:
				one.Truth, one.By, _ = held(rules, a.Breaks)
				if one.Truth != prentice.Fail {
					one.Truth, one.By, one.Why = prentice.NotSeen, nil, a.Unseen
				}
			}
			out.Asks = append(out.Asks, one)
			out.Truth = worse(out.Truth, one.Truth)
		}
		list = append(list, out)
	}
	return list
}

func worse(a, b prentice.Truth) prentice.Truth {
	switch {
	case a == prentice.Fail || b == prentice.Fail:
		return prentice.Fail
	case a == prentice.Pass && b == prentice.Pass:
		return prentice.Pass
	}
	return prentice.NotSeen
}

// held says whether rules hold: one that fails is enough for no, and all must pass, with
// nothing excused, for yes. A name that ends with / is all rules of a standard.
func held(rules []Ruled, names []string) (prentice.Truth, []string, string) {
	var failed []string
	why := ""
	for _, name := range names {
		found := false
		for _, r := range rules {
			if r.ID != name && (!strings.HasSuffix(name, "/") || !strings.HasPrefix(r.ID, name)) {
				continue
			}
			found = true
			switch {
			case r.Truth == prentice.Fail:
				failed = append(failed, r.ID)
			case r.Truth != prentice.Pass:
				why = r.ID + " is unknown: " + r.Reason
			case len(r.Findings) > 0:
				why = fmt.Sprintf("%s has %s, all excused", r.ID, op.Count(len(r.Findings), "finding", "findings"))
			}
		}
		if !found {
			why = "the rule " + name + " was not asked"
		}
	}
	switch {
	case len(failed) > 0:
		return prentice.Fail, failed, ""
	case why != "" || len(names) == 0:
		return prentice.NotSeen, nil, why
	}
	return prentice.Pass, names, ""
}

func anyFile(t *check.Tree, glob string) bool {
	is, err := standard.Glob(glob)
	return err == nil && slices.ContainsFunc(t.Files, func(f check.File) bool { return is(f.Path) })
}

// ofBaseline is the verdict and the text of a baseline: what is not known does not pass.
func ofBaseline(list []Control) (verdict prentice.Truth, text string) {
	var b strings.Builder
	verdict = prentice.Pass
	counts := map[prentice.Truth]int{}
	signs := map[prentice.Truth]string{prentice.Pass: "●", prentice.Fail: "■", prentice.NotSeen: "◇"}
	for _, c := range list {
		verdict = worse(verdict, c.Truth)
		counts[c.Truth]++
		fmt.Fprintf(&b, "%s %s level %d: %s: %s\n", signs[c.Truth], c.ID, c.Level, c.Says, c.Truth)
		for _, a := range c.Asks {
			says := a.Why
			if len(a.By) > 0 {
				says = "by " + strings.Join(a.By, ", ")
			}
			fmt.Fprintf(&b, "    %s %s: %s\n", a.ID, a.Truth, line(says))
		}
	}
	fmt.Fprintf(&b, "\nOSPS Baseline, version 2026-02-19: %d of %d controls hold, %d do not, %d are unknown\n", counts[prentice.Pass], len(list), counts[prentice.Fail], counts[prentice.NotSeen])
	return verdict, b.String()
}
