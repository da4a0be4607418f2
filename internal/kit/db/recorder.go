package db

import "time"

// Recorder keeps notes within the write that makes them true: neither is there
// without the other.
type Recorder[Note any] interface {
	Append(tx *Tx, now time.Time, notes ...Note) error
}
