package security

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

type grantIn struct {
	Name string `json:"name" arg:"1" of:"person" doc:"The person's name." example:"ann" maxLength:"100"`
	Role string `json:"role" arg:"2" enum:"viewer,operator,approver,owner" doc:"What they may do there at most."`
	On   string `json:"on" of:"ref" doc:"What the role is for: a system, what a group owns, or a service." example:"system/payments" maxLength:"200"`
}

type revokeGrantIn struct {
	Name string `json:"name" arg:"1" of:"person" doc:"The person's name." example:"ann" maxLength:"100"`
	On   string `json:"on" of:"ref" doc:"What the role was for." example:"system/payments" maxLength:"200"`
}

type showPersonIn struct {
	Name string `json:"name,omitempty" arg:"1" doc:"The person's name; without it, you." example:"ann" maxLength:"100"`
}

func (d Deps) grantOps() []op.Op {
	return []op.Op{
		op.New("person.grant", prentice.Change, prentice.Owner, "Give a person a role on one system, one service, or what a group owns.", d.grant).
			WithExample("prentice person grant ann approver --on system/payments").
			WithHelp("The role counts only for acting on what belongs there; everyone who may sign in may read everything. " +
				"A run counts as acting on its subject and on every target that is not one of the subject's hosts, and the least role on all of it counts. " +
				"Their sessions end, so that they sign in as who they are now."),
		op.New("person.revoke-grant", prentice.Change, prentice.Owner, "Take away the role that a person has on one thing.", d.revokeGrant).
			WithExample("prentice person revoke-grant ann --on system/payments"),
		op.New("person.show", prentice.Look, prentice.Viewer, "Show a person: roles, where they hold, groups, sessions and tokens.", d.showPerson).
			WithExample("prentice person show ann").
			WithHelp("Everyone may look at themselves; owners may look at everyone."),
	}
}

func (d Deps) grant(ctx context.Context, c op.Call, in grantIn) (PersonOut, error) {
	on, err := prentice.ParseGrantable(in.On)
	if err != nil {
		return PersonOut{}, err
	}
	if err := d.there(on); err != nil {
		return PersonOut{}, err
	}
	p, err := d.People.Grant(ctx, in.Name, prentice.Grant{Role: prentice.Role(in.Role), On: on})
	if err != nil {
		return PersonOut{}, err
	}
	return PersonOut{p}, d.record(ctx, c, "person.granted", map[string]any{"role": in.Role, "on": string(on)}, person(p.Name), on)
}

// there refuses to grant anything on what the catalog does not know: a
// misspelt name would be a role that never counts.
func (d Deps) there(on prentice.Ref) error {
	if on.Kind() == "hook" && d.Hook != nil {
		return d.Hook(on.Name())
	}
	if d.Catalog == nil {
		return nil
	}
	var known []string
	for _, e := range d.Catalog().Entities {
		known = append(known, string(e.Ref))
	}
	for _, s := range d.Catalog().Services {
		known = append(known, string(s.Ref))
	}
	if slices.Contains(known, string(on)) {
		return nil
	}
	e := prentice.Errorf(prentice.NotFound, "the catalog has no %s", on)
	if near := nearest.Of(string(on), known); near != "" {
		return e.Try("did you mean %s?", near)
	}
	return e.Try("list what there is with: prentice catalog list")
}

func (d Deps) revokeGrant(ctx context.Context, c op.Call, in revokeGrantIn) (PersonOut, error) {
	p, err := d.People.RevokeGrant(ctx, in.Name, prentice.Ref(in.On))
	if err != nil {
		return PersonOut{}, err
	}
	return PersonOut{p}, d.record(ctx, c, "person.grant-revoked", map[string]any{"on": in.On}, person(p.Name))
}

func (d Deps) showPerson(ctx context.Context, c op.Call, in showPersonIn) (PersonDetail, error) {
	if in.Name == "" {
		in.Name = c.Actor.Name
	}
	if of, err := whose(c.Actor); err != nil {
		return PersonDetail{}, err
	} else if of != "" && of != in.Name {
		return PersonDetail{}, prentice.Errorf(prentice.Denied, "only owners look at others").Try("look at yourself with: prentice person show")
	}
	return d.personDetail(ctx, in.Name)
}

func (d Deps) personDetail(ctx context.Context, name string) (PersonDetail, error) {
	p, err := d.People.Person(ctx, name)
	if err != nil {
		return PersonDetail{}, err
	}
	sessions, err := d.People.ListSessions(ctx, p.Name)
	if err != nil {
		return PersonDetail{}, err
	}
	tokens, err := d.People.Tokens(ctx, p.Name)
	return PersonDetail{PersonRecord: p, Sessions: sessions, Tokens: tokens}, err
}

// PersonDetail is a person with all by which they come in.
type PersonDetail struct {
	identity.PersonRecord
	Sessions []identity.SessionRecord `json:"sessions"`
	Tokens   []identity.TokenRecord   `json:"tokens"`
}

// Text implements op.Texter.
func (p PersonDetail) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is %s everywhere%s.\n", p.Name, p.Role, also(p.Grants))
	if len(p.Groups) > 0 {
		fmt.Fprintf(&b, "groups    %s\n", joined(p.Groups))
	}
	fmt.Fprintf(&b, "since     %s\nlast seen %s\n", p.Created.UTC().Format("2006-01-02"), at(p.Seen, "never"))
	for _, s := range p.Sessions {
		fmt.Fprintf(&b, "session   %s by %s from %s, until %s%s\n", s.ID, s.Way, s.Address, at(s.Expires, ""), behind(s.Behind))
	}
	for _, t := range p.Tokens {
		fmt.Fprintf(&b, "token     %d %s: %s%s, until %s%s\n", t.ID, t.Name, t.Role, scoped(t.Scope), at(t.Expires, "it is revoked"), behind(t.Behind))
	}
	return b.String()
}

// also says what someone is in particular.
func also(grants []prentice.Grant) string {
	var b strings.Builder
	for _, g := range grants {
		fmt.Fprintf(&b, ", %s on %s", g.Role, g.On)
	}
	return b.String()
}

// scoped says behind a role what its token is for, if not for everything.
func scoped(s *prentice.Scope) string {
	if s == nil {
		return ""
	}
	return " " + s.String()
}

func joined(refs []prentice.Ref) string {
	texts := make([]string, len(refs))
	for i, r := range refs {
		texts[i] = string(r)
	}
	return strings.Join(texts, ", ")
}

var _ op.Texter = PersonDetail{}
