package egress

import (
	"cmp"
	"slices"
	"sync"
)

// Request is what a program asked for at one host and port.
type Request struct {
	Host   string `json:"host"`          // and the port; what is no target is quoted
	Why    string `json:"why,omitempty"` // it was refused; "" is that it was let through
	Times  int    `json:"times"`
	Failed int    `json:"failed,omitempty"` // of them, those that the host did not answer
	Sent   int64  `json:"sent"`             // bytes
	Got    int64  `json:"got"`
}

// Unreachable says that a host was let through to, and never answered.
func (r Request) Unreachable() bool { return r.Why == "" && r.Times > 0 && r.Failed == r.Times }

// mostHosts are how many hosts are told apart; what comes then is of one that is called others.
const mostHosts = 200

// others stand for what is too much to be told apart.
const others = "others"

// record is what was asked for.
type record struct {
	mu sync.Mutex // guards all
	by map[[2]string]*noted
}

// noted is what was asked for at one host.
type noted struct {
	*record
	host string
	Request
}

func (r *record) of(host, why string) *noted {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil {
		r.by = map[[2]string]*noted{}
	}
	key := [2]string{host, why}
	if _, there := r.by[key]; !there && len(r.by) >= mostHosts {
		key = [2]string{others, why}
	}
	n, there := r.by[key]
	if !there {
		n = &noted{record: r, host: key[0], Request: Request{Host: key[0], Why: why}}
		r.by[key] = n
	}
	return n
}

// list is what was asked for, what was refused last.
func (r *record) list() (list []Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.by {
		list = append(list, n.Request)
	}
	slices.SortFunc(list, func(a, b Request) int {
		return cmp.Or(cmp.Compare(a.Why, b.Why), cmp.Compare(a.Host, b.Host))
	})
	return list
}

func (n *noted) change(do func(*Request)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	do(&n.Request)
}

func (n *noted) begin()         { n.change(func(r *Request) { r.Times++ }) }
func (n *noted) failed()        { n.change(func(r *Request) { r.Failed++ }) }
func (n *noted) sent(bytes int) { n.change(func(r *Request) { r.Sent += int64(bytes) }) }
func (n *noted) got(bytes int)  { n.change(func(r *Request) { r.Got += int64(bytes) }) }
