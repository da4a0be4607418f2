package security

import (
	"cmp"
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/op"
)

type revokeSessionIn struct {
	ID string `json:"id" arg:"1" doc:"The session, as session list shows it." example:"3f9a0c1d2e4b" maxLength:"20"`
}

func (d Deps) sessionOps() []op.Op {
	return []op.Op{
		op.New("session.list", prentice.Look, prentice.Viewer, "List the browsers that you are signed in with; owners see everyone's.", d.listSessions).
			WithExample("prentice session list"),
		op.New("session.revoke", prentice.Change, prentice.Viewer, "Sign one of your browsers out at once; owners may end anybody's session.", d.revokeSession).
			WithExample("prentice session revoke 3f9a0c1d2e4b"),
	}
}

func (d Deps) listSessions(ctx context.Context, c op.Call, _ nothing) (Sessions, error) {
	of, err := whose(c.Actor)
	if err != nil {
		return Sessions{}, err
	}
	sessions, err := d.People.ListSessions(ctx, of)
	return Sessions{sessions}, err
}

func (d Deps) revokeSession(ctx context.Context, c op.Call, in revokeSessionIn) (SessionEnded, error) {
	of, err := whose(c.Actor)
	if err != nil {
		return SessionEnded{}, err
	}
	name, err := d.People.RevokeSession(ctx, in.ID, of)
	if err != nil {
		return SessionEnded{}, err
	}
	return SessionEnded{in.ID, name}, d.record(ctx, c, "session.revoked", map[string]any{"session": in.ID}, person(name))
}

// Sessions are browsers that are signed in.
type Sessions struct {
	Sessions []identity.SessionRecord `json:"sessions"`
}

// Table implements op.Tabler.
func (s Sessions) Table() (head []string, rows [][]string) {
	for _, one := range s.Sessions {
		rows = append(rows, []string{one.ID, one.Person, one.Way, one.Address, when(one.Seen, "never"), when(one.Idle, ""), cmp.Or(one.Unread, when(one.Expires, ""))})
	}
	return []string{"SESSION", "OF", "BY", "FROM", "LAST USED (UTC)", "IDLE UNTIL (UTC)", "UNTIL (UTC)"}, rows
}

// Empty implements op.Emptier.
func (s Sessions) Empty() string {
	return "No browser is signed in. Make a link for one with: prentice person link NAME"
}

// SessionEnded is a session that is over.
type SessionEnded struct {
	ID     string `json:"id"`
	Person string `json:"person"`
}

// Text implements op.Texter.
func (s SessionEnded) Text() string {
	return fmt.Sprintf("Session %s of %s has ended; that browser must sign in again.", s.ID, s.Person)
}

var (
	_ op.Tabler  = Sessions{}
	_ op.Emptier = Sessions{}
	_ op.Texter  = SessionEnded{}
)
