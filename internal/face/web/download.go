package web

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// logPart is an output that holds a part of a log.
type logPart interface{ Part() log.Page }

// downloadLog is the log of a run as a text file: a line for each, with its time in
// UTC, its host and its step. It is read in parts, however long it is.
func (s *Site) downloadLog(w http.ResponseWriter, r *http.Request) {
	d, ok := s.ops["run.log"]
	if !ok {
		s.nothing(w, r)
		return
	}
	given := asked(d, r.URL.Query())
	given.Set("limit", "5000")
	part, err := s.logPart(r, d, given)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="run-%s.log"`, digits(given.Get("number"))))
	out := bufio.NewWriter(w)
	defer out.Flush()
	for {
		for _, line := range part.Lines {
			fmt.Fprintf(out, "%s %s %s\t%s\n", line.Time.UTC().Format(time.RFC3339Nano), orDash(line.Target.Name()), line.Step, render.Plain(line.Text))
		}
		if part.End || fmt.Sprint(part.Next) == given.Get("offset") {
			return
		}
		given.Del("line")
		given.Del("tail")
		given.Set("offset", fmt.Sprint(part.Next))
		if part, err = s.logPart(r, d, given); err != nil { // the file has begun, so it says so itself
			fmt.Fprintf(out, "# the rest cannot be read: %s\n", render.Plain(err.Error()))
			return
		}
	}
}

func (s *Site) logPart(r *http.Request, d op.Op, given url.Values) (log.Page, error) {
	in, err := fill(d, given, s.o.Clock())
	if err != nil {
		return log.Page{}, err
	}
	out, err := s.o.Door.Invoke(r.Context(), op.Request{Actor: visitOf(r).actor, Op: d.Name, In: in})
	if err != nil {
		return log.Page{}, err
	}
	part, ok := out.(logPart)
	if !ok {
		return log.Page{}, prentice.Errorf(prentice.Internal, "%s puts out no log", d.Name)
	}
	return part.Part(), nil
}

// digits is a text without anything that a name of a file must not hold.
func digits(text string) string {
	kept := make([]rune, 0, len(text))
	for _, r := range text {
		if r >= '0' && r <= '9' {
			kept = append(kept, r)
		}
	}
	return string(kept)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
