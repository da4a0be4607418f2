package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/code"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/pattern"
	"prentice/internal/kit/proc"
)

// longestLook is how long git may look for what a page shows.
const longestLook = 20 * time.Second

var named = pattern.Of(`^[^\x00-\x20\x7f~^:?*\[\\]{1,250}$`)

// Named is the commit that someone means by the name of a branch, a tag, a patch set, or by an
// id or its beginning; "" is HEAD. As is what it is called; a repository without a commit has
// none.
func (w *Work) Named(ctx context.Context, name string) (commit, as string, err error) {
	ask := []string{name}
	switch {
	case name == "":
		name, ask = "HEAD", []string{"HEAD"}
		if head, err := os.ReadFile(filepath.Join(w.Common, "HEAD")); err == nil && len(head) < 1<<12 {
			if branch, is := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: refs/heads/"); is {
				name = branch
			}
		}
	case !named.MatchString(name) || strings.Contains(name, "..") || strings.Contains(name, "@{") || name[0] == '-':
		if !revision.MatchString(name) || strings.Contains(name, "..") {
			return "", name, unnamed(name)
		}
	default:
		ask = []string{"refs/heads/" + name, "refs/tags/" + name, name}
	}
	var in strings.Builder
	for _, one := range ask {
		in.WriteString(one + "^{commit}\n")
	}
	out, err := w.run(ctx, strings.NewReader(in.String()), 1<<16, "cat-file", "--batch-check")
	if err != nil {
		return "", name, err
	}
	for line := range strings.Lines(string(out)) {
		if part := strings.Fields(line); len(part) == 3 && part[1] == "commit" && objectID.MatchString(part[0]) {
			return part[0], name, nil
		}
	}
	if ask[0] == "HEAD" {
		return "", name, nil
	}
	return "", name, unnamed(name)
}

func unnamed(name string) error {
	return prentice.Errorf(prentice.NotFound, "the repository has no branch, tag or commit %q", clip.Text(name)).Try("list them with: prentice code refs NAME")
}

// pathOf refuses what is no path of a repository.
func pathOf(name string) (string, error) {
	name = strings.Trim(name, "/")
	if name != "" && !fs.ValidPath(name) || strings.ContainsAny(name, "\n\x00") || name == "." {
		return "", prentice.Errorf(prentice.NotFound, "%q is no path in a repository", clip.Text(name)).Try("name one that the folder above it lists")
	}
	return name, nil
}

// List are the entries of a folder, at most so many; more says how many there are beside.
// Folders come first. Of "" it is the whole.
func (w *Work) List(ctx context.Context, commit, dir string, most int) (list []code.Entry, more int, err error) {
	dir, err = pathOf(dir)
	if err != nil {
		return nil, 0, err
	}
	args := []string{"ls-tree", "-z", "-l", "--full-tree", commit}
	if dir != "" {
		args = append(args, "--", dir+"/")
	}
	list, err = w.entries(ctx, args)
	if err != nil {
		return nil, 0, err
	}
	if len(list) == 0 && dir != "" {
		return nil, 0, prentice.Errorf(prentice.NotFound, "%.12s has no folder %q", commit, clip.Text(dir)).Try("list the folder above it")
	}
	slices.SortStableFunc(list, func(a, b code.Entry) int {
		if folder := cmp.Compare(place(a), place(b)); folder != 0 {
			return folder
		}
		return cmp.Compare(a.Name, b.Name)
	})
	if len(list) > most {
		list, more = list[:most], len(list)-most
	}
	return list, more, nil
}

func place(e code.Entry) int {
	if e.Kind == code.Folder {
		return 0
	}
	return 1
}

// Entry is what is at a path.
func (w *Work) Entry(ctx context.Context, commit, name string) (code.Entry, error) {
	name, err := pathOf(name)
	if err != nil {
		return code.Entry{}, err
	}
	if name == "" {
		return code.Entry{Kind: code.Folder}, nil
	}
	list, err := w.entries(ctx, []string{"ls-tree", "-z", "-l", "--full-tree", commit, "--", name})
	if err != nil {
		return code.Entry{}, err
	}
	if len(list) != 1 || list[0].Path != name {
		return code.Entry{}, prentice.Errorf(prentice.NotFound, "%.12s has no file %q", commit, clip.Text(name)).Try("list the folder that it should be in: prentice code tree NAME FOLDER")
	}
	return list[0], nil
}

func (w *Work) entries(ctx context.Context, args []string) ([]code.Entry, error) {
	out, err := w.run(ctx, nil, mostBytes, args...)
	if err != nil {
		return nil, err
	}
	lines := split(out)
	list := make([]code.Entry, 0, len(lines))
	for _, line := range lines {
		head, name, found := strings.Cut(line, "\t")
		part := strings.Fields(head)
		if !found || len(part) != 4 {
			continue
		}
		e := code.Entry{Name: path.Base(name), Path: name, ID: part[2], Kind: code.File}
		e.Size, _ = strconv.ParseInt(part[3], 10, 64)
		switch {
		case part[1] == "tree":
			e.Kind = code.Folder
		case part[1] == "commit":
			e.Kind = code.Submodule
		case part[0] == "120000":
			e.Kind = code.Link
		case strings.HasSuffix(part[0], "755"):
			e.Kind = code.Program
		}
		list = append(list, e)
	}
	return list, nil
}

// Content is that of an object, which is not longer than so much.
func (w *Work) Content(id string, most int64) ([]byte, error) {
	if !objectID.MatchString(id) {
		return nil, prentice.Errorf(prentice.Internal, "%q is no id of an object", clip.Text(id))
	}
	_, text, err := w.object(id, most)
	return text, err
}

// CopyTo writes the content of an object, however long it is.
func (w *Work) CopyTo(ctx context.Context, id string, to io.Writer) error {
	if !objectID.MatchString(id) {
		return prentice.Errorf(prentice.Internal, "%q is no id of an object", clip.Text(id))
	}
	return w.stream(ctx, longestPast, to, "cat-file", "blob", id)
}

// Archive writes all of a commit as a tar or a zip, below a folder. Nothing that the
// repository's settings name packs it.
func (w *Work) Archive(ctx context.Context, commit, format, folder string, to io.Writer) error {
	if !objectID.MatchString(commit) || format != "tar" && format != "zip" {
		return prentice.Errorf(prentice.Internal, "%q of %q cannot be packed", clip.Text(format), clip.Text(commit))
	}
	return w.stream(ctx, longestPast, to, "-c", "tar.umask=0022", "-c", "core.autocrlf=false", "archive", "--format="+format, "--prefix="+folder+"/", commit)
}

// stream has git write to someone, and ends it when its time is up or the other takes no more.
func (w *Work) stream(ctx context.Context, longest time.Duration, to io.Writer, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	taker := &taker{to: to, stop: cancel}
	says := &proc.Bounded{Most: 16 << 10}
	exit, err := proc.Run(ctx, proc.Spec{Argv: append(append([]string{"git"}, plain...), args...), Dir: w.at(), Env: w.env, Out: taker, Err: says, Grace: time.Second})
	switch {
	case taker.failed != nil:
		return taker.failed
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errLong
	case err != nil:
		return err
	case exit.Code == 1 && strings.TrimSpace(says.String()) == "": // as grep says that there is nothing
		return nil
	case !exit.OK():
		return w.refusal(w.at(), says.String())
	}
	return nil
}

// taker ends what writes to it once it takes no more.
type taker struct {
	to     io.Writer
	stop   func()
	failed error
}

// Write implements io.Writer.
func (t *taker) Write(b []byte) (n int, err error) {
	if n, err = t.to.Write(b); err != nil {
		t.failed = err
		t.stop()
	}
	return n, err
}

// errLong is that git was ended because it took too long.
var errLong = errors.New("git took too long")

// pieces takes what git prints in pieces that a byte ends, and keeps at most so much of each.
type pieces struct {
	end  byte
	most int
	each func([]byte) error
	rest []byte
}

// Write implements io.Writer.
func (p *pieces) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		at := bytes.IndexByte(b, p.end)
		part := b
		if at >= 0 {
			part = b[:at]
		}
		p.rest = append(p.rest, part[:max(0, min(len(part), p.most-len(p.rest)))]...)
		if at < 0 {
			break
		}
		if err := p.each(p.rest); err != nil {
			return 0, err
		}
		p.rest, b = p.rest[:0], b[at+1:]
	}
	return n, nil
}
