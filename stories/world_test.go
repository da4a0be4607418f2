package stories

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // behind prentice's back

	ground "prentice"
)

// team copies a small team of testdata to where the story's is. Files that the
// story brings stay. STATE in them is the folder where steps keep what they do.
func team(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "team NAME")
	from, to := os.DirFS(filepath.Join(home, args[0])), ts.Getenv("PRENTICE_TEAM")
	state := filepath.Join(ts.Getenv("PRENTICE_DATA"), "work")
	ts.Check(fs.WalkDir(from, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		file := filepath.Join(to, path)
		if _, err := os.Stat(file); err == nil {
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, stateWord.ReplaceAll(raw, []byte(state)), 0o644)
	}))
}

// earlier unpacks the data folder that an earlier version left.
func earlier(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "earlier NAME")
	file := filepath.Join(home, "earlier", args[0]+".tgz")
	out, err := exec.Command("tar", "-xzf", file, "-C", ts.Getenv("WORK")).CombinedOutput()
	if err != nil {
		ts.Fatalf("unpack %s: %v: %s", file, err, out)
	}
}

var stateWord = regexp.MustCompile(`\bSTATE\b`)

// home is where the small teams are, whatever folder a story is in.
var home = whole("testdata")

// packaging is where what the packages bring is.
var packaging = whole("../packaging")

func whole(name string) string {
	path, err := filepath.Abs(name)
	if err != nil {
		panic(err)
	}
	return path
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "await REF STATE")
	kind, name, _ := strings.Cut(args[0], "/")
	in := fmt.Sprintf(`{"number":%q}`, name)
	if kind == "service" {
		in = fmt.Sprintf(`{"name":%q}`, name)
	}
	eventually(ts, func() (bool, string) {
		req, err := http.NewRequest(http.MethodPost, ts.Getenv("URL")+"/v1/op/"+kind+".show", strings.NewReader(in))
		ts.Check(err)
		req.Header.Set("Authorization", "Bearer "+tokenOf(ts, "olga"))
		req.Header.Set("Content-Type", "application/json")
		res, err := browser.Do(req)
		if err != nil {
			return false, err.Error()
		}
		defer res.Body.Close()
		var is struct{ State, Says, Detail string }
		err = json.NewDecoder(res.Body).Decode(&is)
		seen := fmt.Sprintf("%s is %s (%s%s) %v", args[0], is.State, is.Says, is.Detail, err)
		if kind == "run" && is.State != args[1] && ground.State(is.State).Ended() {
			ts.Fatalf("it will not come true: %s\n%s", seen, of(ts).said)
		}
		return is.State == args[1], seen
	})
}

func until(ts *testscript.TestScript, _ bool, args []string) {
	wanted := true
	if len(args) > 0 && args[0] == "-not" {
		wanted, args = false, args[1:]
	}
	usage(ts, len(args) > 1, "until [-not] PATTERN ARG…")
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	var out []byte
	eventually(ts, func() (bool, string) {
		out, _ = prentice(ts, args[1:]...).CombinedOutput() //nolint:errcheck // what it prints is what is judged
		return pattern.Match(out) == wanted, string(out)
	})
	fmt.Fprintf(ts.Stdout(), "%s", out)
}

func flip(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "flip FILE OFFSET")
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	raw, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	if at < 0 {
		at += len(raw)
	}
	raw[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), raw, 0o600))
}

func statement(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "sql STATEMENT")
	driver, address := "sqlite", filepath.Join(ts.Getenv("PRENTICE_DATA"), "prentice.db")+"?_pragma=busy_timeout(20000)"
	if shared := ts.Getenv("PRENTICE_DATABASE"); shared != "" {
		driver, address = "pgx", shared
	}
	d, err := sql.Open(driver, address)
	ts.Check(err)
	defer d.Close()
	done, err := d.Exec(args[0])
	ts.Check(err)
	if n, err := done.RowsAffected(); !strings.HasPrefix(args[0], "ALTER ") && !strings.HasPrefix(args[0], "PRAGMA ") && (err != nil || n == 0) {
		ts.Fatalf("%s changed nothing: %v", args[0], err)
	}
}

// lockDatabase keeps everyone else from writing, as a backup that hangs does.
func lockDatabase(ts *testscript.TestScript, _ bool, args []string) {
	s := of(ts)
	usage(ts, len(args) == 0 && s.unlock == nil, "lock-database, once")
	d, err := sql.Open("sqlite", filepath.Join(ts.Getenv("PRENTICE_DATA"), "prentice.db")+"?_pragma=busy_timeout(20000)")
	ts.Check(err)
	ctx, cancel := context.WithCancel(context.Background())
	held, err := d.Conn(ctx)
	ts.Check(err)
	_, err = held.ExecContext(ctx, "BEGIN IMMEDIATE")
	ts.Check(err)
	s.unlock = sync.OnceFunc(func() {
		held.ExecContext(ctx, "ROLLBACK") //nolint:errcheck // closing lets go as well
		held.Close()
		cancel()
		d.Close()
	})
	ts.Defer(s.unlock)
}

func unlockDatabase(ts *testscript.TestScript, _ bool, _ []string) {
	s := of(ts)
	usage(ts, s.unlock != nil, "unlock-database, after lock-database")
	s.unlock()
	s.unlock = nil
}

func tmpfs(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "tmpfs DIR SIZE")
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	run(ts, exec.Command("mount", "-t", "tmpfs", "-o", "size="+args[1], "none", dir))
	s := of(ts)
	ts.Defer(func() {
		s.end(9)
		exec.Command("umount", "-l", dir).Run() //nolint:errcheck // the folder is removed next, and says if it could not be
	})
}
