package app_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestWhatAnOperatorCanMendIsToldWithTheNextStep(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("keep run 7: %w", err) }
	for _, c := range []struct {
		name string
		err  error
		kind prentice.Kind
		says string
	}{
		{"a full database disk", wrap(db.ErrFull), prentice.Unavailable, "free space on the disk that holds the data folder"},
		{"a full disk", wrap(&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}), prentice.Unavailable, "free space on the disk that holds the data folder"},
		{"a read-only database", wrap(db.ErrReadOnly), prentice.Unavailable, "right to write"},
		{"a read-only disk", wrap(syscall.EROFS), prentice.Unavailable, "for writing"},
		{"a locked database", wrap(db.ErrBusy), prentice.Unavailable, "other process"},
		{"a damaged database", wrap(db.ErrCorrupt), prentice.Unavailable, "backup"},
		{"a full disk behind an error of ours", prentice.Errorf(prentice.Internal, "keep: %w", wrap(db.ErrFull)), prentice.Unavailable, "free space"},
		{"a silent database", wrap(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}), prentice.Unavailable, "database"},
		{"a caller who has gone", wrap(context.Canceled), prentice.Canceled, "given up"},
		{"too little time", wrap(context.DeadlineExceeded), prentice.Unavailable, "too long"},
		{"an error that says its kind", wrap(prentice.Errorf(prentice.NotFound, "no run 7").Try("list them")), prentice.NotFound, "no run 7: list them"},
		{"anything else", wrap(errors.New("password of the database is hunter2")), prentice.Internal, "broke inside prentice (id-1)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t, dbtest.SQLite(t), fails("a.do", prentice.Change, c.err))
			_, err := w.ask(ann, "a.do", nil)
			wants(t, err, c.kind, c.says)
			if strings.Contains(err.Error(), "hunter2") || !errors.Is(err, c.err) && !errors.Is(c.err, err) {
				t.Errorf("got %q", err)
			}
			if logged := strings.Contains(w.log.String(), "id-1"); logged != (c.kind == prentice.Internal) {
				t.Errorf("log %q", w.log.String())
			}
		})
	}
}

func TestAPanicStopsNobodyElse(t *testing.T) {
	w := open(t, dbtest.SQLite(t),
		op.New("a.do", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, in) (out, error) { panic("the sky falls") }),
		op.NewWatch("a.watch", prentice.Viewer, "", func(context.Context, op.Call, in, func(out) error) error { panic("the sea rises") }))
	_, err := w.ask(ann, "a.do", nil)
	wants(t, err, prentice.Internal, "id-1")
	wants(t, w.Watch(t.Context(), op.Request{Actor: ann, Op: "a.watch"}, nil), prentice.Internal, "id-1")
	for _, word := range []string{"the sky falls", "the sea rises", "failure_test.go"} {
		if !strings.Contains(w.log.String(), word) {
			t.Errorf("the log lacks %q", word)
		}
	}
	if strings.Contains(err.Error(), "sky") {
		t.Errorf("a stranger hears %q", err)
	}
}

// The door is the only one that calls op.Op's Do and Watch. They are told from
// other methods of those names by their number of arguments.
func TestNobodyPerformsAnOperationPastTheDoor(t *testing.T) {
	root := filepath.Join("..", "..")
	found := 0
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, call := range past(t, path) {
			if filepath.Dir(path) != filepath.Join(root, "internal", "app") {
				t.Errorf("%s performs an operation itself; ask the door", call)
			}
			found++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found != 2 {
		t.Errorf("found %d calls, want the door's own two: does this test still see?", found)
	}
}

func past(t *testing.T, path string) (calls []string) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil // the compiler will say so
	}
	uses := false
	for _, i := range file.Imports {
		uses = uses || i.Path.Value == `"prentice/internal/op"`
	}
	if !uses {
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if s, ok := call.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "Do" && len(call.Args) == 3 || s.Sel.Name == "Watch" && len(call.Args) == 4) {
			calls = append(calls, files.Position(s.Pos()).String())
		}
		return true
	})
	return calls
}
