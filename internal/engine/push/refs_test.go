package push

import (
	"cmp"
	"context"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/leak"
)

var zeros, some = strings.Repeat("0", 40), strings.Repeat("a", 40)

func rules() Rules {
	return Rules{Branch: "main", Changes: true, Protected: func(b string) bool { return b == "main" || strings.HasPrefix(b, "release/") },
		Refs: []Ref{{Name: "refs/heads/main", ID: some}, {Name: "refs/heads/release/1", ID: some}, {Name: "refs/heads/fix", ID: some}, {Name: "refs/heads/alias", ID: some, Symbolic: "refs/heads/main"}, {Name: "refs/tags/v1", ID: some}}}
}

func TestNothingButTheQueueMovesAProtectedBranch(t *testing.T) {
	owner := prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Owner}
	for _, c := range []struct {
		old, new, ref, rule string
		options             []string
	}{
		{old: some, new: some, ref: "refs/heads/main", rule: "branch/protected"},
		{old: zeros, new: some, ref: "refs/heads/main", rule: "branch/protected"}, // a client may say what it likes of what was there
		{old: some, new: zeros, ref: "refs/heads/main", rule: "branch/protected"},
		{old: some, new: some, ref: "refs/heads/release/1", rule: "branch/protected"},
		{old: zeros, new: some, ref: "refs/heads/release/2", rule: "branch/protected"},
		{old: some, new: zeros, ref: "refs/heads/main", rule: "branch/protected", options: []string{"change"}},
		{old: some, new: some, ref: "refs/heads/alias", rule: "refs/symbolic"},
		{old: zeros, new: some, ref: "refs/heads/Main", rule: "refs/case"},
		{old: zeros, new: some, ref: "refs/heads/FIX", rule: "refs/case"},
		{old: some, new: some, ref: "HEAD", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/HEAD", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/refs/heads/main", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/work", rule: "changes/branch", options: []string{"change", "target=main^0"}},
		{old: zeros, new: some, ref: "refs/heads/work", rule: "changes/branch", options: []string{"change", "target=../heads/main"}},
		{old: zeros, new: some, ref: "refs/heads/main/../../x", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/-x", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/a\x1bb", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/a\u202eb", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/x.LOCK", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/$(touch${IFS}x)", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/tags/a;b", rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/heads/" + some, rule: "refs/name"},
		{old: zeros, new: some, ref: "refs/for/alias", rule: "changes/branch"},
		{old: zeros, new: some, ref: "refs/changes/1/1", rule: "refs/kind"},
		{old: zeros, new: some, ref: "refs/replace/" + some, rule: "refs/kind"},
		{old: zeros, new: some, ref: "refs/prentice/x", rule: "refs/kind"},
		{old: some, new: some, ref: "refs/tags/v1", rule: "tags/moved"},
		{old: zeros, new: some, ref: "refs/for/none", rule: "changes/branch"},
		{old: some, new: zeros, ref: "refs/for/main", rule: "changes/delete"},
		{old: zeros, new: some, ref: "refs/for/main%topic=a", rule: ""},
		{old: some, new: some, ref: "refs/heads/main", rule: "", options: []string{"change"}}, // becomes a change
		{old: some, new: some, ref: "refs/heads/fix", rule: ""},
		{old: some, new: zeros, ref: "refs/heads/fix", rule: ""},
		{old: zeros, new: some, ref: "refs/tags/v2", rule: ""},
	} {
		p := Push{By: owner, Options: c.options, Commands: []Command{{c.old, c.new, c.ref}}}
		got := ""
		if r := Refs(p, rules())[0].Refused; r != nil {
			got = r.Rule
		}
		if got != c.rule {
			t.Errorf("%s from %.4s to %.4s %v: %q, and not %q", c.ref, c.old, c.new, c.options, got, c.rule)
		}
	}
}

func TestTheFirstPushMakesTheBranchThatCounts(t *testing.T) {
	r := rules()
	r.Refs = []Ref{{Name: "refs/heads/side", ID: some}}
	p := Push{Commands: []Command{{zeros, some, "refs/heads/main"}, {zeros, zeros, "refs/heads/main"}}}
	a := Refs(p, r)
	if a[0].Refused != nil || a[1].Refused == nil {
		t.Errorf("%+v", a)
	}
}

func TestAChangeForTheBranchThatIsNotYetIsToldHowItBegins(t *testing.T) {
	r := rules()
	r.Refs = nil
	for ref, remedy := range map[string]string{"refs/for/main": "push what it begins with to it: git push origin HEAD:main", "refs/for/none": "propose it for one that there is: git push origin HEAD:refs/for/main"} {
		if a := Refs(Push{Commands: []Command{{zeros, some, ref}}}, r); a[0].Refused == nil || a[0].Refused.Remedy != remedy {
			t.Errorf("%s: %+v", ref, a[0].Refused)
		}
	}
}

func TestTwoNewRefsThatDifferByCaseAreNotTaken(t *testing.T) {
	a := Refs(Push{Commands: []Command{{zeros, some, "refs/heads/new"}, {zeros, some, "refs/heads/New"}}}, rules())
	if a[0].Refused != nil || a[1].Refused == nil || a[1].Refused.Rule != "refs/case" {
		t.Errorf("%+v", a)
	}
}

func TestTenThousandRefsAreTooMany(t *testing.T) {
	p := Push{}
	for i := range 10_000 {
		p.Commands = append(p.Commands, Command{zeros, some, "refs/heads/b" + strings.Repeat("x", i%200) + string(rune('a'+i%26))})
	}
	if r := Refs(p, rules())[0].Refused; r == nil || r.Rule != "refs/many" {
		t.Errorf("%+v", r)
	}
}

// objects are what a push brought, in memory.
type objects struct {
	large   []Blob
	changed []Change
	added   []check.Added
	alike   [][2]string
	unnamed []string
	kind    string // that a ref would name
	tag     string // what it says
}

func (o objects) News(context.Context, []string, int, int64) (News, error) {
	return News{Commits: []string{some}, Large: o.large, Unnamed: o.unnamed}, nil
}
func (o objects) Whole(context.Context, []string) ([]check.Commit, error) {
	return nil, nil
}
func (o objects) Named(_ context.Context, _ string, tell func(check.Added)) (string, error) {
	if o.tag != "" {
		tell(check.Added{Commit: some, In: check.TagMessage, Parts: []check.Part{{Line: 3, Text: []byte(o.tag)}}})
	}
	return cmp.Or(o.kind, "commit"), nil
}
func (o objects) Alike(context.Context, string, []string) ([][2]string, error) { return o.alike, nil }
func (o objects) Reaches(context.Context, string, string) (bool, error)        { return false, nil }
func (o objects) Look(_ context.Context, _ News, _ func(string, string) bool, tell func(check.Added)) ([]Change, error) {
	for _, a := range o.added {
		tell(a)
	}
	return o.changed, nil
}

func TestWhatAPushBringsIsLookedAt(t *testing.T) {
	d, err := leak.New(leak.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	text := func(path, text string) objects {
		return objects{added: []check.Added{{Commit: some, Path: path, ID: some, Parts: []check.Part{{Line: 7, Text: []byte(text)}}}}}
	}
	said := objects{tag: "AWS_ACCESS_KEY_ID=AKIA" + "Z7VRSQ5TJN2XMCLQ"}
	if found, _, err := (Content{Secrets: d}).Found(context.Background(), Push{Commands: []Command{{zeros, some, "refs/tags/v1"}}, Objects: said}); err != nil || len(found) != 1 || found[0].Rule != "secrets/none" {
		t.Errorf("a secret that a tag says: %+v %v", found, err)
	}
	changed := func(path string, alike ...[2]string) objects {
		return objects{changed: []Change{{Commit: some, Path: path, Mode: "100644", New: true}}, alike: alike}
	}
	key := "AKIA" + "Z7VRSQ5TJN2XMCLQ"
	for rule, o := range map[string]objects{
		"secrets/none":    text("deploy.sh", "export AWS_ACCESS_KEY_ID="+key+"\n"),
		"files/size":      {large: []Blob{{ID: some, Path: "big", Size: 1 << 30}}},
		"files/lfs":       {added: []check.Added{{Commit: some, Path: "a.bin", Parts: []check.Part{{Line: 1, Text: []byte(lfs + "v1\noid sha256:1\n")}}}}},
		"files/name":      changed("a\x1b[2Jb"),
		"files/case":      changed("Readme", [2]string{"README", "Readme"}),
		"files/forbidden": changed("keys/id.pem"),
		"objects/unnamed": {unnamed: []string{some}},
		"refs/commit":     {kind: "blob"},
		"":                text("main.go", "package main\n"),
	} {
		c := Content{Secrets: d, Largest: 1 << 20, Forbidden: []string{"*.pem"}}
		p := Push{Repository: "shop", Commands: []Command{{zeros, some, "refs/heads/fix"}}, Objects: o}
		found, n, err := c.Found(context.Background(), p)
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if rule == "" {
			if len(found) > 0 {
				t.Errorf("a plain file: %+v", found)
			}
			continue
		}
		if len(found) != 1 || found[0].Rule != rule || found[0].Place == "" || found[0].Remedy == "" {
			t.Errorf("%s: %+v", rule, found)
			continue
		}
		said := found[0].Text("shop")
		if strings.Contains(said, key) || strings.Contains(said, "\x1b") {
			t.Errorf("it says %q", said)
		}
		if rule == "secrets/none" && found[0].Place != "deploy.sh:7@"+some[:12] {
			t.Errorf("the place is %q", found[0].Place)
		}
		c.Allowed = func(k string) bool { return k == found[0].Key }
		if again, _, _ := c.Found(context.Background(), p); found[0].Key != "" && len(again) > 0 {
			t.Errorf("%s is a false alarm, and refused all the same", rule)
		}
	}
}
