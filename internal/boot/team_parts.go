package boot

import (
	"slices"
	"time"

	"prentice"
	"prentice/internal/team"
)

// readThings reads the catalog, the inventories and ssh_config. With an error in
// them, what was read before stays in force, whole: half a list of hosts is another
// list. When nothing was read before, what has no error is in force, and nothing can
// be planned for what has one.
func (t *Team) readThings(next, had *teamNow) {
	var findings []prentice.Finding
	next.catalog, next.ssh, next.asked, findings = readCatalogAsking(t.dir(), t.ask)
	next.read = time.Now()
	bad := errorsOf(findings)
	next.troubles = append(next.troubles, bad...)
	next.partial = len(bad) > 0 && (had == nil || had.partial)
	if len(bad) > 0 && !next.partial {
		next.catalog, next.ssh = had.catalog, had.ssh
	}
}

// blockAll keeps every host from being planned for.
func blockAll(c *team.Catalog, why string) {
	all := map[prentice.Ref]string{}
	for _, h := range c.Hosts {
		all[h.Ref] = why
	}
	block(c, all)
}

// sayTroubles tells the log of errors that are new.
func (t *Team) sayTroubles(next, had *teamNow) {
	if len(next.troubles) == 0 || had != nil && slices.Equal(had.troubles, next.troubles) {
		return
	}
	says := "the team folder has errors; what was read before stays in force"
	if had == nil {
		says = "the team folder has errors; nothing is planned for what has one"
	}
	f := next.troubles[0]
	t.log.Error(says, "errors", len(next.troubles), "err", prentice.Errorf(prentice.Invalid, "%s", f.Text).In(f.At).Try("%s", f.Hint))
}

// why is the first thing that keeps the folder, as it stands, from being in force,
// or nil.
func (t *Team) why() *prentice.Finding {
	if wrong := t.wrong.Load(); wrong != nil {
		f := asFinding(*wrong)
		return &f
	}
	if now := t.now.Load(); len(now.troubles) > 0 {
		return &now.troubles[0]
	}
	return nil
}
