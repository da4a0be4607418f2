package security

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/op"
)

type totpIn struct {
	Code string `json:"code,omitempty" doc:"A code of the second factor that you have, or a recovery code; empty if you have none." maxLength:"40"`
}

type passwordIn struct {
	Password string `json:"password" secret:"true" doc:"The new password, of 12 characters or more." maxLength:"300"`
	Code     string `json:"code" doc:"A code of your second factor; of the new one, if you have just made one." maxLength:"40"`
}

type originIn struct {
	Code   string `json:"code,omitempty" doc:"A code of the second factor that you have, or a recovery code; empty if you have none or signed in with a passkey or a password just now." maxLength:"40"`
	Origin string `json:"origin" doc:"Where the pages are for this browser." example:"https://prentice.example" maxLength:"300"`
}

type passkeyIn struct {
	Name     string `json:"name" doc:"What you call it." example:"laptop" minLength:"1" maxLength:"60"`
	Ceremony string `json:"ceremony" doc:"The question, as account.ask-passkey gave it." maxLength:"100"`
	Answer   string `json:"answer" doc:"What the browser answered, as JSON." maxLength:"100000"`
}

type forgetPasskeyIn struct {
	ID   string `json:"id" arg:"1" doc:"The passkey, as account show names it." example:"AbC123" maxLength:"400"`
	Code string `json:"code,omitempty" doc:"A code of the second factor that you have, or a recovery code; empty if you have none or signed in with a passkey or a password just now." maxLength:"40"`
}

type resetIn struct {
	Name string `json:"name" arg:"1" of:"person" doc:"The person's name." example:"ann" maxLength:"100"`
	Code string `json:"code,omitempty" doc:"A code of your own second factor, or a recovery code; empty if you have none, signed in with a passkey or a password just now, or come by a token." maxLength:"40"`
}

// proof is what someone shows beside their session.
func proof(c op.Call, code string) identity.Proof {
	return identity.Proof{Code: code, At: c.Actor.Proven}
}

func (d Deps) accountOps() []op.Op {
	const look, change, viewer = prentice.Look, prentice.Change, prentice.Viewer
	return []op.Op{
		op.New("account.show", look, viewer, "Show how you sign in, where you are signed in, and your tokens.", d.showAccount).WithExample("prentice account show"),
		op.New("account.totp", change, viewer, "Make a second factor for your password, and show it once.", d.newTOTP).WithSecretOutput().
			WithExample("prentice account totp").
			WithHelp("Scan it with an authenticator; it counts once account.password was given a code of it."),
		op.New("account.password", change, viewer, "Set your password, with a code of your second factor.", d.setPassword).WithSecretOutput().
			WithExample("prentice account password --password 'four words or more' --code 123456").
			WithHelp("A password alone signs no one in. With a new second factor you are shown ten recovery codes, each of which replaces one code. All your sessions end."),
		op.New("account.ask-passkey", change, viewer, "Ask this browser to make a passkey.", d.askPasskey).WithSecretOutput().
			WithExample("prentice account ask-passkey --origin https://prentice.example").
			WithHelp("Who has a passkey or a second factor already shows it again: with a code, or by signing in with it within the last ten minutes."),
		op.New("account.add-passkey", change, viewer, "Keep the passkey that this browser made.", d.addPasskey).WithSecretOutput().
			WithExample("prentice account add-passkey --name laptop --ceremony WORDS --answer JSON").
			WithHelp("A terminal cannot make a passkey: sign in on the pages and open Account, which asks the browser and sends what it made."),
		op.New("account.forget-passkey", change, viewer, "Forget one of your passkeys, and end your sessions.", d.forgetPasskey).
			WithExample("prentice account forget-passkey AbC123").
			WithHelp("It needs a code of your second factor, or that you signed in with a passkey or a password within the last ten minutes."),
		op.New("person.reset", change, prentice.Owner, "Forget a person's password, second factor and passkeys, and end their sessions.", d.resetPerson).
			WithExample("prentice person reset ann").
			WithHelp("A one-time link is their way in again: prentice person link ann. Their tokens stay."),
		op.New("person.confirm", change, prentice.Approver, "Say that a person's password and passkeys are theirs alone, no matter who let them in.", d.confirmPerson).
			WithExample("prentice person confirm ann").
			WithHelp("Anyone who makes a sign-in link for another is behind what is done with it, and with the password and the passkeys that are made through it. Someone who is not behind them, and has seen that the person holds them, says so here. It needs a session of your own, not a token."),
	}
}

// themselves refuses anyone who came by a token: one that is stolen must not become
// a way in that outlives it.
func themselves(a prentice.Actor) error {
	if err := isPerson(a); err != nil {
		return err
	}
	if a.Token != 0 {
		return prentice.Errorf(prentice.Denied, "you came by a token, and how you sign in is for you to change, not for its holder").
			Try("open a one-time link in a browser, made on the machine or by another owner: prentice person link %s", a.Name)
	}
	return nil
}

// inBrowser is themselves, for what only a browser can make.
func (d Deps) inBrowser(a prentice.Actor) error {
	err := themselves(a)
	if err == nil || a.Kind != prentice.Person || d.Page == nil {
		return err
	}
	return prentice.Errorf(prentice.Denied, "a passkey is made by a browser that you are signed in with, not in a terminal or with a token").
		Try("sign in and open %s; a one-time link lets you in: prentice person link %s", d.Page("/account"), a.Name)
}

func (d Deps) showAccount(ctx context.Context, c op.Call, _ nothing) (Account, error) {
	if err := isPerson(c.Actor); err != nil {
		return Account{}, err
	}
	p, err := d.personDetail(ctx, c.Actor.Name)
	if err != nil {
		return Account{}, err
	}
	a, err := d.People.Account(ctx, c.Actor.Name)
	return Account{PersonDetail: p, SignsIn: a, ByToken: c.Actor.Token != 0}, err
}

func (d Deps) newTOTP(ctx context.Context, c op.Call, in totpIn) (NewTOTP, error) {
	if err := themselves(c.Actor); err != nil {
		return NewTOTP{}, err
	}
	secret, url, err := d.People.BeginTOTP(ctx, c.Actor.Name, proof(c, in.Code))
	if err != nil {
		return NewTOTP{}, err
	}
	return NewTOTP{secret, url}, d.record(ctx, c, "person.totp-shown", nil, person(c.Actor.Name))
}

func (d Deps) setPassword(ctx context.Context, c op.Call, in passwordIn) (PasswordSet, error) {
	if err := themselves(c.Actor); err != nil {
		return PasswordSet{}, err
	}
	codes, err := d.People.SetPassword(ctx, c.Actor.Name, in.Password, in.Code, c.Actor.Behind)
	if err != nil {
		return PasswordSet{}, err
	}
	return PasswordSet{codes}, d.record(ctx, c, "person.password-set", map[string]any{"new_second_factor": len(codes) > 0, "behind": c.Actor.Behind}, person(c.Actor.Name))
}

func (d Deps) askPasskey(ctx context.Context, c op.Call, in originIn) (Question, error) {
	if err := d.inBrowser(c.Actor); err != nil {
		return Question{}, err
	}
	asked, err := d.People.BeginPasskey(ctx, c.Actor.Name, in.Origin, proof(c, in.Code))
	return Question{asked}, err
}

func (d Deps) addPasskey(ctx context.Context, c op.Call, in passkeyIn) (PasskeyAdded, error) {
	if err := d.inBrowser(c.Actor); err != nil {
		return PasskeyAdded{}, err
	}
	p, err := d.People.AddPasskey(ctx, c.Actor.Name, identity.CeremonyAnswer{Ceremony: in.Ceremony, Answer: in.Answer, Name: in.Name, Behind: c.Actor.Behind})
	if err != nil {
		return PasskeyAdded{}, err
	}
	return PasskeyAdded{p}, d.record(ctx, c, "person.passkey-added", map[string]any{"name": p.Name, "behind": p.Behind}, person(c.Actor.Name))
}

func (d Deps) forgetPasskey(ctx context.Context, c op.Call, in forgetPasskeyIn) (PasskeyForgotten, error) {
	if err := themselves(c.Actor); err != nil {
		return PasskeyForgotten{}, err
	}
	if err := d.People.RemovePasskey(ctx, c.Actor.Name, in.ID, proof(c, in.Code)); err != nil {
		return PasskeyForgotten{}, err
	}
	return PasskeyForgotten{in.ID}, d.record(ctx, c, "person.passkey-forgotten", nil, person(c.Actor.Name))
}

// resetPerson forgets how someone signs in. Who comes by a token has no factor to
// show: theirs is the way back for an owner who has lost everything.
func (d Deps) resetPerson(ctx context.Context, c op.Call, in resetIn) (ResetDone, error) {
	if c.Actor.Token == 0 {
		if err := d.People.Prove(ctx, c.Actor.Name, proof(c, in.Code)); err != nil {
			return ResetDone{}, err
		}
	}
	if err := d.People.ResetPerson(ctx, in.Name); err != nil {
		return ResetDone{}, err
	}
	return ResetDone{in.Name}, d.record(ctx, c, "person.reset", nil, person(in.Name))
}

func (d Deps) confirmPerson(ctx context.Context, c op.Call, in nameIn) (Confirmed, error) {
	if err := themselves(c.Actor); err != nil {
		return Confirmed{}, err
	}
	factors, err := d.People.Confirm(ctx, in.Name, c.Actor)
	if err != nil {
		return Confirmed{}, err
	}
	var cleared []prentice.Ref
	for _, f := range factors {
		cleared = prentice.JoinPeople(cleared, f.Behind)
	}
	return Confirmed{in.Name, cleared, factors}, d.record(ctx, c, "person.confirmed", map[string]any{"cleared": cleared, "factors": factors, "behind": c.Actor.Behind}, person(in.Name))
}

// Confirmed is a person behind whose password and passkeys no one else is now.
type Confirmed struct {
	Person  string         `json:"person"`
	Cleared []prentice.Ref `json:"cleared"`

	Factors []identity.Factor `json:"factors"` // that were confirmed
}

// Text implements op.Texter.
func (c Confirmed) Text() string {
	names := make([]string, len(c.Factors))
	for i, f := range c.Factors {
		names[i] = f.String()
	}
	return fmt.Sprintf("Confirmed as %s's alone: %s. %s counts as behind it no more.", c.Person, strings.Join(names, ", "), joined(c.Cleared))
}

// Account is how someone signs in, and where they are.
type Account struct {
	PersonDetail
	SignsIn identity.AccountRecord `json:"signs_in"`
	ByToken bool                   `json:"by_token,omitempty"` // anyone who asks came by a token, and changes nothing here
}

// Text implements op.Texter.
func (a Account) Text() string {
	var b strings.Builder
	b.WriteString(a.PersonDetail.Text())
	password := "none"
	if a.SignsIn.Password {
		password = fmt.Sprintf("with a second factor; %d recovery codes left", a.SignsIn.Recovery)
	}
	fmt.Fprintf(&b, "password  %s%s\n", password, behind(a.SignsIn.PasswordBehind))
	for _, p := range a.SignsIn.Passkeys {
		unread := ""
		if p.Unread {
			unread = "; cannot be read: forget it and add it again"
		}
		fmt.Fprintf(&b, "passkey   %s %s, last used %s%s%s\n", p.ID, p.Name, at(p.Seen, "never"), behind(p.Behind), unread)
	}
	return b.String()
}

// NewTOTP is a second factor that is shown once.
type NewTOTP struct {
	Secret string `json:"secret"`
	URL    string `json:"url"`
}

// Text implements op.Texter.
func (t NewTOTP) Text() string {
	return fmt.Sprintf("Scan this with an authenticator, or type the secret into it: %s\nThen set your password with a code of it; until then it does not count.\n%s\n", t.Secret, t.URL)
}

// QR implements op.Scanner.
func (t NewTOTP) QR() string { return t.URL }

// PasswordSet is what came of a new password.
type PasswordSet struct {
	Recovery []string `json:"recovery,omitempty"`
}

// Text implements op.Texter.
func (p PasswordSet) Text() string {
	text := "Your password is set, and your sessions have ended. Sign in with your name, the password and a code.\n"
	if len(p.Recovery) > 0 {
		text += "Keep these recovery codes where you keep what must not be lost; each replaces one code, once:\n  " + strings.Join(p.Recovery, "\n  ") + "\n"
	}
	return text
}

// Question is what a browser is asked.
type Question struct{ identity.Ceremony }

// Text implements op.Texter.
func (q Question) Text() string { raw, _ := json.Marshal(q); return string(raw) + "\n" }

// PasskeyAdded is a passkey that counts from now on.
type PasskeyAdded struct{ identity.PasskeyRecord }

// Text implements op.Texter.
func (p PasskeyAdded) Text() string {
	return fmt.Sprintf("The passkey %s signs you in from now on.\n", p.Name)
}

// PasskeyForgotten is a passkey that counts no more.
type PasskeyForgotten struct {
	ID string `json:"id"`
}

// Text implements op.Texter.
func (p PasskeyForgotten) Text() string {
	return "The passkey is forgotten, and your sessions have ended."
}

// ResetDone is a person who signs in by a link only.
type ResetDone struct {
	Person string `json:"person"`
}

// Text implements op.Texter.
func (r ResetDone) Text() string {
	return fmt.Sprintf("%s has no password, second factor or passkey any more, and their sessions have ended. Let them in with: prentice person link %s", r.Person, r.Person)
}

var (
	_ op.Texter  = Account{}
	_ op.Texter  = NewTOTP{}
	_ op.Scanner = NewTOTP{}
	_ op.Texter  = PasswordSet{}
	_ op.Texter  = Question{}
	_ op.Texter  = PasskeyAdded{}
	_ op.Texter  = PasskeyForgotten{}
	_ op.Texter  = ResetDone{}
	_ op.Texter  = Confirmed{}
)
