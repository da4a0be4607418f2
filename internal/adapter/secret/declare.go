package secret

import (
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/kit/variable"
	"prentice/internal/team"
)

// Source is where a secret comes from.
type Source string

// The sources.
const (
	Store   Source = "store"
	File    Source = "file"
	Command Source = "command"
)

// Declaration says where a secret comes from.
type Declaration struct {
	From    Source
	Path    string
	Command []string // a program and its words; there is no shell
	Timeout time.Duration
	Checks  []string // the repositories whose checks may have it, on a server
	Probes  []string // the machines to which probes may send it, by the name or address that they ask
	At      prentice.Pos
}

// Declarations is a team's secrets.yaml, by name.
type Declarations map[string]Declaration

const (
	patience = 10 * time.Second
	longest  = 5 * time.Minute
)

// TeamFile says where secrets come from; it holds none.
var TeamFile = team.File[Declarations]{Name: "secrets.yaml", Load: Load, Unread: team.Unread{HoldsBack: true}}

// Load reads a team's secrets.yaml. With an error among the findings there are
// no declarations, and anyone who has older ones keeps them.
func Load(file string, text []byte) (Declarations, []prentice.Finding) {
	r := &strict.Reader{Near: nearest.Of}
	all := Declarations{}
	if top := r.Document(text); top != nil {
		for _, n := range r.List(r.Mapping(top, "secrets file", "secrets")["secrets"], "secrets") {
			declare(r, all, n, file)
		}
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return all, []prentice.Finding{}
}

func declare(r *strict.Reader, all Declarations, n *strict.Node, file string) {
	v := r.Mapping(n, "secret", "name", "from", "path", "command", "timeout", "checks", "probes")
	name := r.Needed(v["name"], n, "secret", "name", "give it the name that procedures use")
	if name != "" && named(name) != nil {
		r.Wrong(v["name"], "use letters, digits, dashes and underscores", "%q is not the name of a secret", clip.Text(name))
	}
	if why := variable.Taken(variable.Of(name)); why != "" {
		r.Wrong(v["name"], "give it another name", "secret %q would be the variable %s: %s", clip.Text(name), variable.Of(name), why)
	}
	if _, twice := all[name]; twice {
		r.Wrong(v["name"], "keep one of them", "secret %q appears twice", clip.Text(name))
	}
	d := Declaration{Timeout: patience, At: prentice.Pos{File: file, Line: n.Line}}
	d.Checks = r.Words(v["checks"], "checks")
	for _, repository := range d.Checks {
		if !prentice.ValidName(repository) {
			r.Wrong(v["checks"], "write the name that the catalog has for it", "%q names no repository", clip.Text(repository))
		}
	}
	d.Probes = r.Words(v["probes"], "probes")
	for _, machine := range d.Probes {
		if strings.ContainsAny(machine, "/*@ ") || machine == "" {
			r.Wrong(v["probes"], "write the name or address of each machine, as in the target of the probe, without a port", "%q names no machine", clip.Text(machine))
		}
	}
	if v["from"] == nil {
		r.Wrong(n, "write from: store, file or command", "the secret does not say where it comes from")
		return
	}
	d.From = Source(r.Choice(v["from"], "from", []string{string(Store), string(File), string(Command)}))
	only(r, v["path"], d.From == File, "path", "from: file")
	only(r, v["command"], d.From == Command, "command", "from: command")
	only(r, v["timeout"], d.From == Command, "timeout", "from: command")
	switch d.From {
	case File:
		d.Path = r.Needed(v["path"], n, "secret", "path", "name the file, from / on")
		if d.Path != "" && !filepath.IsAbs(d.Path) {
			r.Wrong(v["path"], "write it from / on", "%q depends on where prentice was started", clip.Text(d.Path))
		}
	case Command:
		if d.Command = r.Words(v["command"], "command"); len(d.Command) == 0 {
			r.Wrong(n, "write a list, such as [pass, show, deploy]; no shell reads it", "the secret has no command")
		}
		if v["timeout"] != nil {
			var err error
			if d.Timeout, err = span.Parse(r.Text(v["timeout"], "timeout")); err != nil || d.Timeout <= 0 || d.Timeout > longest {
				r.Wrong(v["timeout"], "write 10s, at most 5m", "the timeout is not a time to wait")
			}
		}
	}
	all[name] = d
}

func only(r *strict.Reader, n *strict.Node, right bool, key, with string) {
	if n != nil && !right {
		r.Wrong(n, "take it out, or write "+with, "%s goes with %s only", key, with)
	}
}
