package analyse_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"prentice"
	"prentice/internal/engine/check"
)

// hostile are contents that someone could bring with a change.
func hostile() map[string]string {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 8) + "*" + string(c-1) + "]\n"
	}
	return map[string]string{
		"bomb": bomb, "loop": "a: &a\n  b: *a\n", "merge": "a: &a {<<: *a}\n", "deep": strings.Repeat("[", 50_000), "deep map": strings.Repeat("{a: ", 20_000), "line": strings.Repeat("x", 2<<20),
		"quotes": strings.Repeat("> ", 20_000) + "x\n", "brackets": strings.Repeat("[a](", 20_000), "ticks": strings.Repeat("`", 1<<20), "heredocs": "RUN <<A\n" + strings.Repeat("<<A\n", 2_000),
		"escapes": "#!/bin/sh\n\x1b[31mrm -rf $X\x1b]0;x\a\n", "bytes": "\xff\xfe\x00\x01\xc3\x28", "ends": "\r\r\n\n\r", "nothing": "", "dashes": "---\n---\n---\n", "shell": strings.Repeat("$(", 3_000),
		"expressions": "on: push\njobs:\n  a:\n    steps:\n      - run: \"${{ github.head_ref }}\x07\"\n", "null": "null\n", "number": "7\n", "list": "[null, [], {}]\n", "jobs": "jobs: [1, null]\non: {a: null}\n",
		"go": "package a\n" + strings.Repeat("func f() {", 5_000), "services": "services: [a]\n---\nservices: {a: null, b: [1], c: {image: [x], volumes: {a: b}}}\n",
	}
}

func TestNoContentAndNoNameBreaksAnAnalyserOrIsRepeatedRaw(t *testing.T) {
	places := []string{"a%.yaml", "a%.json", "a%.toml", "a%.md", "a%.sh", "a%.go", "%/Dockerfile", "%/compose.yaml", "%/package.json", "%/package-lock.json", "%/go.mod", ".github/workflows/%.yaml", "%/requirements.txt", ".prentice/standards/%.md", "docs/adr/%.md"}
	files := map[string]string{"-rf": "", "a\nb": "x", "\xff\xfe": "x", "\x1b[31m": "x", "..": "x", "a/../b": "x", "CON": "x", strings.Repeat("d/", 1500) + "x": "x", "link": "link:\x1b[31m/../..", "CODEOWNERS": "[ x\n" + strings.Repeat("*{", 100) + " \x1b@a\n* " + strings.Repeat("a", 5000)}
	for name, text := range hostile() {
		for _, place := range places {
			files[strings.Replace(place, "%", name, 1)] = text
		}
	}
	e := check.Example{Files: files, Commits: []check.Commit{{}, {ID: "x", Author: "\x1b[31m", Email: "\x00@", Message: "\x1b]0;x\a\n\n\n"}}, Base: map[string]string{"a": "b"}}
	j := judge()
	rules, err := j.Rules(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	list, err := j.Check(t.Context(), e.Tree(), rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files in %s", len(files), time.Since(begun))
	for _, o := range list {
		if o.Truth == prentice.NotSeen {
			t.Errorf("%s is unknown: %s", o.Rule, o.Reason)
		}
		for _, f := range o.Findings {
			if strings.ContainsFunc(f.Says+f.Saw+f.Remedy, func(r rune) bool { return unicode.IsControl(r) }) {
				t.Errorf("%s repeats what steers a terminal: %q %q", o.Rule, f.Says, f.Saw)
			}
			if len(f.Says) > 700 || len(f.Saw) > 700 {
				t.Errorf("%s says %d bytes of what others wrote", o.Rule, len(f.Says)+len(f.Saw))
			}
		}
	}
}
