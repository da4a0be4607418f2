package boot

import (
	"log/slog"
	"strings"
	"testing"

	"prentice/internal/kit/filestest"
)

// What a file forbids that was never read is not known after the second reading either.
func TestAFileThatWasNeverReadHoldsBackAfterEachReading(t *testing.T) {
	dir := t.TempDir()
	host := "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {name: web1, annotations: {prentice.dev/address: 192.0.2.7}}\nspec: {type: host, owner: group:crew}\n"
	filestest.Lay(t, dir, map[string]string{"catalog-info.yaml": host, "calendar.yaml": "freezes: [\n"})
	team, err := newTeam(dir, slog.New(slog.DiscardHandler), Reads)
	if err != nil {
		t.Fatal(err)
	}
	blocked := func(when string, want bool) {
		t.Helper()
		next, had := &teamNow{}, team.now.Load()
		team.readThings(next, had)
		team.readRest(next, had)
		team.now.Store(next)
		hosts := team.Catalog().Hosts
		if len(hosts) != 1 || strings.Contains(hosts[0].Blocked, "calendar.yaml") != want {
			t.Errorf("%s: %+v", when, hosts)
		}
	}
	blocked("read first", true)
	blocked("read again", true)
	filestest.Lay(t, dir, map[string]string{"catalog-info.yaml": host + "---\n"})
	blocked("another file changed", true)
	filestest.Lay(t, dir, map[string]string{"calendar.yaml": "zone: UTC\n"})
	blocked("it can be read", false)
	filestest.Lay(t, dir, map[string]string{"calendar.yaml": "freezes: [\n"})
	blocked("what was read before is in force", false)
}
