package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Each file of the corpus is taken; the comment in its first line lists what is
// declared by it, as the catalog calls it.
func TestCatalogsOfTeamsAreTaken(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/corpus.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 45 {
		t.Fatalf("there are %d", len(archive.Files))
	}
	for _, f := range archive.Files {
		text := string(f.Data)
		want, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
		if want == "nothing" {
			want = ""
		}
		if f.Name == "crlf.yaml" {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		c, findings := kinds.Load(teamOf(t, "catalog-info.yaml", text))
		for _, one := range findings {
			if one.Error {
				t.Errorf("%s is refused: %s: %s", f.Name, one.At, one.Text)
			}
		}
		var got []string
		for _, e := range c.Entities {
			got = append(got, string(e.Ref))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s declares %s, wants %s", f.Name, strings.Join(got, " "), want)
		}
		for _, s := range c.Services {
			if s.Blocked != "" {
				t.Errorf("%s: %s is blocked: %s", f.Name, s.Ref, s.Blocked)
			}
		}
	}
}

func TestADocumentThatIsNoYAMLHidesNoOther(t *testing.T) {
	text := head + "kind: Group\nmetadata: {name: us}\nspec: {type: team, children: []}\n---\n" +
		head + "kind: Component\nmetadata:\n  name: 'broken\n  annotations: {prentice.dev/hosts: web-1}\n---\n" +
		head + "kind: Resource\nmetadata: {name: web-1, annotations: {prentice.dev/address: 192.0.2.1}}\nspec: {type: host, owner: us}\n---\n" +
		head + "kind: Resource\nmetadata: {name: web-2, annotations: {prentice.dev/address: 192.0.2.2}}\nspec: {type: host, owner: us}\n"
	c, findings := kinds.Load(teamOf(t, "catalog-info.yaml", text))
	if got := says(findings); strings.Count(got, "error") != 1 || !strings.Contains(got, "not YAML") {
		t.Error(got)
	}
	web1, _ := c.Host("web-1")
	web2, err := c.Host("web-2")
	if web1.Blocked != "it is named in what cannot be read" || web2.Blocked != "" || err != nil {
		t.Errorf("%q %q %v", web1.Blocked, web2.Blocked, err)
	}
}

// What has an error is known, and nothing may be planned for it.
func TestWhatIsDeclaredWithAnErrorIsBlocked(t *testing.T) {
	resource := func(name, annotations string) string {
		return fmt.Sprintf("---\n%skind: Resource\nmetadata: {name: %s, annotations: {%s}}\nspec: {type: host, owner: us}\n", head, name, annotations)
	}
	service := func(name, annotations string) string {
		return fmt.Sprintf("---\n%skind: Component\nmetadata: {name: %s, annotations: {%s}}\nspec: {type: service, lifecycle: production, owner: us}\n", head, name, annotations)
	}
	text := head + "kind: Group\nmetadata: {name: us}\nspec: {type: team, children: []}\n" + resource("good", "prentice.dev/address: 192.0.2.1") + resource("bad", "prentice.dev/address: -x") +
		resource("nowhere", "other: x") + service("well", "prentice.dev/hosts: good") + service("half", "prentice.dev/hosts: 'good, gone'") + service("odd", "prentice.dev/unti: x") + resource("twice", "prentice.dev/address: a") + resource("twice", "prentice.dev/address: b")
	c, _ := kinds.Load(teamOf(t, "catalog-info.yaml", text))
	for name, want := range map[string]string{"good": "", "bad": "has an error", "nowhere": "it has no address", "twice": "it is declared at"} {
		if h, err := c.Host(name); err != nil || !strings.Contains(h.Blocked, want) || (h.Blocked == "") != (want == "") {
			t.Errorf("host %s is blocked %q, %v", name, h.Blocked, err)
		}
	}
	for name, want := range map[string]string{"well": "", "half": "it runs on gone, which is not known as a host", "odd": "has an error"} {
		if s, err := c.Service(name); err != nil || !strings.Contains(s.Blocked, want) || (s.Blocked == "") != (want == "") {
			t.Errorf("service %s is blocked %q, %v", name, s.Blocked, err)
		}
	}
}
