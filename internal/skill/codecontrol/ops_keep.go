package codecontrol

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// ImportIn is a repository to bring in.
type ImportIn struct {
	Name   string `json:"name" arg:"1" minLength:"1" maxLength:"63" example:"shop" doc:"Its name here: small letters, digits and . _ -."`
	From   string `json:"from" arg:"2" minLength:"1" maxLength:"1000" example:"https://git.example.org/shop.git" doc:"Where it is: a folder or a bundle on the server by its whole path, or an https:// address that needs no password."`
	Branch string `json:"branch,omitempty" default:"main" maxLength:"120" example:"main" doc:"The branch that counts; it is protected."`
	Title  string `json:"title,omitempty" maxLength:"120" example:"The shop" doc:"What people call it."`
	Mirror bool   `json:"mirror,omitempty" doc:"Keep it as a mirror: what the other has is fetched every hour, and no push is taken."`
}

// ArchiveIn is a repository that is to take no more pushes, or to take them again.
type ArchiveIn struct {
	NameIn
	Back bool `json:"back,omitempty" doc:"Take it up again."`
}

// DeleteIn is a repository to take away.
type DeleteIn struct {
	NameIn
	Reason string `json:"reason" minLength:"3" maxLength:"400" example:"it moved to another server" doc:"Why; it is evidence."`
}

// ProtectIn is a branch to protect, or no longer.
type ProtectIn struct {
	NameIn
	Branch string `json:"branch" arg:"2" minLength:"1" maxLength:"120" example:"release/*" doc:"A branch, or a pattern of branches: * is anything but a slash."`
	Off    bool   `json:"off,omitempty" doc:"Protect it no longer."`
}

// Kept is what became of a repository.
type Kept struct{ Hosted }

// Text implements op.Texter.
func (k Kept) Text() string {
	switch {
	case k.State == Making:
		return fmt.Sprintf("%s is being brought in from %s. See how far it is: prentice repository clone %s\n", k.Ref(), k.From, k.Name)
	case k.State == Deleted && k.Bundle == "":
		return fmt.Sprintf("%s is deleted; it held nothing.\n", k.Ref())
	case k.State == Deleted:
		return fmt.Sprintf("%s is deleted. All of it is in %s until %s; to have it back: prentice repository import %s %s\n", k.Ref(), k.Bundle, op.At(k.Until), k.Name, k.Bundle)
	}
	return fmt.Sprintf("%s is %s.\n", k.Ref(), k.State)
}

// Branches are the branches of a repository.
type Branches struct {
	Branches []Branch `json:"branches"`
}

// Branch is one of them.
type Branch struct {
	Name      string `json:"name"`
	Commit    string `json:"commit"`
	Protected bool   `json:"protected"`
	Asks      string `json:"asks"` // what the team asks of it
}

// Table implements op.Tabler.
func (b Branches) Table() (head []string, rows [][]string) {
	for _, one := range b.Branches {
		moves := "pushes"
		if one.Protected {
			moves = "the merge queue alone"
		}
		rows = append(rows, []string{one.Name, one.Commit[:min(len(one.Commit), 12)], moves, one.Asks})
	}
	return []string{"BRANCH", "COMMIT", "WHAT MOVES IT", "THE TEAM ASKS"}, rows
}

// Empty implements op.Emptier.
func (b Branches) Empty() string {
	return "No branch is there yet. Push the first one: git push ADDRESS HEAD:refs/heads/main"
}

// Protection is which branches nothing but the queue moves.
type Protection struct {
	Repository prentice.Ref `json:"repository"`
	Protected  []string     `json:"protected"`
}

// Text implements op.Texter.
func (p Protection) Text() string {
	return fmt.Sprintf("Of %s nothing but the merge queue moves: %s\n", p.Repository, strings.Join(p.Protected, ", "))
}

var (
	_ op.Texter  = Kept{}
	_ op.Tabler  = Branches{}
	_ op.Emptier = Branches{}
	_ op.Texter  = Protection{}
)

func (k *Desk) keepOps() []op.Op {
	const change, owner = prentice.Change, prentice.Owner
	return []op.Op{
		op.New("repository.import", change, owner, "Bring a repository in from a folder, a bundle or an address", k.bring).
			WithExample("prentice repository import shop https://git.example.org/shop.git").
			WithHelp("All branches and tags come, and no setting and no hook. It is brought in by the server in the background. With --mirror it goes on to follow the other, and takes no push."),
		op.New("repository.archive", change, owner, "Let a repository be read and take no more pushes, or take them again", k.archive).
			WithExample("prentice repository archive shop"),
		op.New("repository.delete", prentice.Danger, owner, "Take a repository away; a bundle of it is kept for 30 days", k.remove).
			WithExample("prentice repository delete shop --reason 'it moved to another server'"),
		op.New("branch.list", prentice.Look, prentice.Viewer, "List the branches of a repository, and what moves each", k.branches).
			WithExample("prentice branch list shop"),
		op.New("branch.protect", change, owner, "Let nothing but the merge queue move a branch, or let pushes move it again", k.protect).
			WithExample("prentice branch protect shop 'release/*'").
			WithHelp("The branch that counts is always protected."),
	}
}

func (k *Desk) bring(ctx context.Context, c op.Call, in ImportIn) (Kept, error) {
	if err := k.there(); err != nil {
		return Kept{}, err
	}
	if err := k.Host.Source(in.From); err != nil {
		return Kept{}, err
	}
	if why := push.BranchName(in.Branch); why != "" {
		return Kept{}, prentice.Errorf(prentice.Invalid, "%q can be no name of a branch: %s", clip.Text(in.Branch), why).Try("use one such as main")
	}
	if !goodName(in.Name) {
		return Kept{}, prentice.Errorf(prentice.Invalid, "%q can be no name of a repository", clip.Text(in.Name)).Try("use small letters, digits and . _ -, such as shop or shop-api")
	}
	h := Hosted{Name: in.Name, Title: in.Title, Branch: in.Branch, State: Making, Made: c.Now, MadeBy: c.Actor.Ref(), From: in.From}
	if in.Mirror {
		h.Source = in.From
	}
	if err := k.keep(ctx, h); err != nil {
		return Kept{}, err
	}
	k.ring()
	return Kept{h}, nil
}

// goodName is what the host takes as a name, roughly; it says the rest.
func goodName(s string) bool {
	return s != "" && strings.ToLower(s) == s && !strings.ContainsAny(s, "/\\ ") && s[0] != '.' && s[0] != '-'
}

func (k *Desk) archive(ctx context.Context, c op.Call, in ArchiveIn) (Kept, error) {
	h, err := k.Repository(ctx, in.name())
	if err != nil {
		return Kept{}, err
	}
	from, to, what := Active, Archived, "repository.archived"
	if in.Back {
		from, to, what = Archived, Active, "repository.unarchived"
	}
	if h.State != from && h.State != to {
		return Kept{}, prentice.Errorf(prentice.Conflict, "%s is %s", h.Name, h.State).Try("wait until it is made")
	}
	var notes []prentice.Note
	if h.State != to {
		notes = append(notes, h.note(what, c.Actor, nil))
	}
	h.State = to
	return Kept{h}, k.turn(ctx, h.Name, to, notes...)
}

// remove takes a repository away. That it is to go is written down first, so that no door
// serves it while it goes.
func (k *Desk) remove(ctx context.Context, c op.Call, in DeleteIn) (Kept, error) {
	h, err := k.Repository(ctx, in.name())
	if err != nil {
		return Kept{}, err
	}
	if h.State != Active && h.State != Archived && h.State != Failed {
		return Kept{}, prentice.Errorf(prentice.Conflict, "%s is %s", h.Name, h.State).Try("wait until it is made")
	}
	if err := k.notTheTeams(ctx, h.Name, ""); err != nil {
		return Kept{}, err
	}
	was := h.State
	if err := k.turn(ctx, h.Name, Archived); err != nil {
		return Kept{}, err
	}
	if was != Failed {
		if h.Bundle, err = k.Host.Delete(ctx, h.Name); err != nil {
			return Kept{}, errors.Join(err, k.turn(context.WithoutCancel(ctx), h.Name, was))
		}
	}
	h.State, h.Until = Deleted, c.Now.Add(keepsBundle)
	name := fmt.Sprintf("%s (deleted %d)", h.Name, db.Micros(c.Now))
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		for _, query := range []string{`DELETE FROM code_protected WHERE repository = ?`, `DELETE FROM code_allowed WHERE repository = ?`, `DELETE FROM code_mirror WHERE repository = ?`, `DELETE FROM code_forge WHERE repository = ?`, `DELETE FROM code_forge_pull WHERE repository = ?`} {
			if _, err := tx.Exec(query, h.Name); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE code_repository SET name = ?, state = ?, bundle = ?, until = ? WHERE name = ?`, name, string(Deleted), h.Bundle, db.Micros(h.Until), h.Name); err != nil {
			return err
		}
		return k.happened(tx, h.note("repository.deleted", c.Actor, map[string]any{"reason": in.Reason}))
	})
	return Kept{h}, err
}

func (k *Desk) branches(ctx context.Context, _ op.Call, in NameIn) (Branches, error) {
	out := Branches{Branches: []Branch{}}
	h, err := k.Repository(ctx, in.name())
	if err != nil {
		return out, err
	}
	patterns, err := k.patterns(ctx, h.Name)
	if err != nil {
		return out, err
	}
	refs, err := k.Host.Refs(ctx, h.Name)
	for _, r := range refs {
		if name, found := strings.CutPrefix(r.Name, "refs/heads/"); found {
			asks, err := k.asks(h.Name, name)
			if err != nil {
				return out, err
			}
			out.Branches = append(out.Branches, Branch{Name: name, Commit: r.ID, Protected: protects(h, patterns, name), Asks: asks.Text()})
		}
	}
	return out, err
}

func (k *Desk) protect(ctx context.Context, c op.Call, in ProtectIn) (Protection, error) {
	h, err := k.Repository(ctx, in.name())
	if err != nil {
		return Protection{}, err
	}
	if _, err := path.Match(in.Branch, ""); err != nil || push.BranchName(strings.NewReplacer("*", "x", "?", "x", "[", "x", "]", "x").Replace(in.Branch)) != "" {
		return Protection{}, prentice.Errorf(prentice.Invalid, "%q is no branch and no pattern of branches", clip.Text(in.Branch)).Try("write release or release/*")
	}
	if in.Off && in.Branch == h.Branch {
		return Protection{}, prentice.Errorf(prentice.Refused, "%s is the branch that counts, and is always protected", h.Branch).Try("propose a change: git push origin HEAD:refs/for/%s", h.Branch)
	}
	if in.Off {
		if err := k.notTheTeams(ctx, h.Name, in.Branch); err != nil {
			return Protection{}, err
		}
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		was, err := tx.Exec(`DELETE FROM code_protected WHERE repository = ? AND pattern = ?`, h.Name, in.Branch)
		if err != nil || in.Off && was == 0 {
			return err
		}
		note := h.note("branch.unprotected", c.Actor, map[string]any{"branch": in.Branch})
		if !in.Off {
			note.Kind = "branch.protected"
			if _, err := tx.Exec(`INSERT INTO code_protected (repository, pattern, by_whom, made) VALUES (?, ?, ?, ?)`, h.Name, in.Branch, string(c.Actor.Ref()), db.Micros(c.Now)); err != nil {
				return err
			}
		}
		if was > 0 && !in.Off { // it was protected before
			return nil
		}
		return k.happened(tx, note)
	})
	if err != nil {
		return Protection{}, err
	}
	list, err := k.patterns(ctx, h.Name)
	return Protection{Repository: h.Ref(), Protected: slices.Concat([]string{h.Branch}, list)}, err
}
