package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/code"
	"prentice/internal/kit/diff"
	"prentice/internal/op"
	"prentice/internal/skill/codecontrol"
)

var codeStories = []story{
	{name: "code-tree", path: "/repositories/shop/tree?at=main", who: "olga"},
	{name: "code-tree-empty", path: "/repositories/new/tree", who: "vera"},
	{name: "code-tree-gone", path: "/repositories/none/tree", who: "vera"},
	{name: "code-file", path: "/repositories/shop/file?at=main&path=src/basket.go", who: "olga"},
	{name: "code-file-pointer", path: "/repositories/shop/file?at=main&path=src/model.bin", who: "olga"},
	{name: "code-file-picture", path: "/repositories/shop/file?at=main&path=logo.png", who: "olga"},
	{name: "code-blame", path: "/repositories/shop/blame?at=main&path=src/basket.go", who: "olga"},
	{name: "code-log", path: "/repositories/shop/log?at=main", who: "olga"},
	{name: "code-commit", path: "/repositories/shop/commit?at=9f2c81d0", who: "olga"},
	{name: "code-commit-split", path: "/repositories/shop/commit?at=9f2c81d0&view=split", who: "vera"},
	{name: "code-compare", path: "/repositories/shop/compare?from=main&to=feature/basket", who: "olga"},
	{name: "code-compare-same", path: "/repositories/new/compare", who: "vera"},
	{name: "code-search", path: "/repositories/shop/search?at=main&text=basket", who: "olga"},
	{name: "code-search-nothing", path: "/repositories/new/search?text=basket", who: "vera"},
	{name: "code-refs", path: "/repositories/shop/refs", who: "olga"},
}

const someCode = "// Package shop sells things.\npackage shop\n\nimport \"fmt\"\n\n/* count counts each thing once,\n   whatever <the basket> \u202eholds. */\nfunc count(basket []string) (n int) {\n\tseen := map[string]bool{}\n\tfor _, thing := range basket {\n\t\tif !seen[thing] {\n\t\t\tseen[thing], n = true, n+1 // once\n\t\t}\n\t}\n\tfmt.Printf(\"%d things\\n\", 0x2A)\n\treturn n\n}\n"

func someSpot(repository, at, path string) codecontrol.Spot {
	return codecontrol.Spot{Repository: repository, At: at, Commit: strings.Repeat("9f2c81d0", 5), Path: path}
}

func someCommit(n int) code.Commit {
	return code.Commit{ID: fmt.Sprintf("%08x", 0x9f2c81d0+n) + strings.Repeat("0f", 16), Author: []string{"Olga", "Vera", "Ann with a long name of several parts"}[n%3], Time: ago(time.Duration(n+1) * 7 * time.Hour), Subject: []string{"basket: count each thing once", "sums are of whole cents <b>", "say what is left"}[n%3]}
}

func someDiffed() []codecontrol.FileShown {
	h := diff.Hunk{Old: 1, OldSize: 4, New: 1, NewSize: 4, Section: "func count", Lines: []diff.Line{
		{Op: diff.Same, Old: 1, New: 1, Text: "func count(basket []string) int {"}, {Op: diff.Gone, Old: 2, Text: "\treturn len(basket) // all"}, {Op: diff.Plus, New: 2, Text: "\treturn len(once(basket)) // each \"once\""}, {Op: diff.Same, Old: 3, New: 3, Text: "}"}}}
	h.Mark()
	return []codecontrol.FileShown{
		{File: diff.File{Kind: diff.Changed, Path: "src/basket.go", Plus: 1, Minus: 1}, Parts: []codecontrol.DiffPart{{Hunk: h, First: true}}},
		{File: diff.File{Kind: diff.Changed, Path: "go.sum", Plus: 40, Minus: 3}, Generated: true, Folded: "it is made by a program"},
	}
}

func codeOps(bool) []op.Op {
	return []op.Op{
		op.New("code.tree", prentice.Look, prentice.Viewer, "List a folder.", func(_ context.Context, _ op.Call, in codecontrol.PathIn) (codecontrol.CodeTree, error) {
			switch in.Repository {
			case "none":
				return codecontrol.CodeTree{}, prentice.Errorf(prentice.NotFound, "no repository %q in the catalog", in.Repository).Try("list them with: prentice repository list")
			case "new":
				return codecontrol.CodeTree{Spot: codecontrol.Spot{Repository: "new", At: "main"}, Entries: []code.Entry{}}, nil
			}
			last := someCommit(1)
			return codecontrol.CodeTree{Spot: someSpot("shop", "main", in.Path), Tells: "README.md", Readme: "# The shop\n\nIt *sells* things: see [the basket](src/basket.go) and [all](https://example.org).\n\n<script>alert(1)</script>\n", More: 3, Entries: []code.Entry{
				{Name: "src", Path: "src", Kind: code.Folder, ID: last.ID, Last: &last}, {Name: "README.md", Path: "README.md", Kind: code.File, ID: last.ID, Size: 812, Last: &last},
				{Name: "deploy.sh", Path: "deploy.sh", Kind: code.Program, ID: last.ID, Size: 4120}, {Name: "vendored", Path: "vendored", Kind: code.Submodule, ID: last.ID}, {Name: "a\u202egpj.exe", Path: "a\u202egpj.exe", Kind: code.File, ID: last.ID, Size: 9},
				{Name: "caf\xe9.txt", Path: "caf\xe9.txt", Kind: code.File, ID: last.ID, Size: 9}, {Name: longName, Path: longName, Kind: code.Link, ID: last.ID, Size: 9, Last: &last}}}, nil
		}),
		op.New("code.file", prentice.Look, prentice.Viewer, "Show a file.", func(_ context.Context, _ op.Call, in codecontrol.PathIn) (codecontrol.CodeSource, error) {
			f := codecontrol.CodeSource{Spot: someSpot("shop", "main", in.Path), Entry: code.Entry{Name: "basket.go", Path: in.Path, Kind: code.File, Size: 480}}
			switch in.Path {
			case "src/model.bin":
				f.Content, f.Lines, f.Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", 3, "sha256:4d7a"
			case "logo.png":
				f.Picture, f.Not = true, "it is no text"
			default:
				f.Content, f.Lines, f.First = someCode, 17, "// Package shop sells things."
			}
			return f, nil
		}),
		op.New("code.blame", prentice.Look, prentice.Viewer, "Show who wrote it.", func(_ context.Context, _ op.Call, in codecontrol.PathIn) (codecontrol.CodeBlame, error) {
			all := strings.Split(strings.TrimSuffix(someCode, "\n"), "\n")
			return codecontrol.CodeBlame{Spot: someSpot("shop", "main", in.Path), Parts: []code.Part{{Commit: someCommit(0), Line: 1, Lines: all[:5]}, {Commit: someCommit(2), Line: 6, Lines: all[5:9]}, {Commit: someCommit(1), Line: 10, Lines: all[9:]}}}, nil
		}),
		op.New("code.log", prentice.Look, prentice.Viewer, "List commits.", func(_ context.Context, _ op.Call, in codecontrol.HistoryIn) (codecontrol.CodeLog, error) {
			l := codecontrol.CodeLog{Spot: someSpot("shop", "main", in.Path), More: 50}
			for i := range 9 {
				l.Commits = append(l.Commits, someCommit(i))
			}
			return l, nil
		}),
		op.New("code.commit", prentice.Look, prentice.Viewer, "Show a commit.", func(_ context.Context, _ op.Call, in codecontrol.CommitIn) (codecontrol.CodeCommit, error) {
			c := someCommit(0)
			return codecontrol.CodeCommit{Spot: someSpot("shop", in.At, ""), Author: c.Author, Committer: "prentice", Time: c.Time, Message: c.Subject + "\n\nA basket held them twice.", Parents: []string{someCommit(1).ID}, Files: someDiffed(), Plus: 41, Minus: 4, View: in.View, File: in.File}, nil
		}),
		op.New("code.compare", prentice.Look, prentice.Viewer, "Compare.", func(_ context.Context, _ op.Call, in codecontrol.CompareIn) (codecontrol.CodeCompare, error) {
			if in.Repository == "new" {
				return codecontrol.CodeCompare{Spot: someSpot("new", "main", ""), From: "main"}, nil
			}
			return codecontrol.CodeCompare{Spot: someSpot("shop", in.To, ""), From: in.From, Base: someCommit(5).ID, Ahead: []code.Commit{someCommit(0), someCommit(1)}, Files: someDiffed(), Plus: 41, Minus: 4, View: in.View}, nil
		}),
		op.New("code.search", prentice.Look, prentice.Viewer, "Search.", func(_ context.Context, _ op.Call, in codecontrol.SearchIn) (codecontrol.CodeFound, error) {
			f := codecontrol.CodeFound{Spot: someSpot(in.Repository, "main", in.Path), Text: in.Text, Matches: []code.Match{}, Whole: true}
			if in.Repository == "shop" {
				f.Whole = false
				f.Matches = []code.Match{{Path: "src/basket.go", Line: 8, Text: "func count(basket []string) (n int) {"}, {Path: "src/basket.go", Line: 10, Text: "\tfor _, thing := range basket {"}, {Path: "src/sum.go", Line: 3, Text: "// of a basket <b>"}}
			}
			return f, nil
		}),
		op.New("code.refs", prentice.Look, prentice.Viewer, "List branches and tags.", func(_ context.Context, _ op.Call, in codecontrol.AtIn) (codecontrol.CodeRefs, error) {
			return codecontrol.CodeRefs{Spot: someSpot(in.Repository, "main", ""), Branches: []code.Pointer{{Name: "main", Commit: someCommit(0)}, {Name: "feature/#12-" + longName, Commit: someCommit(4)}}, Tags: []code.Pointer{{Name: "v1.2", Commit: someCommit(6)}}}, nil
		}),
		op.New("code.raw", prentice.Look, prentice.Viewer, "Put out a file.", func(_ context.Context, _ op.Call, in codecontrol.PathIn) (someFile, error) {
			return someFile{in.Path}, nil
		}),
	}
}

// someFile is a file beside an output, by its name.
type someFile struct{ name string }

func (f someFile) File() op.File {
	content := []byte("<script>alert(1)</script>")
	kind, shown := code.Type(f.name, content)
	return op.File{Name: f.name, Type: kind, Shown: shown, Size: int64(len(content)), Write: func(_ context.Context, to io.Writer) error {
		switch f.name {
		case "refused":
			return prentice.Errorf(prentice.Limited, "too many at once").Try("try again")
		case "torn":
			_, err := to.Write(content[:4])
			if err == nil {
				err = prentice.Errorf(prentice.Unavailable, "gone")
			}
			return err
		}
		_, err := io.Copy(to, bytes.NewReader(content))
		return err
	}}
}
