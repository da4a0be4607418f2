package boot

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/silence"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

// aTeam is a team folder with a catalog and other files.
func aTeam(t *testing.T, files map[string]string) *Team {
	t.Helper()
	set := Settings{Data: filepath.Join(t.TempDir(), "data")}
	set, err := set.Filled()
	if err != nil {
		t.Fatal(err)
	}
	files["catalog-info.yaml"] = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout}
spec: {type: service, lifecycle: production, owner: group:shop, system: shop}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: shop}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: ops}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop}
spec: {owner: group:shop}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: web-1, annotations: {prentice.dev/local: "true"}}
spec: {type: host, owner: group:ops}
`
	for name, text := range files {
		if err := os.MkdirAll(set.Team, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(set.Team, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), set, slog.New(slog.DiscardHandler), Tries)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() }) //nolint:errcheck // the test is over
	return s.Team
}

func TestOfASilenceAndMaintenanceTheLongerCounts(t *testing.T) {
	ours := aTeam(t, map[string]string{calendar.File.Name: `maintenance:
  - {name: upkeep, reason: Disks., from: '2026-03-02T10:00:00Z', to: '2026-03-02T14:00:00Z', mutes: {services: [checkout]}}
`})
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "silence", silence.Schema()); err != nil {
			t.Fatal(err)
		}
		m := &muting{Silences: &silence.Silences{DB: d}, team: ours}
		by := func(at time.Time, about prentice.Ref) prentice.Ref {
			var why *team.Mute
			err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
				why, err = m.Muting(tx, at, about, map[string]string{"service": about.Name()})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if why == nil {
				return ""
			}
			return why.Of
		}
		add := func(until time.Time) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := m.Add(tx, noon, silence.Silence{Matchers: []string{"service=checkout"}, Ends: until, By: "person/ann", Reason: "x"})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := by(noon, "service/checkout"); got != "calendar/upkeep" {
			t.Errorf("maintenance alone: %q", got)
		}
		if got := by(noon, "service/other"); got != "" {
			t.Errorf("another service: %q", got)
		}
		before, next, err := m.Turn(t.Context(), noon)
		if err != nil || !next.Equal(noon.Add(2*time.Hour)) {
			t.Errorf("it turns at %s, %v", next, err)
		}
		add(noon.Add(time.Hour))
		if got := by(noon, "service/checkout"); got != "calendar/upkeep" {
			t.Errorf("with a shorter silence: %q", got)
		}
		if _, next, _ := m.Turn(t.Context(), noon); !next.Equal(noon.Add(time.Hour)) {
			t.Errorf("with a silence it turns at %s", next)
		}
		add(noon.Add(3 * time.Hour))
		if got := by(noon, "service/checkout"); got != "silence/2" {
			t.Errorf("with a longer silence: %q", got)
		}
		after, next, err := m.Turn(t.Context(), noon.Add(2*time.Hour))
		if err != nil || after == before || !next.Equal(noon.Add(3*time.Hour)) {
			t.Errorf("after it: %q and %q, next %s, %v", before, after, next, err)
		}
	})
}

func TestWhatTheCatalogDoesNotHaveIsToldToTheOwnerOfAlerts(t *testing.T) {
	r := router{aTeam(t, map[string]string{alert.File.Name: "owner: group:platform\n"})}
	for about, want := range map[prentice.Ref][2]string{
		"service/checkout": {"group/shop", ""},
		"host/web-1":       {"group/ops", ""},
		"service/chekcout": {"group/platform", "the catalog has no service/chekcout: did you mean service/checkout?"},
		"service/Checkout": {"group/platform", "did you mean service/checkout?"},
		"host/checkout":    {"group/platform", "the catalog has no host/checkout"},
		"system/nothing":   {"group/platform", "the catalog has no system/nothing"},
		"backup/nightly":   {"group/platform", ""},
	} {
		owner, hint := r.Owner(about)
		if string(owner) != want[0] || !strings.Contains(hint, want[1]) || (hint == "") != (want[1] == "") {
			t.Errorf("%s: %s, %q", about, owner, hint)
		}
	}
}

func TestTheAddressOfAnAlertmanagerIsChecked(t *testing.T) {
	for address, ok := range map[string]bool{"http://am:9093": true, "https://am.example.org/path": true, "am:9093": false, "ftp://am": false, "http://": false, "http://u:p@am": false, "http://am?x=1": false, "": false} {
		if err := (&AlertmanagerSettings{URL: address}).check(); (err == nil) != ok || err != nil && strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for address, ok := range map[string]bool{"http://am:9093": false, "https://am:9093": true, "http://127.0.0.1:9093": true, "http://localhost:9093": true} {
		if err := (&AlertmanagerSettings{URL: address, TokenFile: "x"}).check(); (err == nil) != ok {
			t.Errorf("with a token, %s: %v", address, err)
		}
	}
}
