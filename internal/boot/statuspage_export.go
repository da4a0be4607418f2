package boot

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/face/cli"
	face "prentice/internal/face/statuspage"
	"prentice/internal/op"
	"prentice/internal/skill/statuspage"
)

// exported is a status page that was written.
type exported struct {
	Dir   string    `json:"dir"`
	Files int       `json:"files"`
	At    time.Time `json:"at"`
}

// exportMark is in each folder that was exported: no other is replaced.
const exportMark = ".prentice-statuspage"

func (c *commands) statuspageExport() *cobra.Command {
	return &cobra.Command{
		Use: "export DIR", Short: "Write the status page as files that any web server can serve", Args: cobra.ExactArgs(1),
		Example: "  prentice statuspage export /srv/status",
		Long: "Writes the pages, the documents for programs, the feeds and the badges into DIR, which is replaced as a whole: no one sees half of it. A folder that is there and was not exported is not touched. " +
			"Carry it to a host of its own, such as an object storage, so that users read it when this one is down; each page says when it was made. Run it by a schedule, also from another machine with --server.\n\nA page that is not public is not exported.",
		RunE: func(cmd *cobra.Command, args []string) error {
			g := cli.GlobalOf(cmd)
			var show op.Op
			for _, o := range c.ops() {
				if o.Name == "statuspage.show" {
					show = o
				}
			}
			door, done, err := c.open(cmd.Context(), g, show, nil)
			if err != nil {
				return err
			}
			p, err := op.Ask[statuspage.Shown](cmd.Context(), door, op.Request{Op: show.Name})
			if err = errors.Join(err, done()); err != nil {
				return err
			}
			if !p.Public {
				return prentice.Errorf(prentice.Refused, "the status page is not public").Try("write public: true into status.yaml")
			}
			site, err := face.Make(p.Page)
			if err != nil {
				return err
			}
			if err := export(site, args[0]); err != nil {
				return err
			}
			return c.tellOf(cmd, exported{args[0], len(site), p.At}, fmt.Sprintf("● The status page is in %s: %d files, as of %s.\n", args[0], len(site), op.At(p.At)))
		},
	}
}

// export puts a site in the place of a folder, all at once.
func export(site face.Site, dir string) (err error) {
	dir = filepath.Clean(dir)
	there, err := replaceable(dir)
	if err != nil {
		return err
	}
	next, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-*")
	if err != nil {
		return cannotWrite(filepath.Dir(dir), err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(next)) }()
	for path, file := range site {
		if err := writeOpen(filepath.Join(next, filepath.FromSlash(path)), file.Text); err != nil {
			return cannotWrite(next, err)
		}
	}
	if err := errors.Join(writeOpen(filepath.Join(next, exportMark), nil), os.Chmod(next, 0o755)); err != nil { //nolint:gosec // everyone may read it
		return cannotWrite(next, err)
	}
	if !there {
		err = os.Rename(next, dir)
	} else {
		err = swap(next, dir)
	}
	if err != nil {
		return cannotWrite(dir, err)
	}
	return nil
}

// replaceable says whether a folder is there. One that was not exported is refused.
func replaceable(dir string) (there bool, err error) {
	switch info, err := os.Lstat(dir); {
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.IsDir():
		return false, prentice.Errorf(prentice.Refused, "%s is there and is no folder", dir).Try("name a folder that is not there yet")
	}
	if _, err := os.Lstat(filepath.Join(dir, exportMark)); err != nil {
		return false, prentice.Errorf(prentice.Refused, "%s is there and was not exported by prentice: it would be replaced as a whole", dir).Try("name a folder that is not there yet")
	}
	return true, nil
}

// writeOpen writes a file that everyone may read, with the folders above it.
func writeOpen(file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // the same
		return err
	}
	return os.WriteFile(file, text, 0o644) //nolint:gosec // the same
}
