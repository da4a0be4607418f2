package automation

import "prentice/internal/op"

// states are how a procedure, and what is found in one, are shown.
var states = map[string]op.Badge{
	"usable":   {Sign: "●", Word: "valid", Hue: op.Good},
	"unusable": {Sign: "✕", Word: "not valid", Hue: op.Bad},
	"error":    {Sign: "✕", Word: "error", Hue: op.Bad},
	"unread":   {Sign: "▲", Word: "cannot be read", Hue: op.Attention},
	"advice":   {Sign: "○", Word: "advice", Hue: op.Quiet},
}
