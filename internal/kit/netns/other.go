//go:build !linux

package netns

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// ErrGone says that a process is not there, or is another one.
var ErrGone = errors.New("there are no networks of processes on this system")

// Dial connects to nothing.
func Dial(context.Context, int, string, netip.AddrPort) (net.Conn, error) { return nil, ErrGone }

// Listen listens nowhere.
func Listen(int, string, netip.AddrPort) (net.Listener, error) { return nil, ErrGone }

// ReadOnly changes nothing.
func ReadOnly(int, string, []string) error { return ErrGone }

// Apart is no network.
type Apart struct{}

// NewApart makes none.
func NewApart() (*Apart, error) { return nil, ErrGone }

// Path leads nowhere.
func (*Apart) Path() string { return "" }

// Listen listens nowhere.
func (*Apart) Listen(netip.AddrPort) (net.Listener, error) { return nil, ErrGone }

// Close does nothing.
func (*Apart) Close() error { return nil }
