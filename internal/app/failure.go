package app

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"runtime/debug"
	"syscall"

	"prentice"
	"prentice/internal/kit/db"
)

// fixable are the faults that an operator can fix, with what is true and what
// to do.
var fixable = []struct {
	is         error
	text, hint string
}{
	{db.ErrFull, "the disk is full", "free space on the disk that holds the data folder, or the PostgreSQL database, then try again"},
	{syscall.ENOSPC, "the disk is full", "free space on the disk that holds the data folder, then try again"},
	{syscall.EDQUOT, "the disk quota is used up", "free space on the disk that holds the data folder, then try again"},
	{db.ErrReadOnly, "the database cannot be written", "with SQLite, give prentice the right to write its data folder; with PostgreSQL, look whether the database has become a standby or read-only; then try again"},
	{syscall.EROFS, "the data folder lies on a read-only disk", "mount the disk that holds the data folder for writing, then try again"},
	{db.ErrCorrupt, "the database is damaged", "stop prentice and bring the data folder back from a backup"},
	{db.ErrBusy, "the database is held by another process", "stop the other process that uses the data folder, or try again in a moment"},
	{driver.ErrBadConn, "the database does not answer", "look whether the database runs, then try again"},
	{context.DeadlineExceeded, "it took too long", "try again when less is going on"},
}

// explain turns any error into the one that callers see. What no one outside
// can fix keeps its cause, goes to the log, and is told only by its id.
func (a *App) explain(name string, err error) *prentice.Error {
	told, ok := errors.AsType[*prentice.Error](err)
	if ok && told.Kind != prentice.Internal {
		return told
	}
	for _, m := range fixable {
		if errors.Is(err, m.is) {
			return unavailable(name, m.text, m.hint, err)
		}
	}
	if errors.Is(err, context.Canceled) {
		return &prentice.Error{Kind: prentice.Canceled, Text: name + " was given up", Err: err}
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return unavailable(name, "something it speaks to does not answer", "look whether the database and what it speaks to run, then try again", err)
	}
	id := a.ID()
	a.Log.Error("operation broke", "op", name, "id", id, "error", err)
	return &prentice.Error{Kind: prentice.Internal, Text: name + " broke inside prentice (" + id + ")", Hint: "look for " + id + " in the log and report it", Err: err}
}

func unavailable(name, text, hint string, err error) *prentice.Error {
	return &prentice.Error{Kind: prentice.Unavailable, Text: name + ": " + text, Hint: hint, Err: err}
}

// catch turns a panic of an operation into an error.
func (inv *invocation) catch(err *error) {
	if value := recover(); value != nil {
		inv.panicked = true
		*err = panicError(value, debug.Stack())
	}
}
