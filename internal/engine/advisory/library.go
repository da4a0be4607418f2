package advisory

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Library is several books.
type Library []*Book

// AsOf is the day of which what is known of an ecosystem is: that of the oldest book with
// advisories of it, because no other has what this one lacks.
func (l Library) AsOf(ecosystem string) (at time.Time, covered bool) {
	for _, b := range l {
		if b.Ecosystems[ecosystem] > 0 {
			if !covered || b.AsOf.Before(at) {
				at = b.AsOf
			}
			covered = true
		}
	}
	return at, covered
}

// Hit is an advisory that is about a version, with others that are the same by their
// aliases.
type Hit struct {
	Advisory
	Also     []string // the names of the same one, its aliases among them
	Fixed    []string // the versions that are no longer affected; none may be known
	Packages []string // of a module of Go: where it is; none is anywhere
}

// Match is what is known of a version of a package, each vulnerability once. What it
// cannot judge is said in unclear.
func (l Library) Match(ecosystem, name, version string) (hits []Hit, unclear []string, err error) {
	for _, b := range l {
		list, err := b.find(ecosystem, name)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range list {
			h, why := a.hit(ecosystem, name, version)
			if why != nil {
				unclear = append(unclear, a.ID+": "+why.Error())
			}
			if h != nil {
				hits = append(hits, *h)
			}
		}
	}
	return merged(hits), unclear, nil
}

// hit is the advisory, where it is about a version.
func (a Advisory) hit(ecosystem, name, version string) (*Hit, error) {
	h := Hit{Advisory: a, Also: slices.Clone(a.Aliases)}
	affected := false
	var unclear error
	for _, of := range a.Affected {
		if of.Ecosystem != ecosystem || !strings.EqualFold(of.Name, name) {
			continue
		}
		v, err := of.Of(version)
		if err != nil {
			unclear = err
			continue
		}
		if v.Affected {
			affected = true
			h.Fixed, h.Packages = append(h.Fixed, v.Fixed...), append(h.Packages, of.Packages...)
		}
	}
	if !affected {
		return nil, unclear
	}
	return &h, nil
}

// merged joins hits that name each other, or a third that is the same for both.
func merged(hits []Hit) (out []Hit) {
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Compare(a.ID, b.ID) })
	for _, h := range hits {
		same := -1
		for i := 0; i < len(out); i++ {
			if !out[i].same(h) {
				continue
			}
			if same < 0 {
				same = i
				out[i].join(h)
				continue
			}
			out[same].join(out[i])
			out = slices.Delete(out, i, i+1)
			i--
		}
		if same < 0 {
			out = append(out, h)
		}
	}
	return out
}

// Names are all names of the vulnerability.
func (h Hit) Names() []string { return append([]string{h.ID}, h.Also...) }

func (h Hit) same(other Hit) bool {
	return slices.ContainsFunc(other.Names(), func(name string) bool { return slices.Contains(h.Names(), name) })
}

// join adds another advisory of the same vulnerability: its names, and the fixed versions
// that it knows.
func (h *Hit) join(other Hit) {
	for _, name := range other.Names() {
		if name != h.ID && !slices.Contains(h.Also, name) {
			h.Also = append(h.Also, name)
		}
	}
	for _, v := range other.Fixed {
		if !slices.Contains(h.Fixed, v) {
			h.Fixed = append(h.Fixed, v)
		}
	}
	slices.Sort(h.Also)
	h.Severity, h.Summary = cmp.Or(h.Severity, other.Severity), cmp.Or(h.Summary, other.Summary)
}

// Named is the advisories that are called so, or have that alias.
func (l Library) Named(id string) (found []Advisory, err error) {
	for _, b := range l {
		list, err := b.find("id", id)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if strings.EqualFold(a.ID, id) || slices.ContainsFunc(a.Aliases, func(s string) bool { return strings.EqualFold(s, id) }) {
				found = append(found, a)
			}
		}
	}
	return found, nil
}
