package advisory_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/advisory"
)

func day(s string) time.Time { t, _ := time.Parse(time.DateOnly, s); return t }

func events(text string) (r advisory.Range) {
	r.Type = "ECOSYSTEM"
	for _, word := range strings.Fields(text) {
		kind, version, _ := strings.Cut(word, ":")
		switch kind {
		case "from":
			r.Events = append(r.Events, advisory.Event{Introduced: version})
		case "fixed":
			r.Events = append(r.Events, advisory.Event{Fixed: version})
		case "last":
			r.Events = append(r.Events, advisory.Event{LastAffected: version})
		case "limit":
			r.Events = append(r.Events, advisory.Event{Limit: version})
		}
	}
	return r
}

// The ranges are those of advisories that were published, and the versions were released.
func TestAVersionIsAffectedAsItsEcosystemOrdersThem(t *testing.T) {
	for _, c := range []struct{ ecosystem, events, in, out string }{
		{"Go", "from:0 fixed:0.17.0", "v0.0.0-20190620200207-3b0461eec859 v0.16.9 v0.17.0-rc.1", "v0.17.0 v0.17.1 v1.0.0"},                                     // GO-2023-2102
		{"Go", "from:0 fixed:1.20.10 from:1.21.0-0 fixed:1.21.3", "1.20.9 1.21.0 1.21rc2 1.19", "1.20.10 1.20.11 1.21.3 1.22rc1"},                              // the same, of the standard library
		{"Go", "fixed:1.21.3 from:1.21.0-0 fixed:1.20.10 from:0", "1.20.9 1.21.0", "1.20.10 1.21.3"},                                                           // in another order
		{"Go", "from:0 fixed:0.0.0-20250806193153-183891f8d535 from:0.1.0", "v0.0.0-20240101000000-000000000000 v2.3.1", "v0.0.0-20260101000000-000000000000"}, // GO-2025-3853
		{"Go", "from:2.0.0 fixed:2.8.2", "v2.8.1+incompatible v2.0.0", "v2.8.2+incompatible v1.9.0"},
		{"npm", "from:0 fixed:4.17.21", "4.17.20 4.17.21-beta.1 0.0.1", "4.17.21 5.0.0"}, // lodash, GHSA-35jh-r3h4-6jhm
		{"npm", "from:1.0.0-rc.1 last:1.2.3", "1.0.0-rc.1 1.0.0 1.2.3", "1.0.0-beta.9 1.2.4"},
		{"PyPI", "from:0 fixed:2.31.0", "2.30.0 2.31.0rc1 2.31.0.dev1 2.4", "2.31.0 2.31 2.31.0.post1 2.32.0 1!1.0"}, // requests, PYSEC-2023-74
		{"PyPI", "from:1.0a1 fixed:1.0", "1.0a1 1.0b2 1.0rc1 1.0RC1", "1.0.dev1 1.0 1.0.0"},
		{"crates.io", "from:0.0.0-0 fixed:1.18.4", "1.18.3 0.1.0", "1.18.4 2.0.0"},
		{"Maven", "from:2.0-beta9 fixed:2.15.0", "2.0-beta9 2.0 2.14.1 2.15.0-rc1 2.15.0-SNAPSHOT", "2.0-beta8 2.15.0 2.15 2.16.0"}, // log4j, GHSA-jfh8-c2jp-5v3q
		{"Maven", "from:0 fixed:31.0-jre", "30.1-jre 1.0", "31.0-jre 31.1"},
		{"Debian:12", "from:0 fixed:3.0.11-1~deb12u2", "3.0.11-1~deb12u1 3.0.9-1 3.0.11-1~deb12u2~x", "3.0.11-1~deb12u2 3.0.11-1 3.1.0-1 1:1.0"},
		{"Debian:12", "from:0 fixed:1:9.2p1-2+deb12u3", "1:9.2p1-2 9.9 1:9.2p1-2+deb12u2", "1:9.2p1-2+deb12u3 2:1"},
		{"Alpine:v3.20", "from:0 fixed:3.3.2-r1", "3.3.2-r0 3.3.1-r9 3.3.2_rc1-r5", "3.3.2-r1 3.3.2-r2 3.3.10-r0 3.4.0-r0"},
		{"Ubuntu:22.04:LTS", "from:0 fixed:2.35-0ubuntu3.5", "2.35-0ubuntu3.4", "2.35-0ubuntu3.5 2.35-0ubuntu3.10"},
		{"Go", "from:0 fixed:2.0.0 limit:1.5.0", "1.4.0", "1.5.0 1.6.0"},
		{"Go", "from:0", "v0.0.1 v99.0.0", ""},
	} {
		a := advisory.Affected{Ecosystem: c.ecosystem, Name: "x", Ranges: []advisory.Range{events(c.events)}}
		for want, versions := range map[bool]string{true: c.in, false: c.out} {
			for _, version := range strings.Fields(versions) {
				if v, err := a.Of(version); err != nil || v.Affected != want {
					t.Errorf("%s %s in %q: %v %v, want %v", c.ecosystem, version, c.events, v.Affected, err, want)
				}
			}
		}
	}
}

func TestAListedVersionIsAffectedHoweverItIsWritten(t *testing.T) {
	a := advisory.Affected{Ecosystem: "PyPI", Name: "x", Versions: []string{"1.0", "2.0rc1"}}
	for version, want := range map[string]bool{"1.0": true, "1.0.0": true, "2.0.0rc1": true, "2.0": false} {
		if v, err := a.Of(version); err != nil || v.Affected != want {
			t.Errorf("%s: %v %v", version, v, err)
		}
	}
}

func TestWhatIsFixedIsWhatComesAfterTheVersion(t *testing.T) {
	a := advisory.Affected{Ecosystem: "Go", Name: "stdlib", Ranges: []advisory.Range{events("from:0 fixed:1.20.10 from:1.21.0-0 fixed:1.21.3")}}
	for version, want := range map[string]string{"1.19": "[1.20.10 1.21.3]", "1.21.1": "[1.21.3]"} {
		if v, err := a.Of(version); err != nil || fmt.Sprint(v.Fixed) != want {
			t.Errorf("%s: %v %v", version, v.Fixed, err)
		}
	}
}

func TestAVersionThatIsNoneIsNotCalledUnaffected(t *testing.T) {
	for _, c := range []struct{ ecosystem, version string }{
		{"Go", ""}, {"Go", "latest"}, {"npm", "git+https://x"}, {"npm", "next"}, {"PyPI", "what"}, {"crates.io", "x.y"}, {"Maven", "[1,2)"}, {"Debian:12", "-"}, {"Alpine:v3.20", "?"}, {"Nowhere", "1.0"}, {"Go", "v" + strings.Repeat("1.", 5000) + "0"},
	} {
		a := advisory.Affected{Ecosystem: c.ecosystem, Name: "x", Ranges: []advisory.Range{events("from:0 fixed:1.0.0")}}
		if v, err := a.Of(c.version); err == nil {
			t.Errorf("%s %q is %v", c.ecosystem, c.version, v)
		}
	}
	odd := advisory.Affected{Ecosystem: "PyPI", Name: "x", Ranges: []advisory.Range{events("from:0 fixed:what")}}
	if v, err := odd.Of("1.0"); err == nil {
		t.Errorf("of a range that no one understands, 1.0 is %v", v)
	}
}

func book(t *testing.T, list ...advisory.Advisory) (*advisory.Book, []byte) {
	t.Helper()
	var b bytes.Buffer
	w, err := advisory.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if err := w.Add(a); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(advisory.About{Source: "test", AsOf: day("2026-11-01")}); err != nil {
		t.Fatal(err)
	}
	opened, err := advisory.Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return opened, b.Bytes()
}

func about(id, name, says string, aliases ...string) advisory.Advisory {
	return advisory.Advisory{ID: id, Aliases: aliases, Summary: id, Affected: []advisory.Affected{{Ecosystem: "Go", Name: name, Ranges: []advisory.Range{events(says)}}}}
}

func TestAdvisoriesThatNameEachOtherAreOne(t *testing.T) {
	gone := about("GO-4", "a", "from:0")
	gone.Withdrawn = day("2026-01-01")
	one, _ := book(t, about("GO-1", "a", "from:0 fixed:2.0.0", "CVE-1"), about("GO-2", "a", "from:0 fixed:3.0.0"), about("GO-3", "b", "from:0"), gone)
	other, _ := book(t, about("GHSA-1", "a", "from:0 fixed:2.0.1", "CVE-1"), about("CVE-1", "a", "from:0 fixed:2.0.0"))
	hits, unclear, err := advisory.Library{one, other}.Match("Go", "a", "v1.0.0")
	if err != nil || len(unclear) > 0 {
		t.Fatal(err, unclear)
	}
	var got []string
	for _, h := range hits {
		got = append(got, fmt.Sprint(h.ID, h.Also, h.Fixed))
	}
	if s, want := strings.Join(got, "|"), "CVE-1[GHSA-1 GO-1] [2.0.0 2.0.1]|GO-2[] [3.0.0]"; s != want {
		t.Errorf("want %s\ngot  %s", want, s)
	}
	if found, err := (advisory.Library{one, other}).Named("cve-1"); err != nil || len(found) != 3 {
		t.Errorf("by an alias %d are found, %v", len(found), err)
	}
	if found, err := (advisory.Library{one}).Named("GO-4"); err != nil || len(found) != 1 {
		t.Errorf("one that was withdrawn is shown: %v %v", found, err)
	}
}

func TestAnEcosystemIsKnownAsOfItsOldestBook(t *testing.T) {
	one, _ := book(t, about("GO-1", "a", "from:0"))
	other, _ := book(t, about("GO-2", "a", "from:0"))
	other.AsOf = day("2026-10-01")
	at, covered := advisory.Library{one, other}.AsOf("Go")
	if !covered || !at.Equal(day("2026-10-01")) {
		t.Errorf("as of %v %v", at, covered)
	}
	if _, covered := (advisory.Library{one}).AsOf("npm"); covered {
		t.Error("npm is known without an advisory of it")
	}
}

// Any byte that is altered is seen, or is in an advisory that was not asked for.
func TestADamagedBookIsNeverReadAsOneThatKnowsNothing(t *testing.T) {
	_, raw := book(t, about("GO-1", "a", "from:0"), about("GO-2", "b", "from:0"))
	asked := func(raw []byte) error {
		b, err := advisory.Open(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return err
		}
		hits, _, err := advisory.Library{b}.Match("Go", "a", "v1.0.0")
		if err == nil && len(hits) != 1 {
			t.Errorf("%d are found", len(hits))
		}
		return err
	}
	if err := asked(raw); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 0x40
		if asked(bad) != nil {
			seen++
		}
		if asked(raw[:i]) == nil {
			t.Errorf("cut off after %d bytes it is read", i)
		}
	}
	if seen < len(raw)/2 {
		t.Errorf("of %d altered bytes %d are seen", len(raw), seen)
	}
}

func TestAnAdvisoryThatCannotBeReadIsSaid(t *testing.T) {
	for _, text := range []string{
		`[]`, `{`, `{}`, `{"id": "a b"}`, `{"id": "../x"}`, `{"id": "A", "affected": [{"package": {"name": "x"}}]}`,
		`{"id": "A", "affected": [{"package": {"name": "x", "ecosystem": "Go"}, "ranges": [{"type": "NEW", "events": []}]}]}`,
		`{"id": "A", "affected": [{"package": {"name": "x", "ecosystem": "Go"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0", "fixed": "1"}]}]}]}`,
		`{"id": "A", "affected": [{"package": {"name": "x", "ecosystem": "Go"}, "ranges": [{"type": "SEMVER", "events": [{}]}]}]}`,
	} {
		if a, err := advisory.Parse([]byte(text)); err == nil {
			t.Errorf("%s is %+v", text, a)
		}
	}
}
