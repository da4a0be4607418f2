package prentice

import (
	"encoding/json"
	"strconv"
	"time"
)

// Evidence is one line of the ledger: what was seen or done, by whom, about
// which refs. Prev and Hash chain it to the line before: Hash is the SHA-256 of
// the line's canonical JSON without its hash.
type Evidence struct {
	Seq   int64           `json:"seq"` // from 1, without a gap
	Time  time.Time       `json:"time"`
	Kind  string          `json:"kind"` // what happened: run.planned, approval.given, step.applied …
	Actor Ref             `json:"actor"`
	Refs  []Ref           `json:"refs"`
	Data  json.RawMessage `json:"data,omitempty"`
	Prev  string          `json:"prev"`
	Hash  string          `json:"hash"`
}

// Sealed is the evidence with Hash worked out from all the rest. The time is
// cut to microseconds in UTC, which is what every store keeps.
func (e Evidence) Sealed() (Evidence, error) {
	e.Time = e.Time.UTC().Truncate(time.Microsecond)
	e.Hash = ""
	canonical, err := e.canonical()
	if err != nil {
		return Evidence{}, Errorf(KindOf(err), "evidence %s: %w", e.Kind, err)
	}
	e.Hash = Digest(canonical)
	return e, nil
}

// canonical is the line in the form of RFC 8785. Its keys are known and stand in
// order, so that only its data is read.
func (e Evidence) canonical() (b []byte, err error) {
	b = appendString(append(b, `{"actor":`...), string(e.Actor))
	if len(e.Data) > 0 {
		data, err := CanonicalJSON(e.Data)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"data":`...), data...)
	}
	b = appendString(append(b, `,"hash":`...), e.Hash)
	b = appendString(append(b, `,"kind":`...), e.Kind)
	b = appendString(append(b, `,"prev":`...), e.Prev)
	b = AppendRefs(append(b, `,"refs":`...), e.Refs)
	if b, err = appendWhole(append(b, `,"seq":`...), json.Number(itoa(e.Seq))); err != nil {
		return nil, err
	}
	at, err := e.Time.MarshalText()
	if err != nil {
		return nil, Errorf(Invalid, "%w", err)
	}
	return append(appendString(append(b, `,"time":`...), string(at)), '}'), nil
}

// Note is evidence before the ledger has numbered and chained it.
type Note struct {
	Kind  string
	Actor Ref
	Refs  []Ref
	Data  any // marshalled to JSON; whole numbers and strings only
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
