package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/proc"
)

// Past is what commits brought: all that any branch or tag reaches, those that one
// reaches, or those of a range such as v1..main.
func (w *Work) Past(ctx context.Context, which string) (*check.Past, error) {
	ask, says, err := w.reaching(ctx, which)
	if err != nil {
		return nil, err
	}
	out, err := w.run(ctx, nil, mostList, append([]string{"rev-list"}, ask...)...)
	if err != nil && !errors.Is(err, errNo) {
		return nil, err
	}
	ids := strings.Fields(string(out))
	number := make(map[string]int, len(ids))
	for i, id := range ids {
		number[id] = i
	}
	names, err := w.pointers(ctx, number, which == "")
	if err != nil {
		return nil, err
	}
	digest := prentice.Digest(fmt.Appendf(out, "%q", names))
	p := &check.Past{Says: says, Digest: digest, Each: func(ctx context.Context, wanted func(string, string) bool, tell func(check.Added)) error {
		if err := w.messages(ctx, number, names, wanted, tell); err != nil {
			return err
		}
		return w.each(ctx, ids, number, patches{wanted: wanted, tell: tell})
	}}
	if w.part && !strings.Contains(which, "..") {
		p.Lacks = "the clone is shallow: fetch the rest with git fetch --unshallow"
	}
	return p, nil
}

// reaching is what rev-list is asked for.
func (w *Work) reaching(ctx context.Context, which string) (ask []string, says string, err error) {
	from, to, isRange := strings.Cut(which, "..")
	switch {
	case which == "":
		return []string{"--all"}, "all commits", nil
	case !isRange:
		id, err := w.Commit(ctx, which)
		return []string{id}, "all commits up to " + clip.Text(which), err
	case from == "":
		return nil, "", prentice.Errorf(prentice.Invalid, "the range %q has no beginning", clip.Text(which)).Try("write it as v1..main")
	case to == "":
		to = "HEAD"
	}
	first, err := w.Commit(ctx, from)
	if err != nil {
		return nil, "", err
	}
	last, err := w.Commit(ctx, to)
	return []string{last, "^" + first}, "the commits of " + clip.Text(which), err
}

// batch is how many commits are given to one git before the next one gets some.
const batch = 32

// each has several gits tell what commits added, as git log -p does.
func (w *Work) each(ctx context.Context, ids []string, number map[string]int, how patches) error {
	how.number, how.content = number, w.object
	lanes := max(1, min(runtime.GOMAXPROCS(0), (len(ids)+batch-1)/batch))
	var wait sync.WaitGroup
	errs := make([]error, lanes)
	for lane := range lanes {
		var mine strings.Builder
		for i, id := range ids {
			if i/batch%lanes == lane {
				mine.WriteString(id + "\n")
			}
		}
		wait.Go(func() {
			p := how
			errs[lane] = w.patches(ctx, mine.String(), &p)
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// longestPast is how long git may work on a history.
const longestPast = 2 * time.Hour

// patches runs git on commits and reads what it prints. Of the repository's settings and
// attributes none makes it hide lines: a file that is called binary is read whole.
func (w *Work) patches(ctx context.Context, ids string, p *patches) error {
	if ids == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, longestPast)
	defer cancel()
	args := []string{"diff-tree", "--stdin", "--root", "-r", "-p", "-U0", "-M", "--cc", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short"}
	if p.each != nil {
		args = append(args, "--raw")
	}
	in, out := io.Pipe()
	ended := make(chan error, 1)
	says := &proc.Bounded{Most: 16 << 10}
	go func() {
		exit, err := proc.Run(ctx, proc.Spec{Argv: append(append([]string{"git"}, plain...), args...), Dir: w.at(), Env: w.env, Stdin: strings.NewReader(ids), Out: out, Err: says, Grace: time.Second})
		if err == nil && !exit.OK() {
			err = fmt.Errorf("git ended with %d", exit.Code)
		}
		out.CloseWithError(err) //nolint:errcheck // it cannot be wrong
		ended <- err
	}()
	err := p.read(in)
	in.CloseWithError(err) //nolint:errcheck // as above
	if git := <-ended; git != nil && ctx.Err() == nil {
		return prentice.Errorf(prentice.Unavailable, "the history cannot be read whole: %w: %s", git, said(firstOf(says.String()))).Try("see whether it is whole: git fsck")
	}
	return errors.Join(err, ctx.Err())
}
