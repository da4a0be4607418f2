package catalog

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
)

var (
	probeKeys = []string{"name", "kind", "target", "status", "contains", "interval", "timeout", "fail_after", "pass_after"}
	kindKeys  = []string{"status", "contains"} // that only some kinds read
)

// keys are all that a probe may have: those of the kinds too.
func (k Kinds) keys() []string {
	all := slices.Clone(probeKeys)
	for _, kind := range k {
		for _, key := range kind.Keys() {
			if !slices.Contains(all, key) {
				all = append(all, key)
			}
		}
	}
	return all
}

func (k Kinds) names() (names []string) {
	for _, kind := range k {
		names = append(names, kind.Name())
	}
	return names
}

func (k Kinds) named(name string) prentice.ProbeKind {
	for _, kind := range k {
		if kind.Name() == name {
			return kind
		}
	}
	return nil
}

// with are the names of the kinds that read a key.
func (k Kinds) with(key string) (names []string) {
	for _, kind := range k {
		if slices.Contains(kind.Keys(), key) {
			names = append(names, kind.Name())
		}
	}
	return names
}

// What a probe is when it does not say.
const (
	DefaultInterval  = 10 * time.Second
	DefaultTimeout   = 3 * time.Second
	DefaultFailAfter = 3
	DefaultPassAfter = 2
)

// The shortest and the longest time a probe may name, and the most probes of one
// service: a probe is a promise to ask for ever.
const (
	minTime   = 10 * time.Millisecond
	maxTime   = 24 * time.Hour
	maxProbes = 50
)

// probes reads the annotation prentice.dev/probes: a YAML list inside a string.
// Findings name their place in the file when the string is a block (|), and the
// place of the annotation otherwise.
func (r *reader) probes(n *yaml.Node) []prentice.Probe {
	inner := &reader{report: &report{}, file: r.file, kinds: r.kinds}
	var list []*yaml.Node
	for _, doc := range inner.documents([]byte(n.Value)) {
		list = append(list, inner.items(doc, "prentice.dev/probes")...)
	}
	var probes []prentice.Probe
	for i, item := range list {
		if i == maxProbes {
			inner.fail(inner.at(item), "keep the ones that tell you something", "%d probes: at most %d", len(list), maxProbes)
			break
		}
		p, ok := inner.probe(item)
		if !ok {
			continue
		}
		if slices.ContainsFunc(probes, func(other prentice.Probe) bool { return other.Name == p.Name }) {
			inner.fail(inner.at(item), "give each its own name", "two probes are called %q", p.Name)
			continue
		}
		probes = append(probes, p)
	}
	for _, f := range inner.list {
		r.add(r.within(n, f.At), f.Error, f.Hint, f.Text)
	}
	return probes
}

// within is the place in the file of a place inside a block scalar.
func (r *reader) within(n *yaml.Node, at prentice.Pos) prentice.Pos {
	values, line := strings.Split(n.Value, "\n"), n.Line+at.Line
	if n.Style&yaml.LiteralStyle == 0 || at.Line < 1 || at.Line > len(values) || line > len(r.lines) {
		return r.at(n)
	}
	inner := values[at.Line-1]
	indent, found := strings.CutSuffix(strings.TrimRight(r.lines[line-1], "\r"), inner)
	if !found {
		return r.at(n)
	}
	at.Line = line
	if at.Column > 0 {
		at.Column += len(indent)
	}
	return at
}

func (r *reader) probe(n *yaml.Node) (prentice.Probe, bool) {
	f := r.fields(n, "a probe", r.kinds.keys())
	if n.Kind != yaml.MappingNode {
		return prentice.Probe{}, false
	}
	before := len(r.list) + r.left
	p := prentice.Probe{
		Name:      r.probeName(n, f),
		Kind:      r.probeKind(n, f),
		Contains:  r.textual(f["contains"], "contains"),
		Interval:  r.duration(f["interval"], "interval", DefaultInterval),
		FailAfter: r.whole(f["fail_after"], "fail_after", DefaultFailAfter, 1, 1000),
		PassAfter: r.whole(f["pass_after"], "pass_after", DefaultPassAfter, 1, 1000),
	}
	p.Status, p.Options = r.options(f)
	p.Timeout = r.duration(f["timeout"], "timeout", min(DefaultTimeout, p.Interval))
	if p.Timeout > p.Interval {
		r.fail(r.at(f["timeout"]), "make the timeout shorter, so that one question ends before the next", "timeout %s is longer than interval %s", p.Timeout, p.Interval)
	}
	target, given := r.required(n, f, "target", "target: followed by the address or the command")
	p.Target = strings.TrimSpace(target)
	if kind := r.kinds.named(p.Kind); kind != nil {
		r.judge(kind, f, &p, given)
	}
	return p, len(r.list)+r.left == before
}

func (r *reader) probeName(n *yaml.Node, f map[string]*yaml.Node) string {
	name, ok := r.required(n, f, "name", "name: followed by what it checks")
	if ok && !validName.MatchString(name) {
		r.fail(r.at(f["name"]), "use letters, digits and . _ - inside, at most 63", "%q is not a name", clip.Text(name))
	}
	return name
}

func (r *reader) probeKind(n *yaml.Node, f map[string]*yaml.Node) string {
	names := r.kinds.names()
	kind, ok := r.required(n, f, "kind", "kind: "+oneOf(names))
	if ok && len(names) > 0 && !slices.Contains(names, kind) {
		r.fail(r.at(f["kind"]), r.guess(kind, names, "kinds: "+strings.Join(names, ", ")), "%q is not a kind of probe", clip.Text(kind))
	}
	return kind
}

// judge asks the kind of a probe what it thinks of it, and what it promises.
func (r *reader) judge(kind prentice.ProbeKind, f map[string]*yaml.Node, p *prentice.Probe, target bool) {
	for _, key := range append(slices.Clone(kindKeys), slices.Sorted(maps.Keys(p.Options))...) {
		if f[key] != nil && !slices.Contains(kind.Keys(), key) {
			r.fail(r.at(f[key]), "take it out, or write kind: "+oneOf(r.kinds.with(key)), "a %s probe has no %s", p.Kind, key)
		}
	}
	if !target {
		return
	}
	for _, found := range kind.Lint(*p) {
		r.add(r.at(f["target"]), found.Error, found.Hint, found.Text)
	}
	p.Says, p.Machine = kind.Says(*p), kind.Machine(*p)
}

// oneOf is names as a choice between them: http, tcp or command.
func oneOf(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

// whole reads an optional whole number between least and most.
func (r *reader) whole(n *yaml.Node, what string, otherwise, least, most int) int {
	if n == nil {
		return otherwise
	}
	i, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || i < least || i > most {
		r.fail(r.at(n), "write a whole number without quotes", "%s is %q, wants a number from %d to %d", what, clip.Text(n.Value), least, most)
		return otherwise
	}
	return i
}

// duration reads an optional span of time.
func (r *reader) duration(n *yaml.Node, what string, otherwise time.Duration) time.Duration {
	if n == nil {
		return otherwise
	}
	d, err := span.Parse(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || d < minTime || d > maxTime {
		r.fail(r.at(n), "write it like 10s or 1m30s", "%s is %q, wants a time from %s to %s", what, clip.Text(n.Value), minTime, maxTime)
		return otherwise
	}
	return d
}
