package boot

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/starter"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// brought is what became of an upgrade.
type brought struct {
	Procedure string `json:"procedure"`
	Library   string `json:"library"`
	From      string `json:"from"` // the version that it had
	To        string `json:"to"`
	File      string `json:"file"`
	Kept      string `json:"kept,omitempty"` // where the text is that it had; "" where nothing changed
}

func (c *commands) libraryUpgrade() *cobra.Command {
	return &cobra.Command{
		Use: "upgrade PROCEDURE", Short: "Bring what has changed in the library to a procedure of the team", Args: cobra.ExactArgs(1),
		Example: "  prentice procedure library upgrade restart-checkout",
		Long: "Joins what the team has changed and what the library has changed since the procedure was added. The text that it had is kept in procedures/.library.\n\n" +
			"Where both changed the same lines, or what comes out has an error, the procedure stays as it is: the joined text, with marks, is written beside it as procedures/NAME.md.conflict. " +
			"Resolve that, and put it in the place of the procedure.",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := c.onThisMachine(cmd, "a procedure")
			if err != nil {
				return err
			}
			if err := set.editable(); err != nil {
				return err
			}
			b, err := (taker{set.Team, c.build.Version}).upgrade(args[0])
			if err != nil {
				return err
			}
			return c.tellOf(cmd, b, b.text())
		},
	}
}

// upgrade joins a procedure of the team with what the library has now.
func (t taker) upgrade(name string) (brought, error) {
	p, err := t.mine(name)
	if err != nil {
		return brought{}, err
	}
	now, err := starter.Find(p.Origin.Library)
	if err != nil {
		return brought{}, prentice.Errorf(prentice.NotFound, "%s was made of %s, which the library no longer has", p.Name, p.Origin.Library).Try("keep it as it is; take its line origin out")
	}
	done := brought{Procedure: p.Name, Library: now.Name, From: p.Origin.Version, To: t.version, File: filepath.Join(t.team, p.File)}
	if now.Digest == p.Origin.Digest {
		return done, nil
	}
	mine, err := slurp(t.team, p.File) // as it is: the procedure that was read has other ends of lines
	if err != nil {
		return brought{}, err
	}
	base, err := t.base(p.Origin)
	if err != nil {
		return brought{}, t.beside(done.File, now.Upgrade(mine, "", t.version).Text, err)
	}
	up := now.Upgrade(mine, base, t.version)
	if up.Conflicts > 0 {
		return brought{}, t.beside(done.File, up.Text, prentice.Errorf(prentice.Conflict, "the team and the library have both changed the same lines of %s, in %s", p.Name, op.Count(up.Conflicts, "place", "places")))
	}
	if err := t.sound(p, up.Text); err != nil {
		return brought{}, t.beside(done.File, up.Text, err)
	}
	was := prentice.Digest([]byte(mine))
	done.Kept = filepath.Join(t.team, starter.Kept(was))
	if err := errors.Join(t.keep(was, mine), t.keep(now.Digest, now.Text)); err != nil {
		return brought{}, err
	}
	return done, t.put(done.File, mine, up.Text)
}

// mine is a procedure of the team that comes from the library.
func (t taker) mine(name string) (prentice.Procedure, error) {
	library, _ := procedure.Load(t.team, nil)
	for _, p := range library.Known() {
		switch {
		case p.Name != name && "procedure/"+p.Name != name:
		case p.Origin == prentice.Origin{}:
			return p, prentice.Errorf(prentice.Invalid, "%s does not say that it comes from the library", p.Name).Try("its front matter has no origin; prentice procedure library list says which do")
		default:
			return p, nil
		}
	}
	return prentice.Procedure{}, prentice.Errorf(prentice.NotFound, "there is no procedure %s in %s", clip.Text(name), t.team).Try("list them with: prentice procedure library list")
}

// base is the text of the library that a procedure was made of.
func (t taker) base(o prentice.Origin) (string, error) {
	file := starter.Kept(o.Digest)
	text, err := slurp(t.team, file)
	if err != nil || prentice.Digest([]byte(text)) != o.Digest {
		return "", prentice.Errorf(prentice.Conflict, "%s is not there as it was, so that it is not known what the team has changed", file)
	}
	return text, nil
}

// sound refuses a joined text that has errors which the team's own did not have.
func (t taker) sound(mine prentice.Procedure, text string) error {
	cat, _, _ := readCatalog(t.team)
	kinds := procedure.Kinds(stepKinds(cat, &shell.Kind{}))
	was, is := errorsIn(procedure.Parse(mine.File, []byte(mine.Text), kinds)), errorsIn(procedure.Parse(mine.File, []byte(text), kinds))
	if len(is) > len(was) {
		return prentice.Errorf(prentice.Conflict, "joined, %s has an error: %s", mine.Name, is[0].Text)
	}
	return nil
}

func errorsIn(_ prentice.Procedure, findings []prentice.Finding) (bad []prentice.Finding) {
	for _, f := range findings {
		if f.Error {
			bad = append(bad, f)
		}
	}
	return bad
}

// beside writes what a person must look at next to the procedure, and says why. What
// is there already, and is other, is not overwritten.
func (t taker) beside(file, text string, why error) error {
	conflict := file + ".conflict"
	if _, err := writeNew(conflict, []byte(text), 0o644); err != nil {
		return cannotMake(conflict, err)
	}
	return prentice.Errorf(prentice.KindOf(why), "%w; nothing is changed", why).
		Try("look at %s, resolve it, and put it in the place of %s", conflict, file)
}

// put writes a text in the place of another, if that is still there as it was read.
func (t taker) put(file, was, text string) error {
	if about, err := os.Lstat(file); err == nil && !about.Mode().IsRegular() {
		return prentice.Errorf(prentice.Conflict, "%s is a link, which is not replaced", file).Try("put the file itself there")
	}
	there, err := os.ReadFile(file)
	if err != nil {
		return cannotMake(file, err)
	}
	if !bytes.Equal(there, []byte(was)) {
		return prentice.Errorf(prentice.Conflict, "%s has changed in the meantime; nothing is written", file).Try("upgrade it again")
	}
	if err := replaceFile(file, []byte(text)); err != nil {
		return cannotMake(file, err)
	}
	return nil
}

func (b brought) text() string {
	if b.Kept == "" {
		return fmt.Sprintf("○ %s is as new as %s of the library.\n", b.Procedure, b.Library)
	}
	return fmt.Sprintf("● %s is upgraded from %s to %s of the library.\n  What it was is kept in %s.\n\nRead what changed, then:\n  prentice procedure lint\n", b.Procedure, b.From, b.To, b.Kept)
}
