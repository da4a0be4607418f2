package catalog

import (
	"strings"

	"prentice"
	"prentice/internal/team"
)

// MaxEntities is how many entities a team may have.
const MaxEntities = 10_000

// Kinds are the sorts of probe that a catalog may name. With none of them known, a
// probe is taken as it is written: who reads so asks none.
type Kinds []prentice.ProbeKind

// Load is Kinds.Load for who asks no probes.
func Load(dir string) (*team.Catalog, []prentice.Finding) { return Kinds(nil).Load(dir) }

// Load reads every catalog file below dir. The catalog is never nil; it
// holds what could be read, and must not be acted on while a finding is an
// error. The findings are sorted by place, with files relative to dir.
func (k Kinds) Load(dir string) (*team.Catalog, []prentice.Finding) {
	return k.LoadWith(dir, Elsewhere{})
}

// LoadWith is Load with the hosts that are declared elsewhere.
func (k Kinds) LoadWith(dir string, elsewhere Elsewhere) (*team.Catalog, []prentice.Finding) {
	found := &report{}
	var entries []*entry
	some := false
	err := files(dir, func(f file) {
		some = true
		if f.err != nil {
			found.fail(prentice.Pos{File: f.name}, f.err.Hint, "%s", f.err.Text)
			return
		}
		entries = append(entries, k.parse(found, f.name, f.raw, MaxEntities-len(entries))...)
	})
	switch {
	case err != nil:
		e, _ := err.(*prentice.Error)
		if e == nil {
			e = prentice.Errorf(prentice.Unavailable, "team folder: %w", err)
		}
		found.fail(prentice.Pos{}, e.Hint, "%s", e.Text)
	case !some && len(elsewhere.Hosts)+len(elsewhere.Spare) == 0:
		found.advise(prentice.Pos{}, "write one that declares your first service; see prentice catalog --help", "there is no catalog-info.yaml in the team folder")
	}
	c := relate(found, machines(found, entries, elsewhere), nil)
	return c, found.sorted()
}

// Check reads one file by itself. A reference may lead into the file or into
// known, the rest of the team's catalog, which may be nil.
func (k Kinds) Check(name string, raw []byte, known *team.Catalog) []prentice.Finding {
	found := &report{}
	if len(raw) > MaxFileBytes {
		e := tooLarge()
		found.fail(prentice.Pos{File: name}, e.Hint, "%s", e.Text)
		return found.sorted()
	}
	relate(found, k.parse(found, name, raw, MaxEntities), known)
	return found.sorted()
}

// parse reads the entities of one file, at most room of them.
func (k Kinds) parse(found *report, name string, raw []byte, room int) []*entry {
	r := &reader{report: found, file: name, lines: strings.Split(string(raw), "\n"), lenient: true, kinds: k}
	var entries []*entry
	for _, doc := range r.documents(raw) {
		before := found.errors
		if len(entries) >= room {
			r.fail(r.at(doc), "split the team", "a catalog has at most %d entities", MaxEntities)
			break
		}
		if e := r.entry(doc); e != nil {
			if found.errors > before && e.blocked == "" {
				e.blocked = "what is declared of it at " + e.entity.At.String() + " has an error"
			}
			entries = append(entries, e)
		}
	}
	return entries
}
