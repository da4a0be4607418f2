package standards

import (
	"context"
	"strings"
	"sync"
	"time"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/kit/term"
)

// The most that is kept of what the commands of a check run print, its end, and how often
// it is written down while it grows.
const (
	mostOutput  = 64 << 10
	outputEvery = 500 * time.Millisecond
)

// output is what the commands of a check run print.
type output struct {
	mu    sync.Mutex // guards the rest: checks are performed at the same time
	text  string
	later *time.Timer // writes it down; nil where all is written
	write func(lines []string)
}

func (k *worker) output(ctx context.Context, r *CheckRun, shown func(lines []string) []string) *output {
	return &output{write: func(lines []string) {
		if lines = shown(lines); len(lines) == 0 {
			return
		}
		text, last := strings.Join(lines, "\n")+"\n", clip.To(lines[len(lines)-1], 200)
		k.DB.Write(ctx, func(tx *db.Tx) error { //nolint:errcheck // it is only told: no verdict depends on it
			_, err := tx.Exec(`UPDATE check_runs SET output = ?, says = ? WHERE number = ? AND state = 'running' AND tries = ?`, text, last, r.Number, r.tries)
			return err
		})
	}}
}

// line takes a line that was printed.
func (o *output) line(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = tailOf(o.text + term.Line(strings.ToValidUTF8(text, "?")) + "\n")
	if o.later == nil {
		o.later = time.AfterFunc(outputEvery, o.save)
	}
}

// save writes down what was printed since.
func (o *output) save() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.later != nil {
		o.later.Stop()
		o.later = nil
		o.write(strings.Split(strings.TrimSuffix(o.text, "\n"), "\n"))
	}
}

// tailOf is the end of a text, from the beginning of a line, where it is too long.
func tailOf(text string) string {
	if len(text) <= mostOutput {
		return text
	}
	text = text[len(text)-mostOutput/2:]
	_, rest, _ := strings.Cut(text, "\n")
	return "…\n" + rest
}
