package stories

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func person(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "person NAME ROLE")
	run(ts, prentice(ts, "person", "add", args[0], "--role", args[1]))
	token(ts, false, []string{args[0], "olga", "--kind", "person", "--for", args[0], "--role", args[1]})
}

// token gives someone a token that someone makes. It may be another's.
func token(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) > 1 && slices.Contains(cast, args[0]), "token NAME WHO ARG…, with one of the cast")
	c := prentice(ts, append([]string{"token", "create", args[0], "-o", "json"}, args[2:]...)...)
	if args[1] != "olga" {
		c.Env = append(c.Env, "PRENTICE_TOKEN="+tokenOf(ts, args[1]))
	}
	out := run(ts, c)
	var made struct {
		ID    int64  `json:"id"`
		Token string `json:"token"`
	}
	ts.Check(json.Unmarshal(out, &made))
	if made.Token == "" {
		ts.Fatalf("no token in %s", out)
	}
	of(ts).tokens[args[0]] = made.Token
	ts.Setenv("TOKEN_"+strings.ToUpper(args[0]), made.Token)
	ts.Setenv("ID_"+strings.ToUpper(args[0]), strconv.FormatInt(made.ID, 10))
}

func run(ts *testscript.TestScript, c *exec.Cmd) []byte {
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		ts.Fatalf("%s: %v: %s%s", strings.Join(c.Args[1:], " "), err, out, stderr.Bytes())
	}
	return out
}

// as does what someone types.
func as(ts *testscript.TestScript, neg bool, name string, args []string) {
	c := prentice(ts, args...)
	if name != "olga" {
		c.Env = append(c.Env, "PRENTICE_TOKEN="+tokenOf(ts, name))
	}
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	tooLong := time.AfterFunc(patience, func() { c.Process.Kill() }) //nolint:errcheck // it may have ended
	defer tooLong.Stop()
	err := c.Run()
	of(ts).code = c.ProcessState.ExitCode()
	fmt.Fprint(ts.Stdout(), stdout.String())
	fmt.Fprint(ts.Stderr(), stderr.String())
	if (err != nil) != neg {
		ts.Fatalf("%s %s: exit code %d: %s%s", name, strings.Join(args, " "), c.ProcessState.ExitCode(), stdout.String(), stderr.String())
	}
}

// tokenOf is someone's token. Olga sits at the machine, so hers is in the data
// folder.
func tokenOf(ts *testscript.TestScript, name string) string {
	if name == "olga" {
		raw, err := os.ReadFile(filepath.Join(ts.Getenv("PRENTICE_DATA"), "keys", "cli.token"))
		ts.Check(err)
		return strings.TrimSpace(string(raw))
	}
	token, known := of(ts).tokens[name]
	if !known {
		ts.Fatalf("no one knows %s yet: say person %s ROLE first", name, name)
	}
	return token
}

func code(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) == 1, "code N")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := of(ts).code; (got == want) == neg {
		ts.Fatalf("exit code %d, wants %d", got, want)
	}
}
