package web

import (
	"html/template"
	"regexp"
	"strings"
	"text/template/parse"
)

// linking finds the attributes that hold an address, up to its first character.
var linking = regexp.MustCompile(`\b(?:href|src|action|formaction|data-passkey|hx-get|hx-post|sse-connect)="`)

// rooted puts the path below which the site is found before the addresses in
// templates, so that templates are written as if it had the whole host: at once
// before those that stand in the text, and by the word "address" before those that are
// worked out. To do it twice changes nothing, as no page's path begins as the root.
func (s *Site) rooted(t *template.Template) *template.Template {
	if s.root() == "" {
		return t
	}
	for _, one := range t.Templates() {
		if one.Tree != nil && one.Tree.Root != nil {
			s.rootedList(one.Tree.Root, false)
		}
	}
	return t
}

// rootedList changes a part of a template, at whose beginning an address may begin,
// and says whether one may begin behind it.
func (s *Site) rootedList(list *parse.ListNode, begins bool) bool {
	if list == nil {
		return begins
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			text := s.rootedText(string(n.Text), begins)
			n.Text = []byte(text)
			last := linking.FindAllStringIndex(text, -1)
			begins = text == "" && begins || len(last) > 0 && last[len(last)-1][1] == len(text)
		case *parse.ActionNode:
			if begins && len(n.Pipe.Decl) == 0 {
				through(n.Pipe, "address")
				begins = false
			}
		case *parse.IfNode:
			begins = s.rootedBranch(&n.BranchNode, begins)
		case *parse.WithNode:
			begins = s.rootedBranch(&n.BranchNode, begins)
		case *parse.RangeNode:
			begins = s.rootedBranch(&n.BranchNode, begins)
		case *parse.TemplateNode:
			begins = false
		}
	}
	return begins
}

func (s *Site) rootedBranch(b *parse.BranchNode, begins bool) bool {
	s.rootedList(b.List, begins)
	s.rootedList(b.ElseList, begins)
	return false
}

func (s *Site) rootedText(text string, begins bool) string {
	var b strings.Builder
	from := 0
	put := func(at int) {
		if rest := text[at:]; strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, s.root()+"/") {
			b.WriteString(text[from:at] + s.root())
			from = at
		}
	}
	if begins {
		put(0)
	}
	for _, found := range linking.FindAllStringIndex(text, -1) {
		put(found[1])
	}
	return b.String() + text[from:]
}

// through sends what an action puts out through one more function.
func through(p *parse.PipeNode, name string) {
	if last := p.Cmds[len(p.Cmds)-1]; len(last.Args) == 1 && last.Args[0].String() == name {
		return
	}
	p.Cmds = append(p.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: p.Pos, Args: []parse.Node{parse.NewIdentifier(name).SetPos(p.Pos)}})
}
