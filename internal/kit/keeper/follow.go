package keeper

import (
	"os"
	"time"
)

const (
	kept    = 8 << 20  // bytes that were read stay for that long, as they may not have arrived
	trimmed = 24 << 20 // below that, none go
	frame   = 1 << 20  // the most that one frame of output holds
	hold    = 150 * time.Millisecond
	sign    = 5 * time.Second // there is a sign of life that often
)

// follow reads the output from a byte on, and then the end.
func (s *server) follow(c claim, a ask) {
	if there(c.dir) {
		token := first(c.file("claim"))
		if token == "" {
			token = "-"
		}
		s.say("claim", token)
	}
	f := &following{server: s, claim: c, run: s.runs[c.dir], at: a.from, piece: -1, back: trimmed}
	f.toTheEnd()
	s.forgetRuns()
}

// forgetRuns lets go of what was kept, and whose claim another one took away.
func (s *server) forgetRuns() {
	if len(s.runs) < 64 {
		return
	}
	for dir, r := range s.runs {
		if isClosed(r.ended) && isClosed(r.drained) && !there(dir) {
			delete(s.runs, dir)
		}
	}
}

// following is a script that is being followed.
type following struct {
	*server
	claim claim
	run   *run  // that this process keeps; nil is another's
	at    int64 // the byte of the output that comes next
	piece int64 // where the piece that holds it begins; -1 is not known
	back  int64 // when the piece is this far, what was read long ago goes
	dry   int   // how often it was waited for the rest of the output of what has ended
	quiet int   // rounds without news
}

func (f *following) toTheEnd() {
	begun, said := time.Now(), time.Now()
	early, fresh, last := true, 0, false // most scripts are over before it pays to send what they have printed so far
	for f.lost == nil {
		f.find()
		e, ended := f.claim.status()
		if ended && f.dried() {
			f.rest()
			gap := first(f.claim.file("left"))
			f.say("end", e.code, e.left, e.room, "-", text(number(gap)))
			return
		}
		early = early && time.Since(begun) < hold
		if !early && f.size() > f.at-f.piece && f.piece >= 0 {
			f.emit(f.size(), true)
			f.quiet, said = 0, time.Now()
			continue
		}
		if ended {
			continue
		}
		if f.quiet >= 40 || !f.underWay() {
			switch _, ended := f.claim.status(); {
			case f.claim.has("armed") && !f.claim.has("begun") && fresh < 100 && f.claim.unbegun():
				fresh++ // the keeper is about to begin
			case early:
				early, begun = false, begun.Add(-hold) // what it printed comes first
				continue
			case ended:
			case !last:
				last = f.dried()
				continue
			default:
				if words := f.claim.settled(); words != nil {
					f.say(words...)
					return
				}
			}
		}
		f.quiet++
		if time.Since(said) >= sign {
			f.say("alive")
			said = time.Now()
		}
		f.wait(early)
	}
}

// underWay is the claim's, which need not be looked for where this process keeps it.
func (f *following) underWay() bool {
	if f.run != nil && !isClosed(f.run.ended) {
		return true
	}
	return f.claim.underWay()
}

// wait waits for news: the end, more output unless it is early, or a while.
func (f *following) wait(early bool) {
	pause := 500 * time.Millisecond
	if f.quiet < 20 {
		pause = min(10*time.Millisecond<<min(f.quiet-1, 4), 100*time.Millisecond)
	}
	if f.run == nil {
		time.Sleep(pause)
		return
	}
	ended, grew := f.run.ended, f.run.grew
	if early {
		grew, pause = nil, hold
	}
	if isClosed(ended) {
		ended, pause = nil, 20*time.Millisecond
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ended:
	case <-grew:
		time.Sleep(10 * time.Millisecond) // what else comes goes in the same frame
	case <-timer.C:
	}
}

// dried says whether all that a script which has ended has printed is kept. A daemon
// that it started may hold its output open for ever, so that this is not waited for long.
func (f *following) dried() bool {
	if f.dry >= 50 || f.claim.has("drained") || f.claim.has("out") {
		return true
	}
	f.dry++
	if f.run == nil {
		time.Sleep(20 * time.Millisecond)
		return false
	}
	timer := time.NewTimer(20 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-f.run.drained:
	case <-timer.C:
	}
	return false
}

// find finds the piece that holds the byte to go on from.
func (f *following) find() {
	if f.piece >= 0 {
		if f.at != f.piece && there(f.claim.piece(f.at)) {
			f.piece = f.at
		}
		return
	}
	pieces := f.claim.pieces()
	for _, p := range pieces {
		if p <= f.at {
			f.piece = p
		}
	}
	switch {
	case f.piece >= 0:
	case len(pieces) > 0: // what came before has been read, and is gone
		f.piece, f.at = pieces[0], pieces[0]
	case f.claim.has("out"): // of an earlier version
		os.Link(f.claim.file("out"), f.claim.piece(0)) //nolint:errcheck // it is found the next time
	}
}

// size is that of the piece.
func (f *following) size() int64 {
	if f.piece < 0 {
		return 0
	}
	about, err := os.Stat(f.claim.piece(f.piece))
	if err != nil {
		return 0
	}
	return about.Size()
}

// emit sends what the piece holds from the byte on, up to its size, in one frame. Noted
// is that it was read, so that the relay goes on and what was read long ago goes.
func (f *following) emit(size int64, noted bool) {
	p := make([]byte, min(size-(f.at-f.piece), frame))
	from, err := os.Open(f.claim.piece(f.piece))
	if err != nil {
		return
	}
	defer from.Close()
	n, _ := from.ReadAt(p, f.at-f.piece) // what cannot be read now is tried again
	if n == 0 {
		return
	}
	f.say("out", text(f.at), text(int64(n)))
	if f.lost == nil {
		_, f.lost = f.out.Write(p[:n])
	}
	f.at += int64(n)
	if !noted || f.lost != nil {
		return
	}
	over(f.claim.file("read"), text(f.at)+" ") //nolint:errcheck // it has its room
	if f.piece >= f.back {
		f.trim()
	}
}

// trim lets go of the pieces that were read so long ago that they are not asked for
// again: what is on its way when a connection is lost is less than what stays.
func (f *following) trim() {
	for _, p := range f.claim.pieces() {
		if p <= f.piece-trimmed {
			os.Remove(f.claim.piece(p)) //nolint:errcheck // it goes with the claim
		}
	}
	f.back = f.piece + kept
}

// rest sends all the output of a script that has ended.
func (f *following) rest() {
	for f.lost == nil && f.piece >= 0 {
		size := f.size()
		for before := int64(-1); f.lost == nil && f.at-f.piece < size && f.at > before; {
			before = f.at
			f.emit(size, false)
		}
		next := f.piece + size
		if size == 0 || !f.claim.has("more") || !there(f.claim.piece(next)) {
			return
		}
		f.piece, f.at = next, max(f.at, next)
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
