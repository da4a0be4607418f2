package check

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestATreeIsReadAsAFileSystem(t *testing.T) {
	texts := map[string]string{"compose.yaml": "services: {}", "web/app/main.go": "package main", "run.sh": "exit", "away": "/etc/passwd"}
	tree := &Tree{Content: func(f File) ([]byte, error) { return []byte(texts[f.Path]), nil }, Files: []File{
		{Path: "away", Mode: Link, Size: 11}, {Path: "compose.yaml", Mode: Regular, Size: 12}, {Path: "other", Mode: Submodule},
		{Path: "run.sh", Mode: Executable, Size: 4}, {Path: "web/app/main.go", Mode: Regular, Size: 12}}}
	f := tree.FS()
	if err := fstest.TestFS(f, "compose.yaml", "web/app/main.go", "run.sh"); err != nil {
		t.Fatal(err)
	}
	if info, err := fs.Stat(f, "away"); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("a link is %v, %v", info, err)
	}
	if _, err := fs.Stat(f, "other"); err == nil {
		t.Error("another repository is in it")
	}
}
