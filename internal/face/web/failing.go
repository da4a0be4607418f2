package web

import (
	"strings"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
	"prentice/internal/kit/render"
)

// failing is the first step that did not come out well.
type failing struct {
	Step   string
	Target prentice.Ref
	Says   string
}

func failingOf(d run.View) *failing {
	for _, r := range d.Steps {
		if r.State != run.NotDone && r.State != run.Unsure || r.Section == prentice.Check {
			continue
		}
		return &failing{Step: r.Step, Target: r.Target, Says: r.Says}
	}
	return nil
}

// lastWords is what a step printed last on a target, and where: most often that is
// why it failed. Line is 0 when its end is not known.
type lastWords struct {
	Line  int64
	From  int64 // a page of the log that begins here shows what led to it
	Lines []string
}

// How much of the last words is shown, and of the log before them.
const (
	wordsShown = 3
	wordsLong  = 300
	wordsAfter = 20
)

// lastWordsOf looks for them in what was read of a log: its beginning, which may be
// all of it, and its end, which is nil or a page of it. A beginning that is not all
// does not say where the output of a step ends.
func lastWordsOf(f failing, begin []log.Line, total int64, end any) (w lastWords) {
	lines := begin
	if int64(len(begin)) < total {
		part, ok := end.(logPart)
		if !ok {
			return w
		}
		lines = part.Part().Lines
	}
	for _, l := range lines {
		if l.Step != f.Step || f.Target != "" && l.Target != f.Target {
			continue
		}
		text := strings.TrimSpace(render.Overwritten(strings.TrimRight(l.Text, "\r\n")))
		if text == "" {
			continue
		}
		if r := []rune(text); len(r) > wordsLong {
			text = string(r[:wordsLong]) + "…"
		}
		w.Line, w.From = l.Line, max(1, l.Line-wordsAfter)
		w.Lines = append(w.Lines, text)
		w.Lines = w.Lines[max(0, len(w.Lines)-wordsShown):]
	}
	return w
}
