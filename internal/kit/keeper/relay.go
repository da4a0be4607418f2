package keeper

import (
	"os"
	"slices"
	"strings"
	"time"
)

// pieceSize is how large a piece of the output grows before there is another.
const pieceSize = 8 << 20

// pieces are the offsets that the pieces of the output begin at, in order.
func (c claim) pieces() []int64 {
	entries, _ := os.ReadDir(c.dir) // what is gone has none
	var list []int64
	for _, e := range entries {
		if at, is := strings.CutPrefix(e.Name(), "out-"); is && (number(at) > 0 || at == "0") {
			list = append(list, number(at))
		}
	}
	slices.Sort(list)
	return list
}

func (c claim) piece(at int64) string { return c.file("out-" + text(at)) }

// relay keeps what the script prints, in pieces of some megabytes, and no more of it
// than so much ahead of who reads it: then the script waits. It goes on until no one
// holds the output open any more.
func (r *run) relay(from *os.File, a ask) {
	w := &relaying{run: r, ask: a}
	for buf := make([]byte, 64<<10); ; {
		n, err := from.Read(buf)
		if n > 0 {
			w.take(buf[:n])
		}
		if err != nil {
			break
		}
	}
	if w.spilling && w.part > 0 {
		w.goOn()
	}
	w.close()
	from.Close() //nolint:errcheck // all of it was read
	r.claim.mark("drained")
	close(r.drained)
}

// relaying is output that is being kept. It spills when there is no room for it.
type relaying struct {
	*run
	ask      ask
	to       *os.File // the piece that is being written; nil before its first byte
	at, size int64    // where that piece begins, and how large it is
	spilling bool
	missing  int64 // bytes that were left out
	part     int64 // of them since some were kept
	since    int64 // of them since it was tried to go on
	past     int   // pieces that were begun though no one reads, after the script's end
}

// take keeps what comes, or leaves it out.
func (w *relaying) take(p []byte) {
	if !w.spilling {
		p = p[w.keep(p):]
		w.spilling = len(p) > 0
		if !w.spilling && w.size >= pieceSize {
			w.next()
			w.spilling = !w.room()
		}
	}
	if len(p) == 0 || !w.spilling {
		return
	}
	n := int64(len(p))
	w.missing, w.part, w.since = w.missing+n, w.part+n, w.since+n
	over(w.claim.file("left"), text(w.missing)+" ") //nolint:errcheck // it has its room
	if w.since >= 1<<20 && !w.ahead() {
		w.goOn()
	}
}

// keep writes what there is room for, and says how much that was.
func (w *relaying) keep(p []byte) (n int) {
	if w.to == nil {
		to, err := os.OpenFile(w.claim.piece(w.at), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return 0
		}
		w.to = to
	}
	n, _ = w.to.Write(p) // what is not written is left out
	w.size += int64(n)
	select {
	case w.grew <- struct{}{}:
	default:
	}
	return n
}

// next begins another piece.
func (w *relaying) next() {
	w.claim.mark("more")
	w.close()
	w.at, w.size = w.at+w.size, 0
}

func (w *relaying) close() {
	if w.to != nil {
		w.to.Close() //nolint:errcheck // what was not kept is not kept
		w.to = nil
	}
}

// goOn says how much was left out, and keeps what comes again. Where that cannot be
// said, it is left out further.
func (w *relaying) goOn() {
	line := "\nprentice: at least " + text(w.part) + " bytes were left out here\n"
	w.since = 0
	if w.keep([]byte(line)) == len(line) {
		w.spilling, w.part = false, 0
	}
}

// ahead says whether what is kept is too far ahead of who reads it.
func (w *relaying) ahead() bool { return w.at-w.read() > w.ask.ahead }

// read is how much of it was read.
func (w *relaying) read() int64 { return number(first(w.claim.file("read"))) }

// room waits until it is not ahead; false when no one has read for a minute, and of a
// daemon that prints on when the script has ended.
func (w *relaying) room() bool {
	const pause = 20 * time.Millisecond
	most := time.Duration(w.ask.waits) * 200 * time.Millisecond
	for waited, was := time.Duration(0), int64(-1); w.ahead(); waited += pause {
		if got := w.read(); got != was {
			was, waited = got, 0
		}
		if _, is := w.claim.ended(); is {
			w.past++
			return w.past <= 4
		}
		if waited >= most || !there(w.claim.dir) {
			return false
		}
		time.Sleep(pause)
	}
	return true
}
