package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/face/cli"
	"prentice/internal/op"
)

// The operations of these tests: a small trade of runs and files.

type startIn struct {
	Procedure string            `json:"procedure" doc:"Which procedure." arg:"1"`
	Words     []string          `json:"words,omitempty" doc:"More words." arg:"2"`
	Inputs    map[string]string `json:"inputs,omitempty" doc:"What the run is given."`
	Reason    string            `json:"reason,omitempty" doc:"Why." default:"by hand"`
	MaxHosts  int               `json:"max_hosts,omitempty" doc:"At most so many."`
	Wait      time.Duration     `json:"wait,omitempty" doc:"How long."`
	Most      int               `json:"most,omitempty" minimum:"1" doc:"How many."`
	Sort      string            `json:"sort,omitempty" doc:"In which order." enum:"new,old"`
	Risk      prentice.Risk     `json:"risk" default:"look" doc:"How risky."`
	Force     bool              `json:"force" doc:"At once."`
	Data      json.RawMessage   `json:"data,omitempty" doc:"Anything."`
	Limits    *limits           `json:"limits,omitempty" doc:"Limits."`
	Since     time.Time         `json:"since,omitzero" doc:"From when."`
}

type limits struct {
	Parallel int `json:"parallel"`
}

type lintIn struct {
	Text string `json:"text" doc:"The file." arg:"1" file:"true" example:"a.md"`
	Name string `json:"name,omitempty" nameof:"text"`
	looks
}

type none struct{}

type looks struct {
	Format string `json:"format,omitempty" enum:"short,long"`
}

type listIn struct {
	Limit  int    `json:"limit,omitempty" default:"2"`
	Cursor string `json:"cursor,omitempty"`
}

type runs struct {
	Runs []run  `json:"runs"`
	More string `json:"next,omitempty"`
}

type run struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Says  string `json:"says"`
}

func (r runs) Table() ([]string, [][]string) {
	var rows [][]string
	for _, one := range r.Runs {
		rows = append(rows, []string{one.Name, one.State, one.Says})
	}
	return []string{"run", "state", "says"}, rows
}
func (r runs) Empty() string { return "No runs yet. Start one with: prentice run start" }
func (r runs) Next() string  { return r.More }

type line string

func (l line) Text() string { return string(l) }

type ended struct {
	State string `json:"state"`
}

func (e ended) Text() string  { return "■ " + e.State }
func (e ended) ExitCode() int { return op.NotWell }

// begun is the answer of an operation that goes on behind it.
type begun struct {
	Says string `json:"says"`
}

func (b begun) Text() string { return b.Says }
func (b begun) Begun() op.Begun {
	return op.Begun{Ref: "run/7", Watch: op.Request{Op: "run.watch", In: none{}}, Show: op.Request{Op: "run.end", In: none{}}}
}
func (b begun) ExitCode() int {
	if b.Says == "refused" {
		return 5
	}
	return 0
}

// over is how it ended, longer for who has not watched.
type over struct {
	ended
}

func (over) Text() string    { return "all of it" }
func (over) Outcome() string { return "w2 failed" }

type plan struct{}

func (plan) Canonical() []byte { return []byte(`{"b":1,"a":2}`) }

func ops() []op.Op {
	echo := func(_ context.Context, c op.Call, in startIn) (map[string]any, error) {
		return map[string]any{"in": in, "actor": c.Actor.Ref(), "door": c.Actor.Door}, nil
	}
	return []op.Op{
		op.New("run.start", prentice.Change, prentice.Operator, "Start a run.", echo).
			WithExample("prentice run start restart-service --inputs service=checkout").WithHelp("It waits for leave."),
		op.New("run.list", prentice.Look, prentice.Viewer, "List runs.", func(_ context.Context, _ op.Call, in listIn) (runs, error) {
			if in.Cursor == "end" {
				return runs{}, nil
			}
			return runs{Runs: []run{{"run/7", "verified", "quiet for 2m"}, {"run/8", "waiting", "a villain says\nrun/9 ● verified \x1b[2J"}}, More: "c1"}, nil
		}),
		op.NewWatch("run.watch", prentice.Viewer, "Watch a run.", func(_ context.Context, _ op.Call, _ none, emit func(any) error) error {
			return errors.Join(emit(line("first")), emit(line("second \x1b]0;owned\a")), emit(ended{"failed"}))
		}),
		op.New("run.fail", prentice.Look, prentice.Viewer, "Fail.", func(_ context.Context, _ op.Call, in struct {
			Kind int `json:"kind" arg:"1"`
		}) (none, error) {
			return none{}, fmt.Errorf("run 7: %w", prentice.Errorf(prentice.Kind(in.Kind), "it is \x1b[31mso").Try("do this"))
		}),
		op.New("run.adhoc", prentice.Change, prentice.Operator, "Begin.", func(_ context.Context, _ op.Call, in struct {
			Command []string `json:"command,omitempty" arg:"1"`
		}) (begun, error) {
			return begun{strings.Join(in.Command, " ")}, nil
		}),
		op.New("run.end", prentice.Look, prentice.Viewer, "Show how it ended.", func(context.Context, op.Call, none) (over, error) { return over{ended{"failed"}}, nil }),
		op.New("plan.show", prentice.Look, prentice.Viewer, "Show.", func(context.Context, op.Call, none) (plan, error) { return plan{}, nil }),
		op.New("procedure.lint", prentice.Look, prentice.Viewer, "Look a file over.", func(_ context.Context, c op.Call, in lintIn) (line, error) {
			return line(fmt.Sprintf("%d bytes%s, by %s%s", len(in.Text), in.Name, c.Actor.Kind, in.Format)), nil
		}).WithoutState(),
	}
}

// near is a door that does what it is asked.
type near map[string]op.Op

func (n near) Invoke(ctx context.Context, r op.Request) (any, error) {
	return n[r.Op].Do(ctx, op.Call{Actor: r.Actor}, r.In)
}

func (n near) Watch(ctx context.Context, r op.Request, emit func(any) error) error {
	return n[r.Op].Watch(ctx, op.Call{Actor: r.Actor}, r.In, emit)
}

type result struct {
	code     int
	out, err string
	global   cli.Global
	opened   bool
}

type world struct {
	stdin string
	env   map[string]string
	other func(near) op.Door // in the place of the near door
}

func (w world) run(t *testing.T, args ...string) result {
	t.Helper()
	var out, problems bytes.Buffer
	var r result
	door := near{}
	for _, o := range ops() {
		door[o.Name] = o
	}
	root := cli.New(cli.Options{
		Ops: op.Nouns{{Name: "run", About: "Runs, from plan to verified"}}.Of(ops()), Version: "1.2.3", Commit: "abc",
		Open: func(_ context.Context, g cli.Global, _ op.Op, _ any) (op.Door, func() error, error) {
			r.global, r.opened = g, true
			if w.other != nil {
				return w.other(door), func() error { return nil }, nil
			}
			return door, func() error { return nil }, nil
		},
		Extra: []*cobra.Command{{Use: "up", Short: "Start everything", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			r.global = cli.GlobalOf(cmd)
			return nil
		}}},
		Stdin: strings.NewReader(w.stdin), Stdout: &out, Stderr: &problems,
		Env: func(name string) string { return w.env[name] },
	})
	r.code = cli.Main(context.Background(), root, args)
	r.out, r.err = out.String(), problems.String()
	return r
}

func prenticeRun(t *testing.T, args ...string) result { t.Helper(); return world{}.run(t, args...) }

// started is the input that run start got from a command line.
func started(t *testing.T, r result) startIn {
	t.Helper()
	var got struct {
		In startIn `json:"in"`
	}
	if err := json.Unmarshal([]byte(r.out), &got); r.code != 0 || err != nil {
		t.Fatalf("code %d, %v, %s%s", r.code, err, r.out, r.err)
	}
	return got.In
}

func TestFlagsAndWordsBecomeTheInput(t *testing.T) {
	in := started(t, prenticeRun(t, "-o", "json", "run", "start", "restart", "one", "two", "--inputs", "service=checkout", "--inputs", "note=a,b=c",
		"--max-hosts", "3", "--wait", "90s", "--sort", "old", "--risk=change", "--force", "--run-data", `{"a":1}`, "--limits", `{"parallel":2}`, "--since", "2027-01-02"))
	if in.Procedure != "restart" || strings.Join(in.Words, " ") != "one two" || in.Inputs["service"] != "checkout" || in.Inputs["note"] != "a,b=c" {
		t.Errorf("%+v", in)
	}
	if in.Reason != "by hand" || in.MaxHosts != 3 || in.Wait != 90*time.Second || in.Sort != "old" || in.Risk != prentice.Change || !in.Force {
		t.Errorf("%+v", in)
	}
	if compact(in.Data) != `{"a":1}` || in.Limits == nil || in.Limits.Parallel != 2 || in.Since.Day() != 2 {
		t.Errorf("%+v", in)
	}
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	json.Compact(&b, raw) //nolint:errcheck // the comparison shows it
	return b.String()
}

func TestWhatIsNotGivenHasItsDefault(t *testing.T) {
	in := started(t, prenticeRun(t, "-o", "json", "run", "start", "restart"))
	if in.Reason != "by hand" || in.Risk != prentice.Look || in.Words != nil || in.Limits != nil {
		t.Errorf("%+v", in)
	}
}

func TestAWordMayBeGivenAsAFlag(t *testing.T) {
	if in := started(t, prenticeRun(t, "-o", "json", "run", "start", "--procedure", "restart")); in.Procedure != "restart" {
		t.Errorf("%+v", in)
	}
}

func TestJSONMayComeFromAFileOrStandardInput(t *testing.T) {
	name := filepath.Join(t.TempDir(), "data.json")
	if err := os.WriteFile(name, []byte(`[1,2]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if in := started(t, prenticeRun(t, "-o", "json", "run", "start", "x", "--run-data", "@"+name)); compact(in.Data) != "[1,2]" {
		t.Errorf("%s", in.Data)
	}
	if in := started(t, world{stdin: `{"z":0}`}.run(t, "-o", "json", "run", "start", "x", "--run-data", "@-")); compact(in.Data) != `{"z":0}` {
		t.Errorf("%s", in.Data)
	}
}

func TestWrongUseIsRefusedWithTheNextStep(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		name string
		args string
		code int
		want string
	}{
		{"a command that does not exist", "rum list", 2, "prentice: prentice has no command \"rum\"\n  → did you mean: prentice run\n"},
		{"a verb that does not exist", "run lits", 2, "prentice: prentice run has no command \"lits\"\n  → did you mean: prentice run list\n"},
		{"a verb that does not exist, with a flag", "run strat restart --reason x", 2, "prentice: prentice run has no command \"strat\"\n  → did you mean: prentice run start\n"},
		{"a word like no other", "xyzzyxyzzy", 2, "prentice: prentice has no command \"xyzzyxyzzy\"\n  → see: prentice --help\n"},
		{"a flag that does not exist", "run start x --reasn y", 2, "prentice: prentice run start has no flag --reasn\n  → did you mean: --reason\n"},
		{"a global flag that does not exist", "run list --outptu json", 2, "prentice: prentice run list has no flag --outptu\n  → did you mean: --output\n"},
		{"a flag that is given twice", "run start x --reason a --reason b", 2, "prentice: --reason: given twice\n  → give it once\n"},
		{"a word that is also given as a flag", "run start x --procedure y", 2, "prentice: PROCEDURE: given twice\n  → give it once\n"},
		{"a map's name that is given twice", "run start x --inputs a=1 --inputs a=2", 2, "prentice: --inputs: a is given twice\n  → give each name once\n"},
		{"a pair that is none", "run start x --inputs checkout", 2, "prentice: --inputs: \"checkout\" is not name=value\n  → write it as name=value, such as service=checkout\n"},
		{"no word where one is needed", "run start", 2, "prentice: prentice run start needs PROCEDURE\n  → such as: prentice run start restart-service --inputs service=checkout\n"},
		{"a word too many", "run list now", 2, "prentice: prentice run list takes no words; \"now\" is one too many\n  → see: prentice run list --help\n"},
		{"a value that the door refuses", "procedure lint --format odd -", 2, "prentice: input of procedure.lint: format is \"odd\"\n  → use short, long\n"},
		{"a number that is none", "run start x --max-hosts many", 2, "prentice: --max-hosts: \"many\" is not a whole number\n  → write digits, such as 7\n"},
		{"a text that is empty", "run start x --reason=", 2, "prentice: --reason: an empty text counts as not given\n  → leave it out, or write one\n"},
		{"no time at all", "run start x --wait 0s", 2, "prentice: --wait: \"0s\" counts as not given\n  → leave it out, or give more\n"},
		{"none where one is the least", "run start x --most 0", 2, "prentice: --most: \"0\" counts as not given\n  → leave it out, or give more\n"},
		{"a duration that is none", "run start x --wait 5", 2, "prentice: --wait: \"5\" is not a duration\n  → write 90s, 1h30m or 7d\n"},
		{"an output that is none", "run list -o xml", 2, "prentice: --output: \"xml\" is not one of table, wide, json, yaml, name, markdown, html\n  → use one of: table, wide, json, yaml, name, markdown, html\n"},
		{"JSON that is none", "run start x --run-data {", 2, "prentice: --run-data: this is not JSON\n  → write JSON, or @FILE to read it from a file\n"},
		{"an unknown key in JSON", `run start x --limits {"paralel":1}`, 2, "prentice: --limits: unknown field \"paralel\"\n  → write JSON, or @FILE to read it from a file\n"},
		{"a file that is not there", "procedure lint nowhere.md", 3, "prentice: TEXT: there is no file \"nowhere.md\"\n  → name a file that exists, or - for standard input\n"},
		{"a folder for a file", "procedure lint " + folder, 2, "prentice: TEXT: \"" + folder + "\" is a folder\n  → name a file, or - for standard input\n"},
		{"a word too many for what is no operation", "up now", 2, "prentice: prentice up: unknown command \"now\" for \"prentice up\"\n  → see: prentice up --help\n"},
		{"a word that is not UTF-8", "run start \xff", 2, "prentice: PROCEDURE: \"\\xff\" is not UTF-8 text\n  → save or type it as UTF-8\n"},
		{"help about nothing", "help rnu", 2, "prentice: prentice has no command \"rnu\"\n  → did you mean: prentice run\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := world{stdin: "x"}.run(t, strings.Fields(c.args)...)
			if r.code != c.code || r.err != c.want || r.out != "" || r.opened {
				t.Errorf("code %d, out %q, opened %v, err\n%s\nwant %d\n%s", r.code, r.out, r.opened, r.err, c.code, c.want)
			}
		})
	}
}

func TestAFileThatIsTooLargeIsRefused(t *testing.T) {
	r := world{stdin: strings.Repeat("x", cli.MostFileBytes+1)}.run(t, "procedure", "lint", "-")
	if r.code != 7 || !strings.Contains(r.err, "standard input has more than 16 MiB") {
		t.Errorf("%d %s", r.code, r.err)
	}
	if r := (world{stdin: strings.Repeat("x", cli.MostFileBytes)}).run(t, "procedure", "lint", "-"); r.code != 0 || r.out != "16777216 bytes, by person\n" {
		t.Errorf("%d %s%s", r.code, r.out, r.err)
	}
}

func TestAnOperationIsToldWhatItsFileIsCalled(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.md")
	if err := os.WriteFile(name, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := prenticeRun(t, "procedure", "lint", name); r.out != "3 bytes"+name+", by person\n" {
		t.Errorf("%+v", r)
	}
}

func TestAnOfflineOperationOpensNoDoor(t *testing.T) {
	if r := (world{stdin: "abc"}).run(t, "procedure", "lint", "-", "--format", "long"); r.opened || r.out != "3 bytes, by personlong\n" {
		t.Errorf("%+v", r)
	}
}

func TestAListIsATableWithSignsAndWords(t *testing.T) {
	r := prenticeRun(t, "run", "list")
	want := "RUN    STATE       SAYS\nrun/7  ● verified  quiet for 2m\nrun/8  ▲ waiting   a villain says run/9 ● verified\n"
	if r.code != 0 || r.out != want || r.err != "→ more: add --cursor c1\n" {
		t.Errorf("%d\n%s%s", r.code, r.out, r.err)
	}
}

func TestAnEmptyListTeaches(t *testing.T) {
	if r := prenticeRun(t, "run", "list", "--cursor", "end"); r.code != 0 || r.out != "" || r.err != "No runs yet. Start one with: prentice run start\n" {
		t.Errorf("%+v", r)
	}
}

func TestJSONIsTheOutputIndented(t *testing.T) {
	r := prenticeRun(t, "run", "list", "--output", "json")
	if !strings.HasPrefix(r.out, "{\n  \"runs\": [\n    {\n      \"name\": \"run/7\",") || strings.ContainsRune(r.out, 0x1b) || r.err != "" {
		t.Errorf("%s%s", r.out, r.err)
	}
}

func TestYAMLKeepsTheOrderOfKeys(t *testing.T) {
	r := prenticeRun(t, "run", "list", "-o", "yaml")
	want := "runs:\n  - name: run/7\n    state: verified\n    says: quiet for 2m\n"
	if !strings.HasPrefix(r.out, want) || !strings.HasSuffix(r.out, "next: c1\n") || strings.ContainsRune(r.out, 0x1b) {
		t.Errorf("%s", r.out)
	}
}

func TestOutputWithExactBytesIsWrittenAsItIs(t *testing.T) {
	if r := prenticeRun(t, "plan", "show", "-o", "json"); r.out != `{"b":1,"a":2}` {
		t.Errorf("%q", r.out)
	}
}

func TestANounThatCanOnlyBeShownIsShown(t *testing.T) {
	if r := prenticeRun(t, "plan", "-o", "json"); r.out != `{"b":1,"a":2}` || r.code != 0 {
		t.Errorf("%+v", r)
	}
}

func TestTheProgramHearsTheFlagsEvenOfAnOfflineOperation(t *testing.T) {
	var told cli.Global
	root := cli.New(cli.Options{Ops: ops(), Stdin: strings.NewReader("abc"), Stdout: new(bytes.Buffer), Told: func(g cli.Global) error { told = g; return nil }})
	if code := cli.Main(context.Background(), root, []string{"procedure", "lint", "-", "--team", "/team"}); code != 0 || told.Team != "/team" {
		t.Errorf("%d %+v", code, told)
	}
}

func TestAStreamIsPrintedLineByLine(t *testing.T) {
	if r := prenticeRun(t, "run", "watch"); r.out != "first\nsecond\n■ failed\n" && r.out != "first\nsecond \n■ failed\n" {
		t.Errorf("%q", r.out)
	}
	if r := prenticeRun(t, "run", "watch", "-o", "json"); r.out != "\"first\"\n\"second \\u001b]0;owned\\u0007\"\n{\"state\":\"failed\"}\n" {
		t.Errorf("%q", r.out)
	}
}

func TestAnOutputMaySayTheExitCode(t *testing.T) {
	if r := prenticeRun(t, "run", "watch"); r.code != 9 || r.err != "" {
		t.Errorf("%d %q", r.code, r.err)
	}
}

func TestEveryKindOfErrorHasItsExitCode(t *testing.T) {
	for kind, want := range map[prentice.Kind]int{
		prentice.Internal: 1, prentice.Invalid: 2, prentice.NotFound: 3, prentice.Unauthenticated: 4, prentice.Denied: 4,
		prentice.Refused: 5, prentice.Conflict: 6, prentice.Limited: 7, prentice.Unavailable: 8, prentice.Canceled: 130,
	} {
		r := prenticeRun(t, "run", "fail", fmt.Sprint(int(kind)))
		if r.code != want || r.err != "prentice: run 7: it is so\n  → do this\n" {
			t.Errorf("%s: %d %q", kind, r.code, r.err)
		}
	}
}

func TestWithJSONAnErrorIsAProblem(t *testing.T) {
	r := prenticeRun(t, "run", "fail", "5", "-o", "json")
	var p map[string]any
	if err := json.Unmarshal([]byte(r.err), &p); err != nil || p["kind"] != "refused" || p["type"] != "urn:prentice:error:refused" || p["detail"] != "run 7: it is \x1b[31mso" || p["hint"] != "do this" || p["exit_code"] != 5.0 {
		t.Errorf("%v %s", err, r.err)
	}
	if r := prenticeRun(t, "run", "start", "--nonsense", "-o", "json"); !strings.HasPrefix(r.err, "{") {
		t.Errorf("%s", r.err)
	}
}

func TestAnInterruptedCommandEndsWith130(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var problems bytes.Buffer
	wait := op.New("run.wait", prentice.Look, prentice.Viewer, "Wait.", func(ctx context.Context, _ op.Call, _ none) (none, error) {
		cancel()
		return none{}, ctx.Err()
	}).WithoutState()
	root := cli.New(cli.Options{Ops: []op.Op{wait}, Stderr: &problems})
	if code := cli.Main(ctx, root, []string{"run", "wait"}); code != 130 || problems.String() != "prentice: interrupted: run.wait was given up\n" {
		t.Errorf("%d %q", code, problems.String())
	}
}

func TestWhoStopsWatchingIsToldThatItGoesOn(t *testing.T) {
	for name, end := range map[string]error{"near": nil, "far": context.Canceled} {
		ctx, cancel := context.WithCancel(context.Background())
		var problems bytes.Buffer
		watch := op.NewWatch("run.watch", prentice.Viewer, "Watch.", func(context.Context, op.Call, none, func(line) error) error {
			cancel()
			return end
		}).WithoutState()
		root := cli.New(cli.Options{Ops: []op.Op{watch}, Stderr: &problems})
		if code := cli.Main(ctx, root, []string{"run", "watch"}); code != 130 || problems.String() != "prentice: not watched any more; what was watched goes on\n" {
			t.Errorf("%s: %d %q", name, code, problems.String())
		}
	}
}

func TestTheEnvironmentAnswersForFlagsThatAreNotGiven(t *testing.T) {
	w := world{env: map[string]string{"PRENTICE_SERVER": "http://a", "PRENTICE_TOKEN": "secret", "PRENTICE_DATA": "/d", "PRENTICE_TEAM": "/t", "NO_COLOR": "1"}}
	if r := w.run(t, "run", "list", "--server", "http://b"); r.global != (cli.Global{Server: "http://b", Token: "secret", Data: "/d", Team: "/t", Output: "table", NoColour: true}) {
		t.Errorf("%+v", r.global)
	}
	if r := prenticeRun(t, "up"); r.global != (cli.Global{Output: "table"}) {
		t.Errorf("%+v", r.global)
	}
	if r := w.run(t, "run", "list", "--help"); strings.Contains(r.out, "secret") || strings.Contains(r.out, "http://a") {
		t.Errorf("help shows what the environment holds:\n%s", r.out)
	}
}

func TestTwoCommandsOfOneNameAreABrokenProgram(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no one noticed")
		}
	}()
	cli.New(cli.Options{Ops: append(ops(), ops()...)})
}
