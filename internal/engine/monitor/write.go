package monitor

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
)

// Catalog is what was read as a catalog-info.yaml. Above it stands, as comments, what was not
// carried over.
func (r Read) Catalog() (string, error) {
	var b bytes.Buffer
	b.WriteString(r.heading())
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	for _, s := range r.Services {
		inner, err := yaml.Marshal(written(s.Probes))
		if err != nil {
			return "", fmt.Errorf("write the probes of %s: %w", s.Name, err)
		}
		if err := enc.Encode(mapping(
			"apiVersion", text("backstage.io/v1alpha1"),
			"kind", text("Component"),
			"metadata", mapping("name", text(s.Name), "annotations", mapping("prentice.dev/probes", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.LiteralStyle, Value: string(inner)})),
			"spec", mapping("type", text("service"), "lifecycle", text("production")),
		)); err != nil {
			return "", fmt.Errorf("write service %s: %w", s.Name, err)
		}
	}
	return b.String(), nil
}

// heading is what a person has to know of it, as comments.
func (r Read) heading() string {
	var b strings.Builder
	probes := 0
	for _, s := range r.Services {
		probes += len(s.Probes)
	}
	fmt.Fprintf(&b, "# From %s: %d probes of %d services, %d gaps. Look at each gap, write the owner of each\n# service, and check it: prentice catalog check\n", r.From, probes, len(r.Services), len(r.Gaps))
	if len(r.Gaps) > 0 {
		b.WriteString("#\n# Not carried over, or not in the same sense:\n")
	}
	for _, g := range r.Gaps {
		of := ""
		if g.Modules {
			of = " of the modules"
		}
		fmt.Fprintf(&b, "#   line %d%s: %s: %s\n", g.Line, of, g.What, g.Why)
	}
	if len(r.Secrets) > 0 {
		b.WriteString("#\n# For secrets.yaml; set each with prentice secret set NAME:\n# secrets:\n")
	}
	for _, s := range r.Secrets {
		fmt.Fprintf(&b, "#   - {name: %s, from: store, probes: [%s]}\n", s.Name, shown(s.Machine))
	}
	return b.String()
}

func written(list []prentice.Probe) *yaml.Node {
	all := &yaml.Node{Kind: yaml.SequenceNode}
	for _, p := range list {
		n := mapping("name", text(p.Name), "kind", text(p.Kind), "target", text(p.Target))
		put := func(key string, value *yaml.Node) { n.Content = append(n.Content, text(key), value) }
		if p.Interval > 0 {
			put("interval", text(length(p.Interval)))
		}
		if p.Timeout > 0 {
			put("timeout", text(length(p.Timeout)))
		}
		for _, c := range []struct {
			key   string
			value int
		}{{"fail_after", p.FailAfter}, {"pass_after", p.PassAfter}, {"status", p.Status}} {
			if c.value > 0 {
				put(c.key, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(c.value)})
			}
		}
		if p.Contains != "" {
			put("contains", text(p.Contains))
		}
		for _, key := range slices.Sorted(maps.Keys(p.Options)) {
			values := &yaml.Node{Kind: yaml.SequenceNode}
			for _, v := range p.Options[key] {
				values.Content = append(values.Content, text(v))
			}
			if len(values.Content) == 1 && key != "headers" && key != "has_headers" {
				values = values.Content[0]
			}
			put(key, values)
		}
		all.Content = append(all.Content, n)
	}
	return all
}

// length is a time as a person writes it: 1m, not 1m0s.
func length(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return cmp.Or(s, "0s")
}

func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(strings.ToValidUTF8(s, "�"))
	if n.Style == yaml.LiteralStyle {
		n.Style = yaml.DoubleQuotedStyle // a text of several lines stays one of the block around it
	}
	return n
}

func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Content = append(n.Content, text(pairs[i].(string)), pairs[i+1].(*yaml.Node))
	}
	return n
}
