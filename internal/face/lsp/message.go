package lsp

import "encoding/json"

// message is what comes in: a request when it has an id, otherwise a notification.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

func (m message) asks() bool { return len(m.ID) > 0 && string(m.ID) != "null" }

// answer is what goes out for a request.
type answer struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result"`
}

// refusal is what goes out for a request that is not answered.
type refusal struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Error   fault           `json:"error"`
}

type fault struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// The codes of JSON-RPC and of the protocol.
const (
	badJSON       = -32700
	badRequest    = -32600
	noMethod      = -32601
	badParams     = -32602
	notYet        = -32002
	mostDocuments = 200
)

// notification is what goes out unasked.
type notification struct {
	Version string `json:"jsonrpc"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"` // in units of UTF-16
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type location struct {
	URI   string `json:"uri"`
	Range span   `json:"range"`
}

type diagnostic struct {
	Range    span   `json:"range"`
	Severity int    `json:"severity"` // 1 error, 2 warning
	Source   string `json:"source"`
	Message  string `json:"message"`
}

type item struct {
	Label    string `json:"label"`
	Kind     int    `json:"kind"`
	Detail   string `json:"detail,omitempty"`
	Sort     string `json:"sortText"`
	TextEdit edit   `json:"textEdit"`
}

type edit struct {
	Range   span   `json:"range"`
	NewText string `json:"newText"`
}

type document struct {
	URI     string `json:"uri"`
	Version int    `json:"version"`
	Text    string `json:"text"`
}

// params are those of all methods that are known here.
type params struct {
	TextDocument   document `json:"textDocument"`
	Position       position `json:"position"`
	ContentChanges []struct {
		Range *span  `json:"range"`
		Text  string `json:"text"`
	} `json:"contentChanges"`
}
