package metrics

import (
	"context"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/metric"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/op"
	"prentice/internal/team"
)

// ListIn says which are wanted.
type ListIn struct {
	Service string `json:"service,omitempty" of:"service" maxLength:"200" example:"checkout" doc:"Only those of this service."`
	State   Word   `json:"state,omitempty" enum:"up,limited,down,new" doc:"Only those in this state."`
}

// NameIn names a job.
type NameIn struct {
	Name string `json:"name" arg:"1" of:"metric" maxLength:"63" example:"checkout" doc:"Its name in metrics.yaml."`
}

// About says what it acts on.
func (in NameIn) About() ([]prentice.Ref, error) {
	return []prentice.Ref{prentice.NewRef("metric", in.Name)}, nil
}

// QueryIn is a question.
type QueryIn struct {
	Query  string    `json:"query" arg:"1" maxLength:"10000" example:"up" doc:"What is asked, in PromQL."`
	At     time.Time `json:"at,omitzero" ago:"true" doc:"The moment that is asked for, such as 2h; without it now."`
	From   time.Time `json:"from,omitzero" ago:"true" doc:"Ask for all of a time: from then on, such as 6h."`
	To     time.Time `json:"to,omitzero" ago:"true" doc:"Until then; without it now."`
	Step   string    `json:"step,omitempty" maxLength:"20" example:"5m" doc:"From one point to the next; without it, as many as can be read."`
	Source string    `json:"source,omitempty" maxLength:"63" example:"prometheus" doc:"Ask this source of metrics.yaml instead of our own samples."`
}

// LintIn is a file.
type LintIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The file to check, such as metrics.yaml."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func (k *Desk) ops() []op.Op {
	return []op.Op{
		op.New("metric.list", prentice.Look, prentice.Viewer, "List what is scraped: each job, how its targets stand, and how many series they have.", k.list).
			WithExample("prentice metric list").Naming("metric"),
		op.New("metric.show", prentice.Look, prentice.Viewer, "Show a job: when each target was asked last, how that went, and what was left out.", k.show).
			WithExample("prentice metric show checkout"),
		op.New("metric.query", prentice.Look, prentice.Viewer, "Ask a question in PromQL: of the samples that are kept here, or of a Prometheus that is a source.", k.query).
			WithExample("prentice metric query 'sum by (job) (up)'").
			WithHelp("Without --from it is asked for one moment, and with it for a time, in steps.\n\nA query takes at most 20 seconds and holds at most 5 million samples at once; at most 500 series are shown."),
		op.New("metric.lint", prentice.Look, prentice.Viewer, "Check a metrics.yaml for mistakes.", k.lint).
			WithExample("prentice metric lint metrics.yaml").WithoutState(),
	}
}

func (k *Desk) list(_ context.Context, _ op.Call, in ListIn) (List, error) {
	rules, err := k.rules()
	if err != nil {
		return List{}, err
	}
	out := List{Jobs: []Line{}, Filtered: in.Service != "" || in.State != ""}
	for _, j := range rules.Jobs {
		if in.Service != "" && j.Service.Name() != in.Service && string(j.Service) != in.Service {
			continue
		}
		if l := k.line(j); in.State == "" || l.State == in.State {
			out.Jobs = append(out.Jobs, l)
		}
	}
	for _, s := range rules.Sources {
		out.Sources = append(out.Sources, SourceLine{s.Name, s.URL})
	}
	out.Kept = span.String(rules.Kept)
	_ = k.with(func(s Store) error { // without a store there are none
		out.Series, out.Bytes = s.Size()
		return nil
	})
	return out, nil
}

// line is a job and its targets together: it stands as the worst of them.
func (k *Desk) line(j metric.Job) Line {
	l := Line{Ref: j.Ref(), Name: j.Name, Service: j.Service, Owner: j.Owner, Every: span.String(j.Every), Targets: len(j.Targets), State: Fresh}
	rank := []Word{Fresh, Up, Limited, Down}
	for _, target := range j.Targets {
		h := k.stands(j, target)
		if slices.Index(rank, h.State) > slices.Index(rank, l.State) {
			l.State, l.Says = h.State, h.Says
		}
		if h.State == Up || h.State == Limited {
			l.Answering++
		}
		l.Series += h.Series
	}
	return l
}

func (k *Desk) stands(j metric.Job, target string) Health {
	k.mu.Lock()
	defer k.mu.Unlock()
	h, there := k.health[place{j.Name, target}]
	if !there {
		h.State = Fresh
	}
	return h
}

func (k *Desk) show(_ context.Context, _ op.Call, in NameIn) (Shown, error) {
	rules, err := k.rules()
	if err != nil {
		return Shown{}, err
	}
	var names []string
	for _, j := range rules.Jobs {
		if j.Name != in.Name {
			names = append(names, j.Name)
			continue
		}
		out := Shown{Line: k.line(j), Most: j.MostSeries, Found: []Target{}}
		for _, target := range j.Targets {
			h := k.stands(j, target)
			out.Found = append(out.Found, Target{Target: target, Instance: metric.Instance(target), State: h.State, At: h.At, Took: h.Took.Round(time.Millisecond).String(), Series: h.Series, LeftOut: h.Left, Says: h.Says})
		}
		return out, nil
	}
	hint := "see which there are: prentice metric list"
	if near := nearest.Of(in.Name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return Shown{}, prentice.Errorf(prentice.NotFound, "no job of metrics.yaml is called %s", in.Name).Try("%s", hint)
}

func (k *Desk) query(ctx context.Context, c op.Call, in QueryIn) (Answer, error) {
	q, err := in.question(c.Now)
	if err != nil {
		return Answer{}, err
	}
	if k.Check != nil {
		if err := k.Check(q.Query); err != nil {
			return Answer{}, err
		}
	}
	from, err := k.Asked(in.Source)
	if err != nil {
		return Answer{}, err
	}
	said, err := from.Ask(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	return answerOf(q, in.Source, said), nil
}

// question is what is asked, within bounds.
func (in QueryIn) question(now time.Time) (metric.Question, error) {
	q := metric.Question{Query: in.Query, At: in.At, From: in.From, To: in.To}
	if q.At.IsZero() {
		q.At = now
	}
	if in.From.IsZero() {
		if in.Step != "" || !in.To.IsZero() {
			return q, prentice.Errorf(prentice.Invalid, "there is an end or a step, and no beginning").Try("add --from 6h, or ask for one moment: --at")
		}
		return q, q.Checked()
	}
	if !in.At.IsZero() {
		return q, prentice.Errorf(prentice.Invalid, "it is asked for one moment and for a time").Try("write --at, or --from and --to")
	}
	if q.To.IsZero() {
		q.To = now
	}
	q.Step = metric.StepOf(q.From, q.To)
	if in.Step != "" {
		step, err := span.Parse(in.Step)
		if err != nil || step <= 0 {
			return q, prentice.Errorf(prentice.Invalid, "%q is not a step", in.Step).Try("write a time such as 1m")
		}
		q.Step = step
	}
	return q, q.Checked()
}

func (k *Desk) source(rules *metric.Rules, name string) (metric.Asked, error) {
	var names []string
	for _, s := range rules.Sources {
		if s.Name == name && k.Source != nil {
			return k.Source(s), nil
		}
		names = append(names, s.Name)
	}
	hint := "declare it in metrics.yaml: sources: [{name: " + name + ", prometheus: URL}]"
	if near := nearest.Of(name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return nil, prentice.Errorf(prentice.NotFound, "no source of metrics.yaml is called %s", name).Try("%s", hint)
}

func (k *Desk) lint(_ context.Context, _ op.Call, in LintIn) (Linted, error) {
	name := in.Name
	if name == "" {
		name = metric.File.Name
	}
	rules, findings := metric.Load(name, []byte(in.File))
	if err := team.FirstError(findings); err != nil {
		return Linted{}, err
	}
	out := Linted{Jobs: []LintedJob{}, Kept: span.String(rules.Kept)}
	for _, j := range rules.Jobs {
		out.Jobs = append(out.Jobs, LintedJob{Ref: j.Ref(), Service: j.Service, Targets: len(j.Targets), Every: span.String(j.Every), MostSeries: j.MostSeries})
	}
	for _, s := range rules.Sources {
		out.Sources = append(out.Sources, s.Name)
	}
	return out, nil
}
