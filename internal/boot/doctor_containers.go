package boot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"prentice/internal/kit/container"
)

// containersHealth says which engine of containers checks with an image are performed by,
// and what it can limit. What it cannot is no error: such a check is unknown.
func containersHealth(ctx context.Context) checked {
	const about, needs = "containers", "checks that name an image or services are unknown"
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // on a busy machine an engine takes seconds
	defer cancel()
	engine, err := container.Find(ctx, os.Getenv)
	if errors.Is(err, context.DeadlineExceeded) {
		return but(advice, about, "an engine listens here and did not answer within a minute: "+needs, "look whether this machine is busy, and at the engine's log: journalctl -u podman -u docker")
	}
	if err != nil {
		says := strings.TrimPrefix(err.Error(), container.ErrNone.Error()+": ")
		if errors.Is(err, container.ErrNone) && says == container.ErrNone.Error() {
			says = "no engine answers here"
		}
		return but(advice, about, says+": "+needs, "apt-get install podman && systemctl enable --now podman.socket, or name the socket of one in DOCKER_HOST")
	}
	defer engine.Close()
	means, err := engine.Means(ctx)
	if err != nil {
		return but(advice, about, fmt.Sprintf("%s %s at %s does not say what it can do: %v", engine.Name, engine.Version, engine.Socket, err), "look at its log")
	}
	return engineFit(engine, means)
}

// engineFit judges what an engine says of itself.
func engineFit(e *container.Engine, m container.Means) checked {
	const about = "containers"
	kind := ""
	if m.Rootless() {
		kind = ", without root"
	}
	is := fmt.Sprintf("%s %s at %s%s, control groups of version %s", e.Name, e.Version, e.Socket, kind, m.CgroupVersion)
	var lacks []string
	if !m.MemoryLimit {
		lacks = append(lacks, "memory")
	}
	if !m.PidsLimit {
		lacks = append(lacks, "processes")
	}
	if len(lacks) > 0 {
		return but(advice, about, is+": it cannot limit "+strings.Join(lacks, " and ")+", so that checks that name an image are unknown",
			"use control groups of version 2, and let the user of the engine have these: Delegate=cpu memory pids in its user@.service")
	}
	return good(about, "%s", is)
}
