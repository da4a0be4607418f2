package compose

import (
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
)

// libraryPanics says whether a panic began in the library, which Read makes a refusal of.
func libraryPanics(stack string) bool {
	_, after, _ := strings.Cut(stack, "panic(")
	for line := range strings.Lines(after) {
		if strings.HasPrefix(line, "prentice/") {
			return false
		}
		if strings.HasPrefix(line, "github.com/") {
			return true
		}
	}
	return false
}

// FuzzRead looks that no file makes the reader panic, and that what is accepted has nothing
// of the machine in it.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"services: {a: {image: a, volumes: [./x:/y, v:/z], ports: ['1-3:1-3']}}\nvolumes: {v: }",
		"services: {a: {build: {context: ../x}, env_file: [.env]}}",
		"include: [b.yaml]\nservices: {a: {extends: {file: b.yaml, service: b}}}",
		"services: {a: &a {image: '${A:-${B:?c}}', <<: *a}}",
		"x: !reset null\nservices: !override {a: {image: a, depends_on: {b: {condition: service_healthy}}}}",
		"services: {a: {command: x, x-prentice: {sandbox: true}}}",
		"services: {a: {image: a, secrets: [s], configs: [{source: c, mode: 0400}]}}\nsecrets: {s: {environment: S}}\nconfigs: {c: {content: c}}",
		"services: {a: null}",
		"services: {a: {image: null, healthcheck: {test: []}, networks: {n: }, deploy: {resources: }}}",
	} {
		f.Add(text, "services: {b: {image: b, environment: [A]}}", "A=1\nB=$A")
	}
	f.Fuzz(func(t *testing.T, one, two, env string) {
		files := fstest.MapFS{"compose.yaml": {Data: []byte(one)}, "b.yaml": {Data: []byte(two)}, ".env": {Data: []byte(env)}, "x/y": {}}
		defer func() {
			if p := recover(); p != nil && !libraryPanics(string(debug.Stack())) {
				panic(p)
			}
		}()
		project, found, err := read(files, Options{})
		if (project == nil) == (err == nil && Refusal(found) == nil) {
			t.Fatalf("%v, %v, %v", project, found, err)
		}
		if project == nil {
			return
		}
		for _, s := range project.Spec("x").Services {
			for _, m := range s.Mounts {
				if strings.HasPrefix(m.Path, "/") || strings.HasPrefix(m.Path, "..") || (m.Path == "") == (m.Volume == "") {
					t.Errorf("a mount of %+v", m)
				}
			}
			if s.Build != nil && (strings.HasPrefix(s.Build.Context, "/") || strings.HasPrefix(s.Build.Context, "..")) {
				t.Errorf("a build of %+v", s.Build)
			}
		}
	})
}
