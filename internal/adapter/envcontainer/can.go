package envcontainer

import (
	"context"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/egress"
)

// What an environment may have.
const (
	mostServices = 48 // a network has room for them
	mostNetworks = 8
	mostFiles    = 8 << 20 // bytes of configurations and secrets of a service
)

// Can implements environment.Backend.
func (b *Backend) Can(ctx context.Context, s environment.Spec) error {
	if os.Geteuid() != 0 || runtime.GOOS != "linux" {
		return prentice.Errorf(prentice.Unavailable, "environments in %s need prentice to be root: it reaches services within their own network, and looks at containers from outside", b.engine.Name).
			Try("begin prentice as root, or leave the images out: services without one are performed in the sandbox")
	}
	if err := b.judge(s); err != nil {
		return err
	}
	means, err := b.engine.Means(ctx)
	switch {
	case err != nil:
		return b.trouble(ctx, err, "%s does not say what it can limit", b)
	case !means.MemoryLimit || !means.PidsLimit:
		return prentice.Errorf(prentice.Unavailable, "%s cannot limit memory and processes here", b).Try("give it control groups: https://rootlesscontaine.rs/getting-started/common/cgroup2/")
	case means.Rootless():
		return prentice.Errorf(prentice.Unavailable, "%s runs without root's rights, and prentice as root: it may not enter its networks", b).Try("systemctl enable --now podman.socket")
	}
	return nil
}

// judge refuses what is wrong in a specification, also one that was judged before:
// its words become names of the engine.
func (b *Backend) judge(s environment.Spec) error {
	no := func(format string, args ...any) error {
		return prentice.Errorf(prentice.Invalid, format, args...).Try("write it as the Compose Specification does: prentice explain environments")
	}
	switch {
	case !isID.MatchString(s.ID):
		return no("%q cannot be the ID of an environment", s.ID)
	case len(s.Services) == 0 || len(s.Services) > mostServices:
		return no("an environment has 1 to %d services here, and this one has %d", mostServices, len(s.Services))
	}
	for _, v := range append(slices.Clone(s.Volumes), networks(s)...) {
		if !isName.MatchString(v) {
			return no("%q cannot name a volume or a network", v)
		}
	}
	for _, host := range s.Hosts {
		if _, err := egress.ParseRule(host); err != nil {
			return no("the host %q cannot be reached: %v", host, err)
		}
	}
	seen := map[string]bool{}
	for _, one := range s.Services {
		if err := b.judgeService(s, one, no); err != nil {
			return err
		}
		if seen[one.Name] {
			return no("two services are called %s", one.Name)
		}
		seen[one.Name] = true
	}
	_, err := shares(s)
	return err
}

func (b *Backend) judgeService(s environment.Spec, one environment.Service, no func(string, ...any) error) error {
	var size int
	for _, f := range one.Files {
		size += len(f.Content)
		if !within(f.Path) {
			return no("service %s: a file cannot stand at %q", one.Name, f.Path)
		}
	}
	switch {
	case !isLabel.MatchString(one.Name):
		return no("%q cannot name a service", one.Name)
	case one.Build == nil && one.Image == "":
		return prentice.Errorf(prentice.Unavailable, "the service %s has no image, and %s performs nothing else", one.Name, b.engine.Name).Try("leave the image out of all services: then the sandbox performs them; or write image:")
	case one.Build == nil && !isAnImage.MatchString(one.Image), one.Build == nil && strange(one.Image):
		return no("service %s: %q cannot name an image", one.Name, one.Image)
	case one.Build != nil && s.Tree == nil:
		return no("service %s is built, and there is no tree", one.Name)
	case one.StopSignal != "" && !isSignal.MatchString(one.StopSignal):
		return no("service %s: %q is no signal", one.Name, one.StopSignal)
	case one.User != "" && !isPerson.MatchString(one.User):
		return no("service %s: %q is no user", one.Name, one.User)
	case len(networksOf(one)) > mostNetworks:
		return no("service %s stands in more than %d networks", one.Name, mostNetworks)
	case size > mostFiles:
		return no("service %s has more than %d bytes of configurations and secrets", one.Name, mostFiles)
	case b.engine.Name == "Docker" && one.ReadOnly && len(one.Files) > 0:
		return prentice.Errorf(prentice.Unavailable, "service %s is read_only and has configurations or secrets, which Docker does not allow", one.Name).Try("leave read_only out, or use Podman")
	}
	for _, name := range one.Aliases {
		if !isAlias.MatchString(name) {
			return no("service %s: %q cannot be a name of it", one.Name, name)
		}
	}
	for _, dir := range one.Tmpfs {
		if !within(dir) || strings.ContainsAny(dir, ",:=") {
			return no("service %s: no file system in memory can stand at %q", one.Name, dir)
		}
	}
	for _, m := range one.Mounts {
		switch {
		case !within(m.To) || strings.ContainsAny(m.To, ",:="):
			return no("service %s: nothing can be mounted at %q", one.Name, m.To)
		case m.Volume == "" && (s.Tree == nil || !fs.ValidPath(m.Path)):
			return no("service %s: %q is no path within the tree", one.Name, m.Path)
		case m.Volume != "" && !slices.Contains(s.Volumes, m.Volume):
			return no("service %s: there is no volume %q in the environment", one.Name, m.Volume)
		}
	}
	return nil
}

// within says whether a path of a container is one where something may stand.
func within(p string) bool {
	top, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	return path.IsAbs(p) && path.Clean(p) == p && p != "/" && !slices.Contains([]string{"proc", "sys", "dev"}, top) && !strings.ContainsAny(p, "\x00\n\\")
}

// strange says whether a name of an image would have the engine ask an address of its own
// network: a registry has a name of the world.
func strange(image string) bool {
	host, _, found := strings.Cut(image, "/")
	if !found {
		return false
	}
	name, _, port := strings.Cut(host, ":")
	_, err := netip.ParseAddr(name)
	return err == nil || name == "localhost" && port || strings.Contains(image, "..") || strings.HasSuffix(name, ".internal")
}
