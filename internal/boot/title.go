package boot

import (
	"context"
	"errors"
	"os/user"
	"time"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/replica"
	"prentice/internal/kit/db"
)

// What an operator may accept, once and knowingly, that prentice refuses to start
// with otherwise.
const (
	AcceptRollback = "rollback"  // evidence that was signed here is not in the database
	AcceptKeys     = "lost-keys" // the keys that signed the database's evidence are gone
	AcceptCopy     = "copy"      // the data folder is a copy of one that is there as well
)

func (s Settings) checkAccept() error {
	switch s.Accept {
	case "", AcceptRollback, AcceptKeys, AcceptCopy:
		return nil
	}
	return prentice.Errorf(prentice.Invalid, "nothing is called %.30q that could be accepted", s.Accept).Try("there are %s, %s and %s", AcceptRollback, AcceptKeys, AcceptCopy)
}

// admit refuses a data folder that the database is not of, and a database that
// lacks what was signed here, before anything is changed in either. A process that
// only answers may still look at the latter.
func (s *System) admit(ctx context.Context, acting Acting) error {
	if err := s.compare(ctx, acting); err != nil {
		return err
	}
	if err := s.admitCopy(acting); err != nil {
		return err
	}
	if err := s.openReplicas(); err != nil || s.replicas == nil || s.Settings.Replica != "" {
		return err
	}
	return s.replicas.Alone(ctx)
}

func (s *System) compare(ctx context.Context, acting Acting) (err error) {
	keys := s.path("keys")
	folder := replica.Folder{Path: s.Settings.Data}
	if folder.ID, err = installationID(keys); err != nil {
		return cannotRead(s.Settings.Data, err)
	}
	if s.standing, err = ledger.Look(ctx, s.db, keys); err != nil {
		return s.lookTrouble(err)
	}
	title, titled, err := replica.ReadTitle(ctx, s.db)
	if err != nil {
		return s.lookTrouble(err)
	}
	folder.KeyID, folder.Known = s.standing.KeyID, s.standing.Known
	stranger := replica.Admits(title, titled, replica.Evidence{Lines: s.standing.Lines, SignedBy: s.standing.SignedBy}, folder)
	if s.standing.Lost != "" {
		s.lost = prentice.Errorf(prentice.Conflict, "the database is not the one that the keys in %s belong to: %s", keys, s.standing.Lost).
			Try("put back the database that belongs to these keys, or both from one backup. If there is none any more, start once with: prentice up --accept %s — it comes up stopped, so that you can look through what would be done again", AcceptRollback)
	}
	return s.acceptable(stranger, folder, acting)
}

// acceptable says whether a start is refused, with what the operator accepts.
func (s *System) acceptable(stranger error, folder replica.Folder, acting Acting) error {
	lost := s.lost
	switch accept := s.Settings.Accept; {
	case accept == AcceptKeys && stranger == nil, accept == AcceptRollback && stranger == nil && lost == nil:
		return prentice.Errorf(prentice.Conflict, "nothing is lost that could be accepted as %s", accept).Try("start without --accept")
	case accept == AcceptKeys && folder.KeyID != "":
		return prentice.Errorf(prentice.Conflict, "the data folder %s has keys already, of another installation", folder.Path).Try("name a new and empty folder with --data, for new keys")
	case accept == AcceptKeys:
		return nil
	case stranger != nil:
		return stranger
	case accept == AcceptRollback || lost == nil:
		s.lost = nil
		return nil
	case acting == Acts || s.standing.Lines == 0:
		return lost
	}
	return nil // someone looks what is the matter
}

func (s *System) lookTrouble(err error) error {
	if _, told := errors.AsType[*prentice.Error](err); told {
		return err
	}
	return storeTrouble(s.Settings.address(), err)
}

func cannotRead(path string, err error) error {
	return prentice.Errorf(prentice.Unavailable, "the data folder %s cannot be read: %w", path, err).Try("correct its permissions, or name another with --data")
}

// entitle writes whose the database is, if it says so no longer or not yet.
func (s *System) entitle(ctx context.Context) error {
	if s.lost != nil || s.reads {
		return nil // it is only looked at
	}
	id, err := s.installation()
	if err != nil {
		return cannotWrite(s.Settings.Data, err)
	}
	is, titled, err := replica.ReadTitle(ctx, s.db)
	if err != nil {
		return err
	}
	want := replica.Title{ID: id, KeyID: s.ledger.KeyID(), Mode: is.Mode}
	if !titled {
		want.Mode = replica.Single
		if s.Settings.Replica != "" {
			want.Mode = replica.Shared
		}
	}
	if titled && is == want {
		return nil
	}
	now := time.Now()
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := want.Write(tx, now); err != nil || !titled && s.Settings.Accept != AcceptKeys {
			return err
		}
		return s.ledger.Append(tx, now, prentice.Note{Kind: "installation.key-changed", Actor: "self/prentice", Refs: []prentice.Ref{"installation/" + prentice.Ref(id)},
			Data: map[string]any{"before": map[string]any{"installation": is.ID, "key": is.KeyID}, "key": want.KeyID, "accepted": s.Settings.Accept == AcceptKeys, "user": whoStarts()}})
	})
}

// accept notes what the operator accepts, and lets nothing be done before someone
// has looked: what was done since may be done again.
func (s *System) accept(ctx context.Context) error {
	if s.Settings.Accept == "" || s.Settings.Accept == AcceptCopy { // a copy is afterRestore's
		return nil
	}
	now := time.Now()
	if err := s.stop.Stop("started with --accept " + s.Settings.Accept + " at " + now.UTC().Format(time.RFC3339) + ": look through the runs, then let them go on with prentice resume-all"); err != nil {
		return err
	}
	if s.Settings.Accept == AcceptKeys {
		return nil
	}
	err := s.record(ctx, prentice.Note{Kind: "evidence.lost", Actor: "self/prentice", Refs: []prentice.Ref{"op/up"},
		Data: map[string]any{"says": s.standing.Lost, "last": s.standing.Lines, "user": whoStarts()}})
	if err == nil {
		err = s.ledger.Forgive(now)
	}
	if err == nil {
		err = s.ledger.Checkpoint(ctx, now)
	}
	return err
}

// whoStarts is the user of this machine that runs prentice: no one has signed in.
func whoStarts() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
