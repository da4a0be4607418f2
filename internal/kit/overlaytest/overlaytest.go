// Package overlaytest writes files for `go build -overlay`, with which a program is built from
// sources that differ in a few places: a guard taken out, a table of the next version, the
// helper for hosts built in.
//
// A command knows one overlay, and what make runs has one in GOFLAGS already, with which
// all of the program was compiled (packaging/flags.sh). What stands there is kept:
// without it, much would be compiled once more, and be another program than the one that
// is released. It refuses to guess: an overlay that cannot be read is an error.
package overlaytest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
)

// Replaced are the sources that another takes the place of, by their absolute paths.
type Replaced map[string]string

// Write writes an overlay to a file, with what GOFLAGS replaces already.
func Write(path string, more Replaced) error {
	all, err := standing(os.Getenv("GOFLAGS"))
	if err != nil {
		return err
	}
	maps.Copy(all, more)
	raw, err := json.Marshal(file{all})
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o600)
}

// file is an overlay as `go build` reads it.
type file struct{ Replace Replaced }

// standing is what the flags replace.
func standing(flags string) (Replaced, error) {
	all := Replaced{}
	for flag := range strings.FieldsSeq(flags) {
		path, found := strings.CutPrefix(strings.TrimLeft(flag, "-"), "overlay=")
		if !found {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("the overlay in GOFLAGS: %w", err)
		}
		var f file
		if err := json.Unmarshal(raw, &f); err != nil {
			return nil, fmt.Errorf("the overlay %s in GOFLAGS: %w", path, err)
		}
		all = Replaced{} // the last one counts
		maps.Copy(all, f.Replace)
	}
	return all, nil
}
