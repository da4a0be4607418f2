package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
)

func read(t *testing.T, front string) pipeline.Check {
	t.Helper()
	c, findings := pipeline.Read(pipeline.Folder+"/a.md", []byte("---\ncheck: a\nsummary: It holds\n"+front+"---\n```sh\ntrue\n```\n"))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return c
}

func TestAServiceIsAsComposeSaysOrIsNotUnderstood(t *testing.T) {
	for _, c := range []struct{ name, compose, want string }{
		{"whole", "services:\n  db:\n    image: postgres:16\n    restart: always\n    environment: {POSTGRES_PASSWORD: x, N: 1}\n    command: [postgres, -c, fsync=off]\n    ports: [\"127.0.0.1:15432:5432/tcp\"]\n    tmpfs: /x:size=1\n    healthcheck: {test: [CMD-SHELL, pg_isready], interval: 1s}\n",
			"{db postgres:16 map[N:1 POSTGRES_PASSWORD:x] [postgres -c fsync=off] 5432 pg_isready [/x]}"},
		{"a list of variables", "services: {db: {image: a, environment: [A=b, C=d=e], expose: [\"80\"]}}", "{db a map[A:b C:d=e] [] 80  []}"},
		{"a health of words", "services: {db: {image: a, healthcheck: {test: [CMD, test, \"it's\"]}}}", `{db a map[] [] 0 'test' 'it'\''s' []}`},
		{"a health in a line", "services: {db: {image: a, healthcheck: {test: echo $$HOME}}}", `{db a map[] [] 0 echo $HOME []}`},
		{"none", "services: {cb: {image: a}}", "has no service db: did you mean cb?"},
		{"a build", "services: {db: {build: .}}", "has build, which is not understood here"},
		{"a folder of the machine", "services: {db: {image: a, volumes: [\"/:/x\"]}}", "has volumes"},
		{"a variable from outside", "services: {db: {image: a, environment: [A]}}", "the variable A from outside"},
		{"a variable in a text", "services: {db: {image: \"a\", environment: {A: \"${B}\"}}}", "come from outside"},
		{"an image that is none", "services: {db: {image: \"../x\"}}", "which is none"},
		{"no rights", "services: {db: {image: a, privileged: true}}", "has privileged"},
		{"an anchor", "services: {db: &a {image: a}}", "anchors"},
		{"no services at all", "[]", "has no service db"},
	} {
		tree := check.Example{Files: map[string]string{"compose.yaml": c.compose}}.Tree()
		got, err := read(t, "image: x\nservices: [db]\n").Resolved(tree)
		said := fmt.Sprint(err)
		if err == nil {
			said = fmt.Sprint(got.Services[0])
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: %s", c.name, said)
		}
	}
	if _, err := read(t, "image: x\nservices: [db]\n").Resolved(check.Example{}.Tree()); err == nil || !strings.Contains(err.Error(), "no compose.yaml") {
		t.Error(err)
	}
}

func TestAVerdictIsAboutWhatItsImagesMeanAndWhatComposeSays(t *testing.T) {
	meaning := "1"
	var asked []string
	j := &pipeline.Judge{Images: func(names []string) string { asked = names; return meaning }}
	subject := func(compose, front string) string {
		path, text := written("a", front)
		tree := check.Example{Files: map[string]string{path: text, "compose.yaml": compose, "other": "x"}}.Tree()
		rules, err := j.Kind().Rules(t.Context(), tree)
		if err != nil || len(rules) != 1 {
			t.Fatal(rules, err)
		}
		return j.Kind().Subject(tree, rules[0])
	}
	const front, one, two = "image: x:1\nservices: [db]\npaths: [other]\n", "services: {db: {image: a}}", "services: {db: {image: b}}"
	before := subject(one, front)
	if strings.Join(asked, " ") != "x:1 a" {
		t.Error(asked)
	}
	if subject(one, front) != before || subject(two, front) == before {
		t.Error("what compose.yaml says is not what the verdict is about")
	}
	if meaning = "2"; subject(one, front) == before {
		t.Error("what the name of an image means is not what the verdict is about")
	}
	if subject(one, "paths: [other]\n") != subject(two, "paths: [other]\n") {
		t.Error("a check without services depends on compose.yaml")
	}
}
