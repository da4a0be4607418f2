package catalog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice"
	"prentice/internal/team/catalog"
)

const shop = `# a small shop
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: checkout
  title: Checkout
  annotations:
    prentice.dev/unit: checkout.service
    prentice.dev/url: http://127.0.0.1:8080/
    prentice.dev/run: checkout --port 8080
    prentice.dev/hosts: web-1, web-2
    prentice.dev/probes: |
      - name: health
        kind: http
        target: http://127.0.0.1:8080/healthz
        contains: ok
      - name: port
        kind: tcp
        target: 127.0.0.1:8080
        interval: 1s
        fail_after: 2
    github.com/project-slug: shop/checkout
spec:
  type: service
  lifecycle: production
  owner: platform
  system: shop
  dependsOn: [component:default/payments, resource:db]
  providesApis: [checkout-api]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: payments}
spec: {type: service, lifecycle: production, owner: group:platform, system: shop}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: checkout-api}
spec: {type: openapi, lifecycle: production, owner: platform, definition: {$text: ./openapi.yaml}}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: db}
spec: {type: database, owner: platform, dependsOn: [resource:web-1]}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata:
  name: web-1
  labels: {zone: a, kubernetes.io/os: linux}
  annotations: {prentice.dev/address: deploy@web-1.example:2222}
spec: {type: host, owner: platform}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata:
  name: web-2
  annotations: {prentice.dev/local: "true"}
spec: {type: host, owner: platform, dependencyOf: [component:payments]}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop}
spec: {owner: platform, domain: trade}
---
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: {name: trade}
spec: {owner: platform}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: platform}
spec: {type: team, children: [night], members: [ann, user:default/bob]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: night}
spec: {type: team, children: []}
`

// team writes files below a new folder, given as name, content, name, content.
func teamOf(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func says(findings []prentice.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		sort := "advice"
		if f.Error {
			sort = "error"
		}
		fmt.Fprintf(&b, "%s: %s: %s (%s)\n", f.At, sort, f.Text, f.Hint)
	}
	return b.String()
}

func TestATeamIsReadWithItsRelations(t *testing.T) {
	c, findings := kinds.Load(teamOf(t, "shop/catalog-info.yaml", shop))
	if len(findings) > 0 {
		t.Fatalf("findings in a good catalog:\n%s", says(findings))
	}
	var refs []string
	for _, e := range c.Entities {
		refs = append(refs, string(e.Ref))
	}
	want := "api/checkout-api domain/trade group/night group/platform host/web-1 host/web-2 resource/db service/checkout service/payments system/shop"
	if got := strings.Join(refs, " "); got != want {
		t.Errorf("entities are\n%s, want\n%s", got, want)
	}
	s, err := c.Service("checkout")
	if err != nil {
		t.Fatal(err)
	}
	if s.Unit != "checkout.service" || s.URL != "http://127.0.0.1:8080" || s.Run != "checkout --port 8080" || s.Owner != "group/platform" || s.System != "system/shop" {
		t.Errorf("service is %+v", s)
	}
	if !slices.Equal(s.DependsOn, []prentice.Ref{"resource/db", "service/payments"}) {
		t.Errorf("it depends on %v", s.DependsOn)
	}
	if len(s.Hosts) != 2 || s.Hosts[0].Address != "deploy@web-1.example:2222" || s.Hosts[0].Local || !s.Hosts[1].Local {
		t.Errorf("hosts are %+v", s.Hosts)
	}
	if f := s.Hosts[0].Facts; len(f) != 1 || f["zone"] != "a" {
		t.Errorf("facts of a host are %v, want its labels without a prefix", f)
	}
	probes := []prentice.Probe{
		{Name: "health", Kind: "http", Target: "http://127.0.0.1:8080/healthz", Contains: "ok", Interval: 10 * time.Second, Timeout: 3 * time.Second, FailAfter: 3, PassAfter: 2, Says: "is an address on the web", Machine: "of http://127.0.0.1:8080/healthz"},
		{Name: "port", Kind: "tcp", Target: "127.0.0.1:8080", Interval: time.Second, Timeout: time.Second, FailAfter: 2, PassAfter: 2, Says: "is host:port", Machine: "of 127.0.0.1:8080"},
	}
	if !reflect.DeepEqual(s.Probes, probes) {
		t.Errorf("probes are %+v", s.Probes)
	}
	payments, _ := c.Service("payments")
	if !slices.Equal(payments.DependsOn, []prentice.Ref{"host/web-2"}) {
		t.Errorf("dependencyOf did not arrive: %v", payments.DependsOn)
	}
	night, _ := c.Entity("group/night")
	platform, _ := c.Entity("group/platform")
	if night.PartOf != "group/platform" || !slices.Equal(platform.Members, []string{"ann", "bob"}) {
		t.Errorf("groups are %+v and %+v", night, platform)
	}
	if at := platform.At.String(); at != "shop/catalog-info.yaml:73:18" {
		t.Errorf("platform stands at %s", at)
	}
}

func TestAServiceThatNamesNoHostsHasNone(t *testing.T) {
	c, _ := kinds.Load(teamOf(t, "catalog-info.yaml", shop))
	if s, err := c.Service("payments"); err != nil || s.Hosts == nil || len(s.Hosts) != 0 {
		t.Errorf("hosts are %v, %v", s.Hosts, err)
	}
}

func TestReferencesLeadAcrossFiles(t *testing.T) {
	head, tail, _ := strings.Cut(shop, "---\n")
	_, findings := kinds.Load(teamOf(t, "a/catalog-info.yml", head, "b/c/catalog-info.yaml", tail))
	if len(findings) > 0 {
		t.Errorf("findings:\n%s", says(findings))
	}
}

func TestHiddenFoldersAndOtherFilesAreNotRead(t *testing.T) {
	c, findings := kinds.Load(teamOf(t, "catalog-info.yaml", shop, ".git/catalog-info.yaml", "x: y", "a/.b/c/catalog-info.yaml", "x: y", "other.yaml", "x: y"))
	if len(findings) > 0 || len(c.Entities) != 10 {
		t.Errorf("%d entities, findings:\n%s", len(c.Entities), says(findings))
	}
}

func TestALinkOutOfTheTeamFolderIsRefused(t *testing.T) {
	outside := teamOf(t, "catalog-info.yaml", shop)
	dir := teamOf(t, "x/file", "")
	if err := os.Symlink(filepath.Join(outside, "catalog-info.yaml"), filepath.Join(dir, "x", "catalog-info.yaml")); err != nil {
		t.Fatal(err)
	}
	c, findings := kinds.Load(dir)
	if len(c.Entities) != 0 || len(findings) != 1 || !findings[0].Error || !strings.Contains(findings[0].Text, "leads out of the team folder") {
		t.Errorf("%d entities, findings:\n%s", len(c.Entities), says(findings))
	}
}

func TestALinkWithinTheTeamFolderIsFollowed(t *testing.T) {
	dir := teamOf(t, "x/shop.yaml", shop)
	if err := os.Symlink("shop.yaml", filepath.Join(dir, "x", "catalog-info.yaml")); err != nil {
		t.Fatal(err)
	}
	if c, findings := kinds.Load(dir); len(findings) > 0 || len(c.Entities) != 10 {
		t.Errorf("%d entities, findings:\n%s", len(c.Entities), says(findings))
	}
}

func TestANamedPipeDoesNotHoldTheReaderUp(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "catalog-info.yaml"), 0o644); err != nil {
		t.Skipf("NOT TESTED: no named pipes here: %v", err)
	}
	if _, findings := kinds.Load(dir); !strings.Contains(says(findings), "catalog-info.yaml: error: is not a plain file") {
		t.Errorf("findings:\n%s", says(findings))
	}
}

func TestAMissingTeamFolderIsAnError(t *testing.T) {
	c, findings := catalog.Load(filepath.Join(t.TempDir(), "nowhere"))
	if c == nil || len(findings) != 1 || !findings[0].Error {
		t.Errorf("findings:\n%s", says(findings))
	}
}

func TestATeamWithoutACatalogIsAdvised(t *testing.T) {
	_, findings := kinds.Load(t.TempDir())
	if len(findings) != 1 || findings[0].Error {
		t.Errorf("findings:\n%s", says(findings))
	}
}

func TestAFileThatIsTooLargeIsNotRead(t *testing.T) {
	large := shop + "# " + strings.Repeat("x", catalog.MaxFileBytes)
	if _, findings := kinds.Load(teamOf(t, "catalog-info.yaml", large)); !strings.Contains(says(findings), "has more than 5 MB") {
		t.Errorf("findings:\n%s", says(findings))
	}
}

func TestACatalogHasAtMostTenThousandEntities(t *testing.T) {
	var b strings.Builder
	for i := range catalog.MaxEntities + 1 {
		fmt.Fprintf(&b, "---\n{apiVersion: backstage.io/v1alpha1, kind: Group, metadata: {name: g%d}, spec: {type: team}}\n", i)
	}
	c, findings := kinds.Load(teamOf(t, "catalog-info.yaml", b.String()))
	if len(c.Entities) != catalog.MaxEntities || len(findings) != 1 || !findings[0].Error {
		t.Errorf("%d entities, findings:\n%s", len(c.Entities), says(findings))
	}
}

func TestTheFingerprintChangesWithWhatIsRead(t *testing.T) {
	dir := teamOf(t, "a/catalog-info.yaml", shop, "a/notes.md", "x")
	before := catalog.Fingerprint(dir)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a/notes.md", "y")
	if catalog.Fingerprint(dir) != before {
		t.Error("it changed with a file that is not read")
	}
	write("a/catalog-info.yaml", strings.Replace(shop, "Checkout", "Checkin!", 1))
	after := catalog.Fingerprint(dir)
	if after == before {
		t.Error("it did not change with a file of the same length")
	}
	write("catalog-info.yml", "")
	if catalog.Fingerprint(dir) == after {
		t.Error("it did not change with a new file")
	}
	if catalog.Fingerprint(filepath.Join(dir, "nowhere")) == after {
		t.Error("a missing folder has the fingerprint of one that is there")
	}
}
