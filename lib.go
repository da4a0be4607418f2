package prentice

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// Lib is a file of the team folder that lies beside the script of a step, with its bytes
// as they are planned.
type Lib struct {
	Path     string `json:"path"`
	Digest   string `json:"digest"`
	Encoding string `json:"encoding,omitempty"` // base64, of what is no text
	Text     string `json:"text"`
}

// Bytes are its content.
func (l Lib) Bytes() []byte {
	if l.Encoding != "base64" {
		return []byte(l.Text)
	}
	raw, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(l.Text)) //nolint:errcheck // we wrote it
	return raw
}

// Shown is its text, if it is one that people can read.
func (l Lib) Shown() string {
	if l.Encoding != "" {
		return ""
	}
	return l.Text
}

// String is the file without its content.
func (l Lib) String() string {
	return fmt.Sprintf("%s, %d bytes, %.19s…", l.Path, len(l.Bytes()), l.Digest)
}
