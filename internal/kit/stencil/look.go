package stencil

import (
	"fmt"
	"slices"
	"strings"
	"text/template/parse"
)

// looking goes through a stencil: it notes what is asked for, refuses what is not for
// stencils, and puts a counter into each loop.
type looking struct {
	tree  *parse.Tree
	text  string
	asks  []Ask
	wrong *Error
}

// allowed are the functions of a stencil.
var allowed = []string{"and", "eq", "ge", "gt", "index", "join", "json", "le", "len", "lower", "lt", "ne", "not", "or", "print", "printf", "slice", "upper"}

func (l *looking) fail(n parse.Node, format string, args ...any) {
	if l.wrong == nil {
		l.wrong = &Error{Line: lineOf(l.text, n), Text: fmt.Sprintf(format, args...)}
	}
}

// list looks at nodes one after the other. root says that the dot is all values there.
func (l *looking) list(list *parse.ListNode, root bool) (nodes int) {
	if list == nil {
		return 0
	}
	for _, n := range list.Nodes {
		nodes += l.node(n, root)
	}
	return nodes
}

// node looks at one node, and says how many it is of.
func (l *looking) node(n parse.Node, root bool) (nodes int) {
	switch n := n.(type) {
	case *parse.ActionNode:
		return 1 + l.pipe(n.Pipe, root)
	case *parse.IfNode:
		return 1 + l.pipe(n.Pipe, root) + l.list(n.List, root) + l.list(n.ElseList, root)
	case *parse.WithNode:
		return 1 + l.pipe(n.Pipe, root) + l.list(n.List, false) + l.list(n.ElseList, root)
	case *parse.RangeNode:
		nodes = 1 + l.pipe(n.Pipe, root) + l.list(n.ElseList, root)
		inner := 1 + l.list(n.List, false)
		n.List.Nodes = slices.Insert(n.List.Nodes, 0, counter(inner))
		return nodes + inner
	case *parse.TemplateNode:
		l.fail(n, "it takes in the template %q, and is to be one piece", n.Name)
	}
	return 1
}

// counter is what counts the rounds of a loop with so many nodes.
func counter(nodes int) parse.Node {
	trees, err := parse.Parse("stencil", fmt.Sprintf("{{_counted %d}}", nodes), "", "", (&filling{}).functions())
	if err != nil {
		panic("what was just written can be read: " + err.Error())
	}
	return trees["stencil"].Root.Nodes[0]
}

func (l *looking) pipe(p *parse.PipeNode, root bool) (nodes int) {
	if p == nil {
		return 0
	}
	for _, c := range p.Cmds {
		for _, arg := range c.Args {
			nodes += l.argument(arg, root)
		}
	}
	return nodes
}

func (l *looking) argument(n parse.Node, root bool) int {
	switch n := n.(type) {
	case *parse.FieldNode:
		if root {
			l.ask(n, n.Ident)
		}
	case *parse.VariableNode:
		switch {
		case n.Ident[0] != "$":
		case len(n.Ident) == 1:
			l.fail(n, "it takes all values at once: name one, such as .inputs.port")
		default:
			l.ask(n, n.Ident[1:])
		}
	case *parse.DotNode:
		if root {
			l.fail(n, "it takes all values at once: name one, such as .inputs.port")
		}
	case *parse.ChainNode:
		return 1 + l.argument(n.Node, root)
	case *parse.PipeNode:
		return 1 + l.pipe(n, root)
	case *parse.IdentifierNode:
		if !slices.Contains(allowed, n.Ident) {
			l.fail(n, "there is no function %s here: there are %s", n.Ident, strings.Join(allowed, ", "))
		}
	}
	return 1
}

func (l *looking) ask(n parse.Node, path []string) {
	l.asks = append(l.asks, Ask{Path: slices.Clone(path), Line: lineOf(l.text, n)})
}
