package verdictfile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"prentice/internal/engine/testreport"
)

// Cases keeps the history of test cases at Dir, which is made when the first is kept.
type Cases struct {
	Dir string
}

func (c Cases) file() sealed {
	return sealed{c.Dir, "cases.json", "the history of test cases"}
}

// History is what is known.
func (c Cases) History() (testreport.History, error) {
	body, err := c.file().read()
	h := testreport.History{}
	if err != nil || body == nil {
		return h, err
	}
	if json.Unmarshal(body, &h) != nil {
		return testreport.History{}, c.file().damaged()
	}
	return h, nil
}

// Add has a history changed while no other process does, and keeps it. What it gives is
// the history as it is then, also where it could not be kept.
func (c Cases) Add(ctx context.Context, add func(*testreport.History)) (testreport.History, error) {
	free, err := c.file().hold(ctx)
	if err == nil {
		defer free()
	}
	h, broken := c.History() // one that is damaged is made anew
	add(&h)
	if err != nil {
		return h, err
	}
	h.Cases = slices.Clip(h.Cases)
	body, err := json.Marshal(h)
	if err != nil {
		return h, fmt.Errorf("keep the history of test cases: %w", err)
	}
	for len(body) >= mostBytes-100 {
		h.Halve()
		if body, err = json.Marshal(h); err != nil {
			return h, fmt.Errorf("keep the history of test cases: %w", err)
		}
	}
	if err := c.file().write(body); err != nil {
		return h, err
	}
	return h, broken
}
