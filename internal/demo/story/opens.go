package story

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/op"
	"prentice/internal/skill/automation"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/security"
)

// opens: the shop runs, everything in it is watched, and people have joined.
func (p *play) opens(ctx context.Context) (err error) {
	p.chapter("The shop is open")
	if p.Opened, err = p.Open(ctx); err != nil {
		return err
	}
	p.owner = p.As(p.Token)
	p.now("●", fmt.Sprintf("prentice is up at %s; all it knows lies in %s.", p.URL, p.Data))
	procedures, err := ask[automation.Listed](ctx, p.owner, "procedure.list", nil)
	if err != nil {
		return err
	}
	var names []string
	for _, l := range procedures.Procedures {
		names = append(names, l.Name)
		if err := p.hold(l.Usable, "procedure %s can be used", l.Name); err != nil {
			return err
		}
	}
	p.says("The team has agreed on these procedures: " + strings.Join(names, ", ") + ".")
	return holdAll(p.watched(ctx), p.joins(ctx), p.sells(ctx))
}

// watched waits until every service is known to be well, and says why.
func (p *play) watched(ctx context.Context) error {
	for _, name := range demo.Names() {
		var s availability.Shown
		if err := p.await(ctx, name+" is found well", func(ctx context.Context) (is bool, err error) {
			s, err = p.service(ctx, name)
			return err == nil && s.State == availability.Well, err
		}); err != nil {
			return err
		}
		p.at(s.Since, "●", fmt.Sprintf("%-9s %s: %s", name, s.State, s.Says))
		for _, look := range s.Looks {
			rule, _, _ := strings.Cut(look.Wants, ", well after")
			p.fact("", "wanted: "+rule)
		}
		if name == demo.Orders {
			p.customers.orders = s.URL
		}
		if name == demo.Checkout {
			p.customers.checkout = s.URL
			p.fact("", "needs "+refs(s.DependsOn))
		}
	}
	return p.breathe(ctx, short)
}

func (p *play) service(ctx context.Context, name string) (availability.Shown, error) {
	return ask[availability.Shown](ctx, p.owner, "service.show", map[string]any{"name": name})
}

// joins brings ann, who may approve, to the team.
func (p *play) joins(ctx context.Context) (err error) {
	if p.ann, err = p.person(ctx, "ann", prentice.Approver); err != nil {
		return err
	}
	p.now("●", "ann joins the team with the role approver. She comes with a token of her own, through the same API as everyone.")
	return nil
}

// person adds someone to the team and is the API as they have it.
func (p *play) person(ctx context.Context, name string, role prentice.Role) (op.Door, error) {
	if _, err := ask[security.SignInLink](ctx, p.owner, "person.add", map[string]any{"name": name, "role": role}); err != nil {
		return nil, err
	}
	return p.token(ctx, map[string]any{"name": name + "-laptop", "kind": prentice.Person, "for": name, "role": role}, prentice.NewRef("person", name))
}

// token makes a token and looks whether its bearer is who they should be.
func (p *play) token(ctx context.Context, in map[string]any, who prentice.Ref) (op.Door, error) {
	made, err := ask[security.NewToken](ctx, p.owner, "token.create", in)
	if err != nil {
		return nil, err
	}
	door := p.As(made.Token)
	p.tokens[who] = made.Token
	me, err := ask[security.Me](ctx, door, "whoami", nil)
	if err != nil {
		return nil, err
	}
	return door, p.hold(me.Ref() == who, "the bearer of the token of %s is %s", who, me.Ref())
}

// sells lets a customer buy something, so that there is something to lose.
func (p *play) sells(ctx context.Context) error {
	got, sorry, err := p.customers.buy(ctx, "a kettle")
	if err != nil {
		return err
	}
	if err := p.hold(sorry == "" && got.Order == 1, "a customer can buy; the shop says %q, order %d", sorry, got.Order); err != nil {
		return err
	}
	p.now("●", fmt.Sprintf("A customer buys a kettle: payment %d, order %d. The order is on the disk of orders.", got.Payment, got.Order))
	return nil
}

func refs(list []prentice.Ref) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = r.Name()
	}
	return strings.Join(words, " and ")
}
