// Package series keeps what is measured again and again: as points of five minutes
// for a day, rolled up into points of an hour for three months and of a day for five years.
//
// Its words: a series is named by the kind of what is measured, what it is about, and
// a name. A point is all values of one step: how many, their sum, the least and the
// greatest, so that two points of one step are added to one, and those of an hour or a day
// are exactly those of its steps. A step is counted from 1970 in slots.
//
// The owner of values gathers them into points of five minutes and adds those now and
// then; the hour and the day are added to in the same write. Single values are not kept: a chart
// needs none, and what a value proved is in a verdict or in evidence.
//
// It refuses to say what a value means, and to keep a fraction: values are whole
// numbers of the unit that the kind says.
package series

import (
	"embed"
	"io/fs"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of series; their owner is "series".
func Schema() fs.FS { return db.Under(files, "schema") }

// Store keeps points.
type Store struct{ DB *db.DB }

// Key names a series.
type Key struct {
	Kind  string // what is measured, and in which unit, such as probe.pass
	About prentice.Ref
	Name  string
}

// Step is how long a point is.
type Step time.Duration

// The steps, and how long points of each are kept.
const (
	Fine = Step(5 * time.Minute)
	Hour = Step(time.Hour)
	Day  = Step(24 * time.Hour) // in UTC

	KeepFine = 24 * time.Hour
	KeepHour = 90 * 24 * time.Hour
	KeepDay  = 5 * 365 * 24 * time.Hour
)

// Slot is the slot of a step that a time falls into.
func (s Step) Slot(t time.Time) int64 { return t.Unix() / s.seconds() }

// Start is when a slot of the step begins.
func (s Step) Start(slot int64) time.Time { return time.Unix(slot*s.seconds(), 0).UTC() }

func (s Step) seconds() int64 { return int64(time.Duration(s) / time.Second) }
