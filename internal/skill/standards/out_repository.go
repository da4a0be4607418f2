package standards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/op"
	"prentice/internal/team"
)

// Repositories are those of the catalog.
type Repositories struct {
	Repositories []RepositoryLine `json:"repositories"`
}

// RepositoryLine is a repository, and how its branch stands.
type RepositoryLine struct {
	team.Repository
	Truth prentice.Truth `json:"truth"`
	Says  string         `json:"says,omitempty"`
	Last  *CheckRun      `json:"last,omitempty"`
	Trend []Point        `json:"trend,omitempty"` // oldest first
}

// Table implements op.Tabler.
func (l Repositories) Table() (head []string, rows [][]string) {
	head = []string{"REPOSITORY", "STANDING", "BRANCH", "COMMIT", "FAILED", "UNKNOWN", "SEEN (UTC)", "WHY"}
	for _, r := range l.Repositories {
		row := []string{r.Ref.Name(), signOf(r.Truth), r.Branch, "–", "–", "–", "–", r.Says}
		if r.Last != nil {
			row[3], row[6] = cmp.Or(short(r.Last.Commit), "–"), op.Cell(r.Last.Seen)
			if r.Last.Judged() {
				row[4], row[5] = fmt.Sprint(r.Last.Failed), fmt.Sprint(r.Last.Unknown)
			}
		}
		rows = append(rows, row)
	}
	return head, rows
}

// Empty implements op.Emptier.
func (Repositories) Empty() string {
	return "No repository is in the catalog. Add a Resource of type repository, and put a mirror of it into the folder of repositories: see prentice help repository, and the how-to repository-standing."
}

// signOf is a truth with its shape.
func signOf(t prentice.Truth) string {
	switch t {
	case prentice.Pass:
		return "● pass"
	case prentice.Fail:
		return "■ fail"
	}
	return "◇ unknown"
}

// soon is how near the end of a waiver is of which people are told.
const soon = 30 * 24 * time.Hour

// Ending is a waiver that ends soon, and how many findings it lets be.
type Ending struct {
	check.Waiver
	Findings int `json:"findings"`
}

// Last is the last day on which it holds.
func (e Ending) Last() string { return e.Waiver.Last() }

func sortedEndings(list []Ending) []Ending {
	slices.SortFunc(list, func(a, b Ending) int {
		return cmp.Or(a.Expires.Compare(b.Expires), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Where, b.Where))
	})
	return list
}

// RepositoryShown is a repository and all that is known of it.
type RepositoryShown struct {
	team.Repository
	Now     time.Time      `json:"now"`
	Truth   prentice.Truth `json:"truth"`
	Says    string         `json:"says,omitempty"`
	Last    *CheckRun      `json:"last,omitempty"`    // of its branch
	Checked *Checked       `json:"checked,omitempty"` // what that found
	Points  []Point        `json:"trend"`             // oldest first
	Ending  []Ending       `json:"ending"`            // waivers that end soon
	Runs    []CheckRun     `json:"checks"`            // the last ones, newest first
}

// Broken are the rules that do not hold, those that block first.
func (s RepositoryShown) Broken() []Ruled { return s.Checked.of(prentice.Fail) }

// Unclear are the rules of which it is not known whether they hold.
func (s RepositoryShown) Unclear() []Ruled { return s.Checked.of(prentice.NotSeen) }

// Kept are the rules that hold.
func (s RepositoryShown) Kept() []Ruled { return s.Checked.of(prentice.Pass) }

func (c *Checked) of(t prentice.Truth) []Ruled {
	list := []Ruled{}
	if c == nil {
		return list
	}
	for _, r := range c.Rules {
		truth := r.Truth
		if truth != prentice.Pass && truth != prentice.Fail {
			truth = prentice.NotSeen
		}
		if truth == t {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b Ruled) int { return cmp.Compare(weight(a), weight(b)) })
	return list
}

func weight(r Ruled) int {
	switch {
	case r.Blocks:
		return 0
	case r.Severity == "block":
		return 1
	case r.Severity == "warn":
		return 2
	}
	return 3
}

// Counted is how many findings of a rule count, and Excused how many do not.
func (r Ruled) Counted() (n int) {
	for _, f := range r.Findings {
		if f.Excuse == check.None {
			n++
		}
	}
	return n
}

// Excused is how many findings of a rule are waived, in quarantine or in the baseline.
func (r Ruled) Excused() int { return len(r.Findings) - r.Counted() }

// Places are where a rule is broken, as people read it.
func (r Ruled) Places() []string {
	var list []string
	for _, f := range r.Findings {
		if f.Excuse == check.None {
			list = append(list, at(f.Finding)+line(f.Says))
		}
	}
	return list
}

// State is how a rule stands, in a word: one that is broken and does not block is a
// warning.
func (r Ruled) State() string {
	if r.Truth == prentice.Fail && !r.Blocks {
		return "warning"
	}
	return string(r.Truth)
}

// Page is where people read the rule: at its standard. It is "" where a server has none:
// what a repository asks of itself stands there.
func (r Ruled) Page() string {
	if r.Kind != standard.Kind || strings.HasPrefix(r.Source, ".prentice/") {
		return ""
	}
	name, rule, _ := strings.Cut(r.ID, "/")
	return "/standards/" + name + "#" + rule
}

// Urgent are the rules that do not hold, those that block first, and then those that are
// unknown.
func (c Checked) Urgent() []Ruled {
	return append((&c).of(prentice.Fail), (&c).of(prentice.NotSeen)...)
}

// Claim is the claim that a rule makes about the repository.
func (s RepositoryShown) Claim(rule string) string { return claimID(s.Ref, rule) }

// Text implements op.Texter.
func (s RepositoryShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", s.Ref, signOf(s.Truth))
	if s.Says != "" {
		fmt.Fprintf(&b, "%s\n", s.Says)
	}
	say := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-9s %s\n", name, text)
		}
	}
	b.WriteByte('\n')
	say("Owner", string(s.Owner))
	say("Branch", s.Branch)
	say("Git", s.Git)
	if s.Last != nil {
		say("Commit", s.Last.Commit)
		say("Checked", fmt.Sprintf("%s, and so still at %s", op.At(s.Last.Ended), op.At(s.Last.Seen)))
		say("Check", string(s.Last.Ref))
	}
	if s.Checked != nil {
		say("Rules", fmt.Sprintf("%d passed, %d failed, %d unknown", s.Checked.Passed, s.Checked.Failed, s.Checked.Unknown))
		say("Excused", fmt.Sprintf("%d in the baseline, %d waived, %d in quarantine", s.Checked.Old, s.Checked.Waived, len(s.Checked.Quarantine)))
	}
	for _, r := range append(s.Broken(), s.Unclear()...) {
		fmt.Fprintf(&b, "\n%s %s: %s\n    %s\n", ruledSign(r), r.ID, r.Says, r.brief())
	}
	if len(s.Ending) > 0 {
		b.WriteString("\nWaivers that end soon\n")
	}
	for _, e := range s.Ending {
		fmt.Fprintf(&b, "  %s  %s in %s, of %s: %s\n", e.Last(), e.Rule, orText(e.Where, "the whole repository"), e.Owner, line(e.Reason))
	}
	if len(s.Runs) > 0 {
		b.WriteString("\nChecks\n")
	}
	for _, r := range s.Runs {
		fmt.Fprintf(&b, "  %-10s %s  %s  %s\n", r.Ref, op.At(r.Asked), cmp.Or(short(r.Commit), "–"), r.Outcome())
	}
	return b.String()
}

func ruledSign(r Ruled) string {
	switch {
	case r.Truth != prentice.Fail:
		return "◇"
	case !r.Blocks:
		return "▲"
	}
	return "■"
}

// brief says why a rule stands as it does, in a line.
func (r Ruled) brief() string {
	if places := r.Places(); len(places) > 0 {
		if len(places) > 1 {
			return fmt.Sprintf("%s, and %d more", places[0], len(places)-1)
		}
		return places[0]
	}
	return orText(line(r.Reason), "it is broken")
}

// Brief is brief, for pages.
func (r Ruled) Brief() string { return r.brief() }

var (
	_ op.Tabler  = Repositories{}
	_ op.Emptier = Repositories{}
	_ op.Texter  = RepositoryShown{}
)
