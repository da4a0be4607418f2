package boot

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/face/cli"
	"prentice/internal/op"
	"prentice/internal/skill"
)

// Main is the whole program: a command line in, an exit code out.
func Main(ctx context.Context, build Build, args []string) int {
	c := &commands{build: build, stdout: os.Stdout, stderr: os.Stderr}
	return cli.Main(ctx, c.root(), args)
}

// root is the whole command line.
func (c *commands) root() *cobra.Command {
	return cli.New(cli.Options{
		Ops: c.ops(), Told: c.told, Open: c.open, Pack: packFolder, Version: c.build.Version, Commit: c.build.Commit,
		Extra:  []*cobra.Command{c.demo(), c.up(), c.initCommand(), c.backupCommand(), c.doctorCommand(), c.enter(), c.restoreCommand(), demoService(), c.reference()},
		Nested: map[string][]*cobra.Command{"check": {c.checkEnter()}, "procedure": {c.procedureNew(), c.procedureLSP(), c.procedureRehearse()}, "procedure.library": {c.libraryAdd(), c.libraryUpgrade()}, "statuspage": {c.statuspageExport()}},
		Home:   "status", First: firsts,
	})
}

// startPatience is how long a command waits for a server that is starting.
const startPatience = 5 * time.Second

// commands is what the commands share.
type commands struct {
	team, data     string // the folders, once the flags are read
	build          Build
	stdout, stderr io.Writer
}

// ops is every operation there is, described without a data folder.
func (c *commands) ops() []op.Op {
	skills := describe(func() string { return c.team }, func() string { return c.data })
	return skill.Ops(skills)
}

// settings joins flags, environment and file.
func (c *commands) settings(g cli.Global) (Settings, error) {
	s, err := c.given(g)
	if err != nil {
		return s, err
	}
	if s, err = s.Filled(); err != nil {
		return s, err
	}
	return s.followed(), nil
}

// given is the settings as they were given, without defaults.
func (c *commands) given(g cli.Global) (Settings, error) {
	s, err := ReadSettings(settingsFile(), os.Getenv)
	if err != nil {
		return s, err
	}
	for _, folder := range []struct {
		to                *string
		is, flag, inherit string
	}{{&s.Data, g.Data, "--data", "PRENTICE_DATA"}, {&s.Team, g.Team, "--team", "PRENTICE_TEAM"}} {
		if folder.is == "" {
			continue
		}
		if *folder.to = folder.is; folder.is != os.Getenv(folder.inherit) {
			s.named += " " + folder.flag + " " + quoted(folder.is)
		}
	}
	s.build = c.build
	return s, nil
}

// told learns where the team folder is, for operations that need no more.
func (c *commands) told(g cli.Global) error {
	set, err := c.settings(g)
	c.team, c.data = set.Team, set.Data
	return err
}

func (c *commands) up() *cobra.Command {
	var accept string
	var listen, database, owner, hosts, public, proxies, replica, logsKeep, logsMax, historyKeep, eventsKeep, enrolment, monitors, blobs, inventoryProgram, helper, repositories, gitSSH string
	var sample, verbose, remote bool
	cmd := &cobra.Command{
		Use: "up", GroupID: string(op.Administration), Short: "Start everything and serve the pages and the API", Example: "  prentice up --demo", Args: cobra.NoArgs,
		Long: "Starts the watching, the schedules and the performing of runs, and serves pages and API until it is told to stop (SIGINT or SIGTERM): then it lets the steps under way end. The data folder is made if it is not there.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			outliveReaders()
			g := cli.GlobalOf(cmd)
			file := settingsFile()
			if sample {
				file = SettingsFile // a sample is a thing of the current folder
			}
			set, err := ReadSettings(file, os.Getenv)
			if err != nil {
				return err
			}
			for _, given := range []struct {
				flag string
				to   *string
			}{{listen, &set.Listen}, {database, &set.Database}, {owner, &set.Owner}, {replica, &set.Replica}, {hosts, &set.Hosts}, {public, &set.PublicURL}, {proxies, &set.Proxies}, {logsKeep, &set.LogsKeep},
				{logsMax, &set.LogsMax}, {historyKeep, &set.HistoryKeep}, {eventsKeep, &set.EventsKeep}, {enrolment, &set.Enrolment}, {monitors, &set.Monitors}, {blobs, &set.Blobs}, {inventoryProgram, &set.InventoryProgram}, {helper, &set.Helper}, {repositories, &set.Repositories}, {gitSSH, &set.GitSSH}, {g.Data, &set.Data}, {g.Team, &set.Team}} {
				if given.flag != "" {
					*given.to = given.flag
				}
			}
			set.Remote, set.Accept = set.Remote || remote, accept
			if set, err = set.Filled(); err != nil {
				return err
			}
			if sample {
				return c.upSample(cmd.Context(), set, verbose)
			}
			return Serve(cmd.Context(), set, c.build, c.stdout, newLog(c.stderr, verbose))
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "", "`ADDRESS` of pages and API (default "+DefaultListen+")")
	f.StringVar(&database, "database", "", "use the PostgreSQL database at `URL` instead of SQLite in the data folder")
	f.StringVar(&owner, "owner", "", "`NAME` of the owner of a new installation (default: your user name)")
	f.StringVar(&hosts, "hosts", "", "`NAMES` that the pages are reached by, with commas between them, when not loopback")
	f.StringVar(&public, "public-url", "", "the `ADDRESS` by which people reach the pages, behind a proxy: https://ops.example.org, or https://ops.example.org/prentice")
	f.StringVar(&proxies, "proxies", "", "believe X-Forwarded-For of proxies at these `ADDRESSES`, with commas between them: 127.0.0.1, 10.0.0.0/24")
	f.StringVar(&replica, "replica", "", "share the PostgreSQL database and the data folder with others, under this `NAME`")
	f.StringVar(&logsKeep, "logs-keep", "", "keep the logs of ended runs for so many `DAYS`: 90d, or ever (default "+defaultLogsKeep+")")
	f.StringVar(&logsMax, "logs-max", "", "keep at most `SIZE` of logs: 500MB, 10GB, or any (default "+defaultLogsMax+")")
	f.StringVar(&historyKeep, "history-keep", "", "keep runs and incidents for so many `DAYS` after their end: 400d, or ever (default "+defaultHistoryKeep+"); their evidence is kept forever")
	f.StringVar(&eventsKeep, "events-keep", "", "keep events and notices for so many `DAYS`: 90d, or ever (default "+defaultEventsKeep+")")
	f.StringVar(&enrolment, "enrolment", "", "`HOW` far owners are trusted with letting others in: closed (anyone who makes a link or token for another is behind what is done with it) or trusted (default closed)")
	f.StringVar(&monitors, "monitors", "", "`NAMES` of agents that only report what they see, with commas between them: no one counts as behind their events")
	f.StringVar(&blobs, "blobs", "", "keep finished parts of logs in the folder or S3 bucket at `ADDRESS`: s3://BUCKET?region=REGION (default: blobs in the data folder)")
	f.StringVar(&inventoryProgram, "inventory-program", "", "ask `PROGRAM`, which is ansible-inventory or a path to it, for the hosts of inventories that are programs or settings of plug-ins; it runs what stands in the team folder, as this user (default: nothing is run)")
	f.StringVar(&repositories, "repositories", "", "check the repositories of the catalog below the folder `DIR` (default: repositories in the data folder)")
	f.StringVar(&gitSSH, "git-ssh", "", "let git come over SSH at this `HOST:PORT` (default: over HTTP alone)")
	f.StringVar(&helper, "helper", "", "`WHETHER` a small program may be put on hosts, which begins steps there at less cost: allowed or forbidden (default allowed)")
	f.StringVar(&accept, "accept", "", "start once although something is `LOST`: rollback, when evidence that was signed here is not in the database; lost-keys, when the keys that signed it are gone; or as a copy: copy, of a data folder that is there as well. It comes up stopped")
	f.BoolVar(&sample, "demo", false, "bring a sample team: three small services, their probes and four procedures")
	f.BoolVar(&remote, "remote", false, "listen beyond this machine")
	f.BoolVar(&verbose, "verbose", false, "log more")
	return cmd
}

// upSample serves a sample team, whose services run as long as we do.
func (c *commands) upSample(ctx context.Context, set Settings, verbose bool) error {
	log := newLog(c.stderr, verbose)
	stop, err := startSample(ctx, &set, log)
	if err != nil {
		return err
	}
	return errors.Join(Serve(ctx, set, c.build, c.stdout, log), stop())
}

func demoService() *cobra.Command {
	cmd := &cobra.Command{Use: "demo-service", Hidden: true, DisableFlagParsing: true, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return prentice.Errorf(prentice.Invalid, "which service?").Try("this command is for prentice up --demo")
			}
			return demo.Serve(cmd.Context(), args[0], args[1:], cmd.OutOrStdout())
		}}
	return cmd
}

// firstStart makes the owner of a new installation, and gives the link to sign in
// once as long as no one has: a command may have made the owner before.
func (s *System) firstStart(ctx context.Context, url string) (string, error) {
	if _, _, err := s.Identity.EnsureOwner(ctx, s.Settings.Owner); err != nil {
		return "", err
	}
	code, err := s.Identity.FirstLink(ctx)
	if err != nil || code == "" {
		return "", err
	}
	return url + "/sign-in/" + code, nil
}
