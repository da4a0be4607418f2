package security

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
)

// notVerified is the exit code of evidence that does not verify.
const notVerified = op.NotWell

// Lines is a page of evidence.
type Lines struct {
	Ref      prentice.Ref        `json:"ref,omitempty"` // what was asked about
	Lines    []prentice.Evidence `json:"lines"`
	NextPage string              `json:"next,omitempty"`
}

// Table implements op.Tabler.
func (l Lines) Table() (head []string, rows [][]string) { return table(l.Lines) }

// Empty implements op.Emptier.
func (l Lines) Empty() string {
	return "No evidence is like that. Every request, plan, approval and step will stand here; see all there is with: prentice evidence list"
}

// Next implements op.Pager.
func (l Lines) Next() string { return l.NextPage }

// Thread is what happened to one thing, in order.
type Thread struct {
	About prentice.Ref        `json:"about"`
	Lines []prentice.Evidence `json:"lines"`
	Cut   bool                `json:"cut"` // there are older lines than these
}

// Table implements op.Tabler.
func (t Thread) Table() (head []string, rows [][]string) {
	head, rows = table(t.Lines)
	if t.Cut {
		first := fmt.Sprintf("there are older lines; see them with: prentice evidence list --ref %s --before %d", t.About, t.Lines[0].Seq)
		rows = slices.Insert(rows, 0, []string{"…", "", "", "", "", first})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (t Thread) Empty() string {
	return fmt.Sprintf("I have no evidence about %s. See what there is with: prentice evidence list", t.About)
}

func table(lines []prentice.Evidence) (head []string, rows [][]string) {
	for _, e := range lines {
		rows = append(rows, []string{strconv.FormatInt(e.Seq, 10), op.Cell(e.Time), e.Kind, string(e.Actor), join(e.Refs), says(e)})
	}
	return []string{"LINE", "TIME (UTC)", "WHAT", "WHO", "ABOUT", "SAYS"}, rows
}

// says is the one line that a piece of evidence has to say: its sentence for
// people if it has one, else its values by name.
func says(e prentice.Evidence) string {
	var data map[string]json.RawMessage
	if json.Unmarshal(e.Data, &data) != nil {
		return string(e.Data)
	}
	for _, key := range []string{"says", "reason", "summary", "op", "type"} {
		if text := plain(data[key]); text != "" {
			return ofStep(e.Kind, data) + text
		}
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(data)) {
		words = append(words, name+" "+plain(data[name]))
	}
	return strings.Join(words, ", ")
}

// ofStep is which step of a run a line tells of, and on what; "" of any other line.
func ofStep(kind string, data map[string]json.RawMessage) string {
	step, target := plain(data["step"]), prentice.Ref(plain(data["target"]))
	switch {
	case !strings.HasPrefix(kind, "step.") || step == "":
		return ""
	case target == "":
		return step + ": "
	}
	return step + " on " + target.Name() + ": "
}

// plain is a JSON string without its quotes, and any other value as it is.
func plain(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

func join(refs []prentice.Ref) string {
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// Line is one piece of evidence, whole.
type Line struct{ prentice.Evidence }

// Text implements op.Texter.
func (l Line) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Line   %d, %s UTC\nWhat   %s\nWho    %s\nAbout  %s\n", l.Seq, l.Time.UTC().Format("2006-01-02 15:04:05.000000"), l.Kind, l.Actor, join(l.Refs))
	var data bytes.Buffer
	if len(l.Data) > 0 && json.Indent(&data, l.Data, "       ", "  ") == nil {
		fmt.Fprintf(&b, "Data   %s\n", data.String())
	}
	prev := l.Prev
	if prev == "" {
		prev = "(the first line)"
	}
	fmt.Fprintf(&b, "After  %s\nHash   %s\n", prev, l.Hash)
	return b.String()
}

// Export is a signed file.
type Export struct{ dsse.Envelope }

// Text implements op.Texter: the file itself.
func (e Export) Text() string { return string(e.Encode()) }

// Canonical implements op.Exact: the file itself.
func (e Export) Canonical() []byte { return e.Encode() }

// Key is the public key of the ledger.
type Key struct {
	KeyID string `json:"key_id"`
	PEM   string `json:"pem"`
}

// Text implements op.Texter: the file that --key takes.
func (k Key) Text() string { return k.PEM }

// Verified is what was found in an exported file.
type Verified struct{ ledger.Report }

// Text implements op.Texter.
func (v Verified) Text() string {
	if !v.OK {
		return faults(v.Report, "✕ NOT VERIFIED. This file is not what was exported with the key "+v.KeyID+".")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "● Verified: %s. The file holds %s, written between %s and %s, and it is exactly as the holder of the key %s signed it. No line was changed since it was written. ",
		v.About, plural(v.Lines, "line"), op.At(v.From), op.At(v.Until), v.KeyID)
	switch {
	case v.Contiguous && v.Lines == 1:
		fmt.Fprintf(&b, "It is line %d of the ledger, and its hash is %s. ", v.First, v.Hash)
	case v.Contiguous:
		fmt.Fprintf(&b, "No line is missing between line %d and line %d. ", v.First, v.Last)
	default:
		b.WriteString("It holds the lines about one thing; the lines between them are in the ledger and not in this file. ")
	}
	if v.Cut {
		b.WriteString("Older lines of this thread were left out, and the file says so. ")
	}
	fmt.Fprintf(&b, "A checkpoint signed at %s covers every line up to %d.", op.At(v.SignedAt), v.SignedSeq)
	return b.String()
}

// ExitCode implements op.Ender.
func (v Verified) ExitCode() int { return codeOf(v.Report) }

// Checked is what was found in the whole ledger.
type Checked struct{ ledger.Report }

// Text implements op.Texter.
func (c Checked) Text() string {
	switch {
	case !c.OK:
		return faults(c.Report, "✕ THE LEDGER IS NOT SOUND. "+plural(c.Lines, "line")+" and "+plural(c.Checkpoints, "signed checkpoint")+" were looked at.")
	case c.Lines == 0:
		return "● The ledger is empty: nothing has been written yet, and nothing is missing."
	}
	text := fmt.Sprintf("● The ledger is sound: %s, written between %s and %s, follow each other without a gap and none was changed. ",
		plural(c.Lines, "line"), op.At(c.From), op.At(c.Until))
	if c.SignedSeq == 0 {
		return text + "Nothing has been signed yet: a checkpoint is signed every minute while prentice is up."
	}
	return text + fmt.Sprintf("%s fit; the last, of %s, covers every line up to %d. The key is %s.",
		capital(plural(c.Checkpoints, "signed checkpoint")), op.At(c.SignedAt), c.SignedSeq, c.KeyID)
}

// ExitCode implements op.Ender.
func (c Checked) ExitCode() int { return codeOf(c.Report) }

func codeOf(r ledger.Report) int {
	if r.OK {
		return 0
	}
	return notVerified
}

func faults(r ledger.Report, begin string) string {
	var b strings.Builder
	b.WriteString(begin + "\n")
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "■ %s.\n", capital(f.Says))
	}
	if more := r.FaultsInAll - int64(len(r.Faults)); more > 0 {
		fmt.Fprintf(&b, "■ And %d more.\n", more)
	}
	if len(r.Faults) > 0 {
		fmt.Fprintf(&b, "What to do: %s.\n", r.Faults[0].Try)
	}
	return b.String()
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(n, 10) + " " + noun + "s"
}

var (
	_ op.Tabler = Lines{}
	_ op.Pager  = Lines{}
	_ op.Tabler = Thread{}
	_ op.Texter = Line{}
	_ op.Exact  = Export{}
	_ op.Texter = Export{}
	_ op.Texter = Key{}
	_ op.Ender  = Verified{}
	_ op.Texter = Verified{}
	_ op.Ender  = Checked{}
	_ op.Texter = Checked{}
)
