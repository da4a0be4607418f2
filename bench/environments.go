package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"prentice/internal/adapter/envbox"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
)

// environments is what environments cost that are made without images: until a service with
// nothing to do answers, a PostgreSQL for each, and what 20 previews use that no one looks at.
func environments(ctx context.Context) ([]figure, error) {
	dir, err := os.MkdirTemp("/tmp", "bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what stays is in /tmp
	box, err := envbox.New(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer box.Close() //nolint:errcheck // it only ends
	if err := box.Can(ctx, environment.Spec{ID: "first"}); err != nil {
		return nil, err
	}
	ready, alone, err := environmentReady(ctx, box, 30)
	if err != nil {
		return nil, err
	}
	memory, err := idleEnvironments(ctx, box)
	if err != nil {
		return nil, err
	}
	list := []figure{
		{"env.sandbox.ready", ready, "ms", "≤ 300", ready <= 300, fmt.Sprintf("an environment from nothing until its two services, which listen at the same port, answer; the two alone take %.0f ms; half of 30", alone)},
		{"env.idle.memory", memory, "MB", "", true, "of 20 environments with a service that waits, for each: prentice's keeper, two of bubblewrap and busybox, by the proportional size that the kernel gives"},
	}
	return list, nil
}

// ownPostgres is what a PostgreSQL costs that an environment has for itself.
func ownPostgres(ctx context.Context) ([]figure, error) {
	if _, err := provider.Find("postgresql"); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what stays is in /tmp
	box, err := envbox.New(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer box.Close() //nolint:errcheck // it only ends
	private, bare, err := privatePostgres(ctx, box)
	if err != nil {
		return nil, err
	}
	return []figure{{"env.postgres.private", private, "ms", "≤ 500", private <= 500, fmt.Sprintf("an environment from nothing until its own PostgreSQL answers a query, role and database of its own among it; cp of the same data and pg_ctl start alone take %.0f ms; half of 10", bare)}}, nil
}

func twoWebs(id string) environment.Spec {
	s := environment.Spec{ID: id}
	for _, name := range []string{"one", "two"} {
		s.Services = append(s.Services, environment.Service{Name: name, Command: []string{"busybox", "httpd", "-f", "-p", "8080"}})
	}
	return s
}

// makes makes an environment and waits until each service answers at a port.
func makes(ctx context.Context, box *envbox.Box, s environment.Spec, port int) error {
	if err := box.Prepare(ctx, s, nil); err != nil {
		return err
	}
	for _, sv := range s.Services {
		if err := box.Start(ctx, s, sv.Name); err != nil {
			return err
		}
	}
	for _, sv := range s.Services {
		for late := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			c, err := box.Dial(ctx, s.ID, sv.Name, port)
			if err == nil {
				if err := c.Close(); err != nil {
					return err
				}
				break
			}
			if time.Now().After(late) {
				return err
			}
		}
	}
	return nil
}

func environmentReady(ctx context.Context, box *envbox.Box, times int) (ready, alone float64, err error) {
	var with, without []time.Duration
	for i := range times {
		s := twoWebs(fmt.Sprintf("ready%d", i))
		begun := time.Now()
		if err := makes(ctx, box, s, 8080); err != nil {
			return 0, 0, err
		}
		with = append(with, time.Since(begun))
		if err := box.Remove(ctx, s.ID); err != nil {
			return 0, 0, err
		}
		begun = time.Now()
		for range s.Services {
			if err := exec.CommandContext(ctx, "busybox", "true").Run(); err != nil {
				return 0, 0, err
			}
		}
		without = append(without, time.Since(begun))
	}
	return percentile(with, 0.5), percentile(without, 0.5), nil
}

func privatePostgres(ctx context.Context, box *envbox.Box) (private, bare float64, err error) {
	spec := func(i int) environment.Spec {
		return environment.Spec{ID: fmt.Sprintf("pg%d", i), Services: []environment.Service{{
			Name: "db", Provider: "postgresql", Env: map[string]string{"POSTGRES_USER": "shop", "POSTGRES_DB": "shop"}, Secret: map[string]string{"POSTGRES_PASSWORD": "bench"},
		}}}
	}
	var took, copied []time.Duration
	for i := range 11 {
		s := spec(i)
		begun := time.Now()
		if err := box.Prepare(ctx, s, nil); err != nil {
			return 0, 0, err
		}
		if err := box.Start(ctx, s, "db"); err != nil {
			return 0, 0, err
		}
		for late := time.Now().Add(time.Minute); ; {
			code, err := box.Exec(ctx, s.ID, "db", environment.Program{Argv: []string{"psql", "-h", "/run/postgresql", "-U", "shop", "-Atc", "SELECT 1"}})
			if err == nil && code == 0 {
				break
			}
			if time.Now().After(late) {
				return 0, 0, fmt.Errorf("PostgreSQL does not answer: %w", err)
			}
		}
		if i > 0 { // the first prepares what all are copies of
			took = append(took, time.Since(begun))
		}
		if err := box.Remove(ctx, s.ID); err != nil {
			return 0, 0, err
		}
	}
	for range 5 {
		one, err := barePostgres(ctx)
		if err != nil {
			return 0, 0, err
		}
		copied = append(copied, one)
	}
	return percentile(took, 0.5), percentile(copied, 0.5), nil
}

// barePostgres is how long cp and pg_ctl take to have a server with data that is there already.
func barePostgres(ctx context.Context) (took time.Duration, err error) {
	server, err := provider.Find("postgresql")
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("/tmp", "bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is in /tmp
	if err := os.Chmod(dir, 0o777); err != nil {
		return 0, err
	}
	as := ""
	if os.Geteuid() == 0 {
		as = "setpriv --reuid 65534 --regid 65534 --clear-groups "
	}
	sh := func(script string) error {
		c := exec.CommandContext(ctx, "/bin/sh", "-c", script)
		c.Dir, c.Env = dir, append(os.Environ(), "PATH="+server.Bin+":"+os.Getenv("PATH"))
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", script, err, out)
		}
		return nil
	}
	if err := sh(as + "initdb -D data -U postgres --no-sync >log 2>&1"); err != nil {
		return 0, err
	}
	begun := time.Now()
	err = sh(as + "cp -a data copy && " + as + "pg_ctl -D copy -w -o \"-k " + dir + " -c listen_addresses=''\" -l " + filepath.Join(dir, "server.log") + " start >/dev/null")
	took = time.Since(begun)
	return took, errors.Join(err, sh(as+"pg_ctl -D copy -m immediate stop >/dev/null"))
}

// idleEnvironments is what one of 20 environments uses in memory, in megabytes.
func idleEnvironments(ctx context.Context, box *envbox.Box) (each float64, err error) {
	const many = 20
	for i := range many {
		s := environment.Spec{ID: fmt.Sprintf("idle%d", i), Services: twoWebs("").Services[:1]}
		defer box.Remove(context.WithoutCancel(ctx), s.ID) //nolint:errcheck // the folder goes with it
		if err := makes(ctx, box, s, 8080); err != nil {
			return 0, err
		}
	}
	var sum int64
	list, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range list {
		line, _ := os.ReadFile(file) // one that has ended has none
		words := strings.ReplaceAll(string(line), "\x00", " ")
		if !strings.Contains(words, "prentice-cell") && !strings.Contains(words, "bwrap --args") && !strings.Contains(words, "httpd -f -p 8080") {
			continue
		}
		sum += proportional(filepath.Dir(file))
	}
	return float64(sum) / many / (1 << 10), nil
}

// proportional is what a process uses, in kilobytes: what it shares counts by its part.
func proportional(proc string) (kb int64) {
	text, _ := os.ReadFile(proc + "/smaps_rollup") // one that has ended has none
	for line := range strings.Lines(string(text)) {
		fmt.Sscanf(line, "Pss: %d kB", &kb) //nolint:errcheck // most lines say something else
	}
	return kb
}
