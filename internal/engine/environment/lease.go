package environment

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/span"
)

// Lease is that a place is someone's for a time: for a change or a version, with a purpose.
type Lease struct {
	Number  int64          `json:"number"`
	Place   string         `json:"place"`
	Holder  prentice.Ref   `json:"holder"`
	People  []prentice.Ref `json:"people,omitempty"` // behind the holder
	Change  int64          `json:"change,omitempty"`
	Digest  string         `json:"digest,omitempty"` // of what is to be tried there: a commit, an artefact
	Purpose string         `json:"purpose"`
	Asked   time.Time      `json:"asked"`
	For     time.Duration  `json:"for"`
	Began   time.Time      `json:"began,omitzero"` // zero while it waits
	Ends    time.Time      `json:"ends,omitzero"`
	Ended   time.Time      `json:"ended,omitzero"` // before its end
	EndedBy prentice.Ref   `json:"ended_by,omitempty"`
}

// Holding says whether it is in force. It is over at the very moment of its end. A clock that
// went back to before it began takes it from no one.
func (l Lease) Holding(now time.Time) bool {
	return !l.Began.IsZero() && l.Ended.IsZero() && now.Before(l.Ends)
}

// Held is who has a place, and who waits for it, in order.
type Held struct {
	Place string  `json:"place"`
	Lease *Lease  `json:"lease,omitempty"`
	Queue []Lease `json:"queue,omitempty"`
	Past  []Lease `json:"past,omitempty"` // the last ones, newest first
}

// mostPast is how many leases that are over are kept beside a place; the ledger has all.
const mostPast = 20

// Settle brings a place to a moment: a lease whose end came is over, and the first who
// waits has it next. What it makes of a moment is the same however often it is asked, and a
// clock that goes back gives a place to no second holder.
func (h Held) Settle(now time.Time) (settled Held, began []Lease) {
	h.Queue, h.Past = slices.Clone(h.Queue), slices.Clone(h.Past)
	if h.Lease != nil && (!h.Lease.Ended.IsZero() || !now.Before(h.Lease.Ends)) {
		h.Past = slices.Insert(h.Past, 0, *h.Lease)
		h.Past = h.Past[:min(len(h.Past), mostPast)]
		h.Lease = nil
	}
	if h.Lease == nil && len(h.Queue) > 0 {
		next := h.Queue[0]
		next.Began, next.Ends = now, now.Add(next.For)
		h.Lease, h.Queue = &next, h.Queue[1:]
		began = append(began, next)
	}
	return h, began
}

// Ask adds who asks for a place: it is theirs where no one has it, and they wait otherwise.
// A holder, or one who waits, changes nothing by asking once more.
func (h Held) Ask(p Place, l Lease, now time.Time) (asked Held, got Lease, err error) {
	if l.For == 0 {
		l.For = min(2*time.Hour, p.Longest)
	}
	if l.For < time.Minute || l.For > p.Longest {
		return h, l, prentice.Errorf(prentice.Invalid, "a lease of %s lasts from 1m to %s, and not %s", p.Ref(), span.String(p.Longest), span.String(l.For)).Try("give another --for, such as 2h")
	}
	if h.Lease != nil && h.Lease.Holder == l.Holder {
		return h, *h.Lease, nil
	}
	for _, one := range h.Queue {
		if one.Holder == l.Holder {
			return h, one, nil
		}
	}
	if h.Lease != nil && len(h.Queue) >= p.Queue {
		return h, l, prentice.Errorf(prentice.Limited, "%s is %s's until %s, and %d wait for it, which is the most", p.Ref(), h.Lease.Holder, h.Lease.Ends.UTC().Format(time.RFC3339), len(h.Queue)).
			Try("ask %s to release it, or come back later", h.Lease.Holder)
	}
	l.Place, l.Asked = p.Name, now
	h.Queue = append(slices.Clone(h.Queue), l)
	h, began := h.Settle(now)
	if len(began) > 0 && began[0].Number == l.Number {
		l = began[0]
	}
	return h, l, nil
}

// Renew lets the lease of a holder last longer: from now on, for as long as the place lets
// one last, and only where no one waits.
func (h Held) Renew(p Place, holder prentice.Ref, now time.Time, by time.Duration) (Held, Lease, error) {
	if h.Lease == nil || !h.Lease.Holding(now) || h.Lease.Holder != holder {
		return h, Lease{}, h.not(p, holder, now)
	}
	if len(h.Queue) > 0 {
		return h, *h.Lease, prentice.Errorf(prentice.Refused, "%s waits for %s", h.Queue[0].Holder, p.Ref()).Try("release it, and ask for it again: prentice env release %s", p.Name)
	}
	by = cmp.Or(by, h.Lease.For)
	if by < time.Minute || by > p.Longest {
		return h, *h.Lease, prentice.Errorf(prentice.Invalid, "a lease of %s lasts from 1m to %s, and not %s", p.Ref(), span.String(p.Longest), span.String(by)).Try("give another --for, such as 2h")
	}
	l := *h.Lease
	l.Ends = now.Add(by)
	h.Lease = &l
	return h, l, nil
}

// Release ends the lease of a holder, or takes them from the queue. To another is a hand-over:
// the place is theirs at once, for what is left of the time.
func (h Held) Release(p Place, holder, by prentice.Ref, to *Lease, now time.Time) (Held, Lease, error) {
	for i, one := range h.Queue {
		if one.Holder == holder && (h.Lease == nil || h.Lease.Holder != holder) {
			if to != nil {
				return h, one, h.not(p, holder, now)
			}
			h.Queue = slices.Delete(slices.Clone(h.Queue), i, i+1)
			return h, one, nil
		}
	}
	if h.Lease == nil || h.Lease.Holder != holder {
		return h, Lease{}, h.not(p, holder, now)
	}
	l := *h.Lease
	l.Ended, l.EndedBy = now, by
	h.Lease = &l
	if to != nil {
		next := *to
		next.Place, next.Asked, next.Began, next.Ends, next.For = p.Name, now, now, l.Ends, l.Ends.Sub(now)
		h.Past = slices.Insert(slices.Clone(h.Past), 0, l)
		h.Past = h.Past[:min(len(h.Past), mostPast)]
		h.Lease = &next
		h.Queue = slices.DeleteFunc(slices.Clone(h.Queue), func(one Lease) bool { return one.Holder == next.Holder })
		return h, next, nil
	}
	return h, l, nil
}

func (h Held) not(p Place, holder prentice.Ref, now time.Time) error {
	return prentice.Errorf(prentice.Conflict, "%s is not %s's: %s", p.Ref(), holder, h.Says(now)).Try("ask for it: prentice env lease %s", p.Name)
}

// Says is who has it, in a few words.
func (h Held) Says(now time.Time) string {
	if h.Lease == nil || !h.Lease.Holding(now) {
		return "no one has it"
	}
	return fmt.Sprintf("%s has it until %s", h.Lease.Holder, h.Lease.Ends.UTC().Format(time.RFC3339))
}

// Holds says why someone may not deploy to a place at a moment; nil is that they may. A
// lease counts until its end and not a moment longer, also where nothing has tidied up yet:
// expiry is a fact of the clock. What a lease is for counts too: one for a change or a
// digest is not for another.
func Holds(p Place, h Held, holder prentice.Ref, people []prentice.Ref, digest string, now time.Time) error {
	if !p.Leased {
		return nil
	}
	settled, _ := h.Settle(now)
	l := settled.Lease
	if l == nil || !l.Holding(now) {
		return prentice.Errorf(prentice.Refused, "%s has no lease now, and is used with one", p.Ref()).Try("take it: prentice env lease %s --purpose '…'", p.Name)
	}
	if l.Holder != holder && !slices.Contains(people, l.Holder) && prentice.SharedPerson(people, l.People) == "" {
		return prentice.Errorf(prentice.Refused, "%s is %s's until %s: %s", p.Ref(), l.Holder, l.Ends.UTC().Format(time.RFC3339), l.Purpose).
			Try("wait for it: prentice env lease %s — or let %s hand it over", p.Name, l.Holder)
	}
	if l.Digest != "" && digest != "" && l.Digest != digest {
		return prentice.Errorf(prentice.Refused, "the lease of %s is for %s, and not for %s", p.Ref(), l.Digest, digest).Try("release it, and take it for the other: prentice env release %s", p.Name)
	}
	return nil
}
