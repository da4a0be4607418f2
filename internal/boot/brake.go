package boot

import (
	"context"
	"encoding/json"
	"fmt"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/stopfile"
	"prentice/internal/face/cli"
	"prentice/internal/op"
	"prentice/internal/skill/supervision"
)

// brakeOp is the operation that must work when nothing else does.
const brakeOp = "stop-all"

// tellPatience is how long a server may take over hearing that all is stopped.
const tellPatience = 5 * time.Second

// brake is the door of stop-all where the data folder is. Anyone who sits at the
// machine makes the file first, and then the server is told. Anyone who acts by a
// token of their own asks the server first, since it may refuse them; when it does
// not answer, the file is made all the same: they may write it by hand.
type brake struct {
	c    *commands
	g    cli.Global
	set  Settings
	shut func() error
}

// Invoke implements op.Door.
func (b *brake) Invoke(ctx context.Context, r op.Request) (any, error) {
	file := stopfile.Path(filepath.Join(b.set.Data, "STOP"))
	text := stopText(r.In, time.Now())
	made := b.g.Token == ""
	if made {
		if err := file.Stop(text); err != nil {
			return nil, err
		}
	}
	out, err := b.tell(ctx, r)
	switch kind := prentice.KindOf(err); {
	case err == nil:
		return out, nil
	case !made && kind != prentice.Unavailable && kind != prentice.Conflict:
		return nil, err
	case !made:
		if err := file.Stop(text); err != nil {
			return nil, err
		}
	}
	return supervision.Said{Says: fmt.Sprintf("Stopped by the file %s. Nothing begins its next step until it is gone: prentice resume-all\nNo server was told: %v", file, err)}, nil
}

// tell asks anyone who serves the folder, or does it here when no one does.
func (b *brake) tell(ctx context.Context, r op.Request) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, tellPatience)
	defer cancel()
	if b.set.presence() != started {
		return nil, b.set.notStarted()
	}
	door, shut, err := b.c.openHere(ctx, b.set, b.g, op.Op{Name: brakeOp, Risk: prentice.Change})
	if err != nil {
		return nil, err
	}
	b.shut = shut
	return door.Invoke(ctx, r)
}

// Watch implements op.Door.
func (b *brake) Watch(context.Context, op.Request, func(any) error) error {
	return prentice.Errorf(prentice.Invalid, "%s answers once", brakeOp)
}

func (b *brake) close() error {
	if b.shut == nil {
		return nil
	}
	return b.shut()
}

// stopText says who stopped everything, as far as the machine knows, and why.
func stopText(in any, now time.Time) string {
	who := "somebody"
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	var said struct{ Reason string }
	if raw, err := json.Marshal(in); err == nil {
		_ = json.Unmarshal(raw, &said) // without a reason it stops as well
	}
	text := fmt.Sprintf("the user %s of this machine at %s", who, now.UTC().Format(time.RFC3339))
	if reason := strings.Join(strings.Fields(said.Reason), " "); reason != "" {
		text += ": " + reason
	}
	return text
}

var _ op.Door = (*brake)(nil)
