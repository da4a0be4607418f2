package prototyping

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/prototype"
	"prentice/internal/op"
)

// scaffolds are what a prototype begins with, by kind; what stands in all is in each. Their
// names end with .txt, and a leading dot is written as dot., so that they are not taken for
// parts of this program.
//
//go:embed all:scaffold
var scaffolds embed.FS

type scaffoldIn struct {
	Prototype string `json:"prototype" arg:"1" doc:"The prototype's name: lower-case letters, digits and dashes." example:"one-page" minLength:"1" maxLength:"60"`
	Kind      string `json:"kind" enum:"pages,service,script" doc:"What it begins with: a flow of pages, an HTTP service, or a script with tests."`
	Into      string `json:"into,omitempty" doc:"The folder, which must be new or empty; without it one of the prototype's name." maxLength:"1000"`
	Question  string `json:"question,omitempty" doc:"What you want to know; it stands in its README." maxLength:"1000"`
}

func (p *Prototypes) scaffoldOps() []op.Op {
	return []op.Op{
		op.New("prototype.scaffold", prentice.Look, prentice.Viewer, "Write what a prototype begins with into a new folder.", p.scaffold).
			WithExample("prentice prototype scaffold one-page --kind pages").WithoutState().OnlyHere().ThatKeeps().
			WithHelp("pages is a flow of plain HTML with validation, branches and session data, as the patterns of the GOV.UK Design System have it; service is an HTTP service; script reads lines. Each is a Go program without libraries, with tests, a compose.yaml and a check, and passes prentice check once it is a git repository. Nothing is written over."),
	}
}

// scaffold writes the files of a kind.
func (p *Prototypes) scaffold(_ context.Context, _ op.Call, in scaffoldIn) (Scaffolded, error) {
	if !prototype.ValidName(in.Prototype) {
		return Scaffolded{}, prentice.Errorf(prentice.Invalid, "%q cannot name a prototype", in.Prototype).Try("use lower-case letters, digits and dashes, at most 60")
	}
	if p.WriteNew == nil {
		return Scaffolded{}, prentice.Errorf(prentice.Unavailable, "no folder can be written from here").Try("type it where the folder is to be")
	}
	files, err := scaffoldOf(in.Kind, in.Prototype, in.Question)
	if err != nil {
		return Scaffolded{}, err
	}
	into := in.Into
	if into == "" {
		into = in.Prototype
	}
	return Scaffolded{Into: into, Files: slices.Sorted(maps.Keys(files))}, p.WriteNew(into, files)
}

// scaffoldOf are the files of a kind, by their path.
func scaffoldOf(kind, name, question string) (map[string]string, error) {
	question = prototype.Clean(strings.ReplaceAll(question, "\n", " "), 1000)
	if question == "" {
		question = "What do you want to know?"
	}
	filled := strings.NewReplacer("NAME", name, "QUESTION", question)
	files := map[string]string{}
	for _, part := range []string{"all", kind} {
		root := path.Join("scaffold", part)
		err := fs.WalkDir(scaffolds, root, func(at string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := scaffolds.ReadFile(at)
			rest := strings.TrimSuffix(strings.TrimPrefix(at, root+"/"), ".txt")
			if dotted, ok := strings.CutPrefix(rest, "dot."); ok {
				rest = "." + dotted
			}
			files[rest] = filled.Replace(string(text))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Scaffolded is what was written.
type Scaffolded struct {
	Into  string   `json:"into"`
	Files []string `json:"files"`
}

// Text implements op.Texter.
func (s Scaffolded) Text() string {
	return fmt.Sprintf("● %s in %s: %s\n  run it: cd %s && go run . — and once it is committed: prentice check\n", op.Count(len(s.Files), "file", "files"), s.Into, strings.Join(s.Files, ", "), s.Into)
}

var _ op.Texter = Scaffolded{}
