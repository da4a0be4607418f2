package boot

import (
	"context"
	"errors"
	"strings"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db"
)

// openDatabase opens the database, and keeps others who open it at the same moment
// waiting until free is called.
func (s *System) openDatabase(ctx context.Context, held *folder) (free func(), err error) {
	if s.reads {
		return func() {}, s.readDatabase(ctx, held)
	}
	if file, named := strings.CutPrefix(s.Settings.Database, "sqlite:"); named { // other data folders may name it as well
		alone, err := takeFile(file)
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, alone.Close)
	}
	if s.db, err = db.Open(ctx, s.Settings.address()); err != nil {
		return nil, storeTrouble(s.Settings.address(), err)
	}
	s.closers = append(s.closers, s.db.Close)
	if free, err = s.db.Hold(ctx, "opening"); err != nil {
		return nil, storeTrouble(s.Settings.address(), err)
	}
	return free, nil
}

// openStore brings every owner's tables up to date.
func (s *System) openStore(ctx context.Context) (err error) {
	if err := s.db.Prepare(ctx); err != nil {
		return storeTrouble(s.Settings.address(), err)
	}
	owners := tables()
	if s.replicas != nil && !s.reads {
		if err := s.unchanged(ctx, owners); err != nil {
			return err
		}
	}
	for _, owner := range owners {
		if err := s.db.Migrate(ctx, owner.name, owner.files); err != nil {
			return storeTrouble(s.Settings.address(), err)
		}
	}
	if !s.reads {
		if s.shape, err = shapeOf(ctx, s.db, owners); err != nil {
			return storeTrouble(s.Settings.address(), err)
		}
	}
	if s.ledger, err = ledger.Open(s.db, s.path("keys")); err != nil {
		return err
	}
	s.ledger.Log = s.log
	if s.Settings.Accept == AcceptRollback {
		s.ledger.Disregard()
	}
	if s.replicas != nil {
		s.replicas.Record = s.ledger
	}
	return s.entitle(ctx)
}

// storeTrouble says what an operator can do about a database that does not open.
func storeTrouble(address string, err error) error {
	where, isFile := strings.CutPrefix(address, "sqlite:")
	if !isFile {
		where = "the PostgreSQL database"
	}
	switch {
	case errors.Is(err, db.ErrCorrupt):
		return prentice.Errorf(prentice.Unavailable, "%s is damaged: %w", where, err).
			Try("stop here, keep a copy of the data folder, and restore the last backup; sqlite3's .recover can save what is readable")
	case errors.Is(err, db.ErrFull):
		return prentice.Errorf(prentice.Unavailable, "the disk under %s is full: %w", where, err).Try("free space and start again; nothing is lost")
	case errors.Is(err, db.ErrReadOnly) && !isFile:
		return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", where, err).
			Try("this server is a standby or read-only: give the address of the primary, or let the database take writes again (default_transaction_read_only)")
	case errors.Is(err, db.ErrReadOnly):
		return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", where, err).Try("correct the permissions of the data folder, or name another with --data")
	case errors.Is(err, db.ErrNewer):
		return prentice.Errorf(prentice.Conflict, "%s was brought up to date by a later version of prentice: %w", where, err).
			Try("start that version; or put back the copy of the data folder, and of the database, from before the upgrade")
	case errors.Is(err, db.ErrOlder):
		return prentice.Errorf(prentice.Conflict, "%s is of an earlier version of prentice, or was never started to the end, and reading does not change it: %w", where, err).
			Try("bring it up to date with: prentice up — or read it with the version that wrote it")
	case errors.Is(err, db.ErrShared):
		return prentice.Errorf(prentice.Refused, "%s is reached through a pooler that cannot be used: %w", where, err).
			Try("give the server's own address, or let the pooler hand out sessions (PgBouncer: pool_mode = session)")
	case errors.Is(err, db.ErrBusy):
		return prentice.Errorf(prentice.Conflict, "%s is locked by another process: %w", where, err).Try("stop that process")
	}
	return prentice.Errorf(prentice.Unavailable, "%s cannot be opened: %w", where, err).Try("look whether the server runs and the address is right")
}
