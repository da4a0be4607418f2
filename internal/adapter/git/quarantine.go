package git

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/push"
)

// Brought is what was pushed to a bare repository of ours, and lies in quarantine beside
// its objects.
type Brought struct {
	*Work
	dir, quarantine string
}

// Quarantined reads what lies in a quarantine of the repository at dir.
func Quarantined(dir, quarantine string) Brought {
	return Brought{dir: dir, quarantine: quarantine, Work: &Work{Common: dir, own: dir, hash: "sha1", env: append(calm(), "GIT_DIR="+dir, "GIT_OBJECT_DIRECTORY="+quarantine,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(dir, "objects"), "GIT_QUARANTINE_PATH="+quarantine)}}
}

// news asks rev-list for what the heads reach and no ref does.
func (b Brought) news(ctx context.Context, heads []string, most int, args ...string) ([]byte, error) {
	ask := append(append([]string{"rev-list", "--objects"}, args...), heads...) // they are ids
	out, err := b.run(ctx, nil, most, append(ask, "--not", "--all")...)
	if errors.Is(err, errNo) {
		err = prentice.Errorf(prentice.Unavailable, "what was pushed cannot be listed").Try("push again")
	}
	return out, err
}

// News implements push.Objects. One git lists the commits and what is large.
func (b Brought) News(ctx context.Context, heads []string, most int, than int64) (n push.News, err error) {
	limit := strconv.FormatUint(uint64(than)+1, 10)
	out, err := b.news(ctx, heads, mostList, "--max-count="+strconv.Itoa(most+1), "--format=parents %P", "--no-object-names",
		"--filter=blob:limit="+limit, "--filter-provided-objects", "--filter-print-omitted")
	if err != nil {
		return n, err
	}
	large, needed := map[string]bool{}, map[object]bool{}
	for line := range strings.Lines(string(out)) {
		word, rest, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		switch {
		case word == "commit":
			n.Commits = append(n.Commits, rest)
			needed[objectOf(rest)] = true
		case word == "parents" && strings.Contains(rest, " "):
			n.Merges = append(n.Merges, n.Commits[len(n.Commits)-1])
		case strings.HasPrefix(word, "~"):
			large[word[1:]], needed[objectOf(word[1:])] = true, true
		default:
			needed[objectOf(word)] = true
		}
	}
	if len(n.Commits) > most {
		return n, prentice.Errorf(prentice.Limited, "a push of more than %d commits", most).Try("bring a whole history in with: prentice repository import")
	}
	if len(large) > 0 {
		if n.Large, err = b.large(ctx, heads, large); err != nil {
			return n, err
		}
	}
	n.Unnamed, err = b.unnamed(ctx, needed)
	return n, err
}

// large are blobs with the paths at which they are.
func (b Brought) large(ctx context.Context, heads []string, ids map[string]bool) (list []push.Blob, err error) {
	out, err := b.news(ctx, heads, mostList)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(out)) {
		id, path, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		if ids[id] {
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

// Look implements push.Objects. The messages of the commits are told as well.
func (b Brought) Look(ctx context.Context, n push.News, wanted func(commit, path string) bool, tell func(check.Added)) ([]push.Change, error) {
	number := make(map[string]int, len(n.Commits))
	for i, id := range n.Commits {
		number[id] = i
	}
	if err := b.messages(ctx, number, nil, wanted, tell); err != nil {
		return nil, err
	}
	var mu sync.Mutex // guards list: several gits tell of changes at once
	var list []push.Change
	err := b.each(ctx, n.Commits, number, patches{wanted: wanted, tell: tell, each: func(c push.Change) bool {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, c)
		return len(list) <= mostFiles
	}})
	if err != nil || len(n.Merges) == 0 {
		return list, err
	}
	merged, err := b.merged(ctx, n.Merges)
	return append(list, merged...), err
}

// merged are the files that merges changed for one of their parents at least.
func (b Brought) merged(ctx context.Context, merges []string) (list []push.Change, err error) {
	out, err := b.run(ctx, strings.NewReader(strings.Join(merges, "\n")+"\n"), mostList, "diff-tree", "--stdin", "-r", "-m", "--raw", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--full-index")
	if err != nil && !errors.Is(err, errNo) {
		return nil, err
	}
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

// Named implements push.Objects.
func (b Brought) Named(_ context.Context, id string, tell func(check.Added)) (kind string, err error) {
	for range mostTags {
		kind, text, err := b.object(id, longestSaid)
		if err != nil && prentice.KindOf(err) != prentice.Limited {
			return "", err
		}
		if kind != "tag" {
			return kind, nil
		}
		if _, err := b.message(check.Added{Commit: id, In: check.TagMessage}, tell); err != nil {
			return "", err
		}
		if id, _ = tagged(string(text)); id == "" {
			return kind, nil
		}
	}
	return "tag", nil
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
