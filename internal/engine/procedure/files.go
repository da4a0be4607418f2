package procedure

import (
	"encoding/base64"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
)

// MaxFile is the longest file of the team folder that a step may name, in bytes.
const MaxFile = 256 << 10

// source reads a file of the team folder.
type source func(name string) ([]byte, error)

// folder reads files below a folder. A link that leads out of it is an error.
func folder(dir string) source {
	return func(name string) ([]byte, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		return slurpTo(root, name, MaxFile)
	}
}

// attach reads the files that the steps of a procedure name.
func (l *Library) attach(e *entry) {
	l.attachChoices(e)
	for _, s := range e.proc.Steps {
		for _, attribute := range append(slices.Clone(l.kinds.files(s.Kind)), l.kinds.template(s.Kind)) {
			name, there := s.Attrs[attribute]
			if !there || attribute == l.kinds.template(s.Kind) && name == fromBlock {
				continue
			}
			if no, hint := l.attachNamed(name); no != "" {
				e.fail(s.At, hint, "%s=%s: %s", attribute, clip.Text(name), no)
			}
		}
		l.attachLibs(e, s)
		l.lintTemplate(e, s)
	}
}

// attachNamed reads a file that is named, and remembers its name also where it cannot be
// read: it may come.
func (l *Library) attachNamed(name string) (no, hint string) {
	if !slices.Contains(l.named, name) && filepath.IsLocal(name) {
		l.named = append(l.named, name)
	}
	return l.attachOne(name)
}

// attachOne reads a file, and says what is wrong with it.
func (l *Library) attachOne(name string) (no, hint string) {
	const within = "write where the file lies in the team folder, such as files/app.conf"
	switch _, known := l.files[name]; {
	case known:
		return "", ""
	case strings.Contains(name, "${"):
		return "which file it is must be written out", "write the name without ${…}: those who read the procedure see which file it is"
	case name == "" || path.IsAbs(name) || path.Clean(name) != name || strings.HasPrefix(name, ".."):
		return "it is not the name of a file of the team folder", within
	case slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasPrefix(part, ".") }):
		return "hidden files are not read", within
	case l.source == nil:
		return "there is no team folder to read it from", within
	}
	text, err := l.source(name)
	if err != nil {
		return unreadable(name, err).Text, within + "; links must stay within it"
	}
	if len(text) > MaxFile {
		return fmt.Sprintf("it has more than %d bytes", MaxFile), "keep it where hosts can fetch it, and check its digest there"
	}
	l.files[name] = string(text)
	return "", ""
}

// files are the attributes of a kind that name files of the team folder.
func (kinds Kinds) files(name string) []string {
	k, ok := kinds.named(name)
	if !ok {
		return nil
	}
	return k.Needs().Files
}

// withFile gives a step that names a file its content. What is no text is written in
// base64, which the step says.
func (s *scene) withFile(step *prentice.PlannedStep) {
	if step.Body != "" && s.library.kinds.state(step.Kind) {
		step.Attrs["digest"] = prentice.Digest([]byte(step.Body))
	}
	for _, attribute := range s.library.kinds.files(step.Kind) {
		text, there := s.library.files[step.Attrs[attribute]]
		if step.Attrs[attribute] == "" || !there {
			continue
		}
		step.Attrs["digest"] = prentice.Digest([]byte(text))
		encoding := ""
		if step.Body, encoding = planned(text); encoding != "" {
			step.Attrs["encoding"] = encoding
		}
	}
	step.Libs = s.libs(step)
}

// planned is a content as it stands in a plan, and how it is encoded if it is no text.
func planned(content string) (text, encoding string) {
	if !utf8.ValidString(content) || strings.ContainsFunc(content, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
		return base64.StdEncoding.EncodeToString([]byte(content)), "base64"
	}
	return content, ""
}
