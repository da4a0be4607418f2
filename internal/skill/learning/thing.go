package learning

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// The parts in which a thing is told, and their headings.
const (
	what      = "what"
	why       = "why"
	happened  = "happened"
	uncertain = "uncertain"
	todo      = "next"
	words     = "words"
)

var headings = map[string]string{
	what: "What it is", why: "Why it stands as it does", happened: "What happened",
	uncertain: "What is uncertain", todo: "What can be done", words: "Words used here",
}

// thingOrders are the parts of a thing in the order in which each kind of reader needs
// them. A junior is told what the words mean as well.
var thingOrders = map[string][]string{
	"junior":  {what, why, happened, uncertain, todo, words},
	"lead":    {why, uncertain, todo, happened, what},
	"auditor": {happened, why, what, uncertain, todo},
}

// mostHappened is how many moments are told; of more than those the newest.
const mostHappened = 40

// asker asks the door as the one who reads.
func (d Deps) asker(ctx context.Context, by prentice.Actor) func(string, any) (any, error) {
	return func(name string, in any) (any, error) {
		return d.Door.Invoke(ctx, op.Request{Actor: by, Op: name, In: in})
	}
}

// explainers are those of things, by their kinds, and the one that tells what happened.
func (d Deps) explainers() (of map[string]op.Explainer, past op.Explainer) {
	of = map[string]op.Explainer{}
	if d.Explainers != nil {
		for _, e := range d.Explainers() {
			of[e.Kind] = e
		}
	}
	past = of[""]
	delete(of, "")
	return of, past
}

// thing is the thing that is asked about: kind/name, or the two as two words.
func (d Deps) thing(in explainIn) (prentice.Ref, bool) {
	if in.Word == "" {
		return prentice.Ref(in.Topic), strings.Contains(in.Topic, "/")
	}
	of, _ := d.explainers()
	if _, known := of[in.Topic]; known {
		return prentice.NewRef(in.Topic, in.Word), true
	}
	return "", false
}

// explainThing tells a thing to a kind of reader, as far as the one who asks may see it.
func (d Deps) explainThing(ctx context.Context, c op.Call, ref prentice.Ref, who string) (Explained, error) {
	if _, err := prentice.ParseRef(string(ref)); err != nil {
		return Explained{}, err
	}
	of, past := d.explainers()
	e, ok := of[ref.Kind()]
	switch {
	case !ok:
		return Explained{}, noKind(ref, sorted(of))
	case d.Door == nil:
		return Explained{}, prentice.Errorf(prentice.Unavailable, "%s cannot be looked at from here", ref).Try("start the server with: prentice up")
	}
	ask := d.asker(ctx, c.Actor)
	told, err := e.Tell(ask, ref)
	if err != nil {
		return Explained{}, noThing(ref, err)
	}
	if told.Happened == nil {
		if err := remember(&told, past, ask, cmp.Or(told.Of, ref)); err != nil {
			return Explained{}, err
		}
	}
	return d.write(e, told, c.Actor, ref, who), nil
}

// remember adds what the evidence says, or that the reader may not see it.
func remember(t *op.Told, past op.Explainer, ask func(string, any) (any, error), ref prentice.Ref) error {
	found, err := past.Tell(ask, ref)
	if prentice.KindOf(err) == prentice.Denied {
		t.Uncertain.Add("You may not read the evidence, so what happened is not told")
		return nil
	}
	t.Happened, t.Cut = found.Happened, found.Cut
	return err
}

func noKind(ref prentice.Ref, known []string) error {
	err := prentice.Errorf(prentice.NotFound, "%s: a %s is nothing that can be explained", ref, ref.Kind())
	if near := nearest.Of(ref.Kind(), known); near != "" {
		return err.Try("did you mean %s/%s?", near, ref.Name())
	}
	return err.Try("there are %s", strings.Join(known, ", "))
}

// noThing is what is said of a ref that names nothing: a name that no such thing can
// have is one that none has.
func noThing(ref prentice.Ref, err error) error {
	if e, ok := errors.AsType[*prentice.Error](err); ok && e.Kind == prentice.Invalid {
		return &prentice.Error{Kind: prentice.NotFound, Text: fmt.Sprintf("there is no %s", ref), Hint: e.Hint, Err: err}
	}
	return err
}

// write puts what was told in words, in the order of its reader.
func (d Deps) write(e op.Explainer, t op.Told, by prentice.Actor, ref prentice.Ref, who string) Explained {
	order := thingOrders[who]
	if order == nil {
		who, order = "junior", thingOrders["junior"]
	}
	parts := map[string]string{
		what:      bullets(t.What),
		why:       bullets(t.Why),
		happened:  past(t, cmp.Or(t.Of, ref), who == "auditor"),
		uncertain: bullets(t.Uncertain),
		todo:      d.next(t.Todo, by),
	}
	if parts[uncertain] == "" {
		parts[uncertain] = "- Nothing that prentice knows of.\n"
	}
	if who == "junior" {
		parts[what] = e.Is + "\n\n" + parts[what]
		parts[words] = wordsIn(d.Glossary, strings.Join([]string{parts[what], parts[why], parts[happened], parts[uncertain], parts[todo]}, "\n"))
	}
	out := Explained{Ref: ref, Title: plainLine(t.Title)}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", out.Title)
	for _, key := range order {
		if text := strings.TrimSpace(parts[key]); text != "" {
			out.Parts = append(out.Parts, Part{Key: key, Title: headings[key], Text: text})
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", headings[key], text)
		}
	}
	out.Markdown = b.String()
	return out
}

// past is what happened, oldest first.
func past(t op.Told, ref prentice.Ref, cite bool) string {
	var b strings.Builder
	list := slices.Clone(t.Happened)
	slices.SortStableFunc(list, func(a, b op.Happening) int { return a.At.Compare(b.At) })
	if more := len(list) - mostHappened; more > 0 || t.Cut {
		list = list[max(0, more):]
		fmt.Fprintf(&b, "- More happened before that: `prentice evidence thread %s`.\n", ref)
	}
	for _, h := range list {
		by := ""
		if h.By != "" {
			by = ", by " + strings.TrimPrefix(string(h.By), "self/")
		}
		fmt.Fprintf(&b, "- At %s%s: %s", op.At(h.At), by, quoted(strings.TrimSuffix(h.Says, ".")))
		if cite && h.Line != 0 {
			fmt.Fprintf(&b, " (`prentice evidence show %d`)", h.Line)
		}
		b.WriteString(".\n")
	}
	if len(list) == 0 {
		b.WriteString("- There is no evidence of anything yet.\n")
	}
	return b.String()
}

// next is what can be done, by whom, and whether the reader is one of them.
func (d Deps) next(list []op.Todo, by prentice.Actor) string {
	ops := map[string]op.Op{}
	if d.Ops != nil {
		for _, o := range d.Ops() {
			ops[o.Name] = o
		}
	}
	var b strings.Builder
	for _, t := range list {
		o, ok := ops[t.Op]
		if !ok {
			continue
		}
		command := plainLine("prentice " + strings.ReplaceAll(o.Name, ".", " ") + " " + strings.ReplaceAll(t.Words, "`", "'"))
		fmt.Fprintf(&b, "- To %s: `%s`. It takes the role %s", t.For, command, o.Role)
		if by.Known() && !by.MightAsk(o.Name, o.Role) {
			b.WriteString(", which you do not have; ask someone who has it")
		}
		b.WriteString(".\n")
	}
	return b.String()
}

// bullets are sentences as a list.
func bullets(list op.Sentences) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString("- " + quoted(s) + "\n")
	}
	return b.String()
}
