package stories

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	ground "prentice"
)

// behind opens the database behind prentice's back.
func behind(ts *testscript.TestScript) (d *sql.DB, mark func(n int) string) {
	driver, address := "sqlite", filepath.Join(ts.Getenv("PRENTICE_DATA"), "prentice.db")+"?_pragma=busy_timeout(20000)"
	mark = func(int) string { return "?" }
	if shared := ts.Getenv("PRENTICE_DATABASE"); shared != "" {
		driver, address = "pgx", shared
		mark = func(n int) string { return "$" + strconv.Itoa(n) }
	}
	d, err := sql.Open(driver, address)
	ts.Check(err)
	return d, mark
}

// forge writes a line of evidence as someone would who can write to the database
// and has no key: what it says is a lie, its hash is right, and it is in the index.
func forge(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "forge NUMBER|last REF")
	d, mark := behind(ts)
	defer d.Close()
	tx, err := d.Begin()
	ts.Check(err)
	defer tx.Rollback() //nolint:errcheck // it is committed, or the story fails
	e := ground.Evidence{Time: time.Now(), Kind: "approval.given", Actor: "person/ben", Refs: []ground.Ref{ground.Ref(args[1])}, Data: json.RawMessage(`{"door":"web","reason":"FORGED"}`)}
	if args[0] == "last" {
		ts.Check(tx.QueryRow(`SELECT seq + 1, hash FROM ledger_end`).Scan(&e.Seq, &e.Prev))
	} else if e.Seq, err = strconv.ParseInt(args[0], 10, 64); err != nil {
		ts.Fatalf("%v", err)
	}
	e, err = e.Sealed()
	ts.Check(err)
	refs, err := json.Marshal(e.Refs)
	ts.Check(err)
	values := ""
	for n := range 8 {
		values += "," + mark(n+1)
	}
	_, err = tx.Exec(`INSERT INTO ledger_line (seq, time, kind, actor, refs, data, prev, hash) VALUES (`+values[1:]+`)`,
		e.Seq, e.Time.UnixMicro(), e.Kind, string(e.Actor), string(refs), string(e.Data), e.Prev, e.Hash)
	ts.Check(err)
	_, err = tx.Exec(`INSERT INTO ledger_ref (ref, seq) VALUES (`+mark(1)+`,`+mark(2)+`)`, args[1], e.Seq)
	ts.Check(err)
	if args[0] == "last" {
		_, err = tx.Exec(`UPDATE ledger_end SET seq = `+mark(1)+`, hash = `+mark(2), e.Seq, e.Hash)
		ts.Check(err)
	}
	ts.Check(tx.Commit())
}
