package probe

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"prentice"
	"prentice/internal/team"
)

// Services finds a service in the catalog of this moment.
type Services interface {
	Service(name string) (team.Service, error)
}

// Looker looks once.
type Looker interface {
	Probe(context.Context, prentice.Probe) prentice.Observation
}

// Kind is the step kind probe: the service answers. In a Check it is one look;
// in a Verify it waits for the settle time and then wants every look of the
// silence to pass, so that a service which comes up and falls over again does
// not count as fixed.
type Kind struct {
	Services Services
	Prober   Looker
}

// Name implements prentice.StepKind.
func (*Kind) Name() string { return "probe" }

// Needs implements prentice.StepKind.
func (*Kind) Needs() prentice.StepNeeds {
	return prentice.StepNeeds{Budget: []string{"settle", "silence"}}
}

// Says implements prentice.StepKind. It names what is looked at, so that a plan
// shows it and a changed catalog makes another plan.
func (k *Kind) Says(s prentice.PlannedStep) string {
	name := s.Attrs["service"]
	probes, err := k.probes(s)
	if err != nil {
		return fmt.Sprintf("%s answers (%v)", name, err)
	}
	if s.Section != prentice.Verify {
		return fmt.Sprintf("%s answers: %s", name, list(probes))
	}
	w, err := waitsOf(s.Attrs)
	if err != nil {
		return fmt.Sprintf("%s answers (%v)", name, err)
	}
	return fmt.Sprintf("after %s, %s answers for %s without a miss: %s", brief(w.settle), name, brief(w.silence), list(probes))
}

// Apply implements prentice.StepKind.
func (k *Kind) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	probes, err := k.probes(w.Step)
	if err != nil {
		return prentice.Outcome{}, err
	}
	if says := k.Says(w.Step); w.Step.Says != "" && says != w.Step.Says {
		if w.Step.Section != prentice.Verify {
			return prentice.Outcome{}, prentice.Errorf(prentice.Refused, "the catalog has changed since the plan was made: planned was %q, now it would be %q", w.Step.Says, says).Try("make a new plan")
		}
		tell(w.Log, "the catalog has changed since the plan was made; what counts is how the service is looked at now: %s", says)
	}
	if w.Step.Section != prentice.Verify {
		return k.once(ctx, probes, w.Log)
	}
	waits, err := waitsOf(w.Step.Attrs)
	if err != nil {
		return prentice.Outcome{}, err
	}
	return k.quiet(ctx, probes, waits, w.Log)
}

// Done implements prentice.StepKind: it looks again.
func (k *Kind) Done(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	probes, err := k.probes(w.Step)
	if err != nil {
		return prentice.Unknown, err
	}
	switch seen := k.look(ctx, probes); {
	case seen.OK():
		return prentice.Yes, nil
	case seen.Failed():
		return prentice.No, nil
	default:
		return prentice.Unknown, nil
	}
}

// once is one look.
func (k *Kind) once(ctx context.Context, probes []prentice.Probe, log io.Writer) (prentice.Outcome, error) {
	seen := k.look(ctx, probes)
	tell(log, "%s: %s", seen.Truth, seen.Says)
	if ctx.Err() != nil {
		return prentice.Outcome{}, stopped(ctx)
	}
	if !seen.OK() && !seen.Failed() {
		return prentice.Outcome{}, prentice.Errorf(prentice.Unavailable, "not known: %s", seen.Says).Try("remove what keeps prentice from checking, and ask again")
	}
	return prentice.Outcome{OK: seen.OK(), Code: seen.Status, Says: seen.Says}, nil
}

// look asks all the probes, one after the other: the first that does not pass
// is the answer. Of no probes nothing is known.
func (k *Kind) look(ctx context.Context, probes []prentice.Probe) prentice.Observation {
	seen := unseen("there is nothing to look at")
	for _, p := range probes {
		if seen = k.Prober.Probe(ctx, p); !seen.OK() {
			break
		}
	}
	return seen
}

// probes are those that the step names: one, or all of the service. None is an
// error, never a service that is well.
func (k *Kind) probes(s prentice.PlannedStep) ([]prentice.Probe, error) {
	service, err := k.Services.Service(s.Attrs["service"])
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range service.Probes {
		if p.Name == s.Attrs["probe"] {
			return []prentice.Probe{p}, nil
		}
		names = append(names, p.Name)
	}
	switch {
	case len(names) == 0:
		return nil, prentice.Errorf(prentice.NotFound, "service %s has no probes", service.Ref.Name()).Try("add the annotation prentice.dev/probes to it in the catalog")
	case s.Attrs["probe"] != "":
		return nil, prentice.Errorf(prentice.NotFound, "service %s has no probe %q", service.Ref.Name(), s.Attrs["probe"]).Try("it has %s", strings.Join(names, ", "))
	}
	return service.Probes, nil
}

// list names what is looked at.
func list(probes []prentice.Probe) string {
	var says []string
	for _, p := range probes {
		wants := ""
		if p.Status != 0 {
			wants += fmt.Sprintf(" with status %d", p.Status)
		}
		if p.Contains != "" {
			wants += fmt.Sprintf(" containing %q", p.Contains)
		}
		if len(p.Options) > 0 {
			wants += ", which " + p.Says
		}
		says = append(says, fmt.Sprintf("%s %s%s", p.Kind, p.Shown(), wants))
	}
	return strings.Join(says, "; ")
}

func tell(log io.Writer, format string, args ...any) {
	if log != nil {
		fmt.Fprintf(log, format+"\n", args...)
	}
}

// brief is a time without the zeros that Go prints after it.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

var _ prentice.StepKind = (*Kind)(nil)
