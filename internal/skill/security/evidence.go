package security

import (
	"context"
	"crypto/ed25519"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
)

type listIn struct {
	Ref    string    `json:"ref,omitempty" arg:"1" doc:"Only lines about this, such as service/checkout." example:"service/checkout" maxLength:"200"`
	Kind   string    `json:"kind,omitempty" doc:"Only lines of this kind, such as approval.given." maxLength:"100"`
	Step   string    `json:"step,omitempty" doc:"Only what became of this step; with a run." maxLength:"100"`
	Target string    `json:"target,omitempty" doc:"Only what became of steps on this target, such as host/web-1; with a run." maxLength:"200"`
	Batch  int       `json:"batch,omitempty" doc:"Only what became of steps in this batch; with a run." minimum:"1"`
	Since  time.Time `json:"since,omitzero" ago:"true" doc:"Only lines that were written then or later, such as 2h, 30d or 2030-08-31."`
	Before int64     `json:"before,omitempty" doc:"A cursor: only lines with a smaller number." minimum:"1"`
	After  int64     `json:"after,omitempty" doc:"A cursor: only lines with a greater number, oldest first." minimum:"0"`
	Limit  int       `json:"limit,omitempty" doc:"How many at most; 50 unless told." minimum:"1" maximum:"500"`
}

type showIn struct {
	Seq int64 `json:"seq" arg:"1" doc:"The number of the line." example:"12" minimum:"1"`
}

type threadIn struct {
	Ref string `json:"ref" arg:"1" doc:"What the thread is about, such as run/1 or service/checkout." example:"run/1" maxLength:"200"`
}

type exportIn struct {
	Ref  string `json:"ref,omitempty" arg:"1" doc:"Export the thread of this, such as run/1." example:"run/1" maxLength:"200"`
	From int64  `json:"from,omitempty" doc:"Export lines from this number on." minimum:"0"`
	To   int64  `json:"to,omitempty" doc:"Export lines up to this number." minimum:"1"`
}

type verifyIn struct {
	File string `json:"file" arg:"1" file:"true" doc:"The exported file."`
	Key  string `json:"key" file:"true" doc:"The public key, as prentice evidence key prints it."`
}

type nothing struct{}

func (d Deps) list(ctx context.Context, _ op.Call, in listIn) (Lines, error) {
	ref, err := maybeRef(in.Ref)
	if err != nil {
		return Lines{}, err
	}
	if in.Before > 0 && in.After > 0 {
		return Lines{}, prentice.Errorf(prentice.Invalid, "both before and after").Try("give one of them")
	}
	if in.Limit == 0 {
		in.Limit = 50
	}
	target := prentice.Ref(in.Target)
	if in.Target != "" && !strings.Contains(in.Target, "/") {
		target = prentice.NewRef("host", in.Target)
	}
	f := ledger.Filter{Ref: ref, Kind: in.Kind, Step: in.Step, Target: target, Batch: in.Batch, Since: in.Since, Before: in.Before, After: in.After, Limit: in.Limit}
	lines, err := d.Ledger.List(ctx, f)
	if err != nil {
		return Lines{}, err
	}
	out := Lines{Lines: lines, Ref: ref}
	// A full page may have more behind it. In the other direction the reader
	// goes on by the last number that they saw.
	if len(lines) == f.Limit && in.After == 0 {
		out.NextPage = strconv.FormatInt(lines[len(lines)-1].Seq, 10)
	}
	return out, nil
}

func (d Deps) show(ctx context.Context, _ op.Call, in showIn) (Line, error) {
	e, err := d.Ledger.Show(ctx, in.Seq)
	return Line{e}, err
}

func (d Deps) thread(ctx context.Context, _ op.Call, in threadIn) (Thread, error) {
	ref, err := prentice.ParseRef(in.Ref)
	if err != nil {
		return Thread{}, err
	}
	lines, err := d.Ledger.Thread(ctx, ref)
	return Thread{About: ref, Lines: lines, Cut: len(lines) >= ledger.MaxThread}, err
}

func (d Deps) export(ctx context.Context, c op.Call, in exportIn) (Export, error) {
	ref, err := maybeRef(in.Ref)
	if err != nil {
		return Export{}, err
	}
	envelope, err := d.Ledger.Export(ctx, c.Now, ledger.Range{Ref: ref, From: in.From, To: in.To})
	return Export{envelope}, err
}

func (d Deps) verify(_ context.Context, _ op.Call, in verifyIn) (Verified, error) {
	pub, err := publicKey(in.Key)
	if err != nil {
		return Verified{}, err
	}
	report, err := d.Verify([]byte(in.File), pub)
	return Verified{report}, err
}

func publicKey(file string) (ed25519.PublicKey, error) {
	pub, err := dsse.ParsePublic([]byte(file))
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "the key: %w", err).Try("give the file ledger.pub, or what prentice evidence key prints")
	}
	return pub, nil
}

func (d Deps) key(ctx context.Context, _ op.Call, _ nothing) (Key, error) {
	h, err := d.Ledger.Head(ctx)
	return Key{KeyID: h.KeyID, PEM: h.PublicKeyPEM}, err
}

func (d Deps) check(ctx context.Context, _ op.Call, _ nothing) (Checked, error) {
	report, err := d.Ledger.VerifyChain(ctx)
	if err != nil || d.Borne == nil {
		return Checked{report}, err
	}
	faults, err := d.Borne(ctx)
	if err != nil && !report.OK {
		return Checked{report}, nil // what is wrong with the ledger keeps it from being compared, and is told
	}
	for _, f := range faults {
		report.Fault(f.Seq, f.Says, f.Try)
	}
	return Checked{report}, err
}

// maybeRef reads a ref that may be left out.
func maybeRef(s string) (prentice.Ref, error) {
	if s == "" {
		return "", nil
	}
	return prentice.ParseRef(s)
}
