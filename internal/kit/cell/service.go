package cell

import "time"

// Service is a program that a cell is to keep.
type Service struct {
	Name  string
	Argv  []string // what begins it; with n groups descriptor 3+n is the status of bubblewrap, and from 4+n on are its files
	Links []Link
	Open  int   // files open at one time
	File  int64 // bytes of the largest file that it may write
	Log   int64 // bytes of what it prints that are kept
}

// Link joins a service to a network of the cell.
type Link struct {
	Network string
	Address string // in CIDR form
}

// State is how a service is.
type State struct {
	Running bool
	Code    int
	Unmade  bool // its program was never begun: what it printed says why
	Began   time.Time
	Ended   time.Time
	Begun   int // how often
}

// Enter is a program that is performed where a service runs.
type Enter struct {
	Argv      []string
	Env       []string
	Dir       string
	Open      int   // files open at one time
	File      int64 // bytes of the largest file that it may write
	Memory    int64 // bytes, where no group limits them; 0 is no limit
	Processes int
	Terminal  bool // the first descriptor is a terminal that it controls
}

// Use is what the processes of a cell use, as they themselves say.
type Use struct {
	Memory    int64
	CPU       time.Duration
	Processes int
}

// The operations of a keeper.
const (
	doStart  = "start"
	doStop   = "stop"
	doStates = "states"
	doEnter  = "enter"
	doDial   = "dial"
	doListen = "listen"
	doUse    = "use"
)

// request is what is asked of a keeper: descriptors come with it.
type request struct {
	Do      string
	Service Service
	Name    string
	Signal  int
	Grace   time.Duration
	Port    int
	Others  bool // a socket is also for the other services that share a network with it
	Groups  int  // how many of the descriptors are groups that the program enters
	Enter   Enter
}

// answer is what a keeper says; a descriptor may come with it.
type answer struct {
	Error  string
	Kind   string // refused: the port of a service refuses connections; "" is any other
	States map[string]State
	Use    Use
	Code   int
}
