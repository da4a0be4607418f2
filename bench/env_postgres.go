package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"prentice/internal/adapter/envbox"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
)

// sharedPostgres is how long a database of an environment takes in the server that they
// share, from templates of two sizes, beside createdb with the same in a server of its own.
func sharedPostgres(ctx context.Context) (list []figure, err error) {
	server, err := provider.Find("postgresql")
	if err != nil {
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
	bare, err := bareServer(ctx, server)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bare.end()) }()
	for _, one := range []struct {
		name, strategy, content string
		goal                    float64
	}{
		{"small", "wal_log", "select 1", 100},
		{"large", "file_copy", "create table goods as select i, repeat('x', 900) as name from generate_series(1, 200000) i", 250},
	} {
		with, whole, err := fromTemplate(ctx, box, server, one.name, one.content)
		if err != nil {
			return nil, err
		}
		without, size, err := bare.copies(one.name, one.strategy, one.content)
		if err != nil {
			return nil, err
		}
		list = append(list, figure{
			"env.postgres.template." + one.name, with, "ms", fmt.Sprintf("≤ %.0f", one.goal), with <= one.goal,
			fmt.Sprintf("a role and a database of %d MB from a template in the server that environments share; the whole environment is prepared in %.0f ms; createdb -T alone, in a server that waits for its disk, takes %.0f ms, the start of its program among it; half of %d", size, whole, without, copiesMade),
		})
	}
	return list, nil
}

const copiesMade = 15

var tookMS = regexp.MustCompile(`in the shared server in ([0-9]+) ms`)

// fromTemplate is how long the database took, as the back end says, and all of the environment.
func fromTemplate(ctx context.Context, box *envbox.Box, server provider.Server, name, content string) (database, whole float64, err error) {
	var alone, all []time.Duration
	for i := range copiesMade + 1 {
		s := environment.Spec{ID: fmt.Sprintf("%s%d", name, i), Services: []environment.Service{
			{
				Name: "db", Provider: "postgresql", Shared: true, Template: fmt.Sprintf("%040x", len(content)), Seed: &environment.Seed{By: []string{"seed"}},
				Env: map[string]string{"POSTGRES_USER": "shop", "POSTGRES_DB": "shop"}, Secret: map[string]string{"POSTGRES_PASSWORD": "bench"},
			},
			{Name: "seed", Once: true, Command: []string{"psql", "-qX", "-h", "db", "-U", "shop", "-c", content}, Env: map[string]string{"PATH": server.Bin + ":/usr/bin:/bin", "PGPASSWORD": "bench"}},
		}}
		var said bytes.Buffer
		begun := time.Now()
		if err := box.Prepare(ctx, s, &said); err != nil {
			return 0, 0, err
		}
		took := time.Since(begun)
		m := tookMS.FindStringSubmatch(said.String())
		if m == nil {
			return 0, 0, fmt.Errorf("no time is said in %q", said.String())
		}
		if ms, err := strconv.Atoi(m[1]); err == nil && i > 0 { // the first makes the template
			alone, all = append(alone, time.Duration(ms)*time.Millisecond), append(all, took)
		}
		if err := box.Remove(ctx, s.ID); err != nil {
			return 0, 0, err
		}
	}
	return percentile(alone, 0.5), percentile(all, 0.5), nil
}

// besides is a server of its own, by its programs alone.
type besides struct {
	dir string
	sh  func(script string) error
}

func bareServer(ctx context.Context, server provider.Server) (b besides, err error) {
	if b.dir, err = os.MkdirTemp("/tmp", "bench-"); err != nil {
		return b, err
	}
	if err := os.Chmod(b.dir, 0o777); err != nil {
		return b, err
	}
	as := ""
	if os.Geteuid() == 0 {
		as = "setpriv --reuid 65534 --regid 65534 --clear-groups "
	}
	b.sh = func(script string) error {
		c := exec.CommandContext(ctx, "/bin/sh", "-c", script)
		c.Dir, c.Env = b.dir, append(os.Environ(), "PATH="+server.Bin+":"+os.Getenv("PATH"), "PGHOST="+b.dir, "PGUSER=postgres", "as="+as)
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", script, err, out)
		}
		return nil
	}
	if err := b.sh("$as initdb -D data -U postgres --no-sync >log 2>&1"); err != nil {
		return b, err
	}
	return b, b.sh("$as pg_ctl -D data -w -o \"-k " + b.dir + " -c listen_addresses=''\" -l " + filepath.Join(b.dir, "server.log") + " start >/dev/null")
}

// copies is how long createdb takes with a template, and how large that is, in megabytes.
func (b besides) copies(name, strategy, content string) (took float64, size int64, err error) {
	if err := b.sh("createdb " + name + " && psql -qX -d " + name + " -c \"" + content + "\" -c checkpoint"); err != nil {
		return 0, 0, err
	}
	var all []time.Duration
	for range copiesMade {
		begun := time.Now()
		if err := b.sh("createdb -T " + name + " -S " + strategy + " copied"); err != nil {
			return 0, 0, err
		}
		all = append(all, time.Since(begun))
		if err := b.sh("dropdb copied"); err != nil {
			return 0, 0, err
		}
	}
	if err := b.sh("psql -XAtq -d " + name + " -c 'select pg_database_size(current_database()) >> 20' >size"); err != nil {
		return 0, 0, err
	}
	text, err := os.ReadFile(filepath.Join(b.dir, "size"))
	if err != nil {
		return 0, 0, err
	}
	size, err = strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	return percentile(all, 0.5), size, err
}

func (b besides) end() error {
	return errors.Join(b.sh("$as pg_ctl -D data -m immediate stop >/dev/null"), os.RemoveAll(b.dir))
}
