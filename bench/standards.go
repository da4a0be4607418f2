package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"prentice"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

// judgedFirst is how long all built-in rules take on a tree of 10,000 files that no one
// has judged before, without git, and how that grows from 100 files to 100,000.
func judgedFirst(ctx context.Context) ([]figure, error) {
	took := map[int]time.Duration{}
	for _, n := range []int{100, 10_000, 100_000} {
		d, err := judged(ctx, madeTree(n))
		if err != nil {
			return nil, err
		}
		took[n] = d
	}
	each := func(n int) float64 { return took[n].Seconds() / (float64(n) * math.Log2(float64(n))) }
	growth := each(100_000) / each(10_000)
	first := float64(took[10_000].Microseconds()) / 1000
	return []figure{
		{"checks.rules.10k", first, "ms", "≤ 2000", first <= 2000, fmt.Sprintf("%d built-in rules on a tree in memory; 100 files take %s, 100,000 take %s", len(allRules()), took[100].Round(time.Millisecond), took[100_000].Round(time.Millisecond))},
		{"checks.rules.growth", growth, "×", "≤ 1.5", growth <= 1.5, "what a file costs among 100,000 beside among 10,000, over n log n"},
	}, nil
}

func allRules() (rules []check.Rule) {
	for _, s := range analyse.BuiltIn() {
		rules = append(rules, s.Rules...)
	}
	return rules
}

func judged(ctx context.Context, t *check.Tree) (time.Duration, error) {
	j := standard.Judge{BuiltIn: analyse.BuiltIn, Analysers: analyse.All(), Version: analyse.Version}
	begun := time.Now()
	list, err := j.Check(ctx, t, allRules())
	if err != nil {
		return 0, err
	}
	for _, o := range list {
		if o.Truth == prentice.NotSeen {
			return 0, fmt.Errorf("%s is unknown: %s", o.Rule, o.Reason)
		}
	}
	return time.Since(begun), nil
}

// madeTree is a repository as they are: mostly code and documents, some settings, scripts
// and workflows, 2 KB each.
func madeTree(n int) *check.Tree {
	files := make(map[string]string, n)
	body := "// A line of a comment that says something about what stands below it, at length.\n"
	var code, prose string
	for len(code) < 2000 {
		code, prose = code+body, prose+"A line of prose with a [link](../../README.md) to another page, and some words.\n"
	}
	files["README.md"] = "# Made\n\n" + prose
	for i := range n - 1 {
		dir := fmt.Sprintf("dir%d/sub%d/", i%97, i%7)
		switch i % 10 {
		case 0:
			files[fmt.Sprintf("%sdoc%d.md", dir, i)] = "# Title\n\n" + prose
		case 1:
			files[fmt.Sprintf("%ssettings%d.yaml", dir, i)] = "a: 1\nb: [1, 2, 3]\nc: {d: e}\n"
		case 2:
			files[fmt.Sprintf("%srun%d.sh", dir, i)] = "set -eu\necho one\necho \"$HOME\"\n"
		default:
			files[fmt.Sprintf("%scode%d.go", dir, i)] = fmt.Sprintf("package sub\n\n%s\nvar v%d = %d\n", code, i, i)
		}
	}
	return check.Example{Files: files}.Tree()
}
