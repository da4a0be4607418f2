package replica

import (
	"strings"
	"time"
)

// Replica is one launch of one process that shares a database with others.
type Replica struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Machine string    `json:"-"` // what tells two places apart; nothing that people read
	URL     string    `json:"url"`
	Joined  time.Time `json:"joined"`
	Beat    time.Time `json:"beat"` // when it last said that it lives
	Ended   time.Time `json:"ended,omitzero"`
	How     string    `json:"how,omitempty"` // left or died
	Leads   bool      `json:"leads,omitempty"`
	Runs    int       `json:"runs"` // that it performs now
}

// NameOf is the name in a replica's id, which is NAME#NUMBER.
func NameOf(id string) (name string, ok bool) {
	name, _, ok = strings.Cut(id, "#")
	return name, ok
}
