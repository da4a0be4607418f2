package standards

import (
	"prentice"
	"prentice/internal/op"
)

func explainRepository() op.Explainer {
	return op.Explains("repository", "A repository is a git repository of the catalog. The server reads it where it lies, and checks the content of the branch that counts by the standards.", "repository.show",
		func(ref prentice.Ref) RepositoryIn { return RepositoryIn{ref.Name()} }, tellRepository)
}

func tellRepository(_ prentice.Ref, s RepositoryShown) (op.Told, error) {
	t := op.Told{Title: s.Title}
	name := s.Ref.Name()
	t.What.Add("It is the repository %s, of which branch %s counts", s.Git, s.Branch)
	if s.Owner != "" {
		t.What.Add("%s owns it", s.Owner)
	}
	switch s.Truth {
	case prentice.Pass:
		t.Why.Add("It keeps to all rules that block")
	case prentice.Fail:
		t.Why.Add("It breaks %s", op.Count(len(s.Broken()), "rule", "rules"))
	default:
		t.Uncertain.Add("How it stands is not known: %s", s.Says)
	}
	for _, r := range firstRules(s.Broken()) {
		t.Why.Add("%s (%s): %s", r.ID, r.Severity, r.brief())
	}
	if n := len(s.Unclear()); n > 0 {
		t.Uncertain.Add("Of %s it is not known whether it holds", op.Count(n, "rule", "rules"))
	}
	for _, e := range s.Ending {
		t.Why.Add("The waiver of %s ends on %s", e.Rule, e.Last())
	}
	if s.Last != nil {
		t.Offer("check.show", string(s.Last.Ref), "see where each rule is broken")
	}
	t.Offer("repository.check", name, "check it now")
	t.Offer("may.land", name+" COMMIT", "ask whether a change may come into %s", s.Branch)
	return t, nil
}

// firstRules are as many rules as people read at once.
func firstRules(list []Ruled) []Ruled { return list[:min(len(list), 8)] }

func explainCheck() op.Explainer {
	return op.Explains("check", "A check is one look of the server at a commit of a repository. Its verdict is of that content and of nothing else.", "check.show",
		func(ref prentice.Ref) CheckIn { return CheckIn{Check: string(ref)} }, tellCheck)
}

func tellCheck(_ prentice.Ref, s CheckShown) (op.Told, error) {
	t := op.Told{Title: string(s.Ref)}
	t.What.Add("It is a check of %s at %s, which %s asked for", s.Repository, orText(short(s.Commit), "its branch"), s.AskedBy)
	t.Why.Add("%s", s.says())
	for _, r := range firstRules(s.Broken()) {
		t.Why.Add("%s (%s): %s", r.ID, r.Severity, r.brief())
	}
	if s.State != Done {
		t.Uncertain.Add("What it finds is not known yet")
	}
	if s.Checked == nil && s.State == Done {
		t.Uncertain.Add("Nothing could be judged: %s", s.CheckRun.Says)
	}
	t.Offer("check.show", string(s.Ref), "see where each rule is broken")
	t.Offer("repository.show", s.Repository.Name(), "see how the repository stands")
	return t, nil
}
