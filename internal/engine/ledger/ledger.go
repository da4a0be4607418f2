package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the ledger's tables, for db.Migrate under the owner "ledger".
func Schema() fs.FS { return db.Under(files, "schema") }

// Ledger is the evidence of one installation.
type Ledger struct {
	Clock func() time.Time // of Run; time.Now unless set before
	Log   *slog.Logger     // where Run says that it could not sign; nowhere unless set before

	db     *db.DB
	keys   keys
	vetted vetted
	seal   atomic.Pointer[Seal] // once there is one of our key
}

// Open makes the ledger ready to write. Its tables must be there. The key pair
// lies in keyDir as ledger.key and ledger.pub and is created when both are
// absent.
func Open(d *db.DB, keyDir string) (*Ledger, error) {
	k, err := openKeys(keyDir)
	if err != nil {
		return nil, err
	}
	l := &Ledger{Clock: time.Now, Log: slog.New(slog.DiscardHandler), db: d, keys: k}
	l.vetted.wrote = readEnd(keyDir)
	return l, nil
}

// Head says where the ledger stands.
func (l *Ledger) Head(ctx context.Context) (Head, error) {
	h := Head{KeyID: l.keys.id, PublicKeyPEM: l.keys.pem}
	var at int64
	err := l.db.QueryRow(ctx, `SELECT h.seq, h.hash, COALESCE(l.time, 0) FROM ledger_end h LEFT JOIN ledger_line l ON l.seq = h.seq WHERE h.id = 1`,
		nil, &h.Seq, &h.Hash, &at)
	if err != nil {
		return h, fmt.Errorf("read the ledger's head: %w", err)
	}
	h.Time = db.Time(at)
	c, err := l.lastCheckpoint(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return h, err
	}
	h.SignedSeq, h.SignedAt = c.Seq, c.Time
	return h, nil
}
