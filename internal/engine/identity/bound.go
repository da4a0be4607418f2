package identity

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// word is what a provider outside last said of someone. For whom no provider
// speaks it is not bound and holds for ever.
type word struct {
	bound  bool
	groups []prentice.Ref
	at     time.Time // zero: it was taken back
}

const wordQuery = `SELECT groups, vouched FROM identity_provider WHERE person = ?`

func (i *Identity) word(ctx context.Context, name string) (word, error) {
	return readWord(name, func(dest ...any) error { return i.db.QueryRow(ctx, wordQuery, []any{name}, dest...) })
}

func wordIn(tx *db.Tx, name string) (word, error) {
	return readWord(name, func(dest ...any) error { return tx.QueryRow(wordQuery, []any{name}, dest...) })
}

func readWord(name string, scan func(...any) error) (w word, err error) {
	var groups string
	var at int64
	err = scan(&groups, &at)
	if isNone(err) {
		return word{}, nil
	}
	if err != nil {
		return w, fmt.Errorf("look what the provider says of %s: %w", name, err)
	}
	return word{bound: true, at: db.Time(at), groups: prentice.RefsIn(groups)}, nil
}

// until is when the word is too old for what may lean on it for so long; zero is
// never.
func (w word) until(lasts time.Duration) time.Time {
	if !w.bound {
		return time.Time{}
	}
	return w.at.Add(lasts)
}

// holds refuses anyone who the provider does not vouch for any more, or has not for
// so long.
func (w word) holds(now time.Time, lasts time.Duration) error {
	switch {
	case w.bound && w.at.IsZero():
		return prentice.Errorf(prentice.Unauthenticated, "your organisation does not vouch for you any more").Try("ask those who keep its groups, then sign in with your organisation")
	case w.bound && over(w.until(lasts), now):
		return prentice.Errorf(prentice.Unauthenticated, "your organisation has not said who you are since %s UTC", w.at.UTC().Format(time.DateTime)).
			Try("sign in with your organisation; for an hour after that the other ways are open too")
	}
	return nil
}

// leansFor is how long what someone came by may lean on the provider's word: a
// person for an hour, whatever else they could show; the program that a token of
// theirs was made for, for as long as no one need sign in.
func leansFor(kind prentice.ActorKind) time.Duration {
	if kind == prentice.Agent {
		return ProviderStanding
	}
	return ProviderSession
}

// note writes down what the provider changed, as it is when an owner does.
func (i *Identity) note(tx *db.Tx, kind string, o Outsider, data map[string]any) error {
	if i.Record == nil {
		return nil
	}
	data["provider"], data["subject"] = o.Issuer, o.Subject
	return i.Record(tx, i.clock(), prentice.Note{Kind: kind, Actor: "self/prentice", Refs: []prentice.Ref{prentice.NewRef(string(prentice.Person), o.Name)}, Data: data})
}
