package security

import (
	"context"
	"crypto/ed25519"
	"embed"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/run"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Ledger keeps the evidence.
type Ledger interface {
	Head(context.Context) (ledger.Head, error)
	List(context.Context, ledger.Filter) ([]prentice.Evidence, error)
	Thread(context.Context, prentice.Ref) ([]prentice.Evidence, error)
	Show(ctx context.Context, seq int64) (prentice.Evidence, error)
	VerifyChain(context.Context) (ledger.Report, error)
	Export(context.Context, time.Time, ledger.Range) (dsse.Envelope, error)
}

// People keeps who may come in. A person given to lists and to RevokeToken and
// RevokeSession narrows them to that person's own; "" is everyone's.
type People interface {
	AddPerson(ctx context.Context, name string, role prentice.Role) (identity.PersonRecord, error)
	SetRole(ctx context.Context, name string, role prentice.Role) (identity.PersonRecord, error)
	RemovePerson(ctx context.Context, name string) error
	Readmit(ctx context.Context, name string) error
	People(context.Context) ([]identity.PersonRecord, error)
	Link(ctx context.Context, name string, by prentice.Actor) (code string, expires time.Time, err error)
	CreateToken(context.Context, identity.TokenRequest) (value string, t identity.TokenRecord, err error)
	AddKey(ctx context.Context, r identity.TokenRequest, line string) (identity.TokenRecord, error)
	Tokens(ctx context.Context, person string) ([]identity.TokenRecord, error)
	RevokeToken(ctx context.Context, id int64, person string) error
	Person(ctx context.Context, name string) (identity.PersonRecord, error)
	Grant(ctx context.Context, name string, g prentice.Grant) (identity.PersonRecord, error)
	RevokeGrant(ctx context.Context, name string, on prentice.Ref) (identity.PersonRecord, error)
	ListSessions(ctx context.Context, person string) ([]identity.SessionRecord, error)
	RevokeSession(ctx context.Context, id, person string) (of string, err error)
	Account(ctx context.Context, name string) (identity.AccountRecord, error)
	Prove(ctx context.Context, name string, p identity.Proof) error
	BeginTOTP(ctx context.Context, name string, p identity.Proof) (secret, url string, err error)
	SetPassword(ctx context.Context, name, password, code string, behind []prentice.Ref) (recovery []string, err error)
	BeginPasskey(ctx context.Context, name, origin string, p identity.Proof) (identity.Ceremony, error)
	AddPasskey(ctx context.Context, name string, in identity.CeremonyAnswer) (identity.PasskeyRecord, error)
	RemovePasskey(ctx context.Context, name, id string, p identity.Proof) error
	ResetPerson(ctx context.Context, name string) error
	Confirm(ctx context.Context, name string, by prentice.Actor) (factors []identity.Factor, err error)
}

// Deps is what the skill needs. The zero Deps is enough to describe it.
type Deps struct {
	Ledger Ledger
	People People
	Views  Views // nil keeps none
	Clock  func() time.Time
	// Borne compares the answers that runs go by with the evidence of them; nil
	// compares nothing.
	Borne func(context.Context) ([]ledger.Fault, error)
	// Catalog is what roles are granted on, and Operations are what tokens
	// are for; without them names are not looked up.
	Catalog    func() *team.Catalog
	Operations func() []string
	// Trusts says what tells an agent of a name from others, such as a rule of the
	// policy in force, or ""; nil knows none.
	Trusts func(agent string) (what string)
	// Secrets keeps what steps need, and Procedures says which use what.
	Secrets    Secrets
	Absences   func(context.Context) ([]run.Absence, error)       // who is away now
	Hooks      func(secret string) []string                       // the webhooks that need a secret
	Hook       func(name string) error                            // whether there is a webhook of this name
	Channels   func(secret string) []string                       // of the notices, that need a secret
	Anew       func(ctx context.Context, channels []string) error // sends again what waits for channels; nil does nothing
	Mirrors    func(secret string) []string                       // the repositories that are pushed elsewhere with a secret
	Webhooks   func(secret string) []string                       // the programs outside that are told of events, that need a secret
	AnewOut    func(ctx context.Context, webhooks []string) error // sends again what waits for them; nil does nothing
	Page       func(path string) string                           // where people reach a page
	Procedures func() []prentice.Procedure
	// Record writes down what became of people and tokens; nil writes nothing.
	Record func(context.Context, prentice.Note) error
	// Address is the page that a sign-in code opens; nil shows the bare code.
	Address func(code string) string
	// AcceptKey asks a host for its key and remembers the one of a fingerprint.
	// Hosts is the hosts that names choose, all for none, with what is known of each;
	// CheckHosts tries each of them.
	Hosts      func(ctx context.Context, names []string) ([]HostState, error)
	CheckHosts func(ctx context.Context, names []string) ([]HostState, error)
	AcceptKey  func(ctx context.Context, host, fingerprint string, replace bool) (HostKey, error)
	// Supply is what repositories are built from, and what is known of it.
	Supply Supply
	// Verify looks at an exported file with nothing but the public key. It is
	// needed also where there is no data folder.
	Verify func(file []byte, pub ed25519.PublicKey) (ledger.Report, error)
}

// New is the skill.
func New(d Deps) skill.Skill {
	return skill.Skill{
		Name:     "security",
		Sentence: "information security: use practices and controls",
		Ops:      nouns.Of(slices.Concat(d.evidenceOps(), d.personOps(), d.grantOps(), d.sessionOps(), d.accountOps(), d.tokenOps(), d.keyOps(), d.secretOps(), d.hostOps(), d.viewOps(), d.Supply.ops())),
		Team:     []team.Part{DependencyFile.Part(nil)},
		Checks:   slices.Concat(secretChecks(), []check.Kind{d.Supply.kind()}),
		Pages: []op.Page{
			{Path: "/evidence", Op: "evidence.list", Template: "evidence.html", Title: "Evidence", Nav: "Evidence", Key: "e", Order: 60, Group: op.Governance},
			{Path: "/evidence/{seq}", Op: "evidence.show", Template: "line.html", Title: "Evidence", Explain: "evidence/{seq}"},
			{Path: "/evidence/thread/{ref...}", Op: "evidence.thread", Template: "thread.html", Title: "Thread", Explain: "{ref}"},
			{Path: "/people", Op: "person.list", Template: "people.html", Title: "People", Nav: "People", Key: "o", Order: 70, Group: op.Setup},
			{Path: "/people/{name}", Op: "person.show", Template: "person.html", Title: "Person", Explain: "person/{name}"},
			{Path: "/account", Op: "account.show", Template: "account.html", Title: "Your account"},
			{Path: "/tokens", Op: "token.list", Template: "tokens.html", Title: "Tokens", Nav: "Tokens", Key: "t", Order: 71, Group: op.Setup},
			{Path: "/secrets", Op: "secret.list", Template: "secrets.html", Title: "Secrets", Nav: "Secrets", Order: 72, Group: op.Setup},
		},
		Refs:     map[string]string{"evidence": "/evidence/{seq}"},
		Explains: explains(),
		Files:    files,
		Explain:  explain,
		Facts:    d.facts,
	}
}

func (d Deps) evidenceOps() []op.Op {
	const look, viewer = prentice.Look, prentice.Viewer
	return []op.Op{
		op.New("evidence.list", look, viewer, "List what was seen and done, newest first.", d.list).
			WithExample("prentice evidence list --ref service/checkout"),
		op.New("evidence.show", look, viewer, "Show one line of the ledger, whole.", d.show).
			WithExample("prentice evidence show 12"),
		op.New("evidence.thread", look, viewer, "Tell what happened to one thing, in order, with the case that it belongs to.", d.thread).
			WithExample("prentice evidence thread run/1").
			WithHelp("The thread of a run holds the lines of its incident and its event too; the thread of a service holds those of its runs and incidents."),
		op.New("evidence.export", look, viewer, "Print a thread, or a range of lines, as a signed file that anybody can verify.", d.export).
			WithExample("prentice evidence export run/1 > run-1.json").
			WithHelp("The file is an in-toto Statement in a DSSE envelope, signed with Ed25519. Without a ref or a range it holds the whole ledger."),
		op.New("evidence.verify", look, viewer, "Verify an exported file with nothing but the public key.", d.verify).WithoutState().
			WithExample("prentice evidence verify run-1.json --key ledger.pub").
			WithHelp("It needs no server, no data folder and no network. Any changed byte is seen. Ends with exit code 9 when the file does not verify."),
		op.New("evidence.key", look, viewer, "Print the public key that exported files are verified with.", d.key).
			WithExample("prentice evidence key > ledger.pub").
			WithHelp("Give it to auditors by another way than the files themselves."),
		op.New("evidence.check", look, viewer, "Check every line of the ledger in the database, and every signature.", d.check).
			WithExample("prentice evidence check").
			WithHelp("It finds lines that were changed, removed, added or moved, and an end that was cut off. Ends with exit code 9 when it finds anything."),
	}
}

func (d Deps) personOps() []op.Op {
	const change, owner = prentice.Change, prentice.Owner
	return []op.Op{
		op.New("person.add", change, owner, "Add a person to the team, and print a link that signs them in once.", d.addPerson).WithSecretOutput().
			WithExample("prentice person add ann --role approver"),
		op.New("person.list", prentice.Look, owner, "List the people of the team and their roles.", d.listPeople).WithExample("prentice person list").AlsoTyped("people").Naming("person"),
		op.New("person.link", change, owner, "Make a link that signs a person in once, within 15 minutes.", d.link).WithSecretOutput().
			WithExample("prentice person link ann"),
		op.New("person.role", change, owner, "Change what a person may do, at once and on every channel.", d.setRole).WithExample("prentice person role ann owner"),
		op.New("person.remove", prentice.Danger, owner, "Take a person off the team, with all their tokens and sessions.", d.removePerson).
			WithExample("prentice person remove ann").
			WithHelp("What they did stays in the ledger. The last owner cannot be removed, nor the last who comes in without a sign-in provider. The provider does not bring them back, unless you readmit them."),
		op.New("person.readmit", change, owner, "Let the sign-in provider bring a person in again who was removed.", d.readmit).
			WithExample("prentice person readmit ann").
			WithHelp("They come in anew when they next sign in with your organisation, with the role that it gives them, and without the tokens, passkeys and grants that they had."),
		op.New("whoami", prentice.Look, prentice.Viewer, "Say who you are here and what you may do.", whoami).WithExample("prentice whoami"),
	}
}

func (d Deps) tokenOps() []op.Op {
	const change, viewer = prentice.Change, prentice.Viewer
	return []op.Op{
		op.New("token.create", change, viewer, "Make a token for a program, and print it once.", d.createToken).WithSecretOutput().
			WithExample("prentice token create ci --role operator --lasts 30d").
			WithHelp("A token may do at most what you may, and one that acts as an agent at most what an operator may: only people approve. " +
				"Owners may make tokens for others with --for, and are then behind what is done with it; a name that the policy mentions is theirs to give. " +
				"A token that is made through another ends with it at the latest. With --ops and --on it is narrowed further: to operations (run.start, or event.* for all of a noun) " +
				"and to acting on systems, services and what groups own. Reading is not narrowed by --on."),
		op.New("token.list", prentice.Look, viewer, "List your tokens; owners see everyone's.", d.listTokens).WithExample("prentice token list"),
		op.New("token.revoke", change, viewer, "End one of your tokens at once; owners may end anybody's.", d.revokeToken).WithExample("prentice token revoke 3"),
	}
}
