// Package git reads the history of the team folder with the git program: which commits
// changed a file, and what it said then.
//
// It reads and does nothing else: no hook, no filter, no pager and no other program of the
// repository's settings is run, nothing is fetched, no lock is taken. What git prints is
// bounded in time and bytes. What a commit says is written by others: it is text, and
// steers no terminal. A name of a commit is never an option.
package git

import (
	"bytes"
	"context"
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/proc"
	"prentice/internal/kit/term"
)

// The bounds of one answer.
const (
	patience  = 20 * time.Second
	mostBytes = 64 << 20
)

// Repo is the repository that a folder stands in.
type Repo struct {
	Dir  string
	Bare bool // it is the repository itself, without a working tree
}

const format = "%H%x1f%an%x1f%at%x1f%s%x1e"

// Commits are those that changed any of the files, which are named from the folder,
// newest first.
func (r Repo) Commits(ctx context.Context, files []string, most int) ([]procedure.Commit, error) {
	out, err := r.run(ctx, nil, append([]string{"log", "--format=" + format, "--no-show-signature", "-n", strconv.Itoa(most), "--"}, files...)...)
	if err != nil {
		return nil, err
	}
	list := []procedure.Commit{}
	for entry := range strings.SplitSeq(string(out), "\x1e") {
		part := strings.Split(strings.TrimPrefix(entry, "\n"), "\x1f")
		if len(part) != 4 {
			continue
		}
		at, _ := strconv.ParseInt(part[2], 10, 64)
		list = append(list, procedure.Commit{ID: part[0], Author: said(part[1]), Time: time.Unix(at, 0).UTC(), Subject: said(part[3])})
	}
	return list, nil
}

// said is what someone wrote, as a line of ours can repeat it.
func said(s string) string { return clip.To(term.Line(strings.ToValidUTF8(s, "?")), 120) }

var revision = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/~^-]{0,99}$`)

// Commit is the one that a person means by a name: an id or its beginning, a tag, a
// branch, HEAD~2.
func (r Repo) Commit(ctx context.Context, name string) (string, error) {
	unknown := prentice.Errorf(prentice.NotFound, "git knows no commit %q", clip.Text(name)).Try("name one that git log lists")
	if !revision.MatchString(name) || strings.Contains(name, "..") {
		return "", unknown
	}
	out, err := r.run(ctx, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
	if errors.Is(err, errNo) {
		return "", unknown
	}
	return strings.TrimSpace(string(out)), err
}

// Texts are what files said at commits; nil for one that was not there.
func (r Repo) Texts(ctx context.Context, at []procedure.FileAt) ([][]byte, error) {
	var ask bytes.Buffer
	from := ":./" // from the folder, which may not be the top
	if r.Bare {
		from = ":"
	}
	for _, f := range at {
		if strings.ContainsAny(f.File, "\n\x00") {
			return nil, prentice.Errorf(prentice.Invalid, "%q is no name of a file", clip.Text(f.File)).Try("name a file of the team folder")
		}
		ask.WriteString(f.Commit + from + f.File + "\n")
	}
	out, err := r.run(ctx, &ask, "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	texts := make([][]byte, len(at))
	for i := range at {
		line, rest, _ := bytes.Cut(out, []byte("\n"))
		words := strings.Fields(string(line))
		out = rest
		if len(words) != 3 || words[1] != "blob" {
			if len(words) == 3 && words[1] != "missing" { // a folder: its content is passed over
				out = skip(out, words[2])
			}
			continue
		}
		n, err := strconv.Atoi(words[2])
		if err != nil || n > len(out) {
			return nil, prentice.Errorf(prentice.Unavailable, "git prints what cannot be read: %q", clip.Text(string(line))).Try("look with: git -C %s fsck", r.Dir)
		}
		texts[i], out = out[:n:n], skip(out, words[2])
	}
	return texts, nil
}

func skip(out []byte, size string) []byte {
	n, _ := strconv.Atoi(size)
	return out[min(n+1, len(out)):]
}

// errNo is git's way to say that there is no such thing.
var errNo = errors.New("git says no")

// quiet keeps the repository's settings from running anything.
var quiet = []string{"--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never", "-c", "log.showSignature=false", "-c", "log.mailmap=false"}

func (r Repo) run(ctx context.Context, in *bytes.Buffer, args ...string) ([]byte, error) {
	if _, err := os.Stat(r.Dir); err != nil {
		return nil, prentice.Errorf(prentice.NotFound, "there is no team folder %s", r.Dir).Try("name it with --team DIR")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, says := &proc.Bounded{Most: mostBytes}, &proc.Bounded{Most: 16 << 10}
	spec := proc.Spec{Argv: append(append([]string{"git"}, quiet...), args...), Dir: r.Dir, Env: env(), Out: out, Err: says, Grace: time.Second}
	if in != nil {
		spec.Stdin = in
	}
	exit, err := proc.Run(ctx, spec)
	switch {
	case errors.Is(err, proc.ErrStart):
		return nil, prentice.Errorf(prentice.Unavailable, "the history of the team folder cannot be read: there is no git").Try("install git")
	case errors.Is(err, proc.ErrTimeout) || exit.TimedOut:
		return nil, prentice.Errorf(prentice.Unavailable, "git did not answer within %s", patience).Try("try git log in %s", r.Dir)
	case out.Over:
		return nil, prentice.Errorf(prentice.Limited, "git prints more than %d bytes", mostBytes).Try("ask for less")
	case exit.OK():
		return out.Bytes(), nil
	case err != nil && exit.Code == 0:
		return nil, err
	}
	return nil, refused(r.Dir, says.String())
}

// refused is why git did not do it.
func refused(dir, says string) error {
	switch {
	case strings.Contains(says, "not a git repository"):
		return prentice.Errorf(prentice.NotFound, "the team folder %s is not in git", dir).Try("keep it in git, and its history is known: git init")
	case strings.Contains(says, "does not have any commits"), strings.Contains(says, "bad default revision"):
		return prentice.Errorf(prentice.NotFound, "the team folder %s has no commit yet", dir).Try("commit it: git add . && git commit")
	case strings.Contains(says, "dubious ownership"):
		return prentice.Errorf(prentice.Unavailable, "git does not trust the team folder %s: it belongs to another user", dir).Try("say that it may: git config --global --add safe.directory %s", dir)
	case strings.TrimSpace(says) == "":
		return errNo
	}
	first, _, _ := strings.Cut(strings.TrimSpace(says), "\n")
	return prentice.Errorf(prentice.Unavailable, "git: %s", said(first)).Try("try git log in %s", dir)
}

// env is all that git gets. Settings of the user count, as which folders are trusted;
// nothing is asked, written or fetched.
func env() []string {
	list := []string{"PATH=" + proc.DefaultPath, "LANG=C.UTF-8", "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_PAGER=cat"}
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, "HOME="+home)
	}
	return list
}
