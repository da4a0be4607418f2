package git

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/push"
)

// Brought is what was pushed to a bare repository of ours, and lies in quarantine beside
// its objects.
type Brought struct{ *Work }

// Quarantined reads what lies in a quarantine of the repository at dir.
func Quarantined(dir, quarantine string) Brought {
	return Brought{&Work{Common: dir, own: dir, hash: "sha1", env: append(calm(), "GIT_DIR="+dir, "GIT_OBJECT_DIRECTORY="+quarantine,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(dir, "objects"), "GIT_QUARANTINE_PATH="+quarantine)}}
}

// news asks rev-list for what the heads reach and no ref does.
func (b Brought) news(ctx context.Context, heads []string, most int, args ...string) ([]byte, error) {
	ask := append(append([]string{"rev-list"}, args...), heads...) // they are ids
	out, err := b.run(ctx, nil, most, append(ask, "--not", "--all")...)
	if errors.Is(err, errNo) {
		err = prentice.Errorf(prentice.Unavailable, "what was pushed cannot be listed").Try("push again")
	}
	return out, err
}

// Commits implements push.Objects.
func (b Brought) Commits(ctx context.Context, heads []string, most int) ([]string, error) {
	out, err := b.news(ctx, heads, mostList, "--max-count="+strconv.Itoa(most+1))
	if err != nil {
		return nil, err
	}
	ids := strings.Fields(string(out))
	if len(ids) > most {
		return nil, prentice.Errorf(prentice.Limited, "a push of more than %d commits", most).Try("bring a whole history in with: prentice repository import")
	}
	return ids, nil
}

// Large implements push.Objects.
func (b Brought) Large(ctx context.Context, heads []string, than int64) ([]push.Blob, error) {
	filter := []string{"--objects", "--no-object-names", "--filter=blob:limit=" + strconv.FormatInt(than+1, 10), "--filter-provided-objects", "--filter-print-omitted"}
	out, err := b.news(ctx, heads, mostList, filter...)
	if err != nil {
		return nil, err
	}
	large := map[string]bool{}
	var list []push.Blob
	for line := range strings.Lines(string(out)) {
		if id, found := strings.CutPrefix(strings.TrimSpace(line), "~"); found {
			large[id] = true
		}
	}
	if len(large) == 0 {
		return nil, nil
	}
	if out, err = b.news(ctx, heads, mostList, "--objects"); err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(out)) {
		id, path, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		if large[id] {
			list = append(list, push.Blob{ID: id, Path: path})
		}
	}
	return list, b.sized(ctx, list)
}

func (b Brought) sized(ctx context.Context, list []push.Blob) error {
	files := make([]check.File, len(list))
	for i := range list {
		files[i].ID = list[i].ID
	}
	if err := b.objectSizes(ctx, files); err != nil {
		return err
	}
	for i := range list {
		list[i].Size = files[i].Size
	}
	return nil
}

// Changed implements push.Objects.
func (b Brought) Changed(ctx context.Context, commits []string) ([]push.Change, error) {
	if len(commits) == 0 {
		return nil, nil
	}
	out, err := b.run(ctx, strings.NewReader(strings.Join(commits, "\n")+"\n"), mostList, "diff-tree", "--stdin", "--root", "-r", "-m", "--raw", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--full-index")
	if err != nil && !errors.Is(err, errNo) {
		return nil, err
	}
	var list []push.Change
	commit, mode, status := "", "", ""
	for _, word := range strings.Split(string(out), "\x00") {
		switch {
		case mode != "":
			list = append(list, push.Change{Commit: commit, Path: word, Mode: mode, New: status == "A"})
			mode = ""
		case strings.HasPrefix(word, ":"):
			if part := strings.Fields(word); len(part) == 5 {
				mode, status = part[1], part[4]
			}
		case word != "":
			commit = strings.TrimSpace(word)
		}
	}
	return list, nil
}

// Added implements push.Objects. The messages of the commits are told as well.
func (b Brought) Added(ctx context.Context, commits []string, wanted func(commit, path string) bool, tell func(check.Added)) error {
	number := make(map[string]int, len(commits))
	for i, id := range commits {
		number[id] = i
	}
	if err := b.messages(ctx, number, nil, wanted, tell); err != nil {
		return err
	}
	return b.each(ctx, commits, number, wanted, tell)
}

// Paths implements push.Objects.
func (b Brought) Paths(ctx context.Context, commit string) ([]string, error) {
	out, err := b.run(ctx, nil, mostList, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	return split(out), nil
}

// Reaches implements push.Objects.
func (b Brought) Reaches(ctx context.Context, commit, ancestor string) (bool, error) {
	_, err := b.run(ctx, nil, 1<<16, "merge-base", "--is-ancestor", ancestor, commit)
	if errors.Is(err, errNo) {
		return false, nil
	}
	return err == nil, err
}

var _ push.Objects = Brought{}
