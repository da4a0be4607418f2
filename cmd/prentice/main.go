// Command prentice is the junior DevOps engineer a team runs as one binary.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"prentice/internal/boot"
)

// What was built, filled in by the linker.
var version, commit = "unreleased", "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(boot.Main(ctx, boot.Build{Version: version, Commit: commit}, os.Args[1:]))
}
