package tools

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/tool"
	"prentice/internal/op"
	"prentice/internal/team"
)

var today = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

func tree(files map[string]string) *check.Tree { return check.Example{Files: files}.Tree() }

func TestEachRuleWasSeenToFailAndToPassOnAnyDay(t *testing.T) {
	for _, years := range []int{0, 10} {
		k := (&Desk{Deps: Deps{Clock: func() time.Time { return today.AddDate(years, 0, 0) }}}).kind()
		for _, r := range allRules(tree(map[string]string{tool.LockFile: "{}"})) {
			for _, wrong := range check.Toothless(t.Context(), k, r) {
				t.Error(r.ID, wrong)
			}
		}
	}
}

func TestRulesAreThereOnlyWhereAFileIsThereToPinATool(t *testing.T) {
	for file, want := range map[string]bool{"go.mod": false, "package.json": false, ".nvmrc": true, "mise.toml": true, tool.LockFile: true} {
		if list, err := rules(t.Context(), tree(map[string]string{file: "x"})); err != nil || (len(list) > 0) != want {
			t.Error(file, len(list), err)
		}
	}
}

// folder is a repository in a folder, on a machine with Go.
type folder struct {
	tree    *check.Tree
	version string
	digest  string
	written []check.Edit
}

func (f *folder) Tree(context.Context) (*check.Tree, error) { return f.tree, nil }
func (f *folder) Write(list []check.Edit) error             { f.written = list; return nil }
func (f *folder) Close() error                              { return nil }
func (f *folder) On() string                                { return "linux/amd64" }
func (f *folder) Find(name string, _ tool.Wish) (tool.Found, bool) {
	return tool.Found{Tool: name, Version: f.version, Path: "/opt/go/bin/go", Platform: f.On()}, name == "go"
}
func (f *folder) Verify(found tool.Found) (tool.Found, error) {
	found.Digest, found.Verified, found.By = "sha256:"+strings.Repeat(f.digest, 64), tool.Package, "golang-go 1.26.3 of dpkg"
	return found, nil
}
func (f *folder) FromArchive(tool.Found, string, string) (tool.Found, error) {
	return tool.Found{}, errors.New("there is none")
}

func desk(f *folder) *Desk {
	return &Desk{Deps: Deps{Machine: f, Clock: func() time.Time { return today }, Open: func(context.Context, string) (Repository, error) { return f, nil }}}
}

func TestAMachineWithAnotherVersionIsUnknownAndNotWrong(t *testing.T) {
	f := &folder{tree: tree(map[string]string{".tool-versions": "golang 1.27.0\n"}), version: "1.26.3"}
	j, err := desk(f).judge(t.Context(), op.Call{Now: today}, DirIn{})
	if err != nil || j.Truth != prentice.NotSeen || j.ExitCode() != op.NotKnown || !strings.Contains(j.Text(), "this machine has go 1.26.3") {
		t.Errorf("%+v %v", j, err)
	}
	f.version = "1.27.0"
	if j, err = desk(f).judge(t.Context(), op.Call{Now: today}, DirIn{}); err != nil || j.Truth != prentice.Pass {
		t.Errorf("%+v %v", j, err)
	}
}

func TestALockIsWrittenAndComparedAndKeepsOtherPlatforms(t *testing.T) {
	other := tool.Locked{Tool: "go", Version: "1.27.0", Platform: "darwin/arm64", Program: "go", Digest: "sha256:" + strings.Repeat("c", 64), Verified: tool.Seen}
	files := map[string]string{".tool-versions": "golang 1.27.0\n", tool.LockFile: string(tool.Lock{Tools: []tool.Locked{other}}.Text())}
	f := &folder{tree: tree(files), version: "1.27.0", digest: "a"}
	out, err := desk(f).lock(t.Context(), op.Call{Now: today}, LockIn{Write: true})
	if err != nil || !out.Written || len(f.written) != 1 {
		t.Fatalf("%+v %v", out, err)
	}
	files[tool.LockFile] = string(f.written[0].Content)
	if !strings.Contains(files[tool.LockFile], "darwin/arm64") {
		t.Error(files[tool.LockFile])
	}
	f.tree = tree(files)
	for _, c := range []struct {
		version, digest string
		want            prentice.Truth
	}{{"1.27.0", "a", prentice.Pass}, {"1.27.0", "b", prentice.Fail}, {"1.26.3", "b", prentice.NotSeen}} {
		f.version, f.digest = c.version, c.digest
		if out, err := desk(f).lock(t.Context(), op.Call{Now: today}, LockIn{Check: true}); err != nil || out.Truth != c.want {
			t.Errorf("%+v: %+v %v", c, out, err)
		}
	}
}

func TestTheServerReadsARepositoryAgainOnlyWhenItsBranchMoved(t *testing.T) {
	read := 0
	k := &Desk{read: map[prentice.Ref]reading{}, Deps: Deps{Clock: func() time.Time { return today },
		Catalog: func() *team.Catalog {
			return &team.Catalog{Repositories: []team.Repository{{Ref: "resource/shop"}, {Ref: "resource/out", Blocked: "it lies outside"}}, Hosts: []team.Host{{Ref: "host/tower", Facts: map[string]string{"node": "18.1.0"}}}}
		},
		At: func(_ context.Context, _ team.Repository, before string) (*check.Tree, string, func() error, error) {
			end := func() error { return nil }
			if before == "c1" {
				return nil, "c1", end, nil
			}
			read++
			return tree(map[string]string{".nvmrc": "24\n"}), "c1", end, nil
		}}}
	for range 2 {
		s, err := k.survey(t.Context(), op.Call{Now: today}, SurveyIn{})
		if err != nil || read != 1 || len(s.Tools) != 2 || s.Differ != 1 || s.Past != 1 || len(s.Unread) != 1 || s.Tools[1].Place != "production" {
			t.Errorf("read %d times: %+v %v", read, s, err)
		}
	}
}
