package analyse

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

// signersTree is a tree with the files.
func signersTree(files map[string]string) *check.Tree {
	fs := fstest.MapFS{}
	t := &check.Tree{}
	for name, text := range files {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
		t.Files = append(t.Files, check.File{Path: name, Mode: check.Regular, Size: int64(len(text))})
	}
	t.Content = func(f check.File) ([]byte, error) { return fs.ReadFile(f.Path) }
	return t
}

func TestASignatureThatCannotBeVerifiedIsUnknownAndNoPass(t *testing.T) {
	openPGP := check.Commit{ID: "1", Signed: true, Signature: "-----BEGIN PGP SIGNATURE-----\n"}
	plain := check.Commit{ID: "2"}
	for _, c := range []struct {
		name    string
		file    string
		text    string
		commits []check.Commit
		fails   error
		finds   int
		unknown string
	}{
		{"no one asks", "README.md", "", []check.Commit{plain}, nil, 0, ""},
		{"an empty list asks", ".prentice/allowed_signers", "", []check.Commit{plain}, nil, 1, ""},
		{"a list that cannot be read", ".prentice/allowed_signers", "ann@example.org nonsense", []check.Commit{plain}, nil, 0, "who may sign is not known: .prentice/allowed_signers: line 1"},
		{"no gpgv", keysFile, "keys", []check.Commit{openPGP}, prentice.Errorf(prentice.Unavailable, "there is no gpgv"), 0, "there is no gpgv"},
		{"no gpgv, and one without any", keysFile, "keys", []check.Commit{openPGP, plain}, prentice.Errorf(prentice.Unavailable, "there is no gpgv"), 1, ""},
		{"a bad one", keysFile, "keys", []check.Commit{openPGP}, prentice.Errorf(prentice.Invalid, "its key is no one's"), 1, ""},
		{"a good one", keysFile, "keys", []check.Commit{openPGP}, nil, 0, ""},
		{"OpenPGP where only SSH counts", ".prentice/allowed_signers", "", []check.Commit{openPGP}, nil, 1, ""},
		{"of another sort", keysFile, "keys", []check.Commit{{ID: "3", Signed: true, Signature: "-----BEGIN SIGNED MESSAGE-----\n"}}, nil, 0, "neither one of SSH nor of OpenPGP"},
	} {
		base := signersTree(map[string]string{c.file: c.text})
		base.OpenPGP = func(context.Context, []byte, []byte, []byte) (string, error) { return "KEY", c.fails }
		tree := signersTree(nil)
		tree.Base, tree.Commits = base, c.commits
		findings, err := signed(context.Background(), &standard.View{Tree: tree, Now: time.Now()})
		if len(findings) != c.finds || (err != nil) != (c.unknown != "") || err != nil && !strings.Contains(err.Error(), c.unknown) {
			t.Errorf("%s: %v %v", c.name, findings, err)
		}
	}
}
