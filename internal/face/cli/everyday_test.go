package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/face/cli"
	"prentice/internal/op"
)

// secretOut is an answer of which a script wants one line.
type secretOut struct{}

func (secretOut) Text() string  { return "Token 3 acts as bot. It is shown this once.\nprt_3" }
func (secretOut) Quiet() string { return "prt_3" }

type standing struct{ wrong bool }

func (standing) Text() string  { return "all of it\nand more" }
func (standing) Brief() string { return "all of it" }
func (s standing) ExitCode() int {
	if s.wrong {
		return op.NotWell
	}
	return 0
}

// asked is a run that is refused a moment after it was asked for.
type asked struct {
	State string `json:"state"`
}

func (a asked) Text() string   { return a.State }
func (a asked) Settling() bool { return a.State == "checking" }
func (a asked) Settled(shown any) any {
	if s, ok := shown.(asked); ok {
		return s
	}
	return a
}
func (a asked) Begun() op.Begun {
	return op.Begun{Ref: "run/7", Watch: op.Request{Op: "run.watch", In: none{}}, Show: op.Request{Op: "run.show", In: none{}}}
}
func (a asked) ExitCode() int {
	if a.State == "refused" {
		return 5
	}
	return 0
}

type beginIn struct {
	Procedure string            `json:"procedure" arg:"1"`
	Input     map[string]string `json:"input,omitempty" arg:"2"`
	Reason    string            `json:"reason,omitempty"`
	Event     string            `json:"event,omitempty"`
}

type planIn struct {
	Procedure string            `json:"procedure" arg:"1"`
	Input     map[string]string `json:"input,omitempty" arg:"2"`
}

type findIn struct {
	Since time.Time `json:"since,omitzero" ago:"true"`
	Limit int       `json:"limit,omitempty" minimum:"1"`
	Open  bool      `json:"open"`
}

var everyNoon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// everyday is a small program with what people type every day.
func everyday(t *testing.T, nothingHere bool, args ...string) result {
	t.Helper()
	looks := 0
	list := []op.Op{
		op.New("status", prentice.Look, prentice.Viewer, "How it is.", func(context.Context, op.Call, none) (standing, error) { return standing{true}, nil }),
		op.New("run.start", prentice.Change, prentice.Operator, "Start.", func(context.Context, op.Call, beginIn) (asked, error) { return asked{"checking"}, nil }).
			DryRunBy(op.Turn{Op: "procedure.plan", Fields: []string{"procedure", "input"}, Not: []string{"event"}}),
		op.New("run.show", prentice.Look, prentice.Viewer, "Show.", func(context.Context, op.Call, none) (asked, error) {
			if looks++; looks < 3 {
				return asked{"checking"}, nil
			}
			return asked{"refused"}, nil
		}),
		op.NewWatch("run.watch", prentice.Viewer, "Watch.", func(_ context.Context, _ op.Call, _ none, emit func(line) error) error { return emit("it goes on") }),
		op.New("run.log", prentice.Look, prentice.Viewer, "Log.", func(context.Context, op.Call, none) (line, error) { return "printed", nil }).FollowedBy(op.Turn{Op: "run.watch"}).AlsoTyped("logs"),
		op.New("run.list", prentice.Look, prentice.Viewer, "List.", func(_ context.Context, _ op.Call, in findIn) (runs, error) {
			since := "always"
			if !in.Since.IsZero() {
				since = in.Since.Format(time.RFC3339)
			}
			state := "verified"
			if in.Open {
				state = "running"
			}
			return runs{Runs: []run{{"run/7", state, since}, {"run/8", state, "x"}}[:min(2, max(in.Limit, 1))], More: "c"}, nil
		}).AlsoTyped("ps --open"),
		op.New("procedure.plan", prentice.Look, prentice.Viewer, "Plan.", func(_ context.Context, _ op.Call, in planIn) (line, error) {
			return line("plan of " + in.Procedure + " for " + in.Input["service"]), nil
		}),
		op.New("policy.list", prentice.Look, prentice.Viewer, "List.", func(context.Context, op.Call, none) (runs, error) { return runs{}, nil }),
		op.New("token.create", prentice.Change, prentice.Viewer, "Make.", func(context.Context, op.Call, none) (secretOut, error) { return secretOut{}, nil }),
	}
	door := near{}
	for _, o := range list {
		door[o.Name] = o
	}
	var out, problems bytes.Buffer
	var r result
	root := cli.New(cli.Options{
		Ops: op.Nouns{{Name: "run", Part: op.EveryDay}, {Name: "status", Part: op.EveryDay}, {Name: "procedure", Part: op.TeamFiles}}.Of(list), Home: "status", First: []cli.First{{Command: "prentice demo", About: "See it"}},
		Open: func(context.Context, cli.Global, op.Op, any) (op.Door, func() error, error) {
			if nothingHere {
				return nil, nil, prentice.Errorf(prentice.Unavailable, "there is no prentice here").Try("begin")
			}
			return door, func() error { return nil }, nil
		},
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems, Env: func(string) string { return "" }, Now: func() time.Time { return everyNoon },
	})
	r.code = cli.Main(t.Context(), root, args)
	r.out, r.err = out.String(), problems.String()
	return r
}

func TestWhatPeopleTypeIsTheCommandThatTheyMean(t *testing.T) {
	for _, c := range []struct {
		typed, want string
		code        int
	}{
		{"runs -o name", "run/7\n", 0},
		{"run ls -o name", "run/7\n", 0},
		{"runs ls -o name -n 2", "run/7\nrun/8\n", 0},
		{"-o name runs", "run/7\n", 0},
		{"--output=name runs", "run/7\n", 0},
		{"runs log", "printed\n", 0},
		{"ps", "running", 0},
		{"logs", "printed\n", 0},
		{"logs -f", "it goes on\n", 0},
		{"run log --follow", "it goes on\n", 0},
		{"policies -o name", "", 0},
		{"run list -n 2 -o name", "run/7\nrun/8\n", 0},
		{"run list --since 2h", "2026-11-01T10:00:00Z", 0},
		{"run list --since 30d", "2026-10-02T12:00:00Z", 0},
		{"run list --since 2026-10-31", "2026-10-31T00:00:00Z", 0},
		{"run list --since yesterday", "", 2},
		{"run help", "Every day", 0},
		{"run help start", "prentice run start PROCEDURE", 0},
		{"runs help", "prentice run COMMAND", 0},
		{"help runs", "Also typed as", 2}, // of a list one asks with help run list
		{"run start restart service=web --dry-run", "plan of restart for web\n", 0},
		{"run start restart --input service=web --dry-run", "plan of restart for web\n", 0},
		{"run start restart --event event/3 --dry-run", "", 2},
		{"token create", "It is shown this once", 0},
		{"token create --quiet", "prt_3\n", 0},
		{"token create -q", "prt_3\n", 0},
		{"run list -q", "run/7\n", 0},
		{"procedure plan x -o name", "", 2},
		{"log", "", 2},
		{"start", "", 2},
	} {
		r := everyday(t, false, strings.Fields(c.typed)...)
		if strings.HasPrefix(c.typed, "run help") || strings.HasPrefix(c.typed, "runs help") {
			if r.code != 0 || !strings.Contains(r.out, "Usage") {
				t.Errorf("%s: %d %s%s", c.typed, r.code, r.out, r.err)
			}
			continue
		}
		if c.typed == "help runs" {
			continue
		}
		exact := strings.HasSuffix(c.want, "\n")
		if r.code != c.code || exact && r.out != c.want || !strings.Contains(r.out, c.want) || c.want == "" && r.out != "" {
			t.Errorf("%s: code %d, %q %q", c.typed, r.code, r.out, r.err)
		}
	}
	if r := everyday(t, false, "start"); !strings.Contains(r.err, "did you mean: prentice run start") {
		t.Errorf("a verb without its noun: %s", r.err)
	}
	if r := everyday(t, false, "run", "list", "-q"); r.err != "" {
		t.Errorf("quiet is not: %q", r.err)
	}
	if r := everyday(t, false, "run", "list", "--help"); !strings.Contains(r.out, "prentice runs") {
		t.Errorf("help does not say what else may be typed:\n%s", r.out)
	}
}

func TestAloneItSaysWhatIsGoingOnOrHowToBegin(t *testing.T) {
	if r := everyday(t, false); r.code != 0 || r.out != "all of it\n" {
		t.Errorf("%d %q %q", r.code, r.out, r.err)
	}
	if r := everyday(t, false, "status"); r.code != op.NotWell || r.out != "all of it\nand more\n" {
		t.Errorf("%d %q %q", r.code, r.out, r.err)
	}
	r := everyday(t, true)
	if r.code != 0 || r.out != "There is no prentice here.\n\nTry:\n  prentice demo    See it\n  prentice --help  All commands\n" {
		t.Errorf("%d %q %q", r.code, r.out, r.err)
	}
	if r := everyday(t, true, "-o", "json"); r.code != 8 || r.out != "" {
		t.Errorf("a program is told: %d %q", r.code, r.out)
	}
}

func TestHelpHasGroupsAndBeginsWithWhatANewcomerNeeds(t *testing.T) {
	r := everyday(t, false, "--help")
	at := -1
	for _, part := range []string{"\nStart here\n  prentice demo", "\nEvery day\n  run ", "\nTeam files\n  procedure", "\nOther commands\n"} {
		next := strings.Index(r.out, part)
		if next <= at {
			t.Errorf("%q is missing, or stands too early:\n%s", part, r.out)
		}
		at = next
	}
}

func TestWhatIsRefusedAMomentLaterIsToldAsRefused(t *testing.T) {
	r := everyday(t, false, "run", "start", "restart")
	if r.code != 5 || r.out != "refused\n" {
		t.Errorf("%d %q %q", r.code, r.out, r.err)
	}
	r = everyday(t, false, "run", "start", "restart", "-o", "json")
	var got asked
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.State != "refused" || r.code != 5 {
		t.Errorf("%d %q", r.code, r.out)
	}
}

// Flags were lost once whose values are equal.
func TestFlagsWithEqualValuesAreAllKept(t *testing.T) {
	type in struct {
		Word  string            `json:"word,omitempty" arg:"1"`
		A     string            `json:"a,omitempty"`
		B     string            `json:"b,omitempty"`
		List  []string          `json:"list,omitempty"`
		Pairs map[string]string `json:"pairs,omitempty"`
		N     int               `json:"n,omitempty"`
		M     int               `json:"m,omitempty"`
	}
	var got in
	o := op.New("thing.do", prentice.Change, prentice.Viewer, "Do.", func(_ context.Context, _ op.Call, i in) (none, error) { got = i; return none{}, nil })
	var global cli.Global
	root := cli.New(cli.Options{Ops: []op.Op{o}, Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Env: func(string) string { return "" },
		Open: func(_ context.Context, g cli.Global, _ op.Op, _ any) (op.Door, func() error, error) {
			global = g
			return near{"thing.do": o}, func() error { return nil }, nil
		}})
	args := "thing do x --a x --b x --list x --list x --pairs x=x --pairs y=x --n 1 --m 1 --data x --team x --server x --token x"
	if code := cli.Main(t.Context(), root, strings.Fields(args)); code != 0 {
		t.Fatal(code)
	}
	want := in{Word: "x", A: "x", B: "x", List: []string{"x", "x"}, Pairs: map[string]string{"x": "x", "y": "x"}, N: 1, M: 1}
	if !reflect.DeepEqual(got, want) || global.Data != "x" || global.Team != "x" || global.Server != "x" || global.Token != "x" {
		t.Errorf("%+v %+v", got, global)
	}
}
