package codecontrol

import (
	"context"
	"fmt"
	"strconv"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// MirrorIn is where a repository is to be pushed to.
type MirrorIn struct {
	NameIn
	To      string `json:"to,omitempty" arg:"2" maxLength:"1000" example:"https://git.example.org/shop.git" doc:"Where to: an https:// or ssh:// address without a password in it."`
	Secret  string `json:"secret,omitempty" maxLength:"100" example:"mirror-token" doc:"The name of the secret: a token, or user:token; for ssh:// a private key."`
	HostKey string `json:"host_key,omitempty" maxLength:"2000" example:"ssh-ed25519 AAAAC3Nza…" doc:"For ssh://, the key of that host, as ssh-keyscan prints it without the name."`
	Deletes bool   `json:"deletes,omitempty" doc:"What is deleted or rewritten here is so there. Without it nothing is ever taken away there."`
	Off     bool   `json:"off,omitempty" doc:"Push it nowhere any more."`
}

// Mirrors are where repositories are pushed to.
type Mirrors struct {
	Mirrors []MirrorOut `json:"mirrors"`
}

// MirrorOut is one of them, with how it stands.
type MirrorOut struct {
	Mirror
	State string `json:"state"`
}

var signs = map[string]string{"mirrored": "●", "waiting": "○", "failing": "▲"}

// Table implements op.Tabler.
func (l Mirrors) Table() (head []string, rows [][]string) {
	for _, m := range l.Mirrors {
		last := "never"
		if !m.Pushed.IsZero() {
			last = op.Cell(m.Pushed)
		}
		rows = append(rows, []string{m.Repository, signs[m.State] + " " + m.State, m.To, last, strconv.Itoa(m.Attempts), m.Says})
	}
	return []string{"REPOSITORY", "STATE", "TO", "LAST PUSHED (UTC)", "FAILED", "WHY"}, rows
}

// Empty implements op.Emptier.
func (l Mirrors) Empty() string {
	return "No repository is pushed to another place. Begin with: prentice repository mirror shop https://git.example.org/shop.git --secret mirror-token"
}

// Text implements op.Texter.
func (m MirrorOut) Text() string {
	if m.To == "" {
		return fmt.Sprintf("repository/%s is pushed nowhere.\n", m.Repository)
	}
	text := fmt.Sprintf("repository/%s is pushed to %s after each landing: %s\n", m.Repository, m.To, m.State)
	if m.Says != "" {
		text += m.Says + "\n"
	}
	return text
}

var (
	_ op.Tabler  = Mirrors{}
	_ op.Emptier = Mirrors{}
	_ op.Texter  = MirrorOut{}
)

func (k *Desk) mirrorOps() []op.Op {
	return []op.Op{
		op.New("repository.mirror", prentice.Change, prentice.Owner, "Push a repository to another place after each landing, or no longer", k.mirror).
			WithExample("prentice repository mirror shop https://git.example.org/shop.git --secret mirror-token").
			WithHelp("Branches and tags are pushed within seconds of what moved them, and again with growing pauses while the other does not take them. A branch that went on there is not overwritten, and nothing is deleted there, unless --deletes says so."),
		op.New("repository.mirrors", prentice.Look, prentice.Viewer, "List where repositories are pushed to, and how that stands", k.mirrorList).
			WithExample("prentice repository mirrors"),
	}
}

func (k *Desk) mirrorList(ctx context.Context, _ op.Call, _ struct{}) (Mirrors, error) {
	out := Mirrors{Mirrors: []MirrorOut{}}
	if err := k.there(); err != nil {
		return out, err
	}
	list, err := k.mirrors(ctx)
	for _, m := range list {
		out.Mirrors = append(out.Mirrors, MirrorOut{m, m.State()})
	}
	return out, err
}

func (k *Desk) mirror(ctx context.Context, c op.Call, in MirrorIn) (MirrorOut, error) {
	h, err := k.Repository(ctx, in.name())
	if err != nil {
		return MirrorOut{}, err
	}
	m := Mirror{Repository: h.Name, To: in.To, Secret: in.Secret, HostKey: in.HostKey, Deletes: in.Deletes, By: c.Actor.Ref(), Made: c.Now}
	switch {
	case in.Off && in.To != "":
		return MirrorOut{}, prentice.Errorf(prentice.Invalid, "an address was given, and that it is pushed nowhere").Try("leave one of the two out")
	case in.Off:
		note := h.note("mirror.ended", c.Actor, nil)
		return MirrorOut{Mirror: Mirror{Repository: h.Name}, State: "ended"}, k.DB.Write(ctx, func(tx *db.Tx) error {
			n, err := tx.Exec(`DELETE FROM code_mirror WHERE repository = ?`, h.Name)
			if err != nil || n == 0 {
				return err
			}
			return k.happened(tx, note)
		})
	case h.Source != "":
		return MirrorOut{}, prentice.Errorf(prentice.Refused, "%s is a mirror of %s itself", h.Name, h.Source).Try("push from there")
	case !prentice.ValidName(in.Secret):
		return MirrorOut{}, prentice.Errorf(prentice.Invalid, "%q is no name of a secret", in.Secret).Try("keep the token first, and name it: prentice secret set mirror-token -")
	}
	if err := k.Host.Target(in.To, in.HostKey); err != nil {
		return MirrorOut{}, err
	}
	note := h.note("mirror.begun", c.Actor, map[string]any{"to": m.To, "secret": m.Secret, "deletes": m.Deletes})
	return MirrorOut{m, m.State()}, k.DB.Write(ctx, func(tx *db.Tx) error {
		if err := keepMirror(tx, m); err != nil {
			return err
		}
		return k.happened(tx, note)
	})
}

// MirrorsUsing names the repositories that are pushed with a secret.
func (k *Desk) MirrorsUsing(secret string) (names []string) {
	if k.there() != nil {
		return nil
	}
	list, err := k.mirrors(context.Background())
	if err != nil {
		k.Log.Warn("which mirrors use a secret", "err", err)
	}
	for _, m := range list {
		if m.Secret == secret {
			names = append(names, m.Repository)
		}
	}
	return names
}
