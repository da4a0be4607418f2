package web

import (
	"fmt"
	"html/template"
	"time"

	"prentice/internal/kit/render"
)

// timeTag shows a time in words, with the exact one behind it. Script adds the
// reader's own zone.
func timeTag(t time.Time, words, how string) template.HTML {
	if t.IsZero() {
		return template.HTML(`<span class="quiet">` + template.HTMLEscapeString(words0(words, how)) + `</span>`)
	}
	u := t.UTC()
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s" data-%s>%s</time>`,
		u.Format(time.RFC3339Nano), u.Format("2006-01-02 15:04:05 UTC"), how, template.HTMLEscapeString(words)))
}

// words0 is what stands for no time at all.
func words0(words, how string) string {
	if how == "ago" {
		return words
	}
	return "–"
}

// deadline shows until when people may answer, and asks for their eyes when
// little time is left.
func (s *Site) deadline(t time.Time) template.HTML {
	left := timeTag(t, render.Ago(s.o.Clock(), t), "ago")
	if t.IsZero() || t.Sub(s.o.Clock()) > 10*time.Minute {
		return left
	}
	return `<span class="state attention"><span class="sign" aria-hidden="true">▲</span>` + left + `</span>`
}

// took is the time between two moments; what has not ended counts until now.
func (s *Site) took(from, to time.Time) string {
	switch {
	case from.IsZero():
		return "–"
	case to.IsZero():
		to = s.o.Clock()
	}
	return render.Span(to.Sub(from))
}

// after is a time seen from the first one of its story: "+3 min 5 s".
func after(first, t time.Time) string {
	if first.IsZero() || t.IsZero() || t.Sub(first) < time.Millisecond {
		return ""
	}
	return "+" + render.Span(t.Sub(first))
}

// length is a length of time that was written in Go's way, in words.
func length(text string) string {
	d, err := time.ParseDuration(text)
	if err != nil {
		return render.Plain(text)
	}
	return render.Span(d)
}

// slotOf is in which five minutes of a strip that began at a time another lies,
// from 0 on; -1 before it began.
func slotOf(begins, t time.Time) int {
	if t.Before(begins) {
		return -1
	}
	return int(t.Sub(begins) / (5 * time.Minute))
}
