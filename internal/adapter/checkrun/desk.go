package checkrun

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/adapter/toolchain"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/mask"
)

// Desk performs checks on this machine.
type Desk struct {
	// Tell hears each line that a run prints; nil hears none.
	Tell func(line string)
	// Read reads the reports of a run, below a folder, and says what they found. It is
	// asked of a run that failed, too. Nil reads none.
	Read func(ctx context.Context, t *check.Tree, c pipeline.Check, reports *os.Root) (pipeline.Said, error)
	// Tools are those of this machine; nil finds them.
	Tools func() toolchain.Tools
	// Apart refuses to a check this machine and what its cloud tells it alone, also where the
	// check names them.
	Apart bool
	// Resolve finds the addresses of a host; nil asks as this machine does.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Pull lets an image that is not here be brought from where its name says.
	Pull bool
	// Bare keeps nothing of what a failed run left, as no one can enter it here.
	Bare bool
}

// Judge is the desk as who judges checks.
func (d *Desk) Judge() *pipeline.Judge {
	return &pipeline.Judge{Open: d.open, Room: atOnce(), Toolchain: func() string { return d.tools().Digest() }, Images: d.images}
}

func (d *Desk) tools() toolchain.Tools {
	if d.Tools != nil {
		return d.Tools()
	}
	return toolchain.Here().Find()
}

// place is where runs are performed: a sandbox that has proved itself, which they share.
type place struct {
	*Desk
	box        *sandbox.Sandbox
	none       error // why there is no box
	containers func() (*sandbox.Containers, error)
	dir        string
	tools      toolchain.Tools
	swept      sync.Once
}

func (d *Desk) open(ctx context.Context) (pipeline.Place, error) {
	p, err := d.either(ctx)
	if err != nil {
		return nil, err // and no place that is none
	}
	return p, nil
}

// place is one with a sandbox of this machine's system.
func (d *Desk) place(ctx context.Context) (*place, error) {
	p, err := d.either(ctx)
	if err == nil && p.none != nil {
		return nil, errors.Join(p.none, p.Close())
	}
	return p, err
}

// either is a place that may have no sandbox of this machine's system: checks in images need none.
func (d *Desk) either(ctx context.Context) (*place, error) {
	sweepTemporary()
	dir, err := os.MkdirTemp("/tmp", temporary()) // the name of a socket in it must be short
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err).Try("free space under /tmp")
	}
	p := &place{Desk: d, dir: dir, tools: d.tools()}
	p.box, p.none = sandbox.New(ctx, dir)
	p.containers = sync.OnceValues(func() (*sandbox.Containers, error) { return sandbox.NewContainers(ctx, dir) })
	return p, nil
}

// Close removes what the place kept for itself.
func (p *place) Close() error {
	var err error
	if p.none == nil {
		err = p.box.Close()
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

// Perform performs a check on a tree.
func (p *place) Perform(ctx context.Context, t *check.Tree, c pipeline.Check) (pipeline.Result, error) {
	p.swept.Do(func() { sweep(runsIn(t.Keep), time.Now()) })
	r, err := newRun(t.Keep, t.Digest, c)
	if err != nil {
		return pipeline.Result{}, err
	}
	result, err := p.perform(ctx, t, c, r)
	if err != nil || ctx.Err() != nil {
		return result, errors.Join(err, interrupted(ctx), r.remove())
	}
	err = r.end(result)
	if result.Kept { // what failed runs leave is large, and few of it are kept
		sweep(runsIn(t.Keep), time.Now())
	}
	return result, err
}

func interrupted(ctx context.Context) error {
	if ctx.Err() != nil {
		return prentice.Errorf(prentice.Canceled, "it was interrupted")
	}
	return nil
}

func (p *place) perform(ctx context.Context, t *check.Tree, c pipeline.Check, r *run) (pipeline.Result, error) {
	log, err := r.log()
	if err != nil {
		return pipeline.Result{}, err
	}
	defer log.Close() //nolint:errcheck // what was printed is evidence for people, and no verdict
	back, err := r.create(brought)
	if err != nil {
		return pipeline.Result{}, err
	}
	defer back.Close() //nolint:errcheck // it is read below, or not at all
	j, err := p.jobFor(ctx, t, c)
	if err != nil {
		return pipeline.Result{}, err
	}
	if err := j.give(ctx, t, c); err != nil {
		return pipeline.Result{}, err
	}
	unlock, err := j.lend(t.Keep)
	if err != nil {
		return pipeline.Result{}, err
	}
	tell := p.Tell
	if t.Tell != nil {
		tell = t.Tell
	}
	printed := newPrinted(c, j.seal, log, tell)
	protected := len(j.caches) > 0 && len(j.values) == 0 && t.Protected != nil && t.Protected(ctx)
	if protected {
		j.Results.New = j.cachesWithin()
	}
	masked := mask.Writer(printed, j.values)
	j.Out, j.Results.To = masked, back
	logs, err := r.logs(j.Services, j.values)
	if err != nil {
		unlock()
		return pipeline.Result{}, err
	}
	began := time.Now()
	exit, err := p.run(ctx, j)
	unlock()
	masked.Close() //nolint:errcheck // what is printed is never refused
	printed.end()
	printed.services(logs)
	took := time.Since(began)
	asked := j.asked()
	printed.network(asked)
	result := pipeline.Result{Passed: exit.OK(), Step: printed.step, Says: fmt.Sprintf("%s after %s", exit, took.Round(10*time.Millisecond)), Printed: printed.last(), Kept: !exit.OK() && !p.Bare && len(j.values) == 0}
	result.Network, result.Images = asked, j.images
	result.Exited = err == nil && exit.Signal == "" && !exit.TimedOut && exit.Code > 0 && exit.Code < 124
	switch {
	case errors.Is(err, sandbox.ErrResults):
		result.Passed, result.Kept = false, false
		if exit.OK() {
			result.Says = err.Error()
		}
	case prentice.KindOf(err) == prentice.Limited:
		result.Passed, result.Kept, result.Says = false, false, err.Error()
	case err != nil:
		return result, err
	case exit.Code == 125 && printed.step < 0:
		return result, prentice.Errorf(prentice.Unavailable, "the sandbox could not be made: %s", strings.Join(result.Printed, " "))
	case j.Egress != nil && j.Egress.Over():
		result.Passed, result.Says = false, "more went over the network than a check may bring"
	case exit.TimedOut, (exit.Code == 124 || c.Image != "" && exit.Code > 128) && took >= c.Timeout:
		result.Says = fmt.Sprintf("its time was up after %s", c.Timeout)
	}
	if why := lacks(result); why != nil {
		return result, why
	}
	return p.finish(ctx, t, c, r, result, protected, j)
}

// finish takes what a run brought back.
func (p *place) finish(ctx context.Context, t *check.Tree, c pipeline.Check, r *run, result pipeline.Result, protected bool, j job) (pipeline.Result, error) {
	reports, missing, err := r.take(c)
	if err != nil {
		return result, err
	}
	defer reports.Close() //nolint:errcheck // it was only read
	if err := j.hide(reports, c); err != nil {
		return result, err
	}
	if result.Passed {
		result.Step = -1
		result.Findings = append(result.Findings, missing...)
	}
	if p.Read != nil && len(c.Reports.All()) > 0 {
		if result.Said, err = p.Read(ctx, t, c, reports); err != nil {
			return result, err
		}
	}
	if protected && result.Passed {
		err = j.save(t.Keep, r.path(brought))
	}
	if !result.Kept {
		err = errors.Join(err, os.Remove(r.path(brought)))
	}
	return result, err
}

// lacks says what a failed run would have needed that is not on this machine: then it
// says nothing of the repository.
func lacks(r pipeline.Result) error {
	if r.Passed {
		return nil
	}
	for _, one := range r.Network {
		if one.Unreachable() {
			return prentice.Errorf(prentice.Unavailable, "it was to reach %s, which does not answer from here", one.Host).Try("look whether this machine reaches it, without a proxy of its own")
		}
	}
	for _, line := range r.Printed {
		if strings.Contains(line, "module lookup disabled by GOPROXY=off") {
			return prentice.Errorf(prentice.Unavailable, "a module that it needs is not on this machine, and the sandbox has no network").Try("download it before: go mod download")
		}
	}
	return nil
}

func (r *run) path(name string) string { return filepath.Join(r.dir, name) }
