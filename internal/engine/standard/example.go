package standard

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// mostExample is how many bytes an example may have by writing "bytes:".
const mostExample = 32 << 20

// example reads a small tree: a txtar archive, whose names may begin with a word that
// says what the file is.
func (r *reading) example(word, text string, line int) {
	e, err := exampleOf(text)
	if err != nil {
		r.wrong(line, "write -- PATH --, and below it the content", err.Error())
		return
	}
	if word == "pass" {
		r.rule.passes = append(r.rule.passes, e)
	} else {
		r.rule.violations = append(r.rule.violations, e)
	}
}

func exampleOf(text string) (check.Example, error) {
	a := txtar.Parse([]byte(text))
	e := check.Example{Files: map[string]string{}, Modes: map[string]check.Mode{}}
	if strings.TrimSpace(string(a.Comment)) != "" || len(a.Files) == 0 {
		return e, fmt.Errorf("an example is a list of files")
	}
	for _, f := range a.Files {
		if err := addTo(&e, f.Name, string(f.Data)); err != nil {
			return e, err
		}
	}
	return e, nil
}

// addTo adds a file. Before its name may stand, each with a colon:
//
//	exec      an executable
//	link      the content is where it leads
//	base      a file of what the change is made on
//	quoted    each line is a quoted Go string: for characters that no one sees
//	bytes     the content is a number: so many bytes of zero
//	commit    NAME <EMAIL>, and the content is the message
//	signed    the same, signed with the key that examples have for the address
//	forged    the same, signed with the key of someone else
//	submodule the content is a commit
//	many      NUMBER NAME: so many files, whose name has a %d
func addTo(e *check.Example, name, text string) error {
	word, rest, found := strings.Cut(name, ": ")
	if !found {
		e.Files[name] = text
		return nil
	}
	switch word {
	case "exec":
		e.Files[rest], e.Modes[rest] = text, check.Executable
	case "link":
		e.Files[rest] = "link:" + strings.TrimSuffix(text, "\n")
	case "base":
		if e.Base == nil {
			e.Base = map[string]string{}
		}
		e.Base[rest] = text
	case "quoted":
		plain, err := unquoted(text)
		path, pathErr := strconv.Unquote(rest)
		if pathErr != nil {
			path = rest
		}
		e.Files[path] = plain
		return err
	case "bytes":
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 0 || n > mostExample {
			return fmt.Errorf("%q is not a number of bytes", clip.Text(text))
		}
		e.Files[rest] = strings.Repeat("\x00", n)
	case "submodule":
		e.Files[rest], e.Modes[rest] = strings.TrimSpace(text), check.Submodule
	case "many":
		n, form, _ := strings.Cut(rest, " ")
		many, err := strconv.Atoi(n)
		if err != nil || many < 1 || many > 10_000 || strings.Count(form, "%d") != 1 || strings.Count(form, "%") != 1 {
			return fmt.Errorf("%q is not a number of files and their name, such as 100 file-%%d.txt", clip.Text(rest))
		}
		for i := range many {
			e.Files[fmt.Sprintf(form, i)] = text
		}
	case "commit", "signed", "forged":
		c, err := exampleCommit(word, rest, text)
		if err != nil {
			return err
		}
		c.ID = strconv.Itoa(len(e.Commits) + 1)
		e.Commits = append(e.Commits, c)
	default:
		return fmt.Errorf("%q is no sort of file", clip.Text(word))
	}
	return nil
}

func unquoted(text string) (string, error) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		plain, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			return "", fmt.Errorf("%q is not a quoted string", clip.Text(strings.TrimSpace(line)))
		}
		b.WriteString(plain)
	}
	return b.String(), nil
}
