package envcontainer

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"prentice"
	"prentice/internal/engine/environment"
)

func TestAnImageIsBuiltFromTheTreeOnceAndAlone(t *testing.T) {
	w := newWorld(t)
	tree := fstest.MapFS{
		"app/Dockerfile":    {Data: []byte("FROM localhost/tools:1\nARG GREETING=none\nWORKDIR /srv\nCOPY . /srv/\nRUN --mount=type=cache,target=/cache \\\n  echo $GREETING > greeting && ls /sys/class/net > networks\nCMD [\"httpd\", \"-f\", \"-p\", \"8080\", \"-h\", \"/srv\"]\n")},
		"app/page":          {Data: []byte("hello")},
		"app/secret.env":    {Data: []byte("hidden")},
		"app/.dockerignore": {Data: []byte("*.env\n")},
		"elsewhere":         {Data: []byte("outside of the context")},
	}
	web := environment.Service{Name: "web", Build: &environment.Build{Context: "app", Args: map[string]string{"GREETING": "hi"}}}
	for i, id := range []string{"one", "two"} {
		s := environment.Spec{ID: id, Tree: tree, Services: []environment.Service{web}}
		var said bytes.Buffer
		if err := w.Prepare(t.Context(), s, &said); err != nil {
			t.Fatalf("%v\n%s", err, said.String())
		}
		if again := strings.Contains(said.String(), "was built before"); again != (i == 1) {
			t.Errorf("%s: %s", id, said.String())
		}
		if err := w.Start(t.Context(), s, "web"); err != nil {
			t.Fatal(err)
		}
		if got := w.in(id, "web", "cd /srv; cat page greeting networks; ls"); got != "hellohi\nlo\nDockerfile\ngreeting\nnetworks\npage\n[0]" {
			t.Errorf("%q", got)
		}
	}
	for _, id := range []string{"one", "two"} {
		if err := w.Remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if left := w.left(); len(left) > 0 {
		t.Error(left)
	}
	if kept := must(w.engine.Tags(t.Context(), w.repository())); len(kept) != 1 {
		t.Error(kept)
	}
	bad := tree
	bad["app/Dockerfile"] = &fstest.MapFile{Data: []byte("FROM localhost/tools:1\nRUN echo told; exit 3\n")}
	var said bytes.Buffer
	if err := w.Prepare(t.Context(), environment.Spec{ID: "bad", Tree: bad, Services: []environment.Service{web}}, &said); prentice.KindOf(err) != prentice.Refused || !strings.Contains(said.String(), "told") {
		t.Error(err, said.String())
	}
	if err := w.Remove(t.Context(), "bad"); err != nil {
		t.Fatal(err)
	}
	if kept := must(w.engine.Tags(t.Context(), w.repository())); len(kept) != 1 {
		t.Error(kept)
	}
}

func TestADockerfileBringsNothingFromWhereTheMachineStands(t *testing.T) {
	for text, want := range map[string]string{
		"FROM a\nCOPY a b":                                              "",
		"FROM a\nADD a.tar /b":                                          "",
		"FROM a\nADD http://169.254.169.254/ /b":                        "ADD brings",
		"FROM a\n  add \\\n  --chown=1 \\\n https://x/ /b":              "ADD brings",
		"FROM a\nARG X=http://localhost\nADD $X /b":                     "ADD brings",
		"FROM a\nADD git@github.com:a/b.git /b":                         "ADD brings",
		"FROM a\nONBUILD ADD http://a /b":                               "ADD brings",
		"FROM a\nRUN echo \\\nADD http://a /b":                          "ADD brings", // too much, and harmless
		"FROM 10.0.0.1/x":                                               "no registry",
		"FROM --platform=linux/amd64 localhost:5000/x AS y":             "no registry",
		"FROM a\nCOPY --from=169.254.169.254:80/x / /":                  "no registry",
		"# escape=`\nFROM a":                                            "escape",
		"FROM a\nRUN --network=host true":                               "not given",
		"FROM a\nRUN --security=insecure true":                          "not given",
		"FROM a\nRUN --mount=type=secret,id=x cat /run/x":               "no secrets",
		"FROM a\nRUN --mount=type=bind,target=/x --mount=type=ssh true": "no secrets",
		"FROM a\nRUN --mount=type=$T true":                              "not given",
		"FROM a\n# RUN --network=host true":                             "",
	} {
		_, err := safeDockerfile([]byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	got, err := safeDockerfile([]byte("FROM a\r\nRUN --mount=type=cache,target=/x --mount=type=bind,target=/y \\\n # why\n make \\\n all\nCMD b"))
	if err != nil || string(got) != "FROM a\nRUN --mount=type=bind,target=/y make   all\nCMD b" {
		t.Errorf("%q %v", got, err)
	}
}

func TestWhatIsIgnoredIsNotInTheContext(t *testing.T) {
	skip := ignored([]byte("# none\n*.env\n**/node_modules\n/docs\n!docs/keep\n"))
	for name, want := range map[string]bool{
		"a.env": true, "b/a.env": false, "node_modules": true, "a/b/node_modules/c": true, "docs/x": true, "docs/keep": false, "docs/keep/a": false, "page": false,
	} {
		if out, _ := skip(name, false); out != want {
			t.Errorf("%s: %v", name, out)
		}
	}
}
