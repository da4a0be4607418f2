package prentice

import "testing"

func TestARoleHoldsWhereItIsGranted(t *testing.T) {
	payments := Grant{Approver, "system/payments"}
	ann := Actor{Kind: Person, Name: "ann", Role: Viewer, Grants: []Grant{payments, {Operator, "group/web"}}}
	token := ann
	token.Scope = &Scope{Ops: []string{"run.*", "whoami"}, On: []Ref{"service/checkout"}}
	for _, c := range []struct {
		fact  string
		actor Actor
		thing []Ref
		want  Role
	}{
		{"the service of a granted system", ann, []Ref{"service/checkout", "system/payments", "group/keepers"}, Approver},
		{"what a granted group owns", ann, []Ref{"service/shop", "system/web", "group/web"}, Operator},
		{"two grants give the greater", ann, []Ref{"service/pay", "system/payments", "group/web"}, Approver},
		{"anything else", ann, []Ref{"service/mail", "system/office"}, Viewer},
		{"no thing at all", ann, nil, Viewer},
		{"a grant on a name that another kind shares", ann, []Ref{"service/payments"}, Viewer},
		{"in the scope of a token", token, []Ref{"service/checkout", "system/payments"}, Approver},
		{"outside the scope of a token", token, []Ref{"service/pay", "system/payments"}, ""},
		{"a scoped token and no thing", token, nil, ""},
		{"nobody", Actor{}, []Ref{"service/checkout"}, ""},
		{"a forged role is none", Actor{Grants: []Grant{{"emperor", "service/checkout"}}}, []Ref{"service/checkout"}, ""},
	} {
		if got := c.actor.RoleFor(c.thing...); got != c.want {
			t.Errorf("%s: %q, wants %q", c.fact, got, c.want)
		}
	}
	if ann.Most() != Approver || (Actor{}).Most() != "" {
		t.Error("the greatest role anywhere", ann.Most())
	}
}

func TestAScopeHoldsWhatItNames(t *testing.T) {
	for _, c := range []struct {
		fact string
		ops  []string
		op   string
		want bool
	}{
		{"the operation", []string{"run.start"}, "run.start", true},
		{"its noun", []string{"run.*"}, "run.start", true},
		{"another operation", []string{"run.start"}, "run.approve", false},
		{"a noun that begins alike", []string{"run.*"}, "runbook.list", false},
		{"an operation without a noun", []string{"whoami"}, "whoami", true},
		{"all, said so", []string{All}, "person.remove", true},
		{"nothing is not all", nil, "whoami", false},
		{"a star elsewhere is no pattern", []string{"*.start"}, "run.start", false},
	} {
		if got := (&Scope{Ops: c.ops}).Asks(c.op); got != c.want {
			t.Errorf("%s: %v", c.fact, got)
		}
	}
	for want, s := range map[string]Scope{
		"for run.start on service/checkout":   {[]string{"run.start"}, []Ref{"service/checkout"}},
		"for run.list, run.start":             {[]string{"run.list", "run.start"}, []Ref{All}},
		"on service/checkout, group/platform": {[]string{All}, []Ref{"service/checkout", "group/platform"}},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, wanted %q", got, want)
		}
	}
	var none *Scope
	if !none.Asks("anything") || !none.Everywhere() || (&Scope{}).Everywhere() {
		t.Error("no scope narrows nothing, and an empty one holds nothing")
	}
	if LeastRole(Owner, Viewer, Approver) != Viewer || LeastRole(Owner, "") != "" || LeastRole() != "" {
		t.Error("the least of several roles")
	}
}
