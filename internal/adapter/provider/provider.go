package provider

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"prentice"
)

// Server is a database server of this machine.
type Server struct {
	Kind    string // postgresql, mysql, redis
	Version string // what its program says of itself
	Bin     string // where its programs are
	program string
}

// Launch is how a server is begun in a sandbox. Data is the folder with what it keeps, which
// is empty at first or a copy of what was prepared.
type Launch struct {
	Argv   []string
	Data   string
	Env    map[string]string
	Port   int
	Health []string // a program that ends with 0 when it answers
	Signal string   // that ends it in good order
	Grace  time.Duration
}

// Kinds are the providers that there are, by the names that a specification has.
func Kinds() []string { return []string{"postgresql", "mysql", "redis"} }

var version = regexp.MustCompile(`[0-9]+(\.[0-9]+)+`)

// Find is the newest server of a kind on this machine.
func Find(kind string) (Server, error) {
	var s Server
	switch kind {
	case "postgresql":
		s = postgres()
	case "mysql":
		s = first(kind, "mariadbd", "mysqld")
	case "redis":
		s = first(kind, "valkey-server", "redis-server")
	default:
		return Server{}, prentice.Errorf(prentice.Invalid, "there is no provider %q", kind).Try("choose one of %s", strings.Join(Kinds(), ", "))
	}
	if s.program == "" {
		return Server{}, prentice.Errorf(prentice.Unavailable, "there is no server of %s on this machine", kind).Try("%s", installs[kind])
	}
	return s, nil
}

var installs = map[string]string{
	"postgresql": "apt-get install postgresql, or what your system calls it; the server that it begins is not needed",
	"mysql":      "apt-get install mariadb-server, or what your system calls it; the server that it begins is not needed",
	"redis":      "apt-get install redis-server, or valkey; the server that it begins is not needed",
}

// Install is the command that installs a kind of server.
func Install(kind string) string { return installs[kind] }

// postgres looks where distributions have the programs of each version, and on the PATH.
func postgres() Server {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	slices.SortFunc(found, func(a, b string) int { return newer(filepath.Dir(filepath.Dir(b)), filepath.Dir(filepath.Dir(a))) })
	if more, _ := filepath.Glob("/usr/pgsql-*/bin/postgres"); len(more) > 0 {
		found = append(found, more[len(more)-1])
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		found = append(found, path)
	}
	for _, program := range found {
		bin := filepath.Dir(program)
		if _, err := os.Stat(filepath.Join(bin, "initdb")); err == nil {
			return Server{Kind: "postgresql", Bin: bin, program: program, Version: says(program)}
		}
	}
	return Server{}
}

// newer orders the folders of versions by number.
func newer(a, b string) int {
	a, b = filepath.Base(a), filepath.Base(b)
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func first(kind string, names ...string) Server {
	for _, name := range names {
		for _, dir := range []string{"", "/usr/sbin/", "/usr/local/sbin/", "/usr/libexec/"} {
			if path, err := exec.LookPath(dir + name); err == nil {
				return Server{Kind: kind, Bin: filepath.Dir(path), program: path, Version: says(path)}
			}
		}
	}
	return Server{}
}

func says(program string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(ctx, program, "--version").Output() // without it the version is not known
	return version.FindString(string(out))
}
