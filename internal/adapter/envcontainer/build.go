package envcontainer

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
)

// builtName begins the pins of what was built, which environments share; no environment is
// called so.
const builtName = "built.images"

const (
	mostBuilt     = 16 // images that are kept, so that what was built is not built again
	buildTime     = 30 * time.Minute
	buildMemory   = 4 << 30
	dockerfile    = ".prentice.Dockerfile"
	mostOfContext = 2 << 30
	mostOfIt      = 1 << 20 // bytes of a Dockerfile
)

// build makes the image of a service from the tree, or takes the one that was made of the
// very same. Nothing secret is given to it, and it reaches the hosts that the environment
// names, or nothing.
func (b *Backend) build(ctx context.Context, s environment.Spec, one environment.Service, pin string, tell io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, buildTime)
	defer cancel()
	folder, digest, err := b.context(s, one)
	if err != nil {
		return err
	}
	defer folder.Close() //nolint:errcheck // it was only read
	built := b.repository() + builtName + ":" + digest
	if i, err := b.engine.Image(ctx, built); err == nil {
		fmt.Fprintf(tell, "%s was built before: %s\n", one.Name, i.ID) //nolint:errcheck // who is told may be gone
		return b.trouble(ctx, b.engine.Tag(ctx, i.ID, pin), "the image of service %s cannot be pinned", one.Name)
	}
	fmt.Fprintf(tell, "build %s\n", one.Name) //nolint:errcheck // so may they here
	network, err := b.reach(ctx, one.Name, s.Hosts)
	if err != nil {
		return err
	}
	err = b.engine.Build(ctx, container.Building{
		Tag: built, Dockerfile: dockerfile, Target: one.Build.Target, Args: network.args(one.Build.Args), Memory: buildMemory,
		Labels: map[string]string{labelInstallation: b.installation}, Ulimits: buildLimits(), Network: network.path(),
	}, folder, tell)
	network.close(tell)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		hint := fmt.Sprintf("build it from a clean clone: %s build --network none %s; where it needs a host, name it in x-prentice: {hosts: […]}", b.Name(), one.Build.Context)
		if len(s.Hosts) > 0 {
			hint = "look above which hosts were refused, or did not answer; those that it needs stand in x-prentice: {hosts: […]}, and RUN finds them by HTTP_PROXY"
		}
		return prentice.Errorf(prentice.Refused, "the image of service %s cannot be built: %w", one.Name, err).Try("%s", hint)
	}
	i, err := b.engine.Image(ctx, built)
	if err == nil {
		in, cancel := unstopped(ctx)
		defer cancel()
		err = errors.Join(b.engine.Tag(in, i.ID, pin), b.keepBuilt(in, built))
	}
	return b.trouble(ctx, err, "the image of service %s cannot be pinned", one.Name)
}

func buildLimits() []container.Ulimit {
	list := []container.Ulimit{{Name: "nofile", Soft: openFiles, Hard: openFiles}, {Name: "nproc", Soft: serviceProcesses, Hard: serviceProcesses}, {Name: "fsize", Soft: defaultDisk, Hard: defaultDisk}}
	limitToOwn(list)
	return list
}

// keepBuilt lets go of what was built first, where there is more than is kept. Environments
// have their own pins.
func (b *Backend) keepBuilt(ctx context.Context, but string) error {
	all, err := b.engine.Tags(ctx, b.repository()+builtName+":")
	if err != nil {
		return err
	}
	delete(all, but)
	oldest := slices.SortedFunc(maps.Keys(all), func(x, y string) int { return all[x].Compare(all[y]) })
	for _, name := range oldest[:max(0, len(oldest)-mostBuilt+1)] {
		err = errors.Join(err, b.engine.Untag(ctx, name))
	}
	return err
}

// context is what an image is built of, in a file without a name, and the digest of all that
// decides what it becomes.
func (b *Backend) context(s environment.Spec, one environment.Service) (*os.File, string, error) {
	bad := func(err error) error {
		return prentice.Errorf(prentice.Invalid, "service %s cannot be built: %w", one.Name, err).Try("look at its build in the compose file")
	}
	root := path.Clean(one.Build.Context)
	if !fs.ValidPath(root) {
		return nil, "", bad(fmt.Errorf("its context %q is not within the tree", one.Build.Context))
	}
	text := []byte(one.Build.Inline)
	if len(text) == 0 {
		name := path.Clean(one.Build.Dockerfile)
		if one.Build.Dockerfile == "" {
			name = path.Join(root, "Dockerfile")
		}
		var err error
		if text, err = readBounded(s.Tree, name); err != nil {
			return nil, "", bad(err)
		}
	}
	text, err := safeDockerfile(text)
	if err != nil {
		return nil, "", bad(err)
	}
	ignore, err := readBounded(s.Tree, path.Join(root, ".dockerignore"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", bad(err)
	}
	spool, err := os.CreateTemp("", "prentice-build-")
	if err != nil {
		return nil, "", err
	}
	sum := sha256.New()
	p := &packer{w: tar.NewWriter(io.MultiWriter(spool, sum)), left: mostOfContext, entries: mostEntries, skip: ignored(ignore)}
	err = errors.Join(os.Remove(spool.Name()), p.tree(s.Tree, root, ""), p.file(dockerfile, 0o644, int64(len(text)), strings.NewReader(string(text))), p.w.Close())
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		spool.Close() //nolint:errcheck // the first error says it all
		return nil, "", bad(err)
	}
	json.NewEncoder(sum).Encode([]any{one.Build.Target, one.Build.Args, s.Hosts}) //nolint:errcheck,errchkjson // strings always can
	return spool, hex.EncodeToString(sum.Sum(nil))[:40], nil
}

func readBounded(tree fs.FS, name string) ([]byte, error) {
	f, err := tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, mostOfIt+1))
	if err == nil && len(text) > mostOfIt {
		err = fmt.Errorf("%s has more than %d bytes", name, mostOfIt)
	}
	return text, err
}
