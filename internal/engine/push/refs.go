package push

import (
	"fmt"
	"strings"

	"prentice"
)

// Rules are those of a repository for its refs, as they stand where the push would move
// them.
type Rules struct {
	Branch    string // the one that counts
	Protected func(branch string) bool
	Refs      []Ref // that there are
	Changes   bool  // changes are taken
}

// Ref is one that there is.
type Ref struct {
	Name, ID string
	Symbolic string // the ref that it stands for; "" is none
}

// mostCommands is how many refs one push may move.
const mostCommands = 2000

// Refs says of each command whether its ref may be moved so.
func Refs(p Push, r Rules) []Answer {
	there, folded := make(map[string]Ref, len(r.Refs)), make(map[string]string, len(r.Refs))
	for _, ref := range r.Refs {
		there[ref.Name] = ref
		folded[strings.ToLower(ref.Name)] = ref.Name
	}
	answers := make([]Answer, len(p.Commands))
	for i, c := range p.Commands {
		answers[i] = Answer{Ref: c.Ref, Refused: r.one(p, c, there, folded)}
		folded[strings.ToLower(c.Ref)] = c.Ref
	}
	if len(p.Commands) > mostCommands {
		answers[0].Refused = &Refusal{Rule: "refs/many", Says: fmt.Sprintf("a push of %d refs, and at most %d are moved at once", len(p.Commands), mostCommands), Remedy: "push them in parts, or bring the repository in with: prentice repository import"}
	}
	return answers
}

func (r Rules) one(p Push, c Command, there map[string]Ref, folded map[string]string) *Refusal {
	if why := RefName(strings.SplitN(c.Ref, "%", 2)[0]); why != "" {
		return &Refusal{Rule: "refs/name", Says: fmt.Sprintf("%q can be no name here: %s", Plain(c.Ref), why), Remedy: "push it under a plain name, such as refs/heads/fix-login"}
	}
	if there[c.Ref].Symbolic != "" {
		return &Refusal{Rule: "refs/symbolic", Says: c.Ref + " stands for another ref, which no push moves through it", Place: c.Ref, Remedy: "push to a branch of its own"}
	}
	if branch, _, ok := c.For(); ok {
		return r.proposal(c, branch, there)
	}
	if other := folded[strings.ToLower(c.Ref)]; other != "" && other != c.Ref && c.Creates() {
		return &Refusal{Rule: "refs/case", Says: fmt.Sprintf("%s differs from %s by its letters' case alone, and where case does not count they are one", c.Ref, other), Place: c.Ref, Remedy: "choose another name"}
	}
	if why := newName(c.Ref); why != "" && c.Creates() && (strings.HasPrefix(c.Ref, heads) || strings.HasPrefix(c.Ref, tags)) {
		return &Refusal{Rule: "refs/name", Says: fmt.Sprintf("%q can be no name here: %s", Plain(c.Ref), why), Place: c.Ref, Remedy: "choose a plain name, such as fix-login"}
	}
	switch {
	case strings.HasPrefix(c.Ref, heads):
		return r.branch(p, c, there)
	case strings.HasPrefix(c.Ref, tags):
		return tag(p, c)
	}
	return &Refusal{Rule: "refs/kind", Says: c.Ref + " is neither a branch nor a tag", Place: c.Ref, Remedy: "push to refs/heads/… or refs/tags/…; a change is proposed with refs/for/" + r.Branch}
}

// proposal is a change that is proposed.
func (r Rules) proposal(c Command, branch string, there map[string]Ref) *Refusal {
	switch {
	case c.Deletes():
		return &Refusal{Rule: "changes/delete", Says: "a change is not taken back by deleting " + c.Ref, Remedy: "abandon it: prentice change abandon NUMBER"}
	case there[heads+branch].Name == "" || there[heads+branch].Symbolic != "":
		return &Refusal{Rule: "changes/branch", Says: fmt.Sprintf("there is no branch %s for which a change could be", branch), Place: c.Ref, Remedy: r.branchFirst(branch)}
	case !r.Changes:
		return &Refusal{Rule: "changes/closed", Says: "no changes are taken on this server", Remedy: "ask its owner"}
	}
	return nil
}

// branchFirst is what to do where there is no branch for which a change could be. The one
// that is protected is made by the first push to it.
func (r Rules) branchFirst(branch string) string {
	if branch == r.Branch {
		return "push what it begins with to it: git push origin HEAD:" + branch
	}
	return "propose it for one that there is: git push origin HEAD:refs/for/" + r.Branch
}

// branch is a branch that is to be moved.
func (r Rules) branch(p Push, c Command, there map[string]Ref) *Refusal {
	name := c.Branch()
	if _, change := p.Option("change"); change && !c.Deletes() { // it becomes a change, and moves no branch
		target, named := p.Option("target")
		if !named {
			target = r.Branch
		}
		return r.proposal(c, target, there)
	}
	if why := BranchName(name); why != "" && c.Creates() {
		return &Refusal{Rule: "refs/name", Says: fmt.Sprintf("%q can be no name of a branch: %s", Plain(name), why), Place: c.Ref, Remedy: "choose another name, such as fix-login"}
	}
	if !r.Protected(name) {
		return nil
	}
	switch {
	case c.Deletes():
		return &Refusal{Rule: "branch/protected", Says: name + " is protected, and no one deletes it", Place: c.Ref, Remedy: "push to another branch"}
	case c.Creates() && name == r.Branch && there[c.Ref].Name == "":
		return nil // the first push makes it
	}
	return &Refusal{Rule: "branch/protected", Says: name + " is protected: nothing moves it but the merge queue, not even an owner", Place: c.Ref,
		Remedy: "propose a change: git push origin HEAD:refs/for/" + name}
}

// tag is a tag: it names one thing, and goes on to do so.
func tag(p Push, c Command) *Refusal {
	switch {
	case c.Creates():
		return nil
	case c.Deletes() && p.By.Role.Includes(prentice.Approver):
		return nil
	case c.Deletes():
		return &Refusal{Rule: "tags/delete", Says: c.Ref + " is a tag, and you may not delete it", Place: c.Ref, Remedy: "ask someone who is approver"}
	}
	return &Refusal{Rule: "tags/moved", Says: c.Ref + " is there, and a tag does not move: those who fetched it would not see it", Place: c.Ref, Remedy: "make a new tag"}
}
