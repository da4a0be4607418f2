package stories

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tricks are what a script needs a shell for beside calling one command after another.
var tricks = map[string]*regexp.Regexp{
	"a pipe":          regexp.MustCompile(`\|`),
	"a list":          regexp.MustCompile(`&&|;`),
	"a here-document": regexp.MustCompile(`<<`),
	"a redirection":   regexp.MustCompile(`[<>]`),
	"a substitution":  regexp.MustCompile("`|\\$\\("),
	"an editor":       regexp.MustCompile(`\b(sed|awk|perl|python3?|jq|yq|eval|xargs|tee|ed)\b`),
	"a loop":          regexp.MustCompile(`(?m)^\s*(for|while|until|if|case)\b`),
	"another shell":   regexp.MustCompile(`\b(sh|bash)\b`),
	"a background":    regexp.MustCompile(`&\s*$`),
}

var script = regexp.MustCompile("(?ms)^```(?:sh|bash)[^\n]*\n(.*?)^```")

// trickIn is the first trick in the scripts of a procedure, or "".
func trickIn(procedure string) string {
	for _, body := range script.FindAllStringSubmatch(procedure, -1) {
		for name, trick := range tricks {
			if found := trick.FindString(body[1]); found != "" {
				return name + ": " + found
			}
		}
	}
	return ""
}

func TestNoSolutionNeedsATrickOfTheShell(t *testing.T) {
	files, err := filepath.Glob("testdata/solutions/procedures/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	library, err := filepath.Glob("../internal/engine/starter/procedures/kubernetes-*.md")
	if err != nil || len(library) < 9 {
		t.Fatal(library, err)
	}
	for _, file := range append(files, library...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if trick := trickIn(string(text)); trick != "" {
			t.Errorf("%s has %s", file, trick)
		}
	}
}

func TestEachTrickOfTheShellIsFound(t *testing.T) {
	for _, body := range []string{
		"kubectl get pods | grep a", "kubectl get a && kubectl get b", "kubectl get a; kubectl get b", "kubectl apply -f - <<END\na\nEND", "kubectl get a > b",
		`kubectl delete "$(kubectl get a)"`, "kubectl delete `cat a`", "sed -i s/a/b/ c", "jq . a", "for a in b\ndo kubectl get $a\ndone", "while true\ndo a\ndone",
		"if kubectl get a\nthen true\nfi", "bash -c a", "kubectl proxy &",
	} {
		if trickIn("# A\n\n```sh id=a\n"+body+"\n```\n") == "" {
			t.Errorf("not found: %s", body)
		}
	}
	if trick := trickIn("```sh id=a\nkubectl --context \"$TARGET_CONTEXT\" rollout status \"deployment/$INPUT_NAME\" --timeout=4m\n```\n"); trick != "" {
		t.Errorf("a plain command has %s", trick)
	}
}

// The cases name each scenario that has a solution once at least.
func TestTheCasesAreOfEveryScenario(t *testing.T) {
	text, err := os.ReadFile("testdata/solutions/procedure_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	scenarios := map[string]bool{}
	for _, m := range regexp.MustCompile(`name: "(\d+): `).FindAllStringSubmatch(string(text), -1) {
		scenarios[m[1]] = true
	}
	if n := len(scenarios); n != 66 || strings.Count(string(text), "- {name: ") != 74 {
		t.Errorf("%d scenarios, want 66", n)
	}
}

// The Role that the how-to gives is the one with which the story is told.
func TestTheRoleOfTheHowToIsEnough(t *testing.T) {
	book, err := os.ReadFile("../book/how-to/kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	story, err := os.ReadFile("kubernetes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(book), "```yaml\n")
	role, _, _ := strings.Cut(rest, "```")
	_, rest, _ = strings.Cut(string(story), "-- cluster.yaml --\n")
	if told, _, _ := strings.Cut(rest, "---\n"); told != role || role == "" {
		t.Errorf("the story is told with\n%s\nand the how-to has\n%s", told, role)
	}
}
