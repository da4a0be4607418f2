package prentice

import "time"

// EvidenceFilter chooses lines of the ledger. Zero fields choose all. Before
// and After are cursors: lines with a smaller or a greater number. The newest
// lines come first, except after After. Limit 0 is 50; at most 500.
type EvidenceFilter struct {
	Ref    Ref
	Kind   string
	Actor  Ref       // only what they did
	Step   string    // only what became of this step of a run; with Ref
	Target Ref       // only what became of steps on it; with Ref
	Batch  int       // only what became of steps in this batch, from 1; with Ref
	Since  time.Time // only what was written then or later
	Before int64
	After  int64
	Limit  int
}

// EvidenceRange chooses what to export: the thread of Ref, or the lines from
// From to To. Without a Ref, From 0 is the first line and To 0 the last.
type EvidenceRange struct {
	Ref  Ref
	From int64
	To   int64
}

// MaxThread is the largest number of lines that a thread shows; of a longer one
// it is the newest.
const MaxThread = 2000

// EvidenceHead is where the ledger stands: its last line and its last signed
// checkpoint. Seq 0 means that nothing has been written yet.
type EvidenceHead struct {
	Seq          int64     `json:"seq"`
	Hash         string    `json:"hash"`
	Time         time.Time `json:"time,omitzero"`
	SignedSeq    int64     `json:"signed_seq"`
	SignedAt     time.Time `json:"signed_at,omitzero"`
	KeyID        string    `json:"key_id"`
	PublicKeyPEM string    `json:"public_key_pem"`
}

// EvidenceReport is what a look over evidence found. OK is true only when
// everything was looked at and no fault was found.
type EvidenceReport struct {
	OK          bool            `json:"ok"`
	About       string          `json:"about"` // run/41, or lines 3 to 90
	Lines       int64           `json:"lines"` // how many were looked at
	First       int64           `json:"first"`
	Last        int64           `json:"last"`
	Hash        string          `json:"hash,omitempty"` // of the last line of a file
	From        time.Time       `json:"from,omitzero"`  // of the first line
	Until       time.Time       `json:"until,omitzero"`
	Contiguous  bool            `json:"contiguous"`    // no line between First and Last is missing
	Cut         bool            `json:"cut,omitempty"` // older lines of the thread were left out on purpose
	Checkpoints int64           `json:"checkpoints"`
	SignedSeq   int64           `json:"signed_seq"` // the last line that a checkpoint covers
	SignedAt    time.Time       `json:"signed_at,omitzero"`
	KeyID       string          `json:"key_id"`
	Faults      []EvidenceFault `json:"faults"`        // the first of them
	FaultsInAll int64           `json:"faults_in_all"` // how many there are
}

// EvidenceFault is one thing that is wrong with a ledger or an exported file.
// Seq 0 means that it is not about one line.
type EvidenceFault struct {
	Seq  int64  `json:"seq"`
	Says string `json:"says"`
	Try  string `json:"try"`
}

// Fault adds what is wrong. Only the first twenty are kept; all are counted.
func (r *EvidenceReport) Fault(seq int64, says, try string) {
	const most = 20
	r.OK = false
	r.FaultsInAll++
	if len(r.Faults) < most {
		r.Faults = append(r.Faults, EvidenceFault{Seq: seq, Says: says, Try: try})
	}
}

// PersonRecord is what is known of one of the team's people.
type PersonRecord struct {
	Name    string    `json:"name"`
	Role    Role      `json:"role"` // everywhere
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen,omitzero"` // about when they last came, to a few minutes
	Grants  []Grant   `json:"grants,omitempty"`
	Groups  []Ref     `json:"groups,omitempty"`
	Unread  string    `json:"unread,omitempty"` // what is stored of them and cannot be read
}

// TokenRecord is what is known of an API token; its value is known to no one.
type TokenRecord struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Kind    ActorKind `json:"kind"`            // whom its holder acts as: Person or Agent
	Person  string    `json:"person"`          // who answers for it
	Role    Role      `json:"role"`            // the most it may do, never more than its person
	Scope   *Scope    `json:"scope,omitempty"` // what it is for; nil is not narrowed
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
	Seen    time.Time `json:"seen,omitzero"`    // about when it was last used, to a few minutes

	Maker  Ref   `json:"maker,omitempty"`  // who made it; "" is not known
	Behind []Ref `json:"behind,omitempty"` // the people behind anyone who comes by it
	Parent int64 `json:"parent,omitempty"` // the token that it was made through, with which it ends
	Given  bool  `json:"given,omitempty"`  // of an agent: an owner gave it its name

	Unread string `json:"unread,omitempty"` // what is stored of it and cannot be read
}

// TokenRequest is a wish for an API token. Kind "" is Agent.
type TokenRequest struct {
	Name   string
	Kind   ActorKind
	Person string
	Role   Role
	Scope  *Scope
	Lasts  time.Duration
	By     Actor // who makes it; the zero Actor is the program, for the person
}

// Origin is where someone signs in from, as far as that can be told.
type Origin struct {
	Address string
	Agent   string // what the browser calls itself
	Device  string // what the last sign-in left there, or ""
}

// SessionRecord is what is known of a browser that is signed in. Its ID is no
// secret and lets no one in.
type SessionRecord struct {
	ID      string    `json:"id"`
	Person  string    `json:"person"`
	Way     string    `json:"way"` // how it was opened: link, token, password, passkey or sso
	Address string    `json:"address,omitempty"`
	Agent   string    `json:"agent,omitempty"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`             // about when it was last used, to a few minutes
	Idle    time.Time `json:"idle"`             // when it ends if no one uses it
	Expires time.Time `json:"expires"`          // when it ends in any case
	Behind  []Ref     `json:"behind,omitempty"` // the people behind anyone who uses it
	Unread  string    `json:"unread,omitempty"` // what is stored of it and cannot be read
}
