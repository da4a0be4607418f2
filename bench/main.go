// Command bench makes the published measurements: it runs us, and where there is
// one the peer beside us, prints one line a figure (name, value, unit, goal, ok
// or short) and keeps the table in bench/RESULTS.md.
//
// Each figure has its own file, which says what is measured and what is not. A
// figure that could not be made is printed as such and never guessed. Arguments
// choose figures by the beginning of their names.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// figure is one line of the result.
type figure struct {
	name  string
	value float64
	unit  string
	goal  string // as people read it: ≥ 150
	good  bool
	note  string
}

func (f figure) verdict() string {
	if f.good {
		return "ok"
	}
	return "short"
}

// measurement makes some figures that belong together.
type measurement struct {
	name string
	make func(context.Context) ([]figure, error)
}

var measurements = []measurement{
	{"runs.sqlite", runsSQLite},
	{"runs.postgres", runsPostgres},
	{"replicas", replicas},
	{"latency", latency},
	{"parked", parked},
	{"start", coldStart},
	{"pages", pages},
	{"pages.inbox", inbox},
	{"retention", retention},
	{"policy.decisions", decisions},
	{"policy.table", layingOut},
	{"policy.replay", replaying},
	{"checks.rules", judgedFirst},
	{"checks.inventory", inventoried},
	{"checks.trivial", trivial},
	{"checks.many", manyChecks},
	{"proc.plan", unrolled},
	{"proc.test", cases},
	{"proc.lsp", drafting},
	{"proc.states", states},
	{"checks", checks},
	{"secrets", secrets},
	{"forge.http", forge},
	{"forge.ssh", forgeSSH},
	{"forge.verdict", verdicts},
	{"forge.idle", idleForge},
	{"forecast", forecasts},
	{"burn", burns},
	{"watch", watching},
	{"metrics", measures},
	{"flags", flags},
	{"experiments", experiments},
	{"proxy", proxy},
	{"env.compose", composed},
	{"sandbox", sandboxed},
	{"env.engine", engineEnvironments},
	{"env.postgres.template", sharedPostgres},
	{"env.postgres.private", ownPostgres},
	{"env", environments},
	{"stop", killSwitch},
	{"logs.ingest", ingest},
	{"logs.page", longLog},
	{"logs.watchers", watchers},
	{"forge.large", largePush},
	{"forge.change", reviewed},
	{"forge.browse", browsed},
	{"queue", queued},
	{"fleet.sshd", fleet},
	{"fleet.simulated", simulated},
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == simulator {
		simulate(os.Args[2])
		return
	}
	if len(os.Args) == 2 && os.Args[1] == watchedTargets {
		fmt.Fprintln(os.Stderr, "bench:", answerTargets())
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) // what was started is ended then too
	defer stop()
	context.AfterFunc(ctx, stop) // the second time it is the end at once
	if len(os.Args) > 2 && os.Args[1] == between {
		if err := startsAnother(ctx, os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := measureAll(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measureAll(ctx context.Context, only []string) error {
	var all []figure
	for _, m := range measurements {
		if !chosen(m.name, only) {
			continue
		}
		figures, err := m.make(ctx)
		if err != nil {
			fmt.Printf("%s\tnot measured\t%v\n", m.name, err)
			continue
		}
		for _, f := range figures {
			fmt.Printf("%s\t%.4g\t%s\t%s\t%s\t%s\n", f.name, f.value, f.unit, f.goal, f.verdict(), f.note)
		}
		all = append(all, figures...)
	}
	if len(only) > 0 {
		return nil // a part is no result to publish
	}
	return publish("bench/RESULTS.md", all)
}

func chosen(name string, only []string) bool {
	for _, o := range only {
		if strings.HasPrefix(name, o) {
			return true
		}
	}
	return len(only) == 0
}

// publish writes the table.
func publish(file string, figures []figure) error {
	var b strings.Builder
	commit, _ := exec.Command("git", "describe", "--always", "--dirty").Output() //nolint:errcheck // a copy without git has no commit
	fmt.Fprintf(&b, "# Measurements\n\nMade with `make bench` at commit %s on %s, %d cores, %s/%s, %s. Wall times on a shared machine vary; read them as orders of magnitude.\n\n",
		strings.TrimSpace(string(commit)), time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	b.WriteString("| figure | value | unit | goal | | what it is |\n|---|---:|---|---|---|---|\n")
	for _, f := range figures {
		fmt.Fprintf(&b, "| %s | %.4g | %s | %s | %s | %s |\n", f.name, f.value, f.unit, f.goal, f.verdict(), f.note)
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}
