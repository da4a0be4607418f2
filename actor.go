package prentice

import (
	"slices"
	"time"
)

// Role is what an actor may do at most. Each role includes those before it.
type Role string

// The roles, least first.
const (
	Viewer   Role = "viewer"   // reads
	Operator Role = "operator" // asks for runs, sends events, cancels
	Approver Role = "approver" // gives and refuses leave
	Owner    Role = "owner"    // keeps people, tokens and the kill switch
)

var roles = []Role{Viewer, Operator, Approver, Owner}

// Includes says whether someone with role r may do what needs role least. An
// unknown role includes nothing and is included by nothing.
func (r Role) Includes(least Role) bool {
	have, need := slices.Index(roles, r), slices.Index(roles, least)
	return need >= 0 && have >= need
}

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) {
	if slices.Contains(roles, Role(s)) {
		return Role(s), nil
	}
	return "", Errorf(Invalid, "%q is not a role", clip(s)).Try("use viewer, operator, approver or owner")
}

// ActorKind says what sort of being acts.
type ActorKind string

// The kinds of actor.
const (
	Person ActorKind = "person"
	Agent  ActorKind = "agent" // a program that holds a token
	Self   ActorKind = "self"  // prentice, moved by an event or a schedule
)

// Actor is who does something. Requester, approver and executor are three
// actors, recorded apart.
type Actor struct {
	Kind ActorKind `json:"kind"`
	Name string    `json:"name"`
	Role Role      `json:"role,omitempty"`
	Door string    `json:"door,omitempty"` // the face they came through: cli, api, web, hook, schedule, probe

	Groups []Ref   `json:"groups,omitempty"` // the teams they belong to
	Grants []Grant `json:"grants,omitempty"` // what they are on some things, beside Role, which holds everywhere
	Scope  *Scope  `json:"scope,omitempty"`  // what their token is for; nil is not narrowed
	Token  int64   `json:"token,omitempty"`  // the token that they came by; 0 is by signing in themselves

	Proven time.Time `json:"-"` // when they last showed a passkey, or a password and a code; zero is not in this session

	// Behind are the people whose doing this is as well: whose agent it is, who
	// made the token or the sign-in link, and who was behind those.
	Behind  []Ref `json:"behind,omitempty"`
	Owner   Ref   `json:"owner,omitempty"`   // of an agent: the person whose it is
	Given   bool  `json:"given,omitempty"`   // of an agent: an owner gave it its name
	Machine bool  `json:"machine,omitempty"` // came by the token of the machine's own command line
}

// HookAgent begins the names of agents that speak for a webhook whose sender signs what
// it posts. No token has such a name.
const HookAgent = "hook:"

// Prentice is the program itself, acting because something happened.
func Prentice(door string) Actor {
	return Actor{Kind: Self, Name: "prentice", Role: Operator, Door: door}
}

// Ref is the actor's identity: two actors with the same Ref are one and the
// same, whichever door they use.
func (a Actor) Ref() Ref {
	if a.Kind == Self {
		return "self/prentice"
	}
	return NewRef(string(a.Kind), a.Name)
}

// GivesNames says whether an agent that someone makes may be trusted for its
// name: they are an owner, in a session of their own or at the machine.
func (a Actor) GivesNames() bool {
	return a.Kind == Person && a.Role.Includes(Owner) && a.Scope == nil && (a.Token == 0 || a.Machine)
}

// Known says whether anyone is there at all.
func (a Actor) Known() bool { return a.Kind != "" && a.Name != "" }

// People are all the people behind an actor: themselves, if they are a person,
// and anyone who is behind them. Prentice itself has no one behind it. Anyone who is
// among them has done what the actor does, as far as approvals are concerned.
func (a Actor) People() []Ref {
	if a.Kind == Person && a.Name != "" {
		return JoinPeople([]Ref{a.Ref()}, a.Behind)
	}
	return JoinPeople(a.Behind)
}

// JoinPeople puts lists of people together, sorted and each once.
func JoinPeople(lists ...[]Ref) []Ref {
	all := slices.DeleteFunc(slices.Concat(lists...), func(r Ref) bool { return r.Kind() != string(Person) || r.Name() == "" })
	slices.Sort(all)
	return slices.Compact(all)
}

// SharedPerson is someone who is in both lists, or "".
func SharedPerson(a, b []Ref) Ref {
	for _, one := range a {
		if slices.Contains(b, one) {
			return one
		}
	}
	return ""
}

// Way is one by which a person could come in. People are all who are behind them
// then, themselves among them.
type Way struct {
	Person Ref
	People []Ref
}

// Independent are those who could come in by a way behind which none of some people is.
func Independent(ways []Way, of []Ref) []Ref {
	var list []Ref
	for _, w := range ways {
		if SharedPerson(w.People, of) == "" {
			list = append(list, w.Person)
		}
	}
	return JoinPeople(list)
}
