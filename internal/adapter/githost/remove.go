package githost

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/proc"
)

// gone is the folder in which bundles of repositories that were deleted lie.
const gone = ".deleted"

// Delete takes a repository away, once all of it is in a bundle that git can read again, and
// says where that is; "" is that there was nothing in it.
func (h *Host) Delete(ctx context.Context, name string) (bundle string, err error) {
	dir, err := h.Open(name)
	if err != nil {
		return "", err
	}
	refs, err := h.Refs(ctx, name)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(h.Root, gone)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", cannotWrite(folder, err)
	}
	if len(refs) > 0 {
		bundle = filepath.Join(folder, name+"-"+h.Clock().UTC().Format("20060102T150405.000")+".bundle")
		in := []string{"GIT_DIR=" + dir}
		if err := h.long(ctx, dir, in, "bundle", "create", "--quiet", bundle, "--all"); err != nil {
			return "", err
		}
		if err := h.long(ctx, dir, in, "bundle", "verify", "--quiet", bundle); err != nil {
			return "", err
		}
	}
	away := filepath.Join(folder, ".git-"+name+"-"+itoa(h.Clock().UnixNano()))
	if err := os.Rename(dir, away); err != nil { // from now on no door finds it
		return "", cannotWrite(h.Root, err)
	}
	if err := errors.Join(syncFolder(h.Root), os.RemoveAll(away)); err != nil {
		return "", cannotWrite(folder, err)
	}
	return bundle, nil
}

// RemoveBundle takes away what was kept of a repository that was deleted.
func (h *Host) RemoveBundle(path string) error {
	if filepath.Dir(path) != filepath.Join(h.Root, gone) || filepath.Ext(path) != ".bundle" {
		return prentice.Errorf(prentice.Internal, "%q is no bundle of ours", clip.Text(path))
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannotWrite(filepath.Dir(path), err)
	}
	return nil
}

// longest is how long git may work on a whole repository.
const longest = 2 * time.Hour

// long is git for what takes long and prints nothing that we read.
func (h *Host) long(ctx context.Context, dir string, env []string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	says := &proc.Bounded{Most: 16 << 10}
	exit, err := proc.Run(ctx, proc.Spec{Argv: append(append([]string{"git"}, h.ours()...), args...), Dir: dir, Env: h.env(env...), Out: &proc.Bounded{Most: 1 << 16}, Err: says, Grace: 5 * time.Second})
	if errors.Is(err, proc.ErrStart) {
		return prentice.Errorf(prentice.Unavailable, "repositories are kept with git, and there is none here").Try("install git: apt install git")
	}
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "git did not come to its end: %w", err).Try("try again")
	}
	if !exit.OK() {
		return prentice.Errorf(prentice.Unavailable, "git says: %s", clip.Text(push.Plain(lastLine(says.String())))).Try("see what it says, and try again")
	}
	return nil
}

// lastLine is what git says in the end, which is why.
func lastLine(text string) string {
	list := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(list[len(list)-1])
}

// Import fills a repository that is not there yet with all branches and tags of another: a
// folder or bundle on this machine, or an address. What comes is looked over by git as a push
// is, and no setting or hook of the other comes with it.
func (h *Host) Import(ctx context.Context, name, from, branch string) error {
	if err := h.Source(from); err != nil {
		return err
	}
	if err := h.Create(ctx, name, branch); err != nil {
		return err
	}
	err := h.Fetch(ctx, name, from)
	if err == nil {
		err = h.has(ctx, name, branch)
	}
	if err != nil {
		return errors.Join(err, h.Discard(name))
	}
	return nil
}

// Discard takes away what lies under a name, if anything does: what was begun and did not
// come to its end.
func (h *Host) Discard(name string) error {
	if err := ValidName(name); err != nil {
		return err
	}
	away := filepath.Join(h.Root, ".new-gone-"+itoa(h.Clock().UnixNano()))
	if err := os.Rename(h.Path(name), away); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannotWrite(h.Root, err)
	}
	return os.RemoveAll(away)
}

// has refuses what came without the branch that counts.
func (h *Host) has(ctx context.Context, name, branch string) error {
	refs, err := h.Refs(ctx, name)
	if err != nil {
		return err
	}
	var heads []string
	for _, r := range refs {
		if r.Name == "refs/heads/"+branch {
			return nil
		}
		if head, found := strings.CutPrefix(r.Name, "refs/heads/"); found && len(heads) < 5 {
			heads = append(heads, head)
		}
	}
	return prentice.Errorf(prentice.NotFound, "what was imported has no branch %s; it has %s", branch, clip.Text(strings.Join(heads, ", "))).Try("name the branch that counts: --branch NAME")
}

// Names are the repositories that are here.
func (h *Host) Names() (list []string, err error) {
	inside, err := os.ReadDir(h.Root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the folder of repositories cannot be read: %w", err).Try("see who owns %s", h.Root)
	}
	for _, e := range inside {
		if name, found := strings.CutSuffix(e.Name(), ".git"); found && ValidName(name) == nil {
			list = append(list, name)
		}
	}
	return list, nil
}

// Bundle writes all refs of a repository into a file, and says which branch its HEAD is. Where
// there is no ref yet nothing is written.
func (h *Host) Bundle(ctx context.Context, name, file string) (head string, some bool, err error) {
	dir, err := h.Open(name)
	if err != nil {
		return "", false, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, "HEAD"))
	if err != nil {
		return "", false, prentice.Errorf(prentice.Unavailable, "the repository %s cannot be read: %w", name, err).Try("see who owns %s", dir)
	}
	head = strings.TrimPrefix(strings.TrimSpace(string(raw)), "ref: refs/heads/")
	refs, err := h.Refs(ctx, name)
	if err != nil || len(refs) == 0 {
		return head, false, err
	}
	if file, err = filepath.Abs(file); err != nil { // git runs elsewhere
		return head, false, err
	}
	if err := h.long(ctx, dir, []string{"GIT_DIR=" + dir}, "bundle", "create", "--quiet", file, "--all"); err != nil {
		return head, false, err
	}
	_, err = os.Stat(file)
	return head, err == nil, err
}

// Unbundle makes a repository of a bundle of all its refs, or an empty one where there is none.
func (h *Host) Unbundle(ctx context.Context, name, file, branch string) error {
	if err := h.Create(ctx, name, branch); err != nil {
		return err
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	whole, err := filepath.Abs(file) // git runs elsewhere
	if err != nil {
		return err
	}
	return h.fetch(ctx, name, whole, "+refs/*:refs/*")
}

// Fetch brings all branches and tags of a source into a repository, and takes away those
// that it has no more.
func (h *Host) Fetch(ctx context.Context, name, from string) error {
	return h.fetch(ctx, name, from, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
}

func (h *Host) fetch(ctx context.Context, name, from string, what ...string) error {
	dir, err := h.Open(name)
	if err != nil {
		return err
	}
	args := []string{"-c", "protocol.file.allow=always", "-c", "protocol.https.allow=always", "-c", "protocol.http.allow=always", "-c", "http.followRedirects=false", "-c", "fetch.fsckObjects=true",
		"fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--end-of-options", from}
	return h.long(ctx, dir, []string{"GIT_DIR=" + dir, "GIT_ALLOW_PROTOCOL=file:https:http"}, append(args, what...)...)
}

// Source refuses what no repository can be fetched from: git knows addresses that run programs.
func (h *Host) Source(from string) error {
	wrong := prentice.Errorf(prentice.Invalid, "%q is nothing that a repository is brought in from", clip.Text(from)).Try("name a folder or a bundle on the server by its whole path, or an https:// address without a name or a password in it")
	rest, web := strings.CutPrefix(from, "https://")
	if local, found := strings.CutPrefix(from, "http://"); found { // what is not encrypted comes from this machine alone
		host, _, _ := strings.Cut(local, "/")
		host, _, _ = strings.Cut(host, ":")
		rest, web = local, host == "127.0.0.1" || host == "localhost"
	}
	host, _, _ := strings.Cut(rest, "/")
	switch {
	case strings.ContainsAny(from, "\x00\n\r\\"):
		return wrong
	case web && host != "" && !strings.Contains(host, "@"):
		return nil
	case filepath.IsAbs(from) && filepath.Clean(from) == from:
		return nil
	}
	return wrong
}
