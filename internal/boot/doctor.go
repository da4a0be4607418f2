package boot

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice/internal/face/cli"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// checked is one thing that doctor looked at.
type checked struct {
	About string `json:"about"`
	State health `json:"state"`
	Says  string `json:"says"`
	Try   string `json:"try,omitempty"` // the remedy
}

// health is how a thing stands.
type health string

const (
	fine   health = "ok"
	advice health = "advice" // works, and could be better
	broken health = "error"  // something does not work, or is not safe
)

func good(about, says string, args ...any) checked {
	return checked{About: about, State: fine, Says: fmt.Sprintf(says, args...)}
}

// but is what is less than good, with its remedy.
func but(state health, about, says, try string) checked {
	return checked{About: about, State: state, Says: says, Try: try}
}

// diagnosis is all that doctor found.
type diagnosis struct {
	Checks []checked `json:"checks"`
	Errors int       `json:"errors"`
	Advice int       `json:"advice"`
}

func diagnosed(checks []checked) diagnosis {
	d := diagnosis{Checks: checks}
	for _, c := range checks {
		switch c.State {
		case broken:
			d.Errors++
		case advice:
			d.Advice++
		}
	}
	return d
}

// ExitCode says no when something is wrong.
func (d diagnosis) ExitCode() int {
	if d.Errors > 0 {
		return op.NotWell
	}
	return 0
}

func (d diagnosis) text() string {
	var b strings.Builder
	sign := map[health]string{fine: "●", advice: "▲", broken: "■"}
	width := 0
	for _, c := range d.Checks {
		width = max(width, term.Width(c.About))
	}
	for _, c := range d.Checks {
		gap := strings.Repeat(" ", width-term.Width(c.About))
		fmt.Fprintf(&b, "%s %s%s  %s\n", sign[c.State], c.About, gap, c.Says)
		if c.Try != "" {
			fmt.Fprintf(&b, "  %s  → %s\n", strings.Repeat(" ", width), c.Try)
		}
	}
	fmt.Fprintf(&b, "\n%s, %s of %d checks.\n", counted(d.Errors, "error"), counted(d.Advice, "advice"), len(d.Checks))
	return b.String()
}

func counted(n int, what string) string {
	if n == 1 || what == "advice" {
		return fmt.Sprintf("%d %s", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (c *commands) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", GroupID: string(op.Administration), Short: "What this machine and these settings can and cannot do", Args: cobra.NoArgs, Example: "  prentice doctor",
		Long: "Looks at the settings, the data folder and its disk, the database, the keys and secrets, the programs and limits of this machine, its clock, the service unit, the team folder, the ways to its hosts and the last backup, " +
			"and says what is wrong or could be better, each with its remedy. It only reads, works beside a server that runs and without one, and prints no secret.\n\n" +
			"It ends with exit code 0 when nothing is wrong, also if there is advice, and with 9 when something is.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := c.onThisMachine(cmd, "a diagnosis"); err != nil {
				return err
			}
			set, was, err := c.installation(cmd)
			if err != nil {
				return err
			}
			d := diagnosed(c.examine(cmd.Context(), set, was, time.Now()))
			for i, one := range d.Checks {
				d.Checks[i].Try = set.pointed(one.Try)
			}
			if err := c.tellOf(cmd, d, d.text()); err != nil {
				return err
			}
			return cli.Exit(d.ExitCode())
		},
	}
}

// examine looks at everything, in the order in which a start needs it.
func (c *commands) examine(ctx context.Context, set Settings, was lastStart, now time.Time) []checked {
	list := []checked{good("settings", "%s", saidBy(set, was))}
	list = append(list, listening(set))
	list = append(list, previewHealth(ctx, set)...)
	list = append(list, dataFolder(ctx, set)...)
	list = append(list, databaseHealth(ctx, set, now)...)
	list = append(list, fileModes(set.Data)...)
	list = append(list, machineHealth(ctx, set)...)
	list = append(list, c.teamHealth(ctx, set, now)...)
	return append(list, lastBackupHealth(set, now))
}

func saidBy(set Settings, was lastStart) string {
	file := settingsFile()
	if _, err := os.Stat(file); err != nil {
		file = "no " + SettingsFile
	}
	if was != (lastStart{}) {
		file += ", and as it was started last"
	}
	return fmt.Sprintf("from %s; data %s, team %s", file, set.Data, set.Team)
}
