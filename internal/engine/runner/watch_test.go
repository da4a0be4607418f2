package runner

import (
	"context"
	"errors"
	"sync"
	"testing"

	"prentice/internal/engine/run"
)

func TestWhoWatchesTooSlowlyHearsHowMuchWasMissed(t *testing.T) {
	r := &Runner{}
	const told = 1000 // more than wait for a listener
	heard, missed := 0, 0
	begun, goOn := make(chan bool), make(chan bool)
	enough := errors.New("enough")
	var first sync.Once
	ended := make(chan error)
	go func() {
		ended <- r.Watch(t.Context(), 0, func(m run.Moment) error {
			first.Do(func() { close(begun); <-goOn })
			missed += m.Missed
			if heard++; m.Says == "the last" {
				return enough
			}
			return nil
		})
	}()
	for !r.hub.Heard(0) {
		if t.Context().Err() != nil {
			t.Fatal(context.Cause(t.Context()))
		}
	}
	r.say(run.Moment{Run: 7})
	<-begun
	for range told {
		r.say(run.Moment{Run: 7})
	}
	close(goOn)
	for {
		select {
		case err := <-ended:
			if !errors.Is(err, enough) || missed == 0 || missed+heard < told+2 {
				t.Errorf("heard %d of more than %d, and that %d were missed: %v", heard, told, missed, err)
			}
			return
		default:
			r.say(run.Moment{Run: 7, Says: "the last"})
		}
	}
}
