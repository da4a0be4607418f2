package security

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/op"
)

// HostKey is a key of a host that is known from now on.
type HostKey struct {
	Host        prentice.Ref `json:"host"`
	Address     string       `json:"address"`
	Type        string       `json:"type"`
	Fingerprint string       `json:"fingerprint"`
}

// Text is one line.
func (k HostKey) Text() string {
	return fmt.Sprintf("%s at %s is known by its key %s %s.\n", k.Host, k.Address, k.Type, k.Fingerprint)
}

type acceptIn struct {
	Host        string `json:"host" arg:"1" of:"host" doc:"The host, by its name in the catalog or in ssh_config." example:"web1" minLength:"1" maxLength:"100"`
	Fingerprint string `json:"fingerprint" doc:"The SHA256 fingerprint of its key, as read on the host itself." example:"SHA256:uNiVztksCsDhcc0u9e8BrqXp…" minLength:"10" maxLength:"100"`
	Replace     bool   `json:"replace,omitempty" doc:"Take the place of the key that was known, because the host was set up anew."`
}

func (d Deps) hostOps() []op.Op {
	return append(d.hostLookOps(),
		op.New("host.accept-key", prentice.Danger, prentice.Owner, "Accept the key of a host, so that prentice may act on it over SSH.", d.acceptKey).
			WithExample("prentice host accept-key web1 --fingerprint SHA256:uNiVztksCsDhcc0u9e8BrqXp").
			WithHelp("The host must offer the key of this fingerprint now. Read the fingerprint on the host itself, with ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub: "+
				"one that came over the same network proves nothing. Keys are never accepted by themselves. A key that takes the place of another needs --replace."),
	)
}

func (d Deps) acceptKey(ctx context.Context, c op.Call, in acceptIn) (HostKey, error) {
	if d.AcceptKey == nil {
		return HostKey{}, prentice.Errorf(prentice.Unavailable, "hosts cannot be asked from here").Try("ask the server that acts on them")
	}
	k, err := d.AcceptKey(ctx, in.Host, in.Fingerprint, in.Replace)
	if err != nil {
		return HostKey{}, err
	}
	data := map[string]any{"address": k.Address, "type": k.Type, "fingerprint": k.Fingerprint, "replaced": in.Replace}
	return k, d.record(ctx, c, "host.key-accepted", data, k.Host)
}
