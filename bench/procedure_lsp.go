package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
	"prentice/internal/face/lsp"
)

// longProcedure is one of five hundred lines, beside fifty others of its team.
func longProcedure() string {
	var b strings.Builder
	b.WriteString("---\nprocedure: long\nsummary: It is measured\ninputs:\n  service: {type: service}\ntargets: service(inputs.service).hosts\n---\n\n# Long\n\n## Act\n")
	for n := 0; strings.Count(b.String(), "\n") < 495; n++ {
		fmt.Fprintf(&b, "\nStep %d is explained to people in a sentence.\n\n```sh id=step-%d idempotent if=${inputs.service != \"x%d\"}\nset -eu\necho \"$INPUT_SERVICE %d\"\n```\n", n, n, n, n)
	}
	return b.String()
}

// drafting is how long an editor waits for what is wrong with a long procedure after
// each change of it.
func drafting(context.Context) ([]figure, error) {
	kinds := procedure.Kinds{&shell.Kind{}}
	var files []procedure.File
	for i := range 50 {
		files = append(files, procedure.File{Name: fmt.Sprintf("procedures/p%d.md", i), Text: []byte(strings.Replace(measuredProcedure, "procedure: p", fmt.Sprintf("procedure: p%d", i), 1))})
	}
	library, _ := procedure.New(files, kinds)
	toServer, ask := io.Pipe()
	answers, fromServer := io.Pipe()
	over := make(chan error, 1)
	server := &lsp.Server{Editor: func(string) procedure.Editor { return procedure.Editor{Library: library} }, Clock: time.Now}
	go func() { over <- server.Serve(toServer, fromServer) }()
	heard := bufio.NewReader(answers)
	const uri = "file:///team/procedures/long.md"
	text := longProcedure()
	if err := exchange(ask, heard, "initialize", 1, map[string]any{}); err != nil {
		return nil, err
	}
	if err := exchange(ask, heard, "textDocument/didOpen", 0, map[string]any{"textDocument": map[string]any{"uri": uri, "text": text}}); err != nil {
		return nil, err
	}
	took := make([]float64, 100)
	for i := range took {
		begun := time.Now()
		change := map[string]any{"textDocument": map[string]any{"uri": uri}, "contentChanges": []any{map[string]any{"text": fmt.Sprintf("%s\nA line more: %d\n", text, i)}}}
		if err := exchange(ask, heard, "textDocument/didChange", 0, change); err != nil {
			return nil, err
		}
		took[i] = float64(time.Since(begun).Microseconds()) / 1000
	}
	ask.Close() //nolint:errcheck // the server ends, and says that no one shut it down
	<-over
	slices.Sort(took)
	p95 := took[94]
	return []figure{{"proc.lsp.diagnostics", p95, "ms", "≤ 50", p95 <= 50, "p95 from a change of a procedure of 500 lines to its diagnostics"}}, nil
}

// exchange sends a message and reads what comes for it.
func exchange(to io.Writer, from *bufio.Reader, method string, id int, params any) error {
	m := map[string]any{"jsonrpc": "2.0", "method": method, "params": params}
	if id > 0 {
		m["id"] = id
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(to, "Content-Length: %d\r\n\r\n%s", len(raw), raw); err != nil {
		return err
	}
	var length int
	if _, err := fmt.Fscanf(from, "Content-Length: %d\r\n\r\n", &length); err != nil {
		return fmt.Errorf("no answer to %s: %w", method, err)
	}
	_, err = io.CopyN(io.Discard, from, int64(length))
	return err
}
