package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// ceremonyLife is how long a browser may take over a challenge.
const ceremonyLife = 5 * time.Minute

// relyingParty is this installation as a browser at an origin knows it. Browsers
// want a name there: an address of numbers cannot have passkeys.
func relyingParty(origin string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, prentice.Errorf(prentice.Invalid, "%q cannot have passkeys", clip.Text(origin)).Try("open the pages over HTTPS, or on this machine as http://localhost")
	}
	if net.ParseIP(u.Hostname()) != nil {
		return nil, prentice.Errorf(prentice.Invalid, "%q has no name, and passkeys belong to names", clip.Text(origin)).Try("open the pages by a name; on this machine that is localhost")
	}
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "prentice", RPOrigins: []string{origin},
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
	})
}

// holder is a person as the library wants to see one.
type holder struct {
	name string
	keys []webauthn.Credential
}

// WebAuthnID implements webauthn.User. It tells an authenticator no name.
func (h holder) WebAuthnID() []byte {
	sum := sha256.Sum256([]byte("prentice person " + h.name))
	return sum[:]
}

// WebAuthnName implements webauthn.User.
func (h holder) WebAuthnName() string { return h.name }

// WebAuthnDisplayName implements webauthn.User.
func (h holder) WebAuthnDisplayName() string { return h.name }

// WebAuthnCredentials implements webauthn.User.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// BeginPasskey asks a browser to make a passkey for someone. Anyone who has a factor
// already proves it first; the answer needs no more proof than that it answers.
func (i *Identity) BeginPasskey(ctx context.Context, name, origin string, p Proof) (Ceremony, error) {
	rp, err := relyingParty(origin)
	if err == nil {
		err = i.Prove(ctx, name, p)
	}
	if err != nil {
		return Ceremony{}, err
	}
	h, err := i.holder(ctx, name)
	if err != nil {
		return Ceremony{}, err
	}
	options, data, err := rp.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin a passkey: %w", err)
	}
	return i.ceremony(ctx, "passkey "+origin, name, options, data)
}

// AddPasskey keeps the passkey that a browser made.
func (i *Identity) AddPasskey(ctx context.Context, name string, in CeremonyAnswer) (p PasskeyRecord, err error) {
	origin, data, err := i.finish(ctx, "passkey ", name, in.Ceremony)
	if err != nil {
		return p, err
	}
	rp, err := relyingParty(origin)
	if err != nil {
		return p, err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(in.Answer))
	if err != nil {
		return p, badPasskey(err)
	}
	h, err := i.holder(ctx, name)
	if err != nil {
		return p, err
	}
	made, err := rp.CreateCredential(h, data, answer)
	if err != nil {
		return p, badPasskey(err)
	}
	raw, err := json.Marshal(made)
	if err != nil {
		return p, fmt.Errorf("keep a passkey: %w", err)
	}
	p = PasskeyRecord{ID: keyID(made.ID), Name: printable(in.Name), Created: i.clock(), Behind: in.Behind}
	err = i.change(ctx, func(tx *db.Tx) error {
		if _, err := person(tx, name); err != nil {
			return err
		}
		if err := forgetBegun(tx, name); err != nil {
			return err
		}
		// So is a second factor that was shown before, and not counted yet.
		if _, err := tx.Exec(`UPDATE identity_totp SET pending = '' WHERE person = ?`, name); err != nil {
			return fmt.Errorf("forget a second factor that was begun: %w", err)
		}
		_, err := tx.Exec(`INSERT INTO identity_passkey (id, person, name, credential, created, seen, behind) VALUES (?, ?, ?, ?, ?, 0, ?)`, p.ID, name, p.Name, string(raw), db.Micros(p.Created), prentice.JoinRefs(in.Behind))
		return err
	})
	return p, err
}

// RemovePasskey forgets one of someone's passkeys, who proves first that it is
// them, and ends their sessions: one may have been opened with it.
func (i *Identity) RemovePasskey(ctx context.Context, name, id string, p Proof) error {
	if err := i.Prove(ctx, name, p); err != nil {
		return err
	}
	return i.change(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM identity_passkey WHERE person = ? AND id = ?`, name, id)
		if err == nil && n == 0 {
			return prentice.Errorf(prentice.NotFound, "you have no passkey %s", clip.Text(id)).Try("look at your account")
		}
		return errors.Join(err, endSessions(tx, name))
	})
}

// BeginPasskeySignIn asks a browser for any passkey that it has for this place.
func (i *Identity) BeginPasskeySignIn(ctx context.Context, origin string) (Ceremony, error) {
	rp, err := relyingParty(origin)
	if err != nil {
		return Ceremony{}, err
	}
	options, data, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin a sign-in: %w", err)
	}
	return i.ceremony(ctx, "sign-in "+origin, "", options, data)
}

// SignInPasskey opens a session for anyone who holds a passkey of a person and
// showed their authenticator that it is them.
func (i *Identity) SignInPasskey(ctx context.Context, in CeremonyAnswer, from Origin) (session string, expires time.Time, err error) {
	origin, data, err := i.finish(ctx, "sign-in ", "", in.Ceremony)
	if err != nil {
		return "", expires, err
	}
	rp, err := relyingParty(origin)
	if err != nil {
		return "", expires, err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(in.Answer))
	if err != nil {
		return "", expires, badPasskey(err)
	}
	var found holder
	_, used, err := rp.ValidatePasskeyLogin(func(id, _ []byte) (webauthn.User, error) {
		var name string
		if err := i.db.QueryRow(ctx, `SELECT person FROM identity_passkey WHERE id = ?`, []any{keyID(id)}, &name); err != nil {
			return nil, err
		}
		found, err = i.holder(ctx, name)
		return found, err
	}, data, answer)
	if err != nil {
		return "", expires, badPasskey(err)
	}
	if used.Authenticator.CloneWarning {
		return "", expires, badPasskey(errors.New("its counter went back, as that of a copy does"))
	}
	raw, err := json.Marshal(used)
	if err != nil {
		return "", expires, fmt.Errorf("keep a passkey: %w", err)
	}
	err = i.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE identity_passkey SET credential = ?, seen = ? WHERE id = ? AND person = ?`, string(raw), db.Micros(i.clock()), keyID(used.ID), found.name)
		if err == nil && n != 1 { // it was removed in the meantime
			return badPasskey(errors.New("it does not exist any more"))
		}
		if err != nil {
			return fmt.Errorf("use a passkey: %w", err)
		}
		o := opening{person: found.name, way: "passkey", from: from}
		if err := tx.QueryRow(`SELECT behind FROM identity_passkey WHERE id = ?`, []any{keyID(used.ID)}, &o.behind); err != nil {
			return fmt.Errorf("use a passkey: %w", err)
		}
		session, expires, err = i.begin(tx, o)
		return err
	})
	return session, expires, err
}

func badPasskey(err error) error {
	return prentice.Errorf(prentice.Unauthenticated, "this passkey is not known here, or did not prove itself: %w", err).
		Try("try once more, or sign in another way")
}

func keyID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// ceremony keeps what a browser was asked, under a name that only it was told.
func (i *Identity) ceremony(ctx context.Context, kind, name string, options any, data *webauthn.SessionData) (c Ceremony, err error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return c, fmt.Errorf("keep a challenge: %w", err)
	}
	if c.Options, err = json.Marshal(options); err != nil {
		return c, fmt.Errorf("write a challenge: %w", err)
	}
	c.Ceremony = newSecret()
	return c, i.keepCeremony(ctx, c.Ceremony, kind, name, string(raw))
}

func (i *Identity) keepCeremony(ctx context.Context, secret, kind, name, data string) error {
	now := i.clock()
	return i.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM identity_ceremony WHERE expires <= ?`, db.Micros(now)); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO identity_ceremony (hash, kind, person, data, expires) VALUES (?, ?, ?, ?, ?)`,
			hashOf(secret), kind, name, data, db.Micros(now.Add(ceremonyLife)))
		return err
	})
}

// takeCeremony is what was kept, once.
func (i *Identity) takeCeremony(ctx context.Context, secret, name string) (kind, data string, err error) {
	err = i.db.Write(ctx, func(tx *db.Tx) error {
		var of string
		var expires int64
		err := tx.QueryRow(`SELECT kind, person, data, expires FROM identity_ceremony WHERE hash = ?`, []any{hashOf(secret)}, &kind, &of, &data, &expires)
		if err != nil && !isNone(err) {
			return fmt.Errorf("look for a challenge: %w", err)
		}
		n, gone := int64(0), err
		if gone == nil {
			if n, err = tx.Exec(`DELETE FROM identity_ceremony WHERE hash = ?`, hashOf(secret)); err != nil {
				return err
			}
		}
		if n != 1 || of != name || over(db.Time(expires), i.clock()) {
			kind, data = "", ""
		}
		return nil
	})
	if err == nil && kind == "" {
		return "", "", prentice.Errorf(prentice.Unauthenticated, "this took too long, or was done already").Try("begin once more")
	}
	return kind, data, err
}

func (i *Identity) finish(ctx context.Context, kind, name, secret string) (origin string, data webauthn.SessionData, err error) {
	of, raw, err := i.takeCeremony(ctx, secret, name)
	if err != nil {
		return "", data, err
	}
	if len(of) <= len(kind) || of[:len(kind)] != kind {
		return "", data, badPasskey(errors.New("it answers another question"))
	}
	if err := json.Unmarshal([]byte(raw), &data); err != nil {
		return "", data, fmt.Errorf("read a challenge: %w", err)
	}
	return of[len(kind):], data, nil
}

func (i *Identity) holder(ctx context.Context, name string) (h holder, err error) {
	h.name = name
	rows, err := i.db.Query(ctx, `SELECT credential FROM identity_passkey WHERE person = ? ORDER BY created`, name)
	if err != nil {
		return h, fmt.Errorf("look for passkeys of %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var raw string
		var c webauthn.Credential
		if err := rows.Scan(&raw); err != nil {
			return h, err
		}
		if err := json.Unmarshal([]byte(raw), &c); err != nil {
			continue // their list tells of it, and it keeps no other from signing them in
		}
		h.keys = append(h.keys, c)
	}
	return h, rows.Err()
}

func (i *Identity) passkeys(ctx context.Context, name string) (list []PasskeyRecord, err error) {
	rows, err := i.db.Query(ctx, `SELECT id, name, created, seen, behind, credential FROM identity_passkey WHERE person = ? ORDER BY created`, name)
	list, err = db.List(rows, err, func(scan func(...any) error, p *PasskeyRecord) error {
		var created, seen int64
		var behind, credential string
		err := scan(&p.ID, &p.Name, &created, &seen, &behind, &credential)
		p.Created, p.Seen, p.Behind = db.Time(created), db.Time(seen), prentice.RefsIn(behind)
		return errors.Join(err, json.Unmarshal([]byte(credential), &webauthn.Credential{}))
	}, func(p *PasskeyRecord, _ error) { p.Unread = true })
	if err != nil {
		return nil, fmt.Errorf("look for passkeys of %s: %w", name, err)
	}
	return list, nil
}
