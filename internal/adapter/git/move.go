package git

import (
	"context"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

var fullRef = regexp.MustCompile(`^refs/[A-Za-z0-9][A-Za-z0-9._/@+-]*$`)

// Ref is the commit or object at which a ref is, by its full name; "" where there is no
// such ref. A ref that only names another is refused: what moves it would move that.
func (w *Work) Ref(ctx context.Context, name string) (string, error) {
	if err := plainRef(name); err != nil {
		return "", err
	}
	out, err := w.run(ctx, nil, 1<<16, "for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)", name)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(out)) { // a name is the beginning of others
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\x00")
		if len(part) != 3 || part[0] != name {
			continue
		}
		if part[2] != "" {
			return "", prentice.Errorf(prentice.Refused, "%s is no branch of its own: it names %s", name, clip.Text(part[2])).Try("take it away on the server: git symbolic-ref --delete %s", name)
		}
		return part[1], nil
	}
	return "", nil
}

// Move makes a ref name an object, if it names the one that is given before: "" is that
// there is no such ref. A ref that has moved meanwhile is a conflict. The name that a
// symbolic ref has is never moved through it.
func (w *Work) Move(ctx context.Context, name, before, to string) error {
	if err := plainRef(name); err != nil {
		return err
	}
	if !objectID.MatchString(to) || before != "" && !objectID.MatchString(before) {
		return prentice.Errorf(prentice.Invalid, "%q to %q: these are no ids of objects", clip.Text(before), clip.Text(to)).Try("give all of them")
	}
	old := before
	if old == "" {
		old = strings.Repeat("0", len(to))
	}
	_, err := w.run(ctx, nil, 1<<16, "update-ref", "--no-deref", name, to, old)
	if err == nil {
		return nil
	}
	now, again := w.Ref(ctx, name)
	switch {
	case again != nil:
		return again
	case now == to: // git was asked twice, or was ended after it had done it
		return nil
	case now != before:
		return prentice.Errorf(prentice.Conflict, "%s is at %s meanwhile, and not at %s", name, orNone(now), orNone(before)).Try("look at it again")
	}
	return err
}

// Drop takes a ref away, if it names that object.
func (w *Work) Drop(ctx context.Context, name, at string) error {
	if err := plainRef(name); err != nil {
		return err
	}
	_, err := w.run(ctx, nil, 1<<16, "update-ref", "--no-deref", "-d", name, at)
	if err == nil {
		return nil
	}
	if now, again := w.Ref(ctx, name); again == nil && now == "" {
		return nil
	}
	return err
}

func plainRef(name string) error {
	if len(name) > 250 || !fullRef.MatchString(name) || strings.Contains(name, "..") || strings.Contains(name, "//") || strings.Contains(name, "@{") || strings.Contains(name, "/.") || strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".") || strings.HasSuffix(name, ".lock") {
		return prentice.Errorf(prentice.Invalid, "%q is no full name of a ref", clip.Text(name)).Try("name it as git show-ref does: refs/heads/main")
	}
	return nil
}

func orNone(id string) string {
	if id == "" {
		return "no commit"
	}
	return id[:min(len(id), 12)]
}
