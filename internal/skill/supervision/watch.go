package supervision

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
)

// listener hands on what happens to a run. Who does not keep up loses moments, but
// no line of the log: what was passed over is read from it.
type listener struct {
	logs Logs
	run  int64
	emit func(Moment) error

	next int64 // offset behind the last line
	line int64 // its number
	read int64 // the number of the last line that was read, not heard
	lost bool  // where it stands could not be read
	now  time.Time
}

// begin looks where the log stands: what is before it is not news.
func (l *listener) begin(ctx context.Context) {
	page, err := l.logs.Page(ctx, log.Query{Run: l.run, Tail: 1})
	l.line, l.next, l.lost = page.Total, page.Next, err != nil || page.Trouble != ""
}

// hear hands a moment on, and before it the lines that it did not come with.
func (l *listener) hear(ctx context.Context, m run.Moment) error {
	l.now = m.Time
	if m.Log != nil && !l.lost {
		m.Missed = 0 // what is passed over is read from the log
	}
	switch {
	case l.lost:
		return l.emit(Moment{m})
	case m.Log == nil && m.State.Ended():
		if err := l.catchUp(ctx, 0); err != nil {
			return err
		}
	case m.Log != nil && m.Log.Line <= l.read:
		return nil // it was read already
	case m.Log != nil && m.Log.Line > l.line+1:
		if err := l.catchUp(ctx, m.Log.Line); err != nil || m.Log.Line <= l.read {
			return err
		}
	}
	if m.Log != nil && m.Log.Line > l.line {
		l.line, l.next = m.Log.Line, m.Log.Offset
	}
	return l.emit(Moment{m})
}

// missed says that lines are passed over, and where they will be.
func (l *listener) missed(err error) Moment {
	text := fmt.Sprintf("lines from %d on cannot be read now: %v; later: prentice run log run/%d --line %d", l.line+1, err, l.run, l.line+1)
	return Moment{run.Moment{Run: l.run, Time: l.now, Step: "log", State: prentice.Running, Says: text}}
}

// catchUp reads the lines up to one, or with 0 to the end.
func (l *listener) catchUp(ctx context.Context, to int64) error {
	for to == 0 || l.line+1 < to {
		page, err := l.logs.Page(ctx, log.Query{Run: l.run, Offset: l.next, Limit: 500})
		if err != nil {
			return l.emit(l.missed(err)) // what comes is still heard
		}
		for _, line := range page.Lines {
			l.line, l.read, l.next = line.Line, line.Line, line.Offset
			if err := l.emit(Moment{run.Moment{Run: l.run, Time: line.Time, Step: line.Step, State: prentice.Running, Log: &line}}); err != nil {
				return err
			}
		}
		if page.End || len(page.Lines) == 0 {
			return nil
		}
	}
	return nil
}
