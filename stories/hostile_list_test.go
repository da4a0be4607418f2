package stories

import (
	"fmt"
	"slices"
	"strings"
)

// attempt is a push that must change nothing.
type attempt struct {
	name string
	push func(v *villain) sent
	says string // what the answer says of it, so that it is not refused for another reason
	as   string // who; mallory, where it is "". Only she has a key
}

// refs is a push of one ref of each kind, with a good commit for what is new.
func refs(lines ...string) func(*villain) sent {
	return func(v *villain) sent {
		s := sent{pack: packOf(v.fresh)}
		for _, l := range lines {
			s.lines = append(s.lines, v.ids.Replace(l))
		}
		if !slices.ContainsFunc(s.lines, func(l string) bool { return strings.Fields(l)[1] != zeroID }) {
			s.pack = nil // a push that only deletes brings nothing
		}
		return s
	}
}

// new is a push of a new ref.
func newRef(ref string) func(*villain) sent { return refs("ZERO FRESH " + ref) }

// with is a push that proposes a branch with push options.
func with(lines string, options ...string) func(*villain) sent {
	return func(v *villain) sent { s := refs(lines)(v); s.options = options; return s }
}

// content is a push of a new branch whose commit has a tree.
func content(objects func(v *villain) []thing) func(*villain) sent {
	return func(v *villain) sent {
		list := objects(v)
		last := list[len(list)-1]
		if last.kind == "tree" {
			list = append(list, commitOf(last.id(), "Bring something", v.main))
			last = list[len(list)-1]
		}
		return sent{lines: []string{zeroID + " " + last.id() + " " + v.branch()}, pack: packOf(list...)}
	}
}

// file is a push of a tree in which one file has a name that it must not have.
func file(mode, name string) func(*villain) sent { return filled(mode, name, "echo owned\n") }

func filled(mode, name, text string) func(*villain) sent {
	return content(func(*villain) []thing {
		blob := thing{"blob", text}
		if mode == "40000" {
			inner := treeOf(leaf("100644", "config", blob))
			return []thing{blob, inner, treeOf(leaf(mode, name, inner))}
		}
		return []thing{blob, treeOf(leaf(mode, name, blob))}
	})
}

// bytesOf is a push of a new branch with a pack that is no good one.
func bytesOf(pack func(v *villain) []byte) func(*villain) sent {
	return func(v *villain) sent {
		return sent{lines: []string{zeroID + " " + v.fresh.id() + " " + v.branch()}, pack: pack(v)}
	}
}

const (
	protected = "branch/protected"
	badName   = "refs/name"
	badKind   = "refs/kind"
	fsck      = "unpack"
)

var moving = []attempt{
	{name: "a commit on top of main", push: refs("MAIN FRESH refs/heads/main"), says: protected},
	{name: "the same with an owner's token", push: refs("MAIN FRESH refs/heads/main"), says: protected, as: "olga"},
	{name: "main back to the commit before, forced", push: refs("MAIN FIRST refs/heads/main"), says: protected},
	{name: "main to the commit of a change that is not approved", push: refs("MAIN CHANGE refs/heads/main"), says: protected},
	{name: "main to a commit that is no descendant of it", push: refs("MAIN SIDE refs/heads/main"), says: protected},
	{name: "main deleted", push: refs("MAIN ZERO refs/heads/main"), says: protected},
	{name: "main deleted as if it were a change", push: with("MAIN ZERO refs/heads/main", "change"), says: "protected"},
	{name: "main made, as if it were not there", push: refs("ZERO FRESH refs/heads/main"), says: protected},
	{name: "main moved from a commit at which it is not", push: refs("FIRST FRESH refs/heads/main"), says: protected},
	{name: "main deleted and made in one push", push: refs("MAIN ZERO refs/heads/main", "ZERO FRESH refs/heads/main"), says: ""},
	{name: "main behind a branch that may be moved", push: refs("ZERO FRESH refs/heads/h-behind", "MAIN FRESH refs/heads/main"), says: protected},
	{name: "main in an atomic push with one that may be moved", push: func(v *villain) sent {
		s := refs("ZERO FRESH refs/heads/h-atomic", "MAIN FRESH refs/heads/main")(v)
		s.atomic = true
		return s
	}, says: protected},
	{name: "main under another letter case", push: newRef("refs/heads/Main"), says: "refs/case"},
	{name: "main through a symbolic ref", push: refs("MAIN FRESH refs/heads/alias"), says: "refs/symbolic"},
	{name: "a symbolic ref to main deleted", push: refs("MAIN ZERO refs/heads/alias"), says: "refs/symbolic"},
	{name: "HEAD", push: refs("MAIN FRESH HEAD"), says: badName},
	{name: "HEAD deleted", push: refs("MAIN ZERO HEAD"), says: badName},
	{name: "a branch that a pattern protects, moved", push: refs("MAIN FRESH refs/heads/release/1"), says: protected},
	{name: "a branch that a pattern protects, made", push: newRef("refs/heads/release/2"), says: protected},
	{name: "a branch that a pattern protects, deleted", push: refs("MAIN ZERO refs/heads/release/1"), says: protected},
	{name: "a branch below main, so that main could not be", push: newRef("refs/heads/main/x"), says: "main"},
	{name: "a branch above the protected ones", push: newRef("refs/heads/release"), says: "release"},
	{name: "a tag moved", push: refs("MAIN FRESH refs/tags/v1"), says: "tags/moved"},
	{name: "a tag deleted", push: refs("MAIN ZERO refs/tags/v1"), says: "tags/delete"},
}

var names = []attempt{
	{name: "a branch called HEAD", push: newRef("refs/heads/HEAD"), says: badName},
	{name: "a branch called like a ref", push: newRef("refs/heads/refs/heads/main"), says: badName},
	{name: "a branch called like a commit", push: newRef("refs/heads/0123456789abcdef0123456789abcdef01234567"), says: badName},
	{name: "a tag called like a commit", push: newRef("refs/tags/0123456789abcdef0123456789abcdef01234567"), says: badName},
	{name: "a branch called like an option", push: newRef("refs/heads/--upload-pack=touch pwned-by-a-push"), says: "refs/heads"},
	{name: "a branch that begins with a dash", push: newRef("refs/heads/-x"), says: badName},
	{name: "a branch called like a command", push: newRef("refs/heads/$(touch${IFS}pwned-by-a-push)"), says: badName},
	{name: "a branch with backquotes and a semicolon", push: newRef("refs/heads/`touch`;touch"), says: badName},
	{name: "a path out of the refs", push: newRef("refs/heads/../../config"), says: ""},
	{name: "a path to the hooks", push: newRef("refs/../hooks/pre-receive"), says: ""},
	{name: "a path from the root", push: newRef("/etc/passwd"), says: ""},
	{name: "the settings of the repository", push: newRef("config"), says: ""},
	{name: "the list of alternates", push: newRef("objects/info/alternates"), says: ""},
	{name: "the list of grafts", push: newRef("info/grafts"), says: ""},
	{name: "a name with two slashes", push: newRef("refs/heads//main"), says: ""},
	{name: "a name that ends with .lock", push: newRef("refs/heads/main.lock"), says: ""},
	{name: "a name that ends with .LOCK", push: newRef("refs/heads/main.LOCK"), says: badName},
	{name: "a name with a revision in it", push: newRef("refs/heads/main^{tree}"), says: ""},
	{name: "a name with a line in it", push: newRef("refs/heads/x\nMAIN FRESH refs/heads/main"), says: ""},
	{name: "a name that steers a terminal", push: newRef("refs/heads/x\x1b[2Jy"), says: ""},
	{name: "a name that is read from right to left", push: newRef("refs/heads/x\u202eniam"), says: badName},
	{name: "a name that is not UTF-8", push: newRef("refs/heads/x\xff\xfe"), says: badName},
	{name: "a name of 300 letters", push: newRef("refs/heads/" + strings.Repeat("x", 300)), says: ""},
}

var kept = []attempt{
	{name: "a patch set of a change", push: newRef("refs/changes/1/2"), says: ""},
	{name: "the patch set that is approved, moved", push: refs("CHANGE FRESH refs/changes/1/1"), says: ""},
	{name: "the patch set that is approved, deleted", push: refs("CHANGE ZERO refs/changes/1/1"), says: ""},
	{name: "an attestation", push: newRef("refs/attestations/heads/main"), says: ""},
	{name: "a ref of the queue", push: newRef("refs/queue/main"), says: ""},
	{name: "a ref of prentice", push: newRef("refs/prentice/x"), says: ""},
	{name: "another commit in the place of main's", push: newRef("refs/replace/0123456789abcdef0123456789abcdef01234567"), says: ""},
	{name: "notes", push: newRef("refs/notes/commits"), says: badKind},
	{name: "settings, as Gerrit has them", push: newRef("refs/meta/config"), says: badKind},
	{name: "a pull request, as GitHub has them", push: newRef("refs/pull/1/head"), says: badKind},
	{name: "a branch of a remote", push: newRef("refs/remotes/origin/main"), says: badKind},
	{name: "what is stashed", push: newRef("refs/stash"), says: ""},
	{name: "what a bisection writes", push: newRef("refs/bisect/bad"), says: badKind},
	{name: "a change for a branch that there is not", push: newRef("refs/for/nowhere"), says: "changes/branch"},
	{name: "a change for no branch", push: newRef("refs/for/"), says: ""},
	{name: "a change for a path", push: newRef("refs/for/../heads/main"), says: ""},
	{name: "a change for a symbolic ref", push: newRef("refs/for/alias%x"), says: "changes/branch"},
	{name: "a change taken back by deleting its ref", push: refs("MAIN ZERO refs/for/main"), says: ""},
}

var options = []attempt{
	{name: "an option that forges another", push: with("MAIN FRESH refs/heads/main", "a;change=1"), says: protected},
	{name: "an option with a line in it", push: with("MAIN FRESH refs/heads/main", "a\nchange=1"), says: "push/options"},
	{name: "an option that steers a terminal", push: with("ZERO FRESH refs/heads/h-esc", "a\x1b]0;owned\x07"), says: "push/options"},
	{name: "an option that the shell would run", push: with("MAIN FRESH refs/heads/main", "$(touch pwned-by-a-push)", "`touch pwned-by-a-push`", `"; touch pwned-by-a-push; "`), says: protected},
	{name: "an option of a megabyte", push: func(v *villain) sent {
		s := refs("ZERO FRESH refs/heads/h-long")(v)
		for range 20 {
			s.options = append(s.options, strings.Repeat("x", 60_000))
		}
		return s
	}, says: ""},
	{name: "a hundred options", push: with("ZERO FRESH refs/heads/h-many", slices.Repeat([]string{"x=y"}, 100)...), says: "push/options"},
	{name: "an option that asks to skip what is checked", push: with("MAIN FRESH refs/heads/main", "ci.skip", "skip-review", "force"), says: protected},
	{name: "a target that is a revision", push: with("ZERO FRESH refs/heads/h-rev", "change", "target=main^0"), says: "changes/branch"},
	{name: "a target that is a path", push: with("ZERO FRESH refs/heads/h-path", "change", "target=../../config"), says: "changes/branch"},
	{name: "a target that is an option", push: with("ZERO FRESH refs/heads/h-opt", "change", "target=--output=pwned-by-a-push"), says: "changes/branch"},
	{name: "a change by a number that is none", push: with("ZERO FRESH refs/for/main", "change=1;drop"), says: ""},
	{name: "a change of another repository", push: with("ZERO FRESH refs/for/main", "change=2"), says: "no change 2"},
}

var files = []attempt{
	{name: "a file .git", push: file("100644", ".git"), says: fsck},
	{name: "a folder .git", push: file("40000", ".git"), says: fsck},
	{name: "a folder .GIT", push: file("40000", ".GIT"), says: fsck},
	{name: "a folder git~1", push: file("40000", "git~1"), says: fsck},
	{name: "a folder .git with a letter that no one sees", push: file("40000", ".g\u200cit"), says: fsck},
	{name: "a folder .git with a blank behind it", push: file("40000", ".git "), says: fsck},
	{name: "a folder .git with a stream of NTFS", push: file("40000", ".git::$INDEX_ALLOCATION"), says: fsck},
	{name: "a path with a backslash to .git", push: file("100644", `.git\config`), says: fsck},
	{name: "a folder ..", push: file("40000", ".."), says: fsck},
	{name: "a folder .", push: file("40000", "."), says: fsck},
	{name: "a name with a slash", push: file("100644", "a/../../b"), says: fsck},
	{name: "a name that is empty", push: file("100644", ""), says: fsck},
	{name: "a name twice in one folder", push: content(func(*villain) []thing {
		one, two := thing{"blob", "one"}, thing{"blob", "two"}
		return []thing{one, two, treeOf(leaf("100644", "a", one), leaf("100644", "a", two))}
	}), says: fsck},
	{name: "names out of order, so that one hides", push: content(func(*villain) []thing {
		one := thing{"blob", "one"}
		return []thing{one, treeOf(leaf("100644", "b", one), leaf("100644", "a", one))}
	}), says: fsck},
	{name: "a name that steers a terminal", push: file("100644", "a\x1b[2Jb"), says: "files/name"},
	{name: "a name that is read from right to left", push: file("100644", "a\u202egpj.exe"), says: "files/name"},
	{name: "two names that differ by case alone", push: content(func(*villain) []thing {
		one := thing{"blob", "one"}
		return []thing{one, treeOf(leaf("100644", "Readme", one), leaf("100644", "readme", one))}
	}), says: "files/case"},
	{name: "a .gitmodules that is a link", push: filled("120000", ".gitmodules", "/etc/passwd"), says: fsck},
	{name: "a submodule whose address is an option", push: filled("100644", ".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = -u./payload\n"), says: fsck},
	{name: "a submodule whose path is an option", push: filled("100644", ".gitmodules", "[submodule \"x\"]\n\tpath = -x\n\turl = https://example.org/x\n"), says: fsck},
	{name: "a submodule whose name is a path out", push: filled("100644", ".gitmodules", "[submodule \"../../hooks\"]\n\tpath = x\n\turl = https://example.org/x\n"), says: fsck},
	{name: "a submodule that runs a command to be updated", push: filled("100644", ".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = https://example.org/x\n\tupdate = !touch pwned-by-a-push\n"), says: fsck},
	{name: "a submodule whose address has a line in it", push: filled("100644", ".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = \"https://example.org/x\\nhost=evil\"\n"), says: fsck},
	{name: "attributes in a line that overflows", push: filled("100644", ".gitattributes", "* "+strings.Repeat("a", 4000)+"\n"), says: fsck},
	{name: "a file that Git LFS keeps elsewhere", push: filled("100644", "film", "version https://git-lfs.github.com/spec/v1\noid sha256:"+strings.Repeat("1", 64)+"\nsize 5\n"), says: "files/lfs"},
	{name: "a file of 51 megabytes in a pack of a few bytes", push: func(v *villain) sent { return filled("100644", "bomb", strings.Repeat("\x00", 51<<20))(v) }, says: "files/size"},
	{name: "a secret", push: filled("100644", "deploy.sh", "export AWS_ACCESS_KEY_ID="+madeUpKey+"\n"), says: "secrets/none"},
	{name: "a secret that the attributes call binary", push: content(func(*villain) []thing {
		blob, as := thing{"blob", "export AWS_ACCESS_KEY_ID=" + madeUpKey + "\n"}, thing{"blob", "* binary -diff\n"}
		return []thing{blob, as, treeOf(leaf("100644", ".gitattributes", as), leaf("100644", "deploy.sh", blob))}
	}), says: "secrets/none"},
	{name: "a secret that the next commit takes out", push: content(func(v *villain) []thing {
		blob := thing{"blob", "export AWS_ACCESS_KEY_ID=" + madeUpKey + "\n"}
		tree := treeOf(leaf("100644", "deploy.sh", blob))
		one := commitOf(tree.id(), "Bring it", v.main)
		return []thing{blob, tree, one, commitOf(v.tree, "Take it out", one.id())}
	}), says: "secrets/none"},
	{name: "a secret in a merge, that neither side has", push: content(func(v *villain) []thing {
		blob := thing{"blob", "export AWS_ACCESS_KEY_ID=" + madeUpKey + "\n"}
		tree := treeOf(leaf("100644", "deploy.sh", blob))
		return []thing{blob, tree, commitOf(tree.id(), "Merge them", v.main, v.side)}
	}), says: "secrets/none"},
	{name: "a secret in the message of a commit", push: content(func(v *villain) []thing {
		return []thing{commitOf(v.tree, "Use AWS_ACCESS_KEY_ID="+madeUpKey, v.main)}
	}), says: "secrets/none"},
	{name: "a secret in the message of a tag", push: tagged(func(v *villain) []thing {
		return []thing{{"tag", "object " + v.main + "\ntype commit\ntag h1\ntagger Mallory <m@example.org> 1700000000 +0000\n\nUse AWS_ACCESS_KEY_ID=" + madeUpKey + "\n"}}
	}), says: "secrets/none"},
	{name: "a secret in the message of a tag of a tag", push: tagged(func(v *villain) []thing {
		one := thing{"tag", "object " + v.main + "\ntype commit\ntag h2\ntagger Mallory <m@example.org> 1700000000 +0000\n\nUse AWS_ACCESS_KEY_ID=" + madeUpKey + "\n"}
		return []thing{one, {"tag", "object " + one.id() + "\ntype tag\ntag h3\ntagger Mallory <m@example.org> 1700000000 +0000\n\nA tag\n"}}
	}), says: "secrets/none"},
	{name: "a secret in the name of a tag", push: func(v *villain) sent {
		return sent{lines: []string{v.ids.Replace("ZERO MAIN refs/tags/" + madeUpKey)}, pack: packOf()}
	}, says: "secrets/none"},
	{name: "a secret in a file that only a tag names", push: tagged(func(*villain) []thing {
		return []thing{{"blob", "export AWS_ACCESS_KEY_ID=" + madeUpKey + "\n"}}
	}), says: "refs/commit"},
	{name: "a secret in a folder that only a tag names", push: tagged(func(*villain) []thing {
		blob := thing{"blob", "export AWS_ACCESS_KEY_ID=" + madeUpKey + "\n"}
		return []thing{blob, treeOf(leaf("100644", "deploy.sh", blob))}
	}), says: "refs/commit"},
	{name: "a secret in an object that nothing names", push: func(v *villain) sent {
		s := newRef("refs/heads/h-smuggled")(v)
		s.pack = packOf(v.fresh, thing{"blob", "export AWS_ACCESS_KEY_ID=" + madeUpKey + "\n"})
		return s
	}, says: "objects/unnamed"},
	{name: "a thousand objects that nothing names, in a pack", push: func(v *villain) sent {
		s := newRef("refs/heads/h-smuggled")(v)
		list := []thing{v.fresh}
		for i := range 1000 {
			list = append(list, thing{"blob", fmt.Sprintf("smuggled %d\n", i)})
		}
		s.pack = packOf(list...)
		return s
	}, says: "objects/unnamed"},
}

// tagged is a push of a tag of the last of some objects.
func tagged(objects func(v *villain) []thing) func(*villain) sent {
	return func(v *villain) sent {
		list := objects(v)
		name := strings.Replace(v.branch(), "refs/heads/", "refs/tags/", 1)
		return sent{lines: []string{zeroID + " " + list[len(list)-1].id() + " " + name}, pack: packOf(list...)}
	}
}

// madeUpKey has the form of a key, and is none.
const madeUpKey = "AKIA" + "Z7VRSQ5TJN2XMCLQ"

var packs = []attempt{
	{name: "a commit that is not in the pack", push: bytesOf(func(*villain) []byte { return packOf(thing{"blob", "x"}) }), says: ""},
	{name: "a commit whose tree is missing", push: content(func(v *villain) []thing { return []thing{commitOf(treeOf().id()[:39]+"0", "No tree", v.main)} }), says: ""},
	{name: "a tree whose file is missing", push: content(func(*villain) []thing {
		return []thing{treeOf(leaf("100644", "gone", thing{"blob", "it is nowhere"}))}
	}), says: ""},
	{name: "a commit whose parent is missing", push: content(func(v *villain) []thing {
		return []thing{commitOf(v.tree, "No parent", "0123456789abcdef0123456789abcdef01234567")}
	}), says: ""},
	{name: "a pack without its sum", push: bytesOf(func(v *villain) []byte { p := packOf(v.fresh); return p[:len(p)-20] }), says: fsck},
	{name: "a pack whose sum is wrong", push: bytesOf(func(v *villain) []byte {
		p := packOf(v.fresh)
		p[len(p)-1] ^= 1
		return p
	}), says: fsck},
	{name: "a pack that ends in the middle", push: bytesOf(func(v *villain) []byte { p := packOf(v.fresh); return p[:len(p)/2] }), says: fsck},
	{name: "a pack that says that it has more", push: bytesOf(func(v *villain) []byte { return packed(2, 5, v.fresh.entry()) }), says: fsck},
	{name: "a pack that says that it has four thousand million objects", push: bytesOf(func(v *villain) []byte { return packed(2, 0xffffffff, v.fresh.entry()) }), says: fsck},
	{name: "a pack that says that it has fewer", push: bytesOf(func(v *villain) []byte { return packed(2, 1, v.fresh.entry(), thing{"blob", "x"}.entry()) }), says: fsck},
	{name: "a pack of a version that there is not", push: bytesOf(func(v *villain) []byte { return packed(9, 1, v.fresh.entry()) }), says: fsck},
	{name: "an object of a kind that there is not", push: bytesOf(func(*villain) []byte { return packed(2, 1, entry{code: 5, size: 1, body: "x"}) }), says: fsck},
	{name: "an object that says that it has a terabyte", push: bytesOf(func(*villain) []byte { return packed(2, 1, entry{code: 3, size: 1 << 40, body: "x"}) }), says: fsck},
	{name: "an object that is longer than it says", push: bytesOf(func(*villain) []byte {
		return packed(2, 1, entry{code: 3, size: 1, body: strings.Repeat("x", 5000)})
	}), says: fsck},
	{name: "a delta on an object that there is not", push: bytesOf(func(*villain) []byte {
		return packed(2, 1, entry{code: 7, size: 4, base: strings.Repeat("\x01", 20), body: "\x01\x01\x01x"})
	}), says: fsck},
	{name: "a delta on itself", push: bytesOf(func(*villain) []byte {
		return packed(2, 1, entry{code: 6, size: 4, base: "\x00", body: "\x01\x01\x01x"})
	}), says: fsck},
	{name: "a delta that copies what is not there", push: bytesOf(func(*villain) []byte {
		base := thing{"blob", "short"}
		s := base.sum()
		return packed(2, 2, base.entry(), entry{code: 7, size: 9, base: string(s[:]), body: "\x05\x80\x80\x04\xff\xff\xff\xff\x7f"})
	}), says: fsck},
	{name: "a delta of a few bytes that becomes two gigabytes", push: bytesOf(func(*villain) []byte {
		base := thing{"blob", strings.Repeat("0123456789abcdef", 1<<12)} // 64 KB
		s := base.sum()
		body := "\x80\x80\x04" + "\x80\x80\x80\x80\x08" + strings.Repeat("\x80", 1<<15) // 64 KB, 32,768 times
		return packed(2, 2, base.entry(), entry{code: 7, size: len(body), base: string(s[:]), body: body})
	}), says: fsck},
	{name: "a commit without an author", push: content(func(v *villain) []thing {
		return []thing{{"commit", "tree " + v.tree + "\nparent " + v.main + "\n\nNo one\n"}}
	}), says: fsck},
	{name: "a commit whose author holds a line", push: content(func(v *villain) []thing {
		return []thing{{"commit", "tree " + v.tree + "\nauthor A <a@example.org\nparent x> 1 +0000\ncommitter A <a@example.org> 1 +0000\n\nx\n"}}
	}), says: fsck},
	{name: "a commit with a zero byte in its head", push: content(func(v *villain) []thing {
		return []thing{{"commit", "tree " + v.tree + "\nparent " + v.main + "\nauthor A\x00 <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\n\nx\n"}}
	}), says: fsck},
	{name: "a commit in the year that overflows", push: content(func(v *villain) []thing {
		return []thing{{"commit", "tree " + v.tree + "\nparent " + v.main + "\nauthor A <a@example.org> 99999999999999999999 +0000\ncommitter A <a@example.org> 1 +0000\n\nx\n"}}
	}), says: fsck},
	{name: "a tag of a tree that is a branch", push: content(func(*villain) []thing {
		blob := thing{"blob", "a tree"}
		tree := treeOf(leaf("100644", "a", blob))
		return []thing{blob, tree, {"tag", "object " + tree.id() + "\ntype tree\ntag x\ntagger A <a@example.org> 1 +0000\n\nx\n"}}
	}), says: ""},
	{name: "a file proposed as a change", push: func(*villain) sent {
		blob := thing{"blob", "a file\n"}
		return sent{lines: []string{zeroID + " " + blob.id() + " refs/for/main"}, pack: packOf(blob)}
	}, says: "refs/commit"},
	{name: "a history that is cut off", push: func(v *villain) sent {
		c := commitOf(v.tree, "Stands on nothing that is here", "0123456789abcdef0123456789abcdef01234567")
		return sent{raw: pktLine("shallow "+c.id()) + pktLine(zeroID+" "+c.id()+" "+v.branch()+"\x00report-status side-band-64k") + "0000" + string(packOf(c))}
	}, says: ""},
	{name: "a line of the protocol that is longer than it says", push: func(*villain) sent { return sent{raw: "0010abcdefghijklmnopqrstuvwxyz0000"} }, says: ""},
	{name: "a line of the protocol of no number", push: func(*villain) sent { return sent{raw: "zzzz" + strings.Repeat("x", 100)} }, says: ""},
	{name: "a line of the protocol that does not end", push: func(v *villain) sent { return sent{raw: pktLine(v.ids.Replace("MAIN FRESH refs/heads/main"))[:30]} }, says: ""},
	{name: "an id that is no id", push: func(*villain) sent { return sent{lines: []string{"nonsense --all refs/heads/main"}} }, says: ""},
	{name: "ten thousand refs at once", push: func(v *villain) sent {
		s := sent{pack: packOf(v.fresh)}
		for i := range 10_000 {
			s.lines = append(s.lines, fmt.Sprintf("%s %s refs/heads/h-%d", zeroID, v.fresh.id(), i))
		}
		return s
	}, says: "refs/many"},
}
