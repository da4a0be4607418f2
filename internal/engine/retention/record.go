package retention

import "time"

// Kept is one sort of thing that grows, and how long it is kept.
type Kept struct {
	Name    string    `json:"name"`              // in the plural, such as runs
	Holds   string    `json:"holds"`             // what that is
	Keep    string    `json:"keep"`              // how long after its end: 400d, ever …
	Setting string    `json:"setting,omitempty"` // that says so; "" when none does
	Count   int64     `json:"count"`             // how many are kept; -1 when no one counts them
	Bytes   int64     `json:"bytes,omitempty"`   // that they take, where that is known
	Oldest  time.Time `json:"oldest,omitzero"`
	Next    time.Time `json:"next,omitzero"`  // when the oldest goes, unless something needs it
	Swept   time.Time `json:"swept,omitzero"` // when it was last looked what is old
	Last    int64     `json:"last"`           // how many went then
	Removed int64     `json:"removed"`        // how many went in all
}

// Report is all that is kept, and what becomes of it.
type Report struct {
	Kept     []Kept    `json:"kept"`
	Held     string    `json:"held,omitempty"`  // why nothing is removed; "" when it is
	Since    time.Time `json:"since,omitzero"`  // since when
	Database int64     `json:"database"`        // bytes
	Free     int64     `json:"free"`            // of them free for what is written next
	Room     int64     `json:"room"`            // bytes left on the disk of the data folder
	Daily    int64     `json:"daily,omitempty"` // bytes by which that shrank in a day, of late
	Full     time.Time `json:"full,omitzero"`   // when the disk is full at that rate
}
