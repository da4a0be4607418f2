package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"prentice"
	"prentice/internal/engine/procedure"
)

// Server speaks with one editor.
type Server struct {
	// Editor knows the procedures of a team folder, read when they changed. A folder
	// that is none gives one that knows no procedure.
	Editor  func(team string) procedure.Editor
	Version string
	Clock   func() time.Time

	out       io.Writer
	open      map[string]text // by URI
	begun     bool
	shut      bool
	writeFail error
}

// errExit is the end that the editor asked for.
var errExit = errors.New("exit")

// Serve answers until the editor says exit or goes away. An end without a shutdown
// before it is an error, as the protocol wants it.
func (s *Server) Serve(in io.Reader, out io.Writer) error {
	s.out, s.open = out, map[string]text{}
	for r := bufio.NewReaderSize(in, 64<<10); ; {
		content, err := readFrame(r)
		switch {
		case errors.Is(err, errTooMuch):
			s.complain("a message of more than %d bytes was passed over: split the file", mostContent)
			continue
		case err == io.EOF && s.shut:
			return nil
		case err != nil:
			return prentice.Errorf(prentice.Invalid, "the editor's messages cannot be read any more: %w", err).Try("start the language server by an editor: see book/how-to/editor.md")
		}
		if err := s.take(content); errors.Is(err, errExit) && s.shut {
			return nil
		} else if err != nil {
			return prentice.Errorf(prentice.Canceled, "the editor ended without a shutdown")
		}
		if s.writeFail != nil {
			return prentice.Errorf(prentice.Unavailable, "the editor reads no answers: %w", s.writeFail)
		}
	}
}

// take answers one message. The error is the end.
func (s *Server) take(content []byte) error {
	var m message
	if err := json.Unmarshal(content, &m); err != nil || m.Method == "" && !m.asks() {
		s.refuse(json.RawMessage("null"), badJSON, "the message is not JSON-RPC")
		return nil
	}
	var p params
	if err := json.Unmarshal(m.Params, &p); len(m.Params) > 0 && err != nil && m.Method != "initialize" {
		if m.asks() {
			s.refuse(m.ID, badParams, "the parameters of "+clipped(m.Method)+" cannot be read")
		}
		return nil
	}
	switch {
	case m.Method == "exit":
		return errExit
	case m.Method == "initialize":
		s.begun = true
		s.reply(m, capabilities(s.Version))
	case !s.begun && m.asks():
		s.refuse(m.ID, notYet, "initialize comes first")
	case s.shut && m.asks():
		s.refuse(m.ID, badRequest, "it was shut down")
	case m.Method == "shutdown":
		s.shut, s.open = true, map[string]text{}
		s.reply(m, nil)
	case m.asks():
		s.ask(m, p)
	case s.begun && !s.shut:
		s.hear(m.Method, p)
	}
	return nil
}

// hear takes note of what an editor tells.
func (s *Server) hear(method string, p params) {
	uri := p.TextDocument.URI
	switch method {
	case "textDocument/didOpen":
		if len(s.open) >= mostDocuments && s.open[uri].lines == nil {
			s.complain("%d files are open; %s is not looked at", mostDocuments, clipped(uri))
			return
		}
		s.changed(uri, p.TextDocument.Text)
	case "textDocument/didChange":
		if _, known := s.open[uri]; !known {
			return
		}
		for _, c := range p.ContentChanges {
			if c.Range != nil {
				s.complain("%s was sent in parts, and this server takes whole texts", clipped(uri))
				return
			}
		}
		if n := len(p.ContentChanges); n > 0 {
			s.changed(uri, p.ContentChanges[n-1].Text)
		}
	case "textDocument/didClose":
		delete(s.open, uri)
		s.publish(uri, []diagnostic{})
	case "textDocument/didSave", "workspace/didChangeWatchedFiles": // others may be in order now
		for uri, t := range s.open {
			s.diagnose(uri, t)
		}
	}
}

func (s *Server) changed(uri, whole string) {
	t := textOf(whole)
	s.open[uri] = t
	s.diagnose(uri, t)
}

// about is the team folder and the file's name in it, of a file in a folder procedures.
func about(uri string) (team, file string, ok bool) {
	path, is := fileOf(uri)
	if !is || filepath.Base(filepath.Dir(path)) != procedure.Folder || filepath.Ext(path) != ".md" {
		return "", "", false
	}
	return filepath.Dir(filepath.Dir(path)), procedure.Folder + "/" + filepath.Base(path), true
}

// diagnose tells what is wrong with a document. What is no procedure has nothing wrong.
func (s *Server) diagnose(uri string, t text) {
	team, file, ok := about(uri)
	if !ok {
		return
	}
	list := []diagnostic{}
	for _, f := range s.Editor(team).Findings(file, []byte(t.whole), s.Clock()) {
		if f.At.File != file {
			continue
		}
		d := diagnostic{Range: t.finding(f.At.Line, f.At.Column), Severity: 2, Source: "prentice", Message: f.Text}
		if f.Error {
			d.Severity = 1
		}
		if f.Hint != "" {
			d.Message += "\n→ " + f.Hint
		}
		list = append(list, d)
	}
	s.publish(uri, list)
}

func (s *Server) publish(uri string, list []diagnostic) {
	s.tell("textDocument/publishDiagnostics", map[string]any{"uri": uri, "diagnostics": list})
}

// complain tells the person at the editor.
func (s *Server) complain(format string, args ...any) {
	s.tell("window/logMessage", map[string]any{"type": 2, "message": "prentice: " + fmt.Sprintf(format, args...)})
}

func (s *Server) tell(method string, params any) { s.write(notification{"2.0", method, params}) }
func (s *Server) reply(m message, result any)    { s.write(answer{"2.0", m.ID, result}) }
func (s *Server) refuse(id json.RawMessage, code int, text string) {
	s.write(refusal{"2.0", id, fault{code, text}})
}

func (s *Server) write(message any) {
	if err := writeFrame(s.out, message); err != nil {
		s.writeFail = err
	}
}

func clipped(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
