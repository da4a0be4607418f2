package prototyping

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/flag"
)

// The rules about flags that a repository declares itself.
const (
	valid   = "flags/valid"
	notPast = "flags/not-past-their-day"
	used    = "flags/used"
)

// schemaOf stands in each file of flags that is one of flagd's.
var schemaOf = []byte("flagd.dev/schema")

// flagChecks judges files of flags, and finds where the code asks for them.
func flagChecks(clock func() time.Time) check.Kind {
	now := func() time.Time {
		if clock != nil {
			return clock()
		}
		return time.Now()
	}
	return check.Kind{
		Name: "flags", Rules: flagRules,
		Tool: func() string { return "flags@1 " + now().UTC().Format(time.DateOnly) },
		Check: func(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
			return judge(ctx, t, rules, now())
		},
	}
}

// flagFiles are the files of flags of a tree, which say so.
func flagFiles(t *check.Tree) (files []check.File) {
	for _, f := range t.Files {
		name := path.Base(f.Path)
		if !regular(f) || name != flag.TeamFile && !strings.HasSuffix(name, ".flagd.json") || f.Size > 4<<20 {
			continue
		}
		if text, err := t.Read(f); err == nil && bytes.Contains(text, schemaOf) {
			files = append(files, f)
		}
	}
	return files
}

// flagRules are there where flags are.
func flagRules(_ context.Context, t *check.Tree) ([]check.Rule, error) {
	if t == nil || len(flagFiles(t)) == 0 {
		return nil, nil
	}
	file := func(expires, more string) string {
		return `{"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": {"new-checkout": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",` + more +
			` "metadata": {"owner": "group/shop", "kind": "release", "expires": "` + expires + `"}}}}`
	}
	code := map[string]string{"shop.go": "package shop\n\nconst flag = \"new-checkout\"\n", flag.TeamFile: file("2999-12-31", "")}
	cite := []check.Cite{{Title: "flagd, flag definitions", URL: "https://flagd.dev/reference/flag-definitions/"}}
	rules := []check.Rule{
		{ID: valid, Says: "Feature flags are written so that programs can ask for them, with an owner, a kind and a day.", Severity: claims.Block,
			Why:        "A file of flags with a mistake is not taken, and programs go on with what was there before.",
			Remedy:     "prentice flag check flags.json says what is wrong, and where",
			Violations: []check.Example{{Files: map[string]string{flag.TeamFile: file("2999-12-31", ` "targetting": {},`)}}}, Passes: []check.Example{{Files: code}}},
		{ID: notPast, Says: "A feature flag is removed by its day.", Severity: claims.Warn,
			Why:        "A flag that stays is a branch of the code that no one tests, and one day someone turns it.",
			Remedy:     "keep the variant that everyone has, and remove the flag from the code and from the file, as the change does that prentice drafts in a repository that it keeps; or give it another day",
			Violations: []check.Example{{Files: map[string]string{flag.TeamFile: file("2020-01-01", ""), "shop.go": code["shop.go"]}}}, Passes: []check.Example{{Files: code}}},
		{ID: used, Says: "A feature flag is asked for by code of the repository.", Severity: claims.Advise,
			Why:        "A flag that no code asks for decides nothing, and hides those that do.",
			Remedy:     "remove it from the file, if no other repository asks for it",
			Violations: []check.Example{{Files: map[string]string{flag.TeamFile: file("2999-12-31", "")}}}, Passes: []check.Example{{Files: code}}},
	}
	for i := range rules {
		rules[i].Kind, rules[i].Source, rules[i].Cites, rules[i].Asks = "flags", "built in", cite, "1"
	}
	return rules, nil
}

// judge reads the files, and looks for the keys in all others where a rule wants that.
func judge(ctx context.Context, t *check.Tree, rules []check.Rule, now time.Time) ([]check.Outcome, error) {
	found := map[string][]check.Finding{}
	add := func(rule string, f check.Finding) { found[rule] = append(found[rule], f) }
	type declared struct {
		file string
		*flag.Flag
	}
	var all []declared
	for _, f := range flagFiles(t) {
		text, err := t.Read(f)
		if err != nil {
			return nil, err
		}
		set, findings := flag.Load(f.Path, text)
		for _, x := range findings {
			add(valid, check.Finding{Path: f.Path, Line: x.At.Line, Says: x.Text, Remedy: x.Hint, Key: x.Text})
		}
		if set == nil {
			continue
		}
		for _, one := range set.Flags {
			all = append(all, declared{f.Path, one})
		}
	}
	keys := make([]string, len(all))
	for i, d := range all {
		keys[i] = d.Key
	}
	places, err := references(ctx, t, keys)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		at := places[d.Key]
		if d.Due(now) {
			add(notPast, check.Finding{Path: d.file, Line: d.Line, Key: d.Key, Places: at,
				Says: fmt.Sprintf("the flag %q was to be gone by %s, and %d places of the code ask for it", d.Key, d.Expires.Format(time.DateOnly), len(at))})
		}
		if len(at) == 0 {
			add(used, check.Finding{Path: d.file, Line: d.Line, Key: d.Key, Says: fmt.Sprintf("no code here asks for the flag %q", d.Key)})
		}
	}
	var list []check.Outcome
	for _, r := range rules {
		list = append(list, outcomeOf(r, found[r.ID]))
	}
	return list, nil
}

// outcomeOf is what was found of a rule: nothing is a pass.
func outcomeOf(r check.Rule, findings []check.Finding) check.Outcome {
	o := check.Outcome{Rule: r.ID, Truth: prentice.Pass, Findings: findings}
	if len(findings) > 0 {
		o.Truth = prentice.Fail
	}
	return o
}

const (
	mostSearched = 1 << 20 // bytes of a file
	mostPlaces   = 100     // of a flag
)

// references are the places where the keys stand in quotes.
func references(ctx context.Context, t *check.Tree, keys []string) (map[string][]check.Place, error) {
	places := map[string][]check.Place{}
	if len(keys) == 0 {
		return places, nil
	}
	known := map[string]bool{}
	for _, key := range keys {
		known[key] = true
	}
	flags := map[string]bool{}
	for _, f := range flagFiles(t) {
		flags[f.Path] = true
	}
	for _, f := range t.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if flags[f.Path] || !regular(f) || f.Size > mostSearched {
			continue
		}
		text, err := t.Read(f)
		if err != nil {
			return nil, err
		}
		line := 0
		for row := range bytes.Lines(text) {
			line++
			for _, word := range quoted(row) {
				if known[word] && len(places[word]) < mostPlaces {
					places[word] = append(places[word], check.Place{Path: f.Path, Line: line})
				}
			}
		}
	}
	return places, nil
}

// quoted are the texts in quotes of a line.
func quoted(row []byte) (words []string) {
	for i := 0; i < len(row); i++ {
		if row[i] != '"' && row[i] != '\'' && row[i] != '`' {
			continue
		}
		end := bytes.IndexByte(row[i+1:], row[i])
		if end < 0 {
			continue
		}
		if end > 0 && end <= 100 {
			words = append(words, string(row[i+1:i+1+end]))
		}
	}
	return words
}

// regular says whether it has a content of its own.
func regular(f check.File) bool { return f.Mode == check.Regular || f.Mode == check.Executable }
