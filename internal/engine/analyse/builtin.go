package analyse

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"prentice/internal/engine/standard"
)

//go:embed builtin/*.md
var builtin embed.FS

// BuiltIn are the standards that come with the program. They are its own code, so one
// that cannot be read is a fault that a test finds.
var BuiltIn = sync.OnceValue(func() []standard.Standard {
	files, err := fs.Glob(builtin, "builtin/*.md")
	if err != nil {
		panic(err)
	}
	known := All()
	list := make([]standard.Standard, len(files))
	var wait sync.WaitGroup
	for i, file := range files {
		wait.Go(func() { list[i] = readBuiltIn(file, known) })
	}
	wait.Wait()
	return list
})

func readBuiltIn(file string, known standard.Analysers) standard.Standard {
	text, err := builtin.ReadFile(file)
	if err != nil {
		panic(err)
	}
	s, findings := standard.Read(file, standard.BuiltIn, text, known)
	if len(findings) > 0 {
		panic(fmt.Sprintf("%s:%d: %s: %s", file, findings[0].At.Line, findings[0].Text, findings[0].Hint))
	}
	return s
}
