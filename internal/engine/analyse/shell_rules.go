package analyse

import (
	"bytes"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"prentice/internal/engine/check"
)

// word is a word of a command that is written out, or "".
func word(w *syntax.Word) string {
	if w == nil || len(w.Parts) != 1 {
		return ""
	}
	switch part := w.Parts[0].(type) {
	case *syntax.Lit:
		return part.Value
	case *syntax.DblQuoted:
		if len(part.Parts) == 1 {
			if lit, ok := part.Parts[0].(*syntax.Lit); ok {
				return lit.Value
			}
		}
	case *syntax.SglQuoted:
		return part.Value
	}
	return ""
}

// called is a command by its name, and its arguments.
func called(n syntax.Node, names ...string) ([]*syntax.Word, bool) {
	c, ok := n.(*syntax.CallExpr)
	if !ok || len(c.Args) == 0 {
		return nil, false
	}
	args := c.Args
	for len(args) > 1 && (word(args[0]) == "sudo" || word(args[0]) == "exec" || word(args[0]) == "command") {
		args = args[1:]
	}
	for _, name := range names {
		if word(args[0]) == name || strings.HasSuffix(word(args[0]), "/"+name) {
			return args[1:], true
		}
	}
	return nil, false
}

var setE = regexp.MustCompile(`(?m)^\s*set\s+(-[a-z]*e|-o\s+errexit|.*\s-o\s+errexit)|^#!.*\s-[a-z]*e`)

// longEnough is how many commands a script has before a failure in the middle matters.
const longEnough = 3

func stops(p parsed) []check.Finding {
	if p.err != nil || len(p.file.Stmts) < longEnough || setE.Match(p.Bytes) || bytes.Contains(p.Bytes, []byte("|| exit")) || bytes.Contains(p.Bytes, []byte("trap ")) {
		return nil
	}
	calls := 0
	for _, s := range p.file.Stmts {
		if c, ok := s.Cmd.(*syntax.CallExpr); ok && len(c.Args) > 0 && word(c.Args[0]) != "echo" && word(c.Args[0]) != "exit" {
			calls++
		}
	}
	if calls < longEnough {
		return nil // functions for others to use
	}
	f := p.At(1, "it goes on after a command that failed")
	f.Key, f.Remedy = "errexit", "write set -eu below its first line"
	return []check.Finding{f}
}

func unquotedRemoval(p parsed) []check.Finding {
	return p.walk(func(n syntax.Node) string {
		args, is := called(n, "rm")
		if !is {
			return ""
		}
		recursive := false
		for _, a := range args {
			w := word(a)
			recursive = recursive || strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.ContainsAny(w, "rR") || w == "--recursive"
		}
		for _, a := range args {
			for i, part := range a.Parts {
				x, bare := part.(*syntax.ParamExp)
				if bare && recursive && x.Exp == nil {
					return "rm -r on a value that is not quoted: a blank in it, or nothing in it, removes something else"
				}
				if q, ok := part.(*syntax.DblQuoted); ok && recursive && i == 0 && emptied(q, a) {
					return "rm -r on a path that begins with a value: when that is empty, it begins at /"
				}
			}
		}
		return ""
	})
}

// emptied says whether a path would begin at / if the value at its beginning were empty.
func emptied(q *syntax.DblQuoted, w *syntax.Word) bool {
	if len(q.Parts) == 0 {
		return false
	}
	x, ok := q.Parts[0].(*syntax.ParamExp)
	if !ok || x.Exp != nil {
		return false
	}
	rest := ""
	if len(q.Parts) > 1 {
		if lit, ok := q.Parts[1].(*syntax.Lit); ok {
			rest = lit.Value
		}
	} else if len(w.Parts) > 1 {
		if lit, ok := w.Parts[1].(*syntax.Lit); ok {
			rest = lit.Value
		}
	}
	return strings.HasPrefix(rest, "/") && (rest == "/" || rest == "/*" || !strings.Contains(rest[1:], "/") && len(rest) < 6)
}

func uncheckedCd(p parsed) []check.Finding {
	if p.err != nil || setE.Match(p.Bytes) {
		return nil
	}
	var list []check.Finding
	for i, s := range p.file.Stmts {
		if _, is := called(s.Cmd, "cd", "pushd"); is && i+1 < len(p.file.Stmts) {
			list = append(list, p.At(int(s.Pos().Line()), "when this folder is not there, what follows is done in another"))
		}
	}
	for i := range list {
		list[i].Remedy = "write cd DIR || exit 1, or set -e above"
	}
	return list
}

var interpreters = []string{"sh", "bash", "zsh", "dash", "python", "python3", "perl", "ruby", "node"}

func pipedDownload(p parsed) []check.Finding {
	return p.walk(func(n syntax.Node) string {
		if piped(n) {
			return "what a server sends is executed before anyone has seen it: keep it, compare its digest, then run it"
		}
		return ""
	})
}

// piped says whether a download goes straight into an interpreter.
func piped(n syntax.Node) bool {
	b, ok := n.(*syntax.BinaryCmd)
	if !ok || b.Op != syntax.Pipe && b.Op != syntax.PipeAll {
		return false
	}
	_, runs := called(b.Y.Cmd, interpreters...)
	return runs && downloads(b.X)
}

func downloads(s *syntax.Stmt) bool {
	if _, is := called(s.Cmd, "curl", "wget"); is {
		return true
	}
	b, ok := s.Cmd.(*syntax.BinaryCmd)
	return ok && (downloads(b.X) || downloads(b.Y))
}

func eval(p parsed) []check.Finding {
	return p.walk(func(n syntax.Node) string {
		args, is := called(n, "eval")
		if !is {
			return ""
		}
		for _, a := range args {
			for _, part := range a.Parts {
				if q, ok := part.(*syntax.DblQuoted); ok && len(q.Parts) == 1 {
					part = q.Parts[0]
				}
				if x, ok := part.(*syntax.ParamExp); ok && x.Param != nil && (x.Param.Value == "@" || x.Param.Value == "*" || x.Param.Value >= "1" && x.Param.Value <= "9") {
					return "eval of an argument: its caller runs anything"
				}
			}
		}
		return ""
	})
}
