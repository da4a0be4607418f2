package prototyping

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/flag"
	"prentice/internal/kit/db"
	"prentice/internal/team"
)

// Removals is what removals of flags are drafted with. Without Draft none is.
type Removals struct {
	Catalog func() *team.Catalog
	// At is the content of the branch that counts of a repository; no tree says that its
	// commit is the one of before.
	At func(ctx context.Context, r team.Repository, before string) (t *check.Tree, commit string, end func() error, err error)
	// Draft proposes a removal as a change, once: made is false where it was there already,
	// however it stands. What takes no change here is refused.
	Draft func(ctx context.Context, r Removal) (change prentice.Ref, made bool, err error)
}

// Removal is a flag that is taken out of the file that declares it.
type Removal struct {
	Repository team.Repository
	Commit     string // on which it stands
	Path       string
	Content    []byte // without the flag
	Flag       string
	Message    string
	At         time.Time // when the day of the flag was over
}

const mostListed = 50 // references, in a message

// DraftRemovals drafts the removal of each flag of the catalog's repositories whose day is
// over.
func (f *Flags) DraftRemovals(ctx context.Context) { f.drafts(ctx, map[prentice.Ref]string{}) }

// drafts does so for what is not seen already: the commit and the day of each repository.
func (f *Flags) drafts(ctx context.Context, seen map[prentice.Ref]string) {
	if f.Removals.Draft == nil {
		return
	}
	for _, r := range f.Removals.Catalog().Repositories {
		if err := f.draftOf(ctx, r, seen); err != nil && ctx.Err() == nil {
			f.Log.Warn("draft the removal of flags", "repository", r.Ref, "err", err)
		}
	}
}

// draftOf drafts the removals of a repository, which is read again where its branch has
// moved or the day is another.
func (f *Flags) draftOf(ctx context.Context, r team.Repository, seen map[prentice.Ref]string) error {
	if r.Blocked != "" {
		return nil
	}
	now := f.Clock()
	before, day, _ := strings.Cut(seen[r.Ref], " ")
	if day != now.UTC().Format(time.DateOnly) {
		before = ""
	}
	t, commit, end, err := f.Removals.At(ctx, r, before)
	if err != nil {
		return err
	}
	defer end() //nolint:errcheck // it was only read
	if t != nil {
		list, err := removals(ctx, t, now)
		if err != nil {
			return err
		}
		for _, one := range list {
			one.Repository, one.Commit = r, commit
			if err := f.draft(ctx, one); err != nil {
				return err
			}
		}
	}
	seen[r.Ref] = commit + " " + now.UTC().Format(time.DateOnly)
	return nil
}

func (f *Flags) draft(ctx context.Context, r Removal) error {
	made, is, err := f.Removals.Draft(ctx, r)
	switch kind := prentice.KindOf(err); {
	case err != nil && (kind == prentice.NotFound || kind == prentice.Refused):
		f.Log.Debug("the removal of a flag is not drafted here", "repository", r.Repository.Ref, "flag", r.Flag, "err", err)
		return nil
	case err != nil:
		return err
	case !is:
		return nil
	}
	return f.DB.Write(ctx, func(tx *db.Tx) error {
		return f.Record(tx, f.Clock(), prentice.Note{Kind: "flag.removal-drafted", Actor: self, Refs: []prentice.Ref{prentice.NewRef("flag", r.Flag), made, prentice.NewRef("repository", r.Repository.Ref.Name())},
			Data: map[string]any{"file": shown(r.Path), "over": r.At.Format(time.DateOnly)}})
	})
}

// removals are the flags of a tree whose day is over, each with its file without it.
func removals(ctx context.Context, t *check.Tree, now time.Time) (list []Removal, err error) {
	var keys []string
	type due struct {
		file check.File
		text []byte
		flag *flag.Flag
	}
	var all []due
	for _, file := range flagFiles(t) {
		text, err := t.Read(file)
		if err != nil {
			return nil, err
		}
		set, _ := flag.Load(file.Path, text)
		if set == nil {
			continue // the rule flags/valid says what is wrong with it
		}
		for _, one := range set.Flags {
			if one.Due(now) {
				all, keys = append(all, due{file, text, one}), append(keys, one.Key)
			}
		}
	}
	places, err := references(ctx, t, keys)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		content, err := flag.Without(d.file.Path, d.text, d.flag.Key)
		if err != nil {
			continue // a person removes it; the rule says so
		}
		list = append(list, Removal{Path: d.file.Path, Content: content, Flag: d.flag.Key, At: d.flag.Expires.AddDate(0, 0, 1), Message: removalSays(d.file.Path, d.flag, places[d.flag.Key])})
	}
	return list, nil
}

// removalSays is the message of the change: what goes, what stays to be done in the code,
// and a key that is always the same for this file, flag and day.
func removalSays(file string, f *flag.Flag, places []check.Place) string {
	var b strings.Builder
	fmt.Fprintf(&b, "flags: remove %s, which was to be gone by %s\n\n", f.Key, f.Expires.Format(time.DateOnly))
	fmt.Fprintf(&b, "%s answers for it. Only %s is changed here: which code stays is for a person\nto say. The flag answered %s.\n\n", shown(f.Owner), shown(file), shown(flagOut(f, &known{}, time.Time{}).Answers()))
	if len(places) == 0 {
		b.WriteString("No code of this repository asks for it. Look whether another one does.\n")
	} else {
		fmt.Fprintf(&b, "Before it lands, take it out of the code that asks for it, which would else get\nFLAG_NOT_FOUND and use the value that it has itself:\n\n")
	}
	for i, p := range places {
		if i == mostListed {
			more := fmt.Sprint(len(places) - i)
			if len(places) == mostPlaces {
				more = "at least " + more
			}
			fmt.Fprintf(&b, "- and %s more\n", more)
			break
		}
		fmt.Fprintf(&b, "- %s:%d\n", shown(p.Path), p.Line)
	}
	sum := sha256.Sum256([]byte("flag removal\x00" + file + "\x00" + f.Key + "\x00" + f.Expires.Format(time.DateOnly)))
	return b.String() + "\nChange-Id: I" + hex.EncodeToString(sum[:20]) + "\n"
}

// shown is a name or a text of others, on one line and with nothing in it that is not seen.
func shown(text string) string {
	quoted := strconv.Quote(text)
	if quoted == `"`+text+`"` {
		return text
	}
	return quoted
}
