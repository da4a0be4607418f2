package story

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/skill/support"
)

// remedy is the procedure that fits this fault.
const remedy = "clear-stale-lock"

// whichFault: the checks of several procedures are asked, and only one fits.
func (p *play) whichFault(ctx context.Context) error {
	p.chapter("Which fault is it?")
	var d support.Line
	if err := p.await(ctx, "the checks have been asked", func(ctx context.Context) (is bool, err error) {
		in, err := p.incidentNow(ctx, p.incident)
		for _, line := range in.Timeline {
			if line.Kind == "diagnosis" && line.About.Kind() == "procedure" {
				d, is = line, true
			}
		}
		return is, err
	}); err != nil {
		return err
	}
	p.at(d.Time, "◐", "Two failures in a row: two procedures are written for that. prentice asks the Check section of each, which only reads.")
	for _, c := range candidates(d.Says) {
		p.candidate(c)
	}
	if err := p.hold(d.About.Name() == remedy, "%s fits, and not %s", remedy, d.About.Name()); err != nil {
		return err
	}
	p.says("Exactly one fits. Had none or both fitted, prentice would not have guessed.")
	if err := p.breathe(ctx, long); err != nil {
		return err
	}
	return p.noFault(ctx)
}

// noFault: the service that only suffers has no incident of its own.
func (p *play) noFault(ctx context.Context) error {
	of := prentice.NewRef("service", demo.Checkout)
	var seen support.Line
	var in support.Detail
	if err := p.await(ctx, fmt.Sprintf("that %s fails is a part of %s", of, p.incident), func(ctx context.Context) (is bool, err error) {
		in, err = p.incidentNow(ctx, p.incident)
		for _, line := range in.Timeline {
			if strings.Contains(line.Says, string(of)+" depends on ") {
				seen, is = line, true
			}
		}
		return is, err
	}); err != nil {
		return err
	}
	own, err := p.incidentOf(ctx, of)
	if err != nil {
		return err
	}
	if err := holdAll(p.hold(own.Number == 0, "%s has no incident of its own", of), p.hold(in.Called.IsZero(), "no person is called for %s", of)); err != nil {
		return err
	}
	p.at(seen.Time, "▲", fmt.Sprintf("checkout fails as well, for it needs orders. That is a part of %s: nothing is proposed for checkout, and no one is called for it.", p.incident))
	return nil
}

func (p *play) incidentNow(ctx context.Context, ref prentice.Ref) (support.Detail, error) {
	return ask[support.Detail](ctx, p.owner, "incident.show", map[string]any{"number": string(ref)})
}

// candidate is a procedure that was asked, and what its checks said.
type candidate struct {
	Procedure string
	Fits      bool
	Says      string
}

func (p *play) candidate(c candidate) {
	sign, word := "✕", "does not fit"
	if c.Fits {
		sign, word = "●", "fits"
	}
	p.also(sign, fmt.Sprintf("%-18s  %s: %s", c.Procedure, word, c.Says))
}

// candidates reads what a diagnosis says of each procedure.
func candidates(says string) []candidate {
	verdict, each, _ := strings.Cut(says, " fit: ")
	fits := strings.TrimPrefix(verdict, "only the checks of ")
	var list []candidate
	for _, one := range strings.Split(strings.TrimSuffix(each, ")"), "); ") {
		name, saw, _ := strings.Cut(one, " (")
		list = append(list, candidate{name, name == fits, saw})
	}
	return list
}
