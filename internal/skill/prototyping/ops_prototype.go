package prototyping

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/prototype"
	"prentice/internal/op"
)

type prototypeIn struct {
	Prototype string `json:"prototype" arg:"1" of:"prototype" doc:"The prototype, such as one-page or prototype/one-page." example:"one-page" minLength:"1" maxLength:"120"`
}

// About implements op.Abouter.
func (in prototypeIn) About() ([]prentice.Ref, error) {
	return []prentice.Ref{prentice.NewRef("prototype", in.name())}, nil
}

func (in prototypeIn) name() string { return strings.TrimPrefix(in.Prototype, "prototype/") }

type prototypesIn struct {
	State string `json:"state,omitempty" enum:"trying,undecided,adopted,dropped,changed" doc:"Only those that stand so."`
	Owner string `json:"owner,omitempty" doc:"Only those of an owner, such as group/shop." maxLength:"200"`
}

type newIn struct {
	Prototype  string    `json:"prototype" arg:"1" doc:"What to call it: lower-case letters, digits and dashes." example:"one-page" minLength:"1" maxLength:"60"`
	Question   string    `json:"question" doc:"What you want to know, in one sentence that ends with a question mark." example:"Do people finish on one page?" minLength:"1" maxLength:"1000"`
	DecideBy   time.Time `json:"decide_by" doc:"The day by which it is decided, at most 180 days ahead." example:"2027-06-30"`
	Owner      string    `json:"owner" doc:"Who decides, such as group/shop." example:"group/shop" minLength:"1" maxLength:"200"`
	Technique  string    `json:"technique" enum:"paper-sketch,clickable-pages,throw-away-script,spike,walking-skeleton,flag-in-production,dark-launch,experiment,load-probe" doc:"How the question is asked; prototype advise recommends one."`
	Repository string    `json:"repository,omitempty" of:"repository" doc:"The repository that it is about, or that holds it." maxLength:"120"`
	Scaffold   string    `json:"scaffold,omitempty" enum:"pages,service,script" doc:"Proposes what it begins with as a change of the repository: a flow of pages, an HTTP service, or a script with tests."`
	Tasks      []string  `json:"task,omitempty" doc:"What a visitor is asked to do, as NAME=TEXT." example:"buy=Buy a ticket for tomorrow" maxItems:"12"`
}

type decideIn struct {
	prototypeIn
	Decision  string `json:"decision" enum:"adopt,drop,change" doc:"What comes of it: it is built, it is not, or another question is asked."`
	Reason    string `json:"reason" doc:"Why, in one sentence; it is kept as evidence." example:"9 of 11 finished, in half the time" minLength:"1" maxLength:"1000"`
	Learned   string `json:"learned,omitempty" doc:"What was learned, for those who come later." maxLength:"1000"`
	Otherwise string `json:"otherwise,omitempty" doc:"What would have been built without it, and what that would have cost." maxLength:"1000"`
}

type extendIn struct {
	prototypeIn
	DecideBy time.Time `json:"decide_by" doc:"The later day." example:"2027-07-31"`
	Reason   string    `json:"reason" doc:"Why it takes longer; it is kept as evidence." example:"only two people could try it" minLength:"1" maxLength:"1000"`
}

type expireIn struct {
	prototypeIn
	Reason string `json:"reason" doc:"Why it is not waited for any longer; it is kept as evidence." example:"no one has tried it" minLength:"1" maxLength:"1000"`
}

type adviseIn struct {
	About  string `json:"about,omitempty" enum:"understand,want,possible,together,better,load" doc:"What you want to know: whether people understand it, whether anyone wants it, whether it can be done, whether the parts work together, which of two is better, whether it bears the load."`
	Within string `json:"within,omitempty" enum:"hours,days,weeks" doc:"By when the answer is needed."`
	People string `json:"people,omitempty" enum:"us,few,many" doc:"Who can try it: only us, a few, or as many as come."`
	There  string `json:"there,omitempty" enum:"nothing,service" doc:"What is there already: nothing, or a service that people use."`
	Wrong  string `json:"wrong,omitempty" enum:"little,much" doc:"What it costs to be wrong."`
}

type checkPrototypeIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"262144" doc:"The file to check, such as prototypes/one-page.md."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func (p *Prototypes) ops() []op.Op {
	return []op.Op{
		op.New("prototype.list", prentice.Look, prentice.Viewer, "List prototypes: what each asks, by when it is decided, and what came of it.", p.list).
			WithExample("prentice prototype list --state undecided").Naming("prototype").OfferedAsRefs("prototype"),
		op.New("prototype.show", prentice.Look, prentice.Viewer, "Show a prototype: its question, its tasks, and its decision.", p.show).
			WithExample("prentice prototype show one-page"),
		op.New("prototype.new", prentice.Change, prentice.Operator, "Begin a prototype with its question and the day by which it is decided.", p.begin).
			WithExample("prentice prototype new one-page --question 'Do people finish on one page?' --decide-by 2027-06-30 --owner group/shop --technique clickable-pages").
			WithExample("prentice prototype new one-page --question 'Do people finish on one page?' --decide-by 2027-06-30 --owner group/shop --technique clickable-pages --repository shop --scaffold pages").WithEvidence().
			WithHelp("--scaffold proposes, in your name, a change of a repository that is kept here: prototypes/NAME.md, the code and its tests below prototypes/NAME, and their check, which counts as soon as it has landed. It is proposed once: asked again with the same question, it says which change that is. It is refused where something of that name stands in the repository, where its changes come from elsewhere, and to those who may not push to it.\n\nA file prototypes/NAME.md of the team folder begins one as well, as soon as it is in force. One that is not decided by its day is stopped, its claim fails, and its owner is told."),
		op.New("prototype.decide", prentice.Change, prentice.Operator, "End a prototype with a decision and its reason.", p.decide).
			WithExample("prentice prototype decide one-page --decision adopt --reason '9 of 11 finished, in half the time'").WithEvidence(),
		op.New("prototype.extend", prentice.Change, prentice.Operator, "Put off the day by which a prototype is decided, with a reason.", p.extend).
			WithExample("prentice prototype extend one-page --decide-by 2027-07-31 --reason 'only two people could try it'").WithEvidence().
			WithHelp("It can be put off three times, to a day at most 180 days ahead."),
		op.New("prototype.expire", prentice.Change, prentice.Operator, "Stop a prototype now, as if its day were over, until it is decided.", p.expire).
			WithExample("prentice prototype expire one-page --reason 'no one has tried it'").WithEvidence(),
		op.New("prototype.advise", prentice.Look, prentice.Viewer, "Recommend a technique for a question, with what speaks for and against it.", p.advise).
			WithExample("prentice prototype advise --about understand --within days --people few --there nothing --wrong little").WithoutState().
			WithHelp("It asks five things, and weighs the techniques of one table, which stands in the reference. Without an answer it says what it asks."),
		op.New("prototype.check", prentice.Look, prentice.Viewer, "Check a file of a prototype for mistakes.", p.check).
			WithExample("prentice prototype check prototypes/one-page.md").WithoutState(),
	}
}

func (p *Prototypes) find(ctx context.Context, in prototypeIn) (prototype.Prototype, error) {
	if err := p.there(); err != nil {
		return prototype.Prototype{}, err
	}
	return p.store.Find(ctx, in.name())
}

func (p *Prototypes) list(ctx context.Context, c op.Call, in prototypesIn) (PrototypeList, error) {
	if err := p.there(); err != nil {
		return PrototypeList{}, err
	}
	all, err := p.store.List(ctx)
	if err != nil {
		return PrototypeList{}, err
	}
	list := PrototypeList{Prototypes: []PrototypeOut{}}
	for _, one := range all {
		out := prototypeOut(one, c.Now)
		list.count(out)
		if in.State != "" && in.State != out.State || in.Owner != "" && in.Owner != string(out.Owner) {
			continue
		}
		list.Prototypes = append(list.Prototypes, out)
	}
	if wrong := p.wrong.Load(); wrong != nil {
		list.Wrong = *wrong
	}
	slices.SortStableFunc(list.Prototypes, func(a, b PrototypeOut) int { return cmp.Compare(a.rank(), b.rank()) })
	return list, nil
}

func (p *Prototypes) show(ctx context.Context, c op.Call, in prototypeIn) (PrototypeShown, error) {
	one, err := p.find(ctx, in)
	if err != nil {
		return PrototypeShown{}, err
	}
	return p.shown(ctx, one, c.Now)
}

func (p *Prototypes) shown(ctx context.Context, one prototype.Prototype, now time.Time) (PrototypeShown, error) {
	out := PrototypeShown{PrototypeOut: prototypeOut(one, now), Tasks: []TaskOut{}}
	tried, err := p.store.Tries(ctx, one, "")
	if err != nil {
		return out, err
	}
	for _, t := range one.Tasks {
		did := tried[t.Name]
		out.Tasks = append(out.Tasks, TaskOut{Task: t, Began: did.Began, Done: did.Done, GaveUp: did.GaveUp, Took: did.Took})
	}
	if out.Feedback, err = p.store.Said(ctx, one); err != nil {
		return out, err
	}
	out.Technical, _ = prototype.Find(one.Technique)
	if one.Environment == "" && p.Places == nil {
		out.Missing = "no environments are made here: share its address yourself"
	}
	return out, nil
}

func (p *Prototypes) begin(ctx context.Context, c op.Call, in newIn) (PrototypeShown, error) {
	if err := p.there(); err != nil {
		return PrototypeShown{}, err
	}
	owner, err := prentice.ParseRef(in.Owner)
	if err != nil {
		return PrototypeShown{}, err
	}
	one := prototype.Prototype{Name: strings.TrimPrefix(in.Prototype, "prototype/"), Question: strings.TrimSpace(in.Question), Technique: in.Technique, Owner: owner, Repository: strings.TrimPrefix(in.Repository, "repository/"),
		DecideBy: dayOf(in.DecideBy), Begun: c.Now, By: c.Actor.Ref()}
	if one.Tasks, err = tasksOf(in.Tasks); err != nil {
		return PrototypeShown{}, err
	}
	if err := one.Fit(c.Now); err != nil {
		return PrototypeShown{}, err
	}
	if in.Scaffold != "" {
		return p.beginWith(ctx, c, one, in.Scaffold)
	}
	if one, err = p.store.Add(ctx, one, begun(one)); err != nil {
		return PrototypeShown{}, err
	}
	p.ring()
	return p.shown(ctx, one, c.Now)
}

// dayOf is the day of a moment, in UTC.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// tasksOf reads tasks as they are typed.
func tasksOf(typed []string) (list []prototype.Task, err error) {
	for _, text := range typed {
		name, says, found := strings.Cut(text, "=")
		name, says = strings.TrimSpace(name), strings.TrimSpace(says)
		if !found || !prototype.ValidName(name) || says == "" || len(says) > 1000 {
			return nil, prentice.Errorf(prentice.Invalid, "%q is no task", text).Try("write it as NAME=TEXT, such as 'buy=Buy a ticket for tomorrow'")
		}
		if slices.ContainsFunc(list, func(t prototype.Task) bool { return t.Name == name }) {
			return nil, prentice.Errorf(prentice.Invalid, "the task %q is there twice", name).Try("keep one of them")
		}
		list = append(list, prototype.Task{Name: name, Says: says})
	}
	return list, nil
}

func (p *Prototypes) decide(ctx context.Context, c op.Call, in decideIn) (PrototypeShown, error) {
	return p.change(ctx, c, in.prototypeIn, func(one prototype.Prototype) (prototype.Prototype, prentice.Note, error) {
		one, err := one.Decide(in.Decision, in.Reason, c.Actor.Ref(), c.Now)
		one.Learned, one.Otherwise = strings.TrimSpace(in.Learned), strings.TrimSpace(in.Otherwise)
		return one, decided(one), err
	})
}

func (p *Prototypes) extend(ctx context.Context, c op.Call, in extendIn) (PrototypeShown, error) {
	return p.change(ctx, c, in.prototypeIn, func(one prototype.Prototype) (prototype.Prototype, prentice.Note, error) {
		reason := strings.TrimSpace(in.Reason)
		if reason == "" {
			return one, prentice.Note{}, prentice.Errorf(prentice.Invalid, "the day is put off without a reason").Try("say why, in one sentence: --reason '…'")
		}
		one, err := one.Extend(dayOf(in.DecideBy), c.Now)
		return one, extended(one, c.Actor.Ref(), reason), err
	})
}

func (p *Prototypes) expire(ctx context.Context, c op.Call, in expireIn) (PrototypeShown, error) {
	return p.change(ctx, c, in.prototypeIn, func(one prototype.Prototype) (prototype.Prototype, prentice.Note, error) {
		if state := one.State(c.Now); state != prototype.Open {
			return one, prentice.Note{}, prentice.Errorf(prentice.Conflict, "%s is %s already", one.Ref(), state).Try("look at it: prentice prototype show %s", one.Name)
		}
		one.Overdue = c.Now
		return one, prentice.Note{Kind: "prototype.expired", Actor: c.Actor.Ref(), Refs: one.Refs(), Data: map[string]any{"reason": strings.TrimSpace(in.Reason), "question": one.Question, "owner": string(one.Owner)}}, nil
	})
}

// change does one thing to a prototype, with its evidence, and lets what follows from it
// be seen to.
func (p *Prototypes) change(ctx context.Context, c op.Call, in prototypeIn, do func(prototype.Prototype) (prototype.Prototype, prentice.Note, error)) (PrototypeShown, error) {
	one, err := p.find(ctx, in)
	if err != nil {
		return PrototypeShown{}, err
	}
	one, note, err := do(one)
	if err != nil {
		return PrototypeShown{}, err
	}
	if one, err = p.store.Change(ctx, one, c.Now, note); err != nil {
		return PrototypeShown{}, err
	}
	p.ring()
	return p.shown(ctx, one, c.Now)
}

func (p *Prototypes) advise(_ context.Context, _ op.Call, in adviseIn) (Advised, error) {
	if in == (adviseIn{}) {
		return Advised{Asks: asks()}, nil
	}
	list, err := prototype.Advise(prototype.Asked(in))
	if err != nil {
		return Advised{}, err
	}
	return Advised{Asks: asks(), In: in, Advice: list}, nil
}

func (p *Prototypes) check(_ context.Context, _ op.Call, in checkPrototypeIn) (PrototypeChecked, error) {
	return PrototypeChecked{op.Found(prototype.Check(cmp.Or(in.Name, prototype.Folder+"/NAME.md"), []byte(in.File)))}, nil
}
