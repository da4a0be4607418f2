package tools

import (
	"context"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/tool"
	"prentice/internal/op"
)

// lock locks the tools of a folder, or compares them with the lock that is there.
func (k *Desk) lock(ctx context.Context, c op.Call, in LockIn) (Locking, error) {
	switch {
	case in.Check && (in.Write || in.Archive != ""):
		return Locking{}, prentice.Errorf(prentice.Invalid, "--check writes and verifies nothing").Try("leave --check out, or the others")
	case (in.Archive == "") != (in.Sums == ""):
		return Locking{}, prentice.Errorf(prentice.Invalid, "an archive is verified by a file of checksums").Try("give both: --archive FILE --sums FILE")
	case in.Archive != "" && in.Tool == "":
		return Locking{}, prentice.Errorf(prentice.Invalid, "it is not said which tool is in the archive").Try("name it: --tool go")
	case k.Machine == nil:
		return Locking{}, notHere("the tools of the machine")
	}
	repo, t, inv, err := k.open(ctx, in.Dir)
	if err != nil {
		return Locking{}, err
	}
	defer repo.Close() //nolint:errcheck // what is written is there when Write says so
	old, there, err := lockOf(t)
	if err != nil && (in.Check || !in.Write) {
		return Locking{}, err
	}
	if in.Check {
		if !there {
			return Locking{}, prentice.Errorf(prentice.NotFound, "there is no %s here", tool.LockFile).Try("write one: prentice tool lock --write")
		}
		return k.compare(old, inv, in.Tool), nil
	}
	out := Locking{Platform: k.Machine.On(), Truth: prentice.Pass}
	for _, name := range locked(inv, in.Tool) {
		one, why, err := k.one(inv, name, in, c)
		switch {
		case err != nil:
			return out, err
		case why != "":
			out.Left, out.Truth = append(out.Left, Problem{Truth: prentice.NotSeen, Tool: name, Says: why}), prentice.NotSeen
		default:
			out.Locked = append(out.Locked, one)
		}
	}
	if len(out.Locked) == 0 {
		return out, prentice.Errorf(prentice.NotFound, "there is nothing to lock: no tool that the root of the repository asks for is on this machine in that version").Try("see what is asked for, and what is here: prentice tool list")
	}
	if in.Write {
		err = repo.Write([]check.Edit{{Path: tool.LockFile, Content: old.With(out.Locked).Text()}})
		out.Written = err == nil
	}
	return out, err
}

// locked are the tools that the root asks for, or the one that was named.
func locked(inv tool.Inventory, only string) (names []string) {
	for _, name := range toolsOf(inv) {
		if wishOf(inv, name).Text != "" && (only == "" || name == only) {
			names = append(names, name)
		}
	}
	return names
}

// one is the entry of a tool, or why there is none.
func (k *Desk) one(inv tool.Inventory, name string, in LockIn, c op.Call) (l tool.Locked, why string, err error) {
	f, found := k.Machine.Find(name, wishOf(inv, name))
	switch {
	case !found || f.Path == "":
		return l, "it is not on this machine, or no program of it is known", nil
	case f.Version == "":
		return l, "its version cannot be read on this machine", nil
	}
	for _, p := range inv.Pins {
		if p.Tool == name && p.Dir() == "." && p.Wish.Known() && !p.Wish.Fits(tool.Exactly(name, f.Version)) {
			return l, "this machine has " + f.Version + ", and " + p.Path + " asks for " + p.Wish.Text, nil
		}
	}
	if f, err = k.Machine.Verify(f); err != nil {
		return l, "", prentice.Errorf(prentice.Unavailable, "%s cannot be read: %w", name, err).Try("look whether you may read the program")
	}
	if in.Archive != "" {
		if f, err = k.Machine.FromArchive(f, in.Archive, in.Sums); err != nil {
			return l, "", err
		}
	}
	return f.Locked(c.Now), "", nil
}

// compare says how this machine, and the repository, stand to a lock.
func (k *Desk) compare(l tool.Lock, inv tool.Inventory, only string) Locking {
	out := Locking{Platform: k.Machine.On(), Checked: true, Truth: prentice.Pass}
	worse := func(t prentice.Truth) {
		if t == prentice.Fail || t == prentice.NotSeen && out.Truth == prentice.Pass {
			out.Truth = t
		}
	}
	for _, fit := range l.Check(k.Machine.On(), func(name string) (tool.Found, bool) {
		f, found := k.Machine.Find(name, wishOf(inv, name))
		if found && f.Path != "" {
			f, _ = k.Machine.Verify(f) // what cannot be read has no digest, and is another
		}
		return f, found
	}) {
		if only != "" && fit.Tool != only {
			continue
		}
		out.Fits = append(out.Fits, fit)
		if worse(fit.Truth); !fit.Verified {
			worse(prentice.NotSeen)
		}
	}
	for _, m := range l.Misfits(inv.Pins) {
		out.Left = append(out.Left, Problem{Truth: prentice.Fail, Tool: m.Locked.Tool, Path: m.Pin.Path, Line: m.Pin.Line, Says: misfit(m)})
		worse(prentice.Fail)
	}
	for _, name := range l.Unlocked(inv.Pins) {
		out.Left = append(out.Left, Problem{Truth: prentice.NotSeen, Tool: name, Says: "it is asked for, and not in the lock"})
		worse(prentice.NotSeen)
	}
	return out
}

func misfit(m tool.Misfit) string {
	return m.Locked.Version + " is locked, and " + m.Pin.Path + " asks for " + m.Pin.Wish.Text
}

// lockOf is the lock of a tree, and whether there is one.
func lockOf(t *check.Tree) (tool.Lock, bool, error) {
	text, err := t.Text(tool.LockFile)
	if check.Missing(err) {
		return tool.Lock{}, false, nil
	}
	if err != nil {
		return tool.Lock{}, true, err
	}
	l, err := tool.ReadLock(text)
	return l, true, err
}
