package forge

import (
	"fmt"
	"strings"

	"prentice/internal/kit/clip"
)

// Standing is how a change stands, as far as a forge is told.
type Standing struct {
	Change int64
	State  string   // open, queued, landed, abandoned
	Set    int      // the newest patch set
	Lacks  []string // names of claims that fail
	Asked  []string // names of claims of which nothing is known yet
	Landed string   // the commit as which it came into the branch
	Left   string   // why it left the queue, if it did: one of our own sentences
	Fork   bool
	Link   string // of its page
	Branch string
}

// Statuses are what is said beside the newest commit of a pull request. The one that a
// forge is to ask for stays pending until the queue has landed it: with it on a commit that
// was checked alone, the button of the forge would merge what was checked together with nothing.
func (s Standing) Statuses() []Status {
	review := Status{Context: Review, State: Success, Says: "nothing is missing", Link: s.Link}
	switch {
	case s.State == "abandoned":
		review.State, review.Says = Failure, "it was given up"
	case s.State == "landed":
	case len(s.Lacks) > 0:
		review.State, review.Says = Pending, clip.To("missing: "+strings.Join(s.Lacks, ", "), 120)
		for _, l := range s.Lacks {
			if !strings.HasPrefix(l, "review/") {
				review.State = Failure
			}
		}
	case len(s.Asked) > 0:
		review.State, review.Says = Pending, fmt.Sprintf("%d not known yet", len(s.Asked))
	}
	queue := Status{Context: Queue, State: Pending, Says: "it lands by the queue of prentice", Link: s.Link}
	switch s.State {
	case "landed":
		queue.State, queue.Says = Success, "landed as "+short(s.Landed)
	case "queued":
		queue.Says = "it waits in the queue of prentice"
	}
	return []Status{review, queue}
}

// Marker begins the comment, unseen, so that it is found again. It has no number of ours in
// it: after everything here was lost and put back it is still the one.
const Marker = "<!-- prentice: the one comment -->"

// Comment is the one that is kept in a pull request. Nothing in it is of strangers but names
// of claims, and those stand as code.
func (s Standing) Comment() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", Marker)
	name := fmt.Sprintf("change/%d", s.Change)
	if s.Link != "" {
		name = fmt.Sprintf("[%s](%s)", name, s.Link)
	}
	switch s.State {
	case "landed":
		line("%s has landed on %s as `%s`: exactly the tree that was checked.", name, code(s.Branch), short(s.Landed))
	case "abandoned":
		line("%s was given up.", name)
	case "queued":
		line("%s, patch set %d, waits in the queue to land on %s.", name, s.Set, code(s.Branch))
	default:
		line("%s, patch set %d, is reviewed and lands by prentice: please do not merge it here.", name, s.Set)
	}
	if s.Left != "" && s.State == "open" {
		line("\nIt left the queue: %s", code(s.Left))
	}
	list := func(head string, names []string) {
		if len(names) == 0 || s.State != "open" {
			return
		}
		line("\n%s\n", head)
		for _, n := range names[:min(len(names), 20)] {
			line("- %s", code(n))
		}
		if more := len(names) - 20; more > 0 {
			line("- and %d more", more)
		}
	}
	list("Missing:", s.Lacks)
	list("Not known yet:", s.Asked)
	if s.State == "open" && s.Fork {
		line("\nIt comes from a fork: nothing of it is run before someone of the team approves it or has it checked.")
	}
	if s.State == "open" && len(s.Lacks) == 0 {
		line("\nTo land it: `prentice change land %d`", s.Change)
	}
	return b.String()
}

// code is text as forges show it without reading it: no markup, no name that is called, no
// word that closes an issue.
func code(text string) string {
	return "`" + strings.NewReplacer("`", "'", "\n", " ", "\r", " ").Replace(clip.Text(text)) + "`"
}

func short(id string) string { return id[:min(len(id), 12)] }

// Weaker is what prentice promises of a repository of its own, and cannot of one on a forge.
func Weaker(branch string) []string {
	return []string{
		"Who may push to " + branch + " on the forge moves it past the queue. prentice sees it afterwards, and cannot refuse it: let only the person of the token push there, and ask for the status " + Queue,
		"Administrators of the forge can change that protection, and everything else there, without a trace here",
		"An approval that is given on the forge is not known here, and does not count; a rule of review there is not asked here",
		"What is pushed to the forge is there before prentice reads it: a secret in it is found by the checks, and not kept out",
		"Who wrote a change is known by the addresses of its commits and by the name of its author on the forge; who else pushed to its branch there is not",
		"Comments on the forge stay there, and those made here are not shown there",
	}
}
