package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/op"
	"prentice/internal/skill/security"
	"prentice/internal/team"
)

// The stories of security: lists that are wider than a phone.

type tokensOut struct{ Tokens []identity.TokenRecord }

type linesOut struct {
	Lines    []prentice.Evidence
	NextPage string
}

func securityOps(full bool) []op.Op {
	return []op.Op{
		op.New("token.list", prentice.Look, prentice.Viewer, "List tokens.", func(context.Context, op.Call, struct{}) (out tokensOut, err error) {
			if full {
				out.Tokens = someTokens()
			}
			return out, nil
		}),
		op.New("token.revoke", prentice.Change, prentice.Viewer, "End a token.", answer),
		op.New("evidence.list", prentice.Look, prentice.Viewer, "List evidence.", func(_ context.Context, _ op.Call, in struct {
			Ref    string `json:"ref,omitempty"`
			Kind   string `json:"kind,omitempty"`
			Step   string `json:"step,omitempty"`
			Target string `json:"target,omitempty"`
			Batch  int    `json:"batch,omitempty"`
		}) (out linesOut, err error) {
			if full && in.Ref == "run/49" {
				return linesOut{fleetLines(), ""}, nil
			}
			if full && in.Kind == "" {
				out = linesOut{someLines(), "38"}
			}
			return out, nil
		}),
		op.New("evidence.show", prentice.Look, prentice.Viewer, "Show a line.", func(_ context.Context, _ op.Call, in struct {
			Seq int64 `json:"seq"`
		}) (security.Line, error) {
			return security.Line{Evidence: someLines()[41-in.Seq]}, nil
		}),
		op.New("evidence.thread", prentice.Look, prentice.Viewer, "Show a thread.", func(_ context.Context, _ op.Call, in struct {
			Ref prentice.Ref `json:"ref"`
		}) (security.Thread, error) {
			out := security.Thread{About: in.Ref, Cut: true, Lines: someLines()}
			slices.Reverse(out.Lines)
			if in.Ref.Kind() != "run" {
				out = security.Thread{About: in.Ref}
			}
			return out, nil
		}),
		op.New("view.list", prentice.Look, prentice.Viewer, "List views.", func(_ context.Context, _ op.Call, in struct {
			Page string `json:"page,omitempty"`
		}) (out security.SavedViews, err error) {
			if full && in.Page == "/runs" {
				for _, query := range []string{"state=failed", "state=undone"} {
					out.Views = append(out.Views, security.SavedView{SavedView: identity.SavedView{Name: "Views <of> " + query, Page: in.Page, Query: query}, Href: in.Page + "?" + query})
				}
			}
			return out, nil
		}),
		canned("secret.list", full, someSecrets),
		canned("person.list", full, func() security.Team { return security.Team{People: somePeople()} }).Naming("person"),
		op.New("person.show", prentice.Look, prentice.Viewer, "Show a person.", func(_ context.Context, _ op.Call, in struct {
			Name string `json:"name"`
		}) (security.PersonDetail, error) {
			return somePerson(in.Name), nil
		}),
		op.New("account.show", prentice.Look, prentice.Viewer, "Show your account.", func(_ context.Context, c op.Call, _ struct{}) (out security.Account, err error) {
			out.PersonDetail, out.ByToken = somePerson(c.Actor.Name), c.Actor.Name == "vera"
			if out.Name == "ann" {
				out.SignsIn = identity.AccountRecord{Password: true, Recovery: 7, Passkeys: []identity.PasskeyRecord{{ID: "pk-1", Name: "the laptop in the bag", Created: ago(90 * 24 * time.Hour), Seen: ago(3 * time.Minute)}}}
			}
			return out, nil
		}),
	}
}

func someSecrets() security.SecretList {
	secret := func(name, from string, set bool) security.SecretUse {
		return security.SecretUse{SecretRecord: team.SecretRecord{Name: name, From: from, Set: set, Changed: ago(40 * 24 * time.Hour)}, UsedBy: []string{"restart-service"}, Used: ago(3 * time.Hour)}
	}
	list := []security.SecretUse{secret("deploy-token", "store", true), secret("the-password-of-the-standby-database-in-the-other-machine-room", "command", true), secret("smtp-password", "file", false)}
	list[1].UsedBy, list[1].Used = []string{longName, "check-backups"}, time.Time{}
	list[2].UsedBy, list[2].Changed = nil, time.Time{}
	return security.SecretList{Secrets: list}
}

func somePeople() []identity.PersonRecord {
	return []identity.PersonRecord{
		{Name: "ann", Role: prentice.Approver, Created: ago(90 * 24 * time.Hour), Seen: ago(2 * time.Minute), Groups: []prentice.Ref{"group/platform-and-reliability-engineering", "group/shop"}, Grants: []prentice.Grant{{Role: prentice.Owner, On: "system/shop"}, {Role: prentice.Approver, On: "service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1"}}},
		{Name: "olga", Role: prentice.Owner, Created: ago(90 * 24 * time.Hour), Seen: ago(26 * time.Hour)},
		{Name: "somebody-with-an-unusually-long-name", Role: prentice.Viewer, Created: ago(2 * time.Hour)},
	}
}

func somePerson(name string) security.PersonDetail {
	out := security.PersonDetail{PersonRecord: somePeople()[2]}
	if name == "ann" {
		out.PersonRecord, out.Tokens = somePeople()[0], someTokens()
		out.Sessions = []identity.SessionRecord{{ID: "s-7f3a", Person: "ann", Way: "passkey", Address: "10.20.30.4", Agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36", Created: ago(time.Hour), Seen: ago(time.Minute), Idle: noon.Add(11 * time.Hour), Expires: noon.Add(6 * 24 * time.Hour)}}
	}
	out.Name = name
	return out
}

func someTokens() []identity.TokenRecord {
	return []identity.TokenRecord{
		{ID: 1, Name: "cli@the-laptop-of-somebody", Kind: prentice.Person, Person: "ann", Role: prentice.Approver, Seen: ago(time.Minute)},
		{ID: 2, Name: "ci", Kind: prentice.Agent, Person: "owner", Role: prentice.Operator, Expires: ago(-30 * 24 * time.Hour), Scope: &prentice.Scope{Ops: []string{"run.*", "incident.list"}, On: []prentice.Ref{"service/checkout", "group/platform-and-reliability-engineering"}}},
		{ID: 3, Name: "night-bot", Kind: prentice.Agent, Person: "owner", Role: prentice.Viewer, Expires: ago(time.Hour), Seen: ago(2 * time.Hour)},
	}
}

func someLines() []prentice.Evidence {
	return []prentice.Evidence{
		{Seq: 41, Time: ago(time.Second), Kind: "op.failed", Actor: "person/ann", Refs: []prentice.Ref{"op/token.create"}, Data: json.RawMessage(`{"error":"not-found"}`)},
		{Seq: 40, Time: ago(time.Minute), Kind: "run.asked", Actor: "self/prentice", Refs: []prentice.Ref{"run/41", "procedure/restart-service", "service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1"}, Data: json.RawMessage(`{"says":"waits for 1 approver <b>"}`)},
		{Seq: 39, Time: ago(time.Hour), Kind: "policy.adopted", Actor: "person/ann", Refs: []prentice.Ref{"policy/team"}},
	}
}

// fleetLines is what became of steps on many hosts.
func fleetLines() (lines []prentice.Evidence) {
	for i := range 6 {
		data := fmt.Sprintf(`{"batch":%d,"code":0,"kind":"sh","section":"act","step":"deploy","target":"host/web-%03d.fleet.example","says":"exit code 0"}`, 1+i/3, i+1)
		lines = append(lines, prentice.Evidence{Seq: int64(96 - i), Time: ago(time.Duration(i) * time.Minute), Kind: "step.done", Actor: "self/prentice", Refs: []prentice.Ref{"run/49", "procedure/deploy"}, Data: json.RawMessage(data)})
	}
	return lines
}

var securityStories = []story{
	{name: "tokens", path: "/tokens", who: "ann", lists: true},
	{name: "evidence", path: "/evidence", who: "vera", lists: true},
	{name: "evidence-none-like-that", path: "/evidence?kind=none", who: "vera"},
	{name: "evidence-of-a-batch", path: "/evidence?ref=run/49&batch=2&target=host/web-002.fleet.example", who: "vera"},
	{name: "line", path: "/evidence/40", who: "vera"},
	{name: "thread", path: "/evidence/thread/run/41", who: "vera"},
	{name: "thread-empty", path: "/evidence/thread/service/mailer", who: "vera"},
	{name: "secrets", path: "/secrets", who: "olga", lists: true},
	{name: "people", path: "/people", who: "olga", lists: true},
	{name: "person", path: "/people/ann", who: "olga"},
	{name: "person-new", path: "/people/otto", who: "olga"},
	{name: "account", path: "/account", who: "ann"},
	{name: "account-first", path: "/account", who: "otto"},
	{name: "account-by-token", path: "/account", who: "vera"},
	{name: "form-token", path: "/do/token.create", who: "ann"},
	{name: "form-person", path: "/do/person.remove?name=ann", who: "olga"},
}
