package boot

import (
	"sync"
	"time"

	"prentice/internal/adapter/ansible"
	"prentice/internal/team/inventory"
)

// How often Ansible is asked for hosts that no file lists, and how long its answer
// counts for anyone who only looks.
const (
	askEvery = 10 * time.Minute
	askedFor = time.Minute
)

// ask asks Ansible for hosts that no file lists, where the settings name it and there
// is something to act on.
func (s Settings) ask(acting Acting, dir func() string) (inventory.Ask, error) {
	if s.InventoryProgram == "" || acting == Reads || acting == Tries {
		return nil, nil
	}
	program := ansible.Inventory{Program: s.InventoryProgram}
	if err := program.Check(); err != nil {
		return nil, err
	}
	return (&asking{dir: dir, list: program.List}).answer, nil
}

// asking remembers an answer for a moment: many may look at once, and each answer
// costs a process.
type asking struct {
	dir  func() string
	list inventory.Ask

	mu    sync.Mutex // guards the rest
	at    time.Time
	marks string // of the files that it was asked about
	raw   []byte
	err   error
}

func (a *asking) answer(sources []string) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if marks := inventory.Marks(a.dir()); marks != a.marks || time.Since(a.at) > askedFor {
		a.raw, a.err = a.list(sources)
		a.marks, a.at = marks, time.Now()
	}
	return a.raw, a.err
}
