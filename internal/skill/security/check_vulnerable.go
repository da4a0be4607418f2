package security

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/advisory"
	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// sample is the advisory of the rule's own examples. No one can publish a package below
// this name, so it is about nothing that exists, and no other advisory is needed for it.
var sample = advisory.Advisory{ID: "EXAMPLE-0001", Summary: "an example of a vulnerability", Affected: []advisory.Affected{{Ecosystem: "Go", Name: "example.org/vulnerable",
	Ranges: []advisory.Range{{Type: "SEMVER", Events: []advisory.Event{{Introduced: "0"}, {Fixed: "1.1.0"}}}}}}}

func ofSample(d dependency.Dependency) bool { return strings.HasPrefix(d.Name, "example.org/") }

// judgeVulnerable asks the books of each dependency.
func (s Supply) judgeVulnerable(ctx context.Context, inv dependency.Inventory, a asks) check.Outcome {
	m, unknown := s.match(ctx, inv, a.Policy)
	unknown = append(unknown, unreadFiles(inv)...)
	var findings []check.Finding
	for _, one := range m {
		for _, h := range one.hits {
			f := vulnerability(one.Dependency, h)
			f.Waiver = excused(a.Said, one.Dependency, h)
			findings = append(findings, f)
		}
	}
	return outcome(findings, unknown, passedAll(inv))
}

// matched is a dependency with what is known of it.
type matched struct {
	dependency.Dependency
	hits  []advisory.Hit
	known bool // what is known of its ecosystem is of a day that is near enough
}

// match is all dependencies with what is known of them, and what is unknown in sentences.
func (s Supply) match(ctx context.Context, inv dependency.Inventory, p dependency.Policy) (list []matched, unknown []string) {
	books, end, err := s.books()
	if err != nil {
		unknown = append(unknown, strings.Join(strings.Fields(err.Error()), " "))
	} else {
		defer end()
	}
	believed := map[string]bool{}
	count := map[string]int{}
	var unversioned, unclear []string
	for _, d := range inv.Dependencies {
		if ctx.Err() != nil {
			return list, append(unknown, "interrupted")
		}
		known, asked := believed[d.Ecosystem]
		if !asked {
			at, covered := books.AsOf(d.Ecosystem)
			known = covered && s.now().Sub(at) <= p.Oldest
			believed[d.Ecosystem] = known
		}
		name, version := d.Asked()
		one := matched{Dependency: d, known: known || ofSample(d)}
		library := books
		if ofSample(d) {
			library = nil
			if v, err := sample.Affected[0].Of(d.Version); err == nil && v.Affected && d.Name == sample.Affected[0].Name {
				one.hits = []advisory.Hit{{Advisory: sample, Fixed: v.Fixed}}
			}
		} else {
			count[d.Ecosystem]++
		}
		switch {
		case version == "":
			one.known = false
			unversioned = append(unversioned, d.Name)
		default:
			hits, odd, err := library.Match(d.Ecosystem, name, version)
			if err != nil {
				return list, append(unknown, strings.Join(strings.Fields(err.Error()), " "))
			}
			one.hits = append(one.hits, hits...)
			one.known = one.known && len(odd) == 0
			for _, why := range odd {
				unclear = append(unclear, d.Name+": "+why)
			}
		}
		list = append(list, one)
	}
	unknown = append(unknown, s.unbelieved(books, count, p)...)
	unknown = append(unknown, some("in an unknown version", unversioned)...)
	return list, append(unknown, some("of which it is not clear", unclear)...)
}

// unbelieved says of which ecosystems too little is known.
func (s Supply) unbelieved(books advisory.Library, count map[string]int, p dependency.Policy) (says []string) {
	total := 0
	for _, n := range count {
		total += n
	}
	if total > 0 && len(books) == 0 {
		return []string{fmt.Sprintf("no advisories are on this machine, so nothing is known of %s: bring some with prentice advisory import", op.Count(total, "dependency", "dependencies"))}
	}
	for _, ecosystem := range sorted(count) {
		at, covered := books.AsOf(ecosystem)
		switch age := s.now().Sub(at); {
		case !covered:
			says = append(says, fmt.Sprintf("there are no advisories of %s, which %s of", ecosystem, op.Count(count[ecosystem], "dependency is", "dependencies are")))
		case age > p.Oldest:
			says = append(says, fmt.Sprintf("the advisories of %s are of %s, which is more than %s ago: import newer ones", ecosystem, at.Format(time.DateOnly), span.String(p.Oldest)))
		}
	}
	return says
}

func sorted(m map[string]int) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// some says how many things are so, with the first of them.
func some(how string, names []string) []string {
	if len(names) == 0 {
		return nil
	}
	first := strings.Join(names[:min(3, len(names))], ", ")
	if len(names) > 3 {
		first += fmt.Sprintf(" and %d more", len(names)-3)
	}
	return []string{fmt.Sprintf("%s %s: %s", op.Count(len(names), "dependency is", "dependencies are"), how, clip.To(first, 300))}
}

// vulnerability is a finding: one vulnerability of one dependency, wherever it is named.
func vulnerability(d dependency.Dependency, h advisory.Hit) check.Finding {
	f := foundAt(d, check.Finding{Key: d.Ecosystem + " " + d.Name + " " + h.ID})
	f.Says = fmt.Sprintf("%s %s has %s: %s", d.Name, cmp.Or(d.Version, "of an unknown version"), h.ID, cmp.Or(h.Summary, "it says no more"))
	var saw []string
	if len(h.Also) > 0 {
		saw = append(saw, "also called "+clip.To(strings.Join(h.Also, ", "), 200))
	}
	if len(h.Packages) > 0 {
		saw = append(saw, "in the package "+clip.To(strings.Join(h.Packages[:min(3, len(h.Packages))], ", "), 200))
	}
	f.Saw = strings.Join(saw, "; ")
	switch {
	case len(h.Fixed) > 0 && d.Source != "":
		f.Remedy = "take a package that is built from " + d.Source + " " + strings.Join(h.Fixed, " or ")
	case len(h.Fixed) > 0:
		f.Remedy = "take " + strings.Join(h.Fixed, " or ") + ", or a later one"
	default:
		f.Remedy = "no version is known to be fixed: take another package, or say in an OpenVEX statement why it does not matter here"
	}
	return f
}

// excused is the waiver that the newest statement makes, which counts as long as any other
// waiver may.
func excused(said []advisory.Statement, d dependency.Dependency, h advisory.Hit) *check.Waiver {
	s, found := advisory.Said(said, h.Names(), d.PURL())
	if !found || !s.Excuses() {
		return nil
	}
	return &check.Waiver{Rule: ruleVulnerable, Reason: "OpenVEX: " + s.Status + ": " + s.Why, Owner: prentice.Ref(s.Author), Expires: s.At.Add(check.LongestWaiver)}
}
