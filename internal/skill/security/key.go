package security

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/op"
)

type keyIn struct {
	Name  string `json:"name" arg:"1" doc:"What you call the key." example:"laptop" maxLength:"100"`
	Key   string `json:"key" arg:"2" file:"true" doc:"The public key, as ssh-keygen wrote it: the file that ends with .pub." example:"id_ed25519.pub" maxLength:"20000"`
	Role  string `json:"role,omitempty" default:"operator" enum:"viewer,operator,approver,owner" doc:"What its holder may do at most; an operator pushes, a viewer clones."`
	Lasts string `json:"lasts,omitempty" default:"366d" doc:"How long it counts, such as 30d; at most 366d." maxLength:"20"`
}

func (d Deps) keyOps() []op.Op {
	const change, viewer = prentice.Change, prentice.Viewer
	return []op.Op{
		op.New("key.add", change, viewer, "Add a public key of SSH, by which git lets you in", d.addKey).
			WithExample("prentice key add laptop id_ed25519.pub").
			WithHelp("It is a way in like a token of yours: it has a role, ends some day, is listed with your tokens, and ends with the token by which it was added. It lets you in for git over SSH and for nothing else."),
		op.New("key.list", prentice.Look, viewer, "List your SSH keys; owners see everyone's", d.listKeys).WithExample("prentice key list"),
		op.New("key.remove", change, viewer, "Remove one of your SSH keys at once; owners may remove anybody's", d.removeKey).WithExample("prentice key remove 4"),
	}
}

func (d Deps) addKey(ctx context.Context, c op.Call, in keyIn) (KeyAdded, error) {
	r, err := request(c.Actor, createIn{Name: in.Name, Role: in.Role, Kind: string(prentice.Person), Lasts: in.Lasts})
	if err != nil {
		return KeyAdded{}, err
	}
	t, err := d.People.AddKey(ctx, r, in.Key)
	if err != nil {
		return KeyAdded{}, err
	}
	return KeyAdded{t}, d.record(ctx, c, "key.added", map[string]any{"name": t.Name, "ssh": t.SSH, "role": string(t.Role), "expires": t.Expires.UTC().Format(time.RFC3339), "behind": t.Behind}, token(t.ID), person(t.Person))
}

func (d Deps) listKeys(ctx context.Context, c op.Call, in nothing) (Keys, error) {
	all, err := d.listTokens(ctx, c, in)
	return Keys{Keys: slices.DeleteFunc(all.Tokens, func(t identity.TokenRecord) bool { return t.SSH == "" })}, err
}

func (d Deps) removeKey(ctx context.Context, c op.Call, in keyRemoveIn) (KeyRemoved, error) {
	_, err := d.revokeToken(ctx, c, revokeIn(in))
	return KeyRemoved(in), err
}

type keyRemoveIn struct {
	ID int64 `json:"id" arg:"1" doc:"The key's number, as key list shows it." example:"4" minimum:"1"`
}

// KeyAdded is a key that counts from now on.
type KeyAdded struct{ identity.TokenRecord }

// Text implements op.Texter.
func (k KeyAdded) Text() string {
	return fmt.Sprintf("Key %d (%s) lets %s in for git over SSH, with the role %s, until %s%s.\n", k.ID, k.SSH, k.Person, k.Role, at(k.Expires, "it is removed"), behind(k.Behind))
}

// Keys are public keys of SSH.
type Keys struct {
	Keys []identity.TokenRecord `json:"keys"`
}

// Table implements op.Tabler.
func (k Keys) Table() (head []string, rows [][]string) {
	for _, one := range k.Keys {
		rows = append(rows, []string{strconv.FormatInt(one.ID, 10), one.Name, one.SSH, one.Person, string(one.Role), joined(one.Behind), when(one.Expires, "forever"), when(one.Seen, "never")})
	}
	return []string{"KEY", "NAME", "FINGERPRINT", "OF", "ROLE", "BEHIND IT", "UNTIL (UTC)", "LAST USED (UTC)"}, rows
}

// Empty implements op.Emptier.
func (k Keys) Empty() string {
	return "No SSH key. Add yours with: prentice key add laptop ~/.ssh/id_ed25519.pub"
}

// KeyRemoved is a key that counts no more.
type KeyRemoved struct {
	ID int64 `json:"id"`
}

// Text implements op.Texter.
func (k KeyRemoved) Text() string { return fmt.Sprintf("Key %d lets no one in any more.\n", k.ID) }

var (
	_ op.Texter  = KeyAdded{}
	_ op.Tabler  = Keys{}
	_ op.Emptier = Keys{}
	_ op.Texter  = KeyRemoved{}
)
