package security

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/ledger"
	"prentice/internal/op"
)

// facts is what explain.md is drawn from.
type facts struct {
	Known   bool // whether there is a data folder to look at
	Head    ledger.Head
	Behind  int64 // lines that no checkpoint speaks of yet
	People  []identity.PersonRecord
	Owners  int
	Tokens  int
	Agents  int
	Forever []identity.TokenRecord // tokens that never expire
	Unused  []identity.TokenRecord // tokens that no one used for 30 days
	Ending  []identity.TokenRecord // tokens that expire within 14 days
	Books   []Book                 // where advisories on this machine came from
	Unread  string                 // why that is not known
}

const (
	unused = 30 * 24 * time.Hour
	ending = 14 * 24 * time.Hour
)

func (d Deps) facts(ctx context.Context) (any, error) {
	f := facts{}
	if d.Supply.Shelf != nil {
		books, err := d.Supply.listed(ctx, op.Call{}, struct{}{})
		if f.Books = books.Sources; err != nil {
			f.Unread = strings.Join(strings.Fields(err.Error()), " ")
		}
	}
	if d.Ledger == nil || d.People == nil || d.Clock == nil {
		return f, nil
	}
	f.Known = true
	var err error
	if f.Head, err = d.Ledger.Head(ctx); err != nil {
		return nil, err
	}
	f.Behind = f.Head.Seq - f.Head.SignedSeq
	if f.People, err = d.People.People(ctx); err != nil {
		return nil, err
	}
	for _, p := range f.People {
		if p.Role == prentice.Owner {
			f.Owners++
		}
	}
	tokens, err := d.People.Tokens(ctx, "")
	if err != nil {
		return nil, err
	}
	f.sort(tokens, d.Clock())
	return f, nil
}

// sort puts tokens under what is to be said of them.
func (f *facts) sort(tokens []identity.TokenRecord, now time.Time) {
	f.Tokens = len(tokens)
	for _, t := range tokens {
		if t.Kind == prentice.Agent {
			f.Agents++
		}
		last := t.Seen
		if last.IsZero() {
			last = t.Created
		}
		switch {
		case t.Unread != "": // no one comes in by it
		case t.Expires.IsZero():
			f.Forever = append(f.Forever, t)
		case t.Expires.Sub(now) < ending:
			f.Ending = append(f.Ending, t)
		}
		if now.Sub(last) > unused {
			f.Unused = append(f.Unused, t)
		}
	}
}
