package prototyping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/prototype"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// treeOf is a tree of files.
func treeOf(files map[string]string) *check.Tree {
	t := &check.Tree{Name: "shop", Content: func(f check.File) ([]byte, error) { return []byte(files[f.Path]), nil }}
	for name, text := range files {
		t.Files = append(t.Files, check.File{Path: name, Mode: check.Regular, Size: int64(len(text)), ID: name})
	}
	slices.SortFunc(t.Files, func(a, b check.File) int { return strings.Compare(a.Path, b.Path) })
	return t
}

const ofPrototype = `{"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": {"try": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
	"metadata": {"owner": "group/shop", "kind": "release", "expires": "2999-12-31", "prototype": "%s"}}}}`

func TestWhatOnlyPrototypesMayHaveIsFound(t *testing.T) {
	real := map[string]string{"go.mod": "module shop\n\nrequire example.org/a v1.0.0\nreplace example.org/a => example.org/b v1.2.0 // not ./here\n", "main.go": "package main\n", "main_test.go": "package main\n",
		"package.json": `{"dependencies": {"a": "1.2.3"}}`, "requirements.txt": "a==1.0\n# -e .\n-r more.txt\n", "other.flagd.json": fmt.Sprintf(ofPrototype, "another"), "prototypes/one-page.md": Marker, check.WaiverFile: "waivers: []\n"}
	found := func(change func(map[string]string)) string {
		files := map[string]string{}
		for k, v := range real {
			files[k] = v
		}
		change(files)
		o, err := onlyOf(t.Context(), treeOf(files), "one-page")
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(o.Marked, o.Loose, o.Flags, o.Relaxed, o.Tests, len(o.Unlooked))
	}
	for says, change := range map[string]func(map[string]string){
		"[] [] [] [] 1 0":                                func(map[string]string) {},
		"[] [] [] [] 0 0":                                func(f map[string]string) { delete(f, "main_test.go") },
		"[main.go:2] [] [] [] 1 0":                       func(f map[string]string) { f["main.go"] = "package main\n// " + Marker + "\n" },
		"[prototypes/one-page/a.go:1] [] [] [] 1 0":      func(f map[string]string) { f["prototypes/one-page/a.go"] = Marker; f["prototypes/other/a.go"] = Marker },
		"[] [] [] [] 1 1":                                func(f map[string]string) { f["big"] = strings.Repeat("x", mostLooked+1) },
		"[] [] [a.flagd.json:1 (try)] [] 1 0":            func(f map[string]string) { f["a.flagd.json"] = fmt.Sprintf(ofPrototype, "prototype/one-page") },
		"[] [sub/go.mod:2 (replaced by ../b)] [] [] 1 0": func(f map[string]string) { f["sub/go.mod"] = "module a\nreplace b => ../b\n" },
		"[] [requirements.txt:1 (-e ../a) requirements.txt:2 (b has no version)] [] [] 1 0": func(f map[string]string) { f["requirements.txt"] = "-e ../a\nb\nc~=1\n" },
		`[] [package.json (a is "latest") package.json (b is "file:../b")] [] [] 1 0`: func(f map[string]string) {
			f["package.json"] = `{"dependencies": {"a": "latest"}, "devDependencies": {"b": "file:../b", "c": "^1"}}`
		},
		"[] [package.json (it cannot be read)] [] [] 1 0": func(f map[string]string) { f["package.json"] = "{" },
		"[] [] [] [.prentice/waivers.yaml:2 (check/unit is waived: later)] 1 0": func(f map[string]string) {
			f[check.WaiverFile] = "waivers:\n  - rule: check/unit\n    reason: later\n    owner: group/shop\n    expires: 2999-01-31\n"
		},
		"[] [] [] [.prentice/waivers.yaml:1 (a file of waivers is a mapping)] 1 0": func(f map[string]string) { f[check.WaiverFile] = "no\n" },
	} {
		if got := found(change); got != says {
			t.Errorf("found %s, want %s", got, says)
		}
	}
}

// promoting is a prototype with code, and how what is asked of it stands.
func promoting(t *testing.T, d *db.DB, code map[string]string) (*bench, *claims.Answer) {
	t.Helper()
	b, held := newBench(t, d), &claims.Answer{May: prentice.Pass, Held: []claims.Need{{Claim: "check/unit", Truth: prentice.Pass, Blocks: true}}}
	b.Prototypes.Code = Code{
		At: func(context.Context, string, string) (*check.Tree, string, func() error, error) {
			return treeOf(code), "c0ffee", func() error { return nil }, nil
		},
		MayLand: func(_ context.Context, repository prentice.Ref, commit string) (claims.Answer, string, error) {
			if repository != "repository/shop" || commit != "c0ffee" {
				return claims.Answer{}, "", errors.New("it is asked of something else")
			}
			return *held, "", nil
		},
	}
	if _, err := b.begin(t.Context(), b.call(), newIn{Prototype: "one-page", Question: "Do people finish?", DecideBy: noon.AddDate(0, 0, 7), Owner: "group/shop", Technique: "spike", Repository: "shop"}); err != nil {
		t.Fatal(err)
	}
	return b, held
}

func TestAPrototypeBecomesRealCodeOnceNothingIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		code := map[string]string{"main.go": "// " + Marker, "main_test.go": "package main"}
		b, held := promoting(t, d, code)
		in := promoteIn{prototypeIn: prototypeIn{"one-page"}}
		asks := func(may prentice.Truth, missing string) {
			t.Helper()
			got, err := b.mayPromoteAsked(t.Context(), b.call(), in)
			if err != nil || got.May != may || missing != "" && !strings.Contains(got.Text(), missing) {
				t.Errorf("%v %s, want %q", err, got.Text(), missing)
			}
			if may == prentice.Pass {
				return
			}
			if _, err := b.promote(t.Context(), b.call(), in); prentice.KindOf(err) != prentice.Conflict {
				t.Errorf("promoted all the same: %v", err)
			}
		}
		one, err := b.store.Find(t.Context(), "one-page")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Say(t.Context(), one, prototype.Feedback{Visitor: "v", Note: "where is the button?"}, nil); err != nil {
			t.Fatal(err)
		}
		asks(prentice.Fail, "✕ prototype/marked: Nothing is marked as a prototype's only\n    main.go:1")
		code["main.go"] = "package main"
		asks(prentice.Fail, "note 1 (where is the button?)")
		if _, err := b.Prototypes.answer(t.Context(), b.call(), answerIn{9, "?"}); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
		for i := range 2 {
			if _, err := b.Prototypes.answer(t.Context(), b.call(), answerIn{1, "it is larger now"}); (err == nil) != (i == 0) {
				t.Errorf("answered %d times: %v", i+1, err)
			}
		}
		asks(prentice.NotSeen, "no one has decided")
		if _, err := b.decide(t.Context(), b.call(), decideIn{prototypeIn: in.prototypeIn, Decision: "adopt", Reason: "they finish"}); err != nil {
			t.Fatal(err)
		}
		good := *held
		*held = claims.Answer{May: prentice.NotSeen}
		asks(prentice.NotSeen, "nothing asked is never a yes")
		*held = claims.Answer{May: prentice.Pass, Held: []claims.Need{{Claim: "check/unit", Truth: prentice.Pass, Excused: "waived until May"}}}
		asks(prentice.Fail, "waived until May")
		*held = claims.Answer{May: prentice.NotSeen, Missing: []claims.Need{{Claim: "check/unit", Truth: prentice.NotSeen, Reason: check.Unasked}}}
		asks(prentice.NotSeen, "1 rule that blocks is not checked yet")
		*held = good
		asks(prentice.Pass, "")
		got, err := b.promote(t.Context(), b.call(), in)
		if err != nil || got.Commit != "c0ffee" || !strings.Contains(got.Text(), "Promoted ") {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := b.promote(t.Context(), b.call(), in); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("promoted twice: %v", err)
		}
		if !slices.Contains(b.kinds(), "prototype.promoted") || !slices.Contains(b.kinds(), "prototype.answered") {
			t.Error(b.kinds())
		}
	})
}

func TestAPrototypeThatWasDroppedOrHasNoCodeIsNotPromoted(t *testing.T) {
	b, _ := promoting(t, dbtest.SQLite(t), map[string]string{"a_test.go": ""})
	if _, err := b.decide(t.Context(), b.call(), decideIn{prototypeIn: prototypeIn{"one-page"}, Decision: "drop", Reason: "no"}); err != nil {
		t.Fatal(err)
	}
	b.new(t, "sketch")
	for name, want := range map[string]prentice.Truth{"one-page": prentice.Fail, "sketch": prentice.NotSeen} {
		if got, err := b.mayPromoteAsked(t.Context(), b.call(), promoteIn{prototypeIn: prototypeIn{name}}); err != nil || got.May != want {
			t.Errorf("%s: %v %v", name, got.May, err)
		}
	}
}
