package procedure

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/capture"
	"prentice/internal/kit/clip"
	web "prentice/internal/kit/reach"
	"prentice/internal/kit/span"
)

// How often a source is read for the form.
const (
	sourceEvery  = 10 * time.Minute
	sourceSoon   = time.Minute
	sourceSeldom = 7 * 24 * time.Hour
)

// Answers is what sources said, by their keys, when a plan is made. One that is not among
// them was not asked, and has no value; unless they are believed, for plans that will not
// be carried out.
type Answers struct {
	Lists    map[string]prentice.ChoiceList
	Believed bool
}

// outsideSource reads a source of choices that is outside of the catalog and the files.
func (r *reading) outsideSource(in *prentice.Input, n *yaml.Node, what string) {
	before := len(r.findings)
	what = "choices of " + what
	f := r.fields(n, what, "url", "path", "bearer", "headers", "script", "every")
	s := prentice.ChoiceSource{Every: sourceEvery}
	for key, to := range map[string]*string{"url": &s.URL, "path": &s.Path, "bearer": &s.Bearer, "script": &s.Script} {
		if f[key] != nil {
			*to, _ = r.scalar(f[key], key+" of "+what)
		}
	}
	if n := f["headers"]; n != nil {
		s.Headers = map[string]string{}
		r.pairs(n, "headers of "+what, func(key, value *yaml.Node) { s.Headers[key.Value], _ = r.scalar(value, key.Value) })
	}
	if n := f["every"]; n != nil {
		text, _ := r.scalar(n, "every of "+what)
		every, err := span.Parse(text)
		if s.Every = every; err != nil || every < sourceSoon || every > sourceSeldom {
			r.fail(r.place(n), "write every: 10m; from 1m to 7d", "every of %s is not how often it is read", what)
		}
	}
	if len(r.findings) > before {
		return
	}
	if no, hint := wrongSource(s); no != "" {
		r.fail(r.place(n), hint, "%s: %s", what, no)
		return
	}
	in.Source = &s
}

// wrongSource says what is wrong with a source, or "".
func wrongSource(s prentice.ChoiceSource) (no, hint string) {
	switch {
	case s.URL == "" && s.Script == "" || s.URL != "" && s.Script != "":
		return "it names neither an address nor a script, or both", "write {url: https://…} or {script: files/releases.sh}"
	case s.Script != "" && (s.Bearer != "" || len(s.Headers) > 0):
		return "a script is given no secrets", "it runs without a network; take bearer and headers out"
	case s.Path != "" && !capture.IsPathOfMany(s.Path):
		return fmt.Sprintf("path %q is no path", clip.Text(s.Path)), "write $.tags, or $.items[*].name"
	case s.Script != "":
		return "", ""
	case strings.Contains(s.URL, "${") || !web.IsWeb(s.URL):
		return fmt.Sprintf("%q is not an address on the web", clip.Text(s.URL)), "write it out, as https://host/path; a secret is named with bearer: or headers:"
	case len(s.Secrets()) > 0 && !strings.HasPrefix(s.URL, "https://") && !web.IsHere(s.URL):
		return "a secret would be sent so that all on the way can read it", "write https://"
	}
	return wrongHeaders(s)
}

func wrongHeaders(s prentice.ChoiceSource) (no, hint string) {
	for _, name := range sortedKeys(s.Headers) {
		switch {
		case name == "" || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			return fmt.Sprintf("%q is no header", clip.Text(name)), "write its name and a secret, such as X-Api-Key: registry-key"
		case s.Bearer != "" && strings.EqualFold(name, "Authorization"):
			return "it has bearer and a header Authorization", "keep one of them"
		case oneOf(strings.ToLower(name), []string{"host", "content-length", "transfer-encoding", "connection"}):
			return fmt.Sprintf("the header %s is not one to choose", name), "take it out"
		}
	}
	for _, name := range s.Secrets() {
		if !prentice.ValidName(name) || strings.ContainsAny(name, `./\`) {
			return fmt.Sprintf("%q is not the name of a secret", clip.Text(name)), "keep its value with: prentice secret set NAME FILE"
		}
	}
	return "", ""
}

// attachScripts reads the scripts of sources.
func (l *Library) attachScripts(e *entry) {
	e.proc.Inputs = slices.Clone(e.proc.Inputs) // of an entry that may be judged again, with other files
	for i, in := range e.proc.Inputs {
		if in.Source == nil || in.Source.Script == "" {
			continue
		}
		if no, hint := l.attachNamed(in.Source.Script); no != "" {
			e.fail(in.At, hint, "choices of input %s: script %s: %s", in.Name, clip.Text(in.Source.Script), no)
			continue
		}
		with := *in.Source
		with.Text = l.files[with.Script]
		e.proc.Inputs[i].Source = &with
	}
}

// Sources are those that a plan of a procedure may ask, its own and those of the
// procedures that it uses, each once.
func (l *Library) Sources(name string) []prentice.ChoiceSource {
	var list []prentice.ChoiceSource
	known := map[string]bool{}
	l.eachInput(name, map[string]bool{}, func(in prentice.Input) {
		if in.Source != nil && !known[in.Source.Key()] {
			known[in.Source.Key()] = true
			list = append(list, *in.Source)
		}
	})
	return list
}

// AllSources are those of all procedures that may be used, each once.
func (l *Library) AllSources() []prentice.ChoiceSource {
	var list []prentice.ChoiceSource
	known := map[string]bool{}
	for _, e := range l.entries {
		for _, in := range e.proc.Inputs {
			if in.Source != nil && e.usable() && !known[in.Source.Key()] {
				known[in.Source.Key()] = true
				list = append(list, *in.Source)
			}
		}
	}
	return list
}

// eachInput visits the inputs of a procedure and of those that it uses.
func (l *Library) eachInput(name string, seen map[string]bool, visit func(prentice.Input)) {
	e := l.byName[strings.TrimPrefix(name, "procedure/")]
	if e == nil || seen[e.proc.Name] || !e.usable() {
		return
	}
	seen[e.proc.Name] = true
	for _, in := range e.proc.Inputs {
		visit(in)
	}
	for _, s := range e.proc.Steps {
		if s.Kind == uses {
			l.eachInput(s.Attrs["procedure"], seen, visit)
		}
	}
}

// Offered are those values of a source that an input can have, sorted and each once.
func Offered(in prentice.Input, values []string) []string {
	var list []string
	for _, text := range values {
		if plain, why := typed(itemType(in.Type), text); text != "" && why == "" && (in.Type != "list" || !strings.Contains(plain, ",")) {
			list = append(list, plain)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
