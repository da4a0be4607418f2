package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/op"
)

// spent is what one round over all hosts costs anyone who asks: time, processor
// time, and the most memory that one of its processes had.
type spent struct {
	wall, busy time.Duration
	memory     float64 // MB
}

// measure runs a round in this process.
func measure(round func() error) (spent, error) {
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) //nolint:errcheck // then the peak is that of an earlier round, which is no less
	from, begun := used(), time.Now()
	err := round()
	s := spent{wall: time.Since(begun), busy: used() - from}
	raw, _ := os.ReadFile("/proc/self/status") // without it the memory is 0, and shown so
	if _, after, found := strings.Cut(string(raw), "VmHWM:"); found {
		kb, _ := strconv.ParseFloat(strings.Fields(after)[0], 64)
		s.memory = kb / 1024
	}
	return s, err
}

func used() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) //nolint:errcheck // it cannot fail for ourselves
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// middle is the round with the median wall time.
func middle(rounds []spent) spent {
	slices.SortFunc(rounds, func(a, b spent) int { return int(a.wall - b.wall) })
	return rounds[len(rounds)/2]
}

// newFleet is a world whose catalog holds the machines, with a service for each
// of the sizes: its hosts are that many of them.
func newFleet(ctx context.Context, list []machine, key, known string, sizes ...int) (*world, error) {
	var catalog strings.Builder
	catalog.WriteString("apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n")
	for _, m := range list {
		fmt.Fprintf(&catalog, "---\napiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: %s\n  annotations:\n    prentice.dev/address: %s@%s\nspec: {type: host, owner: group:crew}\n", m.name, fleetUser, m.address)
	}
	for _, n := range sizes {
		var names []string
		for _, m := range list[:n] {
			names = append(names, m.name)
		}
		fmt.Fprintf(&catalog, "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: s%d\n  annotations:\n    prentice.dev/hosts: %s\nspec: {type: service, lifecycle: production, owner: group:crew}\n", n, strings.Join(names, ","))
	}
	folder, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	files := map[string]string{"catalog-info.yaml": catalog.String(), "policy.yaml": rules, "limits.yaml": wide}
	for _, risk := range []string{"look", "change"} {
		files["procedures/fleet-"+risk+".md"] = fmt.Sprintf(fleetProcedure, "fleet-"+risk, fleetParallel, risk, fleetCommand)
	}
	maps.Copy(files, stateProcedures(filepath.Join(filepath.Dir(key), "here")))
	for name, from := range map[string]string{"known_hosts": known, "id_ed25519": key} {
		raw, err := os.ReadFile(from)
		if err != nil {
			return nil, err
		}
		if name == "known_hosts" {
			files[name] = string(raw)
			continue
		}
		if err := os.MkdirAll(filepath.Join(folder, "data", "ssh"), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(folder, "data", "ssh", name), raw, 0o600); err != nil {
			return nil, err
		}
	}
	if err := writeFiles(filepath.Join(folder, "team"), files); err != nil {
		return nil, err
	}
	return openWorld(ctx, folder, "", "")
}

const fleetProcedure = `---
procedure: %s
summary: A measured procedure
owner: group:crew
review_by: 2030-01-01
inputs:
  service: {type: service}
targets: service(inputs.service).hosts
limits: {max_targets: 2000, parallel: %d, max_unhealthy: 100%%, cooldown: 0s, timeout: 60s, approval_expires: 24h}
---

# Measure

## Act

` + "```sh id=one risk=%s\n%s\n```\n"

// everywhere asks at the door for a run on the hosts of a service and watches it to
// its end.
func (w *world) everywhere(ctx context.Context, procedure string, hosts int) error {
	var run prentice.Run
	in := map[string]any{"procedure": procedure, "input": map[string]string{"service": fmt.Sprintf("s%d", hosts)}}
	if err := w.ask(ctx, operator, "run.start", in, &run); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	number := map[string]any{"number": fmt.Sprint(run.Number)}
	raw, err := json.Marshal(number)
	if err != nil {
		return err
	}
	err = w.App.Watch(ctx, op.Request{Actor: operator, Op: "run.watch", In: json.RawMessage(raw)}, func(any) error { return nil })
	if err != nil {
		return fmt.Errorf("run %d does not end: %w", run.Number, err)
	}
	if err := w.ask(ctx, operator, "run.show", number, &run); err != nil {
		return err
	}
	if run.State != prentice.Unverified {
		return fmt.Errorf("run %d is %s: %s", run.Number, run.State, run.Says)
	}
	return nil
}
