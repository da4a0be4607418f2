package advisory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"prentice/internal/kit/clip"
)

// Reach is how near a program comes to a vulnerability.
type Reach int

// What is not known is never taken for what is far away.
const (
	ReachUnknown  Reach = iota
	ReachRequired       // its module is built from, and no package of it that is affected
	ReachImported       // such a package is taken, and what is affected in it is not called
	ReachCalled         // what is affected is called
)

func (r Reach) String() string {
	return []string{"unknown", "not imported", "not called", "called"}[r]
}

// Reached is what was found of one advisory.
type Reached struct {
	Reach Reach
	At    string // where the call begins, and what it ends in
}

// ForGo is an advisory as govulncheck reads it; false where it is about no module of Go.
func (a Advisory) ForGo() ([]byte, bool) {
	type symbols struct {
		Path    string   `json:"path"`
		Symbols []string `json:"symbols,omitempty"`
	}
	type affected struct {
		Package struct {
			Name      string `json:"name"`
			Ecosystem string `json:"ecosystem"`
		} `json:"package"`
		Ranges   []Range `json:"ranges,omitempty"`
		Specific struct {
			Imports []symbols `json:"imports,omitempty"`
		} `json:"ecosystem_specific"`
	}
	entry := struct {
		Schema   string     `json:"schema_version"`
		ID       string     `json:"id"`
		Modified time.Time  `json:"modified"`
		Aliases  []string   `json:"aliases,omitempty"`
		Affected []affected `json:"affected"`
	}{Schema: "1.3.1", ID: a.ID, Modified: a.Modified, Aliases: a.Aliases}
	for _, of := range a.Affected {
		if of.Ecosystem != "Go" || len(of.Ranges) == 0 {
			continue // versions that are listed alone it does not read
		}
		var one affected
		one.Package.Name, one.Package.Ecosystem = of.Name, "Go"
		for _, r := range of.Ranges {
			r.Type = "SEMVER"
			one.Ranges = append(one.Ranges, r)
		}
		for _, p := range of.Packages {
			one.Specific.Imports = append(one.Specific.Imports, symbols{p, of.Symbols[p]})
		}
		entry.Affected = append(entry.Affected, one)
	}
	if len(entry.Affected) == 0 {
		return nil, false
	}
	text, err := json.Marshal(entry)
	return text, err == nil
}

// frame is a step of a call, as govulncheck has it.
type frame struct {
	Module, Package, Function, Receiver string
	Position                            *struct {
		Filename string
		Line     int
	}
}

func (f frame) name() string {
	name := f.Function
	if f.Receiver != "" {
		name = strings.TrimPrefix(f.Receiver, "*") + "." + name
	}
	if f.Package != "" {
		name = f.Package + "." + name
	}
	return clip.Text(name)
}

// ReadReach reads what govulncheck printed as JSON: how near each advisory is, by its name.
// What ends in the middle, or did not look at calls, is an error.
func ReadReach(printed []byte) (map[string]Reached, error) {
	found := map[string]Reached{}
	in := json.NewDecoder(bytes.NewReader(printed))
	looked := false
	for {
		var m struct {
			Config *struct {
				Level string `json:"scan_level"`
			}
			Finding *struct {
				OSV   string
				Trace []frame
			}
		}
		err := in.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("what govulncheck printed cannot be read: %w", err)
		}
		if m.Config != nil {
			looked = m.Config.Level == "symbol"
		}
		if m.Finding == nil || len(m.Finding.Trace) == 0 {
			continue
		}
		r := reachOf(m.Finding.Trace)
		if r.Reach > found[m.Finding.OSV].Reach {
			found[m.Finding.OSV] = r
		}
	}
	if !looked {
		return nil, errors.New("govulncheck did not look at calls")
	}
	return found, nil
}

func reachOf(trace []frame) Reached {
	first, last := trace[0], trace[len(trace)-1]
	switch {
	case first.Function != "":
		at := last.name()
		if p := last.Position; p != nil && p.Filename != "" {
			at = fmt.Sprintf("%s:%d: %s", clip.Text(p.Filename), p.Line, at)
		}
		if len(trace) > 1 {
			at += " reaches " + first.name()
		}
		return Reached{ReachCalled, at}
	case first.Package != "":
		return Reached{ReachImported, "in " + clip.Text(first.Package)}
	case first.Module != "":
		return Reached{Reach: ReachRequired}
	}
	return Reached{}
}
