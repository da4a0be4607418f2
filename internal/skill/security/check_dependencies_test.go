package security

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/advisory"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/dependency"
	"prentice/internal/op"
)

var today = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// shelf is one in memory.
type shelf struct {
	books advisory.Library
	err   error
}

func (s shelf) List() (list []advisory.Shelved, err error) {
	for _, b := range s.books {
		list = append(list, advisory.Shelved{About: b.About})
	}
	return list, nil
}
func (s shelf) Open() (advisory.Library, func(), error) { return s.books, func() {}, s.err }
func (s shelf) Digest() string                          { return fmt.Sprint(len(s.books)) }
func (s shelf) Remove(string) error                     { return nil }
func (s shelf) Import(context.Context, advisory.Import) (advisory.About, error) {
	return advisory.About{}, nil
}

func shelved(t *testing.T, asOf time.Time, texts ...string) shelf {
	t.Helper()
	var b bytes.Buffer
	w, err := advisory.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		a, err := advisory.Parse([]byte(text))
		if err == nil {
			err = w.Add(a)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err = w.Close(advisory.About{Source: "test", AsOf: asOf}); err != nil {
		t.Fatal(err)
	}
	book, err := advisory.Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return shelf{books: advisory.Library{book}}
}

// These are GO-2023-2102 and its like at GitHub, shortened.
const (
	rapidReset = `{"id": "GO-2023-2102", "aliases": ["CVE-2023-39325", "GHSA-4374-p667-p6c8"], "summary": "HTTP/2 rapid reset", "affected": [{"package": {"name": "golang.org/x/net", "ecosystem": "Go"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.17.0"}]}]}]}`
	rapidToo   = `{"id": "GHSA-4374-p667-p6c8", "aliases": ["CVE-2023-39325"], "affected": [{"package": {"name": "golang.org/x/net", "ecosystem": "Go"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.17.0"}]}]}]}`
)

func judged(t *testing.T, s Supply, files map[string]string) map[string]check.Judged {
	t.Helper()
	s.Clock = func() time.Time { return today }
	j := check.Judge{Kinds: []check.Kind{s.kind()}, Now: s.Clock}
	tree := check.Example{Files: files}.Tree()
	rules, silent := j.Rules(context.Background(), tree)
	list, err := j.All(context.Background(), tree, rules)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]check.Judged{}
	for _, one := range append(list, silent...) {
		all[one.Rule.ID] = one
	}
	return all
}

func needs(version string) map[string]string {
	return map[string]string{"go.mod": "module a\n\nrequire golang.org/x/net " + version + "\n"}
}

func TestADependencyIsVulnerableOnceForEachVulnerability(t *testing.T) {
	s := Supply{Shelf: shelved(t, today, rapidReset, rapidToo)}
	o := judged(t, s, needs("v0.16.0"))[ruleVulnerable]
	if o.Outcome.Truth != prentice.Fail || len(o.Outcome.Findings) != 1 || o.Rule.Severity != claims.Block {
		t.Fatalf("got %+v", o)
	}
	f := o.Outcome.Findings[0]
	if f.Path != "go.mod" || f.Line != 3 || !strings.Contains(f.Says, "golang.org/x/net v0.16.0 has") || !strings.Contains(f.Saw, "CVE-2023-39325") || f.Remedy != "take 0.17.0, or a later one" {
		t.Errorf("got %+v", f)
	}
	older := judged(t, s, needs("v0.1.0"))[ruleVulnerable].Outcome.Findings[0]
	if older.Fingerprint() != f.Fingerprint() {
		t.Error("another version with the same vulnerability is another finding")
	}
	if o := judged(t, s, needs("v0.17.0"))[ruleVulnerable].Outcome; o.Truth != prentice.Pass || !strings.Contains(o.Reason, "1 dependency") {
		t.Errorf("the fixed version is %+v", o)
	}
}

func TestWhatIsNotKnownOfDependenciesIsNeverAPass(t *testing.T) {
	whole := Supply{Shelf: shelved(t, today, rapidReset)}
	broken := shelved(t, today, rapidReset)
	broken.err = errors.New("the book is damaged")
	for _, c := range []struct {
		says     string
		s        Supply
		files    map[string]string
		truth    prentice.Truth
		reason   string
		severity claims.Severity
	}{
		{"no advisories", Supply{}, needs("v0.17.0"), prentice.NotSeen, "no advisories are on this machine", claims.Advise},
		{"no advisories, where the policy wants some", Supply{}, with(needs("v0.17.0"), ".prentice/dependencies.yaml", "advisories: {required: true}\n"), prentice.NotSeen, "no advisories are on this machine", claims.Block},
		{"old ones", Supply{Shelf: shelved(t, today.AddDate(0, 0, -15), rapidReset)}, needs("v0.17.0"), prentice.NotSeen, "2026-11-15, which is more than 14d ago", claims.Block},
		{"old ones that the policy believes", Supply{Shelf: shelved(t, today.AddDate(0, 0, -15), rapidReset)}, with(needs("v0.17.0"), ".prentice/dependencies.yaml", "advisories: {oldest: 30d}\n"), prentice.Pass, "", claims.Block},
		{"old ones that know of one", Supply{Shelf: shelved(t, today.AddDate(0, 0, -15), rapidReset)}, needs("v0.16.0"), prentice.Fail, "", claims.Block},
		{"another ecosystem", whole, map[string]string{"requirements.txt": "a==1.0\n"}, prentice.NotSeen, "no advisories of PyPI, which 1 dependency is of", claims.Block},
		{"a range and no version", Supply{Shelf: shelved(t, today, strings.ReplaceAll(rapidReset, `"Go"`, `"PyPI"`))}, map[string]string{"requirements.txt": "a>=1.0\n"}, prentice.NotSeen, "in an unknown version: a", claims.Block},
		{"a file that cannot be read", whole, map[string]string{"package-lock.json": "{"}, prentice.NotSeen, `"package-lock.json" cannot be read`, claims.Block},
		{"a damaged book", Supply{Shelf: broken}, needs("v0.17.0"), prentice.NotSeen, "damaged", claims.Block},
		{"no dependencies", Supply{}, map[string]string{"README.md": "x"}, prentice.Pass, "no file names dependencies", claims.Advise},
	} {
		got := judged(t, c.s, c.files)[ruleVulnerable]
		if got.Outcome.Truth != c.truth || !strings.Contains(got.Outcome.Reason, c.reason) || got.Rule.Severity != c.severity {
			t.Errorf("%s: %s %s %q", c.says, got.Outcome.Truth, got.Rule.Severity, got.Outcome.Reason)
		}
	}
}

func with(files map[string]string, name, text string) map[string]string {
	files[name] = text
	return files
}

func TestAPolicyThatCannotBeReadAsksNothingAndBlocks(t *testing.T) {
	all := judged(t, Supply{}, with(needs("v0.17.0"), ".prentice/dependencies.yaml", "advisory: {}\n"))
	got := all["dependencies/rules"]
	if len(all) != 1 || got.Outcome.Truth != prentice.NotSeen || got.Rule.Severity != claims.Block || !strings.Contains(got.Outcome.Reason, ".prentice/dependencies.yaml:1") {
		t.Errorf("got %+v", all)
	}
}

func TestTheRulesOfDependenciesHaveTeeth(t *testing.T) {
	s := Supply{Clock: func() time.Time { return today }}
	tree := check.Example{Files: map[string]string{".prentice/dependencies.yaml": "licences: {allowed: [MIT]}\nrelease_age: 7d\n"}}.Tree()
	j := check.Judge{Kinds: []check.Kind{s.kind()}}
	rules, silent := j.Rules(context.Background(), tree)
	if len(silent) > 0 {
		t.Fatal(silent)
	}
	for _, r := range rules {
		if wrong := j.Toothless(context.Background(), r); len(wrong) > 0 {
			t.Errorf("%s: %v", r.ID, wrong)
		}
	}
}

func TestAVerdictOnDependenciesIsOfTheFilesThatNameThem(t *testing.T) {
	digest := func(files map[string]string) string {
		return suppliers(check.Example{Files: files}.Tree(), check.Rule{})
	}
	if digest(needs("v0.1.0")) != digest(with(needs("v0.1.0"), "main.go", "package a")) {
		t.Error("another file makes another verdict")
	}
	if digest(needs("v0.1.0")) == digest(needs("v0.2.0")) {
		t.Error("another version makes the same verdict")
	}
}

func TestTheListSaysOfEachDependencyWhetherItIsKnown(t *testing.T) {
	s := Supply{Shelf: shelved(t, today, rapidReset), Clock: func() time.Time { return today }}
	s.Tree = func(context.Context, string) (*check.Tree, func() error, error) {
		files := map[string]string{"go.mod": "module a\n\nrequire (\n\tgolang.org/x/net v0.16.0\n\tgolang.org/x/sys v0.1.0\n)\n", "requirements.txt": "a==1.0\n", "yarn.lock": "x"}
		return check.Example{Files: files}.Tree(), func() error { return nil }, nil
	}
	out, err := s.dependencies(context.Background(), op.Call{}, DependenciesIn{})
	if err != nil {
		t.Fatal(err)
	}
	_, rows := out.Table()
	var got []string
	for _, r := range rows {
		got = append(got, r[0]+" "+r[4])
	}
	if s := strings.Join(got, "|"); s != "golang.org/x/net GO-2023-2102|golang.org/x/sys none|a unknown|unknown it is no lock file of yarn" {
		t.Errorf("got %s", s)
	}
}

func vex(rest string) string {
	return `{"@context": "https://openvex.dev/ns/v0.2.0", "author": "Ann", "timestamp": "2026-11-01T00:00:00Z", "statements": [{"vulnerability": {"name": "CVE-2023-39325"}, "products": [{"@id": "pkg:golang/golang.org/x/net"}], ` + rest + `}]}`
}

func TestAStatementExcusesAFindingAndNothingMore(t *testing.T) {
	whole := Supply{Shelf: shelved(t, today, rapidReset)}
	old := Supply{Shelf: shelved(t, today.AddDate(0, 0, -20), rapidReset)}
	const unreached = `"status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"`
	for _, c := range []struct {
		says string
		s    Supply
		vex  string
		want prentice.Truth
	}{
		{"it is not affected", whole, vex(unreached), prentice.Pass},
		{"it is affected", whole, vex(`"status": "affected"`), prentice.Fail},
		{"of another one", whole, strings.ReplaceAll(vex(unreached), "CVE-2023-39325", "CVE-1"), prentice.Fail},
		{"more than a year old", whole, strings.ReplaceAll(vex(unreached), "2026-11-01", "2025-11-01"), prentice.Fail},
		{"the advisories are old: what else there is, is unknown", old, vex(unreached), prentice.NotSeen},
	} {
		one := judged(t, c.s, with(needs("v0.16.0"), ".prentice/vex/net.json", c.vex))[ruleVulnerable]
		standing, _ := check.Agreed{}.Stand(today, []check.Judged{one}, &check.Tree{})
		if got := standing[0].Truth(); got != c.want {
			t.Errorf("%s: %s", c.says, got)
		}
	}
	all := judged(t, whole, with(needs("v0.16.0"), ".prentice/vex/net.json", "{}"))
	if all["dependencies/rules"].Outcome.Truth != prentice.NotSeen {
		t.Errorf("a document that cannot be read: %v", all)
	}
}

func TestWhatATeamAsksARepositoryCannotRefuse(t *testing.T) {
	files := func(own string) map[string]string {
		return with(map[string]string{"package-lock.json": `{"packages": {"": {"dependencies": {"a": "1"}}, "node_modules/a": {"version": "1.0.0", "license": "ISC"}}}`}, ".prentice/dependencies.yaml", own)
	}
	asks := func(text string) Supply {
		p, findings := DependencyFile.Load("dependencies.yaml", []byte(text))
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		return Supply{Team: func(*check.Tree) (*dependency.Policy, error) { return p, nil }}
	}
	team := asks("licences: {allowed: [MIT]}\nagreed: {required: true, by: [group/platform]}\nadvisories: {required: true}\n")
	all := judged(t, team, files("licences: {allowed: [MIT, ISC]}\nagreed: {required: false, to: [{name: a, of: npm, by: group/shop}]}\n"))
	for rule, source := range map[string]string{ruleLicence: "team/dependencies.yaml", ruleAgreed: "team/dependencies.yaml", ruleVulnerable: "built in"} {
		one := all[rule]
		if one.Outcome.Truth == prentice.Pass || one.Outcome.Truth == "" || one.Rule.Source != source || one.Rule.Severity != claims.Block {
			t.Errorf("%s: %+v of %s", rule, one.Outcome, one.Rule.Source)
		}
	}
	if says := all[ruleAgreed].Outcome.Findings; len(says) != 1 || says[0].Says != "group/shop said yes to npm a, whose yes does not count" {
		t.Errorf("got %+v", says)
	}
	all = judged(t, asks("licences: {allowed: [MIT, ISC]}\n"), files("licences: {allowed: [MIT]}\nagreed: {required: true, to: [{name: a, of: npm, by: group/shop}]}\n"))
	if all[ruleLicence].Outcome.Truth != prentice.Fail || all[ruleAgreed].Outcome.Truth != prentice.Pass {
		t.Errorf("a repository may not be stricter: %+v", all)
	}
	unread := Supply{Team: func(*check.Tree) (*dependency.Policy, error) { return nil, nil }}
	for _, one := range judged(t, unread, files("licences: {allowed: [ISC]}\n")) {
		if one.Outcome.Truth != prentice.NotSeen {
			t.Errorf("what the team asks is not known, and %s is %s", one.Rule.ID, one.Outcome.Truth)
		}
	}
	if _, findings := DependencyFile.Load("dependencies.yaml", []byte("licenses: {}\n")); len(findings) != 1 || !findings[0].Error {
		t.Errorf("a word that is not known: %v", findings)
	}
}
