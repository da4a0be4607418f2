package standards

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/op"
)

// WatchIn says what to go on checking.
type WatchIn struct {
	Dir  string   `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
	Only []string `json:"only,omitempty" maxItems:"100" maxLength:"200" example:"code" doc:"Only these rules, or all of these standards."`
}

func watchOp(d Deps) op.Op {
	return op.NewWatch("check.watch", prentice.Viewer, "Check the folder now, and again whenever it changes", d.watch).
		WithExample("prentice check watch --only code").WithoutState().OnlyHere().WithHelp("Looks once a second whether the folder is as it was, and checks it where it is not, until Ctrl-C. What runs commands is left out, unless --only names it. What has not changed is not judged again.")
}

// pause is how long it waits before it looks again.
const pause = time.Second

func (d Deps) watch(ctx context.Context, _ op.Call, in WatchIn, emit func(Checked) error) error {
	for last := ""; ; {
		out, err := d.again(ctx, in, last)
		if err != nil {
			return err
		}
		if out != nil {
			last = out.Digest
			if err := emit(*out); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// again checks the folder where it is not as it was last; otherwise it is nil.
func (d Deps) again(ctx context.Context, in WatchIn, last string) (*Checked, error) {
	began := d.now()
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return nil, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	if l.tree.Digest == last {
		return nil, nil
	}
	out, err := d.judge(ctx, l, RunIn{Only: in.Only, Quick: len(in.Only) == 0})
	out.Took = d.now().Sub(began).Round(time.Millisecond).String()
	return &out, err
}
