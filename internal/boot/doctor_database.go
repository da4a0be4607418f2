package boot

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"prentice/internal/engine/ledger"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/retention"
	"prentice/internal/kit/db"
)

// oldestPostgres is the earliest version that is tested.
const oldestPostgres = 13

// databaseHealth asks the database, without writing to it.
func databaseHealth(ctx context.Context, set Settings, now time.Time) []checked {
	const about = "database"
	if set.presence() != started && !set.postgres() {
		return nil
	}
	d, err := db.OpenReading(ctx, set.address(), false)
	if err != nil {
		f := asFinding(storeTrouble(set.address(), err))
		return []checked{but(broken, about, f.Text, f.Hint)}
	}
	defer d.Close()
	list := serverHealth(ctx, d)
	if d.Postgres() {
		var at int64
		if err := d.QueryRow(ctx, `SELECT `+d.NowMicros(), nil, &at); err == nil {
			list = append(list, skewed(db.Time(at).Sub(now.Add(time.Since(now)))))
		}
	}
	list = append(list, tablesHealth(ctx, d))
	if is, err := ledger.Look(ctx, d, filepath.Join(set.Data, "keys")); err != nil {
		f := asFinding(err)
		list = append(list, but(broken, "evidence", f.Text, f.Hint))
	} else if is.Lost != "" {
		list = append(list, but(broken, "evidence", is.Lost, "restore the database that belongs to these keys: book/how-to/backup.md"))
	} else {
		list = append(list, good("evidence", "%d lines, none of those missing that were signed here; prentice evidence check verifies each", is.Lines))
	}
	list = append(list, retentionHealth(ctx, d)...)
	return append(list, policyHealth(ctx, d, set)...)
}

// retentionHealth says when nothing old is removed.
func retentionHealth(ctx context.Context, d *db.DB) []checked {
	says, _, err := retention.New(retention.Keeper{DB: d, Clock: time.Now}).Held(ctx)
	if err != nil || says == "" {
		return nil // tables that are not there are told of elsewhere
	}
	return []checked{but(advice, "retention", "nothing old is removed: "+says, "set the clock right; if it is: prentice retention resume --reason '…'")}
}

func serverHealth(ctx context.Context, d *db.DB) []checked {
	const about = "database"
	if !d.Postgres() {
		var journal string
		if err := d.QueryRow(ctx, `PRAGMA journal_mode`, nil, &journal); err == nil && journal != "wal" {
			return []checked{but(broken, about, "SQLite with the journal "+journal+": reading waits for writing", "start prentice once; on a file system that cannot do wal, move the data folder")}
		}
		return []checked{good(about, "SQLite, journal wal")}
	}
	var version string
	var number int
	var standby bool
	err := d.QueryRow(ctx, `SELECT current_setting('server_version'), CAST(current_setting('server_version_num') AS INTEGER), pg_is_in_recovery()`, nil, &version, &number, &standby)
	switch {
	case err != nil:
		return []checked{but(broken, about, "PostgreSQL does not answer: "+err.Error(), "look whether the server runs and the address is right")}
	case standby:
		return []checked{but(broken, about, "this PostgreSQL server is a standby and takes no writes", "give the address of the primary, or promote this one")}
	case number/10000 < oldestPostgres:
		return []checked{but(advice, about, fmt.Sprintf("PostgreSQL %s is older than any version that prentice is tried with (%d)", version, oldestPostgres), "upgrade it")}
	}
	return []checked{good(about, "PostgreSQL %s, with sessions of our own", version)}
}

// tablesHealth compares the tables with those that this version knows.
func tablesHealth(ctx context.Context, d *db.DB) checked {
	const about = "tables"
	for _, o := range tables() {
		at, wanted, err := d.Versions(ctx, o.name, o.files)
		switch {
		case err != nil:
			return but(broken, about, err.Error(), "let the user of the database read them")
		case at > wanted:
			return but(broken, about, "those of "+o.name+" were brought up to date by a later version of prentice", "install that version")
		case at == 0:
			return but(advice, about, "there are none of "+o.name+" yet", "the next start makes them")
		case at < wanted:
			return but(advice, about, "those of "+o.name+" are of an earlier version and are brought up to date at the next start", "make a backup before it: prentice backup FILE")
		}
	}
	return good(about, "those of this version")
}

// policyHealth says whether the policy of the team folder is the one in force.
func policyHealth(ctx context.Context, d *db.DB, set Settings) []checked {
	const about = "policy"
	entry, found, err := (&policy.Book{DB: d}).InForce(ctx)
	text, err2 := (&Team{folder: set.Team}).policyText()
	switch {
	case err != nil || err2 != nil:
		return nil // told of elsewhere
	case !found:
		return []checked{but(advice, about, "none was adopted yet", "the first start adopts what is in the team folder")}
	case entry.Text != text:
		return []checked{but(advice, about, "policy.yaml was edited, and what was adopted before stays in force", "prentice policy show, and then: prentice policy adopt")}
	}
	return []checked{good(about, "policy.yaml is in force")}
}
