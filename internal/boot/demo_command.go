package boot

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/demo/story"
	"prentice/internal/face/cli"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// demo is the command that plays the story.
func (c *commands) demo() *cobra.Command {
	var quick bool
	var which string
	cmd := &cobra.Command{
		Use: "demo", Short: "Watch a service fail and be restarted under supervision", Example: "  prentice demo", Args: cobra.NoArgs,
		Long: "Plays the main job from its beginning to its end, in less than a minute and without anybody's help: starts a sample team of three small services and a server on free ports of this machine, " +
			"kills a service, and tells what happens then, what prentice saw, and why it acted. All that is told is looked at while it is told. " +
			"It ends with a file of evidence and the command that checks it.\n\n" +
			"With --story change it plays another: how a change of code is pushed, refused, fixed, reviewed, queued and landed, in about a minute; and with --story release how a release goes from place to place, and a bad one goes back. These need git and bubblewrap.\n\n" +
			"It lives in a new temporary folder, or in the empty one that --data names, and says where that is; all that it started is stopped at its end. " +
			"Ends with exit code 0 only if every promise held.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			g := cli.GlobalOf(cmd)
			for _, flag := range []string{"server", "token", "team", "output"} {
				if cmd.Flags().Changed(flag) {
					return prentice.Errorf(prentice.Invalid, "the story brings its own server and team, and --%s has no meaning in it", flag).Try("leave it out")
				}
			}
			folder := ""
			if cmd.Flags().Changed("data") {
				folder = g.Data
			}
			return c.tell(cmd.Context(), which, folder, g.NoColour, quick)
		},
	}
	cmd.Flags().StringVar(&which, "story", "fault", "which `STORY` to play: fault, change or release")
	cmd.Flags().BoolVar(&quick, "quick", false, "do not pause for the reader")
	return cmd
}

// tell plays the story in a folder, and says what of it is left.
func (c *commands) tell(ctx context.Context, which, folder string, plain, quick bool) (err error) {
	tells, known := map[string]func(context.Context, story.Stage) error{"fault": story.Tell, "change": story.TellChange, "release": story.TellRelease}[which]
	if !known {
		return prentice.Errorf(prentice.Invalid, "there is no story %q", clip.Text(which)).Try("give --story fault, --story change or --story release")
	}
	if which != "fault" {
		if err := codeNeeds(ctx); err != nil {
			return err
		}
	}
	folder, err = freshFolder(folder)
	if err != nil {
		return err
	}
	set, err := Settings{Data: folder, Listen: "127.0.0.1:0", Owner: "olga", Enrolment: enrols[which]}.Filled()
	if err != nil {
		return err
	}
	bin, err := os.Executable()
	if err != nil {
		return prentice.Errorf(prentice.Internal, "where is this program? %w", err)
	}
	outliveReaders()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	screen := term.On(c.stdout, os.Getenv, plain)
	err = tells(ctx, story.Stage{
		Data: set.Data, Bin: bin, Called: called(), Out: followed{c.stdout, end}, Screen: screen, Quick: quick,
		Open: func(ctx context.Context) (story.Opened, error) { return c.openStage(ctx, set, which == "fault") },
	})
	said := screen
	if said.Width == 0 || said.Width > story.Widest {
		said.Width = story.Widest
	}
	left := "Everything that the story started is stopped. What it wrote is left in the folder below; to remove it:"
	io.WriteString(c.stdout, "\n"+said.Wrap(left)+"\n          "+screen.Paint(term.Head, "$ rm -r "+folder)+"\n") //nolint:errcheck // a reader who has gone away hears nothing
	return err
}

// enrols says by story whether an owner who let people in is taken to be someone else
// than they are.
var enrols = map[string]string{"change": "trusted", "release": "trusted"}

// called is how this program was called, for commands that are shown.
func called() string {
	if strings.Contains(os.Args[0], "/") && filepath.Base(os.Args[0]) == "prentice" {
		return os.Args[0]
	}
	return "prentice"
}

// freshFolder is a folder with nothing in it: the one that is named, or a new
// one.
func freshFolder(named string) (string, error) {
	if named == "" {
		made, err := os.MkdirTemp("", "prentice-demo-")
		if err != nil {
			return "", prentice.Errorf(prentice.Unavailable, "a folder for the story: %w", err).Try("free space, or name an empty folder with --data")
		}
		return made, nil
	}
	inside, err := os.ReadDir(named)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", prentice.Errorf(prentice.Unavailable, "%w", err).Try("name an empty folder with --data")
	case len(inside) > 0:
		return "", prentice.Errorf(prentice.Conflict, "%s is not empty, and the story begins with nothing", named).Try("name an empty folder with --data, or leave it out")
	}
	return filepath.Abs(named)
}

// openStage starts a server in this process, and the sample team where a story has it.
func (c *commands) openStage(ctx context.Context, set Settings, sample bool) (story.Opened, error) {
	if err := mkdir(set.Data); err != nil {
		return story.Opened{}, err
	}
	file, err := os.OpenFile(filepath.Join(set.Data, "prentice.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return story.Opened{}, cannotWrite(set.Data, err)
	}
	log := slog.New(slog.NewTextHandler(file, nil))
	stopTeam := func() error { return nil }
	if sample {
		stopTeam, err = startSample(ctx, &set, log)
	} else {
		err = mkdir(set.Team)
	}
	if err != nil {
		return story.Opened{}, errors.Join(err, file.Close())
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(serving, set, c.build, io.Discard, log)
		close(ended)
	}()
	closed := false
	o := story.Opened{Owner: set.Owner, As: func(token string) op.Door { return c.far(urlOf(ctx, set), token) }}
	o.Close = func(context.Context) error {
		if closed {
			return nil
		}
		closed = true
		stop()
		return errors.Join(<-ended, stopTeam(), file.Close())
	}
	if err := awaitServing(ctx, set, ended); err != nil {
		return story.Opened{}, errors.Join(err, o.Close(ctx))
	}
	o.URL = urlOf(ctx, set)
	o.Token, err = c.token(set, cli.Global{})
	if err != nil {
		return story.Opened{}, errors.Join(err, o.Close(ctx))
	}
	return o, nil
}

// codeNeeds says what the machine lacks that code is kept and checked with.
func codeNeeds(ctx context.Context) error {
	if _, err := exec.LookPath("git"); err != nil {
		return prentice.Errorf(prentice.Unavailable, "the story is of code in git, and git is not installed").Try("install it: apt-get install git")
	}
	dir, err := os.MkdirTemp("", "prentice-demo-")
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "a folder for the story: %w", err).Try("free space, or name an empty folder with --data")
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it holds nothing
	box, err := sandbox.New(ctx, dir)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "the story has code checked in a sandbox: %w", err)
	}
	return box.Close()
}

// stagePatience is how long the server of a story may take to start.
const stagePatience = 30 * time.Second

func urlOf(ctx context.Context, set Settings) string {
	at, _ := serving(ctx, set.Data)
	return at.URL
}

// awaitServing waits until the server answers, or has ended instead.
func awaitServing(ctx context.Context, set Settings, ended <-chan error) error {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	enough := time.NewTimer(stagePatience)
	defer enough.Stop()
	for {
		if _, ok := serving(ctx, set.Data); ok {
			return nil
		}
		select {
		case <-look.C:
		case err := <-ended:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-enough.C:
			return prentice.Errorf(prentice.Unavailable, "the server did not start within %s", stagePatience).Try("look into %s", filepath.Join(set.Data, "prentice.log"))
		}
	}
}
