package db

// LookAgain lets the next Writable ask PostgreSQL for room.
func (d *DB) LookAgain() { d.spilled.Store(0) }
