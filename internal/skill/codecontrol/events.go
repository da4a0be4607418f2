package codecontrol

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"prentice"
	"prentice/internal/kit/db"
)

// eventSource is in whose name code control tells what happened.
const eventSource = "prentice/code"

// toldKinds are the kinds of evidence that are events as well, on which procedures begin. What
// becomes of a change its store tells.
var toldKinds = []string{
	"push.taken", "push.refused", "queue.ejected", "queue.frozen", "queue.unfrozen", "branch.protected", "branch.unprotected", "branch.bypassed",
	"mirror.begun", "mirror.ended", "mirror.stalled",
	"repository.created", "repository.imported", "repository.archived", "repository.unarchived", "repository.deleted",
}

// happened writes evidence with a write, and tells of it: the one is not there without the
// other.
func (k *Desk) happened(tx *db.Tx, notes ...prentice.Note) error {
	if k.Queue.Record != nil && len(notes) > 0 {
		if err := k.Queue.Record(tx, k.now(), notes...); err != nil {
			return err
		}
	}
	for _, n := range notes {
		if k.Queue.Tell == nil || !slices.Contains(toldKinds, n.Kind) {
			continue
		}
		number, err := tx.Next("code event")
		if err != nil {
			return err
		}
		if err := k.tell(tx, k.eventOf(n, number)); err != nil {
			return err
		}
	}
	return nil
}

// eventOf is what is told of evidence: what it says, who did it, and which repository it is
// about. The people behind who did it are what caused it, and no part of what is told.
func (k *Desk) eventOf(n prentice.Note, number int64) prentice.Event {
	said, _ := n.Data.(map[string]any)
	data := map[string]any{"by": n.Actor}
	for _, r := range n.Refs {
		if r.Kind() == "repository" {
			data["repository"] = r.Name()
		}
	}
	behind, _ := said["behind"].([]prentice.Ref)
	maps.Copy(data, said)
	delete(data, "behind")
	e := prentice.Event{ID: fmt.Sprintf("%s %d", n.Kind, number), Source: eventSource, Type: n.Kind, Time: k.now(), Data: jsonOf(data), Causes: prentice.JoinPeople([]prentice.Ref{n.Actor}, behind)}
	if len(n.Refs) > 0 {
		e.Subject = n.Refs[0]
	}
	return e
}

// jsonOf is what an event says.
func jsonOf(data map[string]any) json.RawMessage {
	raw, err := json.Marshal(data)
	if err != nil { // what is told is texts and numbers
		return nil
	}
	return raw
}

// tell tells of something within the write that makes it true.
func (k *Desk) tell(tx *db.Tx, e prentice.Event) error {
	if k.Queue.Tell == nil {
		return nil
	}
	if e.Time.IsZero() {
		e.Time = k.now()
	}
	if err := k.Queue.Tell(tx, e); err != nil {
		return fmt.Errorf("tell of %s: %w", e.Type, err)
	}
	return nil
}

// tellAlone tells of something that stands in no write. That it could not be told undoes
// nothing.
func (k *Desk) tellAlone(ctx context.Context, e prentice.Event) {
	if k.Queue.Tell == nil {
		return
	}
	if err := k.DB.Write(ctx, func(tx *db.Tx) error { return k.tell(tx, e) }); err != nil {
		k.Log.Error("tell of the queue", "event", e.ID, "err", err)
	}
}

// tell says in the write of its proof what landed, and that the glass was broken for it.
func (g *landing) tell(k *Desk, tx *db.Tx) error {
	for _, m := range g.Parts {
		for _, c := range m.Changes {
			about := prentice.NewRef("change", fmt.Sprint(c.Change))
			data := map[string]any{"repository": m.Repository, "branch": m.Branch, "commit": c.Commit, "title": c.Title, "patch_set": c.PatchSet, "landing": g.Number, "by": c.QueuedBy, "owner": c.Owner}
			causes := prentice.JoinPeople([]prentice.Ref{c.QueuedBy, c.Owner}, c.People)
			if g.Glass != nil {
				data["break_glass"], causes = true, prentice.JoinPeople(causes, []prentice.Ref{g.Glass.By}, g.Glass.People)
			}
			e := prentice.Event{ID: fmt.Sprintf("landing/%d change/%d", g.Number, c.Change), Source: "prentice/queue", Type: "change.landed", Subject: about, Data: jsonOf(data), Causes: causes}
			if err := k.tell(tx, e); err != nil {
				return err
			}
			if g.Glass == nil {
				continue
			}
			e.ID, e.Type = fmt.Sprintf("landing/%d break-glass", g.Number), "prentice.break-glass"
			e.Data = jsonOf(map[string]any{"by": g.Glass.By, "reason": g.Glass.Reason, "repository": m.Repository, "branch": m.Branch, "title": c.Title,
				"says": fmt.Sprintf("%s used break-glass on %s: %s", g.Glass.By, about, g.Glass.Reason)})
			if err := k.tell(tx, e); err != nil {
				return err
			}
		}
	}
	return nil
}
