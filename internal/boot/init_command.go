package boot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/boot/newteam"
	"prentice/internal/face/cli"
	"prentice/internal/op"
)

// begun is what init made, or would make.
type begun struct {
	Team     string         `json:"team"`
	DryRun   bool           `json:"dry_run,omitempty"`
	Files    []begunFile    `json:"files"`
	Sources  []source       `json:"sources"`
	Left     []newteam.Left `json:"left_out"`
	Settings string         `json:"settings,omitempty"` // the file that names the folder, when it was made
	Hosts    int            `json:"hosts"`
	Services int            `json:"services"`
	Probes   int            `json:"probes"`
	Person   string         `json:"person"`
	Wants    string         `json:"-"` // what the settings do not say yet
	Data     string         `json:"-"` // the flag that names the data folder, as it was typed
}

// begunFile is a file of the team folder, and what became of it.
type begunFile struct {
	newteam.File
	State string `json:"state"` // written, would be written, kept or the same
}

// source is what was looked at, and what it gave.
type source struct {
	Name string `json:"source"`
	Gave string `json:"found"`
}

// looking is where init looks; "" is where a thing usually is, and none nowhere.
type looking struct {
	ssh, inventory, prometheus, units string
	group                             string
	version                           string // of the program
}

// noSource says that a source is not looked at.
const noSource = "none"

func (c *commands) initCommand() *cobra.Command {
	at := looking{version: c.build.Version}
	var dry bool
	cmd := &cobra.Command{
		Use: "init [FOLDER]", GroupID: string(op.Administration), Short: "Make a team folder from what is found on this machine", Args: cobra.MaximumNArgs(1),
		Example: "  prentice init team --inventory ansible/hosts.ini --prometheus http://127.0.0.1:9090",
		Long: "Writes a team folder with comments: catalog, inventory, ssh_config, policy with its tests, alerts, calendar and first procedures. " +
			"Hosts come from ~/.ssh/config and an Ansible inventory, services and their probes from the running systemd units and the targets of a Prometheus. " +
			"FOLDER is the team folder of the settings, or else team, and prentice.toml is written so that prentice up finds it.\n\n" +
			"Nothing is overwritten: a file that is there stays as it is, and is named. All that is written passes prentice catalog check, policy test and procedure lint. " +
			"Of hosts, only how they are reached and their groups are taken over: other vars of an inventory, passwords, and users and parameters in addresses are not. " +
			"Nothing is changed on any host, and only a Prometheus that you name by its URL is asked.\n\n" +
			"--dry-run shows what would be written. With none, as in --ssh-config none, a source is not looked at.",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := c.onThisMachine(cmd, "a team folder")
			if err != nil {
				return err
			}
			folder, wants, err := teamFolder(cmd, args)
			if err != nil {
				return err
			}
			if now, there := set.inGit().Said(); there && !dry && folder == now.Folder {
				return keptElsewhere(now)
			}
			b := begun{Team: folder, DryRun: dry, Person: set.Owner, Wants: wants}
			if cmd.Flags().Changed("data") {
				b.Data = " --data " + quoted(cli.GlobalOf(cmd).Data)
			}
			if err := begin(cmd.Context(), &b, at); err != nil {
				return err
			}
			return c.tellOf(cmd, b, b.text())
		},
	}
	f := cmd.Flags()
	f.StringVar(&at.ssh, "ssh-config", "", "take hosts from this ssh_config `FILE` (default ~/.ssh/config)")
	f.StringVar(&at.inventory, "inventory", "", "take hosts from the Ansible inventory at `PATH`, a file or a folder (default /etc/ansible/hosts)")
	f.StringVar(&at.prometheus, "prometheus", "", "take services from the Prometheus at a URL, or from its `URL|FILE` prometheus.yml (default /etc/prometheus/prometheus.yml)")
	f.StringVar(&at.units, "units", "", "none: do not look at the systemd `UNITS` that run here")
	f.StringVar(&at.group, "group", "team", "`NAME` of the team")
	f.BoolVar(&dry, "dry-run", false, "show what would be written, and write nothing")
	return cmd
}

// teamFolder is the folder to make, and what prentice.toml must say so that it is
// found; "" when the settings say it already.
func teamFolder(cmd *cobra.Command, args []string) (folder, wants string, err error) {
	set, err := ReadSettings(settingsFile(), os.Getenv)
	if err != nil {
		return "", "", err
	}
	folder = set.Team
	if named := cli.GlobalOf(cmd).Team; named != "" {
		folder = named
	}
	if len(args) > 0 {
		folder = args[0]
	}
	if folder == "" {
		folder = "team"
	}
	full, err := filepath.Abs(folder)
	if err != nil {
		return "", "", prentice.Errorf(prentice.Invalid, "team folder %q: %w", folder, err)
	}
	if found, err := filepath.Abs(set.Team); err != nil || set.Team == "" || found != full {
		wants = folder
	}
	return full, wants, nil
}

// begin finds, drafts, checks and writes.
func begin(ctx context.Context, b *begun, at looking) error {
	if !prentice.ValidName(at.group) || newteam.Name(at.group) != at.group {
		return prentice.Errorf(prentice.Invalid, "%q is no name of a team", at.group).Try("use letters, digits and dashes")
	}
	found := &newteam.Found{Group: at.group, Person: b.Person, Zone: zoneHere(), Machine: machineName(), Version: at.version}
	var err error
	if b.Sources, err = find(ctx, found, at); err != nil {
		return err
	}
	files, err := drafted(ctx, found, time.Now())
	if err != nil {
		return err
	}
	b.count(found)
	if b.Wants != "" && !b.DryRun {
		if b.Settings, err = nameFolder(b.Team); err != nil {
			return err
		}
	}
	if b.Files, err = put(b.Team, files, b.DryRun); err != nil && b.Settings != "" {
		os.Remove(b.Settings) //nolint:errcheck // it names a folder that is not there
	}
	return err
}

func (b *begun) count(found *newteam.Found) {
	b.Left, b.Services, b.Hosts = found.Left, len(found.Services), len(found.Hosts)
	if !found.Knows(found.Machine) {
		b.Hosts++
	}
	for _, s := range found.Services {
		b.Probes += len(s.Probes)
	}
}

// nameFolder writes prentice.toml where there is none, so that commands in this
// folder find the team.
func nameFolder(folder string) (string, error) {
	if _, err := os.Lstat(SettingsFile); err == nil {
		return "", nil
	}
	here, err := os.Getwd()
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "%w", err)
	}
	if rel, err := filepath.Rel(here, folder); err == nil && filepath.IsLocal(rel) {
		folder = rel
	}
	text := fmt.Sprintf("# Settings of prentice for commands in this folder; see prentice up --help\nteam = %q\n", folder)
	made, err := writeNew(filepath.Join(here, SettingsFile), []byte(text), 0o644)
	if err != nil {
		return "", cannotMake(SettingsFile, err)
	}
	if !made {
		return "", nil // another init did
	}
	return SettingsFile, nil
}

func (b begun) text() string {
	var t strings.Builder
	verb := "is made"
	if b.DryRun {
		verb = "would be made"
	}
	fmt.Fprintf(&t, "● The team folder %s %s: %s, %s, %s.\n", b.Team, verb, counted(b.Hosts, "host"), counted(b.Services, "service"), counted(b.Probes, "probe"))
	for _, f := range b.Files {
		fmt.Fprintf(&t, "  %-16s %s\n", f.State, f.Name)
	}
	if b.Settings != "" {
		fmt.Fprintf(&t, "  %-16s %s, which names the folder\n", written, b.Settings)
	}
	t.WriteString("\nLooked at\n")
	for _, s := range b.Sources {
		fmt.Fprintf(&t, "  %s: %s\n", s.Name, s.Gave)
	}
	if len(b.Left) > 0 {
		t.WriteString("\nLeft out\n")
	}
	const most = 20
	for i, l := range b.Left {
		if i == most {
			fmt.Fprintf(&t, "  and %d more: -o json lists them all\n", len(b.Left)-most)
			break
		}
		fmt.Fprintf(&t, "  %s: %s\n", l.What, l.Why)
	}
	if b.DryRun {
		for _, f := range b.Files {
			fmt.Fprintf(&t, "\n--- %s (%s)\n%s", f.Name, f.State, f.Text)
		}
		return t.String()
	}
	fmt.Fprintf(&t, "\n%s owns the installation, and is its first approver. No one approves their own request: add a second person when it runs, with prentice person add.\n", b.Person)
	team := b.Data
	if b.Wants != "" && b.Settings == "" {
		team += " --team " + quoted(b.Team)
		fmt.Fprintf(&t, "\nThe settings name another team folder: write team = %q into %s, or give --team.\n", b.Team, SettingsFile)
	}
	fmt.Fprintf(&t, "\nNext\n  prentice catalog check%s\n  prentice procedure new --list\n  prentice up%s\n", team, team)
	return t.String()
}
