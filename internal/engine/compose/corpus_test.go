package compose

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"
)

var redraw = flag.Bool("redraw", false, "write what is read of the corpus as it is now")

// sample is a tree with compose files, from an archive of texts. Lines of the archive's
// comment are options: profiles, files, env-files, dir.
func sample(t *testing.T, name string) (fstest.MapFS, Options, map[string]string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	files, opt, want := fstest.MapFS{}, Options{}, map[string]string{}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "profiles":
			opt.Profiles = strings.Fields(value)
		case "files":
			opt.Files = strings.Fields(value)
		case "env-files":
			opt.EnvFiles = strings.Fields(value)
		case "dir":
			opt.Dir = value
		}
	}
	for _, f := range archive.Files {
		switch name, to, link := strings.Cut(f.Name, " -> "); {
		case strings.HasPrefix(f.Name, "want/"):
			want[strings.TrimPrefix(f.Name, "want/")] = string(f.Data)
		case link:
			files[name] = &fstest.MapFile{Data: []byte(to), Mode: fs.ModeSymlink | 0o777}
		default:
			files[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
		}
	}
	return files, opt, want
}

func samples(t *testing.T, folder string, least int) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(names) < least {
		t.Fatalf("%d samples in testdata/%s, %v; there are to be %d", len(names), folder, err, least)
	}
	return names
}

// Each of the corpus is read as the library's own loader reads it from a disk, field by field.
func TestTheCorpusIsReadAsTheLibraryReadsItFromADisk(t *testing.T) {
	for _, name := range samples(t, "good", 40) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			files, opt, _ := sample(t, name)
			project, found, err := Read(files, opt)
			if err != nil || project == nil {
				t.Fatalf("it is refused: %v\n%v", err, Refusal(found))
			}
			if ours, theirs := plain(t, project.whole, root), theirs(t, files, opt); ours != theirs {
				t.Errorf("it is read otherwise (- the library, + here):\n%s", diff.Diff("library", []byte(theirs), "here", []byte(ours)))
			}
		})
	}
}

// theirs is what the library makes of the files of a disk.
func theirs(t *testing.T, files fstest.MapFS, opt Options) string {
	t.Helper()
	top := filepath.Join(t.TempDir(), "project")
	for name, f := range files {
		to := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if f.Mode&fs.ModeSymlink != 0 {
			if err := os.Symlink(string(f.Data), to); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(to, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(top, opt.Dir)
	t.Chdir(dir)
	var names, envs []string
	for _, f := range opt.Files {
		names = append(names, filepath.Join(dir, f))
	}
	for _, f := range opt.EnvFiles {
		envs = append(envs, filepath.Join(dir, f))
	}
	options, err := cli.NewProjectOptions(names, cli.WithWorkingDirectory(dir), cli.WithName("environment"), cli.WithEnvFiles(envs...), cli.WithDotEnv,
		cli.WithConfigFileEnv, cli.WithDefaultConfigPath, cli.WithDefaultProfiles(opt.Profiles...), cli.WithConsistency(false),
		cli.WithLoadOptions(func(o *loader.Options) { o.SkipResolveLabels = true }))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatalf("the library refuses it: %v", err)
	}
	for name, s := range project.Services {
		s.Develop = nil
		project.Services[name] = s
	}
	return plain(t, project, top)
}

// plain is a project as text, with its folder named as here.
func plain(t *testing.T, project *types.Project, top string) string {
	t.Helper()
	project.Name = "environment"
	text, err := project.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var values any
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), top, root)), &values); err != nil {
		t.Fatal(err)
	}
	text, err = json.MarshalIndent(values, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What an environment is made of each stands beside it, and what is told of it.
func TestTheCorpusMakesTheEnvironmentsThatStandBesideIt(t *testing.T) {
	for _, name := range samples(t, "good", 40) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			files, opt, _ := sample(t, name)
			project, found, err := Read(files, opt)
			if err != nil || project == nil {
				t.Fatalf("it is refused: %v\n%v", err, Refusal(found))
			}
			spec := project.Spec("sample")
			spec.Tree = nil
			compare(t, strings.TrimSuffix(name, ".txtar")+".golden", told(found)+short(t, spec))
		})
	}
}

// short is a specification as text, without what is empty.
func short(t *testing.T, spec any) string {
	t.Helper()
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	var values any
	if err := json.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	text, err = json.MarshalIndent(full(values), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// full is a value without those in it that are empty; an empty command is not no command.
func full(value any) any {
	m, ok := value.(map[string]any)
	if !ok {
		if list, ok := value.([]any); ok {
			for i, one := range list {
				list[i] = full(one)
			}
		}
		return value
	}
	for key, one := range m {
		one = full(one)
		if inner, ok := one.(map[string]any); one == nil || one == "" || one == 0.0 || one == false || ok && len(inner) == 0 {
			delete(m, key)
			continue
		}
		m[key] = one
	}
	return m
}

func told(found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

func compare(t *testing.T, golden, is string) {
	t.Helper()
	if *redraw {
		if err := os.WriteFile(golden, []byte(is), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != is {
		t.Errorf("%s is otherwise (- there, + now):\n%s", golden, diff.Diff("there", want, "now", []byte(is)))
	}
}

// Each of the bad ones is refused with the very messages that stand in it.
func TestWhatIsRefusedSaysWhyAndWhere(t *testing.T) {
	for _, name := range samples(t, "bad", 40) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			files, opt, want := sample(t, name)
			project, found, err := Read(files, opt)
			is := told(Errors(found))
			if err != nil {
				is = err.Error() + "\n"
			}
			if project != nil {
				t.Fatal("it is not refused")
			}
			if *redraw {
				rewrite(t, name, is)
			} else if want["errors"] != is {
				t.Errorf("it says\n%swant\n%s", is, want["errors"])
			}
		})
	}
}

func rewrite(t *testing.T, name, is string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	kept := archive.Files[:0]
	for _, f := range archive.Files {
		if f.Name != "want/errors" {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, txtar.File{Name: "want/errors", Data: []byte(is)})
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
