package boot

import (
	"context"
	"io"
	"os"
	"sync"

	"prentice/internal/adapter/sandbox"
	"prentice/internal/adapter/shell"
	"prentice/internal/kit/proc"
)

// enclose performs scripts of steps in a sandbox, which is tried when the first of them
// is there. Where it does not hold, it is tried again for the next.
func enclose(scratch string) shell.Sandbox {
	var mu sync.Mutex
	var box *sandbox.Sandbox
	tried := func(ctx context.Context) (*sandbox.Sandbox, error) {
		mu.Lock()
		defer mu.Unlock()
		if box != nil {
			return box, nil
		}
		if err := os.MkdirAll(scratch, 0o700); err != nil {
			return nil, err
		}
		var err error
		box, err = sandbox.New(ctx, scratch)
		return box, err
	}
	return func(ctx context.Context, argv []string, script, text string, env map[string]string, out io.Writer) (proc.Exit, error) {
		box, err := tried(ctx)
		if err != nil {
			return proc.Exit{}, err
		}
		files := []sandbox.File{{Path: script, Open: func() ([]byte, error) { return []byte(text), nil }}}
		return box.Run(ctx, sandbox.Job{Argv: argv, Env: env, Files: files, Out: out})
	}
}
