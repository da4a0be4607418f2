package keeper

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// claim is the folder of one making of a script, and the words that sign its end.
type claim struct {
	base, key, dir string
	new            string // a folder of this ask alone, beside the claims
	boot           string
	good, bad      string
}

func (c claim) file(name string) string { return c.dir + "/" + name }

func (c claim) has(name string) bool { return there(c.file(name)) }

// left is the name that a claim leaves when it goes: over-KEY or void-KEY.
func (c claim) left(word string) string { return c.base + "/" + word + "-" + c.key }

func there(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// first is the first word of a file.
func first(file string) string {
	raw, _ := os.ReadFile(file) // what cannot be read says nothing
	line, _, _ := strings.Cut(string(raw), "\n")
	word, _, _ := strings.Cut(line, " ")
	return word
}

// touch makes an empty file, if there is none.
func touch(file string) error { return write(file, "", os.O_CREATE) }

// over writes a line over the beginning of a file, whose room is there already.
func over(file, line string) error { return write(file, line+"\n", os.O_CREATE) }

func write(file, text string, how int) error {
	f, err := os.OpenFile(file, os.O_WRONLY|how, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// once is true for one of all who ask for the same mark.
func (c claim) once(name string) bool {
	if err := os.Link(c.file("armed"), c.file(name)); err == nil || errors.Is(err, fs.ErrExist) {
		return err == nil
	}
	return write(c.file(name), "", os.O_CREATE|os.O_EXCL) == nil
}

// mark makes an empty file in the claim, which is another name of one that is there: a
// file more costs a file system much.
func (c claim) mark(name string) {
	if os.Link(c.file("armed"), c.file(name)) != nil {
		touch(c.file(name)) //nolint:errcheck // what it says is waited for, and not for ever
	}
}

// end is how a script ended.
type end struct{ code, left, room, seal string }

// ended says whether something says how it ended, and status whether its keeper
// does, and not the script.
func (c claim) ended() (end, bool) {
	raw, _ := os.ReadFile(c.file("status")) // as in first
	line, _, _ := strings.Cut(string(raw), "\n")
	words := strings.Fields(line)
	if len(words) < 4 || words[0] != "end" {
		return end{}, false
	}
	e := end{code: words[1], left: words[2], room: words[3]}
	if len(words) > 4 {
		e.seal = words[4]
	}
	return e, true
}

func (c claim) status() (end, bool) {
	e, is := c.ended()
	switch {
	case !is || c.good == "":
		return e, is
	case e.code == "0":
		return e, e.seal == c.good
	default:
		return e, e.seal == c.bad
	}
}

func (c claim) underWay() bool {
	return alive(c.file("keeper"), c.boot) || alive(c.file("group"), c.boot)
}

// private sees to it that the folder of claims is there, is this user's alone and can
// be written. Why is what is wrong otherwise; loose, that others could get in.
func private(base string) (loose bool, why string) {
	if !strings.HasPrefix(base, "/") {
		return false, "no home folder"
	}
	about, err := os.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.Mkdir(base, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return false, err.Error()
		}
		about, err = os.Lstat(base)
	}
	if err != nil {
		return false, err.Error()
	}
	owner, known := about.Sys().(*syscall.Stat_t)
	if !about.IsDir() || !known || int(owner.Uid) != os.Geteuid() {
		return false, base + " is not a folder of this user"
	}
	if about.Mode().Perm()&0o066 == 0 {
		return false, ""
	}
	return os.Chmod(base, 0o700) == nil, ""
}

// taken says whether the right to begin it has been used up, or taken away. That is
// looked at when the claim is made: anyone who takes the claim away has left this before.
func (c claim) taken() bool { return there(c.left("over")) || there(c.left("void")) }

// make makes the claim; ours says whether it was not there before. It has its name when it is
// whole, so that one that was not finished is none.
func (c claim) make(a ask) (ours bool, err error) {
	if there(c.dir) {
		return false, nil
	}
	if err = errors.Join(os.Mkdir(c.new, 0o700), os.Mkdir(c.new+"/s", 0o700), c.arm(a)); err == nil {
		err = renameNew(c.new, c.dir)
	}
	if err == nil {
		return true, nil
	}
	os.RemoveAll(c.new) //nolint:errcheck // it is swept one day
	if there(c.dir) {
		return false, nil
	}
	return false, err
}

// arm writes what a claim consists of. What will be written when the disk may be full
// has its room from now on.
func (c claim) arm(a ask) error {
	var errs []error
	for name, line := range lines {
		errs = append(errs, write(c.new+"/"+name, line, os.O_CREATE))
	}
	for _, file := range [][2]string{{"claim", a.token + "\n"}, {"out-0", ""}, {"s/" + a.name + ".sh", a.script + "\n"}, {"armed", ""}} {
		errs = append(errs, write(c.new+"/"+file[0], file[1], os.O_CREATE))
	}
	return errors.Join(errs...)
}

// drop takes the claim away, and its name first: of one that goes file by file, a keeper that
// comes late could find the mark gone by which it was given up, and begin it.
func (c claim) drop() {
	if os.Rename(c.dir, c.new) == nil {
		os.RemoveAll(c.new) //nolint:errcheck // it is swept one day
	}
}

// unbegun says that no script has been begun, as far as the rest of the claim tells: one of
// which only a part is left tells nothing.
func (c claim) unbegun() bool { return strings.HasPrefix(first(c.file("group")), "--") }

// none is what is said where there is no claim: what it left when it went says why.
// Never is said of one that was seen, and not begun.
func (c claim) none(never ...string) []string {
	if there(c.left("over")) {
		return []string{"over"}
	}
	return append([]string{"none"}, never...)
}

// settled is what can be said of a claim without waiting; nothing while it is under way.
// The one who begins it says who it is before, so that it is known to all who find it begun.
func (c claim) settled(told ...string) []string {
	if !there(c.dir) {
		return c.none()
	}
	if said, known := c.known(told); known {
		return said
	}
	if c.once("begun") {
		if c.has("armed") && c.unbegun() { // no one can begin it any more
			c.drop()
			return c.none("never")
		}
	} else if said, known := c.known(told); known {
		return said
	}
	if !there(c.dir + "/.") {
		return c.none()
	}
	if !c.has("armed") || !c.has("group") {
		return []string{"lost", "gone"}
	}
	_, keeper := named(c.file("keeper"))
	if words := strings.Fields(keeper); len(words) < 2 || words[1] != c.boot {
		return []string{"lost", "rebooted"}
	}
	return []string{"lost", "ended"}
}

// known is how it ended, or nothing where it is under way, by what its keeper has written.
func (c claim) known(told []string) (said []string, known bool) {
	for _, looked := range []bool{false, true} {
		if e, is := c.status(); is {
			return append([]string{"end", e.code, e.left, e.room}, told...), true
		}
		if !looked && c.underWay() {
			return nil, true
		}
	}
	return nil, false
}

// letGo lets go of claims whose proof is written, but for what still goes on. What
// stays of each is its name, so that one of ours that comes late does not begin it
// again. Where not even that can be kept, the claim stays instead.
func (s *server) letGo(c claim, keys []string) {
	for _, key := range keys {
		old := claim{base: c.base, key: key, dir: c.base + "/claim-" + key, boot: c.boot}
		if _, ended := old.ended(); !ended && old.underWay() {
			continue
		}
		if touch(old.left("over")) != nil {
			for _, piece := range old.pieces() {
				os.Remove(old.piece(piece)) //nolint:errcheck // the claim stays then
			}
			if touch(old.left("over")) != nil {
				continue
			}
		}
		s.remove(old)
	}
}

// signal tells the script's group something, if it is under way.
func (c claim) signal(s syscall.Signal) bool {
	group, _ := named(c.file("group"))
	return group > 0 && c.underWay() && syscall.Kill(-group, s) == nil
}

// sweep lets what is long over go, and no one else into the folder. It says whether
// others could get in.
func (c claim) sweep(now time.Time, days int) (loose bool) {
	long := now.Add(-time.Duration(days+1) * 24 * time.Hour)
	entries, _ := os.ReadDir(c.base) // what cannot be read stays
	for _, e := range entries {
		about, err := e.Info()
		if err != nil {
			continue
		}
		kind, key, _ := strings.Cut(e.Name(), "-")
		file, past := c.base+"/"+e.Name(), about.ModTime().Before(long)
		switch {
		case (kind == "claim" || kind == "spare") && e.IsDir():
			if past && !alive(file+"/keeper", c.boot) && !alive(file+"/group", c.boot) {
				os.RemoveAll(file) //nolint:errcheck // as above
			}
		case e.IsDir():
			if about.Mode().Perm()&0o066 != 0 && os.Chmod(file, 0o700) == nil {
				loose = true
			}
		case past && e.Type().IsRegular() && key != "" && (kind == "over" || kind == "void" || kind == "helper"):
			os.Remove(file) //nolint:errcheck // as above
		}
	}
	return loose
}

// number reads a number that must be one of ours: 0 is none.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
