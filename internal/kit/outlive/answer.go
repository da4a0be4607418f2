package outlive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// State is how a claim stands. The zero State is Lost's equal: no one can tell.
type State string

// The states.
const (
	None    State = "none"    // there is no claim: the script was never begun, or its claim was taken away
	Running State = "running" // it is under way
	Ended   State = "end"     // it ended, with a code
	Lost    State = "lost"    // it was begun, and its keeper is gone without a word
	Refused State = "refuse"  // it was not begun, and Why says what is missing
	Taken   State = "taken"   // another person made the claim
	Over    State = "over"    // its proof was written once, and the claim is gone
)

// Report is what became of an ask. Why is ended or rebooted of a lost script, or gone
// where only a part of its claim is left, so that it may go on still;
// home, setsid, full, late or void of a refused one; never of a claim that was there,
// and whose script was not begun.
type Report struct {
	State   State
	Code    int
	Strays  bool  // it left processes behind, which were ended
	Full    bool  // nothing could be written to the disk when it ended
	Left    int64 // bytes of its output that were left out, because no one read them or the disk was full
	Loose   bool  // others could read or write the folder of claims, and cannot any more
	Stopped bool  // this ask told it to end; otherwise it had ended by itself
	Why     string
	Detail  string // more, in the words of the other side
	Token   string // of anyone who made the claim; "" if that was not told
}

// The ways in which an answer goes wrong.
var (
	ErrSilent  = errors.New("the shell did not answer")                  // before it said hello: nothing was begun
	ErrCut     = errors.New("the answer was cut off in the middle")      // after hello: the script may be under way
	ErrGarbled = errors.New("the answer is not what the wrapper writes") // as above
)

// Unhelped is why a shell began no helper. Put is no trouble: it was put there.
type Unhelped struct{ Why, Detail string }

// Error implements error.
func (u *Unhelped) Error() string { return "no helper: " + u.Why + " " + u.Detail }

// Says is the same for people.
func (u *Unhelped) Says() string {
	switch u.Why {
	case "unknown":
		return "there is no helper for a host of the kind " + strconv.Quote(u.Detail)
	case "swapped":
		return "the file helper-… in ~/.prentice is not what prentice put there, and was not run; remove it"
	case "owner", "home":
		return "~/.prentice, or the helper in it, is not the user's own"
	case "missing":
		return "the helper that was put into ~/.prentice is not there"
	case "room":
		return "the helper could not be written to ~/.prentice"
	case "refused":
		return "the host does not run programs from ~/.prentice (a file system that is mounted noexec?)"
	}
	return u.Error()
}

// mostNoise is how much a shell profile may print before the answer begins.
const mostNoise = 256 << 10

// longestLine is the longest line of a frame.
const longestLine = 1 << 10

// Answer is an answer being read. Want is the token of the claim that is followed;
// where the claim is another's, reading ends before its output. Empty is any. Begun,
// if there is one, is called when the answer begins, and Claimed when it tells the
// token of the claim. Word is that of a shell which begins a helper; empty is of none.
type Answer struct {
	Want    string
	Word    string
	Begun   func()
	Claimed func(token string)
	from    *bufio.Reader
	prefix  string
	Noise   []byte // the end of what was printed before the answer began
}

// NewAnswer reads the answer to an ask with this nonce.
func NewAnswer(from io.Reader, nonce string) *Answer {
	return &Answer{from: bufio.NewReaderSize(from, 16<<10), prefix: "@" + nonce + " "}
}

// Report reads to the end of the answer. What the script printed is handed to
// out as it comes, with the offset of its first byte; an error of out ends the
// reading and is returned. With an error, the report tells the token, if that was heard.
func (a *Answer) Report(out func(offset int64, p []byte) error) (Report, error) {
	if err := a.hello("\n"); err != nil {
		return Report{}, err
	}
	var token string
	loose := false
	for {
		words, err := a.line()
		if err != nil {
			return Report{Token: token}, err
		}
		switch words[0] {
		case "alive":
		case "loose":
			loose = true
		case "claim":
			token = at(words, 1)
			if a.Claimed != nil {
				a.Claimed(token)
			}
			if a.Want != "" && token != a.Want {
				return Report{State: Taken, Token: token}, nil
			}
		case "out":
			if err := a.output(words, out); err != nil {
				return Report{Token: token}, err
			}
		case "all":
			if err := a.whole(words, out); err != nil {
				return Report{Token: token}, err
			}
		default:
			r, err := final(words, token)
			r.Loose = loose
			return r, err
		}
	}
}

// final reads the line that an answer ends with.
func final(words []string, token string) (Report, error) {
	r := Report{State: State(words[0]), Token: token}
	switch r.State {
	case Running, Over:
	case None, Lost, Refused:
		r.Why = at(words, 1)
		r.Detail = strings.Join(words[min(2, len(words)):], " ")
	case Ended:
		code, err := strconv.Atoi(at(words, 1))
		if err != nil || code < 0 || code > 255 {
			return Report{}, fmt.Errorf("%w: exit code %q", ErrGarbled, at(words, 1))
		}
		r.Code, r.Strays, r.Full = code, at(words, 2) == "strays", at(words, 3) == "full"
		r.Stopped = at(words, 4) == "stopped"
		r.Left, _ = strconv.ParseInt(at(words, 5), 10, 64) // an answer to a stop does not say
	default:
		return Report{}, fmt.Errorf("%w: the word %q", ErrGarbled, words[0])
	}
	return r, nil
}

// hello passes over what comes before the answer, and over hello and what must
// follow it.
func (a *Answer) hello(follows string) error {
	hello := []byte(a.prefix + "hello" + follows)
	for seen := 0; seen < mostNoise; seen++ {
		c, err := a.from.ReadByte()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSilent, ended(err))
		}
		a.Noise = append(a.Noise, c)
		if bytes.HasSuffix(a.Noise, hello) {
			a.Noise = a.Noise[:len(a.Noise)-len(hello)]
			if a.Begun != nil {
				a.Begun()
			}
			return nil
		}
		if a.Word != "" && bytes.HasSuffix(a.Noise, []byte("@"+a.Word+" helper ")) {
			line, err := a.text()
			why, detail, _ := strings.Cut(line, " ")
			return errors.Join(err, &Unhelped{why, detail})
		}
		if len(a.Noise) > 8<<10 {
			a.Noise = append([]byte(nil), a.Noise[4<<10:]...)
		}
	}
	return fmt.Errorf("%w: it printed %d KB of something else", ErrSilent, mostNoise>>10)
}

func (a *Answer) line() ([]string, error) {
	line, err := a.text()
	if err != nil {
		return nil, err
	}
	rest, ours := strings.CutPrefix(line, a.prefix)
	words := strings.Fields(rest)
	if !ours || len(words) == 0 {
		return nil, fmt.Errorf("%w: %.80q", ErrGarbled, line)
	}
	return words, nil
}

// text is the rest of a line.
func (a *Answer) text() (string, error) {
	var line []byte
	for len(line) < longestLine {
		c, err := a.from.ReadByte()
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrCut, ended(err))
		}
		if c == '\n' {
			break
		}
		line = append(line, c)
	}
	return string(line), nil
}

// output hands over one frame of output in pieces.
func (a *Answer) output(words []string, out func(int64, []byte) error) error {
	offset, err1 := strconv.ParseInt(at(words, 1), 10, 64)
	left, err2 := strconv.ParseInt(at(words, 2), 10, 64)
	if err1 != nil || err2 != nil || offset < 0 || left < 0 || left > 1<<20 {
		return fmt.Errorf("%w: the frame %q", ErrGarbled, strings.Join(words, " "))
	}
	buf := make([]byte, 32<<10)
	for left > 0 {
		n, err := a.from.Read(buf[:min(int64(len(buf)), left)])
		if n > 0 {
			if err := out(offset, buf[:n]); err != nil {
				return err
			}
			offset, left = offset+int64(n), left-int64(n)
		}
		if err != nil && left > 0 {
			return fmt.Errorf("%w: %w", ErrCut, ended(err))
		}
	}
	return nil
}

// whole hands over the output of a script that has ended, up to a line of ours.
// The line end before that line is ours too.
func (a *Answer) whole(words []string, out func(int64, []byte) error) error {
	offset, err := strconv.ParseInt(at(words, 1), 10, 64)
	if err != nil || offset < 0 {
		return fmt.Errorf("%w: the frame %q", ErrGarbled, strings.Join(words, " "))
	}
	w := bufio.NewWriterSize(counted{&offset, out}, 32<<10)
	for begins, owed := false, ""; ; {
		if begins {
			if next, err := a.from.Peek(len(a.prefix)); err == nil && string(next) == a.prefix {
				return w.Flush()
			}
		}
		part, err := a.from.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return errors.Join(w.Flush(), fmt.Errorf("%w: %w", ErrCut, ended(err)))
		}
		if _, err := w.WriteString(owed); err != nil {
			return err
		}
		begins, owed = err == nil, ""
		if begins {
			part, owed = part[:len(part)-1], "\n"
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
}

// counted hands over what is written to it, with its offset.
type counted struct {
	offset *int64
	out    func(int64, []byte) error
}

// Write implements io.Writer.
func (c counted) Write(p []byte) (int, error) {
	if err := c.out(*c.offset, p); err != nil {
		return 0, err
	}
	*c.offset += int64(len(p))
	return len(p), nil
}

// ended is an end of file as an error that cannot be taken for success.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func at(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return ""
}
