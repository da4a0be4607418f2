package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"prentice"
	"prentice/internal/kit/dsse"
)

const doubt = "do not rely on this file; ask the one who gave it to you for a fresh export"

// VerifyFile looks at an exported file with nothing but the public key. What it
// finds is in the report; an error means that it could not look at all.
//
// It proves that the holder of the key wrote exactly these bytes, that no line
// was changed since it was written, and that lines with neighbouring numbers
// follow each other. Of a thread it cannot prove that no line was left out:
// that is known only where the lines are contiguous.
func VerifyFile(file []byte, pub ed25519.PublicKey) (Report, error) {
	if len(pub) != ed25519.PublicKeySize {
		return Report{}, prentice.Errorf(prentice.Invalid, "a public key of %d bytes", len(pub)).Try("give the file ledger.pub, or what prentice evidence key prints")
	}
	r := Report{OK: true, About: "nothing", KeyID: dsse.KeyID(pub), Faults: []Fault{}}
	p, err := open(file, pub)
	if err != nil {
		r.Fault(0, err.Error(), tryWith(err))
		return r, nil
	}
	look(&r, p, pub)
	return r, nil
}

func tryWith(err error) string {
	if errors.Is(err, dsse.ErrKey) {
		return "verify it with the key that signed it; prentice evidence key prints it on the machine that made the file"
	}
	return doubt
}

// open believes nothing before the signature has been checked over the very
// bytes that are then read.
func open(file []byte, pub ed25519.PublicKey) (Predicate, error) {
	envelope, err := dsse.Decode(file)
	if err != nil {
		return Predicate{}, err
	}
	payload, err := envelope.Open(pub, PayloadType)
	if err != nil {
		return Predicate{}, err
	}
	return parse(payload)
}

// parse reads a payload and wants it in the one form in which it is written.
func parse(payload []byte) (Predicate, error) {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	var s Statement
	if err := d.Decode(&s); err != nil {
		return Predicate{}, fmt.Errorf("what is signed is not a statement of evidence: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Predicate{}, errors.New("something follows the end of what is signed")
	}
	switch {
	case s.Type != StatementType || s.PredicateType != PredicateType || s.Predicate.Format != predicateFormat:
		return Predicate{}, fmt.Errorf("what is signed is a %q with a %q in format %d, which this program does not know", s.Type, s.PredicateType, s.Predicate.Format)
	case len(s.Predicate.Lines) == 0:
		return Predicate{}, errors.New("it holds no evidence")
	case !reflect.DeepEqual(s.Subject, []Subject{subjectOf(s.Predicate)}):
		return Predicate{}, errors.New("its subject is not what its lines are about")
	}
	again, err := payloadOf(s.Predicate)
	if err != nil || !bytes.Equal(again, payload) {
		return Predicate{}, errors.New("what is signed is not in the form in which prentice writes it")
	}
	return s.Predicate, nil
}

func look(r *Report, p Predicate, pub ed25519.PublicKey) {
	first, last := p.Lines[0], p.Lines[len(p.Lines)-1]
	r.About, r.Lines, r.Cut = p.about(), int64(len(p.Lines)), p.Cut
	r.First, r.Last, r.From, r.Until, r.Hash = first.Seq, last.Seq, first.Time, last.Time, last.Hash
	r.Contiguous = last.Seq-first.Seq+1 == r.Lines
	if p.From != first.Seq || p.To != last.Seq {
		r.Fault(0, fmt.Sprintf("it says that it holds lines %d to %d, but holds %d to %d", p.From, p.To, first.Seq, last.Seq), doubt)
	}
	if p.Ref == "" && !r.Contiguous {
		r.Fault(0, fmt.Sprintf("of lines %d to %d it holds only %d", p.From, p.To, r.Lines), doubt)
	}
	for i, e := range p.Lines {
		lookAt(r, p.Lines, i)
		if e.Seq == 1 && e.Prev != "" {
			r.Fault(1, "line 1 names a line before it", doubt)
		}
	}
	covered(r, p, pub)
}

func lookAt(r *Report, lines []prentice.Evidence, i int) {
	e := lines[i]
	if err := fits(e); err != nil {
		r.Fault(e.Seq, fmt.Sprintf("line %d was changed: %v", e.Seq, err), doubt)
	}
	if i == 0 {
		return
	}
	switch before := lines[i-1]; {
	case e.Seq <= before.Seq:
		r.Fault(e.Seq, fmt.Sprintf("line %d comes after line %d", e.Seq, before.Seq), doubt)
	case e.Seq == before.Seq+1 && e.Prev != before.Hash:
		r.Fault(e.Seq, fmt.Sprintf("line %d does not follow line %d", e.Seq, before.Seq), doubt)
	}
}

// covered looks at the checkpoint, which must speak of the last line.
func covered(r *Report, p Predicate, pub ed25519.PublicKey) {
	c, last := p.Checkpoint, p.Lines[len(p.Lines)-1]
	switch {
	case c.KeyID != dsse.KeyID(pub) || !c.Signed(pub):
		r.Fault(c.Seq, fmt.Sprintf("the signature of the checkpoint at line %d does not fit", c.Seq), doubt)
	case c.Seq < last.Seq:
		r.Fault(last.Seq, fmt.Sprintf("the checkpoint at line %d does not speak of line %d", c.Seq, last.Seq), doubt)
	case c.Seq == last.Seq && c.Hash != last.Hash:
		r.Fault(last.Seq, rewritten(c, last.Hash), doubt)
	default:
		r.Checkpoints, r.SignedSeq, r.SignedAt = 1, c.Seq, c.Time
	}
}
