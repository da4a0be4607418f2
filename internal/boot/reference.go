package boot

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill/learning"
)

//go:generate go run ../../cmd/prentice reference ../../book/reference
//go:generate go run ../../cmd/prentice reference ../../book
//go:generate go run ../../cmd/prentice reference ../../book/how-to

// A chapter of the reference is written by people, but for the parts between
// these lines, which are drawn from the program.
var drawnPart = regexp.MustCompile(`(?s)<!-- drawn: ([a-z-]+) -->\n.*?<!-- end -->`)

// reference is the hidden command that draws those parts anew.
func (c *commands) reference() *cobra.Command {
	return &cobra.Command{
		Use: "reference DIR", Short: "Draw the generated parts of the reference anew", Example: "prentice reference book/reference", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := filepath.Glob(filepath.Join(args[0], "*.md"))
			if err != nil || len(files) == 0 {
				return prentice.Errorf(prentice.NotFound, "no topic in %s", args[0]).Try("name the folder book/reference")
			}
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					return prentice.Errorf(prentice.Unavailable, "%w", err)
				}
				drawn, err := c.draw(string(text))
				if err != nil {
					return prentice.Errorf(prentice.Invalid, "%s: %w", file, err).Try("name a part that there is")
				}
				if err := os.WriteFile(file, []byte(drawn), 0o644); err != nil {
					return prentice.Errorf(prentice.Unavailable, "%w", err)
				}
			}
			return nil
		},
	}
}

// draw fills the drawn parts of a chapter.
func (c *commands) draw(text string) (string, error) {
	parts := map[string]func() string{
		"operations": c.operations, "exit-codes": exitCodes, "end-states": endStates, "holds": holds, "settings": c.settingsTable,
		"front-matter": frontMatter, "built-in-rules": builtInRules, "role": learning.Book, "library": libraryTable,
	}
	var unknown error
	drawn := drawnPart.ReplaceAllStringFunc(text, func(old string) string {
		name := drawnPart.FindStringSubmatch(old)[1]
		part, ok := parts[name]
		if !ok {
			unknown = fmt.Errorf("there is no part %q", name)
			return old
		}
		return "<!-- drawn: " + name + " -->\n\n" + strings.TrimSpace(part()) + "\n\n<!-- end -->"
	})
	return drawn, unknown
}

// row is a line of a Markdown table.
func row(b *strings.Builder, cells ...string) {
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(strings.ReplaceAll(cell, "|", `\|`), "\n", " ")
	}
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func head(b *strings.Builder, cells ...string) {
	row(b, cells...)
	b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
}

// operations is every use case, by what it is about.
func (c *commands) operations() string {
	ops := c.ops()
	nouns := op.NounsOf(ops)
	slices.SortFunc(ops, func(a, b op.Op) int { return cmp.Compare(a.Name, b.Name) })
	var b strings.Builder
	noun := ""
	for _, o := range ops {
		if before, _, found := strings.Cut(o.Name, "."); found && before != noun {
			noun = before
			fmt.Fprintf(&b, "## %s\n\n%s.\n\n", noun, nouns[noun].About)
		}
		c.operation(&b, o)
	}
	return b.String()
}

func (c *commands) operation(b *strings.Builder, o op.Op) {
	words := strings.ReplaceAll(o.Name, ".", " ")
	level := "###"
	if !strings.Contains(o.Name, ".") {
		level = "##"
	}
	fmt.Fprintf(b, "%s %s\n\n%s.", level, words, strings.TrimSuffix(o.Summary, "."))
	if o.Help != "" {
		b.WriteString(" " + o.Help)
	}
	fmt.Fprintf(b, "\n\n```console\n$ %s\n```\n\n", o.Example)
	way := "`POST /v1/op/" + o.Name + "`"
	switch {
	case o.Local:
		way = "on the command line alone, as it is about a folder of the one who types it"
	case o.Attend:
		way = "`GET /v1/terminal/" + o.Name + "`, a connection that lends a terminal"
	case o.Streams():
		way = "`GET /v1/watch/" + o.Name + "`, a stream of server-sent events"
	}
	fmt.Fprintf(b, "Risk %s; for the role %s and above; %s", o.Risk, o.Role, way)
	if o.Offline {
		b.WriteString("; needs neither server nor data folder")
	}
	if o.Begins() {
		b.WriteString("; on the command line `--wait` waits until it is over")
	}
	if o.Secret {
		b.WriteString("; what it answers is shown once and never kept")
	}
	b.WriteString(".\n\n")
	fields := o.Fields()
	if len(fields) == 0 {
		return
	}
	command, _, err := c.root().Find(strings.Split(o.Name, "."))
	head(b, "field", "on the command line", "what it is")
	for _, f := range fields {
		typed := "–"
		if err == nil {
			typed = typedAs(command, o, f)
		}
		row(b, "`"+f.Name+"`", typed, aboutField(f))
	}
	b.WriteString("\n")
}

// typedAs is how a field is given on the command line.
func typedAs(command *cobra.Command, o op.Op, f op.Field) string {
	noun, _, _ := strings.Cut(o.Name, ".")
	name := strings.ReplaceAll(f.Name, "_", "-")
	for _, name := range []string{noun + "-" + name, name} {
		if flag := command.LocalFlags().Lookup(name); flag != nil && f.Arg == 0 {
			if flag.Hidden {
				return "–"
			}
			return "`--" + name + "`"
		}
	}
	if f.Arg > 0 {
		return "`" + strings.ToUpper(name) + "`"
	}
	return "–"
}

// aboutField is what a field means, and what it may be.
func aboutField(f op.Field) string {
	about := f.Doc
	if len(f.Enum) > 0 {
		about += " One of " + strings.Join(f.Enum, ", ") + "."
	}
	if f.Default != "" {
		about += " Otherwise " + f.Default + "."
	}
	if !f.Optional {
		about += " **Needed.**"
	}
	return about
}
