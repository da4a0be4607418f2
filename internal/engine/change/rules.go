package change

import (
	"fmt"
	"strconv"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// RulesFile is where a repository keeps them. Those of the branch that a change is for
// count, and never those that it brings.
const RulesFile = ".prentice/review.yaml"

// Rules are what a branch asks of review.
type Rules struct {
	Approvals int  `json:"approvals"` // by so many people who did not write it
	Owners    bool `json:"owners"`    // by an owner of each file that is changed, where CODEOWNERS names some
	Resolved  bool `json:"resolved"`  // no thread is open
	Rebase    bool `json:"rebase"`    // a yes counts on after a clean rebase
	Message   bool `json:"message"`   // a yes counts on where only the message is another
}

// Usual are the rules where nothing is written.
func Usual() Rules {
	return Rules{Approvals: 1, Owners: true, Resolved: true, Rebase: true, Message: true}
}

// The words for what a yes can outlast.
const (
	OverRebase  = "rebase"
	OverMessage = "message"
)

// ReadRules reads them; what is left out is as usual. What cannot be read is an error, and
// never no rule.
func ReadRules(text []byte) (Rules, error) {
	r, rules := strict.Reader{Near: nearest.Of}, Usual()
	if top := r.Document(text); top != nil {
		v := r.Mapping(top, "review file", "approvals", "owners", "resolved", "keep")
		if n := v["approvals"]; n != nil {
			count, err := strconv.Atoi(r.Text(n, "approvals"))
			if rules.Approvals = count; err != nil || count < 0 || count > 20 {
				r.Wrong(n, "write a whole number from 0 to 20", "approvals is %q", clip.Text(n.Value))
			}
		}
		for key, to := range map[string]*bool{"owners": &rules.Owners, "resolved": &rules.Resolved} {
			if n := v[key]; n != nil {
				*to = r.Choice(n, key, []string{"true", "false"}) == "true"
			}
		}
		if n := v["keep"]; n != nil {
			rules.Rebase, rules.Message = false, false
			for _, word := range r.Choices(n, "keep", []string{OverRebase, OverMessage, "nothing"}) {
				rules.Rebase, rules.Message = rules.Rebase || word == OverRebase, rules.Message || word == OverMessage
			}
		}
	}
	if len(r.Problems) > 0 {
		p := r.Problems[0]
		return Usual(), prentice.Errorf(prentice.Invalid, "%s:%d: %s", RulesFile, p.Line, p.Text).Try("%s", p.Hint)
	}
	return rules, nil
}

// outlasts says whether a yes counts on over what became of the content.
func (r Rules) outlasts(what string) bool {
	return what == Message && r.Message || what == Rebased && r.Rebase
}

// Text says them in a sentence.
func (r Rules) Text() string {
	says := fmt.Sprintf("%d who did not write it must approve", r.Approvals)
	if r.Owners {
		says += ", an owner of each file among them where CODEOWNERS names some"
	}
	if r.Resolved {
		says += "; no thread may be open"
	}
	return says
}
