package automation

import (
	"context"
	"time"

	"prentice"
)

// Facts is what explain.md is drawn from.
type Facts struct {
	Procedures []Line
	Faulty     []Line // they have errors
	Untried    []Line // usable, and without a record
	ByHand     []Line // nothing proposes them
	Runs       int
	Verified   int
	Harmful    int
}

// facts counts what the team has agreed on and how it went. It says nothing
// about days, which an explanation is not given.
func (d Deps) facts(ctx context.Context) (Facts, error) {
	library, f := d.library(), Facts{}
	for _, p := range library.Known() {
		record, err := d.record(ctx, p.Name)
		if err != nil {
			return Facts{}, err
		}
		l := line(p, errorsOf(library.Lint(p, time.Time{})), record)
		f.Procedures = append(f.Procedures, l)
		f.Runs, f.Verified, f.Harmful = f.Runs+record.Runs, f.Verified+record.Verified, f.Harmful+record.Harmful
		switch {
		case !l.Usable:
			f.Faulty = append(f.Faulty, l)
			continue
		case record.Runs == 0:
			f.Untried = append(f.Untried, l)
		}
		if len(l.Starts) == 0 {
			f.ByHand = append(f.ByHand, l)
		}
	}
	return f, nil
}

func errorsOf(findings []prentice.Finding) []prentice.Finding {
	var errors []prentice.Finding
	for _, f := range findings {
		if f.Error {
			errors = append(errors, f)
		}
	}
	return errors
}
