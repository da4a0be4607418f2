package security

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

type createIn struct {
	Name  string   `json:"name" arg:"1" doc:"A name for the token; an agent is known by it." example:"ci" maxLength:"100"`
	Role  string   `json:"role,omitempty" default:"viewer" enum:"viewer,operator,approver,owner" doc:"What it may do at most."`
	Kind  string   `json:"kind,omitempty" default:"agent" enum:"agent,person" doc:"Whether its holder acts as an agent of that name, or as the person."`
	For   string   `json:"for,omitempty" of:"person" label:"whose" doc:"Whose token it is, if not your own; for owners." maxLength:"100"`
	Ops   []string `json:"ops,omitempty" label:"operations" doc:"Only these operations: run.start, or event.* for all of a noun; without it, all that its role may." example:"event.send" maxLength:"50"`
	On    []string `json:"on,omitempty" label:"things" doc:"Only to act on these: system/NAME, service/NAME, or group/NAME for what it owns; without it, on everything." example:"system/payments" maxLength:"50"`
	Lasts string   `json:"lasts,omitempty" default:"90d" doc:"How long it lasts, such as 8h or 30d; at most 366d." maxLength:"20"`
}

type revokeIn struct {
	ID int64 `json:"id" arg:"1" doc:"The token's number, as token list shows it." example:"3" minimum:"1"`
}

func (d Deps) createToken(ctx context.Context, c op.Call, in createIn) (NewToken, error) {
	r, err := request(c.Actor, in)
	if err == nil {
		r.Scope, err = d.scope(in)
	}
	if err == nil {
		err = d.mayName(c.Actor, r)
	}
	if err != nil {
		return NewToken{}, err
	}
	value, t, err := d.People.CreateToken(ctx, r)
	if err != nil {
		return NewToken{}, err
	}
	data := map[string]any{"name": t.Name, "kind": string(t.Kind), "role": string(t.Role), "scope": t.Scope, "expires": t.Expires.UTC().Format(time.RFC3339), "behind": t.Behind}
	return NewToken{TokenRecord: t, Token: value}, d.record(ctx, c, "token.created", data, token(t.ID), person(t.Person))
}

// request says which token an actor may ask for: their own, and no more than
// they themselves may at this moment. Someone who came with a token that may
// less than they do cannot make one that may more.
func request(by prentice.Actor, in createIn) (identity.TokenRequest, error) {
	r := identity.TokenRequest{Name: in.Name, Kind: prentice.ActorKind(in.Kind), Person: by.Name, Role: prentice.Role(in.Role), By: by}
	if err := isPerson(by); err != nil {
		return r, err
	}
	if by.Scope != nil {
		return r, prentice.Errorf(prentice.Denied, "you came with a token that is%s, and it makes no others", scoped(by.Scope)).Try("sign in as yourself, and make it there")
	}
	if in.For != "" && in.For != by.Name {
		if !by.Role.Includes(prentice.Owner) {
			return r, prentice.Errorf(prentice.Denied, "a token for %s is for an owner to make", in.For).Try("ask an owner, or leave out --for")
		}
		r.Person = in.For
	}
	if !by.Most().Includes(r.Role) {
		return r, prentice.Errorf(prentice.Denied, "you are %s here, and a token of yours cannot be %s", by.Most(), in.Role).Try("ask for the role %s or less", by.Most())
	}
	var err error
	r.Lasts, err = lasting(in.Lasts)
	return r, err
}

// mayName keeps a name that the policy trusts, or distrusts, or that the settings
// call a monitor, from being taken by anyone who comes first.
func (d Deps) mayName(by prentice.Actor, r identity.TokenRequest) error {
	if d.Trusts == nil || r.Kind == prentice.Person || by.GivesNames() {
		return nil
	}
	rule := d.Trusts(r.Name)
	if rule == "" {
		return nil
	}
	return prentice.Errorf(prentice.Denied, "%s is about agents called %s, and only an owner gives that name, in a session of their own or at the machine", rule, r.Name).
		Try("choose another name, or ask an owner for: prentice token create %s --for %s", r.Name, r.Person)
}

func isPerson(a prentice.Actor) error {
	if a.Kind == prentice.Person {
		return nil
	}
	return prentice.Errorf(prentice.Denied, "tokens are for people to keep, and %s is not a person", a.Ref()).Try("sign in as a person")
}

// lasting reads a length of time that may be in days.
func lasting(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if d, err := span.Parse(s); err == nil && d > 0 {
		return d, nil
	}
	return 0, prentice.Errorf(prentice.Invalid, "%q is not how long a token may last", s).Try("write 8h or 30d, up to 366d")
}

// scope is what a token is to be for; nil is all that its role may. An
// operation that there is not is refused: it would be a token for nothing.
func (d Deps) scope(in createIn) (*prentice.Scope, error) {
	if len(in.Ops) == 0 && len(in.On) == 0 {
		return nil, nil
	}
	s := &prentice.Scope{Ops: in.Ops}
	if len(in.Ops) == 0 {
		s.Ops = []string{prentice.All}
	}
	for _, o := range in.Ops {
		if err := d.knownOp(o); err != nil {
			return nil, err
		}
	}
	if len(in.On) == 0 {
		s.On = []prentice.Ref{prentice.All}
	}
	for _, text := range in.On {
		on, err := prentice.ParseScoped(text)
		if err != nil {
			return nil, err
		}
		if err := d.there(on); err != nil {
			return nil, err
		}
		s.On = append(s.On, on)
	}
	return s, nil
}

func (d Deps) knownOp(name string) error {
	if d.Operations == nil {
		return nil
	}
	known := d.Operations()
	if slices.ContainsFunc(known, func(o string) bool {
		return (&prentice.Scope{Ops: []string{name}}).Asks(o) && name != prentice.All
	}) {
		return nil
	}
	e := prentice.Errorf(prentice.NotFound, "there is no operation %q", clipped(name))
	if near := nearest.Of(name, known); near != "" {
		return e.Try("did you mean %s?", near)
	}
	return e.Try("see what there is with: prentice --help; run.* is all of a noun")
}

func clipped(s string) string { return strings.ToValidUTF8(s[:min(len(s), 80)], "") }

// whose narrows someone to their own tokens, unless they are an owner.
func whose(a prentice.Actor) (string, error) {
	if a.Role.Includes(prentice.Owner) {
		return "", nil
	}
	return a.Name, isPerson(a)
}

func (d Deps) listTokens(ctx context.Context, c op.Call, _ nothing) (Tokens, error) {
	of, err := whose(c.Actor)
	if err != nil {
		return Tokens{}, err
	}
	tokens, err := d.People.Tokens(ctx, of)
	return Tokens{Tokens: tokens, Now: c.Now}, err
}

func (d Deps) revokeToken(ctx context.Context, c op.Call, in revokeIn) (Revoked, error) {
	of, err := whose(c.Actor)
	if err != nil {
		return Revoked{}, err
	}
	if err := d.People.RevokeToken(ctx, in.ID, of); err != nil {
		return Revoked{}, err
	}
	return Revoked(in), d.record(ctx, c, "token.revoked", nil, token(in.ID))
}

func token(id int64) prentice.Ref { return prentice.NewRef("token", strconv.FormatInt(id, 10)) }

// NewToken is a token with its value, which is shown this once.
type NewToken struct {
	identity.TokenRecord
	Token string `json:"token"`
}

// Text implements op.Texter.
func (t NewToken) Text() string {
	acts := "the agent " + t.Name
	if t.Kind == prentice.Person {
		acts = t.Person
	}
	return fmt.Sprintf("Token %d acts as %s, with the role %s%s, until %s%s. It is shown this once; keep it where secrets are kept.\n%s\n",
		t.ID, acts, t.Role, scoped(t.Scope), at(t.Expires, "it is revoked"), behind(t.Behind), t.Token)
}

// behind says in words who is behind a way in, if anyone.
func behind(people []prentice.Ref) string {
	if len(people) == 0 {
		return ""
	}
	return "; behind it: " + joined(people)
}

// Quiet implements op.Quieter.
func (t NewToken) Quiet() string { return t.Token }

// Tokens is a list of tokens.
type Tokens struct {
	Tokens []identity.TokenRecord `json:"tokens"`
	Now    time.Time              `json:"-"`
}

// Table implements op.Tabler.
func (t Tokens) Table() (head []string, rows [][]string) {
	for _, one := range t.Tokens {
		until := when(one.Expires, "forever")
		if !one.Expires.IsZero() && !t.Now.IsZero() && !t.Now.Before(one.Expires) {
			until = "expired"
		}
		if one.Unread != "" {
			until = one.Unread
		}
		rows = append(rows, []string{strconv.FormatInt(one.ID, 10), one.Name, string(one.Kind), one.Person, string(one.Role) + scoped(one.Scope), joined(one.Behind), until, when(one.Seen, "never")})
	}
	return []string{"TOKEN", "NAME", "ACTS AS", "OF", "ROLE", "BEHIND IT", "UNTIL (UTC)", "LAST USED (UTC)"}, rows
}

// Empty implements op.Emptier.
func (t Tokens) Empty() string {
	return "No token. Make the first one for a program with: prentice token create ci --role operator"
}

// Revoked is the token that has ended.
type Revoked struct {
	ID int64 `json:"id"`
}

// Text implements op.Texter.
func (r Revoked) Text() string {
	return fmt.Sprintf("Token %d has ended, and so have the sessions that were opened with it.", r.ID)
}

var (
	_ op.Texter  = NewToken{}
	_ op.Tabler  = Tokens{}
	_ op.Emptier = Tokens{}
	_ op.Texter  = Revoked{}
)
