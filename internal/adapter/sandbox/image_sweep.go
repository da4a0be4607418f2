package sandbox

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The labels by which containers of prentice are known: who made one, and until when it is
// needed at the latest.
const (
	labelMaker = "dev.prentice.sandbox"
	labelUntil = "dev.prentice.until"
)

// maker is a process, told apart from those that have its number elsewhere or later.
type maker struct{ boot, space, pid, began string }

func thisMaker() maker {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // without it only the time says that a maker is gone
	space, _ := os.Readlink("/proc/self/ns/pid")
	return maker{strings.TrimSpace(string(boot)), space, strconv.Itoa(os.Getpid()), begun("self")}
}

// begun is when a process began, in the kernel's own count; "" is one that is not there.
func begun(pid string) string {
	text, _ := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, _ := bytes.Cut(text, []byte(") ")) // the name before it may hold anything
	fields := strings.Fields(string(rest))
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}

func (m maker) String() string { return strings.Join([]string{m.boot, m.space, m.pid, m.began}, " ") }

func (m maker) labels(until time.Time) map[string]string {
	return map[string]string{labelMaker: m.String(), labelUntil: strconv.FormatInt(until.Add(time.Minute).Unix(), 10)}
}

// gone says whether what has these labels is of a process that is no more, or past its time.
// Of a process that this one cannot see, only the time is believed.
func (m maker) gone(labels map[string]string, now time.Time) bool {
	until, err := strconv.ParseInt(labels[labelUntil], 10, 64)
	if err != nil || now.Unix() > until {
		return true
	}
	part := strings.Split(labels[labelMaker], " ")
	if len(part) != 4 || part[0] != m.boot || part[1] != m.space {
		return false
	}
	pid, err := strconv.Atoi(part[2])
	return err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || begun(part[2]) != part[3]
}

// sweep removes what a prentice left that is gone. One container may be in the network of
// another, which cannot be removed before it: so it is gone over twice.
func (c *Containers) sweep(ctx context.Context, now time.Time) (err error) {
	for range 2 {
		all, failed := c.engine.Labelled(ctx, labelMaker)
		if failed != nil {
			return failed
		}
		err = nil
		for id, labels := range all {
			if c.maker.gone(labels, now) {
				err = errors.Join(err, c.engine.Remove(ctx, id))
			}
		}
		if err == nil {
			return nil
		}
	}
	return err
}
