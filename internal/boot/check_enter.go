package boot

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/adapter/git"
	"prentice/internal/face/cli"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// enter is checkEnter, as it is typed by who has just seen a check fail.
func (c *commands) enter() *cobra.Command {
	cmd := c.checkEnter()
	cmd.GroupID, cmd.Example = string(op.EveryDay), "  prentice enter unit-tests"
	return cmd
}

// ofProcedure refuses runs of procedures: their steps are performed on their targets, and
// nothing of them is in a sandbox.
func ofProcedure(name string) error {
	if strings.HasPrefix(name, "run/") {
		return prentice.Errorf(prentice.Invalid, "%s is a run of a procedure, whose steps leave no folder to enter", clip.Text(name)).Try("see what it printed: prentice run log %s", clip.Text(name))
	}
	return nil
}

func (c *commands) checkEnter() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "enter CHECK [-- COMMAND…]", Short: "Open a shell in what a failed check left", Args: cobra.MinimumNArgs(1),
		Example: "  prentice check enter unit-tests",
		Long: "Opens a shell in the work folder as the newest failed run of a check left it, in the same sandbox, or a container of its image: the same tools, user and limits, the hosts that the check names, no secrets, nothing of this machine. What you do there is gone when you leave. With a command behind -- it performs that instead, and ends with exit code 9 where the command fails.\n\n" +
			"What a run left is kept for a day, of the three newest runs of the repository, in its .git/prentice/runs.",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := ofProcedure(args[0]); err != nil {
				return err
			}
			if _, err := c.onThisMachine(cmd, "what a check left"); err != nil {
				return err
			}
			work, err := git.Open(cmd.Context(), dir)
			if err != nil {
				return err
			}
			defer work.Close() //nolint:errcheck // it was only read
			exit, err := new(checkrun.Desk).Enter(cmd.Context(), checkrun.Entry{Keep: work.Keep(), Check: args[0], Argv: args[1:], In: os.Stdin, Out: os.Stdout})
			if err != nil {
				return err
			}
			if !exit.OK() && len(args) > 1 {
				return cli.Exit(op.NotWell)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "a `FOLDER` in the repository")
	return cmd
}
