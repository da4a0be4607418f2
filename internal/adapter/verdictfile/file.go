package verdictfile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

// The bounds of the file.
const (
	mostEntries = 4000
	mostBytes   = 32 << 20
	patience    = 2 * time.Second
)

// File keeps outcomes at Dir, which is made when the first is kept.
type File struct {
	Dir string

	mu     sync.Mutex // guards the rest
	loaded bool
	kept   map[claims.Basis]entry
}

// entry is an outcome as it is kept.
type entry struct {
	Basis claims.Basis `json:"basis"`
	check.Packed
	Used int64 `json:"used"` // in seconds
}

// Kept implements check.Keeper.
func (f *File) Kept(_ context.Context, of []claims.Basis) (map[claims.Basis]check.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return nil, err
	}
	found := map[claims.Basis]check.Outcome{}
	for _, b := range of {
		if e, there := f.kept[b]; there {
			found[b] = e.Unpack()
		}
	}
	return found, nil
}

func entryOf(b claims.Basis, o check.Outcome, now time.Time) entry {
	return entry{Basis: b, Packed: check.Pack(o), Used: now.Unix()}
}

func (f *File) file() sealed {
	return sealed{f.Dir, "verdicts.json", "what was judged before"}
}

// load reads the file once.
func (f *File) load() error {
	if f.loaded {
		return nil
	}
	f.loaded, f.kept = true, map[claims.Basis]entry{}
	list, err := f.read()
	for _, e := range list {
		f.kept[e.Basis] = e
	}
	return err
}

func (f *File) read() ([]entry, error) {
	body, err := f.file().read()
	if err != nil || body == nil {
		return nil, err
	}
	var list []entry
	if json.Unmarshal(body, &list) != nil {
		return nil, f.file().damaged()
	}
	return list, nil
}

// Keep implements check.Keeper. What another process kept meanwhile stays.
func (f *File) Keep(ctx context.Context, now time.Time, list map[claims.Basis]check.Outcome) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	free, err := f.file().hold(ctx)
	if err != nil {
		return err
	}
	defer free()
	there, _ := f.read() // one that is damaged is made anew: that was said when it was read
	all := map[claims.Basis]entry{}
	for _, e := range there {
		all[e.Basis] = e
	}
	for b, o := range list {
		all[b] = entryOf(b, o, now)
	}
	f.kept, f.loaded = all, true
	return f.write(all)
}

// write replaces the file whole.
func (f *File) write(all map[claims.Basis]entry) error {
	list := make([]entry, 0, len(all))
	for _, e := range all {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b entry) int { return int(b.Used - a.Used) })
	list = list[:min(len(list), mostEntries)]
	var body []byte
	for {
		var err error
		if body, err = json.Marshal(list); err != nil {
			return fmt.Errorf("keep verdicts: %w", err)
		}
		if len(body) < mostBytes-100 {
			break
		}
		list = list[:len(list)/2]
	}
	return f.file().write(body)
}

var _ check.Keeper = (*File)(nil)
