package design

import (
	"sync/atomic"

	"prentice"
	"prentice/internal/team"
)

// Rota is what rota.yaml of the team folder says.
var Rota atomic.Pointer[string]

// sampleFiles is the file rota.yaml, which may say anything.
var sampleFiles = []team.Part{team.File[string]{Name: "rota.yaml", Load: func(_ string, text []byte) (string, []prentice.Finding) {
	return string(text), nil
}}.Part(func(said string) { Rota.Store(&said) })}
