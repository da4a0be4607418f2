package web

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"prentice"
	"prentice/internal/op"
)

// The stories of security: lists that are wider than a phone.

type tokensOut struct{ Tokens []prentice.TokenRecord }

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
			Kind string `json:"kind,omitempty"`
		}) (out linesOut, err error) {
			if full && in.Kind == "" {
				out = linesOut{someLines(), "38"}
			}
			return out, nil
		}),
	}
}

func someTokens() []prentice.TokenRecord {
	return []prentice.TokenRecord{
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

func securityPages() []Page {
	security := os.DirFS("../../skill/security")
	return []Page{
		{Path: "/tokens", Op: "token.list", Template: "tokens.html", Title: "Tokens", Files: security},
		{Path: "/evidence", Op: "evidence.list", Template: "evidence.html", Title: "Evidence", Files: security},
	}
}

var securityStories = []story{
	{name: "tokens", path: "/tokens", who: "ann", lists: true},
	{name: "evidence", path: "/evidence", who: "vera", lists: true},
	{name: "evidence-none-like-that", path: "/evidence?kind=none", who: "vera"},
}
