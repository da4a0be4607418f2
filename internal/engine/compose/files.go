package compose

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"prentice/internal/engine/environment"
)

// files are the configs and secrets of a service.
func (l *load) files(name string, one types.ServiceConfig, whole *types.Project, s *service) error {
	for _, ref := range one.Configs {
		if err := l.given(name, "configs", types.FileReferenceConfig(ref), types.FileObjectConfig(whole.Configs[ref.Source]), "/"+ref.Source, s); err != nil {
			return err
		}
	}
	for _, ref := range one.Secrets {
		if err := l.given(name, "secrets", types.FileReferenceConfig(ref), types.FileObjectConfig(whole.Secrets[ref.Source]), "/run/secrets/"+ref.Source, s); err != nil {
			return err
		}
	}
	return nil
}

// given is one of them, where the service finds it.
func (l *load) given(name, kind string, ref types.FileReferenceConfig, said types.FileObjectConfig, standard string, s *service) error {
	at := l.places.at("services", name, kind, ref.Source)
	if ref.UID != "" || ref.GID != "" {
		l.found.advise(at, "", "service %s: %s: the owner of %s has no effect here: every user of the service may read it", name, kind, ref.Source)
	}
	f := environment.File{Path: standard, Mode: 0o444}
	if ref.Target != "" {
		f.Path = ref.Target
		if !path.IsAbs(f.Path) {
			f.Path = path.Join(path.Dir(standard), f.Path)
		}
	}
	f.Path = path.Clean(f.Path)
	taken := slices.ContainsFunc(s.Files, func(o environment.File) bool { return o.Path == f.Path }) || s.secret[f.Path] != ""
	if f.Path == "/" || taken {
		return Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("service %s: %s: %s cannot stand at %s", name, kind, ref.Source, f.Path), Try: "give it another target"}
	}
	if ref.Mode != nil {
		f.Mode = fs.FileMode(*ref.Mode) & fs.ModePerm
	}
	declared := l.places.at(kind, ref.Source)
	switch {
	case said.File != "":
		inside, ok := within(said.File)
		if !ok {
			return Finding{Path: declared.path, Line: declared.line, Says: fmt.Sprintf("%s: %s: the file %q leaves the repository", kind, ref.Source, shown(said.File)), Try: "name a file of the repository; a secret is better given by name: environment: NAME"}
		}
		text, err := l.read(inside, declared, kind+": "+ref.Source+":")
		if err != nil {
			return err
		}
		f.Content = text
	case kind == "secrets" && said.Environment != "":
		s.secret[f.Path], s.modes[f.Path] = said.Environment, f.Mode
		return nil
	case said.Content != "":
		f.Content = []byte(said.Content)
	case said.Environment != "":
		l.found.advise(declared, "put it into .env", "%s: %s: $%s has no value here: the file is empty", kind, ref.Source, said.Environment)
	default:
		return Finding{Path: declared.path, Line: declared.line, Says: fmt.Sprintf("%s: %s: it has no content", kind, ref.Source), Try: "write file, content or environment"}
	}
	s.Files = append(s.Files, f)
	return nil
}
