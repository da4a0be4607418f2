package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// largePush is what a push of 2 GB that nothing makes smaller takes: how much memory
// prentice itself has at the most, and how long it is, with all of it searched for secrets.
func largePush(ctx context.Context) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p, err := startProcess(ctx, filepath.Join(dir, "ours"))
	if err != nil {
		return nil, err
	}
	defer p.end()
	if _, err := p.ask(ctx, "repository.create", map[string]any{"name": "large"}); err != nil {
		return nil, err
	}
	work, address := filepath.Join(dir, "work"), strings.Replace(p.url, "http://", "http://x:"+p.token+"@", 1)+"/git/large.git"
	const files, each = 133, 15 << 20
	chance := rand.NewChaCha8([32]byte{2})
	if err := os.MkdirAll(work, 0o700); err != nil {
		return nil, err
	}
	for n := range files {
		f, err := os.Create(filepath.Join(work, fmt.Sprintf("f%d.bin", n)))
		if err != nil {
			return nil, err
		}
		_, err = io.CopyN(f, chance, each)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"config", "core.compression", "0"}, {"config", "core.bigFileThreshold", "1m"}} {
		if err := plainGit(ctx, work, args...); err != nil {
			return nil, err
		}
	}
	if err := committed(ctx, work); err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := plainGit(ctx, work, "push", "-q", address, "HEAD:refs/heads/main"); err != nil {
		return nil, err
	}
	took := time.Since(begun)
	peak, err := p.peak()
	if err != nil {
		return nil, err
	}
	says := fmt.Sprintf("a push of %d MB that nothing makes smaller, in %.0f s", files*each>>20, took.Seconds())
	return []figure{{"forge.large.memory", peak, "MB", "≤ 200", peak <= 200, "the most memory that prentice had, beside that of git, in " + says}}, nil
}
