package app_test

import (
	"context"
	"testing"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

// street is where the things of these tests stand.
type street map[prentice.Ref][][]prentice.Ref

func (s street) Places(_ context.Context, ref prentice.Ref) ([][]prentice.Ref, error) {
	return s[ref], nil
}

func TestARoleHoldsForTheThingThatIsAskedAbout(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	var as prentice.Role
	fix := op.New("thing.fix", prentice.Change, prentice.Operator, "Correct it", func(_ context.Context, c op.Call, _ in) (out, error) {
		as = c.Actor.Role
		return out{}, nil
	})
	fix = op.About(fix, func(_ context.Context, i in) ([]prentice.Ref, error) {
		if i.Service == "" {
			return nil, nil
		}
		return []prentice.Ref{i.Service}, nil
	})
	sweep := op.New("floor.sweep", prentice.Change, prentice.Operator, "Sweep", func(context.Context, op.Call, in) (out, error) { return out{}, nil })
	look := op.New("thing.list", prentice.Look, prentice.Viewer, "List", func(context.Context, op.Call, in) (out, error) { return out{}, nil })
	deps := w.Deps
	deps.Ops = []op.Op{fix, sweep, look}
	deps.Places = street{
		"service/checkout": {{"service/checkout", "system/payments", "group/keepers"}},
		"service/shop":     {{"service/shop", "system/web", "group/web"}},
		"run/1":            {{"service/checkout", "system/payments"}, {"host/shed", "group/web"}},
	}
	door, err := app.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	payer := prentice.Actor{Kind: prentice.Person, Name: "pat", Role: prentice.Viewer, Grants: []prentice.Grant{{Role: prentice.Approver, On: "system/payments"}}}
	both := payer
	both.Grants = append(both.Grants, prentice.Grant{Role: prentice.Operator, On: "group/web"})
	narrowed := prentice.Actor{Kind: prentice.Agent, Name: "bot", Role: prentice.Operator, Scope: &prentice.Scope{Ops: []string{"thing.*"}, On: []prentice.Ref{"system/payments"}}}
	empty := narrowed
	empty.Scope = &prentice.Scope{}
	for _, c := range []struct {
		fact  string
		actor prentice.Actor
		op    string
		on    prentice.Ref
		as    prentice.Role // "" is denied
	}{
		{"a grant holds on what belongs to it", payer, "thing.fix", "service/checkout", prentice.Approver},
		{"and not beside it", payer, "thing.fix", "service/shop", ""},
		{"nor for what touches something else too", payer, "thing.fix", "run/1", ""},
		{"two grants that cover all of it are as good as the lesser", both, "thing.fix", "run/1", prentice.Operator},
		{"what no one knows needs a role everywhere", payer, "thing.fix", "run/9", ""},
		{"and so does nothing at all", payer, "thing.fix", "", ""},
		{"and what declares nothing", payer, "floor.sweep", "service/checkout", ""},
		{"reading is everyone's", payer, "thing.list", "service/shop", prentice.Viewer},
		{"a role everywhere is not asked where", ann, "thing.fix", "run/9", prentice.Owner},
		{"a token within its scope", narrowed, "thing.fix", "service/checkout", prentice.Operator},
		{"a token on another thing", narrowed, "thing.fix", "service/shop", ""},
		{"a token and nothing in particular", narrowed, "thing.fix", "", ""},
		{"a token for another operation", narrowed, "floor.sweep", "", ""},
		{"a token whose scope is empty", empty, "thing.list", "", ""},
	} {
		as = ""
		_, err := door.Invoke(t.Context(), op.Request{Actor: c.actor, Op: c.op, In: in{Service: c.on}})
		if got := prentice.KindOf(err); err != nil && got != prentice.Denied || (err == nil) != (c.as != "") {
			t.Errorf("%s: %v", c.fact, err)
		}
		if c.op == "thing.fix" && as != c.as {
			t.Errorf("%s: done as %q, wants %q", c.fact, as, c.as)
		}
	}
}
