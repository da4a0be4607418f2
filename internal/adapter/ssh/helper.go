package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"prentice"
	"prentice/internal/kit/outlive"
)

// The helper is a small program on a host that does what the wrapper does otherwise. It
// is put there when the first step has to be begun, and answers one ask after the other
// in a lane. Where it cannot be put or run, the wrapper is used.

const (
	putTime     = 2 * time.Minute // that putting a helper on a host may take
	withoutTime = time.Hour       // until it is tried again where it could not be had
	missing     = "missing"       // why there is no helper where none was put yet
)

// helped is Ask by the helper, if there is one. A step that has to be begun is worth
// putting it there; all else goes by a lane that is there already.
func (w *way) helped(ctx context.Context, a outlive.Ask, want string, out func(int64, []byte) error) (report outlive.Report, err error, helped bool) {
	if len(w.helpers()) == 0 || w.lanes.lacks(w.ID()) != "" {
		return report, nil, false
	}
	for sent := false; ; {
		l, err := w.lane(ctx, a.Action == outlive.Start)
		if err != nil || l == nil {
			return report, err, err != nil
		}
		kept := l.begun
		report, err = w.along(ctx, l, a, want, out)
		no, unhelped := errors.AsType[*outlive.Unhelped](err)
		switch {
		case kept && errors.Is(err, outlive.ErrSilent) && ctx.Err() == nil: // it was over
			continue
		case unhelped && no.Why == missing && !sent:
			if sent, err = true, w.send(ctx, no.Detail); err == nil {
				continue
			}
			if _, unhelped = errors.AsType[*outlive.Unhelped](err); !unhelped { // the connection was lost: what comes next says so
				return outlive.Report{}, nil, false
			}
		case unhelped:
			err = no
		case errors.Is(err, outlive.ErrLost) || !errors.Is(err, outlive.ErrSilent):
			return report, err, true
		default:
			w.lanes.learn(w.ID(), outlive.Host{})
			err = fmt.Errorf("it ended with exit code %d before it answered", l.over())
		}
		if ctx.Err() == nil {
			w.lack(err)
		}
		return outlive.Report{}, nil, false
	}
}

// lack remembers that there is no helper here, and says so once.
func (w *way) lack(why error) {
	text := why.Error()
	if no, is := errors.AsType[*outlive.Unhelped](why); is {
		text = no.Says()
	}
	if w.lanes.lack(w.ID(), text) && w.Unhelped != nil {
		w.Unhelped(w.place.name, text)
	}
}

// lane is one that is there, or one that was begun for this, if it may.
func (w *way) lane(ctx context.Context, begin bool) (*lane, error) {
	if l := w.lanes.take(w.ID()); l != nil {
		client, release, err := w.client(ctx, w.place)
		if err == nil && client == l.client && !l.gone() {
			l.release = release
			return l, nil
		}
		l.channel.Close() //nolint:errcheck // it may be closed
		if err != nil {
			return nil, err
		}
		release(false)
	}
	if !begin {
		return nil, nil
	}
	word := outlive.NewNonce()
	s, err := w.open(ctx, w.place, commandOf(w.sudo, w.helpers().Begin(word, w.lanes.known(w.ID()))))
	if err != nil {
		return nil, err
	}
	return &lane{shell: s, word: word}, nil
}

// along puts one ask to a lane, which is kept if it has answered.
func (w *way) along(ctx context.Context, l *lane, a outlive.Ask, want string, out func(int64, []byte) error) (outlive.Report, error) {
	frame, err := outlive.Request(a, time.Since(l.opened))
	if err != nil {
		l.leave(false)
		return outlive.Report{}, prentice.Errorf(prentice.Invalid, "step %s: %w", a.Name, err)
	}
	if l.begun {
		go l.tell(string(frame))
	} else {
		go l.start(string(frame))
	}
	l.begun = true
	report, broken, err := w.hear(ctx, l.shell, a, want, l.word, out)
	if err != nil || ctx.Err() != nil || report.State == outlive.Taken || report.State == outlive.Refused || report.State == outlive.Over {
		l.leave(broken)
		return report, err
	}
	l.release(false)
	w.lanes.keep(w.ID(), l)
	return report, nil
}

// send puts the helper on a host of some kind.
func (w *way) send(ctx context.Context, kind string) error {
	h, found := w.helpers().For(kind)
	if !found {
		return &outlive.Unhelped{Why: "unknown", Detail: kind}
	}
	ctx, cancel := context.WithTimeout(ctx, putTime)
	defer cancel()
	word := outlive.NewNonce()
	s, err := w.open(ctx, w.place, commandOf(w.sudo, h.Put(word)))
	if err != nil {
		return err
	}
	give := context.AfterFunc(ctx, func() { s.client.Close() })
	defer give()
	go s.begin(string(h.Program))
	answer := outlive.NewAnswer(s.channel, word)
	answer.Word = word
	_, err = answer.Report(func(int64, []byte) error { return io.ErrUnexpectedEOF })
	if errors.Is(err, outlive.ErrSilent) && ctx.Err() == nil && s.over() >= 0 {
		err = &outlive.Unhelped{Why: "room", Detail: s.complaint()}
	}
	s.leave(false)
	if no, is := errors.AsType[*outlive.Unhelped](err); is && no.Why == "put" {
		return nil
	}
	return err
}
