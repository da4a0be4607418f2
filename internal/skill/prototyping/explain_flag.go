package prototyping

import (
	"time"

	"prentice"
	"prentice/internal/op"
)

func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("flag", "A feature flag decides while a program runs what it shows to whom. It is there for a time, and then it is removed.", "flag.show",
			func(ref prentice.Ref) flagIn { return flagIn{ref.Name()} }, tellFlag),
	}
}

func tellFlag(_ prentice.Ref, f FlagShown) (op.Told, error) {
	t := op.Told{Title: string(f.Ref)}
	if f.Says != "" {
		t.What.Add("It is for: %s", f.Says)
	}
	t.What.Add("It is a flag of the kind %s, %s answers for it, and it is to be gone by %s", f.Kind, f.Owner, f.Expires.Format(time.DateOnly))
	t.Why.Add("It is %s, and answers %s", f.State, f.Answers())
	if f.Override != nil {
		t.Why.Add("%s let %s hold for everyone, until %s: %s", f.Override.By, f.Override.Variant, op.At(f.Override.Ends), f.Override.Reason)
		t.Offer("flag.restore", f.Key, "let it answer as the file says")
	}
	if f.Due {
		t.Why.Add("Its day is over: it is to be removed from the code and from %s", f.At)
	}
	t.Happened = []op.Happening{}
	for i := len(f.Past) - 1; i >= 0; i-- {
		o := f.Past[i]
		t.Happened = append(t.Happened, op.Happening{At: o.Began, Says: "It was overridden by " + o.Variant + ": " + o.Reason, By: o.By})
		if !o.Ended.IsZero() {
			t.Happened = append(t.Happened, op.Happening{At: o.Ended, Says: "The override was ended", By: o.EndedBy})
		}
	}
	if f.Targeted {
		t.Uncertain.Add("How many get which variant is not counted here")
	}
	t.Offer("flag.evaluate", f.Key, "see what it answers in a context")
	t.Offer("flag.show", f.Key, "see its variants and targeting")
	return t, nil
}
