package lsp

import (
	"fmt"
	"path/filepath"

	"prentice/internal/engine/procedure"
)

// capabilities is what this server can do.
func capabilities(version string) any {
	return map[string]any{
		"capabilities": map[string]any{
			"positionEncoding":   "utf-16",
			"textDocumentSync":   map[string]any{"openClose": true, "change": 1, "save": true},
			"completionProvider": map[string]any{"triggerCharacters": []string{"$", "{", ".", "=", " ", "`"}},
			"hoverProvider":      true,
			"definitionProvider": true,
		},
		"serverInfo": map[string]string{"name": "prentice", "version": version},
	}
}

// ask answers a request.
func (s *Server) ask(m message, p params) {
	answers := map[string]func(procedure.Editor, string, string, text, position) any{
		"textDocument/completion": complete, "textDocument/hover": hover, "textDocument/definition": define,
	}
	do, known := answers[m.Method]
	if !known {
		s.refuse(m.ID, noMethod, "there is no "+clipped(m.Method)+" here")
		return
	}
	t, open := s.open[p.TextDocument.URI]
	team, file, ok := about(p.TextDocument.URI)
	if !open || !ok {
		s.reply(m, nil)
		return
	}
	s.reply(m, do(s.Editor(team), team, file, t, p.Position))
}

// kinds are the protocol's numbers for sorts of words.
var kinds = map[procedure.Sort]int{
	procedure.SortKey: 10, procedure.SortKind: 14, procedure.SortValue: 12, procedure.SortField: 5, procedure.SortFunction: 3, procedure.SortVariable: 6, procedure.SortRef: 18,
}

func complete(e procedure.Editor, _, file string, t text, at position) any {
	spot, items := t.spot(at), []item{}
	for i, o := range e.Offers(file, t.whole, spot) {
		items = append(items, item{
			Label: o.Word, Kind: kinds[o.Sort], Detail: o.About, Sort: fmt.Sprintf("%04d", i),
			TextEdit: edit{span{t.position(spot.Line, o.From), t.position(spot.Line, spot.Byte)}, o.Word},
		})
	}
	return map[string]any{"isIncomplete": false, "items": items}
}

func hover(e procedure.Editor, _, file string, t text, at position) any {
	spot := t.spot(at)
	m, ok := e.Meaning(file, t.whole, spot)
	if !ok {
		return nil
	}
	return map[string]any{
		"contents": map[string]string{"kind": "markdown", "value": m.Text},
		"range":    span{t.position(spot.Line, m.From), t.position(spot.Line, m.To)},
	}
}

func define(e procedure.Editor, team, file string, t text, at position) any {
	p, ok := e.Definition(file, t.whole, t.spot(at))
	if !ok {
		return nil
	}
	line, column := max(p.Line-1, 0), max(p.Column-1, 0)
	to := position{line, column}
	if p.File == file {
		to = t.finding(p.Line, p.Column).Start
	}
	return location{uriOf(filepath.Join(team, filepath.FromSlash(p.File))), span{to, to}}
}
