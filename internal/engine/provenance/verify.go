package provenance

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/dsse"
)

// The files of a link.
const (
	LinkFile    = "landing.json"
	SummaryFile = "summary.json"
	BillFile    = "bill.cdx.json" // what the commit is built from, in CycloneDX
)

// Files are all of them.
var Files = []string{LinkFile, SummaryFile, BillFile}

// RefOf is where the chain of a branch is.
func RefOf(branch string) string { return "refs/attestations/heads/" + branch }

// RuleFiles are what says in a repository what its branch asks for.
var RuleFiles = []string{".prentice", "CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"}

// Clone is what is asked of a clone.
type Clone interface {
	Tree(commit string) (string, error)
	Rules(commit string) (string, error)
	// Between are the commits after from up to to by their first parents, the last first;
	// without from it is all.
	Between(from, to string) ([]string, error)
}

// Report is what a chain proves.
type Report struct {
	Repository string   `json:"repository"`
	Branch     string   `json:"branch"`
	Tip        string   `json:"tip"`
	Links      []Link   `json:"links"`  // that hold, the last first
	Levels     []string `json:"levels"` // of the commit at the end
	Before     int      `json:"before"` // commits from before the first landing, of which nothing is said
	Faults     []string `json:"faults"`
	Notes      []string `json:"notes"`
}

// Verify proves a chain, given the files of its links, the last first.
func Verify(keys []ed25519.PublicKey, branch, tip string, files []map[string][]byte, clone Clone) (Report, error) {
	r := Report{Branch: branch, Tip: tip, Links: []Link{}, Levels: []string{}, Faults: []string{}, Notes: []string{}}
	fault := func(format string, args ...any) { r.Faults = append(r.Faults, fmt.Sprintf(format, args...)) }
	if len(files) == 0 {
		fault("nothing is attested of %s here: either nothing has landed by the queue yet, or it was not fetched: git fetch origin 'refs/attestations/*:refs/attestations/*'", branch)
		return r, nil
	}
	var links []Link
	for i, f := range files {
		l, err := opened(keys, f)
		if err != nil {
			fault("link %d from the end: %v", i+1, err)
			return r, nil
		}
		links = append(links, l)
	}
	last := links[0]
	r.Repository = last.Repository
	if last.To != tip {
		fault("%s is at %s, and what was attested last is %s: it was moved without landing, or the chain is not the newest", branch, short(tip), short(last.To))
	}
	for i, l := range links {
		wrong := len(r.Faults)
		switch {
		case l.Ref != "refs/heads/"+branch:
			fault("landing %d is of %s, and not of %s", l.Number, clip.Text(l.Ref), branch)
		case l.Repository != last.Repository:
			fault("landing %d is of the repository %s, and not of %s", l.Number, clip.Text(l.Repository), clip.Text(last.Repository))
		}
		if i+1 < len(links) {
			before := links[i+1]
			if l.From != before.To || l.Number != before.Number+1 {
				fault("landing %d begins at %s, and the one before it, %d, ended at %s: a link is missing", l.Number, short(l.From), before.Number, short(before.To))
			}
			if l.Before != prentice.Digest(files[i+1][LinkFile]) {
				fault("landing %d was signed behind another link than the one before it: that was exchanged", l.Number)
			}
			if l.At.Before(before.At) {
				fault("landing %d is older than the one before it", l.Number)
			}
		} else if l.Before != "" || l.Number != 1 {
			fault("the chain begins with landing %d: the links before it are missing", l.Number)
		}
		if says := billed(l, files[i][BillFile]); says != "" {
			fault("landing %d: %s", l.Number, says)
		}
		if err := inClone(l, clone, fault); err != nil {
			return r, err
		}
		if len(r.Faults) == wrong {
			r.Links = append(r.Links, l)
		}
	}
	r.Levels = last.Levels()
	return r, about(&r, links, clone)
}

// billed says what is wrong with the bill of materials beside a link.
func billed(l Link, bill []byte) string {
	switch {
	case l.Bill == "" && bill == nil:
		return ""
	case l.Bill == "":
		return "a bill of materials lies beside it that was not signed"
	case bill == nil:
		return "its bill of materials is missing"
	case prentice.Digest(bill) != l.Bill:
		return "its bill of materials is not the one that was signed: it was exchanged"
	}
	return ""
}

// inClone compares a link with what the clone has.
func inClone(l Link, clone Clone, fault func(string, ...any)) error {
	tree, err := clone.Tree(l.To)
	if prentice.KindOf(err) == prentice.NotFound {
		fault("landing %d is of %s, which is not in this clone", l.Number, short(l.To))
		return nil
	}
	if err != nil {
		return err
	}
	if tree != l.Tree {
		fault("landing %d: %s has the tree %s, and %s was checked", l.Number, short(l.To), short(tree), short(l.Tree))
	}
	steps, err := clone.Between(l.From, l.To)
	if err != nil && prentice.KindOf(err) != prentice.NotFound {
		return err
	}
	if len(steps) == 0 || steps[len(steps)-1] != l.From {
		fault("landing %d: %s does not stand on %s", l.Number, short(l.To), short(l.From))
		return nil
	}
	rules, err := clone.Rules(l.From)
	if err != nil {
		return err
	}
	if rules != l.Rules {
		fault("landing %d was judged by other rules than those of the branch before it, at %s: an older policy may have been used again", l.Number, short(l.From))
	}
	return nil
}

// about adds what the chain does not prove.
func about(r *Report, links []Link, clone Clone) error {
	first := links[len(links)-1]
	all, err := clone.Between("", first.From)
	if err != nil && prentice.KindOf(err) != prentice.NotFound {
		return err
	}
	if r.Before = len(all); r.Before > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("commits from before the first landing, of which nothing is attested: %d", r.Before))
	}
	if says := links[0].BillSays; says != "" {
		r.Notes = append(r.Notes, "there is no bill of materials of the last landing: "+clip.Text(says))
	}
	flaky := 0
	for _, l := range links {
		if l.Flaky {
			flaky++
		}
	}
	if flaky > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("landings whose tree also failed once, by chance: %d", flaky))
	}
	r.Notes = append(r.Notes, "commits that merges bring as second parents were reviewed as they are, and checked as a part of the tree that landed; a branch and its chain that were both set back to an earlier moment look like that moment")
	return nil
}

// opened believes a link and its summary, where one of the keys signed both.
func opened(keys []ed25519.PublicKey, files map[string][]byte) (l Link, err error) {
	var s statement[Link]
	if err := open(keys, files[LinkFile], &s); err != nil {
		return l, fmt.Errorf("%s: %w", LinkFile, err)
	}
	l = s.Predicate
	if s.Type != StatementType || s.PredicateType != LinkType || !slices.EqualFunc(s.Subject, l.subjects(), same) {
		return l, errors.New(LinkFile + " says of its subject what it does not say of the landing")
	}
	raw, err := dsse.Decode(files[SummaryFile])
	if err != nil {
		return l, fmt.Errorf("%s: %w", SummaryFile, err)
	}
	if err := open(keys, files[SummaryFile], new(statement[json.RawMessage])); err != nil {
		return l, fmt.Errorf("%s: %w", SummaryFile, err)
	}
	if !bytes.Equal(raw.Payload, l.Summary(prentice.Digest(files[LinkFile]))) {
		return l, errors.New(SummaryFile + " is not the summary of this landing: it was exchanged")
	}
	return l, nil
}

func same(a, b subject) bool {
	return a.Digest["gitCommit"] == b.Digest["gitCommit"] && a.Digest["gitTree"] == b.Digest["gitTree"] && slices.Equal(a.Annotations["sourceRefs"], b.Annotations["sourceRefs"])
}

func open(keys []ed25519.PublicKey, file []byte, into any) error {
	if len(file) == 0 {
		return errors.New("it is missing")
	}
	e, err := dsse.Decode(file)
	if err != nil {
		return err
	}
	err = errors.New("there is no key to believe")
	for _, key := range keys {
		var text []byte
		if text, err = e.Open(key, PayloadType); err == nil {
			return json.Unmarshal(text, into)
		}
	}
	return err
}

func short(id string) string { return clip.Text(id[:min(len(id), 12)]) }
