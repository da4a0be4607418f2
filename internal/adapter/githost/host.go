// Package githost keeps bare repositories below a folder, and serves them to git.
//
// Its words: a repository is a folder NAME.git; a door is a way by which git comes (HTTP,
// SSH); a push lies in quarantine until a receiver has judged it. Protocols, packs and
// objects are those of the real git; what may be moved is decided by the receiver, for all
// doors alike.
//
// It refuses to believe anything that lies in a repository: its settings must be those that
// were written here when it was made, its hooks do not count, and what leads to objects or
// refs of another place (alternates, a common folder, links) closes it. Names that git sends
// reach no shell and are never options.
package githost

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/proc"
)

// Receiver decides what becomes of a push.
type Receiver interface {
	// Judge is asked while what was pushed lies in quarantine, with an answer for each
	// command. If one is refused, all of the push is, and nothing is kept of it.
	Judge(context.Context, push.Push) ([]push.Answer, error)
	// Take is asked after that, for commands that no ref is moved for: changes. What they
	// brought is in the repository by then.
	Take(context.Context, push.Push) ([]push.Answer, error)
}

// Host is the repositories of one folder.
type Host struct {
	Root     string // the folder of repositories
	Own      string // a folder that is ours alone, for hooks
	Receiver Receiver
	// Objects reads what was pushed to a repository and lies in a folder of its own yet.
	Objects func(dir, quarantine string) (o push.Objects, end func() error)
	Limits  Limits

	pushes, reads *places // who is being served
	Log           *slog.Logger
	Clock         func() time.Time
}

// New is a host of repositories below a folder; own is a folder that is ours alone.
func New(root, own string) *Host {
	return &Host{Root: root, Own: own, Clock: time.Now, pushes: newPlaces(mostPushes), reads: newPlaces(mostReads)}
}

// Limits are what one push or fetch may take. Zero is the usual.
type Limits struct {
	Pack int64         // bytes of a push
	Push time.Duration // from its first byte to its answer
	Read time.Duration // a clone or fetch
}

func (l Limits) filled() Limits {
	if l.Pack == 0 {
		l.Pack = 2 << 30
	}
	if l.Push == 0 {
		l.Push = 30 * time.Minute
	}
	if l.Read == 0 {
		l.Read = time.Hour
	}
	return l
}

// A name has small letters only, so that no two of them are one folder where case does not
// count.
var name = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// ValidName refuses what can be no name of a repository.
func ValidName(s string) error {
	if !name.MatchString(s) || strings.HasSuffix(s, ".git") || strings.HasSuffix(s, ".lock") || strings.Contains(s, "..") || strings.HasSuffix(s, ".") {
		return prentice.Errorf(prentice.Invalid, "%q can be no name of a repository", clip.Text(s)).
			Try("use small letters, digits and . _ -, such as shop or shop-api, and leave .git out")
	}
	return nil
}

// Path is where a repository lies, whether it is there or not.
func (h *Host) Path(name string) string { return filepath.Join(h.Root, name+".git") }

// settings are those of every repository. They are compared with what lies there before
// git is asked anything.
const settings = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"

// Open refuses a repository that is not there, or is not as it was made.
func (h *Host) Open(name string) (dir string, err error) {
	if err := ValidName(name); err != nil {
		return "", err
	}
	dir = h.Path(name)
	about, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", prentice.Errorf(prentice.NotFound, "there is no repository %q on this server", name).Try("make it: prentice repository create %s", name)
	}
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "the repository %s cannot be read: %w", name, err).Try("see who owns %s", h.Root)
	}
	if !about.IsDir() {
		return "", h.changed(name, "it is no folder but a link or a file")
	}
	config, err := os.ReadFile(filepath.Join(dir, "config"))
	if err != nil || !bytes.Equal(config, []byte(settings)) {
		return "", h.changed(name, "its file config is not the one that prentice wrote")
	}
	for _, part := range []string{"commondir", "config.worktree", "objects/info/alternates", "objects/info/http-alternates", "info/grafts"} {
		if _, err := os.Lstat(filepath.Join(dir, part)); !errors.Is(err, fs.ErrNotExist) {
			return "", h.changed(name, "it has a file "+part+", which leads to another place")
		}
	}
	for _, part := range []string{"objects", "refs", "refs/heads", "HEAD"} {
		about, err := os.Lstat(filepath.Join(dir, part))
		if err != nil || about.Mode()&fs.ModeSymlink != 0 {
			return "", h.changed(name, part+" is gone, or a link")
		}
	}
	return dir, nil
}

func (h *Host) changed(name, how string) error {
	return prentice.Errorf(prentice.Refused, "the repository %s is closed: %s", name, how).
		Try("see who changed %s.git below the folder of repositories, and put it back from a backup; nothing there is believed until then", name)
}

// Create makes an empty repository whose HEAD is a branch that is not there yet. It is
// there whole, or not.
func (h *Host) Create(ctx context.Context, name, branch string) (err error) {
	if err := ValidName(name); err != nil {
		return err
	}
	if why := push.BranchName(branch); why != "" {
		return prentice.Errorf(prentice.Invalid, "%q can be no name of a branch: %s", clip.Text(branch), why).Try("use one such as main")
	}
	if _, err := os.Lstat(h.Path(name)); err == nil {
		return prentice.Errorf(prentice.Conflict, "there is a folder %s.git already", name).Try("choose another name, or bring it in: prentice repository import")
	}
	if err := os.MkdirAll(h.Root, 0o700); err != nil {
		return cannotWrite(h.Root, err)
	}
	stage, err := os.MkdirTemp(h.Root, ".new-")
	if err != nil {
		return cannotWrite(h.Root, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	dir := filepath.Join(stage, "git")
	if err := h.fill(ctx, stage, dir, branch); err != nil {
		return err
	}
	if err := os.Rename(dir, h.Path(name)); err != nil {
		return cannotWrite(h.Root, err)
	}
	return syncFolder(h.Root)
}

// fill has git make the repository, without a template, and writes its settings over those
// that git writes.
func (h *Host) fill(ctx context.Context, stage, dir, branch string) error {
	if _, err := h.git(ctx, stage, nil, nil, "init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--initial-branch="+branch, "--end-of-options", dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "info"), 0o700); err != nil {
		return cannotWrite(dir, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(settings), 0o600); err != nil {
		return cannotWrite(dir, err)
	}
	return syncFolder(dir)
}

// ours are the settings with which git is always called. They are before all that a
// repository says.
func (h *Host) ours() []string {
	l := h.Limits.filled()
	var list []string
	for _, s := range []string{
		"core.hooksPath=" + filepath.Join(h.Own, "hooks"), "core.fsmonitor=false", "core.logAllRefUpdates=true", "core.fsync=committed", "gc.auto=0", "maintenance.auto=false",
		"safe.directory=*", "safe.bareRepository=all", "protocol.allow=never", "transfer.fsckObjects=true", "receive.fsckObjects=true",
		"receive.advertisePushOptions=true", "receive.advertiseAtomic=true", "receive.autogc=false", "receive.updateServerInfo=false", "receive.denyCurrentBranch=ignore", "receive.denyDeleteCurrent=true",
		"receive.maxInputSize=" + itoa(l.Pack), "receive.procReceiveRefs=refs/for", "receive.procReceiveRefs=refs/heads",
		"receive.hideRefs=refs/changes", "receive.hideRefs=refs/prentice", "receive.hideRefs=refs/attestations", "receive.hideRefs=refs/replace", "receive.hideRefs=refs/queue",
		"uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true", "uploadpack.hideRefs=refs/prentice", "uploadpack.hideRefs=refs/queue",
		"pack.threads=1", "pack.windowMemory=64m", "pack.deltaCacheSize=32m", "core.bigFileThreshold=16m", "core.packedGitLimit=256m", "core.deltaBaseCacheLimit=32m",
	} {
		list = append(list, "-c", s)
	}
	return list
}

// env is all that git gets.
func (h *Host) env(more ...string) []string {
	return append([]string{"PATH=" + proc.DefaultPath, "LANG=C.UTF-8", "LC_ALL=C", "HOME=" + h.Own, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1", "GIT_PAGER=cat", "GIT_ALLOW_PROTOCOL="}, more...)
}

// git asks git something in a folder.
func (h *Host) git(ctx context.Context, dir string, in []byte, env []string, args ...string) ([]byte, error) {
	out, says := &proc.Bounded{Most: 64 << 20}, &proc.Bounded{Most: 16 << 10}
	spec := proc.Spec{Argv: append(append([]string{"git"}, h.ours()...), args...), Dir: dir, Env: h.env(env...), Out: out, Err: says, Grace: time.Second}
	if in != nil {
		spec.Stdin = bytes.NewReader(in)
	}
	exit, err := proc.Run(ctx, spec)
	switch {
	case errors.Is(err, proc.ErrStart):
		return nil, prentice.Errorf(prentice.Unavailable, "repositories are kept with git, and there is none here").Try("install git: apt install git")
	case err != nil:
		return nil, prentice.Errorf(prentice.Unavailable, "git did not come to its end: %w", err).Try("try again")
	case out.Over:
		return nil, prentice.Errorf(prentice.Limited, "git prints more than %d bytes", out.Most).Try("ask for less")
	case !exit.OK():
		first, _, _ := strings.Cut(strings.TrimSpace(says.String()), "\n")
		return nil, prentice.Errorf(prentice.Unavailable, "git %s: %s", args[0], clip.Text(push.Plain(first))).Try("look with git fsck in %s", dir)
	}
	return out.Bytes(), nil
}

func cannotWrite(dir string, err error) error {
	return prentice.Errorf(prentice.Unavailable, "the folder of repositories cannot be written: %w", err).Try("see who owns %s, and whether its disk is full", dir)
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return cannotWrite(path, err)
	}
	return errors.Join(f.Sync(), f.Close())
}
