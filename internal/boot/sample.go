package boot

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"prentice"
	"prentice/internal/demo"
)

// startSample puts a sample team into the data folder, if it is not there, and
// starts its services; stop ends those. A service that does not start is a fault
// for prentice to notice, and keeps nothing else from starting.
func startSample(ctx context.Context, set *Settings, log *slog.Logger) (stop func() error, err error) {
	set.Team = filepath.Join(set.Data, "team")
	w := demo.Where{Team: set.Team, State: filepath.Join(set.Data, "work")}
	if w.Bin, err = os.Executable(); err != nil {
		return nil, prentice.Errorf(prentice.Internal, "where is this program? %w", err)
	}
	if !demo.Installed(w.Team) {
		ports, err := demo.FreePorts()
		if err != nil {
			return nil, err
		}
		if err := errors.Join(mkdir(w.Team), demo.Install(w.Team, ports)); err != nil {
			return nil, err
		}
	}
	if err := mkdir(w.State); err != nil {
		return nil, err
	}
	if err := demo.Start(ctx, w); err != nil {
		log.Warn("a sample service does not start; prentice will see that it is down", "err", err)
	}
	return func() error { return demo.Stop(context.WithoutCancel(ctx), w) }, nil
}

func mkdir(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}
