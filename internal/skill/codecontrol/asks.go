package codecontrol

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/sshsig"
	"prentice/internal/team"
)

// CodeRules are what a team asks of the code of its repositories.
type CodeRules struct {
	Rules   []CodeRule
	Running int // checks of queues that go on at once; 0 is as usual
}

// CodeRule asks something of some branches of some repositories. What it leaves out it does
// not ask.
type CodeRule struct {
	Name         string         `json:"name"`
	Repositories []string       `json:"repositories,omitempty"` // patterns; none is all
	Branches     []string       `json:"branches,omitempty"`     // patterns; none is all
	Approvals    int            `json:"approvals,omitempty"`    // at least so many
	Owners       bool           `json:"owners,omitempty"`       // an owner of each file approves
	Resolved     bool           `json:"resolved,omitempty"`     // no thread is open
	Keep         []string       `json:"keep,omitempty"`         // what approvals outlast; nil says nothing of it
	Methods      []queue.Method `json:"methods,omitempty"`      // how changes may come; the first is the usual one
	Signed       bool           `json:"signed,omitempty"`       // commits that are proposed carry a good signature
	Forbidden    []string       `json:"forbidden,omitempty"`    // patterns of files that no push brings
	Largest      int64          `json:"largest,omitempty"`      // bytes of one file
	Line         int            `json:"line"`
}

// Asks is what holds for one branch: of each thing the stricter of all rules that are for it.
type Asks struct {
	Approvals int            `json:"approvals,omitempty"`
	Owners    bool           `json:"owners,omitempty"`
	Resolved  bool           `json:"resolved,omitempty"`
	Dies      []string       `json:"dies,omitempty"` // over what an approval does not count on: rebase, message
	Methods   []queue.Method `json:"methods"`
	Signed    bool           `json:"signed,omitempty"`
	Forbidden []string       `json:"forbidden,omitempty"`
	Largest   int64          `json:"largest"`
	By        []string       `json:"by"` // the rules of code.yaml that say so, as code.yaml:LINE NAME

	files []string // those of them that are about files
}

var methods = []queue.Method{queue.Merge, queue.Squash, queue.Rebase}

// fits says whether one of some patterns is for a name; no pattern is for all.
func fits(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, name); return ok })
}

// Of is what holds for a branch of a repository.
func (r *CodeRules) Of(repository, branch string) Asks {
	a := Asks{Methods: slices.Clone(methods), Largest: largest, By: []string{}}
	if r == nil {
		return a
	}
	for _, one := range r.Rules {
		if !fits(one.Repositories, repository) || branch != "" && !fits(one.Branches, branch) {
			continue
		}
		by := fmt.Sprintf("%s:%d %s", CodeFile.Name, one.Line, one.Name)
		if a.By = append(a.By, by); one.Forbidden != nil || one.Largest > 0 {
			a.files = append(a.files, by)
		}
		a.Approvals, a.Owners, a.Resolved, a.Signed = max(a.Approvals, one.Approvals), a.Owners || one.Owners, a.Resolved || one.Resolved, a.Signed || one.Signed
		for _, over := range []string{change.OverRebase, change.OverMessage} {
			if one.Keep != nil && !slices.Contains(one.Keep, over) && !slices.Contains(a.Dies, over) {
				a.Dies = append(a.Dies, over)
			}
		}
		if one.Methods != nil { // in the order of the rule that asks for it
			a.Methods = slices.DeleteFunc(slices.Clone(one.Methods), func(m queue.Method) bool { return !slices.Contains(a.Methods, m) })
		}
		a.Forbidden = append(a.Forbidden, one.Forbidden...)
		if one.Largest > 0 {
			a.Largest = min(a.Largest, one.Largest)
		}
	}
	return a
}

// Over are rules of review, with what the team asks beside them.
func (a Asks) Over(r change.Rules) change.Rules {
	r.Approvals, r.Owners, r.Resolved = max(r.Approvals, a.Approvals), r.Owners || a.Owners, r.Resolved || a.Resolved
	r.Rebase = r.Rebase && !slices.Contains(a.Dies, change.OverRebase)
	r.Message = r.Message && !slices.Contains(a.Dies, change.OverMessage)
	return r
}

// Method is the one that a change comes by, or why that is refused.
func (a Asks) Method(asked queue.Method) (queue.Method, error) {
	switch {
	case len(a.Methods) == 0:
		return "", prentice.Errorf(prentice.Refused, "no way to land is left by %s", strings.Join(a.By, ", ")).Try("have rules that are for the same branch share one of merge, squash and rebase")
	case asked == "":
		return a.Methods[0], nil
	case !slices.Contains(a.Methods, asked):
		return "", prentice.Errorf(prentice.Refused, "the branch takes no %s, by %s", asked, strings.Join(a.By, ", ")).Try("land it by %s", names(a.Methods))
	}
	return asked, nil
}

func names(list []queue.Method) string {
	var words []string
	for _, m := range list {
		words = append(words, string(m))
	}
	return strings.Join(words, " or ")
}

// Signature is what becomes of an author's signature by a method.
func Signature(m queue.Method) string {
	switch m {
	case queue.Squash:
		return "the commit that lands is new: its author's signature is on the patch set, and not on it"
	case queue.Rebase:
		return "a commit that stands on the end of the branch already lands as it is, with its author's signature; one that is put there anew has none"
	}
	return "the commit of the change lands as it is, with its author's signature; the merge above it has none"
}

// Text says what a branch asks, in a sentence.
func (a Asks) Text() string {
	var says []string
	if a.Approvals > 0 {
		says = append(says, fmt.Sprintf("%d approvals", a.Approvals))
	}
	if a.Owners {
		says = append(says, "owners approve")
	}
	if a.Resolved {
		says = append(says, "no open thread")
	}
	if len(a.Dies) > 0 {
		says = append(says, "approvals die by "+strings.Join(a.Dies, " and "))
	}
	if len(a.Methods) < len(methods) {
		says = append(says, "lands by "+names(a.Methods))
	}
	if a.Signed {
		says = append(says, "signed commits")
	}
	if len(a.Forbidden) > 0 {
		says = append(says, "no "+strings.Join(a.Forbidden, ", "))
	}
	if a.Largest < largest {
		says = append(says, fmt.Sprintf("files of at most %d bytes", a.Largest))
	}
	if len(says) == 0 {
		return "-"
	}
	return strings.Join(says, "; ")
}

// SignersFile is who may sign commits of all repositories of the team, as ssh-keygen(1) has it.
var SignersFile = team.File[[]sshsig.Signer]{Name: "allowed_signers", Load: func(file string, text []byte) ([]sshsig.Signer, []prentice.Finding) {
	list, err := sshsig.Signers(text)
	if err != nil {
		return nil, []prentice.Finding{{At: prentice.Pos{File: file}, Error: true, Text: err.Error(), Hint: "write a line as ssh-keygen(1) has it: PRINCIPALS KEY"}}
	}
	return list, nil
}}

// took hears what is in force of what the team asks; nil is a file that was never read.
func (k *Desk) took(r *CodeRules) { k.code.Store(&saidOfCode{r}) }

type saidOfCode struct{ rules *CodeRules }

// asks is what the team asks of a branch, by the folder in force. Where its file cannot be
// read, no one knows what it asks.
func (k *Desk) asks(repository, branch string) (Asks, error) {
	said := k.code.Load()
	if said == nil { // there is no team folder
		return (*CodeRules)(nil).Of(repository, branch), nil
	}
	if said.rules == nil {
		return Asks{}, prentice.Errorf(prentice.Unavailable, "what the team asks of its code is not known: %s was not read", CodeFile.Name).Try("see what is wrong with it: prentice doctor")
	}
	return said.rules.Of(repository, branch), nil
}
