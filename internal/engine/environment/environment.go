// Package environment makes places where a change, a stage or a prototype runs: its
// services in the order of their dependencies, a private network, data of its own, and an
// end. A back end performs what is said here, one primitive at a time, and decides nothing.
//
// Its words: an environment has an ID, and everything that is made for it carries that ID,
// so that what is removed is found by it and by nothing else. A specification says what is
// to be; a service of it is a program, an image or a provider; a provider is a database
// server of this machine.
//
// It refuses to derive a name by taking another one apart, to leave anything when it says
// that an environment is stopped, and to make one that has no end.
package environment

import (
	"io/fs"
	"time"
)

// Spec is an environment that is to be, whole and already judged: whatever would weaken
// its isolation or could not be made was refused before.
type Spec struct {
	ID       string // lower-case letters and digits, begins with a letter; never used twice
	Tree     fs.FS  `json:"-"` // the content of the revision that it is made from; nil is none
	Services []Service
	Volumes  []string // data that services share and that ends with the environment
	Networks []string // services reach each other where they share one; empty is one for all
	Hosts    []string // hosts outside that its services may reach; empty is nothing
	Limits   Limits   // of all its services together
}

// Limits are the most that something may use; a zero is the default of the back end, so
// that nothing is without limits.
type Limits struct {
	Memory    int64   // bytes
	CPUs      float64 // processors
	Processes int
	Disk      int64 // bytes that it may write
}

// Service is one program of an environment that goes on.
type Service struct {
	Name     string   // a DNS label: the others find it under this name
	Aliases  []string // other names under which they find it, where they share a network
	Image    string   // a reference or digest, of an engine of containers; "" is this machine's system
	Build    *Build   // where its image is built from the tree; nil is not at all
	Provider string   // postgresql, mysql, redis: a server of this machine, where no engine performs the image; "" is none
	Template string   // the digest of the data that a provider begins with; "" is none
	Seed     *Seed    // what its data is made by where there is no such template yet; nil is nothing
	Shared   bool     // a provider whose database is in a server that environments share; one of its own is the rule

	Entrypoint, Command []string // nil is what the image says
	Env                 map[string]string
	Secret              map[string]string // variables that are never shown; see Spec.Given
	Files               []File            // configs and secrets, read only
	WorkingDir, User    string
	Mounts              []Mount
	Tmpfs               []string
	Networks            []string
	Ports               []int // that it listens at; nothing of the machine is bound
	Address             Address
	ReadOnly            bool
	Init                bool
	Limits              Limits
	Restart             Restart
	StopSignal          string        // "" is SIGTERM
	StopGrace           time.Duration // between the signal and SIGKILL; 0 is 10 s

	Health *Health
	After  map[string]Condition // the services that it waits for
	Once   bool                 // it is to end, with code 0: a migration, a seed
}

// Address is how the proxy of previews speaks to a service; the zero is right for most.
type Address struct {
	Main bool   // it answers at the environment's own name; without one, the first with ports that is no provider
	Host string // what it is told as its host, such as localhost; "" is the name that was asked
}

// Build is how an image is made from the tree.
type Build struct {
	Context, Dockerfile, Target string // paths within the tree, from its top
	Inline                      string // the Dockerfile itself, where it is no file
	Args                        map[string]string
}

// File is one that a service finds at a path.
type File struct {
	Path    string
	Mode    fs.FileMode
	Content []byte
	Secret  string // the name of the secret that is its content; "" is none, and what a back end gets
}

// Mount is a volume, or a part of the tree, where a service finds it.
type Mount struct {
	Volume   string // of the environment, or
	Path     string // within the tree
	To       string
	ReadOnly bool
}

// Condition is what a service waits for of another, as compose files name it.
type Condition string

// The conditions of the Compose Specification.
const (
	Started   Condition = "service_started"
	Healthy   Condition = "service_healthy"
	Completed Condition = "service_completed_successfully"
)

// Restart says when a service that ended is begun again.
type Restart string

// The restart policies of the Compose Specification.
const (
	Never         Restart = ""
	OnFailure     Restart = "on-failure"
	Always        Restart = "always"
	UnlessStopped Restart = "unless-stopped"
)

// Health is how a service is asked whether it is well. Defaults are those of the Compose
// Specification: 30 s, 30 s, 3 retries; while it starts it is asked each StartInterval.
type Health struct {
	Test          []string // CMD and its words, or CMD-SHELL and a line
	Interval      time.Duration
	Timeout       time.Duration
	Retries       int
	StartPeriod   time.Duration
	StartInterval time.Duration
}
