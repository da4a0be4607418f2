package objective

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"prentice"
	"prentice/internal/kit/strict"
)

// Folder is where the files are, in the folder of the team.
const Folder = "objectives"

// mostFiles is how many are read.
const mostFiles = 200

// InFolder reads the files of a team's folder.
func InFolder(dir string) ([]Objective, []prentice.Finding, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "the team folder cannot be read: %w", err)
	}
	defer root.Close() //nolint:errcheck // it was only read
	names, err := fs.Glob(root.FS(), Folder+"/*.yaml")
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "the objectives of the team cannot be read: %w", err)
	}
	if len(names) > mostFiles {
		return nil, nil, prentice.Errorf(prentice.Limited, "the team folder has %d files of objectives, at most %d are read", len(names), mostFiles).Try("write several objectives into one file")
	}
	var files []File
	var findings []prentice.Finding
	for _, name := range names {
		text, err := readIn(root, name)
		if err != nil {
			findings = append(findings, prentice.Finding{At: prentice.Pos{File: name, Line: 1, Column: 1}, Error: true, Text: "it cannot be read: " + err.Error(), Hint: "put a plain file there; links must stay within the team folder"})
			continue
		}
		files = append(files, File{name, text})
	}
	list, wrong := Read(files...)
	return list, append(findings, wrong...), nil
}

// readIn reads a plain file, at most one byte more than Read accepts, which then says so.
func readIn(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, errors.New("it is not a plain file"))
	}
	return io.ReadAll(io.LimitReader(f, strict.MaxBytes+1))
}
