package envbox

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/egress"
)

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$`)

// mostServices is how many one environment may have: each has an address.
const mostServices = 200

// Can implements environment.Backend.
func (b *Box) Can(ctx context.Context, s environment.Spec) error {
	if err := check(s); err != nil {
		return err
	}
	return b.prove(ctx)
}

// check is what no machine changes.
func check(s environment.Spec) error {
	if !goodID(s.ID) {
		return prentice.Errorf(prentice.Invalid, "%q is no ID of an environment: small letters and digits, and it begins with a letter", clipped(s.ID))
	}
	if len(s.Services) > mostServices {
		return prentice.Errorf(prentice.Limited, "%d services are more than %d", len(s.Services), mostServices)
	}
	seen := map[string]bool{}
	for _, v := range s.Volumes {
		if !label.MatchString(v) {
			return prentice.Errorf(prentice.Invalid, "%q is no name of a volume", clipped(v))
		}
	}
	for _, h := range s.Hosts {
		if _, err := egress.ParseRule(h); err != nil {
			return prentice.Errorf(prentice.Invalid, "the host %q cannot be reached: %w", clipped(h), err)
		}
	}
	for _, sv := range s.Services {
		if seen[sv.Name] || !label.MatchString(sv.Name) {
			return prentice.Errorf(prentice.Invalid, "%q is no name of a service, or that of two", clipped(sv.Name))
		}
		seen[sv.Name] = true
		if err := checkService(s, sv); err != nil {
			return err
		}
	}
	return nil
}

func checkService(s environment.Spec, sv environment.Service) error {
	bad := func(format string, args ...any) *prentice.Error {
		return prentice.Errorf(prentice.Invalid, "the service "+sv.Name+": "+format, args...)
	}
	if sv.Provider != "" {
		server, err := provider.Find(sv.Provider)
		if err != nil {
			return err
		}
		if sv.Shared {
			if err := checkShared(server, sv, bad); err != nil {
				return err
			}
		}
	} else {
		switch {
		case sv.Image != "" || sv.Build != nil:
			return prentice.Errorf(prentice.Unavailable, "the service %s needs an image, and the sandbox has none", sv.Name).Try("let an engine of containers make it (podman or docker), or write a command in place of the image")
		case len(sv.Entrypoint)+len(sv.Command) == 0:
			return bad("it names no program").Try("write its command")
		case sv.Template != "" || sv.Seed != nil || sv.Shared:
			return bad("only a provider begins with data, or shares a server")
		}
	}
	if _, _, err := user(sv.User); err != nil {
		return bad("%w", err)
	}
	for _, a := range sv.Aliases {
		if !label.MatchString(strings.ReplaceAll(strings.ToLower(a), ".", "-")) {
			return bad("%q is no other name for it", clipped(a))
		}
	}
	for name, value := range sv.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return bad("%q is no variable", clipped(name))
		}
	}
	for name, value := range sv.Secret {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return bad("%q is no variable", clipped(name))
		}
	}
	for _, n := range sv.Networks {
		if !slices.Contains(s.Networks, n) {
			return bad("there is no network %q", clipped(n))
		}
	}
	for _, f := range sv.Files {
		if !within(f.Path) {
			return bad("a file cannot stand at %q", clipped(f.Path)).Try("choose a place that is not the machine's own, such as /run/secrets or /etc/app")
		}
	}
	for _, t := range sv.Tmpfs {
		if !within(t) {
			return bad("a folder cannot stand at %q", clipped(t))
		}
	}
	for _, m := range sv.Mounts {
		switch {
		case !within(m.To):
			return bad("a mount cannot stand at %q", clipped(m.To)).Try("choose a place that is not the machine's own, such as /work or /data")
		case m.Volume != "" && !slices.Contains(s.Volumes, m.Volume):
			return bad("there is no volume %q", clipped(m.Volume))
		case m.Volume == "" && s.Tree == nil:
			return bad("there is no tree of which %q could be", clipped(m.Path))
		case m.Volume == "" && m.Path != "" && !localPath(m.Path):
			return bad("%q is not within the tree", clipped(m.Path))
		}
	}
	if sv.WorkingDir != "" && !path.IsAbs(sv.WorkingDir) {
		return bad("the folder %q in which it begins is not a full path", clipped(sv.WorkingDir))
	}
	if _, err := signalOf(sv.StopSignal); err != nil {
		return bad("%w", err)
	}
	return nil
}

// checkShared is what one must not say whose server is that of others too.
func checkShared(server provider.Server, sv environment.Service, bad func(string, ...any) *prentice.Error) error {
	if _, err := server.Shared(); err != nil {
		return err
	}
	switch {
	case passwordOf(sv) == "":
		return bad("a database in a shared server has a password").Try("set POSTGRES_PASSWORD in its environment")
	case len(sv.Command)+len(sv.Entrypoint) > 0:
		return bad("what its command says would be said to the server of others too").Try("take shared out of the compose file, for a server of its own")
	}
	return nil
}

// theMachines are places of a view that are not a service's: the programs of the machine,
// and what the kernel shows.
var theMachines = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/dev", "/sys"}

// within says whether a service may have something at a path.
func within(p string) bool {
	if !path.IsAbs(p) || path.Clean(p) == "/" || strings.ContainsAny(p, "\x00\n") {
		return false
	}
	return !slices.ContainsFunc(theMachines, func(m string) bool { return path.Clean(p) == m || strings.HasPrefix(path.Clean(p), m+"/") })
}

func localPath(p string) bool {
	p = path.Clean(p)
	return !path.IsAbs(p) && p != ".." && !strings.HasPrefix(p, "../") && !strings.Contains(p, "\x00")
}

// user is who a service is within: numbers, as this machine's names mean others.
func user(text string) (uid, gid int, err error) {
	switch text {
	case "":
		return nobody, nobody, nil
	case "root":
		return 0, 0, nil
	case "nobody":
		return nobody, nobody, nil
	}
	u, g, both := strings.Cut(text, ":")
	if !both {
		g = u
	}
	if uid, err = strconv.Atoi(u); err == nil {
		gid, err = strconv.Atoi(g)
	}
	if err != nil || uid < 0 || gid < 0 || uid > 1<<30 || gid > 1<<30 {
		return 0, 0, prentice.Errorf(prentice.Invalid, "the user %q has no number here", clipped(text)).Try("write numbers: user: \"1000:1000\"")
	}
	return uid, gid, nil
}
