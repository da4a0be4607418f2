package boot

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/face/cli"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// made is a backup, for anyone who asked for it.
type made struct {
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Files  int    `json:"files"`
	backupAbout
}

// restored is a data folder that came from a backup.
type restored struct {
	File  string `json:"file"`
	Data  string `json:"data"`
	Files int    `json:"files"`
	backupAbout
}

func (c *commands) backupCommand() *cobra.Command {
	var secrets bool
	cmd := &cobra.Command{
		Use: "backup FILE", GroupID: string(op.Administration), Short: "Copy everything into one file, also while prentice runs", Args: cobra.ExactArgs(1),
		Example: "  prentice backup /backup/prentice.tar.gz",
		Long: "Writes the database, the keys, the logs, the hosts' keys, the repositories that prentice keeps, and the team folder where it lies in the data folder, as they are at one moment, into one archive with a manifest of what it holds. " +
			"A server that runs goes on meanwhile. FILE is replaced only once the new one is whole, and only its owner may read it: the keys that sign evidence are in it.\n\n" +
			"Secrets are left out unless --with-secrets says otherwise. A PostgreSQL database is not in it: dump it afterwards with pg_dump. Settings and finished logs in S3 are not in it either.",
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := c.onThisMachine(cmd, "a backup")
			if err != nil {
				return err
			}
			m, err := c.backUp(cmd.Context(), set, args[0], secrets)
			if err != nil {
				return err
			}
			return c.tellOf(cmd, m, m.text())
		},
	}
	cmd.Flags().BoolVar(&secrets, "with-secrets", false, "put the secrets in, and the key that opens them")
	return cmd
}

func (c *commands) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use: "restore FILE", GroupID: string(op.Administration), Short: "Make a data folder of a backup", Args: cobra.ExactArgs(1),
		Example: "  prentice restore /backup/prentice.tar.gz --data /var/lib/prentice",
		Long: "Unpacks a backup into an empty data folder, after everything in it was compared with its manifest, the database with the keys, and every line of evidence with the one before it. " +
			"What is cut off, changed or of a later version is refused, and leaves nothing.\n\n" +
			"The restored prentice comes up stopped. A run that was under way when the backup was made ends as uncertain, because what it did afterwards is not known: nothing is repeated. prentice resume-all lets it go on.",
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := c.onThisMachine(cmd, "a restore")
			if err != nil {
				return err
			}
			r, err := restore(cmd.Context(), set, args[0])
			if err != nil {
				return err
			}
			return c.tellOf(cmd, r, r.text(set.postgres()))
		},
	}
}

// onThisMachine is the settings for what is done with the data folder itself.
func (c *commands) onThisMachine(cmd *cobra.Command, what string) (Settings, error) {
	for _, flag := range []string{"server", "token"} {
		if cmd.Flags().Changed(flag) {
			return Settings{}, prentice.Errorf(prentice.Invalid, "%s is made on the machine where the data folder is, and --%s has no meaning in it", what, flag).Try("run it there, with --data DIR")
		}
	}
	return c.settings(cli.GlobalOf(cmd))
}

// tellOf prints what was done as it was asked for.
func (c *commands) tellOf(cmd *cobra.Command, what any, text string) error {
	if cli.GlobalOf(cmd).Output == "table" {
		_, err := io.WriteString(c.stdout, term.On(c.stdout, os.Getenv, cli.GlobalOf(cmd).NoColour).Wrap(term.Safe(text)))
		return err
	}
	raw, err := json.MarshalIndent(what, "", "  ") // which is YAML as well
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, string(raw))
	return err
}

func (m made) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "● Backed up to %s: %d files, %d lines of evidence, %s.\n", m.File, m.Files, m.Lines, inBytes(m.Bytes))
	fmt.Fprintf(&b, "  sha256 %s\n", m.SHA256)
	if m.Database == "postgresql" {
		b.WriteString("  The PostgreSQL database is not in it. Dump it now, after this file: pg_dump -Fc -f FILE URL\n")
	}
	if len(m.Repositories) > 0 {
		fmt.Fprintf(&b, "  %s in it, each with all its refs.\n", op.Count(len(m.Repositories), "repository is", "repositories are"))
	}
	if len(m.Left) > 0 {
		fmt.Fprintf(&b, "  Not in it, because they were not made by prentice or were changed by hand: %s. Copy them by other means.\n", strings.Join(m.Left, ", "))
	}
	if m.Secrets {
		b.WriteString("  It holds the keys and the secrets: keep it encrypted, and not where everyone reads.\n")
	} else {
		b.WriteString("  It holds the keys that sign evidence: keep it where only few can read. Secrets are not in it; --with-secrets puts them in.\n")
	}
	return b.String()
}

func (r restored) text(postgres bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "● Restored into %s: %d files of the backup that was made on %s at %s.\n", r.Data, r.Files, r.Machine, r.Made.UTC().Format("2006-01-02 15:04:05 UTC"))
	switch inside := r.Database == "sqlite"; {
	case inside && postgres:
		b.WriteString("  Take care: the settings here name a PostgreSQL database, and the one of the backup is SQLite, in the folder. Start without the setting database.\n")
	case inside:
		fmt.Fprintf(&b, "  The evidence is sound: %d lines.\n", r.Lines)
	default:
		b.WriteString("  The database was PostgreSQL and is not in it. Restore its dump with pg_restore, one that was made after this backup, and then: prentice evidence check\n")
	}
	if !r.Secrets {
		b.WriteString("  Secrets were not in it; give them anew: prentice secret set NAME\n")
	}
	b.WriteString("  It comes up stopped: see that the one it was copied from does not come back, start it with prentice up, look through the runs (prentice run list) and through tokens and people that were removed since, and then: prentice resume-all\n")
	return b.String()
}

func inBytes(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d kB", (n+1023)>>10)
}
