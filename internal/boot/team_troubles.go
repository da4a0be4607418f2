package boot

import (
	"errors"
	"slices"

	"prentice"
)

// Troubles is what is wrong with the team folder as it stands, so that not all of
// it is in force: the errors of its files, and those of procedures and of an edited
// policy.
func (t *Team) Troubles() []prentice.Finding {
	now := t.now.Load()
	var list []prentice.Finding
	if why := t.wrong.Load(); why != nil {
		list = append(list, asFinding(*why))
	}
	list = append(list, now.troubles...)
	list = append(list, now.broken...)
	list = append(list, now.policy.Doubted()...)
	if now.pending != nil {
		list = append(list, errorsOf(now.pending.findings)...)
	}
	return list
}

// notInForce adds to what was found in the catalog, if that is no error, what keeps
// it from being in force all the same: an error elsewhere in the folder.
func (t *Team) notInForce(findings []prentice.Finding) []prentice.Finding {
	why := t.why()
	if why == nil || len(errorsOf(findings)) > 0 {
		return findings
	}
	elsewhere := *why
	elsewhere.Error, elsewhere.Text = false, "what is here is not in force before this is corrected: "+elsewhere.Text
	return append(findings, elsewhere)
}

func asFinding(err error) prentice.Finding {
	e, ok := errors.AsType[*prentice.Error](err)
	if !ok {
		return prentice.Finding{Error: true, Text: err.Error()}
	}
	return prentice.Finding{At: e.At, Error: true, Text: e.Text, Hint: e.Hint}
}

func errorsOf(findings []prentice.Finding) []prentice.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f prentice.Finding) bool { return !f.Error })
}
