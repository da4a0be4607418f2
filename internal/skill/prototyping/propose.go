package prototyping

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/prototype"
	"prentice/internal/op"
)

// Scaffold is what a prototype begins with, as a change of a repository.
type Scaffold struct {
	Repository string
	Files      map[string][]byte // all of them new
	Free       []string          // paths at which nothing may stand either
	Message    string            // with a key that is always the same for the prototype
	Topic      string
	By         prentice.Actor
	At         time.Time
}

// Change is the change that was proposed, and how it stands.
type Change struct {
	Ref   prentice.Ref
	State string
	Owner prentice.Ref
}

// beginWith proposes what a prototype begins with, and begins it where that is not done.
// The change comes first, and has one key: who asks again after a crash gets the same one.
func (p *Prototypes) beginWith(ctx context.Context, c op.Call, asked prototype.Prototype, kind string) (PrototypeShown, error) {
	if p.Propose == nil {
		return PrototypeShown{}, prentice.Errorf(prentice.Unavailable, "no changes are kept here").Try("write it into a folder: prentice prototype scaffold %s --kind %s", asked.Name, kind)
	}
	if asked.Repository == "" {
		return PrototypeShown{}, prentice.Errorf(prentice.Invalid, "the scaffold is for no repository").Try("name one that is kept here: --repository NAME")
	}
	one, err := p.store.Find(ctx, asked.Name)
	there := err == nil
	switch {
	case prentice.KindOf(err) == prentice.NotFound:
		one = asked
	case err != nil:
		return PrototypeShown{}, err
	case !one.Asks(asked) || one.State(c.Now) != prototype.Open:
		return PrototypeShown{}, prentice.Errorf(prentice.Conflict, "there is a prototype %q already", one.Name).Try("look at it: prentice prototype show %s", one.Name)
	}
	if one.Scaffold != "" {
		out, err := p.shown(ctx, one, c.Now)
		out.Says = fmt.Sprintf("%s was proposed for it already: prentice change show %s", one.Scaffold, one.Scaffold.Name())
		return out, err
	}
	one.Repository = asked.Repository
	s, err := scaffoldChange(one, kind)
	if err != nil {
		return PrototypeShown{}, err
	}
	s.By, s.At = c.Actor, c.Now
	made, err := p.Propose(ctx, s)
	if err != nil {
		return PrototypeShown{}, err
	}
	if made.Owner != c.Actor.Ref() { // its key can be guessed
		return PrototypeShown{}, prentice.Errorf(prentice.Conflict, "%s of %s has the key of this scaffold already", made.Ref, made.Owner).Try("look at it, and choose another name: prentice change show %s", made.Ref.Name())
	}
	one.Scaffold = made.Ref
	note := prentice.Note{Kind: "prototype.scaffolded", Actor: c.Actor.Ref(), Refs: append(one.Refs(), made.Ref), Data: map[string]any{"kind": kind, "question": one.Question}}
	if there {
		one, err = p.store.Change(ctx, one, c.Now, note)
	} else {
		one, err = p.store.Add(ctx, one, begun(one), note)
	}
	if err != nil {
		return PrototypeShown{}, err
	}
	p.ring()
	out, err := p.shown(ctx, one, c.Now)
	out.Says = fmt.Sprintf("%s (%s) proposes what it begins with: prentice change show %s", made.Ref, made.State, made.Ref.Name())
	return out, err
}

// scaffoldChange is the change that brings what a prototype begins with. Its check stands
// where the repository keeps its own, and goes into the folder.
func scaffoldChange(one prototype.Prototype, kind string) (Scaffold, error) {
	texts, err := scaffoldOf(kind, one.Name, one.Question)
	if err != nil {
		return Scaffold{}, err
	}
	folder := path.Join(prototype.Folder, one.Name)
	checkFile := ".prentice/checks/prototype-" + one.Name + ".md"
	s := Scaffold{Repository: one.Repository, Files: map[string][]byte{}, Free: []string{folder}, Topic: "prototype-" + one.Name}
	// A change that stands on a commit from before is judged by this check as well.
	enters := fmt.Sprintf("test -d %s || { echo 'nothing to test: %s is not here'; exit 0; }\ncd %s\n", folder, folder, folder)
	for name, text := range texts {
		if name == ".prentice/checks/test.md" {
			text = strings.NewReplacer("check: test\n", "check: prototype-"+one.Name+"\npaths: "+folder+"/**\n", "```sh\n", "```sh\n"+enters).Replace(text)
			s.Files[checkFile] = []byte(text)
			continue
		}
		s.Files[path.Join(folder, name)] = []byte(text)
	}
	about := folder + ".md"
	s.Files[about] = prototype.File(one, fmt.Sprintf("What is tried out lies in [%s](%s/README.md).", folder, one.Name))
	if wrong := prototype.Check(about, s.Files[about]); len(wrong) > 0 {
		return Scaffold{}, prentice.Errorf(prentice.Invalid, "%s cannot be written: %s", about, wrong[0].Text).Try("%s", wrong[0].Hint)
	}
	sum := sha256.Sum256([]byte("prototype scaffold\x00" + one.Name))
	s.Message = fmt.Sprintf("prototypes: begin %s with %s, to be decided by %s\n\n%s\n\n%s decides. It is tried out below %s, and %s has it tested.\nprentice:prototype stands where something may be in a prototype only.\n\nChange-Id: I%s\n",
		one.Name, map[string]string{"pages": "a flow of pages", "service": "a service", "script": "a script"}[kind], one.DecideBy.Format(time.DateOnly), shown(one.Question), one.Owner, folder, checkFile, hex.EncodeToString(sum[:20]))
	return s, nil
}
