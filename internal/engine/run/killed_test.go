package run

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// noted keeps evidence in a table, within the caller's transaction.
type noted struct{}

func (noted) Append(tx *db.Tx, _ time.Time, notes ...prentice.Note) error {
	for _, n := range notes {
		raw, err := json.Marshal(n.Data)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO noted (data) VALUES (?)`, string(raw)); err != nil {
			return err
		}
	}
	return nil
}

// sweepEnv names the database that this binary sweeps as a process of its own.
const sweepEnv = "PRENTICE_TEST_SWEEPS"

const keep = 400 * 24 * time.Hour

// A child of the test below: it removes what is old until nothing is, or it is killed.
func TestSweepsAsAProcess(t *testing.T) {
	address := os.Getenv(sweepEnv)
	if address == "" {
		return // it is no test of its own
	}
	d, err := db.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s := &Store{DB: d, Ledger: noted{}, Clock: time.Now}
	fmt.Println("sweeping")
	for ask := (db.Sweep{Before: time.Now().Add(-keep), Most: 20}); ; {
		out, err := s.Forget(context.Background(), ask)
		if err != nil {
			t.Fatal(err)
		}
		if ask.After = out.After; out.Over {
			return
		}
	}
}

// sweeper begins a process that sweeps, and waits until it does.
func sweeper(t *testing.T, address string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestSweepsAsAProcess$")
	c.Env = append(os.Environ(), sweepEnv+"="+address)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "sweeping") {
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return c
}

// runsPlanted is how many runs there are: PRENTICE_RETENTION_RUNS=100000 for many.
func runsPlanted(t *testing.T) int {
	if text := os.Getenv("PRENTICE_RETENTION_RUNS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 3000
}

// plant makes runs, each with two steps and an answer. Of five, one has not ended, one
// is young and one is the last that was agreed to; the other two are old.
func plant(t *testing.T, d *db.DB, n int) (stay int) {
	t.Helper()
	old, young := db.Micros(time.Now().Add(-keep-24*time.Hour)), db.Micros(time.Now().Add(-time.Hour))
	for from := 1; from <= n; from += 500 {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for i := from; i < min(from+500, n+1); i++ {
				created, ended := old, old
				switch i % 5 {
				case 0:
					ended = 0
				case 1:
					created, ended = young, young
				}
				_, err := tx.Exec(`INSERT INTO runs (number, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, once, created, started, ended, expires)
					VALUES (?, 'p', '', 'service/s', 'verified', '', 'change', 'person/ann', '', '', '{}', '', '', '', 0, '', '', ?, ?, 0, ?, 0)`, i, "once-"+strconv.Itoa(i), created, ended)
				for _, step := range []string{"one", "two"} {
					if err == nil {
						_, err = tx.Exec(`INSERT INTO run_steps (run, round, step, target, section, kind, state, says, code, attempts, session, started, ended) VALUES (?, 0, ?, 'host/h', 'act', 'sh', 'done', '', 0, 1, 0, 0, 0)`, i, step)
					}
				}
				if err == nil {
					_, err = tx.Exec(`INSERT INTO run_approvals (run, actor, plan, door, yes, reason, time) VALUES (?, 'person/ben', '', 'web', 1, '', 0)`, i)
				}
				if err == nil && i%5 == 2 {
					_, err = tx.Exec(`INSERT INTO run_agreed (procedure, subject, run, plan, time) VALUES ('p', ?, ?, '', 0)`, "service/"+strconv.Itoa(i), i)
				}
				if err != nil {
					return err
				}
				if i%5 <= 2 {
					stay++
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return stay
}

func count(t *testing.T, d *db.DB, query string) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), query, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// whole fails when a run is half removed, or one that has gone is not in evidence.
func whole(t *testing.T, d *db.DB, planted int) {
	t.Helper()
	for what, query := range map[string]string{
		"steps without their run":    `SELECT COUNT(*) FROM run_steps s WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.number = s.run)`,
		"answers without their run":  `SELECT COUNT(*) FROM run_approvals a WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.number = a.run)`,
		"runs without both steps":    `SELECT COUNT(*) FROM runs r WHERE (SELECT COUNT(*) FROM run_steps s WHERE s.run = r.number) <> 2`,
		"runs without their answer":  `SELECT COUNT(*) FROM runs r WHERE NOT EXISTS (SELECT 1 FROM run_approvals a WHERE a.run = r.number)`,
		"runs removed that must not": `SELECT COUNT(*) FROM run_agreed a WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.number = a.run)`,
	} {
		if n := count(t, d, query); n > 0 {
			t.Fatalf("%d %s", n, what)
		}
	}
	rows, err := d.Query(t.Context(), `SELECT data FROM noted`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	told := 0
	for rows.Next() {
		var text string
		var said struct {
			Count int `json:"count"`
		}
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			t.Fatal(err)
		}
		told += said.Count
	}
	if gone := planted - count(t, d, `SELECT COUNT(*) FROM runs`); told < gone {
		t.Fatalf("%d runs have gone, and evidence tells of %d", gone, told)
	}
}

func TestOldRunsGoWholeWhoeverIsKilledWhileRemovingThem(t *testing.T) {
	for name, address := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			d, err := db.Open(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if err := d.Prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			migrate(t, d)
			if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`CREATE TABLE noted (data TEXT NOT NULL)`); return err }); err != nil {
				t.Fatal(err)
			}
			n, together := runsPlanted(t), 1
			if name == "postgres" {
				together = 2 // two replicas, each of which believes that it leads
			}
			stay := plant(t, d, n)
			whole(t, d, n)
			var killed atomic.Int64
			for round := range 8 {
				var all sync.WaitGroup
				for i := range together {
					c := sweeper(t, at)
					all.Go(func() {
						time.Sleep(time.Duration(3+7*round+11*i) * time.Millisecond) // where it is killed is chance
						_ = c.Process.Kill()
						if c.Wait() != nil {
							killed.Add(1)
						}
					})
				}
				all.Wait()
				whole(t, d, n)
			}
			last := sweeper(t, at)
			if err := last.Wait(); err != nil {
				t.Fatal(err)
			}
			whole(t, d, n)
			if left := count(t, d, `SELECT COUNT(*) FROM runs`); left != stay {
				t.Errorf("%d of %d runs are left, and %d must stay", left, n, stay)
			}
			t.Logf("%d runs, of which %d stay; %d processes killed", n, stay, killed.Load())
		})
	}
}
