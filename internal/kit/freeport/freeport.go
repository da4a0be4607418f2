// Package freeport gives ports of loopback to tests and measurements that must know
// an address before anyone listens there, or while no one does. A port that the
// system chose may be taken at any moment, by anyone who asks it for one or connects
// to somewhere; these lie below the ports that systems choose (from 32768 on
// Linux, from 49152 elsewhere) and below those of the sample services, and no two
// processes that ask here get the same. It refuses to give a port twice.
package freeport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// The ports come in blocks; a process holds the lock of a block until it ends.
const (
	first = 10_000
	size  = 100
	count = 100
)

var (
	mu     sync.Mutex
	next   int        // port of the block; guarded by mu
	end    int        // behind the block; guarded by mu
	blocks []*os.File // whose locks are held; guarded by mu
)

// Give is a port that no one listens on.
func Give() (int, error) {
	mu.Lock()
	defer mu.Unlock()
	for {
		if next == end {
			if err := another(); err != nil {
				return 0, err
			}
		}
		port := next
		next++
		l, err := net.Listen("tcp", Address(port))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
}

// Address is a port's address on loopback.
func Address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// another takes a block that no process holds.
func another() error {
	folder := filepath.Join(os.TempDir(), fmt.Sprint("prentice-ports-", os.Geteuid()))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for _, n := range rand.Perm(count) {
		f, err := os.OpenFile(filepath.Join(folder, strconv.Itoa(n)), os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return err
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
			f.Close()
			continue
		}
		blocks = append(blocks, f)
		next, end = first+n*size, first+(n+1)*size
		return nil
	}
	return errors.New("every block of ports is held by some process")
}
