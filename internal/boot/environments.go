package boot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/adapter/envcontainer"
	"prentice/internal/adapter/git"
	"prentice/internal/engine/change"
	"prentice/internal/engine/check"
	"prentice/internal/engine/compose"
	"prentice/internal/engine/environment"
	"prentice/internal/engine/replica"
	"prentice/internal/kit/db"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/environments"
	"prentice/internal/team"
)

// environments is what environments need.
func (s *System) environments() environments.Deps {
	changes := &change.Store{DB: s.db}
	c := &environment.Conductor{
		Store:    &environment.Store{DB: s.db, Record: s.ledger.Append, Tell: s.inbox.SendIn},
		Backends: s.environmentBackends(), Clock: time.Now, Log: s.log, Self: s.Settings.Replica,
		Pressure: func() environment.Pressure { return pressure(s.Settings.Data) },
		Copied:   s.copyOf,
		Secret:   s.secrets.Value, Saw: db.Moment,
		Tree: func(ctx context.Context, repository, commit string) (fs.FS, func() error, error) {
			tree, err := s.treeAt(ctx, repository, commit)
			return tree.FS, tree.Close, err
		},
	}
	if s.Settings.Replica != "" {
		c.Lives = func(owner string) bool {
			if s.replicas == nil || !s.replicas.Fit() { // who may be dead themselves take nothing of another's
				return true
			}
			return slices.ContainsFunc(s.replicas.Living(), func(id string) bool { name, _ := replica.NameOf(id); return name == owner })
		}
	}
	return environments.Deps{
		Conductor: c, Log: s.log, Address: s.addressOf, Deployed: s.deployedAt, Open: s.treeAt, Read: readCompose, Copy: s.copyOf,
		Forget: func(before time.Time, needed func(string) (bool, error)) error {
			_, err := s.copies().Sweep(before, needed)
			return err
		},
		Change: func(ctx context.Context, number int64) (c change.Change, outside bool, err error) {
			if c, err = changes.Find(ctx, number); err != nil {
				return c, false, err
			}
			if desk := skill.At[*codecontrol.Desk](s.Skills); desk != nil {
				outside, err = desk.Outside(ctx, c)
			}
			return c, outside, err
		},
		Changes: func(ctx context.Context, repository string) ([]change.Change, error) {
			open, err := changes.List(ctx, change.Filter{Repository: repository, State: change.Open, Limit: 200})
			if err != nil {
				return nil, err
			}
			queued, err := changes.List(ctx, change.Filter{Repository: repository, State: change.Queued, Limit: 200})
			return append(open, queued...), err
		},
		Repositories: func(context.Context) ([]team.Repository, error) { return s.catalog().Repositories, nil },
	}
}

// environmentBackends are what makes environments on this machine, by their names.
func (s *System) environmentBackends() map[string]environment.Backend {
	box := newEnvironmentBox(filepath.Join(s.Settings.Data, inFolder(s.Settings.Replica, "environments")))
	s.closers = append(s.closers, box.Close)
	all := map[string]environment.Backend{box.Name(): box}
	if engine := envcontainer.Beside(s.installation, s.own("scratch")); engine != nil {
		all[engine.Name()] = engine
		s.closers = append(s.closers, engine.Close)
	}
	return all
}

// readCompose reads the compose file of a tree. In the sandbox a service needs no image where
// this machine has a server for it.
func readCompose(tree fs.FS, profiles []string, _ string) (environment.Spec, []prentice.Finding, error) {
	p, found, err := compose.Read(tree, compose.Options{Profiles: profiles})
	if err != nil {
		return environment.Spec{}, nil, err
	}
	var findings []prentice.Finding
	for _, f := range found {
		findings = append(findings, prentice.Finding{At: prentice.Pos{File: f.Path, Line: f.Line}, Error: f.Level == compose.Error, Text: f.Says, Hint: f.Try})
	}
	if p == nil {
		return environment.Spec{}, findings, nil
	}
	return p.Spec(""), findings, nil
}

// treeAt is the content of a revision of a repository of the catalog; "" is the branch that
// counts.
func (s *System) treeAt(ctx context.Context, repository, at string) (environments.Tree, error) {
	tree, commit, as, done, err := s.revisionOf(ctx, repository, at)
	if err != nil {
		return environments.Tree{}, err
	}
	return environments.Tree{FS: tree.FS(), Commit: commit, As: as, Close: done}, nil
}

// codeAt is the same for those who judge it.
func (s *System) codeAt(ctx context.Context, repository, at string) (*check.Tree, string, func() error, error) {
	tree, commit, _, done, err := s.revisionOf(ctx, repository, at)
	return tree, commit, done, err
}

func (s *System) revisionOf(ctx context.Context, repository, at string) (tree *check.Tree, commit, as string, done func() error, err error) {
	r, err := s.catalog().Repository(repository)
	if err != nil {
		return nil, "", "", nil, err
	}
	work, err := git.Below(ctx, s.Settings.Repositories, r.Git)
	if err != nil {
		return nil, "", "", nil, err
	}
	if at == "" {
		at = "refs/heads/" + r.Branch
	}
	if commit, as, err = work.Named(ctx, at); err == nil {
		tree, err = work.At(ctx, commit)
	}
	if err != nil {
		return nil, "", "", nil, errors.Join(err, work.Close())
	}
	return tree, commit, as, work.Close, nil
}

// inUse is how much of the blocks of a disk is in use, in percent, as df(1) counts: of those
// that are in use and those that may be. What is kept back for others is neither.
func inUse(blocks, free, may uint64) int {
	used := blocks - min(free, blocks)
	if used+may == 0 {
		return 0
	}
	return int((used*100 + used + may - 1) / (used + may)) //nolint:gosec // at most 100
}

// pressure is how much of the disk of a folder and of the memory is in use, in percent.
func pressure(dir string) (p environment.Pressure) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err == nil {
		p.Disk = inUse(disk.Blocks, disk.Bfree, disk.Bavail)
	}
	if total, free := memory(); total > 0 {
		p.Memory = int(100 - free*100/total)
	}
	return p
}

// memory is how much memory this machine has, and how much of it can be had, in bytes; 0 of 0
// where that cannot be read.
func memory() (total, free int64) {
	text, err := os.ReadFile(filepath.Clean("/proc/meminfo"))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(line, ":")
		if f := strings.Fields(rest); len(f) > 0 {
			n, _ := strconv.ParseInt(f[0], 10, 64) //nolint:errcheck // what is no number is nothing
			switch name {
			case "MemTotal":
				total = n << 10
			case "MemAvailable":
				free = n << 10
			}
		}
	}
	return total, min(free, total)
}
