package analyse

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func contents() []standard.Analyser {
	return []standard.Analyser{
		{Name: "conflict-markers", Each: conflictMarkers},
		{Name: "stray-binaries", Each: strayBinaries},
		{Name: "shebang-mode", Each: shebangMode},
		{Name: "utf8", Each: encoding},
		{Name: "line-ends", Each: lineEnds},
		{Name: "last-line", Each: lastLine},
		{Name: "hidden-characters", Each: hidden},
	}
}

func conflictMarkers(t *standard.Text) []check.Finding {
	begin := []byte("<<<<<<< ")
	if !bytes.HasPrefix(t.Bytes, begin) && !bytes.Contains(t.Bytes, append([]byte("\n"), begin...)) || t.Binary() {
		return nil
	}
	var list []check.Finding
	at := 0
	look := func(n int, line string) {
		switch {
		case strings.HasPrefix(line, "<<<<<<< "):
			at = n
		case strings.HasPrefix(line, ">>>>>>> ") && at > 0 && len(list) == 0:
			list = append(list, t.At(at, "a merge was not finished here"))
		}
	}
	if t.Ext() == ".md" {
		prose(t, look) // what stands in a block shows how it looks
		return list
	}
	for i, line := range t.Lines() {
		look(i+1, line)
	}
	return list
}

// magics are what programs begin with.
var magics = []struct{ begin, what string }{
	{"\x7fELF", "a program for Linux"}, {"MZ", "a program for Windows"}, {"\xcf\xfa\xed\xfe", "a program for macOS"}, {"\xca\xfe\xba\xbe", "compiled Java, or a program for macOS"},
	{"\x00asm", "compiled WebAssembly"}, {"!<arch>\n", "a compiled library"}, {"\xfe\xed\xfa\xcf", "a program for macOS"},
}

func strayBinaries(t *standard.Text) []check.Finding {
	if standard.Below(t.Path, "testdata", "fixtures", "test-data") {
		return nil
	}
	for _, m := range magics {
		if bytes.HasPrefix(t.Bytes, []byte(m.begin)) && t.Binary() || m.begin == "!<arch>\n" && bytes.HasPrefix(t.Bytes, []byte(m.begin)) {
			return []check.Finding{t.Of("it is " + m.what + ": no one can review it, and no one knows what it was made from")}
		}
	}
	return nil
}

var windowsScripts = []string{".bat", ".cmd", ".ps1", ".vbs"}

func shebangMode(t *standard.Text) []check.Finding {
	shebang := bytes.HasPrefix(t.Bytes, []byte("#!/")) || bytes.HasPrefix(t.Bytes, []byte("#! /"))
	switch {
	case t.Mode == check.Executable && !shebang && !t.Binary() && !slices.Contains(windowsScripts, t.Ext()) && len(t.Bytes) > 0:
		f := t.Of("it may be executed, and does not say by what: it has no #! line")
		f.Remedy = "take the mode away: chmod -x, or begin it with a line such as #!/bin/sh"
		if !scriptName(t.Path) {
			f.Fix = []check.Edit{{Path: t.Path, Content: t.Bytes, Mode: check.Regular}}
		}
		return []check.Finding{f}
	case t.Mode == check.Regular && shebang && scriptName(t.Path) && !standard.Below(t.Path, "testdata", "templates"):
		f := t.At(1, "it begins with a #! line, and may not be executed")
		f.Remedy = "make it executable: git update-index --chmod=+x FILE"
		f.Fix = []check.Edit{{Path: t.Path, Content: t.Bytes, Mode: check.Executable}}
		return []check.Finding{f}
	}
	return nil
}

// scriptName says whether a file's name is that of a script.
func scriptName(p string) bool {
	ext := path.Ext(p)
	return ext == ".sh" || ext == ".bash" || ext == "" && !strings.HasPrefix(path.Base(p), ".")
}

// textEndings are those of files that are always text.
var textEndings = map[string]bool{".md": true, ".go": true, ".py": true, ".js": true, ".ts": true, ".tsx": true, ".jsx": true, ".rb": true, ".rs": true, ".java": true, ".kt": true, ".c": true, ".h": true, ".cpp": true,
	".cs": true, ".php": true, ".sh": true, ".bash": true, ".yaml": true, ".yml": true, ".json": true, ".toml": true, ".xml": true, ".html": true, ".css": true, ".scss": true, ".sql": true, ".tf": true, ".proto": true,
	".graphql": true, ".txt": true, ".mod": true, ".sum": true, ".lua": true, ".swift": true, ".scala": true, ".ex": true, ".exs": true}

// foreign says whether a file is kept as others wrote it, or as a test needs it.
func foreign(p string) bool {
	return standard.Below(p, "testdata", "vendor", "node_modules", "third_party", "fixtures", "test-data", "__snapshots__") || strings.HasSuffix(p, ".min.js") || strings.HasSuffix(p, ".min.css") ||
		strings.HasSuffix(p, ".txtar") || strings.HasSuffix(p, ".patch") || strings.HasSuffix(p, ".diff") || strings.HasSuffix(p, ".golden") || strings.HasSuffix(p, ".snap")
}

func encoding(t *standard.Text) []check.Finding {
	if !textEndings[t.Ext()] || foreign(t.Path) {
		return nil
	}
	switch {
	case bytes.HasPrefix(t.Bytes, []byte("\xff\xfe")) || bytes.HasPrefix(t.Bytes, []byte("\xfe\xff")):
		return []check.Finding{t.Of("it is UTF-16: most tools see no text in it")}
	case bytes.HasPrefix(t.Bytes, []byte("\ufeff")) && t.Ext() != ".cs":
		f := t.At(1, "it begins with a byte order mark, which many programs take for content")
		f.Fix = []check.Edit{{Path: t.Path, Content: t.Bytes[3:]}}
		return []check.Finding{f}
	case !utf8.Valid(t.Bytes):
		for i, line := range t.Lines() {
			if !utf8.ValidString(line) {
				return []check.Finding{t.At(i+1, "it is not UTF-8")}
			}
		}
	}
	return nil
}

func lineEnds(t *standard.Text) []check.Finding {
	if slices.Contains(windowsScripts, t.Ext()) || t.Binary() || foreign(t.Path) || !textEndings[t.Ext()] {
		return nil
	}
	windows := bytes.Count(t.Bytes, []byte("\r\n"))
	if windows == 0 {
		return nil
	}
	line := t.LineAt(bytes.Index(t.Bytes, []byte("\r\n")))
	says := "its lines end as on Windows"
	if all := bytes.Count(t.Bytes, []byte("\n")); all > windows {
		says = fmt.Sprintf("%d of its %d lines end as on Windows", windows, all)
	}
	f := t.At(line, says)
	f.Key, f.Remedy = "line ends", "end lines with a line feed; a line * text=auto in .gitattributes keeps it so"
	f.Fix = []check.Edit{{Path: t.Path, Content: bytes.ReplaceAll(t.Bytes, []byte("\r\n"), []byte("\n"))}}
	return []check.Finding{f}
}

func lastLine(t *standard.Text) []check.Finding {
	if len(t.Bytes) == 0 || !textEndings[t.Ext()] || t.Binary() || foreign(t.Path) || bytes.HasSuffix(t.Bytes, []byte("\n")) || t.Ext() == ".json" {
		return nil
	}
	f := t.At(len(t.Lines()), "its last line has no end")
	f.Key, f.Remedy = "last line", "end it with a line feed"
	f.Fix = []check.Edit{{Path: t.Path, Content: append(slices.Clone(t.Bytes), '\n')}}
	return []check.Finding{f}
}

// turning are the characters that make text read in another order than it runs
// (https://trojansource.codes), and those that take no room. U+200B–U+200D stand in
// scripts that need them, so they count in code alone.
var (
	turning = regexp.MustCompile("[\u202a-\u202e\u2066-\u2069]")
	unseen  = regexp.MustCompile("[\u200b\u2060\u00ad\u180e\U000e0001-\U000e007f]|[\ufe00-\ufe0f]{2}")
)

func hidden(t *standard.Text) []check.Finding {
	if bytes.IndexFunc(t.Bytes, func(r rune) bool { return r >= 0xad && turningOrUnseen(r) }) < 0 || t.Binary() || !textEndings[t.Ext()] && path.Ext(t.Path) != "" {
		return nil
	}
	var list []check.Finding
	for i, line := range t.Lines() {
		if m := turning.FindString(line); m != "" {
			list = append(list, t.At(i+1, fmt.Sprintf("it holds %U, which turns the direction of reading: people read something else than runs", []rune(m)[0])))
		} else if m := unseen.FindString(line); m != "" && (isCode(t.Path) || t.Ext() == ".sh" || t.Ext() == ".yaml" || t.Ext() == ".yml") {
			list = append(list, t.At(i+1, fmt.Sprintf("it holds %U, which no one sees", []rune(m)[0])))
		}
		if len(list) == 10 {
			break
		}
	}
	return list
}

func turningOrUnseen(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200b || r == 0x2060 || r == 0xad || r == 0x180e || r >= 0xe0001 && r <= 0xe007f || r >= 0xfe00 && r <= 0xfe0f
}
