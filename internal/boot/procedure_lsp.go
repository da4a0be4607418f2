package boot

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
	"prentice/internal/face/lsp"
	"prentice/internal/team"
)

func (c *commands) procedureLSP() *cobra.Command {
	cmd := &cobra.Command{
		Use: "lsp", Short: "Serve an editor: mistakes, completion, explanations and definitions while you write", Args: cobra.NoArgs,
		Example: "  prentice procedure lsp",
		Long: "Speaks the language server protocol over standard input and output; an editor starts it. It answers about files in a folder procedures, by the team folder that this stands in. " +
			"It needs neither server nor data folder, and writes and runs nothing. How editors are set up: book/how-to/editor.md",
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := c.onThisMachine(cmd, "an editor's help")
			if err != nil {
				return err
			}
			d := &drafting{team: set.Team, clock: time.Now, read: map[string]*folderRead{}}
			return (&lsp.Server{Editor: d.editor, Version: c.build.Version, Clock: time.Now}).Serve(os.Stdin, c.stdout)
		},
	}
	cmd.Flags().Bool("stdio", true, "speak over standard input and output; there is no other way")
	cmd.Flags().Lookup("stdio").Hidden = true // editors add it by themselves
	return cmd
}

// The bounds of what is kept while someone writes.
const (
	mostFolders = 8
	catalogFor  = 3 * time.Second
)

// drafting knows the team folders that an editor has files of.
type drafting struct {
	team  string // of the settings
	clock func() time.Time
	read  map[string]*folderRead
}

// folderRead is one team folder as it was read.
type folderRead struct {
	library *procedure.Library
	catalog *team.Catalog
	at      time.Time // when the catalog was read
}

// editor knows a team folder as it is now. Procedures are read anew when one changed,
// the catalog when some time has gone by.
func (d *drafting) editor(dir string) procedure.Editor {
	f := d.read[dir]
	if f == nil {
		if len(d.read) >= mostFolders {
			d.read = map[string]*folderRead{}
		}
		f = &folderRead{}
		d.read[dir] = f
	}
	if now := d.clock(); f.catalog == nil || now.Sub(f.at) > catalogFor {
		f.catalog, f.at = d.catalog(dir), now
	}
	if f.library == nil || f.library.Stale(dir) {
		f.library, _ = procedure.Load(dir, procedure.Kinds(stepKinds(f.catalog, &shell.Kind{})))
	}
	return procedure.Editor{Library: f.library, Catalog: f.catalog}
}

// catalog is that of a team folder. A folder that is none is not walked through.
func (d *drafting) catalog(dir string) *team.Catalog {
	_, err := os.Stat(filepath.Join(dir, "catalog-info.yaml"))
	own, _ := filepath.Abs(d.team)
	if err != nil && dir != own {
		return &team.Catalog{}
	}
	c, _, _ := readCatalog(dir)
	return c
}
