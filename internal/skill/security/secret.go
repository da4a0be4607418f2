package security

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/op"
	"prentice/internal/team"
)

// Secrets keeps what steps need and no one may read. Put with replace puts a
// value in the place of an older one, and else refuses to.
type Secrets interface {
	Put(ctx context.Context, name, value string, replace bool) error
	Remove(ctx context.Context, name string) error
	List(context.Context) ([]team.SecretRecord, error)
}

// replacing says what becomes of an older value.
type replacing bool

const (
	fresh   replacing = false
	instead replacing = true
)

type secretValueIn struct {
	Name  string `json:"name" arg:"1" doc:"The secret, as procedures name it." example:"deploy-token" maxLength:"100"`
	Value string `json:"value" arg:"2" file:"true" secret:"true" doc:"The value; on the command line, the file that holds it, or - for standard input. A line end after it does not count." maxLength:"65536"`
}

type secretIn struct {
	Name string `json:"name" arg:"1" doc:"The secret, as procedures name it." example:"deploy-token" maxLength:"100"`
}

func (d Deps) secretOps() []op.Op {
	const owner = prentice.Owner
	return []op.Op{
		op.New("secret.list", prentice.Look, prentice.Operator, "List the secrets by name: where they come from, how old they are, what uses them.", d.listSecrets).
			WithExample("prentice secret list"),
		op.New("secret.where-used", prentice.Look, prentice.Operator, "Say which procedures use a secret, and when one last did.", d.whereUsed).
			WithExample("prentice secret where-used deploy-token"),
		op.New("secret.set", prentice.Change, owner, "Keep a new secret, encrypted.", d.setSecret).WithSecretOutput().
			WithExample("prentice secret set deploy-token token.txt").
			WithHelp("The value is read from a file or from standard input, never from the command line, which other users of the machine can see. No operation shows it again."),
		op.New("secret.rotate", prentice.Change, owner, "Put a new value in the place of a secret's old one.", d.rotateSecret).WithSecretOutput().
			WithExample("prentice secret rotate deploy-token token.txt").
			WithHelp("Steps that begin from now on get the new value; tell those who still have the old one to forget it."),
		op.New("secret.remove", prentice.Danger, owner, "Forget a secret of the store.", d.removeSecret).WithExample("prentice secret remove deploy-token"),
	}
}

func (d Deps) setSecret(ctx context.Context, c op.Call, in secretValueIn) (SecretSaid, error) {
	return d.putSecret(ctx, c, in, fresh)
}

func (d Deps) rotateSecret(ctx context.Context, c op.Call, in secretValueIn) (SecretSaid, error) {
	return d.putSecret(ctx, c, in, instead)
}

func (d Deps) putSecret(ctx context.Context, c op.Call, in secretValueIn, how replacing) (SecretSaid, error) {
	if err := d.Secrets.Put(ctx, in.Name, in.Value, bool(how)); err != nil {
		return SecretSaid{}, err
	}
	kind, says := "secret.set", "is kept, encrypted"
	if how == instead {
		kind, says = "secret.rotated", "has a new value"
	}
	var data map[string]any
	if len(c.Actor.Behind) > 0 {
		data = map[string]any{"behind": c.Actor.Behind} // they may know the value as well
	}
	err := d.record(ctx, c, kind, data, secretRef(in.Name))
	if err == nil && d.Channels != nil && d.Anew != nil {
		err = d.Anew(ctx, d.Channels(in.Name))
	}
	if err == nil && d.Webhooks != nil && d.AnewOut != nil {
		err = d.AnewOut(ctx, d.Webhooks(in.Name))
	}
	return SecretSaid{Name: in.Name, Says: says, UsedBy: d.usedBy(in.Name)}, err
}

func (d Deps) removeSecret(ctx context.Context, c op.Call, in secretIn) (SecretSaid, error) {
	if err := d.Secrets.Remove(ctx, in.Name); err != nil {
		return SecretSaid{}, err
	}
	return SecretSaid{Name: in.Name, Says: "is forgotten", UsedBy: d.usedBy(in.Name)}, d.record(ctx, c, "secret.removed", nil, secretRef(in.Name))
}

func secretRef(name string) prentice.Ref { return prentice.NewRef("secret", name) }

// usedBy lists the procedures, the channels of the notices and the webhooks that name a
// secret.
func (d Deps) usedBy(name string) []string {
	used := []string{}
	if d.Procedures != nil {
		for _, p := range d.Procedures() {
			if slices.Contains(p.Needs(), name) {
				used = append(used, p.Name)
			}
		}
	}
	if d.Channels != nil {
		for _, channel := range d.Channels(name) {
			used = append(used, "channel/"+channel)
		}
	}
	if d.Mirrors != nil {
		for _, repository := range d.Mirrors(name) {
			used = append(used, "repository/"+repository)
		}
	}
	if d.Webhooks != nil {
		for _, webhook := range d.Webhooks(name) {
			used = append(used, "webhook/"+webhook)
		}
	}
	if d.Hooks != nil {
		for _, hook := range d.Hooks(name) {
			used = append(used, "hook/"+hook)
		}
	}
	return used
}

// lastUsed is the last line of evidence that a secret was given to a step.
func (d Deps) lastUsed(ctx context.Context, name string) (time.Time, error) {
	lines, err := d.Ledger.List(ctx, ledger.Filter{Ref: secretRef(name), Kind: "secret.used", Limit: 1})
	if err != nil || len(lines) == 0 {
		return time.Time{}, err
	}
	return lines[0].Time, nil
}

func (d Deps) listSecrets(ctx context.Context, _ op.Call, _ nothing) (SecretList, error) {
	records, err := d.Secrets.List(ctx)
	list := SecretList{Secrets: []SecretUse{}}
	for _, r := range records {
		used, err := d.lastUsed(ctx, r.Name)
		if err != nil {
			return list, err
		}
		list.Secrets = append(list.Secrets, SecretUse{SecretRecord: r, UsedBy: d.usedBy(r.Name), Used: used})
	}
	return list, err
}

func (d Deps) whereUsed(ctx context.Context, c op.Call, in secretIn) (SecretUse, error) {
	all, err := d.listSecrets(ctx, c, nothing{})
	if err != nil {
		return SecretUse{}, err
	}
	for _, s := range all.Secrets {
		if s.Name == in.Name {
			return s, nil
		}
	}
	if used := d.usedBy(in.Name); len(used) > 0 {
		return SecretUse{SecretRecord: team.SecretRecord{Name: in.Name, From: "store"}, UsedBy: used}, nil
	}
	return SecretUse{}, prentice.Errorf(prentice.NotFound, "there is no secret %q, and no procedure that uses one of that name", in.Name).Try("look with: prentice secret list")
}

// SecretSaid says what became of a secret.
type SecretSaid struct {
	Name   string   `json:"name"`
	Says   string   `json:"says"`
	UsedBy []string `json:"used_by"`
}

// Text implements op.Texter.
func (s SecretSaid) Text() string {
	return fmt.Sprintf("Secret %s %s. Used by: %s.\n", s.Name, s.Says, words(s.UsedBy))
}

func words(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// SecretUse is a secret, what uses it, and when a step was last given it.
type SecretUse struct {
	team.SecretRecord
	UsedBy []string  `json:"used_by"`
	Used   time.Time `json:"used,omitzero"`
}

// Text implements op.Texter.
func (s SecretUse) Text() string {
	return fmt.Sprintf("Secret %s, from %s. Used by: %s. Last given to a step: %s.\n", s.Name, s.From, words(s.UsedBy), at(s.Used, "never"))
}

// SecretList is every secret, without values.
type SecretList struct {
	Secrets []SecretUse `json:"secrets"`
}

// Table implements op.Tabler.
func (l SecretList) Table() (head []string, rows [][]string) {
	for _, s := range l.Secrets {
		from := s.From
		if !s.Set {
			from += ", not set"
		}
		rows = append(rows, []string{s.Name, from, when(s.Changed, "unknown"), when(s.Used, "never"), words(s.UsedBy)})
	}
	return []string{"SECRET", "FROM", "CHANGED (UTC)", "LAST USED (UTC)", "USED BY"}, rows
}

// Empty implements op.Emptier.
func (l SecretList) Empty() string {
	return "No secret. Keep the first one with: prentice secret set deploy-token FILE"
}

var (
	_ op.Texter  = SecretSaid{}
	_ op.Texter  = SecretUse{}
	_ op.Tabler  = SecretList{}
	_ op.Emptier = SecretList{}
)
