package check

import "context"

// Kind judges rules. It is declared by a skill, and may be used by several at once.
type Kind struct {
	Name string

	// Rules are those that it has for a repository, judged by the rules of a tree: the
	// working tree's own, or of a change what it is made on.
	Rules func(ctx context.Context, rules *Tree) ([]Rule, error)

	// Tool is what its verdicts depend on beside rule and tree: tool@version, and the
	// digest of data that is not in the tree. Two verdicts of one tool are the same.
	Tool func() string

	// Subject is the digest of what a rule looks at, where that is not all of the tree: of
	// the files of its paths. Nil is all of it.
	Subject func(t *Tree, r Rule) string

	// Commands says that its rules are programs whose end is the verdict: no example could
	// show that they have teeth, and they block without one.
	Commands bool

	// Slow says that to judge its rules takes seconds, since they run programs: a quick check
	// leaves them out.
	Slow bool

	// Hide takes out of what other kinds found in a tree that which must not be shown, before
	// it is kept or shown to anyone. Nil hides nothing.
	Hide func(t *Tree, found []*Finding)

	// Check gives an outcome for each of the rules. An error means that it could judge
	// none of them: all are unknown for that reason.
	Check func(ctx context.Context, t *Tree, rules []Rule) ([]Outcome, error)

	// CheckAfter is Check of a kind whose rules need each other: known are outcomes of its
	// rules that were judged before and are asked for as well.
	CheckAfter func(ctx context.Context, t *Tree, rules []Rule, known map[string]Outcome) ([]Outcome, error)
}

// judges says whether the kind can judge anything.
func (k Kind) judges() bool { return k.Check != nil || k.CheckAfter != nil }

func (k Kind) check(ctx context.Context, t *Tree, rules []Rule, known map[string]Outcome) ([]Outcome, error) {
	if k.CheckAfter != nil {
		return k.CheckAfter(ctx, t, rules, known)
	}
	return k.Check(ctx, t, rules)
}
