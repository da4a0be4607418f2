package lsp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

const uri = "file:///team/procedures/bell.md"

const bell = "---\nprocedure: bell\nsummary: Ring\ntargets: hosts()\ninputs:\n  times: {type: int, default: 1, doc: How often.}\n---\n\n# Bell 🔔\n\n## Act\n\n```sh id=ring\necho \"$INPUT_TIMES\"\n```\n"

// said is what comes out of a server for messages, in order.
func said(t *testing.T, in string) []map[string]any {
	t.Helper()
	out, err := serve(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func serve(in string) ([]map[string]any, error) {
	l, _ := procedure.New(nil, proceduretest.Kinds())
	var out bytes.Buffer
	s := &Server{Editor: func(string) procedure.Editor { return procedure.Editor{Library: l} }, Version: "1", Clock: func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }}
	err := s.Serve(strings.NewReader(in), &out)
	var list []map[string]any
	for r := bufio.NewReader(&out); ; {
		content, bad := readFrame(r)
		if bad != nil {
			return list, err
		}
		var m map[string]any
		if bad := json.Unmarshal(content, &m); bad != nil {
			return list, bad
		}
		list = append(list, m)
	}
}

func frame(content string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(content), content)
}

func tell(method string, params any) string {
	raw, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
	return frame(string(raw))
}

func ask(id int, method string, params any) string {
	raw, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	return frame(string(raw))
}

func opened(text string) string {
	return ask(1, "initialize", map[string]any{"processId": nil, "rootUri": nil}) + tell("initialized", map[string]any{}) +
		tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "markdown", "version": 1, "text": text}})
}

func at(line, character int) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": line, "character": character}}
}

var over = ask(99, "shutdown", nil) + tell("exit", nil)

// published is the diagnostics of the last document that was told of.
func published(t *testing.T, out []map[string]any) []diagnostic {
	t.Helper()
	for i := len(out) - 1; i >= 0; i-- {
		if out[i]["method"] == "textDocument/publishDiagnostics" {
			raw, _ := json.Marshal(out[i]["params"].(map[string]any)["diagnostics"])
			var list []diagnostic
			if err := json.Unmarshal(raw, &list); err != nil {
				t.Fatal(err)
			}
			return list
		}
	}
	t.Fatalf("nothing was published: %v", out)
	return nil
}

func result(t *testing.T, out []map[string]any, id float64) any {
	t.Helper()
	for _, m := range out {
		if m["id"] == id {
			return m["result"]
		}
	}
	t.Fatalf("request %v was not answered: %v", id, out)
	return nil
}

func TestMistakesAreToldWithTheirPlaceAndHint(t *testing.T) {
	list := published(t, said(t, opened(strings.Replace(bell, "summary", "sumary", 1))+over))
	for _, d := range list {
		if d.Severity == 1 && strings.Contains(d.Message, "sumary") {
			if want := (span{position{2, 0}, position{2, 11 + 1}}); d.Range != want || !strings.Contains(d.Message, "did you mean summary?") {
				t.Errorf("got %+v", d)
			}
			return
		}
	}
	t.Errorf("got %+v", list)
}

func TestAChangeIsJudgedAnewAndAClosedFileIsClean(t *testing.T) {
	change := func(text string) string {
		return tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 2}, "contentChanges": []any{map[string]any{"text": text}}})
	}
	errors := func(list []diagnostic) (n int) {
		for _, d := range list {
			if d.Severity == 1 {
				n++
			}
		}
		return n
	}
	if n := errors(published(t, said(t, opened(bell)+over))); n != 0 {
		t.Errorf("a good procedure has %d errors", n)
	}
	if n := errors(published(t, said(t, opened(bell)+change("---\n")+over))); n == 0 {
		t.Error("half a document has no error")
	}
	if n := errors(published(t, said(t, opened("---\n")+change(bell)+over))); n != 0 {
		t.Errorf("put right it has %d errors", n)
	}
	closed := tell("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
	if list := published(t, said(t, opened("---\n")+closed+over)); len(list) != 0 {
		t.Errorf("closed it says %+v", list)
	}
}

func TestCompletionHoverAndDefinitionAnswer(t *testing.T) {
	text := bell + "\n```sh ris\n"
	last := strings.Count(text, "\n") - 1
	out := said(t, opened(text)+ask(2, "textDocument/completion", at(last, 9))+ask(3, "textDocument/hover", at(13, 12))+ask(4, "textDocument/definition", at(13, 12))+over)
	raw, _ := json.Marshal(result(t, out, 2))
	if !strings.Contains(string(raw), `"label":"risk="`) || !strings.Contains(string(raw), fmt.Sprintf(`"start":{"character":6,"line":%d}`, last)) {
		t.Errorf("completion: %.300s", raw)
	}
	if raw, _ := json.Marshal(result(t, out, 3)); !strings.Contains(string(raw), "How often") {
		t.Errorf("hover: %s", raw)
	}
	if raw, _ := json.Marshal(result(t, out, 4)); !strings.Contains(string(raw), `"line":5`) || !strings.Contains(string(raw), uri) {
		t.Errorf("definition: %s", raw)
	}
}

func TestPlacesAreCountedInUTF16(t *testing.T) {
	tx := textOf("a🔔b é\r\nnext")
	if got := tx.spot(position{0, 3}); got.Byte != 5 {
		t.Errorf("behind the bell is byte %d", got.Byte)
	}
	if got := tx.position(0, 5); got.Character != 3 {
		t.Errorf("byte 5 is unit %d", got.Character)
	}
	if got := tx.spot(position{0, 99}); got.Byte != len("a🔔b é") {
		t.Errorf("behind the end is byte %d", got.Byte)
	}
	if got := tx.spot(position{9, 9}); got.Byte != 0 {
		t.Errorf("behind the last line is byte %d", got.Byte)
	}
}

func TestHostileInputIsSaidAndTheNextMessageIsAnswered(t *testing.T) {
	alive := ask(7, "textDocument/hover", at(13, 12))
	huge := strings.Repeat("x", 10<<20)
	for name, in := range map[string]string{
		"no JSON":                    frame("{"),
		"a list":                     frame("[]"),
		"nothing":                    frame(""),
		"no method":                  frame(`{"jsonrpc":"2.0"}`),
		"not UTF-8":                  frame("{\"jsonrpc\":\"2.0\",\"method\":\"\xff\xfe\"}"),
		"deep JSON":                  frame(strings.Repeat("[", 100000)),
		"parameters of another kind": frame(`{"jsonrpc":"2.0","id":5,"method":"textDocument/hover","params":[1]}`),
		"a place that is none":       ask(5, "textDocument/hover", at(-5, -9)),
		"a far place":                ask(5, "textDocument/completion", at(1<<40, 1<<40)),
		"an unknown request":         ask(5, "workspace/executeCommand", map[string]any{"command": "rm"}),
		"an unknown notification":    tell("$/setTrace", map[string]any{}),
		"a file that is none":        ask(5, "textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": "http://example.org/procedures/a.md"}}),
		"a change of what is closed": tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": "file:///x"}, "contentChanges": []any{map[string]any{"text": "x"}}}),
		"a change in parts":          tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri}, "contentChanges": []any{map[string]any{"range": map[string]any{}, "text": "x"}}}),
		"a document of 10 MB":        tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri + "x.md", "text": huge}}),
		"a message beyond bounds":    fmt.Sprintf("Content-Length: %d\r\n\r\n%s", mostContent+1, strings.Repeat(" ", mostContent+1)),
		"other headers":              "Content-Type: x\r\ncontent-length: 2\r\n\r\n{}",
	} {
		t.Run(name, func(t *testing.T) {
			if raw, _ := json.Marshal(result(t, said(t, opened(bell)+in+alive+over), 7)); !strings.Contains(string(raw), "How often") {
				t.Errorf("the next message is answered %s", raw)
			}
		})
	}
}

func TestADocumentThatIsTooLargeIsDiagnosedAsThat(t *testing.T) {
	list := published(t, said(t, opened(strings.Repeat("x\n", 1<<20))+over))
	if len(list) == 0 || !strings.Contains(list[0].Message, "at most") {
		t.Errorf("got %+v", list)
	}
}

func TestAStreamThatCannotBeReadEndsWithAReason(t *testing.T) {
	for name, in := range map[string]string{
		"no header":        "hello\r\n\r\n",
		"no length":        "Content-Type: x\r\n\r\n{}",
		"a negative one":   "Content-Length: -1\r\n\r\n",
		"half a message":   "Content-Length: 100\r\n\r\n{",
		"endless headers":  strings.Repeat("a", mostHeader+1),
		"gone":             "",
		"exit of its own":  ask(1, "initialize", nil) + tell("exit", nil),
		"gone in a header": "Content-Le",
	} {
		if _, err := serve(in); err == nil {
			t.Errorf("%s: it ends as if all were well", name)
		}
	}
}

func TestRequestsBeforeInitializeAndAfterShutdownAreRefused(t *testing.T) {
	out := said(t, ask(3, "textDocument/hover", at(0, 0))+ask(1, "initialize", nil)+ask(99, "shutdown", nil)+ask(4, "textDocument/hover", at(0, 0))+tell("exit", nil))
	refused := map[any]any{}
	for _, m := range out {
		if e, is := m["error"].(map[string]any); is {
			refused[m["id"]] = e["code"]
		}
	}
	if refused[3.0] != -32002.0 || refused[4.0] != -32600.0 {
		t.Errorf("got %v", refused)
	}
}

// FuzzServe: whatever comes, it ends, and what it says can be read.
func FuzzServe(f *testing.F) {
	f.Add(opened(bell) + ask(2, "textDocument/completion", at(13, 12)) + over)
	f.Add(opened("```sh if=${") + ask(2, "textDocument/completion", at(0, 11)))
	f.Fuzz(func(t *testing.T, in string) {
		serve(in) //nolint:errcheck // that it comes back is all
	})
}
