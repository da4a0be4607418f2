// Command prentice is the junior DevOps engineer a team runs as one binary.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"

	"prentice/internal/boot"
)

// What was built, filled in by the linker.
var version, commit = "unreleased", "unknown"

func main() {
	collectLater()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(boot.Main(ctx, boot.Build{Version: version, Commit: commit}, os.Args[1:]))
}

// collectLater lets a command that is soon over end without a look for garbage: the first
// one comes at 32 MB, and from there on all is as usual.
func collectLater() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	percent := int((32 << 20) * 100 / max(live[0].Value.Uint64(), 4<<20))
	usual := debug.SetGCPercent(percent - 100)
	runtime.AddCleanup(new([16]byte), func(usual int) { debug.SetGCPercent(usual) }, usual)
}
