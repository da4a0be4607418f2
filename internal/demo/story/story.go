package story

import (
	"context"
	"fmt"
	"io"
	"time"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// Stage is where the story plays, and what the program lends to it.
type Stage struct {
	Data   string // a data folder of its own
	Bin    string // this program
	Called string // how this program is called, for commands that are shown
	Out    io.Writer
	Screen term.Screen
	Quick  bool // do not pause for the reader

	// Open starts what the story needs (the sample team for a fault) and a server on
	// the data folder. It is asked once; what it starts runs until close.
	Open func(context.Context) (Opened, error)
}

// Opened is a stage that plays.
type Opened struct {
	URL   string
	Token string                      // of the owner
	Owner string                      // their name
	As    func(token string) op.Door  // the API, for the bearer of a token
	Close func(context.Context) error // stops the server and the services; may be asked twice
}

// limit is how long a story may take in all. It is far more than it needs.
const limit = 10 * time.Minute

// play is a story under way.
type play struct {
	Stage
	Opened
	*teller
	promises int
	where    demo.Where

	owner, ann op.Door
	customers  customers
	killed     int // the process that was killed
	incident   prentice.Ref
	run        int64
	hash       string // of the plan

	tokens map[prentice.Ref]string // of those who have joined
	ben    op.Door                 // who approves changes
}

func newPlay(s Stage) *play {
	return &play{Stage: s, teller: newTeller(s.Out, s.Screen, s.Quick), where: demo.Where{State: s.Data + "/work", Team: s.Data + "/team", Bin: s.Bin}, tokens: map[prentice.Ref]string{}}
}

// Tell plays the story. Its error is the first promise that did not hold, or
// what came in between. Whatever was started has been stopped when it returns.
func Tell(ctx context.Context, s Stage) (err error) {
	p := newPlay(s)
	p.title()
	if err := p.tell(ctx, p.opens, p.dies, p.whichFault, p.thePlan, p.whoMaySayYes, p.fixes, p.proves); err != nil {
		return err
	}
	p.ends("Now break it yourself:", p.Called+" up --demo")
	return nil
}

// tell plays chapters in their order, and closes the stage.
func (p *play) tell(ctx context.Context, chapters ...func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		if p.Close == nil {
			return
		}
		if stopping := p.Close(context.WithoutCancel(ctx)); err == nil {
			err = stopping
		}
	}()
	for _, chapter := range chapters {
		if err := chapter(ctx); err != nil {
			return err
		}
		if err := p.breathe(ctx, long); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) title() {
	p.headline("prentice: a fault is fixed under supervision")
	p.prose("A small shop of three services runs on this machine for the length of this story. One of them is killed. " +
		"prentice notices, finds out which fault it is, makes a plan, asks, fixes it, checks whether it helped, and can prove all of it. " +
		"The processes, the signal, the people's tokens and the HTTP API are real. It takes half a minute.")
}

func (p *play) ends(next, command string) {
	p.blank()
	p.prose(fmt.Sprintf("%d promises were looked at while this was told, and all of them held. It took %.1f s.", p.promises, time.Since(p.begun).Seconds()))
	p.prose(next)
	p.command(command)
}
