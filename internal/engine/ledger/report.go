package ledger

import "time"

// Head is where the ledger stands: its last line and its last signed
// checkpoint. Seq 0 means that nothing has been written yet.
type Head struct {
	Seq          int64     `json:"seq"`
	Hash         string    `json:"hash"`
	Time         time.Time `json:"time,omitzero"`
	SignedSeq    int64     `json:"signed_seq"`
	SignedAt     time.Time `json:"signed_at,omitzero"`
	KeyID        string    `json:"key_id"`
	PublicKeyPEM string    `json:"public_key_pem"`
}

// Report is what a look over evidence found. OK is true only when
// everything was looked at and no fault was found.
type Report struct {
	OK          bool      `json:"ok"`
	About       string    `json:"about"` // run/41, or lines 3 to 90
	Lines       int64     `json:"lines"` // how many were looked at
	First       int64     `json:"first"`
	Last        int64     `json:"last"`
	Hash        string    `json:"hash,omitempty"` // of the last line of a file
	From        time.Time `json:"from,omitzero"`  // of the first line
	Until       time.Time `json:"until,omitzero"`
	Contiguous  bool      `json:"contiguous"`    // no line between First and Last is missing
	Cut         bool      `json:"cut,omitempty"` // older lines of the thread were left out on purpose
	Checkpoints int64     `json:"checkpoints"`
	SignedSeq   int64     `json:"signed_seq"` // the last line that a checkpoint covers
	SignedAt    time.Time `json:"signed_at,omitzero"`
	KeyID       string    `json:"key_id"`
	Faults      []Fault   `json:"faults"`        // the first of them
	FaultsInAll int64     `json:"faults_in_all"` // how many there are
}

// Fault is one thing that is wrong with a ledger or an exported file.
// Seq 0 means that it is not about one line.
type Fault struct {
	Seq  int64  `json:"seq"`
	Says string `json:"says"`
	Try  string `json:"try"`
}

// Fault adds what is wrong. Only the first twenty are kept; all are counted.
func (r *Report) Fault(seq int64, says, try string) {
	const most = 20
	r.OK = false
	r.FaultsInAll++
	if len(r.Faults) < most {
		r.Faults = append(r.Faults, Fault{Seq: seq, Says: says, Try: try})
	}
}
