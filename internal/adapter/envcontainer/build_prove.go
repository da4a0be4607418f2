package envcontainer

import (
	"archive/tar"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"prentice"
	"prentice/internal/kit/container"
	"prentice/internal/kit/egress"
	"prentice/internal/kit/netns"
)

// proofTime is how long the build may take by which an engine is proved.
const proofTime = 3 * time.Minute

// proven has the engine build an image once in a network that is apart, in which this very
// program says a word at the loopback. One who hears it there knows that a build stands in
// the network that it is given: an engine that overlooked it would have given it its own,
// which leads everywhere.
func (b *Backend) proven(ctx context.Context) error {
	b.mu.Lock()
	known := b.apart
	b.mu.Unlock()
	if known {
		return nil
	}
	no := func(err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return prentice.Errorf(prentice.Unavailable, "%s was not seen to build an image in the network that it is given: %w", b, err).
			Try("leave hosts out of x-prentice and bring what it is built of in the tree, or use another version of the engine")
	}
	apart, err := netns.NewApart()
	if err != nil {
		return no(err)
	}
	defer apart.Close() //nolint:errcheck // it was only held
	l, err := apart.Listen(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), egress.Port))
	if err != nil {
		return no(err)
	}
	word := rand.Text()
	in, cancel := context.WithTimeout(ctx, proofTime)
	defer cancel()
	met := make(chan bool, 1)
	go func() { met <- egress.Met(in, l, word) }()
	failed := b.meet(in, word, apart.Path())
	if failed != nil {
		cancel()
	} else {
		time.AfterFunc(10*time.Second, cancel) // what was said is there
	}
	if !<-met {
		return no(errors.Join(failed, errors.New("it built in another one")))
	}
	if failed != nil {
		return no(failed)
	}
	b.mu.Lock()
	b.apart = true
	b.mu.Unlock()
	return nil
}

// meet builds an image of this program alone, which says a word, and leaves none of it.
func (b *Backend) meet(ctx context.Context, word, network string) error {
	path, err := b.program, error(nil)
	if path == "" {
		path, err = os.Executable()
	}
	if err != nil {
		return err
	}
	program, err := os.Open(path) //nolint:gosec // it is this program
	if err != nil {
		return err
	}
	defer program.Close() //nolint:errcheck // it was only read
	info, err := program.Stat()
	if err != nil {
		return err
	}
	run, err := json.Marshal(egress.Meeting("/meeting", word))
	if err != nil {
		return err
	}
	text := fmt.Sprintf("FROM scratch\nCOPY meeting /meeting\nRUN %s\n", run)
	read, write := io.Pipe()
	defer read.Close() //nolint:errcheck // then nothing more is packed
	go func() {
		w := tar.NewWriter(write)
		err := errors.Join(
			w.WriteHeader(&tar.Header{Name: dockerfile, Mode: 0o644, Size: int64(len(text))}), second(io.WriteString(w, text)),
			w.WriteHeader(&tar.Header{Name: "meeting", Mode: 0o755, Size: info.Size()}), second(io.Copy(w, program)), w.Close())
		write.CloseWithError(err) //nolint:errcheck // it never fails
	}()
	tag := b.repository() + builtName + ":proof-" + word
	err = b.engine.Build(ctx, container.Building{
		Tag: tag, Dockerfile: dockerfile, Memory: buildMemory, Labels: map[string]string{labelInstallation: b.installation}, Ulimits: buildLimits(), Network: network,
	}, read, io.Discard)
	again, cancel := unstopped(ctx)
	defer cancel()
	return errors.Join(err, b.engine.Untag(again, tag))
}

func second[T any](_ T, err error) error { return err }
