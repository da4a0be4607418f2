package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/code"
	"prentice/internal/kit/clip"
)

const logFormat = "%H%x00%an%x00%at%x00%s"

// logged is a commit as logFormat writes it.
func logged(line string) (code.Commit, bool) {
	part := strings.Split(line, "\x00")
	if len(part) != 4 || !objectID.MatchString(part[0]) {
		return code.Commit{}, false
	}
	at, _ := strconv.ParseInt(part[2], 10, 64)
	return code.Commit{ID: part[0], Author: said(part[1]), Time: time.Unix(at, 0).UTC(), Subject: said(part[3])}, true
}

// History are the commits up to one that changed what is at a path, the newest first. Not are
// those that another reaches, where one is given.
func (w *Work) History(ctx context.Context, commit, not, name string, skip, most int) ([]code.Commit, error) {
	name, err := pathOf(name)
	if err != nil {
		return nil, err
	}
	args := []string{"log", "--format=" + logFormat, "--no-show-signature", fmt.Sprintf("--skip=%d", skip), fmt.Sprintf("--max-count=%d", most), commit}
	if not != "" {
		args = append(args, "^"+not)
	}
	if name != "" {
		args = append(args, "--", name)
	}
	ctx, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	out, err := w.run(ctx, nil, mostBytes, args...)
	if err != nil {
		if ctx.Err() != nil {
			err = prentice.Errorf(prentice.Limited, "git did not find who changed %q within %s", clip.Text(name), longestLook).Try("look in a clone: git log -- PATH")
		}
		return nil, err
	}
	list := []code.Commit{}
	for line := range strings.Lines(string(out)) {
		if c, is := logged(strings.TrimSuffix(line, "\n")); is {
			list = append(list, c)
		}
	}
	return list, nil
}

// errKnown ends what has found all.
var errKnown = errors.New("all is known")

// Last tells of each entry of a folder which commit changed it last, as far as that is found
// within some time. A merge is told as one commit.
func (w *Work) Last(ctx context.Context, commit, dir string, entries []code.Entry, within time.Duration) {
	left := make(map[string]*code.Entry, len(entries))
	for i := range entries {
		left[entries[i].Path] = &entries[i]
	}
	prefix := ""
	args := []string{"log", "-z", "--first-parent", "--diff-merges=first-parent", "--name-only", "--no-renames", "--format=%x01" + strings.ReplaceAll(logFormat, "%x00", "%x1f"), "--no-show-signature", "--max-count=2000", commit}
	if dir, err := pathOf(dir); err == nil && dir != "" {
		prefix = dir + "/"
		args = append(args, "--", prefix)
	}
	var now *code.Commit
	out := &pieces{end: 0, most: 8 << 10, each: func(piece []byte) error {
		text := strings.TrimPrefix(string(piece), "\n")
		if head, is := strings.CutPrefix(text, "\x01"); is {
			if now = nil; len(left) == 0 {
				return errKnown
			}
			if c, is := logged(strings.ReplaceAll(head, "\x1f", "\x00")); is {
				now = &c
			}
			return nil
		}
		below, is := strings.CutPrefix(text, prefix)
		if now == nil || !is {
			return nil
		}
		name, _, _ := strings.Cut(below, "/")
		if e := left[prefix+name]; e != nil {
			e.Last = now
			delete(left, prefix+name)
		}
		return nil
	}}
	_ = w.stream(ctx, within, out, args...) // what it did not find in time is not known
}

// Blame is who wrote which lines of a file, at most so many runs of them.
func (w *Work) Blame(ctx context.Context, commit, name string) ([]code.Part, error) {
	name, err := pathOf(name)
	if err != nil {
		return nil, err
	}
	var list []code.Part
	known := map[string]*code.Commit{}
	var now *code.Commit
	line := 0
	out := &pieces{end: '\n', most: 4 << 10, each: func(piece []byte) error {
		text := string(piece)
		if body, is := strings.CutPrefix(text, "\t"); is && now != nil {
			if n := len(list); n == 0 || list[n-1].ID != now.ID {
				list = append(list, code.Part{Commit: code.Commit{ID: now.ID}, Line: line})
			}
			p := &list[len(list)-1]
			p.Lines = append(p.Lines, body)
			return nil
		}
		word, rest, _ := strings.Cut(text, " ")
		switch {
		case objectID.MatchString(word):
			if known[word] == nil {
				known[word] = &code.Commit{ID: word}
			}
			now = known[word]
			if part := strings.Fields(rest); len(part) > 1 {
				line, _ = strconv.Atoi(part[1])
			}
		case now == nil:
		case word == "author":
			now.Author = said(rest)
		case word == "author-time":
			at, _ := strconv.ParseInt(rest, 10, 64)
			now.Time = time.Unix(at, 0).UTC()
		case word == "summary":
			now.Subject = said(rest)
		}
		return nil
	}}
	err = w.stream(ctx, longestLook, out, "-c", "blame.ignoreRevsFile=", "blame", "--porcelain", "--no-textconv", commit, "--", name)
	if errors.Is(err, errLong) {
		return nil, prentice.Errorf(prentice.Limited, "git did not find who wrote each line of %q within %s", clip.Text(name), longestLook).Try("look in a clone: git blame %.12s -- PATH", commit)
	}
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Commit = *known[list[i].ID]
	}
	return list, nil
}

// errEnough ends a search that has found as much as was asked for.
var errEnough = errors.New("enough is found")

// Search finds lines of the files of a commit. Whole is whether it looked at all of them.
func (w *Work) Search(ctx context.Context, commit string, q code.Query) (list []code.Match, whole bool, err error) {
	below, err := pathOf(q.Path)
	if err != nil {
		return nil, false, err
	}
	if q.Text == "" || strings.ContainsAny(q.Text, "\n\x00") {
		return nil, false, prentice.Errorf(prentice.Invalid, "%q cannot be searched for", clip.Text(q.Text)).Try("search for a part of one line")
	}
	args := []string{"-c", "grep.patternType=default", "grep", "-n", "-I", "-z", "--full-name", "--no-color", "--no-textconv", "--no-recurse-submodules"}
	if q.AnyCase {
		args = append(args, "-i")
	}
	if q.Expression {
		args = append(args, "-E")
	} else {
		args = append(args, "-F")
	}
	if args = append(args, "-e", q.Text, commit); below != "" {
		args = append(args, "--", below)
	}
	list = []code.Match{}
	out := &pieces{end: '\n', most: 8 << 10, each: func(piece []byte) error {
		part := strings.SplitN(strings.TrimPrefix(string(piece), commit+":"), "\x00", 3)
		if len(part) != 3 {
			return nil
		}
		if len(list) == q.Most {
			return errEnough
		}
		n, _ := strconv.Atoi(part[1])
		list = append(list, code.Match{Path: part[0], Line: n, Text: strings.ToValidUTF8(clip.To(part[2], 400), "\uFFFD")})
		return nil
	}}
	err = w.stream(ctx, q.Within, out, args...)
	switch {
	case errors.Is(err, errEnough), errors.Is(err, errLong):
		return list, false, nil
	case err != nil && q.Expression && strings.Contains(err.Error(), "-e option"):
		return nil, false, prentice.Errorf(prentice.Invalid, "%q is no expression that git grep -E reads", clip.Text(q.Text)).Try("search for the text itself, without the flag")
	}
	return list, true, err
}

// Pointers are the branches and the tags, those that changed last first, at most so many of each.
func (w *Work) Pointers(ctx context.Context, most int) (branches, tags []code.Pointer, err error) {
	for i, kind := range []string{"heads", "tags"} {
		out, err := w.run(ctx, nil, mostBytes, "for-each-ref", "--sort=-creatordate", fmt.Sprintf("--count=%d", most),
			"--format=%(refname)%00%(objectname)%00%(*objectname)%00%(authorname)%(*authorname)%00%(creatordate:unix)%00%(subject)", "refs/"+kind+"/")
		if err != nil && !errors.Is(err, errNo) {
			return nil, nil, err
		}
		list := []code.Pointer{}
		for line := range strings.Lines(string(out)) {
			part := strings.Split(strings.TrimSuffix(line, "\n"), "\x00")
			if len(part) != 6 {
				continue
			}
			at, _ := strconv.ParseInt(part[4], 10, 64)
			c := code.Commit{ID: part[1], Author: said(part[3]), Time: time.Unix(at, 0).UTC(), Subject: said(part[5])}
			if part[2] != "" {
				c.ID = part[2]
			}
			list = append(list, code.Pointer{Name: strings.TrimPrefix(part[0], "refs/"+kind+"/"), Commit: c})
		}
		if i == 0 {
			branches = list
		} else {
			tags = list
		}
	}
	return branches, tags, nil
}

// Shared is the commit that two have in common; "" where there is none.
func (w *Work) Shared(ctx context.Context, a, b string) (string, error) {
	out, err := w.run(ctx, nil, 1<<16, "merge-base", a, b)
	if errors.Is(err, errNo) {
		return "", nil
	}
	return strings.TrimSpace(firstOf(string(out))), err
}
